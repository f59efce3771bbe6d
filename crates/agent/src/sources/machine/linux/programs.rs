//! Programs that run, from `/proc`: of the supervised account, and of the system's own accounts, whose services run for everybody.
//! Other people's are not read.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::super::RunningBrowser;
use super::super::browsers::is_browser;
use super::names;
use crate::sources::browser::presence::BrowserProcess;
use crate::sources::health::ProcFs;

/// Below this number accounts belong to the system (login.defs(5), `UID_MIN`).
pub(crate) const PEOPLE_FROM: u32 = 1_000;
/// Accounts that systemd and Debian give to services, such as that of libvirt's virtual machines (systemd's uids-gids; Debian policy 9.2.2).
const SERVICES: std::ops::RangeInclusive<u32> = 61_184..=65_533;
/// Programs of containers, which start a virtual machine of their own: it is a part of them.
const CONTAINERS: [&str; 3] = ["com.docker.backend", "com.docker.virtualization", "docker-desktop"];
/// How far above a process its container's program is looked for.
const ABOVE_MAX: usize = 16;
/// Kernel ticks in a second, on every Linux that this program runs on.
const TICK_MS: u64 = 10;
/// Bytes of a command line that are looked at for the program's name.
const COMMAND_BYTES_MAX: usize = 4_096;
/// Programs that run another, which then stands in their first argument.
const RUNNERS: [&str; 9] = ["python", "perl", "sh", "bash", "dash", "ruby", "node", "mono", "gjs"];

/// Programs as they were at the last look.
pub(super) struct Programs {
    proc: PathBuf,
    facts: ProcFs,
    uid: u32,
    /// Since the machine started, at the last look.
    since_boot_ms: Option<u64>,
    /// By process: what is not read anew while the same process lives.
    known: BTreeMap<u32, Program>,
}

#[derive(Debug, Clone)]
struct Program {
    started_ticks: u64,
    parent: u32,
    is_of_account: bool,
    names: Vec<String>,
}

impl Programs {
    pub(super) fn new(proc: &Path, uid: u32) -> Self {
        Self {
            proc: proc.to_owned(),
            facts: ProcFs::at(proc),
            uid,
            since_boot_ms: None,
            known: BTreeMap::new(),
        }
    }

    /// The supervised account.
    pub(super) fn uid(&self) -> u32 {
        self.uid
    }

    /// Looks which processes live; of new ones what they run.
    pub(super) fn look(&mut self) -> Result<(), String> {
        let pids: BTreeSet<u32> =
            names(&self.proc, "programs")?.iter().filter_map(|name| name.parse().ok()).collect();
        // The first process is the system's own and always there: who does not see it sees only what is its own.
        if !pids.contains(&1) {
            return Err("programs cannot be listed: the system hides other accounts' processes".to_owned());
        }
        self.since_boot_ms = self.facts.since_boot_ms();
        self.known.retain(|pid, _| pids.contains(pid));
        for pid in pids {
            let Some(stat) = self.facts.stat(pid) else { continue };
            let is_known =
                self.known.get(&pid).is_some_and(|known| known.started_ticks == stat.started_ticks);
            if is_known && !self.is_young(stat.started_ticks) {
                continue;
            }
            let Some(program) = self.read(pid, stat.parent, stat.started_ticks) else {
                self.known.remove(&pid);
                continue;
            };
            self.known.insert(pid, program);
        }
        Ok(())
    }

    /// A process that has just begun may still become the program that it was begun for.
    fn is_young(&self, started_ticks: u64) -> bool {
        self.runs_ms(started_ticks).is_none_or(|ms| ms < 15_000)
    }

    fn runs_ms(&self, started_ticks: u64) -> Option<u64> {
        Some(self.since_boot_ms?.saturating_sub(started_ticks.saturating_mul(TICK_MS)))
    }

    fn read(&self, pid: u32, parent: u32, started_ticks: u64) -> Option<Program> {
        let folder = self.proc.join(pid.to_string());
        let owner = std::fs::metadata(&folder).ok()?.uid();
        let is_of_account = owner == self.uid;
        if !is_of_account && owner >= PEOPLE_FROM && !SERVICES.contains(&owner) {
            return None;
        }
        let mut names = Vec::new();
        // The file itself, where the system lets it be read; else what the program says of itself.
        let file = std::fs::read_link(folder.join("exe")).ok();
        names.extend(file.as_deref().and_then(|path| base(&path.to_string_lossy())));
        let command = command(&folder.join("cmdline"));
        let mut words = command.iter();
        let first = words.next().and_then(|word| base(word));
        let runs_other = |name: &String| {
            RUNNERS
                .iter()
                .any(|runner| name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') == *runner)
        };
        if names.iter().chain(&first).any(runs_other) {
            names.extend(words.next().filter(|word| !word.starts_with('-')).and_then(|word| base(word)));
        }
        names.extend(first);
        if names.is_empty() {
            // A thread of the kernel has neither, and is no program.
            return None;
        }
        names.sort_unstable();
        names.dedup();
        Some(Program { started_ticks, parent, is_of_account, names })
    }

    /// Names of what runs, each once.
    pub(super) fn names(&self) -> Vec<(String, String)> {
        let of_itself = self.known.values().filter(|program| !self.is_of_container(program));
        let all: BTreeSet<&String> = of_itself.flat_map(|program| &program.names).collect();
        all.into_iter().map(|name| (name.clone(), String::new())).collect()
    }

    /// Whether it is a machine that the program of containers has started for itself.
    fn is_of_container(&self, program: &Program) -> bool {
        if !program.names.iter().any(|name| name.starts_with("qemu-system-")) {
            return false;
        }
        let above = |of: &&Program| self.known.get(&of.parent);
        std::iter::successors(above(&program), above)
            .take(ABOVE_MAX)
            .any(|of| of.names.iter().any(|name| CONTAINERS.contains(&name.as_str())))
    }

    /// Browsers of the account, by their first process.
    pub(super) fn browsers(&self) -> Vec<RunningBrowser> {
        let name_of = |program: &Program| {
            program
                .is_of_account
                .then(|| program.names.iter().find(|name| is_browser(name)).cloned())
                .flatten()
        };
        let found = self.known.iter().filter_map(|(pid, program)| {
            let name = name_of(program)?;
            let is_child = self.known.get(&program.parent).and_then(name_of).is_some();
            let process = BrowserProcess { pid: *pid, started_ticks: program.started_ticks };
            (!is_child).then(|| RunningBrowser {
                process,
                name,
                runs_ms: self.runs_ms(program.started_ticks).unwrap_or_default(),
            })
        });
        found.collect()
    }
}

/// A file's name without its folder, in a form that can be printed.
fn base(path: &str) -> Option<String> {
    let path = path.strip_suffix(" (deleted)").unwrap_or(path);
    // Some programs write their whole line into the first word.
    let path = if path.starts_with('/') { path.split(' ').next().unwrap_or(path) } else { path };
    let name = path.rsplit('/').next()?.trim_end_matches(':');
    let is_name = !name.is_empty() && name.len() <= 255 && !name.contains(char::is_control);
    is_name.then(|| name.to_owned())
}

/// The words of a command line, of which the first two say what runs; the others are never kept.
fn command(path: &Path) -> Vec<String> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let Ok(file) = std::fs::File::open(path) else { return Vec::new() };
    if file.take(COMMAND_BYTES_MAX as u64).read_to_end(&mut bytes).is_err() {
        return Vec::new();
    }
    let words = bytes.split(|byte| *byte == 0).take(2);
    words.map(|word| String::from_utf8_lossy(word).into_owned()).filter(|word| !word.is_empty()).collect()
}
