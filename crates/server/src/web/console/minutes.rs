//! Days of a device as strips, midnight to midnight, and the same as a table: what the eye sees stands there in words. The device's
//! page shows a month so, the person's page a week.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, ZonedDateTime};
use proviso_engine::coverage::{Cause, Coverage, Entry, cause_in_words, source_in_words, told_beside};
use proviso_engine::notice::language::Say;
use proviso_model::{OtherAdultTold, Timestamp};
use proviso_store::Stretch;

use super::words;
use crate::app::coverage::DeviceCoverage;
use crate::app::device_tasks::WEEK_DAYS;
use crate::app::other_adult;

/// Where bars begin and how wide a whole day is, in the drawing's units.
const LEFT: f64 = 84.0;
const WIDTH: f64 = 636.0;
/// Where the first day is drawn.
const TOP: u32 = 22;
/// How far apart days are drawn.
const ROW: u32 = 20;
/// Gaps of one day that are named one by one.
const NAMED_MAX: usize = 60;

/// The section of the page.
pub struct Strip {
    /// Tells it apart from others of the same page.
    pub id: String,
    /// What days these are, as a sentence goes on: `March 2026`.
    pub about: String,
    pub height: u32,
    pub marks: Vec<Mark>,
    pub days: Vec<Day>,
    pub zone: String,
    pub summary: String,
    pub causes: Vec<String>,
    /// Whether an officer entered why something was not watched.
    pub has_acts: bool,
    /// In which language.
    pub say: Say,
}

/// An hour above the bars.
pub struct Mark {
    pub x: String,
    pub label: &'static str,
}

/// One bar.
pub struct Bar {
    pub class: &'static str,
    pub x: String,
    pub width: String,
    pub title: String,
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

/// Prepares the section for the days `of`, each with its first instant and the first instant after. A day in which the order asked
/// nothing of the device has no bar; one that has not come is left out.
pub fn strip(
    found: &DeviceCoverage,
    (id, about): (&str, &str),
    of: &[(Date, Stretch)],
    (zone, say): (&TimeZone, Say),
) -> Strip {
    let come = of.iter().filter(|(_, stretch)| stretch.from < found.as_of);
    let days: Vec<Day> = come
        .zip(0..)
        .map(|((date, stretch), index)| {
            let ledger = found.ledger.within(stretch.from, stretch.until);
            day(*date, *stretch, index, (&ledger, &found.other_adult), (zone, say))
        })
        .collect();
    let first = of.iter().map(|(_, stretch)| stretch.from).min().unwrap_or_default();
    let last = of.iter().map(|(_, stretch)| stretch.until).max().unwrap_or_default();
    let ledger = found.ledger.within(first, last);
    Strip {
        id: id.to_owned(),
        about: about.to_owned(),
        height: TOP + ROW * u32::try_from(days.len()).unwrap_or(31),
        marks: marks(),
        zone: zones(first, last, zone),
        summary: summary(&ledger, about, say),
        causes: causes(&ledger, say),
        has_acts: ledger.entries.iter().any(|entry| matches!(entry.gap, Some(Cause::Act(_)))),
        days,
        say,
    }
}

/// Midnight to midnight of the last seven days, newest first, each with its first instant and the first instant after.
#[must_use]
pub fn last_days(now: Timestamp, zone: &TimeZone) -> Vec<(Date, Stretch)> {
    let instant = jiff::Timestamp::from_microsecond(now.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let today = instant.to_zoned_datetime(zone.clone());
    let at = |day: &ZonedDateTime| Timestamp::from_micros(day.timestamp().as_microsecond());
    let day = |back: i64| {
        let start = today.checked_sub(back.days()).ok()?.start_of_day().ok()?;
        let end = start.checked_add(1.day()).ok()?;
        Some((start.date(), Stretch { from: at(&start), until: at(&end) }))
    };
    (0..WEEK_DAYS).filter_map(day).collect()
}

/// What the clocks are on in these days: two, where they change.
fn zones(first: Timestamp, last: Timestamp, zone: &TimeZone) -> String {
    let at = |at: Timestamp| words::when(at, zone).zone;
    let (before, after) = (at(first), at(last));
    if before == after { before } else { format!("{before}, then {after}") }
}

/// The hours above the bars.
fn marks() -> Vec<Mark> {
    [(0.0, "00"), (6.0, "06"), (12.0, "12"), (18.0, "18")]
        .map(|(hour, label)| Mark { x: number(LEFT + WIDTH * hour / 24.0), label })
        .into()
}

/// A place or a width in the drawing's units.
fn number(value: f64) -> String {
    format!("{value:.2}")
}

const ASKED_NOTHING: &str = "The order asked nothing of this device in {about}.";
const ALL_WATCHED: &str = "Under the order: {all}. All of it was watched.";
const PARTS: &str = "Under the order: {all}. Watched {watched}; not watched {gaps}.";
const NONE: &str = "none";
const NOT_ASKED: &str = "nothing asked";
const MORE: &str = "and {left} more";
const WATCHED: &str = "watched, by {sources}";
const WATCHED_BUT: &str = "watched, by {sources}; but {partly}";
const NOT_WATCHED: &str = "not watched: {why}";
const TOLD: &str = "{why}; the device told: {told}";
const FROM_TO: &str = "{from} to {until}";
/// All that this file says by itself, for whoever translates it.
#[cfg(test)]
pub const SAID: [&str; 11] = [
    ASKED_NOTHING,
    ALL_WATCHED,
    PARTS,
    NONE,
    NOT_ASKED,
    MORE,
    WATCHED,
    WATCHED_BUT,
    NOT_WATCHED,
    TOLD,
    FROM_TO,
];

fn summary(ledger: &Coverage, about: &str, say: Say) -> String {
    let [all, watched, gaps] =
        [ledger.minutes(), ledger.watched(), ledger.in_gaps()].map(|minutes| say.span(minutes));
    match (ledger.minutes(), ledger.in_gaps()) {
        (0, _) => say.filled(ASKED_NOTHING, &[("about", about)]),
        (_, 0) => say.filled(ALL_WATCHED, &[("all", &all)]),
        _ => say.filled(PARTS, &[("all", &all), ("watched", &watched), ("gaps", &gaps)]),
    }
}

/// How long each cause lasted, the longest first.
fn causes(ledger: &Coverage, say: Say) -> Vec<String> {
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
        .map(|(cause, minutes)| format!("{}: {}", say.span(minutes), say.of(cause_in_words(cause))))
        .collect()
}

fn day(
    date: Date,
    stretch: Stretch,
    index: u32,
    (ledger, told): (&Coverage, &[OtherAdultTold]),
    (zone, say): (&TimeZone, Say),
) -> Day {
    let y = TOP + ROW * index;
    let named = ledger.entries.iter().filter(|entry| entry.gap.is_some() || !entry.partly.is_empty());
    let mut items: Vec<Item> = named.map(|entry| item(entry, told, (zone, say))).collect();
    let left = items.len().saturating_sub(NAMED_MAX);
    items.truncate(NAMED_MAX);
    let or_none = |minutes: u64| if minutes == 0 { say.of(NONE).to_owned() } else { say.span(minutes) };
    let asked = ledger.minutes() > 0;
    Day {
        name: match say.language() {
            None => date.strftime("%A %-d %B").to_string(),
            Some(_) => say.date(date),
        },
        short: say.short_date(date),
        y,
        text_y: y + 11,
        bars: ledger.entries.iter().map(|entry| bar(entry, told, stretch, (zone, say))).collect(),
        watched: if asked { or_none(ledger.watched()) } else { say.of(NOT_ASKED).to_owned() },
        gaps: or_none(ledger.in_gaps()),
        items,
        more: match left {
            0 => String::new(),
            left => say.filled(MORE, &[("left", &left.to_string())]),
        },
    }
}

/// Minutes in a row, in words.
pub fn item(entry: &Entry, told: &[OtherAdultTold], (zone, say): (&TimeZone, Say)) -> Item {
    let what = match why(entry, say) {
        None => watched(entry, say),
        Some(why) => {
            let not_watched = say.filled(NOT_WATCHED, &[("why", &why)]);
            // How much another adult pressed keys is for officers, who read English.
            match other_adult::within(entry, told).filter(|_| say.language().is_none()) {
                Some(input) => format!("{not_watched}; {input}"),
                None => not_watched,
            }
        }
    };
    Item { when: when(entry, (zone, say)), length: say.span(entry.minutes), what }
}

/// Why minutes were not watched, and what the device told beside what an officer entered.
fn why(entry: &Entry, say: Say) -> Option<String> {
    let why = say.of(cause_in_words(entry.gap?));
    Some(match told_beside(entry) {
        Some(told) => say.filled(TOLD, &[("why", why), ("told", say.of(told.in_words()))]),
        None => why.to_owned(),
    })
}

fn watched(entry: &Entry, say: Say) -> String {
    let sources: Vec<&str> = entry.watched_by.iter().map(|source| say.of(source_in_words(*source))).collect();
    let partly: Vec<&str> = entry.partly.iter().map(|cause| say.of(cause.in_words())).collect();
    let (sources, partly) = (sources.join(", "), partly.join("; "));
    match partly.is_empty() {
        true => say.filled(WATCHED, &[("sources", &sources)]),
        false => say.filled(WATCHED_BUT, &[("sources", &sources), ("partly", &partly)]),
    }
}

fn when(entry: &Entry, (zone, say): (&TimeZone, Say)) -> String {
    let (from, until) = (words::when(entry.from, zone).clock, words::when(entry.until(), zone).clock);
    say.filled(FROM_TO, &[("from", &from), ("until", &until)])
}

fn bar(entry: &Entry, told: &[OtherAdultTold], day: Stretch, of: (&TimeZone, Say)) -> Bar {
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
    let Item { when, length, what } = item(entry, told, of);
    Bar { class, x: number(x), width: number(width), title: format!("{when} ({length}), {what}") }
}
