//! Contacts that are never captured.

use proviso_model::ids::ShieldId;
use proviso_store::{ShieldEnd, ShieldRow, Store, StoreError};

use crate::fixtures::{at, case_id, device_id, policy};

pub async fn a_contact_is_put_on_the_list_and_taken_off_with_the_policies_that_follow(store: &dyn Store) {
    let row = ShieldRow {
        id: ShieldId::random([54; 16]),
        case: case_id(),
        entered_at: at(520),
        entered_by: "officer:two".to_owned(),
        sealed: b"a sealed contact".to_vec(),
        ended: None,
    };
    let serial = store.policy_current(device_id()).await.expect("read").expect("a policy").serial;
    let stale = store.shield_add(&row, &[policy(serial)]).await.expect_err("its serial does not rise");
    assert!(matches!(stale, StoreError::Conflict(_)), "{stale}");
    assert_eq!(store.shield_list(case_id()).await.expect("read"), [], "both or neither");
    store.shield_add(&row, &[policy(serial + 1)]).await.expect("entered");
    let end = ShieldEnd { at: at(530), by: "officer:two".to_owned(), sealed: b"why".to_vec() };
    store.shield_end(row.id, &end, &[policy(serial + 2)]).await.expect("taken off");
    let again = store.shield_end(row.id, &end, &[]).await.expect_err("it is off");
    assert!(matches!(again, StoreError::Conflict(_)), "{again}");
    let ended = ShieldRow { ended: Some(end), ..row };
    assert_eq!(store.shield_list(case_id()).await.expect("read"), [ended]);
    assert_eq!(store.policy_current(device_id()).await.expect("read").expect("a policy").serial, serial + 2);
}
