//! Every minute under an order is watched or is a gap with a cause (invariant 8).

use proviso_ledger::envelope::Header;
use proviso_model::Timestamp;
use proviso_model::gap::GapCause;
use proviso_model::record::{RecordBody, RecordContent};

/// A hole shorter than this is no minute.
const HOLE_MS_MAX: i64 = 60_000;
/// A stretch may be called watched up to the last stamp before a power cut.
const STAMP_MS_MAX: i64 = 60_000;

/// From and until.
pub(super) type Stretch = (Timestamp, Timestamp);

/// What one record says of time.
#[derive(Debug, Clone, Copy)]
struct Claim {
    place: (u32, u64),
    recorded_at: Timestamp,
    stretch: Option<Stretch>,
    watched: bool,
    by_clock: bool,
}

/// Stretches of time that records account for.
#[derive(Debug, Default)]
pub(super) struct Accounted {
    claims: Vec<Claim>,
}

impl Accounted {
    /// Takes a record into account. The time before the first record is nobody's.
    pub(super) fn add(&mut self, header: &Header, content: &RecordContent) {
        let at = content.recorded_at;
        let stretch = match &content.body {
            // Watched by a clock in doubt is a gap.
            RecordBody::Liveness { .. } if content.clock_in_doubt => None,
            RecordBody::Liveness { liveness } => Some((liveness.from, liveness.until)),
            // A gap that still lasts is told again, with its end, when it ends.
            RecordBody::Gap { gap } => Some((gap.from, gap.until.unwrap_or(at))),
            _ => None,
        };
        let clock = [GapCause::ClockJump, GapCause::ClockLost];
        let by_clock = matches!(&content.body, RecordBody::Gap { gap } if clock.contains(&gap.cause));
        let watched = matches!(content.body, RecordBody::Liveness { .. });
        let place = (header.epoch, header.seq);
        self.claims.push(Claim { place, recorded_at: at, stretch, watched, by_clock });
    }

    /// As if the agent had put no gap of its clock on record.
    pub(super) fn forget_clock_gaps(&mut self, forget: bool) {
        self.claims.retain(|claim| !(forget && claim.by_clock));
    }

    /// No record speaks of time after it was written: where a later one has an earlier time, the clock had been ahead,
    /// and what goes beyond is void.
    pub(super) fn void_later_claims(&mut self) {
        self.claims.sort_by_key(|claim| claim.place);
        let mut latest = Timestamp::from_micros(i64::MAX);
        for claim in self.claims.iter_mut().rev() {
            latest = latest.min(claim.recorded_at);
            claim.recorded_at = latest;
            claim.stretch = claim.stretch.map(|(from, until)| (from, until.min(latest)));
        }
    }

    fn stretches(&self, of: impl Fn(&Claim) -> bool) -> Vec<Stretch> {
        let mut stretches: Vec<_> =
            self.claims.iter().filter(|claim| of(claim)).filter_map(|claim| claim.stretch).collect();
        stretches.sort_unstable();
        stretches
    }

    /// What is left, in words.
    pub(super) fn holes(&self) -> Vec<String> {
        let times = self.claims.iter().map(|claim| claim.recorded_at);
        let (Some(first), Some(last)) = (times.clone().min(), times.max()) else { return Vec::new() };
        uncovered(&self.stretches(|_| true), first, last, HOLE_MS_MAX)
            .into_iter()
            .map(|(from, until)| format!("nothing accounts for the time from {from} to {until}"))
            .collect()
    }

    /// Time without power that is called watched, outside all gaps.
    pub(super) fn untrue(&self, off: &[Stretch]) -> Vec<String> {
        let gaps = self.stretches(|claim| !claim.watched);
        let watched = self.stretches(|claim| claim.watched);
        let both = |(from, until): &Stretch, (start, end): &Stretch| (*from.max(start), *until.min(end));
        off.iter()
            .flat_map(|off| watched.iter().map(move |stretch| both(off, stretch)))
            .flat_map(|(from, until)| uncovered(&gaps, from, until, STAMP_MS_MAX))
            .map(|(from, until)| format!("{from} to {until} is called watched and had no power"))
            .collect()
    }
}

/// Parts of `from..until`, longer than `ms_max`, that no stretch covers.
fn uncovered(stretches: &[Stretch], from: Timestamp, until: Timestamp, ms_max: i64) -> Vec<Stretch> {
    let mut parts = Vec::new();
    let mut reached = from;
    for (start, end) in stretches.iter().copied().chain([(until, until)]) {
        let start = start.min(until);
        if start.millis_since(reached) > ms_max {
            parts.push((reached, start));
        }
        reached = reached.max(end);
    }
    parts
}
