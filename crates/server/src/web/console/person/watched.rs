//! Watched time and gaps of the last seven days: bars for the eye, the same in a table, and no score (invariant 8).

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{ToSpan, ZonedDateTime};
use proviso_engine::coverage::joined;
use proviso_model::Timestamp;
use proviso_store::{GapRow, WatchedRow};

use crate::web::console::day_strip::{Bar, LEFT, Mark, TOP, WIDTH, marks, number};
use crate::web::console::words;

const DAYS: i32 = 7;
/// How far apart days are drawn.
const ROW: u32 = 26;

/// The section of the page.
pub struct Watched {
    pub summary: String,
    /// What could not be noticed while all else was watched; empty when nothing.
    pub partly: String,
    pub has_device: bool,
    pub height: u32,
    pub zone: String,
    pub marks: Vec<Mark>,
    pub days: Vec<Day>,
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
    pub causes: String,
}

/// A stretch in milliseconds since 1970.
type Range = (i64, i64);

/// Prepares the section.
pub fn section(
    watched: &[WatchedRow],
    gaps: &[GapRow],
    has_device: bool,
    now: Timestamp,
    zone: &TimeZone,
) -> Watched {
    let (partly, gaps): (Vec<_>, Vec<_>) = gaps.iter().cloned().partition(|gap| gap.cause.is_partial());
    let gaps = gaps.as_slice();
    let watched_ranges: Vec<Range> =
        joined(watched.iter().map(|row| (millis(row.from), millis(row.until))).collect());
    let days: Vec<Day> = day_bounds(now, zone)
        .into_iter()
        .enumerate()
        .map(|(index, (start, bounds))| day(index, &start, bounds, &watched_ranges, gaps, now, zone))
        .collect();
    let whole = day_bounds(now, zone);
    let from = whole.last().map_or(0, |(_, bounds)| bounds.0);
    let total = within(&watched_ranges, (from, millis(now)));
    let lost = within(&gap_ranges(gaps, now), (from, millis(now)));
    Watched {
        partly: causes(&partly, (from, millis(now)), now),
        summary: summary(total, lost, gaps, from, now, has_device),
        has_device,
        height: TOP + ROW * u32::try_from(DAYS).unwrap_or(7),
        zone: now_zone(now, zone),
        marks: marks(),
        days,
    }
}

fn summary(total: i64, lost: i64, gaps: &[GapRow], from: i64, now: Timestamp, has_device: bool) -> String {
    if !has_device {
        return "No device is enrolled, so nothing was watched.".to_owned();
    }
    let causes = causes(gaps, (from, millis(now)), now);
    match (total, lost) {
        (0, 0) => "No time is on record as watched or not watched.".to_owned(),
        (total, 0) => format!("Watched {}; no gap is on record.", words::span(total)),
        (total, lost) => {
            format!("Watched {}; not watched {}: {causes}.", words::span(total), words::span(lost))
        }
    }
}

fn now_zone(now: Timestamp, zone: &TimeZone) -> String {
    words::when(now, zone).zone
}

/// Midnight to midnight of the last days, newest first.
fn day_bounds(now: Timestamp, zone: &TimeZone) -> Vec<(ZonedDateTime, Range)> {
    let instant = jiff::Timestamp::from_microsecond(now.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let today = instant.to_zoned_datetime(zone.clone());
    (0..DAYS)
        .filter_map(|back| {
            let start = today.checked_sub(back.days()).ok()?.start_of_day().ok()?;
            let end = start.checked_add(1.day()).ok()?;
            let bounds = (start.timestamp().as_millisecond(), end.timestamp().as_millisecond());
            Some((start, bounds))
        })
        .collect()
}

fn day(
    index: usize,
    start: &ZonedDateTime,
    bounds: Range,
    watched: &[Range],
    gaps: &[GapRow],
    now: Timestamp,
    zone: &TimeZone,
) -> Day {
    let gap_ranges = gap_ranges(gaps, now);
    let mut bars: Vec<Bar> =
        watched.iter().filter_map(|range| bar("watched", *range, bounds, "Watched", zone)).collect();
    bars.extend(gaps.iter().filter_map(|row| {
        let title = format!("Not watched: {}", row.cause.in_words());
        bar("gap", gap_range(row, now), bounds, &title, zone)
    }));
    let (seen, lost) = (within(watched, bounds), within(&gap_ranges, bounds));
    let y = TOP + ROW * u32::try_from(index).unwrap_or(0);
    Day {
        name: start.strftime("%A %-d %B").to_string(),
        short: start.strftime("%a %-d %b").to_string(),
        y,
        text_y: y + 11,
        bars,
        watched: if seen == 0 { "no record".to_owned() } else { words::span(seen) },
        gaps: if lost == 0 { "none".to_owned() } else { words::span(lost) },
        causes: causes(gaps, bounds, now),
    }
}

fn bar(class: &'static str, range: Range, bounds: Range, what: &str, zone: &TimeZone) -> Option<Bar> {
    let (from, until) = (range.0.max(bounds.0), range.1.min(bounds.1));
    if from >= until {
        return None;
    }
    // A day has 23 to 25 hours; milliseconds of a day fit an f64 exactly.
    let scale = WIDTH / (bounds.1 - bounds.0) as f64;
    let width = ((until - from) as f64 * scale).max(1.5);
    let x = (LEFT + (from - bounds.0) as f64 * scale).min(LEFT + WIDTH - width);
    let clock = |at: i64| words::when(Timestamp::from_micros(at * 1_000), zone).clock;
    Some(Bar {
        class,
        x: number(x),
        width: number(width),
        title: format!("{what}, {} to {}", clock(from), clock(until)),
    })
}

/// Every cause of a gap that touches the bounds, once each, in words.
fn causes(gaps: &[GapRow], bounds: Range, now: Timestamp) -> String {
    let causes: BTreeSet<_> =
        gaps.iter().filter(|row| within(&[gap_range(row, now)], bounds) > 0).map(|row| row.cause).collect();
    causes.into_iter().map(proviso_model::GapCause::in_words).collect::<Vec<_>>().join("; ")
}

fn gap_ranges(gaps: &[GapRow], now: Timestamp) -> Vec<Range> {
    joined(gaps.iter().map(|row| gap_range(row, now)).collect())
}

/// A gap that lasts ends, for showing, now.
fn gap_range(row: &GapRow, now: Timestamp) -> Range {
    (millis(row.from), millis(row.until.unwrap_or(now)))
}

fn millis(at: Timestamp) -> i64 {
    at.as_micros() / 1_000
}

/// Milliseconds of `ranges` that lie within `bounds`.
fn within(ranges: &[Range], bounds: Range) -> i64 {
    ranges.iter().map(|(from, until)| (until.min(&bounds.1) - from.max(&bounds.0)).max(0)).sum()
}

#[cfg(test)]
mod tests {
    use proviso_engine::coverage::joined;

    use super::{section, within};
    use crate::web::console::words;
    use proviso_model::ids::{CaseId, DeviceId};
    use proviso_model::{GapCause, Source, Timestamp};
    use proviso_store::{GapRow, WatchedRow};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("an instant")
    }

    #[test]
    fn overlapping_watched_time_counts_once() {
        let ranges = joined(vec![(10, 20), (0, 12), (30, 30), (25, 28)]);
        assert_eq!(ranges, [(0, 20), (25, 28)]);
        assert_eq!(within(&ranges, (5, 26)), 16);
    }

    #[test]
    fn invariant_08_watched_time_and_gaps_are_said_with_their_cause_and_never_as_a_score() {
        let (case, device) = (CaseId::random([1; 16]), DeviceId::random([2; 16]));
        let watched = WatchedRow {
            record: [0; 32],
            case,
            device,
            from: at("2026-11-24T08:00:00Z"),
            until: at("2026-11-24T13:12:00Z"),
            observed: 9,
            dropped: 9,
            shielded: 0,
            sources: vec![Source::Health],
        };
        let gap = GapRow {
            record: [1; 32],
            case,
            device,
            source: Source::Browser,
            cause: GapCause::ExtensionStopped,
            from: at("2026-11-24T13:20:00Z"),
            until: None,
            sealed: Vec::new(),
        };
        let zone = words::zone("Europe/London");
        let shown = section(&[watched], &[gap], true, at("2026-11-24T14:00:00Z"), &zone);
        assert_eq!(
            shown.summary,
            "Watched 5 h 12 min; not watched 40 min: the browser was open and its extension did not answer."
        );
        let today = shown.days.first().expect("seven days");
        assert_eq!((today.watched.as_str(), today.gaps.as_str()), ("5 h 12 min", "40 min"));
        assert_eq!(today.bars.len(), 2);
        assert_eq!(shown.days.len(), 7);
        assert!(!shown.summary.contains('%'));
    }
}
