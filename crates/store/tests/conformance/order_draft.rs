//! Orders that one officer enters and another checks.

use proviso_model::ids::{CaseId, OrderDraftId, OrderId};
use proviso_store::{
    CaseRow, OrderDraftKind, OrderDraftRow, OrderDraftState, OrderVersionRow, Store, StoreError,
};

use crate::fixtures::{at, case, case_id, officer_id, order};

pub async fn a_draft_is_changed_in_turn_and_becomes_a_case_with_its_order_or_nothing(store: &dyn Store) {
    let officers = store.officer_list().await.expect("read");
    let second = officers.iter().map(|row| row.id).find(|id| *id != officer_id()).expect("another officer");
    let new = CaseId::random([77; 16]);
    let begun = OrderDraftRow {
        id: OrderDraftId::random([78; 16]),
        case: new,
        kind: OrderDraftKind::New,
        state: OrderDraftState::Begun,
        revision: 1,
        entered_by: officer_id(),
        entered_at: at(900),
        changed_at: at(900),
        checker: None,
        checked_at: None,
        sealed: b"what was typed".to_vec(),
        said_sealed: Vec::new(),
    };
    store.order_draft_add(&begun).await.expect("kept");
    assert_eq!(store.order_draft_get(begun.id).await.expect("read"), Some(begun.clone()));

    // Two windows: the second does not write over the first, and nobody checks what they entered.
    let next = OrderDraftRow { revision: 2, changed_at: at(901), sealed: b"more".to_vec(), ..begun.clone() };
    store.order_draft_put(&next, OrderDraftState::Begun).await.expect("changed");
    let late = store.order_draft_put(&next, OrderDraftState::Begun).await.expect_err("changed meanwhile");
    assert!(matches!(late, StoreError::Conflict(_)), "{late}");
    let handed = OrderDraftRow {
        revision: 3,
        state: OrderDraftState::HandedIn,
        checker: Some(second),
        ..next.clone()
    };
    let own = OrderDraftRow { checker: Some(officer_id()), ..handed.clone() };
    store.order_draft_put(&own, OrderDraftState::Begun).await.expect_err("the same officer");
    store.order_draft_put(&handed, OrderDraftState::Begun).await.expect("handed in");
    assert_eq!(store.order_draft_list(None).await.expect("read"), std::slice::from_ref(&handed));

    // Live and with its case, or neither.
    let opened = CaseRow { id: new, created_at: at(910), ..case() };
    let version = OrderVersionRow {
        id: OrderId::from_bytes(*begun.id.as_bytes()),
        case: new,
        version: 1,
        entered_at: at(910),
        ..order(1)
    };
    let live = OrderDraftRow {
        revision: 4,
        state: OrderDraftState::Live,
        changed_at: at(910),
        checked_at: Some(at(910)),
        ..handed.clone()
    };
    let taken = CaseRow { id: case_id(), ..opened.clone() };
    store.order_draft_open_case(&live, &taken, &version).await.expect_err("there is such a case already");
    assert_eq!(store.order_draft_get(begun.id).await.expect("read"), Some(handed), "both or neither");
    store.order_draft_open_case(&live, &opened, &version).await.expect("opened");
    assert_eq!(store.case_get(new).await.expect("read"), Some(opened.clone()));
    assert_eq!(store.order_list(new).await.expect("read"), [version]);
    let twice = store.order_draft_open_case(&live, &opened, &order(2)).await.expect_err("it is live");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
    assert!(store.order_draft_list(None).await.expect("read").is_empty(), "nothing waits");
    assert_eq!(store.order_draft_list(Some(new)).await.expect("read"), [live]);
}
