//! What may be privileged: it waits, raises nothing, and is decided once.

use proviso_store::{
    AlertFilter, AppendBatch, JobKind, OpenedRecord, OpenedWhat, Priority, PrivilegeDecision, PrivilegeRow,
    PrivilegeState, Store, StoreError,
};

use crate::fixtures::{at, case_id, device_id, job_id, record, record_hash};

fn row(seq: u64) -> PrivilegeRow {
    PrivilegeRow {
        record: record_hash(seq, 1),
        case: case_id(),
        device: device_id(),
        paragraphs: vec!["3".to_owned(), "4".to_owned()],
        findings: 2,
        priority: Priority::ThisWeek,
        observed_at: at(500 + seq as i64),
        held_at: at(560),
        state: PrivilegeState::Held,
        decided: None,
        sealed: Vec::new(),
    }
}

fn decision(seq: u64, state: PrivilegeState, job: u8) -> PrivilegeDecision {
    PrivilegeDecision {
        record: record_hash(seq, 1),
        state,
        at: at(570),
        by: "officer:seven".to_owned(),
        sealed: b"a sealed reason".to_vec(),
        job: job_id(job),
    }
}

pub async fn what_may_be_privileged_waits_and_is_decided_once(store: &dyn Store) {
    let batch = AppendBatch {
        device: device_id(),
        epoch: 1,
        epoch_start: (0, [1; 32]),
        records: vec![record(3, 1, record_hash(2, 1)), record(4, 1, record_hash(3, 1))],
        job: job_id(63),
        received_at: at(555),
    };
    assert_eq!(store.record_append(batch).await.expect("taken").added, 2);
    let job = store.job_claim(at(556), at(600)).await.expect("read").expect("the records' job");
    store.job_done(job.id).await.expect("done");
    let before = store.alert_list(AlertFilter::default()).await.expect("read").len();
    let hold = async |seq: u64| {
        let opened = OpenedRecord {
            hash: record_hash(seq, 1),
            case: case_id(),
            kind: "privilege".to_owned(),
            recorded_at: None,
            what: OpenedWhat::Privilege(row(seq)),
            at: at(560),
        };
        assert!(store.record_opened(opened).await.expect("held").is_empty());
    };
    for seq in [3, 4, 3] {
        hold(seq).await;
    }
    assert_eq!(store.privilege_list(Some(case_id())).await.expect("read"), [row(3), row(4)], "once");
    assert_eq!(store.privilege_list(None).await.expect("read").len(), 2);
    assert_eq!(store.privilege_get(&record_hash(9, 9)).await.expect("read"), None);
    assert_eq!(store.alert_list(AlertFilter::default()).await.expect("read").len(), before, "no alert");

    store.privilege_decide(&decision(3, PrivilegeState::Privileged, 64)).await.expect("decided");
    store.privilege_decide(&decision(4, PrivilegeState::Released, 65)).await.expect("decided");
    let again = store.privilege_decide(&decision(3, PrivilegeState::Released, 66)).await.expect_err("once");
    assert!(matches!(again, StoreError::Conflict(_)), "{again}");
    let known = store.privilege_get(&record_hash(3, 1)).await.expect("read").expect("it is kept");
    let said = Some((at(570), "officer:seven".to_owned()));
    assert_eq!(
        (known.state, known.decided, known.sealed),
        (PrivilegeState::Privileged, said, b"a sealed reason".to_vec())
    );
    let job =
        store.job_claim(at(571), at(600)).await.expect("read").expect("what was released is opened again");
    assert_eq!(
        (job.id, job.kind, job.epoch, job.seq_first, job.seq_last),
        (job_id(65), JobKind::Replay, 1, 4, 4)
    );
    store.job_done(job.id).await.expect("done");
    assert_eq!(store.job_claim(at(572), at(600)).await.expect("read"), None, "what is privileged is not");
    hold(4).await;
    let kept = store.privilege_get(&record_hash(4, 1)).await.expect("read").expect("it is kept");
    assert_eq!(kept.state, PrivilegeState::Released, "a decision stands");
}
