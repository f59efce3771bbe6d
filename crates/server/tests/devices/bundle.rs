//! From an alert, decided by an officer, to a bundle that a stranger accepts.

use proviso_evidence::container::{Files, unpack};
use proviso_evidence::format::DestroyedFile;
use proviso_evidence::{Check, CheckState, Part, Report, Shown, layout, verify};
use proviso_model::wire::TrustFile;
use proviso_model::{Digest, Outcome};
use proviso_server::app::bundle::{self, Asker, BundleError, Scope};
use proviso_server::app::destruction::{self, Grounds, Why};
use proviso_server::app::force::case;
use proviso_server::app::officer::alert::{self, DecisionForm};
use proviso_server::app::officer::who::Who;
use proviso_server::jobs;
use proviso_store::{AlertFilter, RecordRow};

use crate::device::Device;
use crate::facts::{ADDRESS, finding, gap, watched};
use crate::rig::{ORDER, Rig};

/// A case with watched time, findings and a gap, an order that changed in between, and a decision on the alert.
pub async fn decided(rig: &Rig) -> Scope {
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

pub fn asker() -> Asker {
    Asker::machine("command-line".to_owned(), "Test Officer 014".to_owned())
}

/// What an expert's program says of the bundle of the whole case, everything in it opened.
pub async fn report_of_case(rig: &Rig) -> Report {
    let made = bundle::make(&rig.ctx, &asker(), Scope::Case(rig.case), &Shown::Everything).await;
    verify(&made.expect("made").bytes, Some(&rig.trust)).expect("a bundle")
}

fn assert_verified(bytes: &[u8], trust: &TrustFile) {
    let report = verify(bytes, Some(trust)).expect("a bundle");
    // Where the times or the gaps are left out there is no gap ledger to check.
    let is_left_out =
        |check: &&Check| check.name == "coverage" && !unpack(bytes).is_ok_and(|files| has_ledger(&files));
    let open: Vec<_> = report.checks.iter().filter(|check| check.state != CheckState::Passed).collect();
    let failed: Vec<_> = open.into_iter().filter(|check| !is_left_out(check)).collect();
    assert!(failed.is_empty() && report.checks.iter().any(|check| check.name == "trust"), "{failed:#?}");
}

fn has_ledger(files: &Files) -> bool {
    files.keys().any(|path| path.starts_with(layout::COVERAGE))
}

#[tokio::test]
async fn the_bundles_of_an_alert_and_of_its_case_are_verified_by_a_stranger() {
    from_enrolment_to_bundle(Rig::with_workers(0).await).await;
}

#[tokio::test]
async fn the_same_on_postgresql() {
    from_enrolment_to_bundle(Rig::on_postgres(0).await).await;
}

async fn from_enrolment_to_bundle(mut rig: Rig) {
    let alert = decided(&rig).await;
    for scope in [alert, Scope::Case(rig.case)] {
        let made = bundle::make(&rig.ctx, &asker(), scope, &Shown::Everything).await.expect("made");
        assert_verified(&made.bytes, &rig.trust);
        let kept = rig.ctx.store.bundle_list(rig.case).await.expect("read");
        assert!(kept.iter().any(|row| row.sha256 == made.sha256), "its digest is on record");
    }
    let other = Rig::with_workers(0).await;
    let made = bundle::make(&rig.ctx, &asker(), alert, &Shown::Everything).await.expect("made");
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
    let made =
        bundle::make(&rig.ctx, &asker(), Scope::Case(rig.case), &Shown::Everything).await.expect("made");
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
    let refused = bundle::make(&rig.ctx, &asker(), Scope::Case(rig.case), &Shown::Everything)
        .await
        .expect_err("nothing to show");
    assert!(matches!(refused, BundleError::Nothing(_)), "{refused}");
    let log = rig.ctx.store.audit_list(Some(rig.case), 0, 100).await.expect("read");
    let last = log.last().expect("an entry");
    let outcome = last.completed.as_ref().map(|(_, outcome, _, _)| outcome.as_str());
    assert_eq!((last.entry.act.as_str(), outcome), ("bundle-export", Some("failed")));
    rig.stop().await;
}

/// What a disclosure officer leaves out is nowhere in the bundle, and the bundle and the log say what it was.
#[tokio::test]
async fn parts_left_out_are_nowhere_in_the_bundle_and_it_says_which_they_are() {
    let mut rig = Rig::with_workers(0).await;
    let alert = decided(&rig).await;
    let redacted = |parts: &[Part]| Shown::AllBut(parts.iter().copied().collect());
    let open = |parts: &[Part]| Shown::Only(parts.iter().copied().collect());
    let reason = "An invented reason.";
    let planted = [ADDRESS, "planted-excerpt-5281", "test-account-014", reason];
    // Which of the planted texts a reader of the bundle may still find.
    let cases: [(Shown, &[&str], &str); 4] = [
        (Shown::Everything, &planted, ""),
        (
            redacted(&[Part::Address, Part::Account]),
            &["planted-excerpt-5281", reason],
            "left-out:address,account,findings",
        ),
        (
            redacted(&[Part::Passage, Part::Reasons]),
            &[ADDRESS, "test-account-014"],
            "left-out:passage,findings,reasons",
        ),
        (open(&[Part::Kind, Part::Times]), &[], "open:times,kind"),
    ];
    for (shown, found, logged) in cases {
        let made = bundle::make(&rig.ctx, &asker(), alert, &shown).await.expect("made");
        assert_verified(&made.bytes, &rig.trust);
        let files = unpack(&made.bytes).expect("a bundle");
        assert_eq!(has_ledger(&files), !shown.leaves_out(Part::Gaps), "{shown:?}");
        for text in planted {
            let holds = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(text);
            let place = files.iter().find(|(path, bytes)| !path.starts_with("policies/") && holds(bytes));
            assert_eq!(
                place.map(|(path, _)| path.as_str()).is_some(),
                found.contains(&text),
                "{shown:?}: {text} in {place:?}"
            );
        }
        let readme = String::from_utf8_lossy(&files["README.txt"]).into_owned();
        let of_another_kind = [
            Part::Notice,
            Part::Statement,
            Part::Gaps,
            Part::Watched,
            Part::Picture,
            Part::PictureBytes,
            Part::Rest,
        ];
        for part in Part::ALL.into_iter().filter(|part| !of_another_kind.contains(part)) {
            let said = readme.contains(&format!("  - {}\n", part.in_words()));
            assert_eq!(said, shown.leaves_out(part), "{shown:?}: {part} in {readme}");
        }
        let log = rig.ctx.store.audit_list(Some(rig.case), 0, 1_000).await.expect("read");
        let last = log.last().expect("an entry");
        assert!(
            last.entry.act == "bundle-export" && last.entry.objects.ends_with(logged),
            "{:?}",
            last.entry.objects
        );
    }
    rig.stop().await;
}

async fn destroy(rig: &Rig, record: &RecordRow) {
    let grounds = Grounds {
        why: Why::CourtOrder,
        reference: "order of the court, number 14".to_owned(),
        actor: "command-line".to_owned(),
    };
    destruction::record(&rig.ctx, record.hash, &grounds).await.expect("destroyed");
}

/// Invariant 13: what was destroyed is gone from later bundles, and a court still sees that it stood there, and which act
/// destroyed it.
#[tokio::test]
async fn invariant_13_a_bundle_shows_that_a_record_stood_there_and_which_act_destroyed_it() {
    let mut rig = Rig::with_workers(0).await;
    let alert = decided(&rig).await;
    let all = rig.ctx.store.record_by_case(rig.case).await.expect("read");
    // A finding of the alert, and the stretch of watched time between it and the other.
    let findings: Vec<_> = all.iter().filter(|row| row.kind.as_deref() == Some("finding")).collect();
    let between = all.iter().find(|row| row.kind.as_deref() == Some("liveness")).expect("watched time");
    for record in [findings[0], between] {
        destroy(&rig, record).await;
    }
    for scope in [alert, Scope::Case(rig.case)] {
        let made = bundle::make(&rig.ctx, &asker(), scope, &Shown::Everything).await.expect("made");
        assert_verified(&made.bytes, &rig.trust);
        let files = unpack(&made.bytes).expect("a bundle");
        for record in [findings[0], between] {
            let file: DestroyedFile =
                serde_json::from_slice(&files[&layout::destroyed(&Digest(record.hash))]).expect("JSON");
            assert_eq!((file.seq, file.why.as_deref()), (record.seq, Some("A court ordered it.")));
            assert!(file.destroyed_at.is_some() && file.certificate.is_some() && file.act.is_some());
            let sealed = record.body.as_ref().expect("the body as it was");
            assert!(!files.values().any(|bytes| bytes.windows(64).any(|part| part == &sealed[..64])));
        }
        let whole = files.keys().filter(|path| path.starts_with(layout::RECORDS)).count();
        assert!(whole > 0, "the other finding is there");
    }
    rig.stop().await;
}
