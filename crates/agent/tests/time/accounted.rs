//! What a reader of the record may believe of watched time and gaps, set against what really happened.

use proviso_model::Timestamp;
use proviso_model::record::{RecordBody, RecordContent};

/// A hole shorter than this is no minute.
const MINUTE_MS: i64 = 60_000;
/// The agent stamps that it runs every 30 seconds, and looks at the clocks every minute in these stories.
const SLACK_MS: i64 = 121_000;

pub type Stretch = (Timestamp, Timestamp);

/// The stretches that records claim as watched, and those that they claim as gaps. A record cannot speak of time after
/// it was written: where a later record was written at an earlier time, the clock had been ahead, and what goes beyond
/// is void.
pub fn claims(records: &[RecordContent], end: Timestamp) -> (Vec<Stretch>, Vec<Stretch>) {
    let (mut watched, mut gaps) = (Vec::new(), Vec::new());
    let mut latest = end;
    let mut open = Vec::new();
    for content in records.iter().rev() {
        latest = latest.min(content.recorded_at);
        match &content.body {
            // Watched by a clock in doubt is a gap.
            RecordBody::Liveness { .. } if content.clock_in_doubt => {}
            RecordBody::Liveness { liveness } => watched.push((liveness.from, liveness.until.min(latest))),
            RecordBody::Gap { gap } => {
                let key = (gap.from, gap.source, gap.cause);
                let lasts = gap.until.is_none() && !open.contains(&key);
                open.push(key);
                let until = if lasts { end } else { gap.until.unwrap_or(gap.from).min(latest) };
                gaps.push((gap.from, until));
            }
            _ => {}
        }
    }
    (watched, gaps)
}

/// Minutes of `from..until` that no stretch covers.
pub fn holes(stretches: &[Stretch], from: Timestamp, until: Timestamp) -> Vec<String> {
    let mut stretches = stretches.to_vec();
    stretches.sort_unstable();
    let mut reached = from;
    let mut holes = Vec::new();
    for (start, end) in stretches.into_iter().chain([(until, until)]) {
        let start = start.min(until);
        if start.millis_since(reached) > MINUTE_MS {
            holes.push(format!("nothing accounts for {reached} to {start}"));
        }
        reached = reached.max(end);
    }
    holes
}

/// Claims of watched time, outside all gaps, in which the agent did not run.
pub fn untrue(watched: &[Stretch], gaps: &[Stretch], ran: &[Stretch]) -> Vec<String> {
    let mut untrue = Vec::new();
    for (from, until) in watched {
        let mut known: Vec<Stretch> = gaps.iter().chain(ran).copied().collect();
        known.sort_unstable();
        let mut reached = *from;
        for (start, end) in known.into_iter().chain([(*until, *until)]) {
            let start = start.min(*until);
            if start.millis_since(reached) > SLACK_MS {
                untrue.push(format!("{reached} to {start} is called watched and was not"));
            }
            reached = reached.max(end);
        }
    }
    untrue
}
