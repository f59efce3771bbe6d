//! `proviso-verify` on a bundle of 10,000 findings, all opened, beside `sha256sum` of the same bytes.
//!
//! `cargo bench -p proviso-evidence --bench verify [-- --json]`. The bundle is made here, of invented pages with harmless
//! words, sealed, logged and decided as a device and a server do it, so that every check has its full work: signatures,
//! chain, exhibits, replay, proofs. The program runs as a stranger runs it, on the file.

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/bundle/common/mod.rs"]
mod common;
mod many;

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

const RECORDS: u32 = 10_000;
const ROUNDS: usize = 5;
/// What is good enough.
const SECONDS_MAX: f64 = 2.0;
const MEMORY_MIB_MAX: f64 = 200.0;

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (bundle, key) = (folder.path().join("bundle.zip"), folder.path().join("force.key"));
    let (bytes, trust) = many::bundle(RECORDS);
    std::fs::write(&bundle, &bytes)?;
    std::fs::write(&key, serde_json::to_vec(&trust)?)?;
    let size = bytes.len() as f64 / f64::from(1 << 20);
    drop(bytes);
    let (mut ours, mut theirs) = (f64::INFINITY, f64::INFINITY);
    // Turn about, so that a busy moment of the machine falls on both; the best of each counts.
    for _ in 0..ROUNDS {
        theirs = theirs.min(timed(|| finish(sha256sum(&bundle)?))?);
        ours = ours.min(timed(|| finish(verify(&bundle, &key)?))?);
    }
    let (memory, our_work) = memory_and_work(verify(&bundle, &key)?)?;
    let (_, their_work) = memory_and_work(sha256sum(&bundle)?)?;
    let mut out = std::io::stdout().lock();
    let figures = [
        serde_json::json!({
            "bench": format!("proviso-verify, {RECORDS} records in {size:.0} MiB"), "ours": ours, "unit": "s",
            "beside": "sha256sum", "theirs": theirs, "ours_max": SECONDS_MAX,
        }),
        serde_json::json!({
            "bench": format!("proviso-verify, {RECORDS} records, peak memory"), "ours": memory, "unit": "MiB",
            "ours_max": MEMORY_MIB_MAX,
        }),
        serde_json::json!({
            "bench": format!("proviso-verify, {RECORDS} records, processor time"), "ours": our_work, "unit": "s",
            "beside": "sha256sum", "theirs": their_work,
        }),
    ];
    if std::env::args().any(|argument| argument == "--json") {
        for figure in figures {
            writeln!(out, "{figure}")?;
        }
    } else {
        writeln!(out, "bundle          {RECORDS} records, {size:.1} MiB")?;
        writeln!(
            out,
            "proviso-verify  {ours:.2} s ({our_work:.2} s of processors), {memory:.0} MiB at most"
        )?;
        writeln!(out, "sha256sum       {theirs:.2} s ({their_work:.2} s of processors)")?;
        writeln!(out, "ratio           {:.1} ({:.1})", ours / theirs, our_work / their_work)?;
    }
    Ok(())
}

fn verify(bundle: &Path, key: &Path) -> Result<Child> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_proviso-verify"));
    Ok(program.arg(bundle).arg("--trust").arg(key).stdout(Stdio::null()).spawn()?)
}

fn sha256sum(bundle: &Path) -> Result<Child> {
    let child = Command::new("sha256sum").arg(bundle).stdout(Stdio::null()).spawn();
    child.context("sha256sum, of coreutils, is what this bench compares with")
}

fn finish(mut child: Child) -> Result<()> {
    let status = child.wait()?;
    ensure!(status.success(), "it ended with {status}");
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn timed(run: impl FnOnce() -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    run()?;
    Ok(start.elapsed().as_secs_f64())
}

/// The most memory that a program had resident, in MiB, and the seconds that it kept processors busy, which say more than
/// a clock on a machine that does other things too. As the Linux kernel counts them.
#[expect(
    clippy::disallowed_methods,
    reason = "the kernel forgets the figures when a program ends, so they are read often"
)]
fn memory_and_work(mut child: Child) -> Result<(f64, f64)> {
    let folder = std::path::PathBuf::from(format!("/proc/{}", child.id()));
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
    let (mut memory, mut work) = (0.0_f64, 0.0_f64);
    loop {
        let text = read("status");
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
        memory = line.and_then(|kib| kib.parse::<f64>().ok()).map_or(memory, |kib| memory.max(kib / 1024.0));
        // Behind the name in brackets: the 12th and 13th figure, in hundredths of a second.
        let text = read("stat");
        let figures = text.rsplit_once(')').map_or("", |(_, figures)| figures).split_whitespace();
        let ticks: f64 = figures.skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        work = work.max(ticks / 100.0);
        if let Some(status) = child.try_wait()? {
            ensure!(status.success() && memory > 0.0, "it ended with {status}; {memory} MiB seen");
            return Ok((memory, work));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
