//! Another adult's use of a device.

use proviso_model::ids::OtherAdultId;
use proviso_model::{Digest, OtherAdult};
use proviso_store::{OtherAdultRow, OtherAdultWithdrawn, Store, StoreError, Stretch};

use crate::fixtures::{at, case_id, device_id, policy};

pub async fn an_approval_is_made_and_withdrawn_with_the_policies_that_follow(store: &dyn Store) {
    let terms = OtherAdult {
        id: OtherAdultId::random([55; 16]),
        minutes_max: 60,
        sessions_per_day_max: 2,
        until: at(900),
        code_hash: Digest([9; 32]),
        code_until: at(600),
    };
    let row = OtherAdultRow {
        device: device_id(),
        case: case_id(),
        terms,
        approved_at: at(540),
        approved_by: "officer:one".to_owned(),
        sealed: b"a sealed name".to_vec(),
        withdrawn: None,
    };
    let serial = store.policy_current(device_id()).await.expect("read").expect("a policy").serial;
    let stale = store.other_adult_add(&row, &[policy(serial)]).await.expect_err("its serial does not rise");
    assert!(matches!(stale, StoreError::Conflict(_)), "{stale}");
    assert_eq!(store.other_adult_list(case_id()).await.expect("read"), [], "both or neither");
    store.other_adult_add(&row, &[policy(serial + 1)]).await.expect("approved");
    let withdrawn =
        OtherAdultWithdrawn { at: at(550), by: "officer:one".to_owned(), sealed: b"why".to_vec() };
    store.other_adult_withdraw(terms.id, &withdrawn, &[policy(serial + 2)]).await.expect("withdrawn");
    let again = store.other_adult_withdraw(terms.id, &withdrawn, &[]).await.expect_err("it is withdrawn");
    assert!(matches!(again, StoreError::Conflict(_)), "{again}");
    let ended = OtherAdultRow { withdrawn: Some(withdrawn), ..row };
    assert_eq!(store.other_adult_list(case_id()).await.expect("read"), [ended]);
    let always = Stretch { from: at(0), until: at(10_000) };
    assert_eq!(store.other_adult_told_list(device_id(), always).await.expect("read"), []);
}
