//! What devices say of the windows of findings.

use proviso_store::{AppendBatch, ContextPictureRow, Destruction, OpenedRecord, OpenedWhat, Store};

use crate::fixtures::{at, case_id, device_id, job_id, record, record_hash};

fn row() -> ContextPictureRow {
    ContextPictureRow {
        record: record_hash(5, 1),
        case: case_id(),
        device: device_id(),
        finding: record_hash(0, 0),
        observed_at: at(103),
        sealed: b"a sealed window".to_vec(),
    }
}

pub async fn a_window_is_kept_beside_its_finding_and_found_by_it(store: &dyn Store) {
    let sent = AppendBatch {
        device: device_id(),
        epoch: 1,
        epoch_start: (0, [1; 32]),
        records: vec![record(5, 1, record_hash(4, 1))],
        job: job_id(95),
        received_at: at(560),
    };
    assert_eq!(store.record_append(sent).await.expect("taken").added, 1);
    let job = store.job_claim(at(562), at(600)).await.expect("read").expect("the record's job");
    store.job_done(job.id).await.expect("done");
    for _ in 0..2 {
        let opened = OpenedRecord {
            hash: record_hash(5, 1),
            case: case_id(),
            kind: "context-picture".to_owned(),
            recorded_at: Some(at(104)),
            what: OpenedWhat::ContextPicture(row()),
            at: at(561),
        };
        assert!(store.record_opened(opened).await.expect("kept").is_empty(), "no alert grows by it");
    }
    assert_eq!(store.context_pictures_of(&record_hash(0, 0)).await.expect("read"), [row()]);
    assert_eq!(store.context_pictures_of(&record_hash(1, 0)).await.expect("read"), []);
    let links = store.context_picture_links(case_id()).await.expect("read");
    assert_eq!(links, [(record_hash(5, 1), record_hash(0, 0))]);
}

pub async fn what_was_said_of_a_window_goes_with_its_record(store: &dyn Store) {
    let what = Destruction {
        records: vec![record_hash(5, 1)],
        at: at(615),
        why: "court-order".to_owned(),
        certificate: [6; 16],
    };
    store.record_destroy(&what).await.expect("destroyed");
    let gone = ContextPictureRow { sealed: Vec::new(), ..row() };
    assert_eq!(store.context_pictures_of(&record_hash(0, 0)).await.expect("read"), [gone]);
}
