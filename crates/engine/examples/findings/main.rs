//! Everything that the engine says of a fixed set of observations, a line each: two builds, or two runs of one, that are to
//! agree are compared byte by byte (`cargo xtask test --full`).
//!
//! `cargo run -p proviso-engine --example findings [--release]`.

mod corpus;

use std::io::Write as _;

fn main() -> Result<(), corpus::Fault> {
    let mut out = std::io::stdout().lock();
    for line in corpus::lines(proviso_engine::Engine::new)? {
        writeln!(out, "{line}")?;
    }
    Ok(())
}
