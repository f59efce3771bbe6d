//! Lists of hashes: 10 million PDQ hashes beside FAISS, where hashes are spread evenly and where they are alike, and 100 million
//! SHA-256.
//!
//! `cargo bench -p proviso-engine --bench pictures [-- --json]`. All hashes are made by a formula. Takes 10 GB of memory and
//! 8 GB of disk, and some minutes; FAISS comes from the registry into a folder of its own (`cargo xtask bench pictures` sees
//! to it), and where it is not there its figures are said to be missing. `PROVISO_BENCH_PART` is 1 unless set: 10 runs with a
//! tenth of the entries, whose figures are not those that are aimed at. `PROVISO_BENCH_ONLY` may be `near` or `exact`.

#[path = "../common/mod.rs"]
mod common;
mod exact;
#[path = "../common/figures.rs"]
mod figures;
mod hashes;
mod near;
#[path = "../common/peer.rs"]
mod peer;

use figures::Figures;

pub(crate) type Fault = Box<dyn std::error::Error>;

/// A folder of this bench for files.
pub(crate) const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");

fn main() -> Result<(), Fault> {
    let part: usize =
        std::env::var("PROVISO_BENCH_PART").ok().and_then(|part| part.parse().ok()).unwrap_or(1);
    let only = std::env::var("PROVISO_BENCH_ONLY").unwrap_or_default();
    let mut out = Figures::asked();
    if only != "exact" {
        near::run(&mut out, 10_000_000 / part.max(1))?;
    }
    if only != "near" {
        exact::run(&mut out, 100_000_000 / part.max(1))?;
    }
    Ok(())
}
