//! The project's own commands: `cargo xtask setup | test | demo | bench | dist | tidy | layers | deny`.
//!
//! They are here, in a light crate without the product's dependencies, so that the cheap checks run first
//! and fail early.

mod bench;
mod counts;
mod demo;
mod deny;
mod dist;
mod fuzz;
mod layers;
mod models;
mod permits;
mod postgres;
mod repo;
mod say;
mod setup;
mod shell;
mod test;
mod tidy;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Builds, checks and shows Proviso.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  cargo xtask demo                 see the product work on this machine
  cargo xtask demo --once          run the whole scenario once, without waiting, and exit
  cargo xtask test                 everything that CI checks
  cargo xtask tidy && cargo xtask layers    the checks that take a second";

#[derive(Subcommand)]
enum Command {
    /// Install what is missing for the demo and the tests (Debian: through apt; browser tests: through npm).
    Setup,
    /// Run every check and every test; the last line says `N passed, N failed`.
    #[command(after_help = test::EXAMPLES)]
    Test(test::Options),
    /// Install what is missing, build, and run the whole product on this machine.
    #[command(after_help = demo::EXAMPLES)]
    Demo(demo::Options),
    /// Measure, beside a plain alternative, and print ratio and aim.
    #[command(after_help = bench::EXAMPLES)]
    Bench(bench::Options),
    /// Make the packages that a force installs, with digests and lists of parts; the same sources give the same bytes.
    #[command(after_help = dist::EXAMPLES)]
    Dist(dist::Options),
    /// Check sizes, names, invariants, documents, links and lists of exceptions.
    Tidy,
    /// Check that crates import only in the allowed directions (docs/layers.toml), and that officers’ acts reach cases by permits alone
    /// (xtask/permits.toml).
    Layers,
    /// Check licences, banned crates and where crates come from (deny.toml).
    Deny,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            say::error(&format!("{error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Carries out one command; `false` when its answer is no.
fn run(command: Command) -> Result<bool> {
    let root = repo::root()?;
    match command {
        Command::Setup => setup::run(&root, setup::For::Tests).map(|()| true),
        Command::Test(options) => test::run(&root, &options),
        Command::Demo(options) => demo::run(&root, &options),
        Command::Bench(options) => bench::run(&root, &options),
        Command::Dist(options) => dist::run(&root, &options),
        Command::Tidy => tidy::run(&root),
        Command::Layers => Ok(layers::run(&root)? & permits::run(&root)?),
        Command::Deny => shell::succeeds(&mut deny::command(&root)?),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Arguments::command().debug_assert();
    }
}
