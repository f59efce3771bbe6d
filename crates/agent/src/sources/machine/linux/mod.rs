//! Linux, from `/proc`, `/sys` and settings in `/etc`: nothing is run for it, and nothing but names is read.

mod connections;
mod mounts;
mod programs;
mod storage;

use std::path::{Path, PathBuf};

use proviso_model::{Machine, MachineWhat};

use super::{Seen, System, THINGS_MAX, Wanted, proxies};
pub(crate) use programs::PEOPLE_FROM;
use programs::Programs;
pub(crate) use storage::disk_of;

/// A device with Linux.
pub struct Linux {
    proc: PathBuf,
    sys: PathBuf,
    etc: PathBuf,
    programs: Programs,
}

impl Linux {
    /// The device that this program runs on, for an account by its number.
    #[must_use]
    pub fn here(uid: u32) -> Self {
        Self::at(Path::new("/proc"), Path::new("/sys"), uid)
    }

    /// The same with other roots, for tests.
    #[must_use]
    pub fn at(proc: &Path, sys: &Path, uid: u32) -> Self {
        let (proc, sys, programs) = (proc.to_owned(), sys.to_owned(), Programs::new(proc, uid));
        Self { proc, sys, etc: PathBuf::from("/etc"), programs }
    }

    /// With another folder of settings, for tests.
    #[must_use]
    pub fn with_settings_in(self, etc: &Path) -> Self {
        Self { etc: etc.to_owned(), ..self }
    }
}

impl System for Linux {
    fn look(&mut self, wanted: &Wanted) -> Seen {
        let mut seen = Seen::default();
        let mut unseen: Vec<String> = Vec::new();
        let mut take = |what: MachineWhat, found: Result<Vec<(String, String)>, String>| match found {
            Ok(found) => {
                let things = found.into_iter().map(|(name, detail)| Machine { what, name, detail });
                seen.things.extend(things.take(THINGS_MAX));
            }
            Err(why) => unseen.push(why),
        };
        let capture = wanted.capture;
        if capture.programs || wanted.browsers {
            let looked = self.programs.look();
            if capture.programs || looked.is_err() {
                take(MachineWhat::Program, looked.map(|()| self.programs.names()));
            }
        }
        if capture.connections {
            take(MachineWhat::Connection, connections::connections(&self.sys));
        }
        if capture.mounts {
            take(MachineWhat::Mount, mounts::mounts(&self.proc, self.programs.uid()));
        }
        if capture.storage {
            take(MachineWhat::Storage, storage::storage(&self.sys));
        }
        if capture.proxies {
            seen.things.extend(proxies::of_system(&self.etc).into_iter().take(THINGS_MAX));
        }
        if wanted.browsers {
            seen.browsers = self.programs.browsers();
        }
        seen.unseen = unseen.join("; ");
        seen
    }
}

/// A small text of the system, trimmed; nothing where it cannot be read.
fn read(path: &Path) -> Option<String> {
    std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The names in a folder of the system.
fn names(folder: &Path, what: &str) -> Result<Vec<String>, String> {
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("{what} cannot be listed ({}: {error})", folder.display()))?;
    Ok(entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect())
}
