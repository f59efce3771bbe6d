//! Known absences of observation. A gap is on record when it begins and again when it ends; one that could not be
//! recorded yet (no room, no policy to seal to) waits here until it can.

mod restart;

use std::collections::VecDeque;

use proviso_model::gap::{Gap, GapCause};
use proviso_model::{Source, Timestamp};
use serde::{Deserialize, Serialize};

pub use restart::{Alive, Ended, Restart, correction, restart_gaps};

/// Name of the note with the gap book: written with every record and stamp that it changed before, so that a power cut
/// forgets no gap that the stamp no longer tells of.
pub const NOTE_GAPS: &str = "gaps";
/// Ended gaps that may wait to be recorded; beyond, the two oldest are joined.
const ENDED_MAX: usize = 256;

/// A gap that lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenGap {
    /// The gap, without an end.
    pub gap: Gap,
    /// Whether its beginning is on record.
    pub recorded: bool,
}

/// The gaps that last, and those that ended and are not on record yet.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GapBook {
    open: Vec<OpenGap>,
    ended: VecDeque<Gap>,
}

impl GapBook {
    /// The gaps that last.
    #[must_use]
    pub fn open(&self) -> &[OpenGap] {
        &self.open
    }

    /// Whether such a gap lasts.
    #[must_use]
    pub fn is_open(&self, source: Source, cause: GapCause) -> bool {
        self.open.iter().any(|open| open.gap.source == source && open.gap.cause == cause)
    }

    /// Begins a gap, unless one with this source and cause lasts already.
    pub fn begin(&mut self, from: Timestamp, source: Source, cause: GapCause, detail: impl Into<String>) {
        if !self.is_open(source, cause) {
            let gap = Gap { from, until: None, source, cause, detail: detail.into() };
            self.open.push(OpenGap { gap, recorded: false });
        }
    }

    /// Ends a gap, if it lasts.
    pub fn end(&mut self, until: Timestamp, source: Source, cause: GapCause) {
        self.end_saying(until, source, cause, None);
    }

    /// The same, with words that are known only at its end.
    pub fn end_saying(&mut self, until: Timestamp, source: Source, cause: GapCause, said: Option<String>) {
        let found = self.open.iter().position(|open| open.gap.source == source && open.gap.cause == cause);
        if let Some(index) = found {
            let gap = self.open.remove(index).gap;
            let until = Some(until.max(gap.from));
            let detail = said.unwrap_or(gap.detail);
            self.push_ended(Gap { until, detail, ..gap });
        }
    }

    /// Ends the gaps that only a running agent sees.
    pub fn end_what_needs_an_agent(&mut self, until: Timestamp) {
        self.end(until, Source::Health, GapCause::OtherAdult);
        let whole = [GapCause::ExtensionStopped, GapCause::ProtocolMismatch, GapCause::PrivateWindow];
        for cause in whole.into_iter().chain(GapCause::PARTIAL) {
            for source in [
                Source::Browser,
                Source::Desktop,
                Source::Files,
                Source::Accessibility,
                Source::Processes,
                Source::Histories,
            ] {
                self.end(until, source, cause);
            }
        }
    }

    /// The time is `now`, and was taken for `ahead_ms` later: a gap that began by that reckoning, at a time that has not
    /// come yet, would cover nothing once it ends. It ends where it is said to begin, and goes on from its true beginning.
    pub fn set_back(&mut self, now: Timestamp, ahead_ms: i64) {
        let (wrong, right): (Vec<_>, Vec<_>) = self.open.drain(..).partition(|open| open.gap.from > now);
        self.open = right;
        for OpenGap { gap, .. } in wrong {
            let from = gap.from.plus_millis(-ahead_ms).min(now);
            self.begin(from, gap.source, gap.cause, gap.detail.clone());
            self.push_ended(Gap { until: Some(gap.from), ..gap });
        }
    }

    /// Notes a gap that is over already.
    pub fn push_ended(&mut self, gap: Gap) {
        self.ended.push_back(gap);
        if self.ended.len() > ENDED_MAX
            && let (Some(first), Some(second)) = (self.ended.pop_front(), self.ended.pop_front())
        {
            self.ended.push_front(join(first, second));
        }
    }

    /// The next gap to record: ended ones first, in order.
    #[must_use]
    pub fn next_unrecorded(&self) -> Option<Gap> {
        self.ended
            .front()
            .or_else(|| self.open.iter().find(|open| !open.recorded).map(|open| &open.gap))
            .cloned()
    }

    /// The book as it will be once [`GapBook::next_unrecorded`] is on record.
    #[must_use]
    pub fn after_next(&self) -> Self {
        let mut after = self.clone();
        if after.ended.pop_front().is_none()
            && let Some(open) = after.open.iter_mut().find(|open| !open.recorded)
        {
            open.recorded = true;
        }
        after
    }
}

/// Two gaps as one that covers both, so that memory stays bounded and no minute is lost from the record.
fn join(first: Gap, second: Gap) -> Gap {
    let same = first.source == second.source && first.cause == second.cause;
    Gap {
        from: first.from.min(second.from),
        until: first.until.max(second.until),
        source: first.source,
        cause: if same { first.cause } else { GapCause::Unknown },
        detail: "several gaps in a row".to_owned(),
    }
}
