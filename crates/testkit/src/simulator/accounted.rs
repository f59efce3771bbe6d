//! Every minute under an order is watched or is a gap with a cause (invariant 8).

use proviso_model::Timestamp;
use proviso_model::record::{RecordBody, RecordContent};

/// A hole shorter than this is no minute.
const HOLE_MS_MAX: i64 = 60_000;

/// Stretches of time that records account for.
#[derive(Debug, Default)]
pub(super) struct Accounted {
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    stretches: Vec<(Timestamp, Timestamp)>,
}

impl Accounted {
    /// Takes a record into account. The time before the first record is nobody's.
    pub(super) fn add(&mut self, content: &RecordContent) {
        let at = content.recorded_at;
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
        match &content.body {
            RecordBody::Liveness { liveness } => self.stretches.push((liveness.from, liveness.until)),
            // A gap that still lasts is told again, with its end, when it ends.
            RecordBody::Gap { gap } => self.stretches.push((gap.from, gap.until.unwrap_or(at))),
            _ => {}
        }
    }

    /// What is left, in words.
    pub(super) fn holes(&self) -> Vec<String> {
        let (Some(first), Some(last)) = (self.first, self.last) else { return Vec::new() };
        let mut stretches = self.stretches.clone();
        stretches.sort_unstable();
        let mut holes = Vec::new();
        let mut until = first;
        for (from, end) in stretches.into_iter().chain([(last, last)]) {
            if from.millis_since(until) > HOLE_MS_MAX {
                holes.push(format!("nothing accounts for the time from {until} to {from}"));
            }
            until = until.max(end);
        }
        holes
    }
}
