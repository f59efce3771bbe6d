//! Destroying a record and a case; a hold on a case.

use proviso_store::{AlertFilter, AppendBatch, CaseState, Destruction, DeviceState, LegalHold, Store};

use crate::fixtures::{at, case_id, device_id, job_id, record, record_hash};

fn destruction(records: Vec<[u8; 32]>, seconds: i64) -> Destruction {
    Destruction { records, at: at(seconds), why: "court-order".to_owned(), certificate: [6; 16] }
}

pub async fn a_destroyed_record_keeps_its_place_and_nothing_else(store: &dyn Store) {
    let hash = record_hash(1, 0);
    let before = store.record_get(&hash).await.expect("read").expect("the record");
    assert!(before.body.is_some() && store.record_key(&hash).await.expect("read").is_some());
    for seconds in [600, 700] {
        store.record_destroy(&destruction(vec![hash], seconds)).await.expect("destroyed, once or again");
    }
    let after = store.record_get(&hash).await.expect("read").expect("still in the chain");
    assert_eq!((after.header, after.signature, after.leaf), (before.header, before.signature, before.leaf));
    assert_eq!((after.body, store.record_key(&hash).await.expect("read")), (None, None));
    assert_eq!(after.destroyed_at, Some(at(600)), "when it was first done");
    assert_eq!((after.destroyed_why.as_deref(), after.certificate), (Some("court-order"), Some([6; 16])));

    // A record that comes only later, as after a restore, finds its key refused.
    let late = record(4, 9, [4; 32]);
    store.record_destroy(&destruction(vec![late.hash], 600)).await.expect("noted");
    let sent = AppendBatch {
        device: device_id(),
        epoch: 2,
        epoch_start: (4, [4; 32]),
        records: vec![late.clone()],
        job: job_id(90),
        received_at: at(610),
    };
    assert_eq!(store.record_append(sent).await.expect("taken").added, 1);
    let kept = store.record_get(&late.hash).await.expect("read").expect("in the chain");
    assert_eq!((kept.body, store.record_key(&late.hash).await.expect("read")), (None, None));
}

pub async fn a_destroyed_case_leaves_ids_and_times(store: &dyn Store) {
    assert_eq!(store.legal_hold(case_id()).await.expect("read"), None);
    for seconds in [620, 630] {
        store.legal_hold_set(case_id(), Some("civil claim 7"), at(seconds)).await.expect("held");
        let hold = LegalHold { since: at(620), reference: "civil claim 7".to_owned() };
        assert_eq!(store.legal_hold(case_id()).await.expect("read"), Some(hold));
    }
    store.legal_hold_set(case_id(), None, at(640)).await.expect("released");
    assert_eq!(store.legal_hold(case_id()).await.expect("read"), None);

    for _ in 0..2 {
        store.device_release(device_id()).await.expect("released, once or again");
        let device = store.device_get(device_id()).await.expect("read").expect("the device");
        assert_eq!((device.state, device.revoked_at), (DeviceState::Released, None));
    }
    let size = store.log_size().await.expect("read");
    store.case_destroy(case_id(), &destruction(Vec::new(), 650)).await.expect("destroyed");
    let case = store.case_get(case_id()).await.expect("read").expect("its id is kept");
    assert_eq!((case.state, case.sealed.len()), (CaseState::Destroyed, 0));
    let records = store.record_by_case(case_id()).await.expect("read");
    assert!(records.len() > 4 && records.iter().all(|record| record.body.is_none()));
    let device = store.device_get(device_id()).await.expect("read").expect("its id is kept");
    assert_eq!((device.state, device.sealed.len()), (DeviceState::Revoked, 0));
    let listed = store.case_list(None).await.expect("read");
    assert!(listed.iter().all(|case| case.id != case_id()), "lists leave it out");
    assert_eq!(store.alert_list(AlertFilter::default()).await.expect("read"), []);
    assert_eq!(store.log_size().await.expect("read"), size, "the log is as it was");
}
