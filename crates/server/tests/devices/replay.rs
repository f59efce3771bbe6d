//! From a record to an alert.

use std::time::Duration;

use proviso_model::finding::Finding;
use proviso_model::observation::Act;
use proviso_model::record::{Generated, RecordBody};
use proviso_server::jobs;
use proviso_server::keys::case::Purpose;
use proviso_store::{AlertFilter, NotificationKind, ReplayOutcome, Stretch};

use crate::device::Device;
use crate::facts::{finding, gap, page, watched};
use crate::rig::Rig;

#[tokio::test]
async fn a_finding_becomes_an_alert_that_open_consoles_are_told_of() {
    let mut rig = Rig::start().await;
    let mut device = Device::enrol(&rig).await;
    let mut heard = rig.ctx.hub.listen();
    let at = rig.ctx.now();
    let sealed = device.seal(finding(&device, at));
    device.send(&rig, &[&sealed]).await.receipt();
    let told =
        tokio::time::timeout(Duration::from_secs(60), heard.recv()).await.expect("in time").expect("told");
    assert_eq!((told.kind, told.case), (NotificationKind::AlertRaised, rig.case));

    let alert =
        rig.ctx.store.alert_get(told.alert.expect("an alert")).await.expect("read").expect("an alert");
    assert_eq!((alert.paragraph.as_str(), alert.device, alert.first_at), ("3", device.id, at));
    let rows = rig.ctx.store.alert_findings(alert.id, 10).await.expect("read");
    let columns = rig.columns(&rows[0].0.record).await;
    let opened = columns.open(Purpose::Finding, &rows[0].0.sealed).expect("opened");
    let opinion: Finding = serde_json::from_slice(&opened).expect("a finding");
    assert_eq!(opinion.spans[0].text, "brass compass");
    let record = rig.ctx.store.record_get(&rows[0].0.record).await.expect("read").expect("the record");
    assert_eq!((record.hash, record.replay), (sealed.record_hash(), Some(ReplayOutcome::Same)));
    rig.stop().await;
}

#[tokio::test]
async fn a_forged_opinion_is_shown_as_one_that_does_not_replay() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let RecordBody::Finding { captured, mut generated } = finding(&device, at) else {
        panic!("a finding");
    };
    generated.findings[0].strength_permille += 1;
    let forged = device.seal(RecordBody::Finding { captured, generated });
    device.send(&rig, &[&forged]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    let record = rig.ctx.store.record_get(&forged.record_hash()).await.expect("read").expect("the record");
    assert_eq!(record.replay, Some(ReplayOutcome::Differs));
    rig.stop().await;
}

#[tokio::test]
async fn invariant_07_background_activity_raises_no_alert_whatever_a_device_claims() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let RecordBody::Finding { generated, .. } = finding(&device, at) else { panic!("a finding") };
    let captured = page(at, Act::Background);
    let claimed = device.seal(RecordBody::Finding { captured, generated });
    device.send(&rig, &[&claimed]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    let record = rig.ctx.store.record_get(&claimed.record_hash()).await.expect("read").expect("the record");
    assert_eq!(record.replay, Some(ReplayOutcome::Differs), "the engine says nothing of it");
    assert!(rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read").is_empty());
    rig.stop().await;
}

#[tokio::test]
async fn gaps_and_watched_time_reach_the_timeline_and_an_empty_finding_raises_nothing() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let nothing = RecordBody::Finding {
        captured: page(at, Act::Opened),
        generated: Generated { findings: Vec::new() },
    };
    let records = [device.seal(watched(at, 7)), device.seal(gap(at)), device.seal(nothing)];
    device.send(&rig, &records.iter().collect::<Vec<_>>()).await.receipt();
    assert_eq!(jobs::drain(&rig.ctx).await.expect("worked"), 1);
    let stretch = Stretch { from: at.plus_millis(-3_600_000), until: at.plus_millis(3_600_000) };
    let stretches = rig.ctx.store.watched_list(rig.case, stretch).await.expect("read");
    assert_eq!(stretches.iter().map(|row| (row.observed, row.dropped)).collect::<Vec<_>>(), [(7, 7)]);
    let gaps = rig.ctx.store.gap_list(rig.case, stretch).await.expect("read");
    let columns = rig.columns(&gaps[0].record).await;
    let detail = columns.open(Purpose::Gap, &gaps[0].sealed).expect("opened");
    assert_eq!(detail.as_slice(), b"planted-detail-5281");
    assert!(rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read").is_empty());
    rig.stop().await;
}
