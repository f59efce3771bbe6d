//! What happens without an observation: time passes, conditions end, the machine sleeps, liveness falls due.

use proviso_model::policy::{Capture, TrialCount};
use proviso_model::record::{Liveness, RecordBody};
use proviso_model::{Source, Timestamp};

use super::Watcher;
use crate::sources::desktop::Sight;
use crate::spool::Room;
use crate::uplink::NOTE_REVOKED;

/// Which sources watch beside the agent itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Watching {
    browser: bool,
    desktop: bool,
}

/// A stretch of watched time that is not on record yet. The same sources watch in all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub from: Timestamp,
    pub capture: Capture,
    pub by: Watching,
    pub observed: u64,
    pub dropped: u64,
    pub shielded: u64,
    pub pictures: u64,
    pub pictures_unreadable: u64,
    pub trial: Option<TrialCount>,
}

impl Watcher {
    /// Lets time pass. Call it every few seconds; it does nothing costly when nothing changed.
    pub fn tick(&mut self) {
        let now = self.read_clocks();
        self.revoked |= self.spool.note::<String>(NOTE_REVOKED).is_ok_and(|note| note.is_some());
        if self.spool_full && self.spool.has_room().unwrap_or(false) {
            // The gap can only end once its beginning is on record, which also shows that the disk takes writes again.
            self.record_gaps();
            self.spool_full = self.gaps.next_unrecorded().is_some();
        }
        self.decide();
        self.contexts.forget_old(self.moment.now);
        self.pictures.forget_old(self.moment.now);
        self.forget_histories();
        self.tell_stop();
        self.watch_browsers(now);
        self.watch_lists(now);
        self.watch_asking(now);
        self.watch_names(now);
        self.watch_desktop(now);
        self.watch_context(now);
        self.watch_helper(now);
        self.watch_lost_pictures(now);
        let due = self
            .stretch
            .is_some_and(|stretch| now.millis_since(stretch.from) >= self.settings.liveness_every_ms);
        if due {
            self.end_stretch(now);
            self.decide();
        }
        self.part_stretch(now);
        self.record_gaps();
        self.tell_other_use();
        self.record_contradictions();
        self.look_for_release();
        if self.stamp_due() {
            self.stamp();
        }
    }

    /// Where other sources watch than did when the stretch began, another one begins.
    pub(super) fn part_stretch(&mut self, now: Timestamp) {
        let by = self.watching();
        if self.stretch.is_some_and(|stretch| stretch.by != by) {
            self.end_stretch(now);
            self.decide();
        }
    }

    fn watching(&self) -> Watching {
        Watching { browser: self.browsers.any_connected(), desktop: *self.desktop() == Sight::Sees }
    }

    pub(super) fn begin_stretch(&mut self, from: Timestamp, capture: Capture) {
        if self.stretch.is_none() {
            self.stretch = Some(Stretch {
                from,
                capture,
                by: self.watching(),
                observed: 0,
                dropped: 0,
                shielded: 0,
                pictures: 0,
                pictures_unreadable: 0,
                trial: None,
            });
        }
    }

    /// Puts the watched stretch on record. Without room it stays open and is recorded later.
    pub(super) fn end_stretch(&mut self, until: Timestamp) {
        let Some(kept) = self.keep.policy() else { return };
        // Taken out first: the stamp that is written with the record must not hold it once more.
        let Some(stretch) = self.stretch.take() else { return };
        if until <= stretch.from && stretch.observed == 0 {
            return;
        }
        let liveness = self.liveness(&stretch, until);
        let Stretch { observed, pictures, pictures_unreadable: unreadable, .. } = stretch;
        tracing::info!(observed, pictures, unreadable, "a stretch of watching has ended");
        if self.record(&kept, RecordBody::Liveness { liveness }, Room::Reserve, &[]).is_err() {
            self.stretch = Some(stretch);
        }
    }

    /// A stretch as it is put on record.
    pub(super) fn liveness(&self, stretch: &Stretch, until: Timestamp) -> Liveness {
        let mut sources = vec![Source::Health];
        if stretch.by.browser {
            sources.push(Source::Browser);
        }
        if stretch.by.desktop {
            sources.push(Source::Desktop);
        }
        sources.extend(self.helper_sources(&stretch.capture));
        Liveness {
            from: stretch.from,
            until: until.max(stretch.from),
            capture: stretch.capture,
            sources,
            observed: stretch.observed,
            dropped: stretch.dropped,
            shielded: stretch.shielded,
            pictures: stretch.pictures,
            pictures_unreadable: stretch.pictures_unreadable,
            trial: stretch.trial,
        }
    }
}
