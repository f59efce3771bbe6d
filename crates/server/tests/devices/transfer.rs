//! Somebody moves house: the case goes from one force to another, as one file.

use proviso_evidence::verify;
use proviso_ledger::seal::CaseSecretKey;
use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::ids::CaseId;
use proviso_model::order::{OrderEnd, OrderEndKind};
use proviso_model::record::RecordBody;
use proviso_model::statement::{Statement, StatementKind};
use proviso_model::wire::TrustFile;
use proviso_server::app::destruction;
use proviso_server::app::device_acts;
use proviso_server::app::force::ForceError;
use proviso_server::app::force::permit;
use proviso_server::app::late::order_end::{self, NewEnd};
use proviso_server::app::officer::{person, received};
use proviso_server::app::rights::act::{self as rights, NewRequest};
use proviso_server::app::shield;
use proviso_server::app::transfer::facts::CaseFacts;
use proviso_server::app::transfer::file::{self, Content, Opened, TransferStatement};
use proviso_server::app::transfer::kept::{self, Part};
use proviso_server::app::transfer::{
    self, Exported, Looked, OtherForce, Received, Refused, TransferCertificate, other_force,
};
use proviso_server::jobs;
use proviso_store::{DeviceState, RightsKind};

use crate::bundle::decided;
use crate::destruction::{grounds, who};
use crate::device::Device;
use crate::late::ACTOR;
use crate::rig::Rig;

/// Whether a stranger accepts a bundle under a force's root.
fn holds(bundle: &[u8], trust: &TrustFile) -> bool {
    verify(bundle, Some(trust)).expect("a bundle").failed().next().is_none()
}

async fn certificate(rig: &Rig) -> TransferCertificate {
    transfer::certificate(&rig.ctx, &rig.config.data_dir, false).await.expect("a certificate")
}

/// A force as the other one knows it, once both had read out fingerprints.
async fn known(rig: &Rig) -> OtherForce {
    let made = certificate(rig).await;
    let bytes = serde_json::to_vec(&made).expect("JSON");
    other_force(&bytes, &made.fingerprint(), rig.ctx.now()).expect("as it was read out")
}

fn key(rig: &Rig) -> CaseSecretKey {
    transfer::own_key(&rig.ctx, &rig.config.data_dir).expect("a key")
}

fn refusal(error: ForceError) -> Refused {
    match error {
        ForceError::Transfer(refused) => *refused,
        other => panic!("another refusal: {other}"),
    }
}

/// Enters that the person moves, for the device of the rig.
async fn moves(rig: &Rig) {
    let devices = rig.ctx.store.device_list(Some(rig.case)).await.expect("read");
    let row = devices.first().expect("a device");
    let act = DeviceAct { kind: DeviceActKind::Transferred, from: rig.ctx.now(), until: None };
    device_acts::enter(&rig.ctx, ACTOR, row, act, "They move to another county.").await.expect("entered");
}

async fn export(rig: &Rig, to: &OtherForce) -> Exported {
    transfer::export(&rig.ctx, rig.case, to).await.expect("a file")
}

async fn look(rig: &Rig, file: &[u8], from: &OtherForce) -> Result<Looked, ForceError> {
    transfer::look(&rig.ctx, file.to_vec(), key(rig), from).await
}

/// A case with something of everything that goes over.
async fn a_full_case(rig: &Rig) {
    decided(rig).await;
    let mut device = Device::enrol(rig).await;
    let text = "An invented explanation.".to_owned();
    let statement =
        Statement { written_at: rig.ctx.now(), of: StatementKind::Explanation, about: None, text };
    let said = device.seal(RecordBody::Statement { statement });
    device.send(rig, &[&said]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    shield::add(&rig.ctx, ACTOR, &rig.permit().await, "solicitor.example", "Their lawyer.")
        .await
        .expect("added");
    let paragraph = "5".to_owned();
    let end = OrderEnd {
        kind: OrderEndKind::Struck,
        paragraph: Some(paragraph),
        from: "2026-11-01".parse().expect("a day"),
        until: None,
    };
    let new = NewEnd { end, reason: "An invented court.".to_owned() };
    order_end::enter(&rig.ctx, ACTOR, rig.case, new).await.expect("entered");
    let received_on = "2026-11-24".parse().expect("a day");
    let asked = NewRequest { kind: RightsKind::Access, received_on, text: "What is held?" };
    let case = permit(&rig.ctx, rig.case).await.expect("a case");
    rights::enter(&rig.ctx, ACTOR, &case, &asked).await.expect("entered");
}

#[tokio::test]
async fn a_case_goes_to_another_force_whole_and_its_evidence_verifies_there() {
    story(Rig::with_workers(0).await, Rig::with_workers(0).await).await;
}

#[tokio::test]
async fn the_same_to_a_force_on_postgresql() {
    story(Rig::with_workers(0).await, Rig::on_postgres(0).await).await;
}

async fn story(mut old: Rig, mut new: Rig) {
    a_full_case(&old).await;
    let (from, to) = (known(&old).await, known(&new).await);
    let refused = transfer::export(&old.ctx, old.case, &to).await.err().expect("capture goes on");
    assert!(matches!(refusal(refused), Refused::GoesOn(_)));
    moves(&old).await;
    let sent = export(&old, &to).await;
    assert_eq!(sent.still_enrolled.len(), 2, "neither has given up its keys yet");

    // A look changes nothing.
    let cases = new.ctx.store.case_list(None).await.expect("read").len();
    let looked = look(&new, &sent.file, &from).await.expect("every check holds");
    assert!(looked.known.is_none() && looked.others.is_empty() && looked.records >= 5);
    assert_eq!(new.ctx.store.case_list(None).await.expect("read").len(), cases);

    let officer = who(&new.ctx).await;
    let done = transfer::receive(&new.ctx, &looked, Some(officer.id), None).await.expect("received");
    assert!(done.is_new && done.row.case != old.case, "a case of this force has a number of its own");
    entered_as_it_was(&old, &new, &done).await;
    read_there(&old, &new, &done).await;
    received_once(&new, &sent, &from, &done).await;
    confirmed(&old, &new, &sent, &done).await;

    // The old force's copy goes with its own retention; the new one's stands, and goes with its own.
    destruction::case(&old.ctx, old.case, &grounds()).await.expect("destroyed");
    let bundle = kept::get(&new.ctx, &done.row, Part::Bundle).await.expect("read");
    assert!(holds(&bundle, &old.trust));
    destruction::case(&new.ctx, done.row.case, &grounds()).await.expect("destroyed");
    let left = new.stored_files();
    let is_part = |path: &&std::path::PathBuf| path.to_string_lossy().contains("received-cases");
    assert_eq!(left.iter().filter(is_part).count(), 0, "nothing is left among the blobs");
    let looked = look(&new, &sent.file, &from).await.expect("it opens");
    let again = transfer::receive(&new.ctx, &looked, None, None).await.expect_err("destroyed is destroyed");
    assert!(matches!(refusal(again), Refused::Into(_)));
    old.stop().await;
    new.stop().await;
}

/// Order, ends, shield list and person are those of the other force; nothing is among this force's own evidence.
async fn entered_as_it_was(old: &Rig, new: &Rig, done: &Received) {
    let case = done.row.case;
    let texts = async |rig: &Rig, case: CaseId| {
        let rows = rig.ctx.store.order_list(case).await.expect("read");
        let open = |row: &proviso_store::OrderVersionRow| {
            let purpose = proviso_server::keys::case::Purpose::Order;
            rig.ctx.unseal(case, purpose, &row.sealed).expect("opened").to_vec()
        };
        rows.iter().map(|row| (row.applies_from.clone(), open(row))).collect::<Vec<_>>()
    };
    assert_eq!(texts(new, case).await, texts(old, old.case).await);
    let ends = async |rig: &Rig, case: CaseId| {
        let rows = rig.ctx.store.order_end_list(case).await.expect("read");
        rows.into_iter().map(|row| row.end).collect::<Vec<_>>()
    };
    assert_eq!(ends(new, case).await, ends(old, old.case).await);
    let standing = shield::standing::<ForceError>(&new.ctx, case).await.expect("read");
    assert_eq!(standing, ["solicitor.example"]);
    assert!(new.ctx.store.record_by_case(case).await.expect("read").is_empty(), "captured elsewhere");
    assert!(new.ctx.store.device_list(Some(case)).await.expect("read").is_empty(), "enrolled anew");
    let log = new.ctx.store.audit_list(Some(case), 0, 100).await.expect("read");
    let acts: Vec<_> = log.iter().map(|row| row.entry.act.as_str()).collect();
    assert_eq!(acts, ["case-receive"], "the receiving is in the log, and so a leaf");
}

/// An officer of the new force reads what came, and takes along the very file that verifies under the old force's root.
async fn read_there(old: &Rig, new: &Rig, done: &Received) {
    let (who, case, hash) = (who(&new.ctx).await, done.row.case, done.row.statement);
    let view = person::view(&new.ctx, &who, case).await.expect("a person");
    assert_eq!(view.received.len(), 1);
    assert!(view.alerts.is_empty(), "an alert of the other force is none of this one's");
    let view = received::view(&new.ctx, &who, case, &hash).await.expect("what came");
    let decided: Vec<_> = view.facts.alerts.iter().flat_map(|alert| &alert.decisions).collect();
    assert_eq!(decided.iter().map(|one| one.reason.as_str()).collect::<Vec<_>>(), ["An invented reason."]);
    assert_eq!(view.facts.statements.len(), 1);
    assert_eq!((view.facts.rights.len(), view.facts.devices.len(), view.facts.orders.len()), (1, 2, 2));
    let bundle = received::bundle(&new.ctx, &who, case, &hash).await.expect("the file");
    assert!(holds(&bundle, &old.trust));
    assert!(!holds(&bundle, &new.trust));
    let acts = new.ctx.store.audit_about(case, &hash.to_string(), 10).await.expect("read");
    let mut acts: Vec<_> = acts.into_iter().map(|row| row.entry.act).collect();
    acts.sort_unstable();
    assert_eq!(acts, ["case-receive", "received-export", "received-view"]);
}

/// The same file again stays as it is; a later file of the same case goes to the case that there is.
async fn received_once(new: &Rig, sent: &Exported, from: &OtherForce, done: &Received) {
    let again = look(new, &sent.file, from).await.expect("it opens");
    let same = transfer::receive(&new.ctx, &again, None, None).await.expect("known");
    assert!(!same.is_new && same.row == done.row);
    let cases = new.ctx.store.case_list(None).await.expect("read").len();
    let elsewhere = Looked { known: None, ..again };
    let refused = transfer::receive(&new.ctx, &elsewhere, None, None).await.expect_err("a second case");
    assert!(matches!(refusal(refused), Refused::OtherFile { case, .. } if case == done.row.case));
    let refused = transfer::receive(&new.ctx, &elsewhere, None, Some(new.case)).await.expect_err("not that");
    assert!(matches!(refusal(refused), Refused::Into(_)));
    assert_eq!(new.ctx.store.case_list(None).await.expect("read").len(), cases);
}

/// The receipt, and nothing else, lets the old force enter that the other has the case.
async fn confirmed(old: &Rig, new: &Rig, sent: &Exported, done: &Received) {
    let receipt = transfer::receipt(&new.ctx, &done.row).expect("a receipt");
    let bytes = |receipt: &transfer::Receipt| serde_json::to_vec(receipt).expect("JSON");
    let try_it = async |case: CaseId, bytes: &[u8]| {
        let refused = transfer::confirm_by_receipt(&old.ctx, ACTOR, case, bytes).await;
        refusal(refused.expect_err("refused"))
    };
    let own = transfer::Receipt { keys: old.ctx.keys.statement.clone(), ..receipt.clone() };
    assert!(
        matches!(try_it(old.case, &bytes(&own)).await, Refused::Signature(_)),
        "certified by another root"
    );
    let day = receipt.statement.replace("\"received_at\":\"2026", "\"received_at\":\"2025");
    assert_ne!(day, receipt.statement);
    let changed = transfer::Receipt { statement: day, ..receipt.clone() };
    assert!(matches!(try_it(old.case, &bytes(&changed)).await, Refused::Signature(_)));
    let other = proviso_store::ReceivedRow { statement: proviso_model::Digest([9; 32]), ..done.row.clone() };
    let of_other = transfer::receipt(&new.ctx, &other).expect("a receipt");
    assert!(matches!(try_it(old.case, &bytes(&of_other)).await, Refused::Receipt(_)), "another file");
    assert!(matches!(try_it(CaseId::random([7; 16]), &bytes(&receipt)).await, Refused::Receipt(_)));
    assert!(matches!(try_it(old.case, b"{").await, Refused::Receipt(_)));
    assert!(
        transfer::of_case(&old.ctx, old.case).await.expect("read").expect("moved").confirmed_at.is_none()
    );

    let says =
        transfer::confirm_by_receipt(&old.ctx, ACTOR, old.case, &bytes(&receipt)).await.expect("entered");
    assert_eq!((says.transfer, says.case_there), (sent.transfer, done.row.case));
    let over = transfer::of_case(&old.ctx, old.case).await.expect("read").expect("moved");
    assert!(over.confirmed_at.is_some());
    assert!(transfer::confirm_by_receipt(&old.ctx, ACTOR, old.case, &bytes(&receipt)).await.is_err(), "once");
    let devices = old.ctx.store.device_list(Some(old.case)).await.expect("read");
    assert!(
        devices.iter().all(|device| device.state == DeviceState::Active),
        "told of their end when they speak"
    );
}

#[tokio::test]
async fn a_certificate_is_the_one_that_was_read_out_or_none() {
    let rig = Rig::with_workers(0).await;
    assert!(matches!(
        transfer::own_key(&rig.ctx, &rig.config.data_dir).map_err(refusal),
        Err(Refused::NoKey)
    ));
    let made = certificate(&rig).await;
    let read_out = made.fingerprint();
    let now = rig.ctx.now();
    let try_it = |certificate: &TransferCertificate, read_out: &str, now| {
        other_force(&serde_json::to_vec(certificate).expect("JSON"), read_out, now)
    };
    assert!(try_it(&made, &read_out.to_uppercase().replace(' ', "-"), now).is_ok(), "as people write it");
    let wrong = try_it(&made, &"0123 ".repeat(8), now);
    assert!(matches!(wrong, Err(Refused::Fingerprint(ref own)) if *own == read_out));
    let other = TransferCertificate { root_key: "ab".repeat(32), ..made.clone() };
    assert!(matches!(try_it(&other, &read_out, now), Err(Refused::Fingerprint(_))));
    assert!(matches!(try_it(&other, &other.fingerprint(), now), Err(Refused::Signature(_))));
    let unsigned = TransferCertificate { signature: made.keys.signature.clone(), ..made.clone() };
    assert!(matches!(try_it(&unsigned, &read_out, now), Err(Refused::Signature(_))));
    assert!(matches!(try_it(&made, &read_out, now.plus_days(1_000)), Err(Refused::Certificate(_))), "lapsed");
    assert!(matches!(other_force(b"[]", &read_out, now), Err(Refused::Certificate(_))));
    // The same key until a new one is asked for.
    assert_eq!(known(&rig).await.key, known(&rig).await.key);
    let before = known(&rig).await.key;
    transfer::certificate(&rig.ctx, &rig.config.data_dir, true).await.expect("a new one");
    assert!(known(&rig).await.key != before);
}

#[tokio::test]
async fn a_file_that_is_not_whole_or_not_for_this_force_is_refused_and_nothing_is_kept() {
    let (mut old, mut new) = (Rig::with_workers(0).await, Rig::with_workers(0).await);
    let third = Rig::with_workers(0).await;
    decided(&old).await;
    moves(&old).await;
    let (from, to) = (known(&old).await, known(&new).await);
    let sent = export(&old, &to).await.file;
    let refused = async |file: &[u8]| refusal(look(&new, file, &from).await.err().expect("refused"));
    let with = |at: usize, byte: u8| {
        let mut file = sent.clone();
        *file.get_mut(at).expect("within") ^= byte;
        file
    };
    assert!(matches!(refused(b"").await, Refused::NotATransfer));
    assert!(matches!(refused(b"PK\x03\x04 and more").await, Refused::NotATransfer));
    assert!(matches!(refused(&with(7, 1)).await, Refused::Version(0)), "an older or a newer format");
    assert!(matches!(refused(&with(7, 2)).await, Refused::Version(3)));
    assert!(matches!(refused(&with(8, 1)).await, Refused::OtherKey { .. }));
    for length in [5, 10, 24, 30, 31, 32, 40, 2_000, sent.len() - 1] {
        let cut = sent.get(..length).expect("shorter");
        assert!(matches!(refused(cut).await, Refused::Length { .. }), "{length}");
    }
    assert!(matches!(refused(&[sent.clone(), vec![0]].concat()).await, Refused::Length { .. }));
    let mut long = sent.clone();
    long.get_mut(24..32).expect("a length").fill(0xff);
    assert!(matches!(refused(&long).await, Refused::TooLong { .. }), "no length is believed");
    for at in [40, 1_200, 2_000, sent.len() / 2, sent.len() - 1] {
        assert!(matches!(refused(&with(at, 1)).await, Refused::Altered), "{at}");
    }
    let not_theirs = look(&new, &sent, &known(&third).await).await.err().expect("another force made it");
    assert!(matches!(refusal(not_theirs), Refused::Signature(_)));
    let for_third = export(&old, &known(&third).await).await.file;
    assert!(matches!(refused(&for_third).await, Refused::OtherKey { .. }));

    let opened = file::open(&sent, (new.ctx.keys.force, &key(&new)), &from).expect("it is good");
    for (forged, expected) in forged(&old, &third, &opened) {
        let file = new.ctx.with_rng(|rng| {
            file::seal_to(rng, &to.key, &forged.signed, &forged.facts_bytes, &forged.bundle).expect("sealed")
        });
        let found = refused(&file).await;
        assert_eq!(format!("{found:?}").split(['(', ' ']).next(), Some(expected), "{found}");
    }
    let cases = new.ctx.store.case_list(None).await.expect("read");
    assert_eq!(cases.len(), 1, "the rig's own");
    assert!(!new.stored_files().iter().any(|path| path.to_string_lossy().contains("received-cases")));
    old.stop().await;
    new.stop().await;
}

/// Files as a force, or somebody with its public key, might make them; each with how it is refused.
fn forged(old: &Rig, third: &Rig, good: &Opened) -> Vec<(Opened, &'static str)> {
    let sign = |says: TransferStatement, facts: &[u8], bundle: &[u8], by: &Rig| {
        let content = Content { statement: says.clone(), facts, bundle, secret: &good.secret };
        let signed = file::sign(&content, &by.ctx.keys.statement, &by.ctx.keys.checkpoint).expect("signed");
        let (facts_read, hash) = (good.facts.clone(), file::hash(&signed.statement));
        Opened {
            says,
            signed,
            hash,
            facts: facts_read,
            facts_bytes: facts.to_vec(),
            bundle: bundle.to_vec(),
            secret: good.secret.clone(),
        }
    };
    let (facts, bundle) = (&good.facts_bytes, &good.bundle);
    let facts_of = |change: fn(&mut CaseFacts)| {
        let mut facts = good.facts.clone();
        change(&mut facts);
        serde_json::to_vec(&facts).expect("JSON")
    };
    let mut broken = bundle.clone();
    let middle = broken.len() / 2;
    *broken.get_mut(middle).expect("within") ^= 1;
    let mut other_facts = sign(good.says.clone(), facts, bundle, old);
    other_facts.facts_bytes.reverse();
    let mut other_key = sign(good.says.clone(), facts, bundle, old);
    other_key.signed.case_secret = "07".repeat(32);
    let force = third.ctx.keys.force;
    vec![
        (sign(good.says.clone(), facts, bundle, third), "Signature"),
        (sign(TransferStatement { to: force, ..good.says.clone() }, facts, bundle, old), "NotForUs"),
        (sign(TransferStatement { from: force, ..good.says.clone() }, facts, bundle, old), "NotForUs"),
        (sign(TransferStatement { format: 2, ..good.says.clone() }, facts, bundle, old), "Version"),
        (sign(TransferStatement { case: third.case, ..good.says.clone() }, facts, bundle, old), "Content"),
        (other_facts, "Content"),
        (other_key, "Content"),
        (sign(good.says.clone(), b"{\"case\":1}", bundle, old), "Content"),
        (sign(good.says.clone(), &facts_of(|facts| facts.orders.clear()), bundle, old), "Content"),
        (sign(good.says.clone(), facts, &broken, old), "Evidence"),
        (sign(good.says.clone(), facts, b"no zip", old), "Evidence"),
        (
            sign(
                good.says.clone(),
                &facts_of(|facts| {
                    facts.orders.iter_mut().for_each(|order| order.text = "reference = 1".to_owned());
                }),
                bundle,
                old,
            ),
            "Order",
        ),
    ]
}
