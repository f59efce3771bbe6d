//! Stories about the force's log as a device is shown it.

mod support;

use proviso_agent::spool::Opened;
use proviso_agent::uplink::{Contradictions, NOTE_ACCEPTED, NOTE_CONTRADICTIONS};
use proviso_agent::*;
use proviso_ledger::Checkpoint;
use proviso_model::contradiction::{LogConflict, LogContradiction, SignedLog};
use proviso_model::record::{NoticeResponse, RecordBody};
use support::server::Memory;
use support::story::Story;

fn accepted(story: &Story) -> SignedLog {
    story.spool.note(NOTE_ACCEPTED).expect("a note").expect("a checkpoint was accepted")
}

fn contradictions(story: &Story) -> Contradictions {
    story.spool.note(NOTE_CONTRADICTIONS).expect("a note").unwrap_or_default()
}

/// The contradictions on record, with the checkpoint root that each of these records chains in.
fn on_record(story: &Story) -> Vec<(LogContradiction, Option<proviso_model::Digest>)> {
    let held = story.spool.batch(0, None, usize::MAX, usize::MAX).expect("records");
    let contents = held.iter().map(|stored| story.force.content(&stored.envelope));
    contents
        .filter_map(|content| match content.body {
            RecordBody::LogContradiction { contradiction } => Some((contradiction, content.last_checkpoint)),
            _ => None,
        })
        .collect()
}

/// Asks the server again, a minute later.
async fn a_minute_later(story: &Story, uplink: &mut Uplink<support::server::TestServer>) {
    story.force.clock.pass(61);
    let now = story.force.now();
    story.server.with(|memory| memory.clock_at = now);
    story.settle(uplink).await;
}

type Rewriting = (&'static str, fn(&mut Memory), LogConflict);

#[tokio::test]
async fn invariant_10_a_rewritten_log_is_not_accepted_nothing_is_deleted_on_its_word_and_it_goes_on_record() {
    let cases: [Rewriting; 3] = [
        ("as long as before", |memory| memory.rewrite(false), LogConflict::OtherRoot),
        ("longer", |memory| memory.rewrite(true), LogConflict::NotContinued),
        (
            "longer, without a proof",
            |memory| {
                memory.rewrite(true);
                memory.silent = true;
            },
            LogConflict::NotContinued,
        ),
    ];
    for (what, rewrite, how) in cases {
        let mut story = Story::new();
        story.write(4);
        let mut uplink = story.uplink();
        story.settle(&mut uplink).await;
        let before = accepted(&story);
        assert_eq!((before.size, uplink.state().log.clone()), (4, None), "{what}");

        story.server.with(rewrite);
        story.server.with(|memory| memory.backed_up_behind = Some(0));
        a_minute_later(&story, &mut uplink).await;
        assert_eq!(accepted(&story), before, "{what}: the log accepted before stays the one accepted");
        let held = story.spool.figures().expect("figures").records;
        assert_eq!(held, 4, "{what}: nothing is deleted on its word");
        let [seen] = contradictions(&story).seen.try_into().expect("one contradiction");
        assert_eq!((seen.how, &seen.accepted), (how, &before), "{what}");
        let key = story.force.checkpoint_key.public();
        for log in [&seen.accepted, &seen.shown] {
            let note = Checkpoint::parse_and_verify(&log.note, &key).expect("the force signed both");
            assert_eq!((note.size, note.root), (log.size, log.root.0), "{what}");
        }

        // Also after a restart: it stays said, records still go out, and it stands once in the device's own chain.
        let mut uplink = story.uplink();
        let said = uplink.state().log.clone().expect("it is said");
        assert!(said.contains("contradicts"), "{what}: {said}");
        let mut watcher = story.force.watcher(&story.keep, &story.spool, &Opened::Whole);
        watcher.notice_shown("terminal", NoticeResponse::Shown, "").expect("on record");
        assert!(watcher.standing().watching, "{what}: capture goes on");
        for _ in 0..3 {
            watcher.tick();
            a_minute_later(&story, &mut uplink).await;
        }
        assert_eq!(on_record(&story), [(seen, Some(before.root))], "{what}: on record, once");
        let highest = story.spool.figures().expect("figures").highest_seq;
        let arrived = story.server.with(|memory| memory.records.last().map(|record| record.header.seq));
        assert_eq!(arrived, highest, "{what}: records still go out");
    }
}

#[tokio::test]
async fn a_log_that_grows_is_accepted_with_its_proof_and_its_root_goes_into_the_next_record() {
    let mut story = Story::new();
    let mut uplink = story.uplink();
    for round in 1..=9_u64 {
        story.write_from(round, 1);
        a_minute_later(&story, &mut uplink).await;
        assert_eq!(accepted(&story).size, round);
    }
    assert_eq!(contradictions(&story), Contradictions::default());
    story.write_from(100, 1);
    let held = story.spool.batch(0, Some(8), 1, usize::MAX).expect("the next record");
    let next = story.force.content(&held[0].envelope);
    assert_eq!(next.last_checkpoint, Some(accepted(&story).root));
}

#[tokio::test]
async fn a_restored_server_that_takes_the_same_records_again_shows_the_log_accepted_before() {
    let mut story = Story::new();
    story.write(6);
    let mut uplink = story.uplink();
    story.settle(&mut uplink).await;
    story.server.with(|memory| memory.restore_to(2));
    story.server.with(|memory| memory.backed_up_behind = Some(0));
    story.force.clock.pass(61);
    let now = story.force.now();
    story.server.with(|memory| memory.clock_at = now);
    assert_eq!(uplink.step(now).await, Next::Again, "a ping and its answer");
    assert!(uplink.state().log.clone().expect("it is said").contains("fewer entries"));
    assert_eq!(story.spool.figures().expect("figures").records, 6, "nothing is deleted on its word");

    a_minute_later(&story, &mut uplink).await;
    let known = contradictions(&story);
    assert_eq!(known.seen.iter().map(|seen| seen.how).collect::<Vec<_>>(), [LogConflict::Shorter]);
    assert!(!known.standing, "it stays known, and the log is the one accepted before again");
    assert!(uplink.state().log.clone().expect("it is said").contains("again since then"));
    assert_eq!(story.spool.figures().expect("figures").records, 0, "its word counts again");
}

#[tokio::test]
async fn a_restore_that_the_force_signs_is_put_on_record_and_the_device_goes_on_with_the_log_from_there() {
    for by_the_force in [true, false] {
        let mut story = Story::new();
        story.write(6);
        let mut uplink = story.uplink();
        story.settle(&mut uplink).await;
        let before = accepted(&story);
        story.server.with(|memory| {
            memory.restore_and_say(2, by_the_force);
            memory.backed_up_behind = Some(0);
        });
        story.write_from(100, 1);
        for _ in 0..3 {
            a_minute_later(&story, &mut uplink).await;
        }
        let seen = contradictions(&story).seen;
        assert!(seen.iter().all(|seen| seen.accepted == before), "once for the log that was lost: {seen:#?}");
        assert_eq!(seen.iter().all(|seen| seen.restored.is_some()), by_the_force, "{seen:#?}");
        let held = story.spool.figures().expect("figures").records;
        if by_the_force {
            assert!(accepted(&story).size > before.size, "the log is followed");
            assert_eq!(held, 0, "all came again, and its word counts again");
            assert!(uplink.state().log.clone().expect("it is said").contains("restored its server"));
        } else {
            assert_eq!(accepted(&story), before, "anybody else's word does not count");
            assert_eq!(held, 7, "and nothing is deleted");
        }
    }
}
