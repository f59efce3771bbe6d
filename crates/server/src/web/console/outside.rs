//! Words for what the order as known now does not cover.

use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_model::order::OrderEnd;
use proviso_store::{OrderEndRow, Outside, OutsideCause};

use super::words;

/// What every such note ends with.
pub const BEFORE_REVIEW: &str = "Do not act on it before review.";

/// `Paragraph 3 was quashed from 3 March 2026`.
#[must_use]
pub fn ended(end: &OrderEnd) -> String {
    let what =
        end.paragraph.as_ref().map_or_else(|| "The order".to_owned(), |number| format!("Paragraph {number}"));
    let done = end.kind.in_words();
    match end.until {
        Some(until) => format!("{what} {done} {}", words::window(end.from, until)),
        None => format!("{what} {done} from {}", words::day(end.from)),
    }
}

/// Why a group of findings is outside, for a heading.
#[must_use]
pub fn cause(outside: Outside, ends: &[OrderEndRow]) -> String {
    match (outside.cause, end_of(outside, ends)) {
        (_, Some(end)) => ended(end),
        (OutsideCause::WithOthers, None) => {
            "Covered by the order, but sealed in one record with what is not".to_owned()
        }
        (OutsideCause::DeviceAct, None) => {
            "An officer entered that nothing may be captured on the device then".to_owned()
        }
        (_, None) => "The order as entered does not cover it on that day".to_owned(),
    }
}

/// What stands beside something that an officer can see: `Paragraph 3 was quashed from 3 March 2026; this finding is from
/// 5 March 2026. Do not act on it before review.`
#[must_use]
pub fn note(
    outside: Outside,
    ends: &[OrderEndRow],
    what: &str,
    observed_at: Timestamp,
    zone: &TimeZone,
) -> String {
    let day = words::when(observed_at, zone).date;
    match end_of(outside, ends) {
        Some(end) => format!("{}; {what} is from {day}. {BEFORE_REVIEW}", ended(end)),
        None if outside.cause == OutsideCause::DeviceAct => format!(
            "An officer entered that nothing may be captured on the device on {day}, when {what} was observed: somebody else \
             may have used it, or its monitoring was over. {BEFORE_REVIEW}"
        ),
        None => {
            format!(
                "The order as it is known now does not cover {what}, which is from {day}. {BEFORE_REVIEW}"
            )
        }
    }
}

fn end_of(outside: Outside, ends: &[OrderEndRow]) -> Option<&OrderEnd> {
    ends.iter().find(|row| Some(row.id) == outside.end).map(|row| &row.end)
}
