//! A month as a strip for each day, and the same as a table: what the eye sees stands there in words.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use proviso_engine::coverage::{Cause, Coverage, Entry, cause_in_words, gap_in_words, watched_in_words};
use proviso_model::{OtherAdultTold, Timestamp};
use proviso_store::Stretch;

use super::asked::Month;
use crate::app::coverage::DeviceCoverage;
use crate::app::other_adult;
use crate::web::console::day_strip::{Bar, LEFT, Mark, TOP, WIDTH, marks, number};
use crate::web::console::words;

/// How far apart days are drawn.
const ROW: u32 = 20;
/// Gaps of one day that are named one by one.
const NAMED_MAX: usize = 60;

/// The section of the page.
pub struct Strip {
    pub height: u32,
    pub marks: Vec<Mark>,
    pub days: Vec<Day>,
    pub zone: String,
    pub summary: String,
    pub causes: Vec<String>,
    /// Whether an officer entered why something was not watched.
    pub has_acts: bool,
}

/// One day: bars, and the same in words.
pub struct Day {
    pub name: String,
    pub short: String,
    pub y: u32,
    pub text_y: u32,
    pub bars: Vec<Bar>,
    pub watched: String,
    pub gaps: String,
    pub items: Vec<Item>,
    pub more: String,
}

/// Minutes in a row, in words.
pub struct Item {
    pub when: String,
    pub length: String,
    pub what: String,
}

/// Prepares the section. A day in which the order asked nothing of the device has no bar.
pub fn strip(found: &DeviceCoverage, month: &Month, zone: &TimeZone) -> Strip {
    let days: Vec<Day> = month
        .days(zone)
        .into_iter()
        .filter(|(_, stretch)| stretch.from < found.as_of)
        .zip(0..)
        .map(|((date, stretch), index)| {
            let ledger = found.ledger.within(stretch.from, stretch.until);
            day(date, stretch, index, (&ledger, &found.other_adult), zone)
        })
        .collect();
    Strip {
        height: TOP + ROW * u32::try_from(days.len()).unwrap_or(31),
        marks: marks(),
        zone: words::when(month.stretch(zone).from, zone).zone,
        summary: summary(&found.ledger),
        causes: causes(&found.ledger),
        has_acts: found.ledger.entries.iter().any(|entry| matches!(entry.gap, Some(Cause::Act(_)))),
        days,
    }
}

fn summary(ledger: &Coverage) -> String {
    match (ledger.minutes(), ledger.in_gaps()) {
        (0, _) => "The order asked nothing of this device in this month.".to_owned(),
        (all, 0) => format!("Under the order: {}. All of it was watched.", span(all)),
        (all, gaps) => format!(
            "Under the order: {}. Watched {}; not watched {}.",
            span(all),
            span(ledger.watched()),
            span(gaps)
        ),
    }
}

/// How long each cause lasted, the longest first.
fn causes(ledger: &Coverage) -> Vec<String> {
    let mut by_cause: BTreeMap<Cause, u64> = BTreeMap::new();
    for entry in &ledger.entries {
        if let Some(cause) = entry.gap {
            *by_cause.entry(cause).or_default() += entry.minutes;
        }
    }
    let mut causes: Vec<_> = by_cause.into_iter().collect();
    causes.sort_by_key(|(cause, minutes)| (std::cmp::Reverse(*minutes), *cause));
    causes
        .into_iter()
        .map(|(cause, minutes)| format!("{}: {}", span(minutes), cause_in_words(cause)))
        .collect()
}

fn day(
    date: jiff::civil::Date,
    stretch: Stretch,
    index: u32,
    (ledger, told): (&Coverage, &[OtherAdultTold]),
    zone: &TimeZone,
) -> Day {
    let y = TOP + ROW * index;
    let named = ledger.entries.iter().filter(|entry| entry.gap.is_some() || !entry.partly.is_empty());
    let mut items: Vec<Item> = named.map(|entry| item(entry, told, zone)).collect();
    let left = items.len().saturating_sub(NAMED_MAX);
    items.truncate(NAMED_MAX);
    let or_none = |minutes: u64| if minutes == 0 { "none".to_owned() } else { span(minutes) };
    let asked = ledger.minutes() > 0;
    Day {
        name: date.strftime("%A %-d %B").to_string(),
        short: date.strftime("%a %-d %b").to_string(),
        y,
        text_y: y + 11,
        bars: ledger.entries.iter().map(|entry| bar(entry, told, stretch, zone)).collect(),
        watched: if asked { or_none(ledger.watched()) } else { "nothing asked".to_owned() },
        gaps: or_none(ledger.in_gaps()),
        items,
        more: match left {
            0 => String::new(),
            left => format!("and {left} more: ask above for a part of the day"),
        },
    }
}

/// Minutes in a row, in words.
pub fn item(entry: &Entry, told: &[OtherAdultTold], zone: &TimeZone) -> Item {
    let what = gap_in_words(entry).map_or_else(
        || {
            let partly: Vec<&str> = entry.partly.iter().map(|cause| cause.in_words()).collect();
            let watched = format!("watched, by {}", watched_in_words(entry));
            if partly.is_empty() { watched } else { format!("{watched}; but {}", partly.join("; ")) }
        },
        |why| match other_adult::within(entry, told) {
            Some(input) => format!("not watched: {why}; {input}"),
            None => format!("not watched: {why}"),
        },
    );
    Item { when: when(entry, zone), length: span(entry.minutes), what }
}

fn when(entry: &Entry, zone: &TimeZone) -> String {
    format!("{} to {}", words::when(entry.from, zone).clock, words::when(entry.until(), zone).clock)
}

fn bar(entry: &Entry, told: &[OtherAdultTold], day: Stretch, zone: &TimeZone) -> Bar {
    let class = match entry.gap {
        None => "watched",
        Some(Cause::Device(_)) => "gap",
        Some(Cause::Act(_)) => "act",
        Some(Cause::Nothing(_)) => "nothing",
    };
    // A day has 23 to 25 hours; minutes of a day fit an f64 exactly.
    let minutes = |from: Timestamp, until: Timestamp| (until.millis_since(from) / 60_000) as f64;
    let scale = WIDTH / minutes(day.from, day.until).max(1.0);
    let width = (entry.minutes as f64 * scale).max(1.0);
    let x = (LEFT + minutes(day.from, entry.from) * scale).min(LEFT + WIDTH - width);
    let Item { when, length, what } = item(entry, told, zone);
    Bar { class, x: number(x), width: number(width), title: format!("{when} ({length}), {what}") }
}

fn span(minutes: u64) -> String {
    words::span(i64::try_from(minutes).unwrap_or(i64::MAX).saturating_mul(60_000))
}
