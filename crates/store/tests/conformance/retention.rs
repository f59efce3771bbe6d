//! How long a case is kept.

use proviso_model::ids::RetentionId;
use proviso_store::{RetentionEnd, RetentionEndKind, RetentionKind, RetentionRow, Store, StoreError};

use crate::fixtures::{at, case_id};

fn decision(id: u8, kind: RetentionKind, seconds: i64) -> RetentionRow {
    RetentionRow {
        id: RetentionId::random([id; 16]),
        case: case_id(),
        kind,
        keep_until: (kind == RetentionKind::Keep).then(|| "2027-03-03".to_owned()),
        why: (kind == RetentionKind::Destroy).then(|| "retention-ended".to_owned()),
        decided_at: at(seconds),
        decided_by: "officer:two".to_owned(),
        sealed: b"a sealed reason".to_vec(),
        ended: None,
    }
}

pub async fn a_proposal_waits_alone_and_ends_once_and_every_decision_is_kept(store: &dyn Store) {
    let kept = decision(71, RetentionKind::Keep, 531);
    let proposed = decision(72, RetentionKind::Destroy, 532);
    let held = decision(74, RetentionKind::Hold, 534);
    for row in [&kept, &proposed] {
        store.retention_add(row).await.expect("added");
    }
    let second =
        store.retention_add(&decision(73, RetentionKind::Destroy, 533)).await.expect_err("one waits");
    assert!(matches!(second, StoreError::Conflict(_)), "{second}");
    store.retention_add(&held).await.expect("what is no proposal waits for nothing");
    let end = RetentionEnd {
        at: at(535),
        by: "officer:one".to_owned(),
        how: RetentionEndKind::Withdrawn,
        sealed: b"why".to_vec(),
    };
    store.retention_end(proposed.id, &end).await.expect("withdrawn");
    for id in [proposed.id, kept.id] {
        let again = store.retention_end(id, &end).await.expect_err("it does not wait");
        assert!(matches!(again, StoreError::Conflict(_)), "{again}");
    }
    let expected = [kept, RetentionRow { ended: Some(end), ..proposed }, held];
    assert_eq!(store.retention_list(Some(case_id())).await.expect("read"), expected);
    assert_eq!(store.retention_list(None).await.expect("read"), expected);
    store.retention_add(&decision(75, RetentionKind::Destroy, 536)).await.expect("proposed anew");
}
