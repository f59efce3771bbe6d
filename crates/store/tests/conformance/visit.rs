//! Records of visits.

use proviso_model::Digest;
use proviso_model::ids::VisitId;
use proviso_store::{Store, VisitRecordRow};

use crate::fixtures::{at, case_id, device_id};

fn visit(number: u8, begun: i64) -> VisitRecordRow {
    VisitRecordRow {
        hash: Digest([number; 32]),
        visit: VisitId::random([60; 16]),
        case: case_id(),
        device: (number == 1).then(device_id),
        started_at: at(begun),
        ended_at: at(begun + 90),
        filed_at: at(begun + 200),
        filed_by: "command-line".to_owned(),
        sealed: b"a sealed record".to_vec(),
    }
}

pub async fn a_record_of_a_visit_is_filed_once_and_read_again(store: &dyn Store) {
    let (own, other) = (visit(1, 560), visit(2, 570));
    assert_eq!(store.visit_record_get(&own.hash).await.expect("read"), None);
    for (row, files) in [(&own, b"page one"), (&other, b"page two")] {
        assert!(store.visit_record_add(row, files).await.expect("filed"));
    }
    let again = VisitRecordRow { filed_at: at(900), ..own.clone() };
    assert!(!store.visit_record_add(&again, b"another page").await.expect("known"), "it is there already");
    assert_eq!(store.visit_record_list(case_id()).await.expect("read"), [other, own.clone()]);
    let files = store.visit_record_files(&own.hash).await.expect("read");
    assert_eq!(files.as_deref(), Some(b"page one".as_slice()));
}

/// After its case was destroyed.
pub async fn of_a_destroyed_case_only_hash_and_times_are_left(store: &dyn Store) {
    let hash = visit(1, 560).hash;
    let left = store.visit_record_get(&hash).await.expect("read").expect("its hash is kept");
    assert_eq!((left.started_at, left.sealed.len()), (at(560), 0));
    assert_eq!(store.visit_record_files(&hash).await.expect("read"), Some(Vec::new()));
}
