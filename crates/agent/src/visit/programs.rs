//! Programs, connections, mounts and storage, by name against the lists of the paragraphs that ask. What no list names is dropped and
//! counted.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use proviso_engine::Pack;
use proviso_engine::behaviour::machine::found;
use proviso_engine::visit::{VisitRead, things};
use proviso_model::order::Condition;
use proviso_model::policy::{Capture, MachineThing};
use proviso_model::visit::{MachineSeen, SeenHow, VisitFacts};
use proviso_model::{Machine, MachineWhat, Timestamp};

use super::VisitError;
use super::eyes::Eyes;
use crate::sources::machine::linux::{Linux, disk_of};
use crate::sources::machine::{System as _, Wanted};

/// Where programs are put, from the root on.
const SYSTEM_FOLDERS: [&str; 8] = [
    "usr/bin",
    "usr/sbin",
    "usr/games",
    "usr/local/bin",
    "usr/local/sbin",
    "snap/bin",
    "opt",
    "var/lib/flatpak/app",
];
/// The same from the home on.
const HOME_FOLDERS: [&str; 5] =
    [".local/bin", "bin", "Applications", ".local/share/applications", ".local/share/flatpak/app"];
/// Comes with every Linux, so that being there says nothing.
const COMES_ALONG: [&str; 1] = ["shred"];

/// Lists with what each paragraph declares.
pub(super) struct Lists<'a>(Vec<(&'a Condition, Vec<MachineThing>)>);

impl<'a> Lists<'a> {
    pub(super) fn of(conditions: &'a [Condition], packs: &[Pack]) -> Self {
        let lists = conditions.iter().map(|condition| (condition, things(packs, condition.kind)));
        Self(lists.filter(|(_, things)| !things.is_empty()).collect())
    }

    fn names(&self, thing: &Machine) -> bool {
        self.0.iter().any(|(condition, things)| found(things, &condition.declared, thing).is_some())
    }
}

/// What runs, is connected, mounted and plugged in now.
pub(super) fn now(
    eyes: &mut Eyes<'_>,
    lists: &Lists<'_>,
    reads: &BTreeMap<VisitRead, Vec<String>>,
    out: &Path,
    facts: &mut VisitFacts,
) -> Result<(), VisitError> {
    let has = |read| reads.contains_key(&read);
    let capture = Capture {
        programs: has(VisitRead::Programs),
        connections: has(VisitRead::Connections),
        mounts: has(VisitRead::Mounts),
        storage: has(VisitRead::Storage),
        ..Capture::default()
    };
    let (proc, sys) = (eyes.system("proc"), eyes.system("sys"));
    let why = |wanted: &[VisitRead]| -> Vec<String> {
        let all: BTreeSet<&String> = wanted.iter().filter_map(|read| reads.get(read)).flatten().collect();
        all.into_iter().cloned().collect()
    };
    if capture.programs || capture.mounts {
        let why = why(&[VisitRead::Programs, VisitRead::Mounts]);
        eyes.note("look", &proc, &why, "names of running programs; kinds of mounts")?;
    }
    if capture.connections || capture.storage {
        let why = why(&[VisitRead::Connections, VisitRead::Storage]);
        eyes.note("look", &sys, &why, "kinds of network interfaces; storage that is plugged in")?;
    }
    let seen = Linux::at(&proc, &sys, eyes.place().uid).look(&Wanted { capture, browsers: false });
    if !seen.unseen.is_empty() {
        eyes.not_reached.push(seen.unseen);
    }
    // What the officer has brought along is not the person's.
    let own = std::fs::metadata(out).ok().and_then(|of| disk_of(&sys, of.dev()));
    for thing in seen.things {
        let is_own = thing.what == MachineWhat::Storage
            && own.as_ref().is_some_and(|(name, serial)| *name == thing.name && *serial == thing.detail);
        if !is_own && lists.names(&thing) {
            facts.machine.push(MachineSeen {
                thing,
                how: SeenHow::Now,
                place: String::new(),
                changed_at: None,
            });
        } else {
            facts.names_dropped += 1;
        }
    }
    Ok(())
}

/// What is installed.
pub(super) fn installed(
    eyes: &mut Eyes<'_>,
    lists: &Lists<'_>,
    why: &[String],
    facts: &mut VisitFacts,
) -> Result<(), VisitError> {
    let system = SYSTEM_FOLDERS.map(|folder| eyes.system(folder));
    let home = HOME_FOLDERS.map(|folder| eyes.home(folder));
    for folder in system.into_iter().chain(home) {
        for entry in eyes.list(&folder, why)? {
            let known = names(&entry.name).into_iter().map(|name| Machine {
                what: MachineWhat::Program,
                name,
                detail: String::new(),
            });
            let Some(thing) = known
                .filter(|thing| !COMES_ALONG.contains(&thing.name.as_str()))
                .find(|thing| lists.names(thing))
            else {
                facts.names_dropped += 1;
                continue;
            };
            let path = folder.join(&entry.name);
            let of = std::fs::symlink_metadata(&path).ok();
            let changed_at = of.map(|of| Timestamp::from_micros(of.ctime().saturating_mul(1_000_000)));
            let place = path.to_string_lossy().into_owned();
            facts.machine.push(MachineSeen { thing, how: SeenHow::Installed, place, changed_at });
        }
    }
    Ok(())
}

/// The names that a program's file may stand for: its own, and without what menus, images and Flatpak add.
fn names(file: &str) -> Vec<String> {
    let file = file.to_lowercase();
    let bare =
        [".desktop", ".appimage"].into_iter().find_map(|end| file.strip_suffix(end)).map(str::to_owned);
    let last = bare.as_deref().unwrap_or(&file).rsplit('.').next().map(str::to_owned);
    let mut names = vec![file];
    names.extend(bare);
    // `org.example.Program`, not `program.sh`.
    names.extend(last.filter(|_| names.last().is_some_and(|name| name.matches('.').count() >= 2)));
    names
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_file_stands_for_its_program_also_in_a_menu_an_image_and_a_flatpak() {
        for (file, expected) in [
            ("tor", &["tor"][..]),
            ("Marina.AppImage", &["marina.appimage", "marina"]),
            ("org.example.Marina", &["org.example.marina", "marina"]),
            ("org.example.Marina.desktop", &["org.example.marina.desktop", "org.example.marina", "marina"]),
            ("tor.sh", &["tor.sh"]),
        ] {
            assert_eq!(names(file), expected, "{file}");
        }
    }
}
