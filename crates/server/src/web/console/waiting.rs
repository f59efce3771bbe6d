//! What the officers of a case learn of what may be privileged: that something waits, since when, under which paragraph; and counts.

use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_store::PrivilegeRow;

use super::privilege::paragraphs;
use super::words::{self, When};
use crate::app::officer::privilege::OfCase;
use crate::app::privilege::Counts;

/// One record that waits.
pub struct WaitLine {
    /// Under which paragraphs.
    pub paragraphs: String,
    /// When it was observed.
    pub observed: When,
    /// For how long it waits.
    pub age: String,
}

/// The part of a person's page.
pub struct WaitBox {
    /// What waits.
    pub waiting: Vec<WaitLine>,
    /// What was decided, in sentences.
    pub decided: Vec<String>,
    /// Whether somebody may decide.
    pub has_reviewer: bool,
}

/// One line.
#[must_use]
pub fn line(row: &PrivilegeRow, now: Timestamp, zone: &TimeZone) -> WaitLine {
    WaitLine {
        paragraphs: paragraphs(&row.paragraphs),
        observed: words::when(row.observed_at, zone),
        age: words::span(now.millis_since(row.held_at)),
    }
}

/// The part of a person's page; nothing where nothing ever waited.
#[must_use]
pub fn of_case(found: &OfCase, now: Timestamp, zone: &TimeZone) -> Option<WaitBox> {
    (found.counts != Counts::default()).then(|| WaitBox {
        waiting: found.waiting.iter().map(|row| line(row, now, zone)).collect(),
        decided: decided(&found.counts),
        has_reviewer: found.has_reviewer,
    })
}

fn decided(counts: &Counts) -> Vec<String> {
    let said = [
        (counts.privileged, "is privileged and stays sealed", "are privileged and stay sealed"),
        (
            counts.partly,
            "is privileged in part; the rest was put before you",
            "are privileged in part; the rest was put before you",
        ),
        (
            counts.released,
            "is not privileged and was put before you",
            "are not privileged and were put before you",
        ),
    ];
    let said = said.into_iter().filter(|(count, ..)| *count > 0);
    said.map(|(count, one, many)| {
        format!(
            "{}, as an independent reviewer decided.",
            words::counted(count, &format!("record {one}"), &format!("records {many}"))
        )
    })
    .collect()
}
