//! Pictures that may be on a list and wait for the server's answer. Their bytes are in memory alone: what may be on a list is written
//! nowhere, and what is sealed cannot be opened here again. Their numbers are on disk, so that the browser need not hold
//! all that comes after them, and one that never gets its answer is a gap in part and no silence.

use std::collections::BTreeMap;

use proviso_model::gap::{Gap, GapCause};
use proviso_model::{Source, Timestamp};

use super::acks::NOTE_ACKS;
use super::{PictureLost, Watcher};
use crate::sources::session::INSTANCE_PREFIX;
use crate::spool::{Note, SpoolError, note_of};

/// Name of the note with the numbers.
const NOTE_ASKING: &str = "pictures-asked";

/// Browser session, number, and when it was shown.
type Waits = Vec<(String, u64, Timestamp)>;

/// Those that wait, and when each was shown.
#[derive(Debug, Clone, Default)]
pub(super) struct Asking(BTreeMap<(String, u64), Timestamp>);

impl Asking {
    pub(super) fn has(&self, instance: &str, n: u64) -> bool {
        self.0.contains_key(&(instance.to_owned(), n))
    }

    pub(super) fn remove(&mut self, instance: &str, n: u64) -> bool {
        self.0.remove(&(instance.to_owned(), n)).is_some()
    }

    pub(super) fn note(&self) -> Result<Note, SpoolError> {
        let waits: Waits = self.0.iter().map(|((instance, n), at)| (instance.clone(), *n, *at)).collect();
        note_of(NOTE_ASKING, &waits)
    }
}

/// Who saw a picture, by the name of the run that told of it.
fn source_of(instance: &str) -> Source {
    if instance.starts_with(INSTANCE_PREFIX) { Source::Files } else { Source::Browser }
}

impl Watcher {
    /// A picture shall wait for the server's answer. Its number is acknowledged once this is on disk. `false` where it may not, or no
    /// longer: then it is done with.
    pub fn picture_asks(&mut self, instance: &str, n: u64, shown_at: Timestamp) -> bool {
        let now = self.read_clocks();
        self.decide();
        if self.asking.has(instance, n) {
            return true;
        }
        if self.know(instance).is_err() {
            self.note_lost(now, source_of(instance), PictureLost::NotAnswered);
            return false;
        }
        if self.acks.is_done(instance, n) {
            return false;
        }
        self.acks.done(instance, n);
        self.asking.0.insert((instance.to_owned(), n), shown_at);
        let notes = [self.asking.note(), note_of(NOTE_ACKS, &self.acks)];
        let notes: Result<Vec<Note>, SpoolError> = notes.into_iter().collect();
        if let Err(error) = notes.and_then(|notes| self.spool.keep(&notes)) {
            tracing::warn!(%error, "a picture cannot wait for the server's answer");
            self.asking.remove(instance, n);
            self.note_lost(now, source_of(instance), PictureLost::NotAnswered);
            self.record_gaps();
            return false;
        }
        true
    }

    /// It waits no longer; whether it did.
    pub(super) fn asked(&mut self, instance: &str, n: u64) -> bool {
        let was = self.asking.remove(instance, n);
        if was {
            self.keep_asking();
        }
        was
    }

    fn keep_asking(&self) {
        if let Err(error) = self.asking.note().and_then(|note| self.spool.keep(&[note])) {
            tracing::warn!(%error, "that a picture waits no longer could not be kept");
        }
    }

    /// Where no condition in force looks at pictures any more, those that wait are let go of, and counted.
    pub(super) fn watch_asking(&mut self, now: Timestamp) {
        if self.asking.0.is_empty() || (self.standing.watching && self.standing.capture.pictures) {
            return;
        }
        for (instance, _) in std::mem::take(&mut self.asking).0.into_keys() {
            self.note_lost(now, source_of(&instance), PictureLost::NotAnswered);
        }
        self.keep_asking();
        self.keep.hash_sets().questions().wake();
    }

    /// Those that waited when an earlier run ended, which was at `until`, are lost.
    pub(super) fn note_left_asking(&mut self, until: Timestamp) {
        let left = self.spool.note::<Waits>(NOTE_ASKING).ok().flatten().unwrap_or_default();
        if left.is_empty() {
            return;
        }
        for source in [Source::Browser, Source::Files] {
            let of = left.iter().filter(|(instance, ..)| source_of(instance) == source);
            let times: Vec<Timestamp> = of.map(|(_, _, shown_at)| *shown_at).collect();
            let Some(first) = times.iter().min() else { continue };
            let (from, until) = ((*first).min(until), Some(until));
            let detail = format!(
                "pictures that waited for the server's answer about a list when the program ended: {}",
                times.len()
            );
            self.push_if_asked(Some(Gap { from, until, source, cause: GapCause::PicturesDropped, detail }));
        }
        // The gap and that they wait no longer become durable together.
        let notes = self.notes().and_then(|mut notes| {
            notes.push(self.asking.note()?);
            self.spool.keep(&notes)
        });
        if let Err(error) = notes {
            tracing::warn!(%error, "that pictures wait no longer could not be kept");
        }
    }
}
