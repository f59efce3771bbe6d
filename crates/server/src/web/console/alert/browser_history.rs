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

#[cfg(test)]
mod tests {
    use proviso_model::{HistoryReading, HistorySeen};

    use super::{attribution, numbers};
    use crate::web::console::words::zone;

    fn reading(at: &str, entries: u64, newest: &str, counts: &str) -> HistoryReading {
        let json = format!(
            r#"{{"at":"{at}","entries":{entries},"oldest":"2026-06-20T10:00:00Z","newest":"{newest}","highest":9,
                "days":{{"from":20540,"counts":{counts}}},"hours":{{"from":495205}},"file":1,"folder":1,"changes":4}}"#
        );
        serde_json::from_str(&json).expect("a reading")
    }

    #[test]
    fn a_removed_history_is_said_of_an_account_and_a_device_between_two_times_and_never_of_a_person() {
        let mut seen = HistorySeen {
            browser: "Chromium".to_owned(),
            profile: ".config/chromium/Default".to_owned(),
            before: Some(reading("2026-07-01T09:00:00Z", 9, "2026-07-01T08:50:00Z", "[[20624,5],[20635,4]]")),
            after: reading("2026-07-01T09:05:00Z", 5, "2026-06-20T10:40:00Z", "[[20624,5]]"),
            clock_moved: false,
            setting_is_new: false,
        };
        let london = zone("Europe/London");
        assert_eq!(
            attribution(&seen, "A", "Debian 12", &london),
            "Removed in account A’s Chromium profile “.config/chromium/Default” on Debian 12 between 1 Jul, 10:00 and 10:05. Through whom, and whether by hand or by a program, is not known."
        );
        assert_eq!(
            numbers(&seen, &london),
            "1 Jul, 10:00: 9 entries, from 20 Jun 2026, 11:00 to 1 Jul 2026, 09:50. 1 Jul, 10:05: 5 entries, from 20 Jun 2026, 11:00 to 20 Jun 2026, 11:40. No address and no title was read."
        );
        seen.before = None;
        let said = attribution(&seen, "", "Debian 12", &london);
        assert!(
            said.starts_with("Set in an account’s Chromium profile")
                && said.contains("some browsers come with it"),
            "{said}"
        );
    }
}
