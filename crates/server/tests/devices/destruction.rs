//! What destroying a record or a case leaves, and what it never brings back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_evidence::{CheckState, Shown, verify};
use proviso_model::Digest;
use proviso_model::ids::CertificateId;
use proviso_server::app::bundle::{self, Asker, Scope};
use proviso_server::app::destruction::{
    self, Certificate, CertificateStatement, DestructionError, Grounds, JournalEntry, What, Why,
    signed_certificate,
};
use proviso_server::app::force::device as acts;
use proviso_server::app::officer::alert;
use proviso_server::app::officer::error::ActError;
use proviso_server::app::officer::find::{self, Found};
use proviso_server::app::officer::who::Who;
use proviso_server::app::{AppContext, officer};
use proviso_server::jobs;
use proviso_store::AlertFilter;
use reqwest::Method;

use crate::device::Device;
use crate::facts::{finding, watched};
use crate::rig::Rig;

pub fn grounds() -> Grounds {
    Grounds {
        why: Why::CourtOrder,
        reference: "review 14 of 2026".to_owned(),
        actor: "command-line".to_owned(),
    }
}

pub async fn who(ctx: &AppContext) -> Who {
    ctx.store.officer_by_username("test.officer.014").await.expect("read").expect("the officer").into()
}

/// How many people the officer finds by a name.
pub async fn found(ctx: &AppContext, typed: &str) -> usize {
    match find::find(ctx, &who(ctx).await, typed).await.expect("looked for") {
        Found::People { people, .. } => people.len(),
        other => panic!("{other:?}"),
    }
}

/// Two findings and watched time, opened by the worker; gives the records.
async fn kept(rig: &Rig, device: &mut Device) -> Vec<proviso_ledger::envelope::Envelope> {
    let at = rig.ctx.now();
    let records = vec![
        device.seal(finding(device, at)),
        device.seal(watched(at, 3)),
        device.seal(finding(device, at.plus_millis(1_000))),
    ];
    device.send(rig, &records.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    records
}

fn statement(rig: &Rig, made: &Certificate) -> CertificateStatement {
    let signature: [u8; 64] = STANDARD.decode(&made.signature).expect("base64").try_into().expect("64 bytes");
    rig.ctx
        .keys
        .checkpoint
        .public()
        .verify(&signed_certificate(&made.statement), &signature)
        .expect("signed by the force");
    serde_json::from_str(&made.statement).expect("a statement")
}

#[tokio::test]
async fn invariant_13_a_destroyed_record_opens_nowhere_and_the_chain_still_verifies() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let records = kept(&rig, &mut device).await;
    let (gone, hash) = (&records[0], records[0].record_hash());
    let files = [rig.config.database(), rig.config.database().with_extension("db-wal")];
    let backup = files.map(|path| (std::fs::read(&path).expect("the database as it was"), path));

    destruction::hold(&rig.ctx, rig.case, true, "civil claim 7", "command-line").await.expect("held");
    let refused = destruction::record(&rig.ctx, hash, &grounds()).await.expect_err("a hold forbids it");
    assert!(matches!(refused, DestructionError::Held { .. }), "{refused}");
    destruction::hold(&rig.ctx, rig.case, false, "civil claim 7", "command-line").await.expect("ended");
    let made = destruction::record(&rig.ctx, hash, &grounds()).await.expect("destroyed");
    let says = statement(&rig, &made);
    assert_eq!((says.what, says.of_case), (What::Record { record: Digest(hash) }, Some(rig.case)));
    assert_eq!(says.last_restorable_at.millis_since(says.at), 30 * 86_400_000);

    let found = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let view = alert::open_content(&rig.ctx, &who(&rig.ctx).await, found[0].id).await.expect("shown");
    assert_eq!(
        (view.findings.len(), view.destroyed.len()),
        (1, 1),
        "one is left, one is said to be destroyed"
    );

    // The device sends it again, and an old copy of the database is put back: neither brings it back.
    device.send(&rig, &[gone]).await.receipt();
    assert!(rig.ctx.store.record_key(&hash).await.expect("read").is_none());
    rig.stop().await;
    let _ = std::fs::remove_file(rig.config.database().with_extension("db-shm"));
    for (bytes, path) in backup {
        // A file of its own, for the old one is still open in this process.
        std::fs::remove_file(&path).expect("removed");
        std::fs::write(path, bytes).expect("put back");
    }
    rig.restart(|_| {}).await;
    let row = rig.ctx.store.record_get(&hash).await.expect("read").expect("its header is there");
    assert!(row.body.is_none() && row.destroyed_at.is_some(), "destroyed again from the journal");

    let asker = Asker::machine("command-line".to_owned(), "Test Officer 014".to_owned());
    let made = bundle::make(&rig.ctx, &asker, Scope::Case(rig.case), &Shown::Everything).await.expect("made");
    let report = verify(&made.bytes, Some(&rig.trust)).expect("a bundle");
    assert!(report.checks.iter().all(|check| check.state == CheckState::Passed), "{:#?}", report.checks);
    rig.stop().await;
}

#[tokio::test]
async fn invariant_13_a_destroyed_case_leaves_its_number_and_the_log_of_acts() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let records = kept(&rig, &mut device).await;
    let alert = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read")[0].id;
    let made = destruction::case(&rig.ctx, rig.case, &grounds()).await.expect("destroyed");
    assert_eq!(statement(&rig, &made).what, What::Case { case: rig.case });
    assert!(rig.ctx.case_keys(rig.case).is_err(), "its keys are gone");
    for record in &records {
        let row = rig.ctx.store.record_get(&record.record_hash()).await.expect("read").expect("a header");
        assert!(row.body.is_none());
    }
    let officer = who(&rig.ctx).await;
    let refused = alert::view(&rig.ctx, &officer, alert).await.expect_err("nothing to see");
    assert!(matches!(refused, ActError::Conflict(why) if why.contains("destroyed")), "{refused}");
    assert!(rig.ctx.store.case_list(None).await.expect("read").is_empty(), "lists leave it out");
    officer::people::people(&rig.ctx, &officer).await.expect("the page of people still opens");
    let at = rig.ctx.now();
    let late = device.seal(watched(at, 1));
    assert_eq!(device.send(&rig, &[&late]).await.refusal().code, "revoked");
    let log = rig.ctx.store.audit_list(Some(rig.case), 0, 100).await.expect("read");
    assert!(log.iter().any(|row| row.entry.act == "case-destroy" && row.completed.is_some()));
    let again = destruction::case(&rig.ctx, rig.case, &grounds()).await.expect_err("once");
    assert!(matches!(again, DestructionError::Already(_)), "{again}");
    rig.stop().await;
}

#[tokio::test]
async fn a_destruction_that_a_kill_cut_short_is_finished_at_the_next_start() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let hash = kept(&rig, &mut device).await[2].record_hash();
    let entry = JournalEntry {
        what: What::Record { record: Digest(hash) },
        at: rig.ctx.now(),
        why: "unlawful".to_owned(),
        reference: "review 15 of 2026".to_owned(),
        by: "command-line".to_owned(),
        certificate: CertificateId::random([9; 16]),
        proposed_by: None,
        last_key_backup_at: None,
    };
    rig.ctx.journal().append(&entry).expect("written");
    let cut = std::fs::OpenOptions::new().append(true).open(rig.ctx.journal().path()).expect("opened");
    std::io::Write::write_all(&mut &cut, b"{\"what\":\"case\",\"ca").expect("a line cut off by a power cut");
    rig.restart(|_| {}).await;
    let row = rig.ctx.store.record_get(&hash).await.expect("read").expect("its header is there");
    assert_eq!((row.body, row.destroyed_at), (None, Some(entry.at)));
    assert!(rig.ctx.case_keys(rig.case).is_ok(), "the line that was cut off never began");

    // What is destroyed next does not run into that line, and is found at the start after it.
    let next = kept(&rig, &mut device).await[0].record_hash();
    destruction::record(&rig.ctx, next, &grounds()).await.expect("destroyed");
    rig.restart(|_| {}).await;
    let said = rig.ctx.journal().read().expect("every line reads");
    assert_eq!(said.last().map(|entry| entry.what), Some(What::Record { record: Digest(next) }));
    rig.stop().await;
}

#[tokio::test]
async fn what_a_device_observed_after_an_unseen_revocation_is_destroyed_unopened() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let before = kept(&rig, &mut device).await;
    let revoked_from = rig.ctx.now().plus_millis(500);
    rig.clock.forward_seconds(60);
    // The last of the three was made a second after the time from which the device is revoked.
    let destroyed = acts::revoke(&rig.ctx, device.id, revoked_from).await.expect("revoked");
    assert_eq!(destroyed, 1);

    let answer = device.ask(&rig, Method::GET, "/v1/policy", Vec::new()).await;
    assert_eq!(answer.refusal().code, "revoked");
    let alerts = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let at = rig.ctx.now();
    let late = [device.seal(watched(revoked_from.plus_millis(-1_000), 1)), device.seal(finding(&device, at))];
    device.send(&rig, &late.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    let mut held = Vec::new();
    for record in before.iter().chain(&late) {
        let row = rig.ctx.store.record_get(&record.record_hash()).await.expect("read").expect("a header");
        held.push(row.body.is_some());
    }
    assert_eq!(held, [true, true, false, true, false], "only what it made before is kept");
    let after = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    assert_eq!(after, alerts, "nothing new reached an officer");
    let refused = acts::revoke(&rig.ctx, device.id, at.plus_millis(1)).await.expect_err("not yet");
    assert!(refused.to_string().contains("has not come yet"), "{refused}");
    rig.stop().await;
}
