//! Stories about the way to the server and back.

mod support;

use std::sync::Arc;

use proviso_agent::spool::Room;
use proviso_agent::*;
use proviso_model::record::{EnrolmentFacts, NoticeResponse, RecordBody};
use support::TestForce;
use support::server::{Fault, TestServer};

struct Story {
    force: TestForce,
    server: TestServer,
    keep: Arc<PolicyKeep>,
    spool: Arc<Spool>,
    writer: RecordWriter,
}

impl Story {
    fn new() -> Self {
        let force = TestForce::new();
        let keep = force.enrol(86_400);
        let (spool, _) = force.spool(SpoolLimits::default());
        let writer = force.writer(&spool);
        let server = TestServer::new(&force);
        Self { force, server, keep, spool, writer }
    }

    fn write(&mut self, count: u64) {
        self.write_from(0, count);
    }

    fn write_from(&mut self, first: u64, count: u64) {
        for number in first..first + count {
            let enrolment = EnrolmentFacts {
                system: format!("system {number}"),
                account: "test-person-014".to_owned(),
                agent_version: "1".to_owned(),
            };
            let kept = self.keep.policy().expect("a policy");
            let body = RecordBody::Enrolment { enrolment };
            self.writer.write(&kept, self.force.now(), body, Room::Ordinary, &[]).expect("written");
        }
    }

    /// The agent ends, something happens to the spool's file, and the agent starts again.
    fn reopened(self, act: impl FnOnce(&std::path::Path)) -> Self {
        let Self { force, server, keep, spool, writer } = self;
        drop((spool, writer));
        act(&force.dir().spool());
        let (spool, _) = force.spool(SpoolLimits::default());
        let writer = force.writer(&spool);
        Self { force, server, keep, spool, writer }
    }

    /// A new uplink, as after a restart of the agent.
    fn uplink(&self) -> Uplink<TestServer> {
        let kept = self.spool.note(uplink::NOTE_SERVER_TIME).expect("a note");
        Uplink::new(UplinkParts {
            transport: self.server.clone(),
            spool: Arc::clone(&self.spool),
            keep: Arc::clone(&self.keep),
            time: Arc::new(TrueTime::new(Box::new(self.force.clock.clone()), kept)),
            device: self.force.device,
            record_key: self.force.record_key(),
            rng: self.force.rng(),
        })
        .expect("an uplink")
    }

    /// Steps until there is nothing more to do, letting back-offs pass.
    async fn settle(&self, uplink: &mut Uplink<TestServer>) -> Next {
        for _ in 0..400 {
            match uplink.step(self.force.now()).await {
                Next::Again => {}
                Next::Wait { until, backing_off: true } => {
                    let seconds = until.millis_since(self.force.now()) / 1_000 + 1;
                    self.force.clock.pass(seconds);
                    let now = self.force.now();
                    self.server.with(|memory| memory.clock_at = now);
                }
                done => return done,
            }
        }
        panic!("it never came to rest: {:?}", uplink.state())
    }

    /// The server holds every record that was written, once each and in order.
    fn all_arrived(&self) -> usize {
        let held = self.server.with(|memory| {
            memory
                .records
                .iter()
                .map(|envelope| (envelope.header.epoch, envelope.header.seq))
                .collect::<Vec<_>>()
        });
        let highest = self.spool.figures().expect("figures").highest_seq.map_or(0, |seq| seq + 1);
        let wanted: Vec<_> = (0..highest).map(|seq| (0, seq)).collect();
        assert_eq!(held, wanted);
        held.len()
    }
}

#[tokio::test]
async fn after_any_break_of_the_line_every_record_arrives_once_and_in_order() {
    let faults = [Fault::RequestLost, Fault::AnswerLost, Fault::Doubled, Fault::Stale];
    for seed in 0..40_usize {
        let mut story = Story::new();
        story.write(7);
        story.server.with(|memory| {
            memory.backed_up_behind = Some(1);
            memory.faults = (0..8).map(|step| faults[(seed * 7 + step * 5 + seed / 4) % 4]).collect();
        });
        let mut uplink = story.uplink();
        story.settle(&mut uplink).await;
        story.write(3);
        // The agent is killed and starts again in the middle.
        let mut uplink = story.uplink();
        story.server.with(|memory| memory.faults = vec![faults[seed % 4], faults[(seed + 1) % 4]]);
        story.settle(&mut uplink).await;
        assert_eq!(story.all_arrived(), 10, "seed {seed}");
        assert_eq!(story.spool.figures().expect("figures").records, 1, "only what is backed up is deleted");
        let root: Option<proviso_model::Digest> = story.spool.note("checkpoint-root").expect("a note");
        assert!(root.is_some(), "the checkpoint is kept for the next record");
    }
}

#[tokio::test]
async fn records_that_the_server_lost_are_sent_again_while_the_device_holds_them() {
    let mut story = Story::new();
    story.write(6);
    let mut uplink = story.uplink();
    story.settle(&mut uplink).await;
    assert_eq!(story.all_arrived(), 6);
    story.server.with(|memory| memory.restore_to(2));
    story.write(1);
    let mut uplink = story.uplink();
    story.settle(&mut uplink).await;
    assert_eq!(story.all_arrived(), 7);
}

#[tokio::test]
async fn a_receipt_that_no_key_of_the_force_signed_deletes_nothing() {
    let mut story = Story::new();
    story.write(3);
    story.server.with(|memory| (memory.backed_up_behind, memory.forged) = (Some(0), true));
    let mut uplink = story.uplink();
    for _ in 0..12 {
        if let Next::Wait { until, .. } = uplink.step(story.force.now()).await {
            let seconds = until.millis_since(story.force.now()) / 1_000 + 1;
            story.force.clock.pass(seconds);
        }
    }
    assert_eq!(story.spool.figures().expect("figures").records, 3);
    let trouble = uplink.state().trouble.clone().expect("it is said");
    assert!(trouble.contains("does not hold"), "{trouble}");
}

#[tokio::test]
async fn a_revoked_device_stops_sending_and_says_so_also_after_a_restart() {
    let mut story = Story::new();
    story.write(1);
    story.server.with(|memory| memory.revoked = true);
    let mut uplink = story.uplink();
    assert_eq!(story.settle(&mut uplink).await, Next::Revoked);
    assert!(uplink.state().revoked.is_some());
    let asked = story.server.with(|memory| memory.requests.len());
    let mut uplink = story.uplink();
    assert_eq!(uplink.step(story.force.now()).await, Next::Revoked);
    assert_eq!(story.server.with(|memory| memory.requests.len()), asked, "nothing more is sent");
    assert_eq!(story.spool.figures().expect("figures").records, 1, "and nothing is lost");
    let mut watcher = story.force.watcher(&story.keep, &story.spool, &spool::Opened::Whole);
    watcher.notice_shown("terminal", NoticeResponse::Shown, "").expect("on record");
    assert!(!watcher.standing().watching, "and nothing more is captured");
}

#[tokio::test]
async fn a_device_whose_disk_was_restored_from_an_image_goes_on_in_a_new_epoch() {
    // Records written after the image was made, and written anew after it was put back.
    for (lost, anew) in [(2, 0), (2, 1), (2, 3)] {
        let mut story = Story::new();
        story.write(2);
        let image = story.force.folder.path().join("image");
        let mut story = story.reopened(|spool| {
            std::fs::copy(spool, &image).expect("an image");
        });
        story.write_from(10, lost);
        let mut uplink = story.uplink();
        story.settle(&mut uplink).await;
        drop(uplink);
        let mut story = story.reopened(|spool| {
            std::fs::copy(&image, spool).expect("put back");
        });
        story.write_from(100, anew);
        let mut uplink = story.uplink();
        story.settle(&mut uplink).await;
        story.write_from(200, 1);
        story.settle(&mut uplink).await;
        let held = story.server.with(|memory| {
            memory.records.iter().map(|record| (record.header.epoch, record.header.seq)).collect::<Vec<_>>()
        });
        assert_eq!(held, [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)], "{anew} written anew");
    }
}

#[tokio::test]
async fn a_newer_policy_is_fetched_checked_and_obeyed() {
    let story = Story::new();
    let signed = story.force.sign(&story.force.policy(5, 1_000));
    story.server.with(|memory| (memory.serial, memory.policy) = (5, Some(signed)));
    let mut uplink = story.uplink();
    story.settle(&mut uplink).await;
    assert_eq!(story.keep.serial(), 5);
    let asked = story.server.with(|memory| memory.requests.clone());
    assert_eq!(asked.iter().filter(|path| *path == "/v1/policy").count(), 1);
}

#[tokio::test]
async fn the_server_s_time_counts_even_when_the_wall_clock_is_set_back() {
    let story = Story::new();
    let time = Arc::new(TrueTime::new(Box::new(story.force.clock.clone()), None));
    let before = story.force.now();
    time.server_said(before).expect("kept");
    story.force.clock.pass(10);
    story.force.clock.set_wall(-86_400);
    assert_eq!(time.now(), before.plus_millis(10_000));
}
