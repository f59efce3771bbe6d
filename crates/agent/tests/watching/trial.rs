//! Words on trial: counted beside those in force, for their time only, and nothing is kept because of them.

use proviso_agent::Observed;
use proviso_model::Policy;
use proviso_model::ids::TrialId;
use proviso_model::policy::{Rule, Term, Trial, TrialCount};
use proviso_model::record::RecordBody;

use super::HOUR;
use super::support::{LISTED, TestForce, kinds, page, page_at, shown};

const TRIAL: TrialId = TrialId::from_bytes([51; 16]);
/// On trial, and not in force.
const TRIED: &str = "red buoy";

/// The listed word is no longer on the list that is tried, and another one is.
fn trying(force: &TestForce, hours: i64) -> Policy {
    let policy = force.policy(1, 24 * HOUR);
    let mut changed = policy.clone();
    for rule in changed.conditions.iter_mut().flat_map(|condition| &mut condition.rules) {
        if let Rule::Words { terms, .. } = rule {
            *terms = vec![Term { text: TRIED.to_owned(), weight_permille: 1_000, ..Term::default() }];
        }
    }
    let until = force.now().plus_millis(hours * HOUR * 1_000);
    let trial = policy.trial_of(&changed, TRIAL, until);
    Policy { trial: trial.map(Box::new), ..policy }
}

#[test]
fn invariant_03_of_what_words_on_trial_would_find_only_how_often_leaves_the_device_and_only_in_their_time() {
    let force = TestForce::new();
    let policy = trying(&force, 2);
    let trial = policy.trial.as_deref().expect("a trial");
    assert_eq!(trial.conditions.len(), 1, "conditions whose rules stay are not in it");
    let (mut watcher, spool) = force.watching_under(&policy);
    let (tried, listed) = (format!("a {TRIED} at sea"), format!("some {LISTED} for everybody"));
    for (n, page, expected) in [
        (1, page("a walk in the park"), Observed::Dropped),
        (2, page(&tried), Observed::Dropped),
        (3, page(&tried), Observed::Dropped),
        (4, page(&listed), Observed::Kept),
        // Who is on the shield list is not read for a trial either.
        (5, page_at("https://solicitor.example/", &tried), Observed::Shielded),
    ] {
        assert_eq!(watcher.observe("one", n, force.now(), shown(), page), expected, "{n}");
    }
    force.clock.pass(400);
    watcher.tick();
    force.clock.pass(2 * HOUR);
    assert_eq!(watcher.observe("one", 6, force.now(), shown(), page(&tried)), Observed::Dropped);
    force.clock.pass(400);
    watcher.tick();

    let records = force.records(&spool);
    let counts: Vec<_> = records
        .iter()
        .filter_map(|body| match body {
            RecordBody::Liveness { liveness } if liveness.observed > 0 => Some(liveness.trial),
            _ => None,
        })
        .collect();
    assert_eq!(counts, [Some(TrialCount { trial: TRIAL, observed: 4, also: 2, gone: 1 }), None]);
    assert_eq!(kinds(&records).iter().filter(|kind| **kind == "finding").count(), 1);
    let said = serde_json::to_string(&records).expect("json");
    assert!(
        said.contains(LISTED) && !said.contains(TRIED),
        "the records hold nothing that only a trial found"
    );
}

#[test]
fn a_trial_that_cannot_be_run_leaves_the_order_watched() {
    let force = TestForce::new();
    let policy = force.policy(1, 24 * HOUR);
    let mut condition = policy.conditions.first().expect("a condition").clone();
    for rule in &mut condition.rules {
        if let Rule::Words { terms, .. } = rule {
            terms.clear();
            terms.push(Term { text: String::new(), ..Term::default() });
        }
    }
    let until = force.now().plus_millis(HOUR * 1_000);
    let trial = Trial { id: TRIAL, until, conditions: vec![condition], minor: None };
    let (mut watcher, _) = force.watching_under(&Policy { trial: Some(Box::new(trial)), ..policy });
    assert_eq!(watcher.observe("one", 1, force.now(), shown(), page(LISTED)), Observed::Kept);
}
