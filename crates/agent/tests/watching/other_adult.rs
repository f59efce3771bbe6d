//! Another adult's session: nothing is captured in it, it ends by itself, and the whole of it is a gap with its counts.

use proviso_agent::Observed;
use proviso_agent::policy_keep::PolicyKeep;
use proviso_agent::sources::browser::presence::ConnectionId;
use proviso_agent::watch::{OtherAdultRefused, Watcher};
use proviso_agent::{Spool, SpoolLimits};
use proviso_model::gap::{Gap, GapCause};
use proviso_model::ids::OtherAdultId;
use proviso_model::record::RecordBody;
use proviso_model::{Digest, InputCounts, OtherAdult, OtherAdultEnd, OtherAdultTold, Policy, Timestamp};

use super::HOUR;
use super::support::{LISTED, START, TestForce, page, shown};

const MINUTE: i64 = 60;
pub(super) const ID: OtherAdultId = OtherAdultId::from_bytes([41; 16]);
const HELPER: ConnectionId = ConnectionId(7);

/// What an officer approved: sessions of half an hour, twice a day, for four hours.
pub(super) fn approval() -> OtherAdult {
    let start = Timestamp::parse(START).expect("an instant");
    OtherAdult {
        id: ID,
        minutes_max: 30,
        sessions_per_day_max: 2,
        until: start.plus_millis(4 * HOUR * 1_000),
        code_hash: Digest([0; 32]),
        code_until: start.plus_millis(HOUR * 1_000),
    }
}

fn approved(force: &TestForce, serial: u64) -> Policy {
    Policy { other_adult: Some(approval()), ..force.policy(serial, 24 * HOUR) }
}

fn told(force: &TestForce, spool: &Spool) -> Vec<OtherAdultTold> {
    let of = |body: RecordBody| match body {
        RecordBody::OtherAdult { other_adult } => Some(other_adult),
        _ => None,
    };
    force.records(spool).into_iter().filter_map(of).collect()
}

/// The gaps of sessions that have ended.
fn sessions(force: &TestForce, spool: &Spool) -> Vec<(Timestamp, Option<Timestamp>)> {
    let of = |body: RecordBody| match body {
        RecordBody::Gap { gap: Gap { from, until, cause: GapCause::OtherAdult, .. } } if until.is_some() => {
            Some((from, until))
        }
        _ => None,
    };
    force.records(spool).into_iter().filter_map(of).collect()
}

fn sees(watcher: &mut Watcher, force: &TestForce, n: u64) -> Observed {
    watcher.observe("one", n, force.now(), shown(), page(LISTED))
}

#[test]
fn invariant_01_in_another_adult_s_session_nothing_is_captured_and_its_time_ends_it() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching_under(&approved(&force, 1));
    assert_eq!(sees(&mut watcher, &force, 1), Observed::Kept);
    let began = force.now();
    let until = watcher.other_adult_begins(ID).expect("a session");
    assert_eq!(until, began.plus_millis(30 * MINUTE * 1_000));
    assert_eq!(watcher.standing().why_not, Some(GapCause::OtherAdult));
    assert!(watcher.standing().capture.is_nothing() && !watcher.standing().notice_due);
    assert_eq!(watcher.sign(), "Watching is paused: another adult is using this account until 08:30");
    assert_eq!(watcher.other_adult_begins(ID), Err(OtherAdultRefused::Lasts));
    watcher.input_counted(HELPER, InputCounts { keys: 3, pointer: 1 }, None);
    force.clock.pass(30 * MINUTE - 1);
    let in_it = force.now();
    assert_eq!(sees(&mut watcher, &force, 2), Observed::NotCaptured);
    watcher.input_counted(HELPER, InputCounts { keys: 40, pointer: 9 }, None);
    force.clock.pass(1);
    // The observation itself is the moment at which it is noticed that its time is up.
    assert_eq!(sees(&mut watcher, &force, 3), Observed::Kept);
    let ended = force.now();
    let late = watcher.observe("one", 4, in_it, shown(), page(LISTED));
    assert_eq!(late, Observed::NotCaptured, "what was seen in it is not taken afterwards either");
    assert_eq!(watcher.sign(), "This account is monitored");
    watcher.tick();
    assert_eq!(sessions(&force, &spool), [(began, Some(ended))]);
    let session = OtherAdultTold::Session {
        approval: approval().id,
        from: began,
        until: ended,
        ended: OtherAdultEnd::Cap,
        input: Some(InputCounts { keys: 40, pointer: 9 }),
        uncounted: String::new(),
    };
    assert_eq!(told(&force, &spool), [session]);
    let findings = force.records(&spool).iter().filter(|body| body.kind() == "finding").count();
    assert_eq!(findings, 2, "a session is no finding of its own");
}

/// What happens in a session, and why it is over then.
type Story = (&'static str, fn(&TestForce, &PolicyKeep, &mut Watcher), OtherAdultEnd);

const STORIES: &[Story] = &[
    ("somebody ends it", |_, _, watcher| assert!(watcher.other_adult_ends()), OtherAdultEnd::Ended),
    ("the account logs off", |_, _, watcher| watcher.logged_on(false), OtherAdultEnd::LoggedOff),
    ("the device sleeps for six minutes", |force, _, _| force.clock.sleep(6 * MINUTE), OtherAdultEnd::Slept),
    (
        "the approval is withdrawn",
        |force, keep, _| {
            let withdrawn = force.policy(2, 24 * HOUR);
            assert!(keep.offer(&force.sign(&withdrawn)).expect("taken"));
        },
        OtherAdultEnd::Withdrawn,
    ),
    (
        "the force ends the order",
        |force, keep, _| {
            let mut over = approved(force, 2);
            over.expires_at = force.now();
            assert!(keep.offer(&force.sign(&over)).expect("taken"));
        },
        OtherAdultEnd::NothingAsked,
    ),
    (
        "the approval runs out",
        |force, keep, _| {
            let mut over = approved(force, 2);
            over.other_adult = Some(OtherAdult { until: force.now(), ..approval() });
            assert!(keep.offer(&force.sign(&over)).expect("taken"));
        },
        OtherAdultEnd::RanOut,
    ),
    (
        "the clock is set back by an hour, twice",
        |force, _, watcher| {
            force.clock.set_wall(-HOUR);
            watcher.tick();
            force.clock.pass(10 * MINUTE);
            force.clock.set_wall(-HOUR);
            watcher.tick();
            assert_eq!(watcher.standing().why_not, Some(GapCause::OtherAdult), "not before its time");
            force.clock.pass(15 * MINUTE);
        },
        OtherAdultEnd::Cap,
    ),
];

#[test]
fn a_session_ends_with_all_that_may_bring_somebody_else_to_the_device() {
    for (story, happens, expected) in STORIES {
        let force = TestForce::new();
        let keep = force.enrol_under(&approved(&force, 1));
        let (spool, opened) = force.spool(SpoolLimits::default());
        let mut watcher = force.watcher(&keep, &spool, &opened);
        super::notice(&mut watcher);
        watcher.logged_on(true);
        watcher.other_adult_begins(ID).expect(story);
        force.clock.pass(5 * MINUTE);
        watcher.tick();
        assert_eq!(watcher.standing().why_not, Some(GapCause::OtherAdult), "{story}: it lasts");
        happens(&force, &keep, &mut watcher);
        watcher.tick();
        let found = told(&force, &spool);
        let [OtherAdultTold::Session { ended, uncounted, input: None, .. }] = found.as_slice() else {
            panic!("{story}: {found:?}")
        };
        assert_eq!(ended, expected, "{story}");
        assert!(uncounted.contains("helper was not running"), "{story}: that nobody counted is said");
        assert_eq!(sessions(&force, &spool).len(), 1, "{story}");
        let watches = *expected != OtherAdultEnd::NothingAsked;
        assert_eq!(watcher.standing().watching, watches, "{story}");
    }
}

#[test]
fn a_session_does_not_outlive_the_agent_and_what_was_counted_until_then_is_told() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching_under(&approved(&force, 1));
    let began = force.now();
    watcher.other_adult_begins(ID).expect("a session");
    watcher.input_counted(HELPER, InputCounts { keys: 12, pointer: 4 }, None);
    force.clock.pass(2 * MINUTE);
    watcher.tick();
    let last = force.now();
    drop((watcher, spool));
    force.clock.pass(MINUTE);
    let keep = std::sync::Arc::new(PolicyKeep::load(&force.dir(), force.device).expect("a keep"));
    let (spool, opened) = force.spool(SpoolLimits::default());
    let mut watcher = force.watcher(&keep, &spool, &opened);
    watcher.tick();
    assert!(watcher.standing().watching);
    assert_eq!(sessions(&force, &spool), [(began, Some(last))], "the rest is the restart's own gap");
    let found = told(&force, &spool);
    let [OtherAdultTold::Session { ended: OtherAdultEnd::Restarted, input: Some(input), .. }] =
        found.as_slice()
    else {
        panic!("{found:?}")
    };
    assert_eq!(*input, InputCounts { keys: 12, pointer: 4 });
}

#[test]
fn sessions_are_limited_by_the_day_and_none_begins_where_the_time_or_the_watching_is_not_sure() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching_under(&force.policy(1, 24 * HOUR));
    assert_eq!(watcher.other_adult_begins(ID), Err(OtherAdultRefused::NotApproved));
    drop((watcher, spool));

    let force = TestForce::new();
    let keep = force.enrol_under(&approved(&force, 1));
    let (spool, opened) = force.spool(SpoolLimits::default());
    let mut watcher = force.watcher(&keep, &spool, &opened);
    assert_eq!(watcher.other_adult_begins(ID), Err(OtherAdultRefused::NothingWatched), "the notice is due");
    super::notice(&mut watcher);
    // A clock set forward by a day would bring another day's sessions.
    force.clock.set_wall(24 * HOUR);
    watcher.tick();
    assert!(watcher.other_adult_begins(ID).is_err(), "the time is in doubt, or the approval over by it");
    force.clock.set_wall(-24 * HOUR);
    watcher.tick();
    let another = OtherAdultId::from_bytes([42; 16]);
    assert_eq!(watcher.other_adult_begins(another), Err(OtherAdultRefused::NotApproved), "another's PIN");
    for left in [1, 0] {
        watcher.other_adult_begins(ID).expect("a session");
        assert!(watcher.other_adult_ends());
        assert_eq!(watcher.other_adult().left_today, left);
    }
    assert_eq!(watcher.other_adult_begins(ID), Err(OtherAdultRefused::NoneLeft));
    assert!(!watcher.other_adult_ends(), "none lasts");
    force.clock.pass(4 * HOUR);
    watcher.tick();
    assert_eq!(watcher.other_adult_begins(ID), Err(OtherAdultRefused::NotApproved), "it has run out");
}

/// What becomes of counting, what is counted, what is said of it.
type Counted = (&'static str, fn(&TestForce, &mut Watcher), Option<InputCounts>, &'static str);

#[test]
fn counting_that_was_interrupted_or_impossible_is_said() {
    let input = |keys| InputCounts { keys, pointer: 0 };
    let stories: &[Counted] = &[
        (
            "the helper was started anew",
            |_, watcher| {
                watcher.input_counted(HELPER, InputCounts { keys: 5, pointer: 0 }, None);
                watcher.closed(HELPER);
                watcher.input_counted(ConnectionId(8), InputCounts { keys: 2, pointer: 0 }, None);
            },
            Some(input(7)),
            "in all of it",
        ),
        (
            "the helper came late",
            |force, watcher| {
                force.clock.pass(MINUTE);
                watcher.input_counted(HELPER, InputCounts { keys: 5, pointer: 0 }, None);
            },
            Some(input(5)),
            "in all of it",
        ),
        (
            "the session runs on Wayland",
            |_, watcher| watcher.input_counted(HELPER, InputCounts::default(), Some("Wayland".to_owned())),
            None,
            "Wayland",
        ),
    ];
    for (story, happens, expected, says) in stories {
        let force = TestForce::new();
        let (mut watcher, spool) = force.watching_under(&approved(&force, 1));
        watcher.other_adult_begins(ID).expect("a session");
        happens(&force, &mut watcher);
        assert!(watcher.other_adult_ends());
        let found = told(&force, &spool);
        let [OtherAdultTold::Session { input, uncounted, .. }] = found.as_slice() else {
            panic!("{story}: {found:?}")
        };
        assert_eq!((input, uncounted.contains(says)), (expected, true), "{story}: {uncounted}");
    }
}

#[test]
fn wrong_pins_are_told_with_their_number() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching_under(&approved(&force, 1));
    let id = approval().id;
    let first = force.now();
    for (tries, is_paused) in [(4, false), (1, true), (2, false)] {
        for _ in 0..tries {
            watcher.other_adult_pin_was_wrong(id, is_paused);
        }
    }
    assert_eq!(told(&force, &spool), [OtherAdultTold::WrongPins { approval: id, at: first, count: 5 }]);
    force.clock.pass(11 * MINUTE);
    watcher.tick();
    assert_eq!(told(&force, &spool).len(), 2, "and two that led to no pause, after a while");
}
