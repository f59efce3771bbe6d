//! What runs on the device, how it is connected, what is mounted and plugged in: listed every few seconds while a condition in force
//! needs it, by name alone. Only the supervised account's programs and the system's own services. A folder for each platform: `linux/`.

pub mod browsers;
#[cfg(target_os = "linux")]
pub mod linux;
pub mod proxies;
mod source;

use std::collections::BTreeSet;

use proviso_model::policy::Capture;
use proviso_model::{Machine, MachineWhat};

pub use source::{MachineParts, MachineSource};

use crate::sources::browser::presence::BrowserProcess;

/// Things listed at most in one look; a system that lists more hides what it has in the mass, and that is said.
pub const THINGS_MAX: usize = 4_096;

/// What a look needs to find.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wanted {
    /// What conditions in force let be captured.
    pub capture: Capture,
    /// Whether browsers are needed: some condition is about what they show.
    pub browsers: bool,
}

impl Wanted {
    /// What conditions in force need.
    #[must_use]
    pub fn of(capture: Capture) -> Self {
        let browsers = capture.pages
            || capture.addresses
            || capture.typed
            || capture.searches
            || capture.messages
            || capture.pictures
            || capture.private_windows
            || capture.names;
        Self { capture, browsers }
    }

    /// Whether anything is to be looked for.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        let all = [
            MachineWhat::Program,
            MachineWhat::Connection,
            MachineWhat::Mount,
            MachineWhat::Storage,
            MachineWhat::Proxy,
        ];
        !self.browsers && !all.into_iter().any(|what| self.capture.is_of_machine(what))
    }
}

/// A browser that runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RunningBrowser {
    /// Its first process.
    pub process: BrowserProcess,
    /// Its program's file name.
    pub name: String,
    /// How long it has run, in milliseconds.
    pub runs_ms: u64,
}

/// What a look found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Everything that is there now, each once.
    pub things: BTreeSet<Machine>,
    /// Browsers of the supervised account.
    pub browsers: Vec<RunningBrowser>,
    /// What could not be listed, in words; empty where all could.
    pub unseen: String,
}

/// A system as this source asks it.
pub trait System: Send {
    /// Looks once.
    fn look(&mut self, wanted: &Wanted) -> Seen;
}
