//! The cases of `testdata/histories.toml`: what a profile held twice, and what that is told as.

use proviso_model::limits::{HISTORY_DAYS_MAX, HISTORY_HOURS_MAX};
use proviso_model::observation::HistoryCounts;
use proviso_model::{HistoryReading, HistorySeen, HistorySetting, Timestamp};
use serde::Deserialize;

use super::{HistoryTold, RemovedHow, Unsure, told};

const CASES: &str = include_str!("../../../../../testdata/histories.toml");
const MINUTE: i64 = 60_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    #[serde(rename = "about")]
    _about: String,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// Entries as `AGE xCOUNT`, the age at the first reading: `4d x3`, `20m x1`; of later ones `in 5m x1`.
    before: Vec<String>,
    after: Vec<String>,
    /// Between the readings.
    #[serde(default = "five_minutes")]
    passed: String,
    /// Highest number ever given, at each reading.
    numbered: Option<[u64; 2]>,
    /// Entries from other devices, at each.
    #[serde(default)]
    from_elsewhere: [u64; 2],
    #[serde(default)]
    other_file: bool,
    #[serde(default)]
    other_folder: bool,
    #[serde(default)]
    older_copy: bool,
    /// Its table of entries was made anew, and that of downloads was not.
    #[serde(default)]
    made_anew: bool,
    #[serde(default)]
    page_used: bool,
    #[serde(default)]
    put_aside: bool,
    #[serde(default)]
    disk_full: bool,
    #[serde(default)]
    clock_moved: bool,
    setting: Option<HistorySetting>,
    /// What it is told as.
    told: String,
    /// How many entries were removed at least.
    #[serde(default)]
    entries: u64,
}

fn five_minutes() -> String {
    "5m".to_owned()
}

fn noon() -> Timestamp {
    Timestamp::parse("2026-07-01T12:30:00Z").expect("an instant")
}

fn minutes(age: &str) -> i64 {
    let (number, unit) = age.split_at(age.len() - 1);
    let each = match unit {
        "m" => 1,
        "h" => 60,
        "d" => 1_440,
        _ => panic!("{age}: m, h or d"),
    };
    number.parse::<i64>().expect("a number") * each
}

fn reading(case: &Case, entries: &[String], at: Timestamp, is_after: bool) -> HistoryReading {
    let counts = |step: i64, steps: usize| {
        let last = at.as_micros().div_euclid(step);
        let mut counts =
            HistoryCounts { from: last + 1 - i64::try_from(steps).expect("few"), counts: Vec::new() };
        for (time, count) in entries.iter().map(|entry| entry_of(entry)) {
            let place = time.as_micros().div_euclid(step);
            match counts.counts.iter_mut().find(|(at, _)| *at == place) {
                Some((_, entries)) => *entries += count,
                None if place >= counts.from && place <= last => counts.counts.push((place, count)),
                None => {}
            }
        }
        counts.counts.sort_unstable();
        assert!(counts.is_in_order(steps), "{}", case.name);
        counts
    };
    let all: Vec<(Timestamp, u32)> = entries.iter().map(|entry| entry_of(entry)).collect();
    let which = usize::from(is_after);
    let total = all.iter().map(|(_, count)| u64::from(*count)).sum();
    HistoryReading {
        at,
        entries: total,
        from_elsewhere: case.from_elsewhere[which],
        oldest: all.iter().map(|(at, _)| *at).min(),
        newest: all.iter().map(|(at, _)| *at).max(),
        highest: total,
        numbered: case.numbered.map(|numbered| numbered[which]),
        days: counts(1_440 * MINUTE, HISTORY_DAYS_MAX),
        hours: counts(60 * MINUTE, HISTORY_HOURS_MAX),
        file: if is_after && case.other_file { 2 } else { 1 },
        folder: if is_after && case.other_folder { 2 } else { 1 },
        changes: if is_after && case.older_copy { 5 } else { 7 },
        made_anew: is_after && case.made_anew,
        cleared_at: (is_after && case.page_used).then_some(at),
        put_aside: (is_after && case.put_aside).then_some(at),
        disk_full: case.disk_full,
        setting: case.setting,
    }
}

fn entry_of(entry: &str) -> (Timestamp, u32) {
    let (age, count) = entry.rsplit_once(" x").expect("an age and a count");
    let ago = age.strip_prefix("in ").map_or_else(|| minutes(age), |later| -minutes(later));
    (noon().plus_millis(-ago * 60_000), count.parse().expect("a count"))
}

fn in_a_word(told: HistoryTold) -> &'static str {
    match told {
        HistoryTold::Nothing => "nothing",
        HistoryTold::Expired => "expired",
        HistoryTold::Pressed => "pressed",
        HistoryTold::Forgot(_) => "forgot by a setting",
        HistoryTold::Uncertain(Unsure::OtherProfile) => "another profile",
        HistoryTold::Uncertain(Unsure::OlderCopy) => "an older copy",
        HistoryTold::Uncertain(Unsure::Damaged) => "damaged",
        HistoryTold::Uncertain(Unsure::BeganAnew) => "began anew",
        HistoryTold::Uncertain(Unsure::Clock) => "the clock",
        HistoryTold::Uncertain(Unsure::Setting) => "perhaps a setting",
        HistoryTold::Removed(removed) => match removed.how {
            RemovedHow::Some => "removed: some",
            RemovedHow::All => "removed: all",
            RemovedHow::File => "removed: the file",
        },
    }
}

#[test]
fn what_a_browser_does_by_itself_is_never_told_as_somebody_s_act_and_an_act_is() {
    let cases: Cases = toml::from_str(CASES).expect("the cases are read");
    for case in &cases.case {
        let until = noon().plus_millis(minutes(&case.passed) * 60_000);
        let seen = HistorySeen {
            browser: "Chromium".to_owned(),
            profile: ".config/chromium/Default".to_owned(),
            before: Some(reading(case, &case.before, noon(), false)),
            after: reading(case, &case.after, until, true),
            clock_moved: case.clock_moved,
            setting_is_new: false,
        };
        let told = told(&seen);
        assert_eq!(in_a_word(told), case.told, "{}", case.name);
        if let HistoryTold::Removed(removed) = told {
            assert_eq!((removed.entries, removed.page_used), (case.entries, case.page_used), "{}", case.name);
        }
        let first = HistorySeen { before: None, ..seen };
        assert_eq!(super::told(&first), HistoryTold::Nothing, "{}: a first reading says nothing", case.name);
    }
    let acts = cases.case.iter().filter(|case| case.told.starts_with("removed")).count();
    assert!(acts >= 10 && cases.case.len() - acts >= 20, "{acts} of {}", cases.case.len());
}
