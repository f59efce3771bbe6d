//! What people ask about their data.

use proviso_model::ids::RightsRequestId;
use proviso_store::{RightsActKind, RightsActRow, RightsKind, RightsRequestRow, Store, StoreError};

use crate::fixtures::{at, case_id, officer_id};

pub async fn a_request_is_kept_with_all_that_was_done_about_it(store: &dyn Store) {
    let request = |id: u8, kind: RightsKind, seconds: i64| RightsRequestRow {
        id: RightsRequestId::random([id; 16]),
        case: case_id(),
        kind,
        received_on: "2026-11-24".to_owned(),
        due_on: "2026-12-24".to_owned(),
        entered_at: at(seconds),
        entered_by: "officer:two".to_owned(),
        record: (id == 82).then_some([id; 32]),
        sealed: b"what is asked".to_vec(),
    };
    let (first, second) = (request(81, RightsKind::Access, 541), request(82, RightsKind::Complaint, 542));
    let act = |position: u32, kind: RightsActKind| RightsActRow {
        request: first.id,
        position,
        kind,
        at: at(543),
        by: "officer:one".to_owned(),
        officer: (kind == RightsActKind::Owner).then(officer_id),
        due_on: (kind == RightsActKind::Extend).then(|| "2027-02-24".to_owned()),
        sealed: b"why".to_vec(),
    };
    for row in [&first, &second] {
        store.rights_add(row).await.expect("added");
    }
    let (owner, later) = (act(1, RightsActKind::Owner), act(2, RightsActKind::Extend));
    for row in [&owner, &later] {
        store.rights_act_add(row).await.expect("added");
    }
    let taken = store.rights_act_add(&act(2, RightsActKind::Answer)).await.expect_err("somebody was first");
    assert!(matches!(taken, StoreError::Conflict(_)), "{taken}");
    let expected = [(first, vec![owner, later]), (second, Vec::new())];
    assert_eq!(store.rights_list(Some(case_id())).await.expect("read"), expected);
    assert_eq!(store.rights_list(None).await.expect("read"), expected);
}
