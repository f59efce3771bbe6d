//! Names that are used: held until the days to declare them have run out, told once, and never the declared ones.

use std::sync::Arc;

use proviso_agent::{Observed, PolicyKeep, SpoolLimits};
use proviso_engine::behaviour::names::{fingerprint, key};
use proviso_model::observation::{NameHow, NameUsed};
use proviso_model::policy::{PackRef, Policy, PolicyCondition, Rule};
use proviso_model::record::{NoticeResponse, RecordBody};
use proviso_model::{ConditionKind, Digest, Fact, Timestamp};

use super::HOUR;
use super::support::{LISTED, TestForce, page, shown};

/// A paragraph on declared names, with days to declare one.
fn declared(force: &TestForce, names: &[&str], within_days: u16) -> PolicyCondition {
    let mut paragraph = force.policy(1, 240 * HOUR).conditions.first().expect("a condition").clone();
    paragraph.paragraph = "16".to_owned();
    paragraph.kind = ConditionKind::DeclareNames;
    let pack = PackRef { name: "order".to_owned(), version: "1".to_owned(), sha256: Digest([3; 32]) };
    let mut declared: Vec<Digest> = names.iter().map(|name| fingerprint(&pack, &key(name))).collect();
    declared.sort();
    paragraph.rules = vec![Rule::Names {
        id: "names/declared".to_owned(),
        category: "undeclared-name".to_owned(),
        pack,
        declared,
        within_days,
    }];
    paragraph
}

fn policy(force: &TestForce, serial: u64, names: &[&str], within_days: u16) -> Policy {
    let mut policy = force.policy(serial, 240 * HOUR);
    policy.conditions = vec![declared(force, names, within_days)];
    policy
}

fn used(name: &str) -> Fact {
    let (url, name) = ("https://forum.example/login".to_owned(), name.to_owned());
    // What a browser says of an earlier time is not believed.
    let used_at = Some(Timestamp::from_micros(0));
    Fact::Name(Box::new(NameUsed { url, name, how: NameHow::SignIn, typed: true, used_at }))
}

/// Names on record, each with when it was used, where that was before.
fn told(force: &TestForce, spool: &proviso_agent::Spool) -> Vec<(String, Option<Timestamp>)> {
    let of = |body| match body {
        RecordBody::Finding { captured, .. } => match captured.fact {
            Fact::Name(used) => Some((used.name, used.used_at)),
            other => panic!("no name: {other:?}"),
        },
        _ => None,
    };
    force.records(spool).into_iter().filter_map(of).collect()
}

#[test]
fn a_name_that_is_not_declared_is_held_until_its_days_have_run_out_and_told_once_also_across_a_restart() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching_under(&policy(&force, 1, &["tp014"], 2));
    let at = force.now();
    assert_eq!(watcher.observe("one", 1, at, shown(), used("TP014")), Observed::Dropped, "it is declared");
    assert_eq!(watcher.observe("one", 2, at, shown(), used("lantern-7")), Observed::Waits);
    assert_eq!(
        watcher.observe("one", 3, at, shown(), used("@Lantern-7")),
        Observed::Dropped,
        "known already"
    );
    // Nothing but names is read under the paragraph.
    assert_eq!(watcher.observe("one", 4, at, shown(), page(LISTED)), Observed::NotCaptured);
    watcher.shut_down();
    drop((watcher, spool));

    let keep = Arc::new(PolicyKeep::load(&force.dir(), force.device).expect("a keep"));
    let (spool, opened) = force.spool(SpoolLimits::default());
    let mut watcher = force.watcher(&keep, &spool, &opened);
    assert_eq!(watcher.observe("one", 2, at, shown(), used("lantern-7")), Observed::Repeated);
    for (hours, expected) in [(48, 0), (24, 0), (2, 1), (1, 1)] {
        force.clock.pass(hours * HOUR);
        watcher.tick();
        assert_eq!(told(&force, &spool).len(), expected, "{hours} hours later");
    }
    assert_eq!(told(&force, &spool), [("lantern-7".to_owned(), Some(at))]);
    assert_eq!(watcher.observe("one", 9, force.now(), shown(), used("lantern-7")), Observed::Dropped);
    assert_eq!((told(&force, &spool).len(), watcher.names_held()), (1, 0));
    assert!(!format!("{:?}", force.records(&spool)).contains("TP014"), "a declared name leaves no trace");
}

#[test]
fn a_name_that_is_declared_in_time_or_whose_paragraph_ends_is_let_go_of_and_a_clock_set_forward_ends_no_days()
{
    let force = TestForce::new();
    let keep = force.enrol_under(&policy(&force, 1, &[], 2));
    let (spool, opened) = force.spool(SpoolLimits::default());
    let mut watcher = force.watcher(&keep, &spool, &opened);
    watcher.notice_shown("terminal", NoticeResponse::Acknowledged, "the person").expect("on record");
    let offer = |serial, names: &[&str]| keep.offer(&force.sign(&policy(&force, serial, names, 2)));
    for (n, name) in [(1, "lantern-7"), (2, "old-heron")] {
        assert_eq!(watcher.observe("one", n, force.now(), shown(), used(name)), Observed::Waits);
    }
    force.clock.set_wall(100 * HOUR);
    force.clock.pass(60);
    watcher.tick();
    assert_eq!((told(&force, &spool).len(), watcher.names_held()), (0, 2), "nobody confirmed that time");
    force.clock.set_wall(-100 * HOUR);
    force.clock.pass(HOUR);
    assert!(offer(2, &["Lantern-7"]).expect("taken"));
    watcher.tick();
    assert_eq!(watcher.names_held(), 1, "one was declared");
    assert!(offer(3, &["Lantern-7", "old-heron"]).expect("taken"));
    watcher.tick();
    force.clock.pass(90 * HOUR);
    watcher.tick();
    assert_eq!((told(&force, &spool).len(), watcher.names_held()), (0, 0));
}

#[test]
fn where_the_order_gives_no_days_a_name_is_told_at_once() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching_under(&policy(&force, 1, &["tp014"], 0));
    assert_eq!(watcher.observe("one", 1, force.now(), shown(), used("lantern-7")), Observed::Kept);
    assert_eq!(watcher.observe("one", 2, force.now(), shown(), used("lantern-7")), Observed::Dropped);
    assert_eq!(told(&force, &spool), [("lantern-7".to_owned(), None)]);
}
