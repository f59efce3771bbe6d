//! Stories about the way to the server and back.

mod fetched;
mod support;

use std::sync::Arc;

use proviso_agent::client_certificate::ClientCertificate;
use proviso_agent::identity::{DeviceKeys, Identity};
use proviso_agent::update::Updates;
use proviso_agent::*;
use proviso_model::certificate::CERTIFICATE_PATH;
use proviso_model::data_request::DataRequests;
use proviso_model::gap::GapCause;
use proviso_model::looked::{LOOKED_PATH, Looked, Looks};
use proviso_model::record::{NoticeResponse, RecordBody};
use proviso_model::update::UPDATE_PATH;
use support::server::Fault;
use support::story::Story;

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
async fn a_revoked_device_captures_nothing_more_and_still_delivers_what_it_sealed_also_after_a_restart() {
    let mut story = Story::new();
    story.write(3);
    story.server.with(|memory| memory.revoked = true);
    let mut uplink = story.uplink();
    assert_eq!(story.settle(&mut uplink).await, Next::Revoked);
    assert!(uplink.state().revoked.is_some());
    assert_eq!(story.all_arrived(), 3);
    // What the end of watching leaves to be said is delivered too, by the same uplink and by a later one.
    let mut watcher = story.force.watcher(&story.keep, &story.spool, &spool::Opened::Whole);
    watcher.notice_shown("terminal", NoticeResponse::Shown, "").expect("on record");
    assert!(!watcher.standing().watching, "and nothing more is captured");
    assert_eq!(story.settle(&mut uplink).await, Next::Revoked);
    story.write(1);
    let mut uplink = story.uplink();
    assert_eq!(story.settle(&mut uplink).await, Next::Revoked);
    assert!(story.all_arrived() > 4);
    let pings = story.server.with(|memory| memory.requests.clone());
    assert_eq!(pings.iter().filter(|path| *path == "/v1/liveness").count(), 1, "it asks for nothing more");
}

#[tokio::test]
async fn a_revoked_device_whose_records_are_refused_too_stops_for_good_and_loses_nothing() {
    let mut story = Story::new();
    story.write(1);
    story.server.with(|memory| (memory.revoked, memory.case_gone) = (true, true));
    let mut uplink = story.uplink();
    assert_eq!(story.settle(&mut uplink).await, Next::Revoked);
    let asked = story.server.with(|memory| memory.requests.len());
    let mut uplink = story.uplink();
    assert_eq!(uplink.step(story.force.now()).await, Next::Revoked);
    assert_eq!(story.server.with(|memory| memory.requests.len()), asked, "nothing more is sent");
    assert_eq!(story.spool.figures().expect("figures").records, 1, "and nothing is lost");
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
        assert_eq!(held, [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1)], "{anew} written anew");
        let first = story.server.with(|memory| memory.records.get(4).map(|record| record.encode()));
        let body = story.force.open(&first.expect("the first record of the new epoch"));
        let told = matches!(&body, RecordBody::Gap { gap } if gap.cause == GapCause::RecordRestored);
        assert!(told, "it says why the chain goes on anew: {body:?}");
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
async fn how_often_officers_looked_is_asked_four_times_a_day_and_kept_and_an_older_server_is_no_trouble() {
    let story = Story::new();
    let mut uplink = story.uplink();
    story.settle(&mut uplink).await;
    assert_eq!(
        (uplink.state().looked.as_ref(), uplink.state().trouble.as_ref()),
        (None, None),
        "an older server"
    );
    let lately = Looks { officers: 1, pages: 2, ..Looks::default() };
    let requests = Some(DataRequests { extension_months: 2, asked: Vec::new() });
    let said = Looked { until: story.force.now(), all: lately, lately, requests };
    story.server.with(|memory| memory.looked = Some(said.clone()));
    for (hours, expected) in [(5, None), (1, Some(said.clone())), (1, Some(said.clone()))] {
        story.force.clock.pass(hours * 3_600);
        story.settle(&mut uplink).await;
        assert_eq!(uplink.state().looked.as_ref(), expected.as_ref());
    }
    let asked = story
        .server
        .with(|memory| memory.requests.iter().filter(|path| path.starts_with(LOOKED_PATH)).count());
    assert_eq!(asked, 2);
    assert_eq!(story.uplink().state().looked.as_ref(), Some(&said), "kept over a restart");
}

/// The client certificate of a device, a week before its end.
fn ending(story: &Story) -> ClientCertificate {
    let (force, dir) = (&story.force, story.force.dir());
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut params = rcgen::CertificateParams::default();
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let seconds = u64::try_from(force.now().as_micros() / 1_000_000).expect("after 1970");
    params.not_before = epoch + std::time::Duration::from_secs(seconds - 358 * 86_400);
    params.not_after = epoch + std::time::Duration::from_secs(seconds + 7 * 86_400);
    let identity = Identity {
        force: force.force,
        device: force.device,
        account: "test014".to_owned(),
        server: "https://127.0.0.1:1".to_owned(),
        certificate_pem: params.self_signed(&key).expect("a certificate").pem(),
        record_key: force.record_key().public().to_hex(),
    };
    let keys = DeviceKeys { record: force.record_key(), tls_pem: key.serialize_pem().into() };
    ClientCertificate::load(&dir, &identity, &keys).expect("readable")
}

#[tokio::test]
async fn a_server_that_knows_neither_renewals_nor_updates_is_asked_again_later_and_holds_up_nothing() {
    let story = Story::new();
    story.server.with(|memory| memory.backed_up_behind = Some(0));
    let updates = Arc::new(Updates::new(story.force.dir(), story.force.device));
    let mut uplink = story.uplink().renewing(ending(&story)).updating(updates);
    let asked = |path: &str| {
        story.server.with(|memory| memory.requests.iter().filter(|asked| *asked == path).count())
    };
    for (hours, certificates, releases) in [(0, 1, 1), (5, 1, 1), (2, 1, 2), (18, 2, 3)] {
        story.force.clock.pass(hours * 3_600);
        let next = story.settle(&mut uplink).await;
        assert!(matches!(next, Next::Wait { backing_off: false, .. }), "{next:?}");
        assert_eq!(uplink.state().trouble, None);
        assert_eq!(
            (asked(CERTIFICATE_PATH), asked(UPDATE_PATH)),
            (certificates, releases),
            "after {hours} more"
        );
    }
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
