//! The report of suitability: what can be watched of every kind of condition, on devices of several makes.

use proviso_engine::suitability::{Device, SuitabilityReport, Watched, suitability, text};
use proviso_model::{ConditionKind, Order};

const ALL_KINDS: &str = include_str!("../../../testdata/orders/good/shpo-all-kinds.toml");
const NOTIFICATION_ONLY: &str = include_str!("../../../testdata/orders/good/notification-only.toml");
const CONSENT_WITHDRAWN: &str = include_str!("../../../testdata/orders/good/consent-withdrawn.toml");
const LAPTOP: &str = r#"
make = "Example"
model = "Book 14"
form = "computer"
system = "linux"
version = "Debian 13"
display = "x11"
browsers = ["Chromium", "Firefox"]
own_account = true
"#;

fn order() -> Order {
    Order::from_toml(ALL_KINDS).expect("an order")
}

fn report(order: &Order, device: &str) -> SuitabilityReport {
    suitability(order, &Device::from_toml(device).expect(device)).expect("the facts")
}

/// The numbers of the paragraphs that can be watched so.
fn numbers(report: &SuitabilityReport, watched: Watched) -> Vec<&str> {
    let so = report.paragraphs.iter().filter(|paragraph| paragraph.watched == watched);
    so.map(|paragraph| paragraph.paragraph.as_str()).collect()
}

#[test]
fn each_device_is_told_what_can_be_watched_on_it_and_what_not() {
    let order = order();
    let told = |story: &str, (old, new): (&str, &str), whole: &[&str], part: &[&str]| {
        let report = report(&order, &LAPTOP.replace(old, new));
        assert_eq!(numbers(&report, Watched::Yes), whole, "{story}: watched");
        assert_eq!(numbers(&report, Watched::InPart), part, "{story}: watched in part");
        assert_eq!(report.watched, !whole.is_empty(), "{story}");
        report.remarks.join(" ")
    };
    assert_eq!(
        told(
            "as it is",
            ("", ""),
            &["1", "2", "3", "4", "5", "7", "6(a)", "8", "9", "10", "11", "12", "13", "14", "16", "18"],
            &[]
        ),
        ""
    );
    let wayland = ("\"x11\"", "\"wayland\"");
    assert_eq!(
        told(
            "Wayland",
            wayland,
            &["1", "3", "4", "5", "6(a)", "8", "9", "10", "11", "12", "13", "14", "16", "18"],
            &["2", "7"]
        ),
        ""
    );
    let another = ("\"Firefox\"", "\"Otherbrowser\"");
    assert_eq!(
        told(
            "another browser too",
            another,
            &["4", "8", "9", "10", "11", "12", "13", "14"],
            &["1", "2", "3", "5", "7", "6(a)", "16", "18"]
        ),
        ""
    );
    let no_browser = told(
        "no browser",
        ("[\"Chromium\", \"Firefox\"]", "[]"),
        &["4", "8", "9", "10", "11", "12", "13", "14"],
        &["1", "2", "7", "6(a)"],
    );
    assert!(no_browser.starts_with("No browser on this device"), "{no_browser}");
    for (old, new, why) in [
        ("\"computer\"", "\"phone\"", "computers with Linux only"),
        ("\"linux\"", "\"windows\"", "computers with Linux only"),
        ("own_account = true", "own_account = false", "no account of their own"),
    ] {
        let remarks = told(new, (old, new), &[], &[]);
        assert!(remarks.contains(why), "{remarks}");
    }
}

#[test]
fn that_a_window_is_pictured_once_words_were_found_is_said_and_where_it_cannot_be_too() {
    let order = order();
    let (pictured, not) = ("one picture of that window alone", "no picture of its window is taken");
    let has = |all: &[String], words: &str| all.iter().any(|said| said.contains(words));
    for (display, can) in [("\"x11\"", true), ("\"wayland\"", false)] {
        let report = report(&order, &LAPTOP.replace("\"x11\"", display));
        for (condition, paragraph) in order.conditions.iter().zip(&report.paragraphs) {
            let reads =
                matches!(condition.kind, ConditionKind::SexualisedChat | ConditionKind::SpecifiedWords);
            assert_eq!(has(&paragraph.how, pictured), reads && can, "{display} {}", paragraph.paragraph);
            assert_eq!(has(&paragraph.left, not), reads && !can, "{display} {}", paragraph.paragraph);
        }
    }
}

#[test]
fn what_no_device_watches_for_is_said_with_what_the_order_declares() {
    let order = order();
    let report = report(&order, LAPTOP);
    for (condition, paragraph) in order.conditions.iter().zip(&report.paragraphs) {
        assert_eq!(paragraph.how.is_empty(), !condition.kind.is_watched(), "{}", condition.kind.as_str());
    }
    let page = text(&report);
    for words in [
        "within 3 days",
        "people under 16",
        "2 entries have been declared",
        "\"Must not use private",
        "(2026-04-15 to 2028-04-14)",
    ] {
        assert!(page.contains(words), "{words} is missing:\n{page}");
    }
    assert!(!page.contains("harbour-walker"), "what was declared is sensitive:\n{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 100), "{page}");
}

#[test]
fn invariant_01_where_nothing_may_be_captured_nothing_can_be_watched() {
    for (file, words) in [(NOTIFICATION_ONLY, "notification only"), (CONSENT_WITHDRAWN, "withdrawn on")] {
        let order = Order::from_toml(file).expect(words);
        let report = report(&order, LAPTOP);
        assert!(!report.watched && report.always.is_empty(), "{words}");
        assert!(report.remarks.iter().any(|remark| remark.contains(words)), "{words}: {:?}", report.remarks);
    }
}

#[test]
fn a_policy_ends_with_the_last_paragraph_that_is_watched_for() {
    let mut order = order();
    order
        .conditions
        .retain(|one| matches!(one.kind, ConditionKind::ProhibitedSearches | ConditionKind::ProduceDevices));
    let inputs = proviso_engine::CompileInputs::offline();
    let packs = proviso_engine::Pack::built_in().expect("the packs");
    let policy = proviso_engine::compile(&order, &packs, &inputs).expect("a policy");
    assert_eq!(policy.conditions.len(), 2, "the person reads both");
    assert_eq!(policy.expires_at, policy.conditions[0].valid_until);
    assert!(policy.expires_at < policy.conditions[1].valid_until);
    order.conditions.retain(|one| one.kind == ConditionKind::ProduceDevices);
    let refused = proviso_engine::compile(&order, &packs, &inputs);
    assert!(matches!(refused, Err(proviso_engine::CompileError::NoConditions(_))), "{refused:?}");
}

#[test]
fn a_description_that_is_none_is_refused_with_its_place() {
    let cases = [
        (LAPTOP.replace("\"linux\"", "\"beos\""), "beos"),
        (LAPTOP.replace("make", "maker"), "maker"),
        ("x".repeat(20_000), "at most"),
    ];
    for (text, words) in cases {
        let refused = Device::from_toml(&text).expect_err(words).to_string();
        assert!(refused.contains(words), "{refused}");
    }
}
