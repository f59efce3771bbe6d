//! What happens without an observation: time passes, conditions end, the machine sleeps, liveness falls due.

use proviso_model::gap::{Gap, GapCause};
use proviso_model::policy::Capture;
use proviso_model::record::{Liveness, RecordBody};
use proviso_model::{Source, Timestamp};

use super::Watcher;
use crate::clock::TrueTime;
use crate::spool::Room;
use crate::uplink::NOTE_REVOKED;

/// A sleep shorter than this is not told apart from a busy machine.
const SLEEP_MS_MIN: u64 = 10_000;
/// A wall clock that moves by more than this against the machine's own count has jumped.
const JUMP_MS_MIN: i64 = 60_000;

/// Where the clocks stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    now: Timestamp,
    wall: Timestamp,
    since_boot_ms: u64,
    awake_ms: u64,
}

impl Moment {
    pub(super) fn of(time: &TrueTime) -> Self {
        let clock = time.clock();
        Self {
            now: time.now(),
            wall: clock.wall(),
            since_boot_ms: clock.since_boot_ms(),
            awake_ms: clock.awake_ms(),
        }
    }
}

/// A stretch of watched time that is not on record yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    pub from: Timestamp,
    pub capture: Capture,
    pub observed: u64,
    pub dropped: u64,
    pub shielded: u64,
}

impl Watcher {
    /// Lets time pass. Call it every few seconds; it does nothing costly when nothing changed.
    pub fn tick(&mut self) {
        let before = self.moment;
        self.moment = Moment::of(&self.time);
        let now = self.moment.now;
        self.revoked |= self.spool.note::<String>(NOTE_REVOKED).is_ok_and(|note| note.is_some());
        self.note_sleep(&before);
        self.note_jump(&before);
        if self.spool_full && self.spool.has_room().unwrap_or(false) {
            // The gap can only end once its beginning is on record, which also shows that the disk takes writes again.
            self.record_gaps();
            self.spool_full = self.gaps.next_unrecorded().is_some();
        }
        self.decide(now);
        self.watch_browsers(now);
        let due = self
            .stretch
            .is_some_and(|stretch| now.millis_since(stretch.from) >= self.settings.liveness_every_ms);
        if due {
            self.end_stretch(now);
            self.decide(now);
        }
        self.record_gaps();
        self.record_contradictions();
        let every_ms = self.settings.alive_every_ms;
        if self.stamped_at.is_none_or(|stamped| now.millis_since(stamped) >= every_ms) {
            self.stamp(now);
        }
    }

    fn note_sleep(&mut self, before: &Moment) {
        let passed_ms = self.moment.since_boot_ms.saturating_sub(before.since_boot_ms);
        let awake_ms = self.moment.awake_ms.saturating_sub(before.awake_ms);
        let asleep_ms = passed_ms.saturating_sub(awake_ms);
        if asleep_ms < SLEEP_MS_MIN {
            return;
        }
        self.end_stretch(before.now);
        let watched = self.keep.policy().is_none_or(|kept| !kept.capture_at(before.now).is_nothing());
        if watched {
            self.gaps.push_ended(Gap {
                from: before.now,
                until: Some(self.moment.now),
                source: Source::Health,
                cause: GapCause::PowerOff,
                detail: "the device slept".to_owned(),
            });
        }
        self.browsers.forgive_silence(self.moment.now);
    }

    /// A jump that nothing confirms is a gap that goes away when the clock comes back or the server confirms it.
    fn note_jump(&mut self, before: &Moment) {
        let passed_ms = self.moment.since_boot_ms.saturating_sub(before.since_boot_ms);
        let expected = before.wall.plus_millis(i64::try_from(passed_ms).unwrap_or(i64::MAX));
        let moved_ms = self.moment.wall.millis_since(expected);
        let by_server = self.time.by_server();
        let off_server_ms = by_server.map(|server| self.moment.wall.millis_since(server).abs());
        let confirmed = self.time.is_confirmed() && off_server_ms.is_some_and(|off| off < JUMP_MS_MIN);
        if confirmed {
            self.gaps.end(self.moment.now, Source::Health, GapCause::ClockJump);
        } else if moved_ms.abs() >= JUMP_MS_MIN {
            if self.gaps.is_open(Source::Health, GapCause::ClockJump) {
                self.gaps.end(self.moment.now, Source::Health, GapCause::ClockJump);
            } else {
                let detail = format!("the clock moved by {} seconds", moved_ms / 1_000);
                self.gaps.begin(expected.min(self.moment.now), Source::Health, GapCause::ClockJump, detail);
            }
        }
    }

    pub(super) fn begin_stretch(&mut self, from: Timestamp, capture: Capture) {
        if self.stretch.is_none() {
            self.stretch = Some(Stretch { from, capture, observed: 0, dropped: 0, shielded: 0 });
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
        if self.record(&kept, RecordBody::Liveness { liveness }, Room::Reserve, &[]).is_err() {
            self.stretch = Some(stretch);
        }
    }

    /// A stretch as it is put on record.
    pub(super) fn liveness(&self, stretch: &Stretch, until: Timestamp) -> Liveness {
        let mut sources = vec![Source::Health];
        if self.browsers.any_connected() {
            sources.push(Source::Browser);
        }
        Liveness {
            from: stretch.from,
            until: until.max(stretch.from),
            capture: stretch.capture,
            sources,
            observed: stretch.observed,
            dropped: stretch.dropped,
            shielded: stretch.shielded,
        }
    }
}
