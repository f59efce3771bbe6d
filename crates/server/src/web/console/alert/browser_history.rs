//! A browser's history on an alert's page: what its numbers say, by whose account and between when; never through whom.

use jiff::tz::TimeZone;
use proviso_engine::behaviour::history::{HistoryTold, told};
use proviso_model::{HistoryReading, HistorySeen};

use crate::web::console::words;

/// What became of it, in which account on which device and between when; an account and a device, never a person (invariant 7).
pub(super) fn attribution(seen: &HistorySeen, account: &str, device: &str, zone: &TimeZone) -> String {
    let account = if account.is_empty() { "an account".to_owned() } else { format!("account {account}") };
    let place = format!("in {account}’s {} profile “{}” on {device}", seen.browser, seen.profile);
    match (told(seen), &seen.before) {
        (HistoryTold::Removed(_), Some(before)) => {
            let (from, until) = (words::when(before.at, zone), words::when(seen.after.at, zone));
            let until = if from.day == until.day { until.clock } else { until.short };
            format!(
                "Removed {place} between {} and {until}. Through whom, and whether by hand or by a program, is not known.",
                from.short
            )
        }
        _ => format!("Set {place}. Through whom, and since when, is not known; some browsers come with it."),
    }
}

/// The numbers of both readings.
pub(super) fn numbers(seen: &HistorySeen, zone: &TimeZone) -> String {
    let before =
        seen.before.as_ref().map_or_else(String::new, |before| format!("{} ", reading(before, zone)));
    format!("{before}{} No address and no title was read.", reading(&seen.after, zone))
}

fn reading(of: &HistoryReading, zone: &TimeZone) -> String {
    let entries = usize::try_from(of.entries).unwrap_or(usize::MAX);
    let times = of.oldest.zip(of.newest).map_or_else(String::new, |(oldest, newest)| {
        format!(", from {} to {}", words::when(oldest, zone).local, words::when(newest, zone).local)
    });
    format!("{}: {}{times}.", words::when(of.at, zone).short, words::counted(entries, "entry", "entries"))
}
