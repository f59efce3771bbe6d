//! The gap ledger: every minute once, watched or a gap with a cause.

use proviso_engine::coverage::{Cause, Claim, Coverage, Said, gap_in_words, not_seen, reckon};
use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::gap::GapCause::{
    self, AgentStopped, ClockJump, ExtensionStopped, PicturesDropped, PowerOff,
};
use proviso_model::{Source, Timestamp};

/// Seconds after eight o'clock.
fn at(seconds: i64) -> Timestamp {
    Timestamp::parse("2026-03-03T08:00:00Z").expect("an instant").plus_millis(seconds * 1_000)
}

/// What records say, in chain order: when each was written, and what.
enum Told {
    Watched(i64, i64),
    WithBrowser(i64, i64),
    Gap(i64, i64, GapCause),
    Lasts(i64, GapCause),
    Word,
}

fn claims(told: &[(i64, Told)]) -> Vec<Claim> {
    let claim = |(seq, (recorded, told)): (u64, &(i64, Told))| {
        let watched = |from: i64, until: i64, sources: &[Source]| Said::Watched {
            from: at(from),
            until: at(until),
            sources: sources.to_vec(),
        };
        let gap = |from: i64, until: Option<i64>, cause| Said::Gap {
            from: at(from),
            until: until.map(at),
            source: Source::Health,
            cause,
        };
        let said = match *told {
            Told::Watched(from, until) => watched(from, until, &[Source::Health]),
            Told::WithBrowser(from, until) => watched(from, until, &[Source::Health, Source::Browser]),
            Told::Gap(from, until, cause) => gap(from, Some(until), cause),
            Told::Lasts(from, cause) => gap(from, None, cause),
            Told::Word => Said::Nothing,
        };
        Claim { place: (0, seq), recorded_at: Some(at(*recorded)), said }
    };
    (0..).zip(told).map(claim).collect()
}

/// A ledger as a line: minutes and what they are.
fn line(ledger: &Coverage) -> String {
    let entry = |entry: &proviso_engine::coverage::Entry| {
        let what = match entry.gap {
            Some(cause) => serde_json::to_string(&cause).expect("json").replace('"', ""),
            None => format!("watched by {}", entry.watched_by.len()),
        };
        let partly = entry.partly.iter().map(|cause| format!(" but {cause:?}")).collect::<String>();
        format!("{} {what}{partly}", entry.minutes)
    };
    ledger.entries.iter().map(entry).collect::<Vec<_>>().join(", ")
}

/// Name, what is told at which minute, and what is reckoned.
type Case<'c> = (&'c str, &'c [(i64, Told)], &'c str);

#[test]
fn invariant_08_every_minute_is_watched_in_all_of_it_or_is_a_gap_with_its_cause() {
    use Told::{Gap, Lasts, Watched, WithBrowser, Word};
    #[rustfmt::skip]
    let cases: &[Case<'_>] = &[
        ("nothing was ever received", &[], "10 nothing-received"),
        ("watched all the time", &[(600, Watched(0, 600))], "10 watched by 1"),
        ("two stretches that meet within a minute are one", &[(90, Watched(0, 90)), (600, Watched(90, 600))], "10 watched by 1"),
        ("a minute that is not watched to its end is none", &[(590, Watched(0, 590))], "9 watched by 1, 1 nothing-received"),
        ("half a second of a hole costs the whole minute", &[(300, Watched(0, 150)), (600, Watched(151, 600))],
         "2 watched by 1, 1 nothing-received, 7 watched by 1"),
        ("a source counts where it watched in all of a minute", &[(90, WithBrowser(0, 90)), (600, Watched(90, 600))],
         "1 watched by 2, 9 watched by 1"),
        ("a gap touches whole minutes", &[(600, Watched(0, 600)), (600, Gap(179, 181, PowerOff))],
         "2 watched by 1, 2 power-off, 6 watched by 1"),
        ("of two causes the one first declared is named", &[(600, Gap(0, 600, AgentStopped)), (600, Gap(300, 420, PowerOff))],
         "5 agent-stopped, 2 power-off, 3 agent-stopped"),
        ("what is missed in part is said beside what was watched", &[(600, Watched(0, 600)), (600, Gap(60, 120, PicturesDropped))],
         "1 watched by 1, 1 watched by 1 but PicturesDropped, 8 watched by 1"),
        ("a gap without an end lasts to the device's last word and no further",
         &[(60, Lasts(60, ExtensionStopped)), (60, Watched(0, 60)), (300, Watched(60, 300)), (420, Word)],
         "1 watched by 1, 6 extension-stopped, 3 nothing-received"),
        ("a gap's end is told by a later record", &[(60, Lasts(60, ExtensionStopped)), (200, Gap(60, 120, ExtensionStopped)), (600, Watched(0, 600))],
         "1 watched by 1, 1 extension-stopped, 8 watched by 1"),
        ("the same gap, begun once more, lasts",
         &[(60, Lasts(60, ExtensionStopped)), (120, Gap(60, 120, ExtensionStopped)), (300, Lasts(300, ExtensionStopped)), (600, Watched(0, 600))],
         "1 watched by 1, 1 extension-stopped, 3 watched by 1, 5 extension-stopped"),
        ("the clock had been ahead: what was said of time after a later record's is void",
         &[(900, Watched(0, 540)), (240, Gap(240, 240, ClockJump)), (600, Watched(300, 600))],
         "4 watched by 1, 1 nothing-received, 5 watched by 1"),
    ];
    for (story, told, expected) in cases {
        let ledger = reckon(&claims(told), &[(at(0), at(600))], &[]);
        assert_eq!(&line(&ledger), expected, "{story}");
        assert_eq!(ledger.minutes(), 10, "{story}");
        assert_eq!(ledger.watched() + ledger.in_gaps(), 10, "{story}: exactly");
    }
}

#[test]
fn invariant_08_time_that_no_order_asks_about_is_neither_watched_nor_a_gap() {
    let told = claims(&[(600, Told::Watched(0, 600))]);
    let ledger = reckon(&told, &[(at(300), at(420)), (at(0), at(60)), (at(30), at(120))], &[]);
    assert_eq!(line(&ledger), "2 watched by 1, 2 watched by 1");
    assert!(ledger.at(at(200)).is_none());
    assert_eq!(ledger.at(at(330)).map(|entry| entry.from), Some(at(300)));
    assert_eq!(ledger.within(at(60), at(360)).minutes(), 2);
}

#[test]
fn invariant_08_what_an_officer_entered_explains_a_gap_and_hides_neither_watching_nor_what_the_device_told() {
    use DeviceActKind::{Abroad, InCustody, Seized};
    let told = claims(&[(120, Told::Watched(0, 120)), (300, Told::Gap(120, 180, AgentStopped))]);
    #[rustfmt::skip]
    let cases = [
        (vec![(InCustody, 60, Some(300))], "2 watched by 1, 1 in-custody, 2 in-custody, 5 nothing-received"),
        (vec![(Seized, 120, None)], "2 watched by 1, 1 seized, 7 seized"),
        // Who is abroad may use the device: a program that was stopped is not explained by it.
        (vec![(Abroad, 0, None)], "2 watched by 1, 1 agent-stopped, 7 abroad"),
        (vec![(Abroad, 0, None), (InCustody, 240, Some(300))], "2 watched by 1, 1 agent-stopped, 1 abroad, 1 in-custody, 5 abroad"),
    ];
    for (acts, expected) in cases {
        let acts: Vec<DeviceAct> = acts
            .into_iter()
            .map(|(kind, from, until)| DeviceAct { kind, from: at(from), until: until.map(at) })
            .collect();
        let ledger = reckon(&told, &[(at(0), at(600))], &acts);
        assert_eq!(line(&ledger), expected);
        assert_eq!(ledger.watched(), 2, "what was watched stays watched");
    }
    let custody = DeviceAct { kind: InCustody, from: at(0), until: None };
    let ledger = reckon(&told, &[(at(0), at(600))], &[custody]);
    let entry = ledger.at(at(130)).expect("a gap");
    assert_eq!(entry.gap, Some(Cause::Act(InCustody)));
    assert_eq!(
        gap_in_words(entry).expect("words"),
        "the supervised person was in custody; the device told: the monitoring program was not running"
    );
    assert_eq!(not_seen(ledger.at(at(0)).expect("watched")).len(), 2, "no browser, no windows");
}

#[test]
fn every_cause_has_a_word_of_its_own() {
    let mut words: Vec<String> = DeviceActKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
    words.extend(
        GapCause::ALL.iter().map(|cause| serde_json::to_string(cause).expect("json").replace('"', "")),
    );
    words.push("nothing-received".to_owned());
    for word in &words {
        assert_eq!(words.iter().filter(|other| *other == word).count(), 1, "{word}");
        let cause: Cause = serde_json::from_str(&format!("\"{word}\"")).expect("a cause");
        assert_eq!(serde_json::to_string(&cause).expect("json"), format!("\"{word}\""));
    }
}

#[test]
fn the_format_of_bundles_has_every_cause_in_the_order_in_which_one_is_named() {
    assert_eq!(GapCause::ALL.len(), GapCause::Unknown as usize + 1, "the last one declared");
    assert!(GapCause::ALL.is_sorted() && DeviceActKind::ALL.is_sorted(), "as declared");
    let schema = include_str!("../../../docs/bundle-format.schema.json");
    let schema: serde_json::Value = serde_json::from_str(schema).expect("JSON");
    let list = |name: &str| schema["$defs"][name]["enum"].clone();
    assert_eq!(list("gap-cause"), serde_json::to_value(GapCause::ALL).expect("JSON"));
    assert_eq!(list("gap-in-part"), serde_json::to_value(GapCause::PARTIAL).expect("JSON"));
    assert_eq!(list("device-act"), serde_json::to_value(DeviceActKind::ALL).expect("JSON"));
}
