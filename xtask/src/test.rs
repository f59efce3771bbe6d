//! Every check and every test, cheapest first; a failing one does not hide the next.

use crate::counts::Counts;
use crate::{deny, fuzz, layers, permits, postgres, say, setup, shell, tidy};
use anyhow::Result;
use clap::Args;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

pub(crate) const EXAMPLES: &str = "\
Examples:
  cargo xtask test           a tenth of the simulator's seeds (what CI runs)
  cargo xtask test --full    then all of them, a simulated year of one device and 10,000 malformed pictures in a release build, the findings of two builds, and a minute of each fuzz target (nightly Rust)
  cargo xtask test --fast    only formatting, tidy and layers";

/// Seeds that the simulator runs: a tenth in CI, all with --full.
const SEEDS: &str = "200";
const SEEDS_FULL: &str = "2000";
/// Days that the simulated device lives with --full; without, a fortnight.
const YEAR_DAYS: &str = "365";
/// Malformed pictures with --full; without, a few hundred.
const MALFORMED_FULL: &str = "10000";

#[derive(Args)]
pub(crate) struct Options {
    /// Run all the simulator's seeds and 10,000 malformed pictures too, in a release build, compare the findings of a debug and a release build, and run
    /// each fuzz target for a minute.
    #[arg(long)]
    full: bool,
    /// Only the checks that compile nothing of the product.
    #[arg(long, conflicts_with = "full")]
    fast: bool,
}

/// What has been run so far.
struct Run {
    counts: Counts,
    failed: Vec<String>,
    took: Vec<(String, Duration)>,
}

/// Runs everything; `false` when anything failed. The last line printed is the count of tests.
pub(crate) fn run(root: &Path, options: &Options) -> Result<bool> {
    let mut run = Run { counts: Counts::default(), failed: Vec::new(), took: Vec::new() };
    if !options.fast {
        run.check("set-up", || setup::run(root, setup::For::Tests).map(|()| true));
    }
    run.check("formatting", || shell::succeeds(&mut shell::cargo(root, &["fmt", "--all", "--check"])));
    run.check("tidy", || tidy::run(root));
    run.check("layers", || layers::run(root));
    run.check("permits", || permits::run(root));
    if !options.fast {
        let clippy =
            ["clippy", "--workspace", "--all-targets", "--locked", "--keep-going", "--", "-D", "warnings"];
        run.check("clippy", || shell::succeeds(&mut shell::cargo(root, &clippy)));
        run.check("licences and bans", || shell::succeeds(&mut deny::command(root)?));
        // Suites that drive whole programs find them in target/debug.
        run.check("build", || {
            shell::succeeds(&mut shell::cargo(root, &["build", "--workspace", "--locked"]))
        });
        let mut tests = shell::cargo(root, &["test", "--workspace", "--locked", "--no-fail-fast"]);
        // Held until the tests have ended. Without it each test program would start one of its own.
        let mut cluster = None;
        run.check("PostgreSQL for the tests", || {
            cluster = Some(postgres::Cluster::start(root)?);
            Ok(true)
        });
        if let Some(cluster) = &cluster {
            tests.env(postgres::ADDRESS, &cluster.address);
        }
        run.suite("Rust tests", tests.env("PROVISO_SEEDS", SEEDS));
        drop(cluster);
        scripts(root, &mut run)?;
        if options.full {
            // Unoptimised, two thousand seeds of four stories take hours.
            let simulator = ["test", "--release", "--locked", "-p", "proviso-testkit", "--test", "simulator"];
            let mut all = shell::cargo(root, &[&simulator[..], &["--", "--nocapture"]].concat());
            run.suite("all seeds of the simulator", all.env("PROVISO_SEEDS", SEEDS_FULL));
            let year = ["test", "--release", "--locked", "-p", "proviso-testkit", "--test", "year"];
            let mut whole = shell::cargo(root, &[&year[..], &["--", "--nocapture"]].concat());
            run.suite("a simulated year of one device", whole.env("PROVISO_YEAR_DAYS", YEAR_DAYS));
            let pictures = ["test", "--release", "--locked", "-p", "proviso-agent", "--test", "pictures"];
            let mut all = shell::cargo(root, &[&pictures[..], &["--", "--nocapture"]].concat());
            run.suite("ten thousand malformed pictures", all.env("PROVISO_MALFORMED", MALFORMED_FULL));
            run.check("findings of two builds", || same_findings(root));
            run.check("fuzz targets", || fuzz::run(root));
        }
    }
    Ok(run.close())
}

/// Whether a debug and a release build of the engine say the same of the same observations, byte for byte.
fn same_findings(root: &Path) -> Result<bool> {
    let example = ["run", "--quiet", "--locked", "--package", "proviso-engine", "--example", "findings"];
    let debug = shell::output(&mut shell::cargo(root, &example))?;
    let release = shell::output(shell::cargo(root, &example).arg("--release"))?;
    let pairs = debug.lines().zip(release.lines());
    for (number, (debug, release)) in (1..).zip(pairs).filter(|(_, (debug, release))| debug != release) {
        say::line(&format!("line {number} of the debug build:   {debug}"));
        say::line(&format!("line {number} of the release build: {release}"));
    }
    say::line(&format!("{} bytes of findings, cuts and scores compared", debug.len()));
    Ok(!debug.is_empty() && debug == release)
}

/// The suites written as scripts: each folder that has a package.json with these commands.
fn scripts(root: &Path, run: &mut Run) -> Result<()> {
    for folder in setup::node_folders(root)? {
        let name = folder.strip_prefix(root).unwrap_or(&folder).display().to_string();
        let package = std::fs::read_to_string(folder.join("package.json"))?;
        let has = |command: &str| has_script(&package, command);
        // Where `npm test` itself begins with the types (`pretest`), they are not checked twice.
        if has("check") && !has("pretest") {
            run.check(&format!("types in {name}"), || {
                shell::succeeds(&mut shell::program(&folder, "npm", &["run", "--silent", "check"]))
            });
        }
        if has("test") {
            let mut tests = shell::program(&folder, "npm", &["test", "--silent"]);
            run.suite(&format!("tests in {name}"), tests.env("PROVISO_SEEDS", SEEDS));
        }
    }
    Ok(())
}

/// Whether a package.json has a command of this name.
pub(crate) fn has_script(package: &str, command: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(package)
        .is_ok_and(|package| package.get("scripts").is_some_and(|scripts| scripts.get(command).is_some()))
}

impl Run {
    /// A check that either holds or not; one that does not counts as one failure.
    fn check(&mut self, name: &str, check: impl FnOnce() -> Result<bool>) {
        say::heading(name);
        let start = now();
        let held = check().unwrap_or_else(|error| {
            say::line(&format!("{error:#}"));
            false
        });
        self.done(name, start, held);
        self.counts.failed += u64::from(!held);
    }

    /// A suite of tests, whose own counts are added up.
    fn suite(&mut self, name: &str, command: &mut Command) {
        say::heading(name);
        let start = now();
        let mut counts = Counts::default();
        let ended = shell::each_line(command, |line| {
            counts.read(line);
            say::line(line);
        });
        let succeeded = ended.unwrap_or_else(|error| {
            say::line(&format!("{error:#}"));
            false
        });
        // A runner that ran nothing has not shown anything, and one that broke off has failed.
        if counts.passed == 0 && counts.failed == 0 {
            say::line("no test ran in this suite");
        }
        let held = succeeded && counts.failed == 0 && counts.passed > 0;
        if !held && counts.failed == 0 {
            counts.failed = 1;
        }
        self.done(name, start, held);
        self.counts.add(counts);
    }

    fn done(&mut self, name: &str, start: Instant, held: bool) {
        let took = start.elapsed();
        say::line(&format!(
            "-- {name}: {} in {:.1} s",
            if held { "ok" } else { "FAILED" },
            took.as_secs_f64()
        ));
        if !held {
            self.failed.push(name.to_owned());
        }
        self.took.push((name.to_owned(), took));
    }

    /// Prints what took how long, what failed, and the count.
    fn close(self) -> bool {
        say::heading("summary");
        for (name, took) in &self.took {
            let state = if self.failed.contains(name) { "FAILED" } else { "ok" };
            say::line(&format!("{:>8.1} s  {state:<6}  {name}", took.as_secs_f64()));
        }
        say::line(&self.counts.closing());
        self.failed.is_empty() && self.counts.failed == 0
    }
}

/// When a step started.
#[expect(clippy::disallowed_methods, reason = "a program that prints how long each of its steps took")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::Run;
    use crate::counts::Counts;
    use crate::shell;
    use std::path::Path;

    /// Whether the run as a whole holds after one suite that prints `text` and ends with `code`.
    fn holds(text: &str, code: u8) -> (bool, Counts) {
        let mut run = Run { counts: Counts::default(), failed: Vec::new(), took: Vec::new() };
        let script = format!("printf '%s\\n' '{text}'; exit {code}");
        run.suite("suite", &mut shell::program(Path::new("/"), "sh", &["-c", &script]));
        let counts = run.counts;
        (run.close(), counts)
    }

    #[test]
    fn a_suite_fails_when_a_test_fails_or_none_ran_or_it_broke_off() {
        assert!(holds("# pass 3", 0).0);
        for (text, code, failed) in
            [("# fail 2", 1, 2), ("# pass 3", 1, 1), ("nothing", 0, 1), ("# fail 1", 0, 1)]
        {
            let (held, counts) = holds(text, code);
            assert!(!held, "{text}, exit {code}");
            assert_eq!(counts.failed, failed, "{text}, exit {code}");
        }
    }
}
