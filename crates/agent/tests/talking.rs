//! Conversations on the device: what is held between messages, and when it is let go.

mod support;

use std::sync::Arc;

use proviso_agent::clock::TrueTime;
use proviso_agent::{Observed, SpoolLimits};
use proviso_model::record::{NoticeResponse, RecordBody};
use proviso_model::{Fact, Message};
use support::{LISTED, TestForce, shown};

const HOUR: i64 = 3_600;

fn messages(own: bool, text: &str, index: u32, earlier: &[&str]) -> Fact {
    let message = |text: &str| Message {
        own: Some(own),
        typed: own,
        text: text.to_owned(),
        index,
        ..Message::default()
    };
    Fact::Messages {
        url: "https://chat.example/room/7".to_owned(),
        channel: "Room 7".to_owned(),
        window: "3".to_owned(),
        messages: vec![message(text)],
        earlier: earlier.iter().map(|text| message(text)).collect(),
    }
}

/// Of each finding on record, the texts of its earlier messages and of its new ones.
fn sealed(force: &TestForce, spool: &proviso_agent::Spool) -> Vec<(Vec<String>, Vec<String>)> {
    let texts = |list: &[Message]| list.iter().map(|message| message.text.clone()).collect();
    force
        .records(spool)
        .into_iter()
        .filter_map(|body| match body {
            RecordBody::Finding { captured, .. } => match captured.fact {
                Fact::Messages { messages, earlier, .. } => Some((texts(&earlier), texts(&messages))),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

#[test]
fn a_finding_seals_what_was_said_around_it_and_never_what_a_browser_says_was_there_before() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(24 * HOUR);
    let other = messages(false, "a walk in the park", 1, &[]);
    assert_eq!(watcher.observe("one", 1, force.now(), shown(), other), Observed::Dropped);
    let own = messages(true, LISTED, 2, &["never seen by this agent"]);
    assert_eq!(watcher.observe("one", 2, force.now(), shown(), own), Observed::Kept);
    let around = vec!["a walk in the park".to_owned()];
    assert_eq!(sealed(&force, &spool), [(around, vec![LISTED.to_owned()])]);
    let chatter = messages(false, "fine weather", 3, &[]);
    assert_eq!(
        watcher.observe("one", 3, force.now(), shown(), chatter),
        Observed::Dropped,
        "nothing new was said"
    );
}

#[test]
fn what_is_held_of_conversations_does_not_outlive_the_agent() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(24 * HOUR);
    let other = messages(false, "a walk in the park", 1, &[]);
    assert_eq!(watcher.observe("one", 1, force.now(), shown(), other), Observed::Dropped);
    drop((watcher, spool));
    let (mut watcher, spool) = force.watching(24 * HOUR);
    let own = messages(true, LISTED, 2, &[]);
    assert_eq!(watcher.observe("two", 1, force.now(), shown(), own), Observed::Kept);
    assert_eq!(sealed(&force, &spool), [(Vec::new(), vec![LISTED.to_owned()])]);
    let folder = format!("{:?}", force.records(&spool));
    assert!(!folder.contains("walk in the park"), "it was never on disk");
}

#[test]
fn what_is_held_of_conversations_is_let_go_when_the_server_says_that_the_clock_was_wrong() {
    let force = TestForce::new();
    let keep = force.enrol(24 * HOUR);
    let (spool, opened) = force.spool(SpoolLimits::default());
    let time = Arc::new(TrueTime::new(Box::new(force.clock.clone()), None));
    let mut watcher = force.watcher_at(&keep, &spool, &opened, &time);
    let acknowledged = NoticeResponse::Acknowledged;
    watcher.notice_shown("terminal", acknowledged, "the supervised person").expect("on record");
    force.clock.pass(6 * HOUR);
    let other = messages(false, "a walk in the park", 1, &[]);
    assert_eq!(watcher.observe("one", 1, force.now(), shown(), other), Observed::Dropped);
    time.server_said(force.now().plus_millis(-3 * HOUR * 1_000)).expect("kept");
    let own = messages(true, LISTED, 2, &[]);
    assert_eq!(watcher.observe("one", 2, force.now(), shown(), own), Observed::Kept);
    assert_eq!(
        sealed(&force, &spool),
        [(Vec::new(), vec![LISTED.to_owned()])],
        "it was held under a wrong time"
    );
}
