//! From a record to an alert.

use std::time::Duration;

use proviso_ledger::chain::ChainLink;
use proviso_model::Digest;
use proviso_model::contradiction::{LogConflict, LogContradiction, SignedLog};
use proviso_model::finding::Finding;
use proviso_model::gap::GapCause;
use proviso_model::observation::Act;
use proviso_model::record::{Generated, RecordBody};
use proviso_server::app::officer::alert;
use proviso_server::app::officer::who::Who;
use proviso_server::jobs;
use proviso_server::keys::case::Purpose;
use proviso_store::{AlertFilter, DeviceNoticeKind, NotificationKind, ReplayOutcome, Stretch};

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

#[tokio::test]
async fn a_finding_in_a_branch_that_is_kept_apart_raises_an_alert_and_says_where_it_comes_from() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let start = device.link;
    let held = device.seal(gap(at));
    device.send(&rig, &[&held]).await.receipt();
    let other = device.seal_at(&start, finding(&device, at));
    assert_eq!(device.send(&rig, &[&other]).await.refusal().code, "fork");
    for _ in 0..2 {
        jobs::drain(&rig.ctx).await.expect("worked");
        let alerts = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
        assert_eq!(alerts.iter().map(|alert| alert.findings).collect::<Vec<_>>(), [1], "once");
        // The device sends its branch once more, as after an answer that was lost.
        device.send(&rig, &[&other]).await;
    }
    let alerts = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let officers = rig.ctx.store.officer_by_username("test.officer.014").await.expect("read");
    let officer = officers.expect("the rig's officer");
    let who = Who::from(officer);
    let view = alert::view(&rig.ctx, &who, alerts[0].id).await.expect("an alert");
    let shown: Vec<_> =
        view.findings.iter().map(|one| (one.from_branch, one.record.hash, one.record.replay)).collect();
    assert_eq!(shown, [(true, other.record_hash(), Some(ReplayOutcome::Same))]);

    // What a new chain says of itself decides what the officer is told.
    for (epoch, cause, kind) in [
        (1, GapCause::RecordRestored, Some(DeviceNoticeKind::RecordRestored)),
        (2, GapCause::SpoolDamaged, None),
        (3, GapCause::ExtensionStopped, Some(DeviceNoticeKind::NewEpoch)),
    ] {
        device.link = ChainLink::first(start.force, start.device, epoch);
        let mut body = gap(at);
        if let RecordBody::Gap { gap } = &mut body {
            gap.cause = cause;
        }
        let first = device.seal(body);
        device.send(&rig, &[&first]).await.receipt();
        jobs::drain(&rig.ctx).await.expect("worked");
        let told = rig.ctx.store.device_notice_list(Some(rig.case), None, true).await.expect("read");
        let told: Vec<_> = told.iter().filter(|row| row.epoch == Some(epoch)).map(|row| row.kind).collect();
        assert_eq!(told, kind.into_iter().collect::<Vec<_>>(), "{cause:?}");
    }
    rig.stop().await;
}

#[tokio::test]
async fn what_a_doubtful_clock_timed_is_no_watched_time_and_a_finding_of_it_says_so() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let records = [
        device.seal(watched(at, 7)),
        device.seal_in_doubt(watched(at.plus_millis(60_000), 9)),
        device.seal_in_doubt(finding(&device, at)),
    ];
    device.send(&rig, &records.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    let stretch = Stretch { from: at.plus_millis(-3_600_000), until: at.plus_millis(3_600_000) };
    let stretches = rig.ctx.store.watched_list(rig.case, stretch).await.expect("read");
    assert_eq!(stretches.iter().map(|row| row.observed).collect::<Vec<_>>(), [7]);
    let found = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let row = rig.ctx.store.officer_by_username("test.officer.014").await.expect("read").expect("one");
    let view = alert::view(&rig.ctx, &Who::from(row), found[0].id).await.expect("shown");
    assert!(view.findings[0].clock_in_doubt);
    rig.stop().await;
}

#[tokio::test]
async fn an_officer_is_told_that_a_device_holds_a_log_which_contradicts_itself() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let state =
        |size, root| SignedLog { size, root: Digest([root; 32]), note: "an invented note".to_owned() };
    let contradiction = LogContradiction {
        seen_at: at,
        how: LogConflict::OtherRoot,
        accepted: state(4, 1),
        shown: state(4, 2),
        restored: None,
    };
    let sealed = device.seal(RecordBody::LogContradiction { contradiction });
    device.send(&rig, &[&sealed]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    let told = rig.ctx.store.device_notice_list(Some(rig.case), None, true).await.expect("read");
    assert_eq!(told.iter().map(|row| row.kind).collect::<Vec<_>>(), [DeviceNoticeKind::LogContradiction]);
    rig.stop().await;
}
