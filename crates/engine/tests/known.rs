//! The order as known now, at the edges of its days.

use jiff::civil::{Date, date};
use proviso_engine::{CompileInputs, KnownOrder, NotInForce, OrderVersion, Pack, Standing, compile};
use proviso_model::ids::OrderEndId;
use proviso_model::order::{ConditionKind, Order, OrderEnd, OrderEndKind};
use proviso_model::{Policy, Timestamp};

/// Paragraphs 3 (words) and 5 (private windows), from 12 January 2026 to 11 January 2031 in London.
fn order() -> Order {
    let text = include_str!("../../../testdata/demo/order.toml");
    Order::from_toml(text).expect("the demonstration's order")
}

fn end(kind: OrderEndKind, paragraph: Option<&str>, from: Date, until: Option<Date>) -> OrderEnd {
    OrderEnd { kind, paragraph: paragraph.map(str::to_owned), from, until }
}

fn id(nth: u8) -> OrderEndId {
    OrderEndId::random([nth; 16])
}

fn known(ends: Vec<OrderEnd>) -> KnownOrder {
    let ends = (1..).zip(ends).map(|(nth, end)| (id(nth), end)).collect();
    KnownOrder::new(vec![OrderVersion { applies_from: None, order: order() }], ends).expect("known")
}

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("an instant")
}

fn words_at(known: &KnownOrder, text: &str) -> Standing {
    known.standing("3", ConditionKind::SpecifiedWords, at(text))
}

fn policy(known: &KnownOrder) -> Policy {
    let packs = Pack::built_in().expect("the packs");
    let order = known.effective(None).expect("an order");
    compile(&order, &packs, &CompileInputs::offline()).expect("a policy")
}

#[test]
fn a_pause_ends_with_the_last_minute_of_its_last_day_also_where_the_clocks_change() {
    // The first day and the last, and instants in UTC: the last before, the first in, the last in, the first after.
    let cases = [
        // Winter all the way.
        (
            (2026, 11, 25),
            (2026, 11, 27),
            "2026-11-24T23:59:59Z",
            "2026-11-25T00:00:00Z",
            "2026-11-27T23:59:59Z",
            "2026-11-28T00:00:00Z",
        ),
        // The clocks go back on 25 October: the day has 25 hours.
        (
            (2026, 10, 25),
            (2026, 10, 25),
            "2026-10-24T22:59:59Z",
            "2026-10-24T23:00:00Z",
            "2026-10-25T23:59:59Z",
            "2026-10-26T00:00:00Z",
        ),
        // They go forward on 29 March: it has 23.
        (
            (2026, 3, 29),
            (2026, 3, 29),
            "2026-03-28T23:59:59Z",
            "2026-03-29T00:00:00Z",
            "2026-03-29T22:59:59Z",
            "2026-03-29T23:00:00Z",
        ),
    ];
    for (first, last, before, first_in, last_in, after) in cases {
        let day = |(year, month, day): (i16, i8, i8)| date(year, month, day);
        let known = known(vec![end(OrderEndKind::Paused, None, day(first), Some(day(last)))]);
        for (text, expected) in [
            (before, Standing::InForce),
            (first_in, Standing::Outside(NotInForce::Ended(id(1)))),
            (last_in, Standing::Outside(NotInForce::Ended(id(1)))),
            (after, Standing::InForce),
        ] {
            assert_eq!(words_at(&known, text), expected, "{text}");
            // The device, which has instants and not days, stops and goes on at the same ones.
            let runs = policy(&known).in_force(at(text)).any(|condition| condition.paragraph == "3");
            assert_eq!(runs, expected == Standing::InForce, "the policy at {text}");
            assert_eq!(known.anything_at(at(text)).is_ok(), runs, "{text}");
            let stretches = known.stretches().expect("stretches");
            let inside = stretches.iter().any(|(from, until)| *from <= at(text) && at(text) < *until);
            assert_eq!(inside, runs, "{text}");
        }
    }
}

#[test]
fn a_struck_paragraph_leaves_the_others_running() {
    let known = known(vec![end(OrderEndKind::Struck, Some("3"), date(2026, 3, 3), None)]);
    assert_eq!(words_at(&known, "2026-03-02T23:59:59Z"), Standing::InForce);
    assert_eq!(words_at(&known, "2026-03-03T00:00:00Z"), Standing::Outside(NotInForce::Ended(id(1))));
    let private = known.standing("5", ConditionKind::NoPrivateBrowsing, at("2026-03-03T00:00:00Z"));
    assert_eq!(private, Standing::InForce);
    let given = known.effective(Some(date(2026, 4, 1))).expect("an order");
    assert!(given.conditions.iter().all(|one| one.paragraph != "3"), "a notice does not list what is over");
    assert_eq!(given.conditions.len(), order().conditions.len() - 1);
}

#[test]
fn what_no_version_has_on_that_day_is_not_covered_and_an_end_is_not_blamed_for_it() {
    let quashed = known(vec![end(OrderEndKind::Quashed, None, date(2026, 3, 3), None)]);
    assert_eq!(words_at(&quashed, "2026-01-11T23:59:59Z"), Standing::Outside(NotInForce::NotCovered));
    assert_eq!(words_at(&quashed, "2031-01-12T00:00:00Z"), Standing::Outside(NotInForce::NotCovered));
    let other_kind = quashed.standing("3", ConditionKind::Pornography, at("2026-02-01T12:00:00Z"));
    assert_eq!(other_kind, Standing::Outside(NotInForce::NotCovered), "the paragraph says something else");
}

#[test]
fn a_version_applies_from_its_first_day_and_the_one_before_it_until_then() {
    let mut varied = order();
    varied.conditions.retain(|condition| condition.paragraph != "3");
    let mut reworded = order();
    for condition in &mut reworded.conditions {
        condition.words.retain(|word| !word.contains("brass"));
    }
    let version = |applies_from, order| OrderVersion { applies_from, order };
    let known = KnownOrder::new(
        vec![
            version(None, order()),
            version(Some(date(2026, 3, 3)), varied),
            version(Some(date(2026, 6, 1)), reworded),
        ],
        Vec::new(),
    )
    .expect("known");
    assert_eq!(words_at(&known, "2026-03-02T23:59:59Z"), Standing::InForceChanged);
    assert_eq!(words_at(&known, "2026-03-03T00:00:00Z"), Standing::Outside(NotInForce::NotCovered));
    // 1 June begins in summer time, an hour before UTC's.
    assert_eq!(words_at(&known, "2026-05-31T22:59:59Z"), Standing::Outside(NotInForce::NotCovered));
    assert_eq!(words_at(&known, "2026-05-31T23:00:00Z"), Standing::InForceChanged);
    let terms = |text| {
        let policy = policy(&known);
        let found: Vec<_> = policy
            .in_force(at(text))
            .filter(|one| one.paragraph == "3")
            .map(|one| one.rules.clone())
            .collect();
        serde_json::to_string(&found).expect("json").contains("brass")
    };
    assert!(terms("2026-02-01T12:00:00Z") && !terms("2026-07-01T12:00:00Z"));
}

#[test]
fn consent_that_was_withdrawn_covers_the_days_before_and_not_that_day() {
    let text = include_str!("../../../testdata/orders/good/consent-withdrawn.toml");
    let order = Order::from_toml(text).expect("an order");
    let withdrawn = order.authority.consent_withdrawn_on.expect("a day");
    let known = KnownOrder::new(vec![OrderVersion { applies_from: None, order }], Vec::new()).expect("known");
    let noon = |day: Date| at(&format!("{day}T12:00:00Z"));
    assert!(known.anything_at(noon(withdrawn.yesterday().expect("a day"))).is_ok());
    assert_eq!(known.anything_at(noon(withdrawn)), Err(NotInForce::NotCovered));
}
