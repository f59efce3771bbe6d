//! One look after another over every profile: one whose files have changed since it was last told is read and told.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proviso_model::Timestamp;
use proviso_model::limits::{HISTORY_NAME_BYTES_MAX, HISTORY_PROFILES_MAX};

use super::copy::{State, Unread, state, states};
use super::read::read;
use super::{HistoriesParts, Told};
use crate::profiles::{MAKES, Make, PROFILES_MAX};

/// Looks in a row at which a history may be changing before that is said.
const CHANGING_MAX: u32 = 5;
/// Names in one browser's folder; more are not looked at.
const NAMES_MAX: usize = 4_096;

/// How a profile's files stand.
type Stand = ([State; 3], State);

/// What is known of the profiles.
pub(super) struct Rounds {
    parts: HistoriesParts,
    is_over: Arc<AtomicBool>,
    known: BTreeMap<String, Known>,
    sight: Option<Option<String>>,
}

#[derive(Default)]
struct Known {
    browser: &'static str,
    told: Option<Stand>,
    /// Read at least once.
    was_read: bool,
    changing: u32,
    trouble: Option<String>,
}

/// A profile's folder.
struct Place {
    make: &'static Make,
    /// From the home on.
    shown: String,
    folder: PathBuf,
}

impl Rounds {
    pub(super) fn new(parts: HistoriesParts, is_over: Arc<AtomicBool>) -> Self {
        // What a helper that was killed has left.
        let _ = std::fs::remove_dir_all(&parts.scratch);
        Self { parts, is_over, known: BTreeMap::new(), sight: None }
    }

    /// Looks once; `tell` says whether it goes on.
    pub(super) fn look(&mut self, now: Timestamp, tell: &mut dyn FnMut(Told) -> bool) -> bool {
        let places = places(&self.parts.home);
        for place in &places {
            if self.is_over.load(Ordering::Relaxed) {
                return false;
            }
            if let Some(told) = self.profile(place, now)
                && !tell(told)
            {
                return false;
            }
        }
        let is_gone = |shown: &String| !self.parts.home.join(shown).is_dir();
        let gone: Vec<String> = self.known.keys().filter(|shown| is_gone(shown)).cloned().collect();
        for profile in gone {
            let Some(known) = self.known.remove(&profile).filter(|known| known.was_read) else { continue };
            let told = Told::Reading { browser: known.browser.to_owned(), profile, reading: None };
            if !tell(told) {
                return false;
            }
        }
        let sight = self.trouble();
        self.sight.as_ref() == Some(&sight) || {
            self.sight = Some(sight.clone());
            tell(Told::Sight(sight))
        }
    }

    /// What cannot be read, by the browsers' names alone: a profile's may be the person's.
    fn trouble(&self) -> Option<String> {
        let known = self.known.values();
        let mut lines: Vec<String> = known
            .filter_map(|known| Some(format!("{}: {}", known.browser, known.trouble.as_ref()?)))
            .collect();
        lines.sort_unstable();
        lines.dedup();
        (!lines.is_empty()).then(|| lines.join("; "))
    }

    fn profile(&mut self, place: &Place, now: Timestamp) -> Option<Told> {
        let is_over = || self.is_over.load(Ordering::Relaxed);
        let known = self.known.entry(place.shown.clone()).or_default();
        known.browser = place.make.name;
        let [settings, file] = [place.make.form.profile_files()[0], place.make.form.history_file()];
        let stand = (states(&place.folder.join(file)), state(&place.folder.join(settings)));
        if known.told == Some(stand) {
            return None;
        }
        let HistoriesParts { root, scratch, .. } = &self.parts;
        match read(place.make, &place.folder, root, scratch, now, &is_over) {
            Ok(reading) => {
                *known =
                    Known { browser: place.make.name, told: Some(stand), was_read: true, ..Known::default() };
                let (browser, profile) = (place.make.name.to_owned(), place.shown.clone());
                Some(Told::Reading { browser, profile, reading: Some(Box::new(reading)) })
            }
            // A profile that keeps none yet, or that has just been emptied of its file: the next one in its place says more.
            Err(Unread::Absent) => {
                (known.told, known.trouble) = (None, None);
                None
            }
            Err(unread) => {
                known.changing =
                    if unread == Unread::Changing { known.changing.saturating_add(1) } else { CHANGING_MAX };
                known.trouble = (known.changing >= CHANGING_MAX).then(|| unread.to_string());
                None
            }
        }
    }
}

/// Every profile of the account, in the order in which makes are known.
fn places(home: &Path) -> Vec<Place> {
    let mut found = Vec::new();
    for make in &MAKES {
        let folder = home.join(make.folder);
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let names =
            entries.flatten().take(NAMES_MAX).map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.collect();
        names.sort_unstable();
        // Opera keeps its profile in the folder itself.
        let of_make = std::iter::once(String::new()).chain(names).filter_map(|name| {
            let at = folder.join(&name);
            let is_one = make.form.profile_files().iter().any(|file| at.join(file).exists());
            let shown = Path::new(make.folder).join(&name).to_string_lossy().trim_end_matches('/').to_owned();
            (is_one && shown.len() <= HISTORY_NAME_BYTES_MAX).then_some(Place { make, shown, folder: at })
        });
        found.extend(of_make.take(PROFILES_MAX));
    }
    found.truncate(HISTORY_PROFILES_MAX);
    found
}
