//! What the clocks themselves tell: the machine slept, the wall clock moved, the server put the time right.

use proviso_model::gap::{Gap, GapCause};
use proviso_model::{Source, Timestamp};

use super::Watcher;
use crate::clock::{DOUBT_MS_MIN, Doubt, Reading};
use crate::gaps::correction;

/// A sleep shorter than this is not told apart from a busy machine.
const SLEEP_MS_MIN: u64 = 10_000;

impl Watcher {
    /// Reads all clocks and takes into account what they tell. First in everything that the watcher does, so that no
    /// stretch of time is ever written across a correction. Returns the reckoned time.
    pub(super) fn read_clocks(&mut self) -> Timestamp {
        let before = std::mem::replace(&mut self.moment, self.time.read());
        let passed_ms = self.moment.since_boot_ms.saturating_sub(before.since_boot_ms);
        let expected = before.reckoned.plus_millis(i64::try_from(passed_ms).unwrap_or(i64::MAX));
        self.note_sleep(&before, passed_ms, expected);
        self.note_clock_set(&before, passed_ms);
        if self.moment.doubt.is_some() != before.doubt.is_some() {
            // What was watched up to the last look is written as it stood then, in doubt or not.
            let after = std::mem::replace(&mut self.moment, before);
            self.end_stretch(before.reckoned);
            self.moment = after;
        }
        self.note_correction(expected);
        self.note_doubt(&before);
        self.count_powered(&before);
        self.moment.reckoned
    }

    fn note_sleep(&mut self, before: &Reading, passed_ms: u64, expected: Timestamp) {
        let awake_ms = self.moment.awake_ms.saturating_sub(before.awake_ms);
        let slept_ms = passed_ms.saturating_sub(awake_ms);
        if slept_ms < SLEEP_MS_MIN {
            return;
        }
        self.slept_in_other_use(before, slept_ms);
        // The gap first: whatever is written next then keeps it too.
        self.push_if_asked(Some(Gap {
            from: before.reckoned,
            until: Some(expected),
            source: Source::Health,
            cause: GapCause::PowerOff,
            detail: "the device slept".to_owned(),
        }));
        self.end_stretch(before.reckoned);
        self.browsers.forgive_silence(self.moment.reckoned);
        self.forgive_desktop();
        self.forgive_helper();
    }

    /// The reckoned time is not what the machine's own count expects: only the server's word does that.
    fn note_correction(&mut self, expected: Timestamp) {
        let counted_ms = self.moment.since_boot_ms;
        let Some(gap) = correction(expected, self.moment.reckoned, counted_ms) else { return };
        self.push_if_asked(Some(gap));
        let ahead_ms = expected.millis_since(self.moment.reckoned);
        self.gaps.set_back(self.moment.reckoned, ahead_ms);
        self.put_other_use_back(ahead_ms);
        self.end_stretch(expected);
        self.browsers.clock_corrected(self.moment.reckoned);
        self.forgive_desktop();
        self.forgive_helper();
        // So do the times of messages held from before: what was said hours ago would pass for new.
        self.contexts.forget();
        self.pictures.forget();
        // The last stamp says a time that is known to be wrong.
        self.stamped = None;
    }

    /// Whether a stamp is due: in its rhythm, when a minute is over, so that a kill costs the ledger that minute only in
    /// which it comes, and at once when the wall clock was set. A clock that was set back and of which nothing was kept
    /// cannot be told, after a power cut, from one that is right.
    pub(super) fn stamp_due(&self) -> bool {
        let ahead_ms = |reading: &Reading| reading.wall.millis_since(reading.reckoned);
        let minute = |reading: &Reading| reading.reckoned.as_micros().div_euclid(60_000_000);
        self.stamped.is_none_or(|stamped| {
            self.moment.reckoned.millis_since(stamped.reckoned) >= self.settings.alive_every_ms
                || minute(&self.moment) != minute(&stamped)
                || (ahead_ms(&self.moment) - ahead_ms(&stamped)).abs() >= DOUBT_MS_MIN
        })
    }

    /// A time in doubt is a gap, which goes away when the clock comes back or the server says the time.
    fn note_doubt(&mut self, before: &Reading) {
        let seconds = |ms: i64| ms / 1_000;
        let (cause, detail) = match self.moment.doubt {
            Some(Doubt::Ahead(ms)) => {
                (Some(GapCause::ClockJump), format!("the clock went {} seconds forward", seconds(ms)))
            }
            Some(Doubt::Behind(ms)) => {
                (Some(GapCause::ClockJump), format!("the clock went {} seconds back", seconds(ms)))
            }
            Some(Doubt::Lost) => (
                Some(GapCause::ClockLost),
                "the device started with a clock from before it last ran".to_owned(),
            ),
            None => (None, String::new()),
        };
        let from = before.reckoned.min(self.moment.reckoned);
        for known in [GapCause::ClockJump, GapCause::ClockLost] {
            if cause == Some(known) {
                self.gaps.begin(from, Source::Health, known, detail.clone());
            } else {
                self.gaps.end(self.moment.reckoned, Source::Health, known);
            }
        }
    }
}
