//! Browsers' histories by their numbers: what is compared with what, what is sealed, and what never is.

use proviso_agent::watch::HistoryRead;
use proviso_agent::{Observed, SpoolLimits, Watcher};
use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::gap::{Gap, GapCause};
use proviso_model::observation::HistoryCounts;
use proviso_model::policy::{PackRef, Policy, PolicyCondition, Rule};
use proviso_model::record::RecordBody;
use proviso_model::{
    Act, ConditionKind, Digest, Fact, Finding, HistoryReading, HistorySetting, Observation, Source, Timestamp,
};

use super::HOUR;
use super::other_adult::{ID, approval};
use super::support::TestForce;

const MINUTE: i64 = 60_000_000;

fn paragraph(force: &TestForce, number: &str, kind: ConditionKind, rules: &[&str]) -> PolicyCondition {
    let mut paragraph = force.policy(1, 24 * HOUR).conditions.first().expect("a condition").clone();
    paragraph.paragraph = number.to_owned();
    paragraph.kind = kind;
    let rule = |id: &&str| Rule::State {
        id: (*id).to_owned(),
        category: "history".to_owned(),
        pack: PackRef { name: "engine".to_owned(), version: "1".to_owned(), sha256: Digest([4; 32]) },
    };
    paragraph.rules = rules.iter().map(rule).collect();
    paragraph
}

/// Paragraph 9: history is kept; paragraph 10: it is not deleted.
fn policy(force: &TestForce) -> Policy {
    let mut policy = force.policy(1, 24 * HOUR);
    let both = ["state/history-deleted", "state/history-not-kept"];
    policy.conditions.push(paragraph(force, "9", ConditionKind::KeepHistory, &both));
    policy.conditions.push(paragraph(force, "10", ConditionKind::NoHistoryDeletion, &both[..1]));
    policy
}

/// A profile with so many entries two hours ago and so many now.
fn reading(now: Timestamp, earlier: u32, lately: u32) -> HistoryReading {
    let times = [(now.plus_millis(-7_200_000), earlier), (now.plus_millis(-60_000), lately)];
    let there = times.iter().filter(|(_, count)| *count > 0);
    let counts = |step: i64| {
        let mut counts: Vec<(i64, u32)> = Vec::new();
        for (at, count) in there.clone() {
            let place = at.as_micros().div_euclid(step);
            match counts.last_mut() {
                Some((last, entries)) if *last == place => *entries += count,
                _ => counts.push((place, *count)),
            }
        }
        HistoryCounts { from: now.as_micros().div_euclid(step) - 40, counts }
    };
    HistoryReading {
        at: now,
        entries: u64::from(earlier + lately),
        from_elsewhere: 0,
        oldest: there.clone().map(|(at, _)| *at).min(),
        newest: there.clone().map(|(at, _)| *at).max(),
        highest: 15,
        numbered: Some(15),
        days: counts(1_440 * MINUTE),
        hours: counts(60 * MINUTE),
        file: 1,
        folder: 1,
        changes: 9,
        made_anew: false,
        cleared_at: None,
        put_aside: None,
        disk_full: false,
        setting: None,
    }
}

fn tell(watcher: &mut Watcher, force: &TestForce, n: u64, reading: Option<HistoryReading>) -> Observed {
    watcher.history_read(HistoryRead {
        instance: "session a".to_owned(),
        n,
        observed_at: force.now(),
        browser: "Chromium".to_owned(),
        profile: ".config/chromium/Default".to_owned(),
        reading: reading.map(Box::new),
    })
}

fn found(records: &[RecordBody]) -> Vec<(Observation, Vec<Finding>)> {
    let of = |body: &RecordBody| match body {
        RecordBody::Finding { captured, generated } => Some((captured.clone(), generated.findings.clone())),
        _ => None,
    };
    records.iter().filter_map(of).collect()
}

fn gaps(records: &[RecordBody]) -> Vec<Gap> {
    let of = |body: &RecordBody| match body {
        RecordBody::Gap { gap } if gap.cause == GapCause::HistoriesUnseen => Some(gap.clone()),
        _ => None,
    };
    records.iter().filter_map(of).collect()
}

#[test]
fn invariant_03_a_history_that_only_grows_leaves_nothing_and_one_that_lost_its_newest_is_sealed_as_numbers() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching_under(&policy(&force));
    let began = force.now();
    assert_eq!(tell(&mut watcher, &force, 1, Some(reading(began, 6, 9))), Observed::Dropped);
    assert_eq!(tell(&mut watcher, &force, 1, Some(reading(began, 6, 0))), Observed::Repeated);
    assert!(found(&force.records(&spool)).is_empty(), "a first reading says nothing");

    force.clock.pass(300);
    watcher.tick();
    let gone_at = force.now();
    let less = HistoryReading { numbered: Some(15), ..reading(began, 6, 0) };
    assert_eq!(tell(&mut watcher, &force, 2, Some(less.clone())), Observed::Kept);
    let records = force.records(&spool);
    let [(captured, findings)] = &found(&records)[..] else { panic!("one record: {records:?}") };
    let paragraphs: Vec<_> = findings.iter().map(|one| (one.paragraph.as_str(), one.rule.as_str())).collect();
    assert_eq!(paragraphs, [("9", "state/history-deleted"), ("10", "state/history-deleted")]);
    assert_eq!((captured.source, captured.attribution.act), (Source::Histories, Act::Unknown));
    assert_eq!(captured.account, "test-person-014");
    let Fact::History(seen) = &captured.fact else { panic!("a history") };
    assert_eq!(seen.before.as_ref().map(|before| (before.at, before.entries)), Some((began, 15)));
    assert_eq!((seen.after.at, seen.after.entries), (gone_at, 6));
    let said = &findings[0].explanation;
    for words in [
        "\"Chromium\", profile \".config/chromium/Default\"",
        "9 entries at least were gone while older",
        "is not known",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    assert_eq!(tell(&mut watcher, &force, 3, Some(less)), Observed::Dropped, "it is told once");
    assert_eq!(found(&force.records(&spool)).len(), 1);
}

#[test]
fn what_was_removed_while_the_agent_did_not_run_is_told_when_it_is_back() {
    let force = TestForce::new();
    let policy = policy(&force);
    let (mut watcher, spool) = force.watching_under(&policy);
    let began = force.now();
    tell(&mut watcher, &force, 1, Some(reading(began, 6, 9)));
    watcher.shut_down();
    drop((watcher, spool));
    force.clock.pass(3_000);
    let keep = force.enrol_under(&policy);
    let (spool, opened) = force.spool(SpoolLimits::default());
    let mut watcher = force.watcher(&keep, &spool, &opened);
    assert_eq!(tell(&mut watcher, &force, 2, Some(reading(began, 6, 0))), Observed::Kept);
}

#[test]
fn invariant_01_without_a_condition_about_histories_none_is_taken_and_what_was_kept_goes_with_it() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching_under(&force.policy(1, 24 * HOUR));
    assert!(!watcher.standing().capture.histories);
    for (n, lately) in [(1, 9), (2, 0)] {
        let read = tell(&mut watcher, &force, n, Some(reading(force.now(), 6, lately)));
        assert_eq!(read, Observed::NotCaptured);
    }
    assert!(found(&force.records(&spool)).is_empty());

    // Paragraph 10 begins in an hour and has no say in what went before, which is under paragraph 9 alone.
    let force = TestForce::new();
    let mut policy = policy(&force);
    let begins = force.now().plus_millis(HOUR * 1_000);
    let later = policy.conditions.last_mut().expect("paragraph 10");
    later.valid_from = begins;
    let (mut watcher, spool) = force.watching_under(&policy);
    let began = force.now();
    tell(&mut watcher, &force, 1, Some(reading(began, 6, 9)));
    force.clock.pass(HOUR + 60);
    assert_eq!(tell(&mut watcher, &force, 2, Some(reading(began, 6, 0))), Observed::Kept);
    let records = force.records(&spool);
    let [(_, findings)] = &found(&records)[..] else { panic!("one record: {records:?}") };
    assert_eq!(findings.iter().map(|one| one.paragraph.as_str()).collect::<Vec<_>>(), ["9"]);

    // During a pause nothing is read, and nothing is compared across it.
    let force = TestForce::new();
    let (from, until) = (force.now().plus_millis(60_000), force.now().plus_millis(600_000));
    let act = DeviceAct { kind: DeviceActKind::InCustody, from, until: Some(until) };
    let policy = self::policy(&force).under(&[act]);
    let (mut watcher, spool) = force.watching_under(&policy);
    let began = force.now();
    tell(&mut watcher, &force, 1, Some(reading(began, 6, 9)));
    force.clock.pass(300);
    watcher.tick();
    assert_eq!(tell(&mut watcher, &force, 2, Some(reading(began, 6, 3))), Observed::NotCaptured);
    force.clock.pass(600);
    watcher.tick();
    assert_eq!(tell(&mut watcher, &force, 3, Some(reading(began, 6, 0))), Observed::Dropped);
    assert!(found(&force.records(&spool)).is_empty());
}

#[test]
fn a_setting_is_told_once_as_a_setting_and_explains_what_it_takes() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching_under(&policy(&force));
    let began = force.now();
    let set =
        |lately| HistoryReading { setting: Some(HistorySetting::ClearsAtEnd), ..reading(began, lately, 0) };
    assert_eq!(tell(&mut watcher, &force, 1, Some(set(6))), Observed::Kept);
    force.clock.pass(300);
    assert_eq!(tell(&mut watcher, &force, 2, Some(set(0))), Observed::Dropped);
    let records = force.records(&spool);
    let [(_, findings)] = &found(&records)[..] else { panic!("one record: {records:?}") };
    let [finding] = findings.as_slice() else { panic!("under one paragraph") };
    assert_eq!((finding.paragraph.as_str(), finding.rule.as_str()), ("9", "state/history-not-kept"));
    assert!(
        finding.strength_permille < 400 && finding.explanation.contains("a setting and no act"),
        "{finding:?}"
    );
}

#[test]
fn invariant_08_what_cannot_be_compared_is_a_gap_in_part_with_its_reason_and_no_finding() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching_under(&policy(&force));
    let began = force.now();
    tell(&mut watcher, &force, 1, Some(reading(began, 6, 9)));
    force.clock.pass(300);
    let other = HistoryReading { folder: 2, file: 2, ..reading(began, 6, 0) };
    assert_eq!(tell(&mut watcher, &force, 2, Some(other.clone())), Observed::Dropped);
    force.clock.pass(300);
    // The wall clock went two hours forward and back: a browser may have dropped what then looked old.
    force.clock.set_wall(2 * HOUR);
    watcher.tick();
    force.clock.set_wall(-2 * HOUR);
    watcher.tick();
    let less = HistoryReading { entries: 4, folder: 2, file: 2, ..reading(began, 4, 0) };
    assert_eq!(tell(&mut watcher, &force, 3, Some(less)), Observed::Dropped);
    force.clock.pass(300);
    assert_eq!(tell(&mut watcher, &force, 4, None), Observed::Dropped);
    let records = force.records(&spool);
    assert!(found(&records).is_empty());
    let reasons: Vec<_> = gaps(&records).into_iter().map(|gap| gap.detail).collect();
    let [one, two, three] = reasons.as_slice() else { panic!("{reasons:?}") };
    assert!(one.contains("Chromium") && one.contains("profile was removed, reset or put back"), "{one}");
    assert!(two.contains("clock had been moved"), "{two}");
    assert!(three.contains("no longer there"), "{three}");
    assert!(!reasons.concat().contains("Default"), "a profile's name may be the person's");
}

#[test]
fn what_another_adult_does_to_a_history_is_compared_with_nothing() {
    let force = TestForce::new();
    let policy = Policy { other_adult: Some(approval()), ..policy(&force) };
    let (mut watcher, spool) = force.watching_under(&policy);
    assert_eq!(tell(&mut watcher, &force, 1, Some(reading(force.now(), 6, 9))), Observed::Dropped);
    force.clock.pass(300);
    watcher.other_adult_begins(ID).expect("a session");
    force.clock.pass(300);
    assert_eq!(tell(&mut watcher, &force, 2, Some(reading(force.now(), 6, 0))), Observed::NotCaptured);
    assert!(watcher.other_adult_ends());
    force.clock.pass(60);
    assert_eq!(tell(&mut watcher, &force, 3, Some(reading(force.now(), 6, 0))), Observed::Dropped);
    assert!(found(&force.records(&spool)).is_empty() && gaps(&force.records(&spool)).is_empty());

    force.clock.pass(300);
    assert_eq!(
        tell(&mut watcher, &force, 4, Some(reading(force.now(), 0, 0))),
        Observed::Kept,
        "from then on again"
    );
}
