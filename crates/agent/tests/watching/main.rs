//! Stories about what is captured, when, and what becomes of it.

mod acts;
mod context;
mod helper;
mod histories;
mod machine;
mod names;
mod other_adult;
mod pictures;
#[path = "../support/mod.rs"]
mod support;
mod trial;

use std::sync::atomic::Ordering;

use proviso_agent::sources::browser::presence::{BrowserProcess, ConnectionId, Greeting};
use proviso_agent::{Observed, PolicyKeep, SpoolLimits, Watcher};
use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::gap::GapCause;
use proviso_model::record::{NoticeResponse, RecordBody};
use proviso_model::{Act, Attribution, Fact};
use support::{LISTED, TestForce, begun_gaps, ended_gaps, kinds, page, page_at, shown};

const HOUR: i64 = 3_600;

fn hello(watcher: &mut Watcher, connection: u64) {
    greet(watcher, connection, true);
}

fn notice(watcher: &mut Watcher) {
    watcher.notice_shown("terminal", NoticeResponse::Acknowledged, "the person").expect("on record");
}

fn greet(watcher: &mut Watcher, connection: u64, private_allowed: bool) {
    let process = BrowserProcess { pid: 7, started_ticks: 9 };
    watcher.browser_connected(ConnectionId(connection), process);
    let greeting = Greeting { instance: "one".to_owned(), browser: "chromium".to_owned(), private_allowed };
    watcher.browser_greeted(ConnectionId(connection), &greeting);
}

#[test]
fn invariant_03_what_matches_nothing_or_is_shielded_is_dropped_and_counted_and_a_finding_is_sealed_with_its_passage()
 {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(24 * HOUR);
    let observed = watcher.observe("one", 1, force.now(), shown(), page("a walk in the park"));
    assert_eq!(observed, Observed::Dropped);
    let text = format!("a glass of {LISTED} for everybody");
    assert_eq!(watcher.observe("one", 2, force.now(), shown(), page(&text)), Observed::Kept);
    let shielded = page_at("https://solicitor.example/", LISTED);
    assert_eq!(watcher.observe("one", 3, force.now(), shown(), shielded), Observed::Shielded);
    let behind = Attribution::off_screen(Act::Background);
    assert_eq!(watcher.observe("one", 4, force.now(), behind, page(&text)), Observed::Dropped);

    force.clock.pass(400);
    watcher.tick();
    let records = force.records(&spool);
    let findings: Vec<_> = records
        .iter()
        .filter_map(|body| match body {
            RecordBody::Finding { captured, generated } => Some((captured, generated)),
            _ => None,
        })
        .collect();
    let [(captured, generated)] = findings.as_slice() else { panic!("one finding: {:?}", kinds(&records)) };
    assert_eq!(captured.account, "test-person-014");
    assert_eq!(generated.findings[0].paragraph, "5");
    assert!(captured.fact.passages().iter().any(|passage| passage.text.contains(LISTED)));
    let counts = records.iter().find_map(|body| match body {
        RecordBody::Liveness { liveness } => Some((liveness.observed, liveness.dropped, liveness.shielded)),
        _ => None,
    });
    assert_eq!(counts, Some((4, 2, 1)));
    let whole = format!("{records:?}");
    assert!(!whole.contains("walk in the park") && !whole.contains("solicitor"), "nothing else was kept");
}

#[test]
fn invariant_01_at_a_condition_s_end_capture_stops_also_offline_and_the_clock_cannot_be_turned_back() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(HOUR);
    assert_eq!(watcher.observe("one", 1, force.now(), shown(), page(LISTED)), Observed::Kept);
    force.clock.pass(HOUR - 1);
    assert_eq!(watcher.observe("one", 2, force.now(), shown(), page(LISTED)), Observed::Kept);
    let in_time = force.now();
    force.clock.pass(1);
    // No tick and no server: the observation itself is the moment at which the end is noticed.
    assert_eq!(watcher.observe("one", 3, force.now(), shown(), page(LISTED)), Observed::NotCaptured);
    assert_eq!(watcher.observe("one", 4, in_time, shown(), page(LISTED)), Observed::NotCaptured);
    assert!(!watcher.standing().watching && watcher.standing().capture.is_nothing());
    let records = force.records(&spool);
    assert_eq!(kinds(&records).iter().filter(|kind| **kind == "finding").count(), 2);
    assert!(begun_gaps(&records).contains(&GapCause::NoPolicy));
}

#[test]
fn invariant_01_during_a_pause_nothing_is_captured_and_it_ends_by_itself_without_another_notice() {
    let force = TestForce::new();
    let mut policy = force.policy(1, 24 * HOUR);
    let (from, until) = (force.now().plus_millis(HOUR * 1_000), force.now().plus_millis(2 * HOUR * 1_000));
    policy = policy.under(&[DeviceAct { kind: DeviceActKind::InRepair, from, until: Some(until) }]);
    let keep = force.enrol_under(&policy);
    let (spool, opened) = force.spool(SpoolLimits::default());
    let mut watcher = force.watcher(&keep, &spool, &opened);
    watcher.notice_shown("terminal", NoticeResponse::Acknowledged, "the person").expect("on record");
    for (number, pass, expected) in [
        (1, HOUR - 1, Observed::Kept),
        (2, 1, Observed::NotCaptured),
        (3, HOUR - 1, Observed::NotCaptured),
        (4, 1, Observed::Kept),
    ] {
        force.clock.pass(pass);
        // The observation itself is the moment at which the pause is noticed, and its end.
        let observed = watcher.observe("one", number, force.now(), shown(), page(LISTED));
        assert_eq!(observed, expected, "{number}");
        assert_eq!(watcher.standing().watching, expected == Observed::Kept);
        assert!(!watcher.standing().notice_due);
    }
    let within = keep.policy().expect("a policy");
    assert!(!within.asks_between(from, until.plus_millis(-1)) && within.asks_between(from, until));
    watcher.tick();
    let seen = |body: &RecordBody| match body {
        RecordBody::Gap { gap } if gap.cause == GapCause::NoPolicy => Some((gap.from, gap.until)),
        _ => None,
    };
    let told: Vec<_> = force.records(&spool).iter().filter_map(seen).collect();
    assert_eq!(told, [(from, None), (from, Some(until))]);
}

#[test]
fn invariant_01_before_the_notice_was_shown_nothing_is_captured_and_that_is_a_gap() {
    let force = TestForce::new();
    let keep = force.enrol(24 * HOUR);
    let (spool, opened) = force.spool(SpoolLimits::default());
    let mut watcher = force.watcher(&keep, &spool, &opened);
    assert!(watcher.standing().notice_due);
    let early = force.now();
    assert_eq!(watcher.observe("one", 1, early, shown(), page(LISTED)), Observed::NotCaptured);
    force.clock.pass(60);
    watcher.notice_shown("browser", NoticeResponse::Refused, "the supervised person").expect("on record");
    assert!(watcher.standing().watching, "an answer is recorded, never required");
    // What was on screen before the notice is not captured afterwards either.
    assert_eq!(watcher.observe("one", 2, early, shown(), page(LISTED)), Observed::NotCaptured);
    let records = force.records(&spool);
    assert_eq!(begun_gaps(&records), [GapCause::NoticeNotShown]);
    assert_eq!(ended_gaps(&records), [GapCause::NoticeNotShown]);
    let said = records.iter().find_map(|body| match body {
        RecordBody::Notice { notice } => Some((notice.response, notice.by.clone())),
        _ => None,
    });
    assert_eq!(said, Some((NoticeResponse::Refused, "the supervised person".to_owned())));
}

#[test]
fn invariant_01_a_policy_with_a_wrong_signature_is_neither_obeyed_nor_kept() {
    let force = TestForce::new();
    let keep = force.enrol(24 * HOUR);
    let mut forged = force.sign(&force.policy(2, 48 * HOUR));
    forged.policy = forged.policy.replace("\"serial\":2", "\"serial\":3");
    assert!(keep.offer(&forged).is_err());
    assert_eq!(keep.serial(), 1);
    let older = force.sign(&force.policy(0, 48 * HOUR));
    assert!(keep.offer(&older).is_err(), "an older one is never taken");
    assert!(keep.offer(&force.sign(&force.policy(2, 48 * HOUR))).expect("taken"));

    // The same on disk: a file that somebody changed leaves the device without a policy.
    let path = force.dir().file("policy.json");
    let text = std::fs::read_to_string(&path).expect("a policy").replace("2026-11-26", "2036-11-26");
    std::fs::write(&path, text).expect("changed");
    let reloaded = PolicyKeep::load(&force.dir(), force.device).expect("trust holds");
    assert!(reloaded.policy().is_none() && reloaded.fault().is_some());
}

#[test]
fn a_number_seen_before_is_not_taken_again_also_after_a_restart() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(24 * HOUR);
    assert_eq!(watcher.observe("one", 1, force.now(), shown(), page(LISTED)), Observed::Kept);
    assert_eq!(watcher.observe("one", 1, force.now(), shown(), page(LISTED)), Observed::Repeated);
    assert_eq!(watcher.observe("two", 1, force.now(), shown(), page(LISTED)), Observed::Kept);
    drop((watcher, spool));
    let keep = std::sync::Arc::new(PolicyKeep::load(&force.dir(), force.device).expect("a keep"));
    let (spool, opened) = force.spool(SpoolLimits::default());
    let mut watcher = force.watcher(&keep, &spool, &opened);
    assert_eq!(watcher.observe("one", 1, force.now(), shown(), page(LISTED)), Observed::Repeated);
    assert_eq!(watcher.observe("one", 2, force.now(), shown(), page(LISTED)), Observed::Kept);
}

#[test]
fn a_browser_whose_extension_stops_is_a_gap_and_a_finding_about_the_software_and_a_closed_browser_is_neither()
{
    for lives in [true, false] {
        let force = TestForce::new();
        let (mut watcher, spool) = force.watching(24 * HOUR);
        hello(&mut watcher, 1);
        watcher.browser_closed(ConnectionId(1));
        force.processes.0.store(lives, Ordering::SeqCst);
        for seconds in [15, 280, 20] {
            force.clock.pass(seconds);
            watcher.tick();
        }
        let records = force.records(&spool);
        assert_eq!(begun_gaps(&records).contains(&GapCause::ExtensionStopped), lives);
        let software = records.iter().any(|body| {
            matches!(body, RecordBody::Finding { captured, .. } if matches!(captured.fact, Fact::Software { .. }))
        });
        assert_eq!(software, lives);
        hello(&mut watcher, 2);
        assert_eq!(ended_gaps(&force.records(&spool)).contains(&GapCause::ExtensionStopped), lives);
    }
}

#[test]
fn a_worker_that_was_killed_and_came_back_leaves_a_gap_and_no_silence() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(24 * HOUR);
    hello(&mut watcher, 1);
    watcher.browser_closed(ConnectionId(1));
    force.clock.pass(2);
    hello(&mut watcher, 2);
    assert!(ended_gaps(&force.records(&spool)).contains(&GapCause::ExtensionStopped));
}

#[test]
fn sleep_and_jumping_clocks_are_told_apart() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(240 * HOUR);
    force.clock.pass(5);
    watcher.tick();
    force.clock.sleep(8 * HOUR);
    watcher.tick();
    assert!(ended_gaps(&force.records(&spool)).contains(&GapCause::PowerOff));
    assert!(!begun_gaps(&force.records(&spool)).contains(&GapCause::ClockJump));
    force.clock.set_wall(3 * HOUR);
    force.clock.pass(5);
    watcher.tick();
    assert!(begun_gaps(&force.records(&spool)).contains(&GapCause::ClockJump));
    force.clock.set_wall(-3 * HOUR);
    force.clock.pass(5);
    watcher.tick();
    assert!(ended_gaps(&force.records(&spool)).contains(&GapCause::ClockJump), "and it is reversible");
}

#[test]
fn invariant_08_every_minute_across_a_restart_is_watched_or_a_gap_with_its_cause() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(240 * HOUR);
    force.clock.pass(100);
    watcher.tick();
    watcher.shut_down();
    drop((watcher, spool));
    force.clock.reboot(7 * HOUR, 20);
    let keep = std::sync::Arc::new(PolicyKeep::load(&force.dir(), force.device).expect("a keep"));
    let (spool, opened) = force.spool(SpoolLimits::default());
    let watcher = force.watcher(&keep, &spool, &opened);
    assert!(watcher.standing().watching);
    let records = force.records(&spool);
    let watched_until = records.iter().find_map(|body| match body {
        RecordBody::Liveness { liveness } => Some(liveness.until),
        _ => None,
    });
    let off = records.iter().find_map(|body| match body {
        RecordBody::Gap { gap } if gap.cause == GapCause::PowerOff => Some(gap.clone()),
        _ => None,
    });
    let off = off.expect("a gap");
    assert_eq!(Some(off.from), watched_until);
    assert_eq!(off.until, Some(force.now()));
}

#[test]
fn a_private_window_is_a_finding_and_an_extension_kept_out_of_them_is_a_gap() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(24 * HOUR);
    greet(&mut watcher, 1, false);
    assert!(begun_gaps(&force.records(&spool)).contains(&GapCause::PrivateWindowsUnseen));
    force.clock.pass(30);
    greet(&mut watcher, 2, true);
    watcher.browser_closed(ConnectionId(1));
    assert!(ended_gaps(&force.records(&spool)).contains(&GapCause::PrivateWindowsUnseen));
    let window = Fact::PrivateWindow { browser: "chromium".to_owned() };
    assert_eq!(watcher.observe("one", 1, force.now(), shown(), window), Observed::Kept);
    let paragraphs: Vec<String> = force
        .records(&spool)
        .into_iter()
        .filter_map(|body| match body {
            RecordBody::Finding { generated, .. } => Some(generated.findings),
            _ => None,
        })
        .flatten()
        .map(|finding| finding.paragraph)
        .collect();
    assert_eq!(paragraphs, ["7"]);
}
