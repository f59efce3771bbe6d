//! The one picture of a window in which words were found: when it is asked for, and what of it is put on record.

use proviso_agent::sources::desktop::context::{Pictured, Seen, WindowWanted};
use proviso_agent::watch::{TextRead, Watcher, WindowSeen};
use proviso_agent::{Observed, Spool};
use proviso_ledger::Envelope;
use proviso_model::limits::{
    CONTEXT_PICTURE_AFTER_MS_MAX, CONTEXT_PICTURE_BYTES_MAX, CONTEXT_PICTURES_AN_HOUR_MAX,
};
use proviso_model::observation::{PictureWindow, ProgramText};
use proviso_model::order::ConditionKind;
use proviso_model::policy::PackRef;
use proviso_model::privilege::{LookIn, PrivilegeHosts, PrivilegeRule, PrivilegeSign};
use proviso_model::record::RecordBody;
use proviso_model::{ContextPicture, Digest, Passage, WithoutContext};

use super::HOUR;
use super::support::{LISTED, TestForce, page, shown};

const PROCESS: u32 = 4_711;

fn read(force: &TestForce, n: u64, words: &str, secret_field: Option<bool>) -> TextRead {
    let text = ProgramText {
        application: "Editor".to_owned(),
        title: "notes - Editor".to_owned(),
        text: Passage::whole(words),
        ..ProgramText::default()
    };
    TextRead {
        instance: "session a".to_owned(),
        n,
        observed_at: force.now(),
        attribution: shown(),
        process: PROCESS,
        secret_field,
        text: Box::new(text),
    }
}

fn pictured(bytes: usize) -> Seen {
    Seen::Pictured(Box::new(Pictured {
        title: "notes - Editor".to_owned(),
        window: PictureWindow { width: 640, height: 480, ..PictureWindow::default() },
        size: (640, 400),
        shown: (640, 400),
        pdq: None,
        bytes: vec![7; bytes],
    }))
}

fn seen(force: &TestForce, wanted: &WindowWanted, seen: Seen) -> WindowSeen {
    WindowSeen { finding: wanted.finding, seen_at: force.now(), seen }
}

fn contexts(force: &TestForce, spool: &Spool) -> Vec<ContextPicture> {
    let of = |body: RecordBody| match body {
        RecordBody::ContextPicture { captured } => Some(captured),
        _ => None,
    };
    force.records(spool).into_iter().filter_map(of).collect()
}

fn hash_of_the_finding(force: &TestForce, spool: &Spool) -> Digest {
    let stored = spool.batch(0, None, usize::MAX, usize::MAX).expect("records");
    let is_finding = |envelope: &[u8]| matches!(force.open(envelope), RecordBody::Finding { .. });
    let finding = stored.iter().find(|stored| is_finding(&stored.envelope)).expect("a finding");
    Digest(Envelope::decode(&finding.envelope).expect("an envelope").record_hash())
}

/// Words are found in a window; the window that is then to be pictured.
fn found(force: &TestForce, watcher: &mut Watcher, n: u64) -> WindowWanted {
    assert_eq!(watcher.text_read(read(force, n, LISTED, Some(false))), Observed::Kept);
    watcher.window_wanted().expect("a window")
}

#[test]
fn a_picture_of_the_window_is_put_on_record_beside_its_finding_and_is_none_itself() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(24 * HOUR);
    let wanted = found(&force, &mut watcher, 1);
    assert_eq!((wanted.process, wanted.title.as_str()), (PROCESS, "notes - Editor"));
    force.clock.pass(2);
    let kept = watcher.totals().kept;
    assert!(watcher.window_seen(seen(&force, &wanted, pictured(5_000))));
    assert_eq!((watcher.window_wanted(), watcher.totals().kept), (None, kept), "no finding");
    assert!(!watcher.window_seen(seen(&force, &wanted, pictured(5_000))), "once");

    let records = contexts(&force, &spool);
    let [context] = records.as_slice() else { panic!("one: {records:?}") };
    let picture = context.picture.as_ref().expect("a picture");
    assert_eq!((context.after_ms, context.without, picture.bytes), (2_000, None, 5_000));
    assert_eq!(hash_of_the_finding(&force, &spool), context.finding, "the record with the finding");
}

#[test]
fn invariant_03_no_window_is_pictured_where_no_finding_about_text_was_raised() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(24 * HOUR);
    assert_eq!(watcher.text_read(read(&force, 1, "a walk in the park", Some(false))), Observed::Dropped);
    assert_eq!(watcher.window_wanted(), None);
    // A finding about a page: its passages are sealed with what stands around them.
    assert_eq!(watcher.observe("one", 1, force.now(), shown(), page(LISTED)), Observed::Kept);
    assert_eq!(watcher.window_wanted(), None);
    // Sent again, the finding is on record already.
    let wanted = found(&force, &mut watcher, 2);
    assert!(!watcher.window_seen(seen(&force, &wanted, Seen::Lately)));
    assert_eq!(watcher.text_read(read(&force, 2, LISTED, Some(false))), Observed::Repeated);
    assert_eq!(watcher.window_wanted(), None);
    assert_eq!(contexts(&force, &spool), [], "pictured a short while ago: nothing to tell");

    // The condition ends before the display has answered.
    let wanted = found(&force, &mut watcher, 3);
    force.clock.pass(25 * HOUR);
    watcher.tick();
    assert_eq!(watcher.window_wanted(), None);
    assert!(!watcher.window_seen(seen(&force, &wanted, pictured(5_000))));
    assert_eq!(contexts(&force, &spool), []);
}

#[test]
fn invariant_04_where_a_secret_field_stands_in_the_window_or_may_stand_there_it_is_not_pictured() {
    for (secret_field, why) in
        [(Some(true), WithoutContext::SecretField), (None, WithoutContext::FieldsUnknown)]
    {
        let force = TestForce::new();
        let (mut watcher, spool) = force.watching(24 * HOUR);
        assert_eq!(watcher.text_read(read(&force, 1, LISTED, secret_field)), Observed::Kept);
        assert_eq!(watcher.window_wanted(), None);
        let records = contexts(&force, &spool);
        let said: Vec<_> = records.iter().map(|one| (one.without, one.picture.is_some())).collect();
        assert_eq!(said, [(Some(why), false)]);
    }
}

#[test]
fn text_that_may_be_privileged_brings_no_picture_of_its_window() {
    let force = TestForce::new();
    let mut policy = force.policy(1, 24 * HOUR);
    policy.privilege = vec![PrivilegeRule {
        name: "lawyer".to_owned(),
        reason: "it reads as between somebody and a lawyer".to_owned(),
        pack: PackRef { name: "test".to_owned(), version: "1".to_owned(), sha256: Digest([0; 32]) },
        needs_permille: 500,
        page_needs_permille: 1_000,
        within_bytes: 400,
        signs: vec![PrivilegeSign {
            kind: "heading".to_owned(),
            says: "as letters of lawyers are headed".to_owned(),
            look_in: LookIn::Text,
            weight_permille: 1_000,
            terms: vec!["privileged and confidential".to_owned()],
        }],
        hosts: PrivilegeHosts::default(),
    }];
    let (mut watcher, spool) = force.watching_under(&policy);
    let words = format!("Privileged and confidential. The {LISTED} stood on the table.");
    assert_eq!(watcher.text_read(read(&force, 1, &words, Some(false))), Observed::Kept);
    let marked = force.records(&spool).iter().any(|body| match body {
        RecordBody::Finding { generated, .. } => generated.findings.iter().any(|one| one.privilege.is_some()),
        _ => false,
    });
    assert!(marked, "the finding says that it may be privileged");
    assert_eq!((watcher.window_wanted(), contexts(&force, &spool)), (None, Vec::new()));
}

#[test]
fn what_is_too_large_too_late_or_too_often_is_said_and_not_kept() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(24 * HOUR);
    let after_s = i64::try_from(CONTEXT_PICTURE_AFTER_MS_MAX / 1_000).expect("seconds");
    let wanted = found(&force, &mut watcher, 1);
    watcher.window_seen(seen(&force, &wanted, pictured(CONTEXT_PICTURE_BYTES_MAX + 1)));
    let wanted = found(&force, &mut watcher, 2);
    force.clock.pass(after_s + 1);
    watcher.window_seen(seen(&force, &wanted, pictured(10)));
    found(&force, &mut watcher, 3);
    force.clock.pass(after_s + 1);
    watcher.tick();
    let wanted = found(&force, &mut watcher, 4);
    let why = "the display :987 cannot be opened".to_owned();
    watcher.window_seen(seen(&force, &wanted, Seen::Without(WithoutContext::Unseen, why.clone())));
    let records = contexts(&force, &spool);
    let said: Vec<_> = records.iter().map(|one| (one.without, one.detail.as_str())).collect();
    let expected = [
        (Some(WithoutContext::TooLarge), ""),
        (Some(WithoutContext::TooLate), ""),
        (Some(WithoutContext::TooLate), ""),
        (Some(WithoutContext::Unseen), why.as_str()),
    ];
    assert_eq!(said, expected);
    assert!(records.iter().all(|one| one.picture.is_none() && one.fact.is_none()));

    // A program that shows such words all the time brings so many in an hour, and no more before the hour is over.
    let mut asked = 0;
    for n in 5..40 {
        watcher.text_read(read(&force, n, LISTED, Some(false)));
        if let Some(wanted) = watcher.window_wanted() {
            asked += 1;
            assert!(watcher.window_seen(seen(&force, &wanted, pictured(10))));
        }
    }
    assert_eq!(asked + said.len(), CONTEXT_PICTURES_AN_HOUR_MAX);
    force.clock.pass(HOUR);
    watcher.tick();
    found(&force, &mut watcher, 40);
}

#[test]
fn without_a_condition_that_reads_words_no_text_and_no_window_is_taken() {
    let force = TestForce::new();
    let mut policy = force.policy(1, 24 * HOUR);
    policy.conditions.retain(|condition| condition.kind != ConditionKind::SpecifiedWords);
    let (mut watcher, _) = force.watching_under(&policy);
    assert_eq!(watcher.text_read(read(&force, 1, LISTED, Some(false))), Observed::NotCaptured);
    assert_eq!(watcher.window_wanted(), None);
}
