//! The agent at rest: enrolled, watching, with the browser open and nobody at it.
//!
//! Runs the demonstration without windows, as a newcomer would, and reads from /proc what every process of the agent
//! (the agent itself and the hosts that browsers start) used over a minute.

use super::Figure;
use crate::{repo, setup, shell};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The name to ask for it by.
pub(super) const NAME: &str = "rest";

/// How long the agent is watched, and how long the browser may take to settle before.
const WATCHED: Duration = Duration::from_secs(60);
const SETTLING: Duration = Duration::from_secs(20);
const START_MAX: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_millis(250);

/// Aims of the first issue.
const CPU_PERCENT_MAX: f64 = 0.5;
const RESIDENT_MIB_MAX: f64 = 60.0;

/// Measures, in the build that would be installed.
pub(super) fn run(root: &Path) -> Result<Vec<Figure>> {
    setup::run(root, setup::For::Demo)?;
    let build = [
        "build",
        "--release",
        "--locked",
        "-p",
        "proviso-server",
        "-p",
        "proviso-agent",
        "-p",
        "proviso-evidence",
    ];
    shell::must(&mut shell::cargo(root, &build))?;
    shell::must(&mut shell::program(&root.join("extension"), "node", &["build.mjs"]))?;
    let folder = repo::target(root).join("release");
    let mut demo =
        shell::program(root, &folder.join("proviso-server").to_string_lossy(), &["demo", "--headless"]);
    let demo = demo.stdout(Stdio::null()).spawn().context("cannot start the demonstration")?;
    let mut demo = Stopped(demo);
    let agent = folder.join("proviso-agent").canonicalize()?;
    wait_for(&mut demo, &agent)?;
    let processes = processes_of(&agent);
    let before = ticks(&processes);
    pause(WATCHED);
    if processes_of(&agent) != processes {
        bail!("the agent's processes changed while they were watched: it was not at rest");
    }
    let used = ticks(&processes).saturating_sub(before);
    let per_second: f64 =
        shell::output(&mut shell::program(root, "getconf", &["CLK_TCK"]))?.trim().parse()?;
    let percent = 100.0 * used as f64 / per_second / WATCHED.as_secs_f64();
    let resident = processes.iter().filter_map(|pid| resident_kib(*pid)).sum::<u64>() as f64 / 1024.0;
    Ok(vec![
        Figure::alone("agent at rest: processor", percent, "% of one core", CPU_PERCENT_MAX),
        Figure::alone("agent at rest: resident memory", resident, "MiB", RESIDENT_MIB_MAX),
    ])
}

/// The demonstration, which is ended with us.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        // Asked first, so that it takes its browser and its agent along.
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        if asked.is_err() {
            let _ = self.0.kill();
        }
        let _ = self.0.wait();
    }
}

/// Waits until the agent and a host that a browser started are there, and then until they have settled.
fn wait_for(demo: &mut Stopped, agent: &Path) -> Result<()> {
    let start = now();
    while processes_of(agent).len() < 2 {
        if let Some(ended) = demo.0.try_wait()? {
            bail!("the demonstration ended by itself: {ended}");
        }
        if start.elapsed() > START_MAX {
            bail!("agent and browser were not there within {} s", START_MAX.as_secs());
        }
        pause(LOOK);
    }
    pause(SETTLING);
    Ok(())
}

/// Numbers of the processes that run this program.
fn processes_of(program: &Path) -> BTreeSet<u32> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return BTreeSet::new() };
    let numbers = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers
        .filter(|pid: &u32| std::fs::read_link(proc(*pid, "exe")).is_ok_and(|exe| exe == program))
        .collect()
}

fn proc(pid: u32, file: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{file}"))
}

/// Processor time that they have used, in the system's ticks.
fn ticks(processes: &BTreeSet<u32>) -> u64 {
    processes
        .iter()
        .filter_map(|pid| std::fs::read_to_string(proc(*pid, "stat")).ok())
        .map(|stat| ticks_of(&stat))
        .sum()
}

/// User and system time of a line of /proc/PID/stat.
fn ticks_of(stat: &str) -> u64 {
    // The program's name may hold spaces and brackets: count from the last bracket.
    let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
    let field =
        |number: usize| rest.split(' ').nth(number).and_then(|text| text.parse::<u64>().ok()).unwrap_or(0);
    field(11) + field(12)
}

/// Memory that a process holds now.
fn resident_kib(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(proc(pid, "status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "a measurement over time")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

#[cfg(test)]
mod tests {
    use super::{processes_of, resident_kib, ticks_of};

    #[test]
    fn times_are_read_from_a_process_whose_name_has_brackets() {
        let stat = "77 (a) b (c) S 1 77 77 0 -1 4194560 900 0 0 0 31 12 0 0 20 0 5 0 100 1 2";
        assert_eq!(ticks_of(stat), 43);
    }

    #[test]
    fn this_process_is_found_by_its_program() {
        let program = std::env::current_exe().unwrap().canonicalize().unwrap();
        assert!(processes_of(&program).contains(&std::process::id()));
        assert!(resident_kib(std::process::id()).unwrap() > 0);
    }
}
