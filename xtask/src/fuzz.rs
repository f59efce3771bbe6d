//! A minute of each fuzz target, where nightly Rust is installed. `crates/testkit/tests/decoders.rs` runs the same
//! targets everywhere, without coverage.

use crate::{say, shell};
use anyhow::{Context, Result};
use std::path::Path;

/// Seconds of each target unless PROVISO_FUZZ_SECONDS says otherwise; the bar that releases are held to is 600.
const SECONDS_EACH: u32 = 60;
const CARGO_FUZZ: &str = "0.13.2";

/// Runs every target; `false` when one crashed, hung for over a second or needed over 256 MiB. Without nightly Rust
/// it says that nothing was run.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let nightly =
        shell::output(&mut shell::program(root, "rustup", &["run", "nightly", "rustc", "--version"]));
    if nightly.is_err() {
        say::line(
            "LEFT OUT: no fuzz target was run, because they need nightly Rust (rustup toolchain install nightly).",
        );
        say::line("The Rust tests above ran every target on its seeds and on changes of them.");
        return Ok(true);
    }
    let tools = root.join("target/tools/cargo-fuzz");
    if !tools.join("bin/cargo-fuzz").is_file() {
        say::line("installing cargo-fuzz");
        let place = tools.display().to_string();
        let install = ["install", "cargo-fuzz", "--locked", "--version", CARGO_FUZZ, "--root", &place];
        shell::must(&mut shell::cargo(root, &install))?;
    }
    let seconds = std::env::var("PROVISO_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok());
    let seconds = seconds.unwrap_or(SECONDS_EACH);
    let mut held = true;
    for target in targets(root)? {
        say::line(&format!("{target} for {seconds} s"));
        held &= shell::succeeds(&mut one(root, &tools, &target, seconds)?)?;
    }
    Ok(held)
}

/// Names of the targets, from their files.
fn targets(root: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root.join("fuzz/fuzz_targets")).context("fuzz/fuzz_targets")? {
        names.extend(entry?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

/// The command that runs one target. What it finds on the way goes into target/fuzz, a crash into fuzz/artifacts.
fn one(root: &Path, tools: &Path, target: &str, seconds: u32) -> Result<std::process::Command> {
    let built = root.join("target/fuzz").display().to_string();
    let found = root.join("target/fuzz/corpus").join(target);
    std::fs::create_dir_all(&found).with_context(|| found.display().to_string())?;
    let seeds = root.join("fuzz/corpus-committed").join(target).display().to_string();
    let (found, seconds) = (found.display().to_string(), format!("-max_total_time={seconds}"));
    let mut command = shell::program(root, "rustup", &["run", "nightly"]);
    command.arg(tools.join("bin/cargo-fuzz"));
    command.args(["run", "--target-dir", &built, target, &found, &seeds, "--"]);
    command.args([&seconds, "-rss_limit_mb=256", "-timeout=1", "-print_final_stats=1"]);
    // The sanitizer holds back up to 256 MB of freed memory by itself, which is no memory of ours.
    command.env("ASAN_OPTIONS", "quarantine_size_mb=8");
    Ok(command)
}
