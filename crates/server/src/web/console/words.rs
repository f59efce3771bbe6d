//! Plain words for times, spans of time, acts and gaps: what a tired reader needs, never a judgement.

use jiff::tz::TimeZone;
use proviso_engine::attribution::because;
use proviso_model::observation::{Act, Fact, Field, NameHow, PictureElement, SoftwareState};
use proviso_model::{ConditionKind, Machine, MachineWhat, Source, Timestamp};
use proviso_store::AlertRow;

use crate::app::officer::FORCE_ZONE;

/// An instant as pages show it: once in the order's own time zone, once in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    /// RFC 3339, for `<time datetime>`.
    pub iso: String,
    /// `24 Nov 2026, 21:04`, in the order's time zone.
    pub local: String,
    /// `24 Nov, 21:04`, in the order's time zone.
    pub short: String,
    /// `21:04`, in the order's time zone.
    pub clock: String,
    /// `Tuesday 24 November 2026`, in the order's time zone.
    pub day: String,
    /// `24 November 2026`, in the order's time zone.
    pub date: String,
    /// `2026-11-24 21:04:05.123 UTC`.
    pub utc: String,
    /// The zone that `local` is in, for example `GMT`.
    pub zone: String,
}

/// The time zone of that IANA name; UTC where the name is not known.
#[must_use]
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// How pages show `at`.
#[must_use]
pub fn when(at: Timestamp, zone: &TimeZone) -> When {
    let instant = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let local = instant.to_zoned_datetime(zone.clone());
    When {
        iso: at.to_string(),
        local: local.strftime("%-d %b %Y, %H:%M").to_string(),
        short: local.strftime("%-d %b, %H:%M").to_string(),
        clock: local.strftime("%H:%M").to_string(),
        day: local.strftime("%A %-d %B %Y").to_string(),
        date: local.strftime("%-d %B %Y").to_string(),
        utc: instant.strftime("%Y-%m-%d %H:%M:%S.%3f UTC").to_string(),
        zone: local.strftime("%Z").to_string(),
    }
}

/// A civil window in words: `from 1 March 2025 to 28 February 2030`.
#[must_use]
pub fn window(from: jiff::civil::Date, until: jiff::civil::Date) -> String {
    format!("from {} to {}", day(from), day(until))
}

/// `1 March 2025`.
#[must_use]
pub fn day(date: jiff::civil::Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// A span of time in words: `less than a minute`, `40 min`, `5 h 12 min`, `3 days 4 h`.
#[must_use]
pub fn span(millis: i64) -> String {
    let minutes = millis.max(0) / 60_000;
    let (days, hours, rest) = (minutes / 1_440, minutes % 1_440 / 60, minutes % 60);
    match (days, hours, rest) {
        (0, 0, 0) => "less than a minute".to_owned(),
        (0, 0, rest) => format!("{rest} min"),
        (0, hours, 0) => format!("{hours} h"),
        (0, hours, rest) => format!("{hours} h {rest} min"),
        (1, 0, _) => "1 day".to_owned(),
        (1, hours, _) => format!("1 day {hours} h"),
        (days, 0, _) => format!("{days} days"),
        (days, hours, _) => format!("{days} days {hours} h"),
    }
}

/// With a capital letter first.
#[must_use]
pub fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// `1 alert`, `2 alerts`.
#[must_use]
pub fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// The zone of times that belong to no order.
#[must_use]
pub fn force_zone() -> TimeZone {
    zone(FORCE_ZONE)
}

/// What happened, in one line and without content.
#[must_use]
pub fn happened(alert: &AlertRow, act: Act) -> &'static str {
    match (alert.condition, act) {
        _ if alert.is_conversation => "A conversation to look at",
        (ConditionKind::NoPrivateBrowsing, _) => "A private window was open",
        (ConditionKind::MonitoringSoftware, _) => "Monitoring software was switched off or removed",
        (ConditionKind::NoHiddenConnections, _) => {
            "A VPN, Tor, a proxy, a remote desktop or a virtual machine was on the device"
        }
        (ConditionKind::NoVaults, _) => "Encryption or vault software was on the device",
        (ConditionKind::NoUndeclaredCloud, _) => "Cloud storage was on the device",
        (ConditionKind::NoPeerToPeer, _) => "Peer-to-peer software ran",
        (ConditionKind::NoHistoryDeletion, _) => "History was removed, or a program that removes traces ran",
        (ConditionKind::KeepHistory, _) => "A browser's history was removed, or is not kept",
        (ConditionKind::DeclareDevices, _) => "Storage was plugged in, or a virtual machine ran",
        (ConditionKind::NoContactWith, Act::Typed) => "Somebody whom the order names was written to",
        (ConditionKind::NoContactWith, _) => "Something of somebody whom the order names was seen",
        (ConditionKind::DeclareNames, _) => "A name that is not on the declared list was used",
        (ConditionKind::ProhibitedSearches, Act::Typed) => "A search was typed",
        (ConditionKind::ProhibitedSearches, Act::Opened) => "A search was opened",
        (ConditionKind::ProhibitedSearches, _) => "A search was shown on screen",
        (ConditionKind::ChildImages | ConditionKind::Pornography, Act::Received) => {
            "A picture or video arrived as a file"
        }
        (ConditionKind::ChildImages, Act::Downloaded) => "A picture was saved",
        (ConditionKind::ChildImages, Act::Played) => "A video was played",
        (ConditionKind::ChildImages, _) => "A picture was shown on screen",
        (ConditionKind::Pornography, Act::Shown) => "A page or a picture was shown on screen",
        (_, Act::Typed) => "Words were typed",
        (_, Act::Opened) => "A page was opened",
        (_, Act::Shown) => "A page was shown on screen",
        (_, Act::Played) => "Something was played",
        (_, Act::Downloaded) => "A file was saved",
        (_, Act::Received) => "Something was received",
        (_, Act::Background) => "Something was loaded in the background",
        (_, Act::Unknown) => "Something was seen; how it came about is not known",
    }
}

/// How often and between when: `Seen 4 times between 24 Nov, 21:02 and 23:40`.
#[must_use]
pub fn seen(count: u64, first: Timestamp, last: Timestamp, zone: &TimeZone) -> String {
    let (first, last) = (when(first, zone), when(last, zone));
    match count {
        0 | 1 => format!("Seen once, {}", last.short),
        _ if first.local == last.local => format!("Seen {count} times, {}", last.short),
        _ if first.day == last.day => {
            format!("Seen {count} times between {} and {}", first.short, last.clock)
        }
        _ => format!("Seen {count} times between {} and {}", first.short, last.short),
    }
}

/// Who did it, as far as a device can tell: an account on a device, never a person (invariant 7).
#[must_use]
pub fn attribution(fact: &Fact, act: Act, account: &str, device: &str) -> String {
    let is_picture = matches!(fact, Fact::Picture(_));
    let (done, unknown) = match act {
        Act::Shown if is_picture => ("Shown", "Whether anybody looked at it is not known."),
        Act::Received if is_picture => {
            ("Received", "From whom, and whether anybody opened it, is not known.")
        }
        Act::Shown if matches!(fact, Fact::Name(_)) => {
            ("Used", "Whether somebody typed it there, and which person, is not known.")
        }
        Act::Typed => ("Typed", "Which person typed is not known."),
        Act::Opened => ("Opened", "Which person opened it is not known."),
        Act::Shown => ("Shown", "Whether anybody read it is not known."),
        Act::Played => ("Played", "Who watched or listened is not known."),
        Act::Downloaded => ("Saved", "Which person saved it is not known."),
        Act::Received => ("Received", "Whether anybody read it is not known."),
        Act::Background => ("Loaded in the background", "Nobody need have seen it."),
        Act::Unknown => ("Seen", "How it came about, and through whom, is not known."),
    };
    if account.is_empty() {
        format!("{done} on {device}. {unknown}")
    } else {
        format!("{done} in account {account} on {device}. {unknown}")
    }
}

/// How long something had been visible, whether it was in front, and the time since human input.
#[must_use]
pub fn circumstances(fact: &Fact, attribution: &proviso_model::Attribution) -> String {
    if matches!(fact, Fact::Picture(picture) if picture.file.is_some()) {
        return "A file that arrives has no window; whether anybody was at the device is not known."
            .to_owned();
    }
    let because = because(attribution, fact).map(|words| format!(" {words}")).unwrap_or_default();
    let front =
        if attribution.foreground { "The window was in front" } else { "The window was not in front" };
    let input = match attribution.since_input_ms {
        Some(millis) if millis < 1_000 => "a key or pointer was used within the last second".to_owned(),
        Some(millis) if millis < 60_000 => {
            format!("a key or pointer had last been used {} s before", millis / 1_000)
        }
        Some(millis) => format!(
            "a key or pointer had last been used {} before",
            span(i64::try_from(millis).unwrap_or(i64::MAX))
        ),
        None => "no use of a key or pointer was seen there".to_owned(),
    };
    match attribution.visible_ms {
        0 => format!("{front}; {input}.{because}"),
        1..1_000 => format!("{front} and had been visible for less than a second; {input}.{because}"),
        shown => format!("{front} and had been visible for {} s; {input}.{because}", shown / 1_000),
    }
}

/// The kind of fact, in words.
#[must_use]
pub fn fact(fact: &Fact) -> String {
    match fact {
        Fact::Page { .. } => "A web page".to_owned(),
        Fact::Typed { field: Field::Search, .. } => "Text typed into a search field".to_owned(),
        Fact::Typed { field: Field::Message, .. } => "Text typed into a message or comment".to_owned(),
        Fact::Typed { field: Field::Text, .. } => "Text typed into a field of a page".to_owned(),
        Fact::Messages { .. } => "Messages of a conversation".to_owned(),
        Fact::Picture(picture) if picture.element == PictureElement::VideoFrame => {
            "A frame of a video on a web page".to_owned()
        }
        Fact::Picture(picture) if picture.element == PictureElement::Download => {
            "A picture saved from a web page".to_owned()
        }
        Fact::Picture(picture) if picture.file.is_some() => {
            let what = if picture.is_video() { "video" } else { "picture" };
            format!("A {what} file that arrived")
        }
        Fact::Picture(picture) if picture.window.is_some() => "A picture in a window of a program".to_owned(),
        Fact::Picture(_) => "A picture on a web page".to_owned(),
        Fact::PrivateWindow { browser } => format!("A private window open in {browser}"),
        Fact::Software { component, state } => {
            let state = match state {
                SoftwareState::Running => "running",
                SoftwareState::Disabled => "switched off while the device ran",
                SoftwareState::Removed => "removed while the device ran",
            };
            format!("The monitoring software's part \"{component}\" was {state}")
        }
        Fact::Machine(machine) => of_machine(machine),
        Fact::History(seen) => format!("The history of {}, by its numbers", seen.browser),
        // The name itself is content.
        Fact::Name(used) => match used.how {
            NameHow::SignIn => "A name in a form for signing in or registering that was sent".to_owned(),
            NameHow::Author => "The name over a message that was typed and appeared".to_owned(),
            NameHow::Sender => "The sender in a form with a message that was sent".to_owned(),
            NameHow::Recipient => "A recipient in a form with a message that was sent".to_owned(),
        },
        Fact::Text(of_program) => {
            let how = if of_program.typed { "Text that came into a field of" } else { "Text in" };
            match of_program.application.as_str() {
                "" => format!("{how} a window of another program"),
                name => format!("{how} a window of the program \"{name}\""),
            }
        }
    }
}

/// A fact about the device itself, in words.
fn of_machine(machine: &Machine) -> String {
    let Machine { what, name, detail } = machine;
    let with =
        |between: &str| if detail.is_empty() { String::new() } else { format!("{between}\"{detail}\"") };
    match what {
        MachineWhat::Program => format!("A program named \"{name}\" that ran"),
        MachineWhat::Connection => format!("A connection of kind \"{name}\"{}", with(", interface ")),
        MachineWhat::Mount => format!("A file system of kind \"{name}\"{}", with(", opened at ")),
        MachineWhat::Proxy => format!("A proxy that was set in \"{name}\"{}", with(", to ")),
        MachineWhat::Storage => format!("Storage \"{name}\"{}", with(", serial number ")),
    }
}

/// The short name of a device: what it says of its system before the first comma (`Debian 12, kernel 6.1`).
#[must_use]
pub fn device(system: &str) -> &str {
    system.split(',').next().unwrap_or(system)
}

/// A source of observation, in words.
#[must_use]
pub fn source(source: Source) -> &'static str {
    match source {
        Source::Browser => "the browser",
        Source::Desktop => "pictures in other programs’ windows",
        Source::Accessibility => "text of other programs",
        Source::Files => "files arriving",
        Source::Processes => "programs running",
        Source::Histories => "browsers’ histories",
        Source::Health => "the monitoring program",
    }
}

/// Strength in words; the figure itself stands beside it.
#[must_use]
pub fn strength(permille: u16) -> &'static str {
    match permille {
        0..=399 => "weak",
        400..=749 => "moderate",
        _ => "strong",
    }
}

#[cfg(test)]
mod tests {
    use super::{attribution, circumstances, span, when, zone};
    use proviso_model::observation::{Act, Fact};
    use proviso_model::{Attribution, Timestamp};

    #[test]
    fn spans_of_time_read_as_a_person_would_say_them() {
        let minute = 60_000;
        for (millis, words) in [
            (0, "less than a minute"),
            (40 * minute, "40 min"),
            (312 * minute, "5 h 12 min"),
            (120 * minute, "2 h"),
            (1_440 * minute, "1 day"),
            (1_500 * minute, "1 day 1 h"),
            (4_560 * minute, "3 days 4 h"),
            (-5, "less than a minute"),
        ] {
            assert_eq!(span(millis), words);
        }
    }

    #[test]
    fn an_officer_reads_what_was_seen_before_the_act_and_which_row_decided() {
        let seen = serde_json::json!({
            "act": "opened", "foreground": true, "visible_ms": 12_000, "since_input_ms": 1_000,
            "circumstances": { "cause": "link", "gesture": { "ms": 400, "on_link": true }, "stage": "opening" },
        });
        let attribution: Attribution = serde_json::from_value(seen).expect("an attribution");
        let (url, title, text) = ("https://news.example/".to_owned(), String::new(), Vec::new());
        let page = Fact::Page { url, title, text, cut: false, search: None };
        assert_eq!(
            circumstances(&page, &attribution),
            "The window was in front and had been visible for 12 s; a key or pointer had last been used 1 s before. \
             Seen: the page was opened by a link or by a page's own script, 0.4 s after a link to it was pressed; \
             nobody was seen to click, scroll or type in it by then. Row of the table of attribution: opened."
        );
        let older = Attribution { circumstances: None, ..attribution };
        assert!(circumstances(&page, &older).ends_with("had last been used 1 s before."));
    }

    #[test]
    fn invariant_07_attribution_names_an_account_and_a_device_and_says_what_is_not_known() {
        let window = Fact::PrivateWindow { browser: "Chromium".to_owned() };
        assert_eq!(
            attribution(&window, Act::Typed, "account-a", "Laptop B"),
            "Typed in account account-a on Laptop B. Which person typed is not known."
        );
        assert!(attribution(&window, Act::Unknown, "", "Laptop B").contains("not known"));
    }

    #[test]
    fn local_and_utc_time_stand_side_by_side() {
        let at = Timestamp::parse("2026-07-01T22:30:00Z").expect("an instant");
        let shown = when(at, &zone("Europe/London"));
        assert_eq!(shown.local, "1 Jul 2026, 23:30");
        assert_eq!(shown.zone, "BST");
        assert_eq!(shown.utc, "2026-07-01 22:30:00.000 UTC");
        assert_eq!(when(at, &zone("No/Such")).clock, "22:30");
    }
}
