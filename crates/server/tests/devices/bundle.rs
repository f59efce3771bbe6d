//! From an alert, decided by an officer, to a bundle that a stranger accepts.

use proviso_evidence::container::unpack;
use proviso_evidence::{CheckState, verify};
use proviso_model::Outcome;
use proviso_model::wire::TrustFile;
use proviso_server::app::bundle::{self, Asker, BundleError, Scope};
use proviso_server::app::force::case;
use proviso_server::app::officer::alert::{self, DecisionForm};
use proviso_server::app::officer::who::Who;
use proviso_server::jobs;
use proviso_store::AlertFilter;

use crate::device::Device;
use crate::facts::{finding, gap, watched};
use crate::rig::{ORDER, Rig};

/// A case with watched time, findings and a gap, an order that changed in between, and a decision on the alert.
async fn decided(rig: &Rig) -> Scope {
    let mut device = Device::enrol(rig).await;
    let at = rig.ctx.now();
    let mut records = vec![device.seal(finding(&device, at)), device.seal(watched(at, 3))];
    records.push(device.seal(finding(&device, at.plus_millis(1_000))));
    records.push(device.seal(gap(at)));
    device.send(rig, &records.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    case::order_change(&rig.ctx, rig.case, &ORDER.replace("tide bell", "tide gauge"), "order.toml")
        .await
        .expect("the order changes");
    let found = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let id = found.first().expect("an alert").id;
    let row =
        rig.ctx.store.officer_by_username("test.officer.014").await.expect("read").expect("the officer");
    let who = Who::from(row);
    alert::open_content(&rig.ctx, &who, id).await.expect("opened");
    let form = DecisionForm { outcome: Outcome::DiscussAtVisit, reason: "An invented reason.".to_owned() };
    alert::decide(&rig.ctx, &who, id, form).await.expect("decided");
    Scope::Alert(id)
}

fn asker() -> Asker {
    Asker { actor: "command-line".to_owned(), name: "Test Officer 014".to_owned(), officer: None }
}

fn assert_verified(bytes: &[u8], trust: &TrustFile) {
    let report = verify(bytes, Some(trust)).expect("a bundle");
    let failed: Vec<_> = report.checks.iter().filter(|check| check.state != CheckState::Passed).collect();
    assert!(failed.is_empty() && report.checks.iter().any(|check| check.name == "trust"), "{failed:#?}");
}

#[tokio::test]
async fn the_bundles_of_an_alert_and_of_its_case_are_verified_by_a_stranger() {
    let mut rig = Rig::with_workers(0).await;
    let alert = decided(&rig).await;
    for scope in [alert, Scope::Case(rig.case)] {
        let made = bundle::make(&rig.ctx, &asker(), scope).await.expect("made");
        assert_verified(&made.bytes, &rig.trust);
        let kept = rig.ctx.store.bundle_list(rig.case).await.expect("read");
        assert!(kept.iter().any(|row| row.sha256 == made.sha256), "its digest is on record");
    }
    let other = Rig::with_workers(0).await;
    let made = bundle::make(&rig.ctx, &asker(), alert).await.expect("made");
    let report = verify(&made.bytes, Some(&other.trust)).expect("a bundle");
    assert!(report.failed().next().is_some(), "another force's root does not vouch for it");
    rig.stop().await;
}

#[tokio::test]
async fn invariant_09_the_device_s_bytes_pass_server_and_bundle_untouched() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let sent = [device.seal(finding(&device, at)), device.seal(watched(at, 3))];
    device.send(&rig, &sent.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    let made = bundle::make(&rig.ctx, &asker(), Scope::Case(rig.case)).await.expect("made");
    let files = unpack(&made.bytes).expect("a bundle");
    for record in &sent {
        let bytes = record.encode();
        assert!(files.values().any(|file| *file == bytes), "record {} as it was sealed", record.header.seq);
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_case_without_records_gives_no_bundle_and_the_attempt_is_in_the_audit_log() {
    let mut rig = Rig::with_workers(0).await;
    let refused = bundle::make(&rig.ctx, &asker(), Scope::Case(rig.case)).await.expect_err("nothing to show");
    assert!(matches!(refused, BundleError::Nothing(_)), "{refused}");
    let log = rig.ctx.store.audit_list(Some(rig.case), 0, 100).await.expect("read");
    let last = log.last().expect("an entry");
    let outcome = last.completed.as_ref().map(|(_, outcome, _, _)| outcome.as_str());
    assert_eq!((last.entry.act.as_str(), outcome), ("bundle-export", Some("failed")));
    rig.stop().await;
}
