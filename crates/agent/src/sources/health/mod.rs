//! The machine's own state, read from `/proc`.

use std::path::{Path, PathBuf};

use crate::sources::browser::presence::BrowserProcess;

/// Tells whether a process lives.
pub trait Processes: Send {
    /// Whether this very process lives (not a later one with its number).
    fn lives(&self, process: &BrowserProcess) -> bool;
}

/// Linux's `/proc`.
#[derive(Debug, Clone)]
pub struct ProcFs {
    root: PathBuf,
}

impl Default for ProcFs {
    fn default() -> Self {
        Self { root: PathBuf::from("/proc") }
    }
}

/// From `/proc/PID/stat`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcStat {
    /// Whether it has ended and only its parent has not noticed.
    pub ended: bool,
    /// Its parent.
    pub parent: u32,
    /// Its start, in ticks since boot.
    pub started_ticks: u64,
}

impl ProcFs {
    /// Another root, for tests.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// What the kernel says of a process; `None` when it is gone.
    #[must_use]
    pub fn stat(&self, pid: u32) -> Option<ProcStat> {
        let text = std::fs::read_to_string(self.root.join(pid.to_string()).join("stat")).ok()?;
        // The name in brackets may hold anything, brackets and spaces too.
        let (_, rest) = text.rsplit_once(')')?;
        let mut fields = rest.split_ascii_whitespace();
        let state = fields.next()?;
        let parent = fields.next()?.parse().ok()?;
        let started_ticks = fields.nth(17)?.parse().ok()?;
        Some(ProcStat { ended: matches!(state, "Z" | "X" | "x"), parent, started_ticks })
    }

    /// The process as it can be recognised later.
    #[must_use]
    pub fn process(&self, pid: u32) -> BrowserProcess {
        BrowserProcess { pid, started_ticks: self.stat(pid).map_or(0, |stat| stat.started_ticks) }
    }

    /// The file that a process runs, or its name where the system tells no more; empty when it is gone.
    #[must_use]
    pub fn program(&self, pid: u32) -> String {
        let folder = self.root.join(pid.to_string());
        let file = std::fs::read_link(folder.join("exe")).map(|file| file.to_string_lossy().into_owned());
        let name = || std::fs::read_to_string(folder.join("comm")).map(|name| name.trim().to_owned());
        file.or_else(|_| name()).unwrap_or_default()
    }

    /// Milliseconds since the machine started, time asleep included.
    #[must_use]
    pub fn since_boot_ms(&self) -> Option<u64> {
        let text = std::fs::read_to_string(self.root.join("uptime")).ok()?;
        let (seconds, rest) = text.split_once('.')?;
        let hundredths: String = rest.chars().take_while(char::is_ascii_digit).take(2).collect();
        let seconds: u64 = seconds.parse().ok()?;
        Some(seconds * 1_000 + hundredths.parse::<u64>().ok()? * 10)
    }

    /// Different after every start of the machine.
    #[must_use]
    pub fn boot_id(&self) -> Option<String> {
        let text = std::fs::read_to_string(self.root.join("sys/kernel/random/boot_id")).ok()?;
        Some(text.trim().to_owned())
    }
}

impl Processes for ProcFs {
    fn lives(&self, process: &BrowserProcess) -> bool {
        let now = |started_ticks| BrowserProcess { pid: process.pid, started_ticks };
        self.stat(process.pid).is_some_and(|stat| !stat.ended && process.is(&now(stat.started_ticks)))
    }
}

/// How many ancestors of a process are looked at.
const ANCESTORS_MAX: usize = 8;

/// Whether a process is one of these, or was started by one: what a browser shows, and all that it started, is its extension's to tell.
#[must_use]
pub fn is_of(process: u32, browsers: &[u32], proc_fs: &ProcFs) -> bool {
    let parent = |process: &u32| proc_fs.stat(*process).map(|stat| stat.parent);
    let mut family = std::iter::successors(Some(process), parent).take(ANCESTORS_MAX);
    !browsers.is_empty() && family.any(|process| browsers.contains(&process))
}

/// The id of this installation of the system; `None` where there is none.
#[must_use]
pub fn machine_id() -> Option<String> {
    let text = std::fs::read_to_string("/etc/machine-id").ok()?;
    let id = text.trim();
    (!id.is_empty()).then(|| id.to_owned())
}

/// Name and version of the system, from `os-release` and the kernel.
#[must_use]
pub fn system_in_words() -> String {
    let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    system_from(&release, &kernel)
}

/// The same, from the texts of both.
#[must_use]
pub fn system_from(release: &str, kernel: &str) -> String {
    let name = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .map_or("Linux", |name| name.trim_matches('"'));
    format!("{name}, kernel {}", kernel.trim())
}

/// The number of an account, from `/etc/passwd`; `None` when it is not a local one.
#[must_use]
pub fn account_uid(account: &str, passwd: &Path) -> Option<u32> {
    let text = std::fs::read_to_string(passwd).ok()?;
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let uid = fields.nth(1)?;
        (name == account).then(|| uid.parse().ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::{ProcFs, Processes, is_of};

    #[test]
    fn this_very_process_lives_and_one_that_started_at_another_time_does_not() {
        let proc_fs = ProcFs::default();
        let this = proc_fs.process(std::process::id());
        assert!(this.started_ticks > 0);
        assert!(proc_fs.lives(&this));
        let other = super::BrowserProcess { started_ticks: this.started_ticks + 1, ..this };
        assert!(!proc_fs.lives(&other));
    }

    #[test]
    fn a_process_name_with_brackets_and_spaces_does_not_confuse() {
        let root = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(root.path().join("7")).expect("a folder");
        let stat = "7 (a) b (c) S 5 7 7 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4321 9 9";
        std::fs::write(root.path().join("7/stat"), stat).expect("a file");
        let found = ProcFs::at(root.path()).stat(7).expect("a process");
        assert_eq!((found.parent, found.started_ticks, found.ended), (5, 4321, false));
    }

    #[test]
    fn windows_of_a_browser_and_of_what_it_started_are_its_extension_s_and_others_are_not() {
        let proc_fs = ProcFs::default();
        let this = std::process::id();
        let parent = proc_fs.stat(this).expect("this process").parent;
        for (browsers, expected) in
            [(vec![this], true), (vec![parent], true), (vec![u32::MAX], false), (Vec::new(), false)]
        {
            assert_eq!(is_of(this, &browsers, &proc_fs), expected, "{browsers:?}");
        }
    }
}
