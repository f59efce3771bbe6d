//! The whole product on this machine: install, build, run.

use crate::{repo, say, setup, shell};
use anyhow::{Result, bail};
use clap::Args;
use std::path::Path;
use std::process::Stdio;

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo xtask demo                opens a browser where there is a display
  cargo xtask demo --headless     no windows; prints what happened
  cargo xtask demo --once         the whole scenario to its end, then exit
  cargo xtask demo --port 9443    the console on another port

What follows `demo` is handed to `proviso-server demo`; `cargo xtask demo -- --help` shows it.";

#[derive(Args)]
pub(crate) struct Options {
    /// Handed to `proviso-server demo`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Installs, builds and runs; the demo's own answer is ours.
pub(crate) fn run(root: &Path, options: &Options) -> Result<bool> {
    say::heading("set-up");
    setup::run(root, setup::For::Demo)?;
    say::heading("build (the first time takes some minutes)");
    let build =
        ["build", "--locked", "-p", "proviso-server", "-p", "proviso-agent", "-p", "proviso-evidence"];
    if !shell::succeeds(&mut shell::cargo(root, &build))? {
        bail!("the build failed; what it says is above");
    }
    let extension = root.join("extension");
    shell::must(&mut shell::program(&extension, "node", &["build.mjs"]))?;
    say::heading("demo");
    let server = repo::target(root).join("debug/proviso-server");
    let mut demo = shell::program(root, &server.to_string_lossy(), &["demo"]);
    shell::succeeds(demo.args(&options.arguments).stdin(Stdio::inherit()))
}
