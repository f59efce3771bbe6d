//! Cases that another force handed over.

use proviso_model::Digest;
use proviso_model::ids::{CaseId, CaseKeyId, ForceId, OrderEndId, OrderId, ShieldId, TransferId};
use proviso_model::order::{OrderEnd, OrderEndKind};
use proviso_store::{
    CaseRow, CaseState, OrderEndRow, OrderVersionRow, ReceivedCase, ReceivedRow, ShieldRow, Store, StoreError,
};

use crate::fixtures::at;

fn here() -> CaseId {
    CaseId::random([81; 16])
}

fn origin() -> (ForceId, CaseId) {
    (ForceId::random([82; 16]), CaseId::random([83; 16]))
}

fn received(number: u8, case: CaseId) -> ReceivedRow {
    let (from_force, from_case) = origin();
    ReceivedRow {
        statement: Digest([number; 32]),
        transfer: TransferId::random([number; 16]),
        case,
        from_force,
        from_case,
        made_at: at(700),
        received_at: at(710 + i64::from(number)),
        received_by: "command-line".to_owned(),
        facts_bytes: 400,
        bundle_bytes: 70_000,
        sealed: b"a sealed statement".to_vec(),
    }
}

fn case(id: CaseId) -> ReceivedCase {
    let order = |number: u8, applies_from: Option<&str>| OrderVersionRow {
        id: OrderId::random([number; 16]),
        case: id,
        version: u32::from(number) - 83,
        entered_at: at(i64::from(number)),
        applies_from: applies_from.map(str::to_owned),
        sealed: vec![number],
    };
    ReceivedCase {
        case: CaseRow {
            id,
            state: CaseState::Open,
            case_key: CaseKeyId::random([86; 16]),
            officer: None,
            created_at: at(710),
            sealed: b"a sealed person".to_vec(),
        },
        orders: vec![order(84, None), order(85, Some("2026-11-24"))],
        ends: vec![OrderEndRow {
            id: OrderEndId::random([87; 16]),
            case: id,
            end: OrderEnd {
                kind: OrderEndKind::Struck,
                paragraph: Some("3".to_owned()),
                from: "2026-11-01".parse().expect("a day"),
                until: None,
            },
            entered_at: at(710),
            entered_by: "command-line".to_owned(),
            withdrawn_at: None,
            sealed: vec![1],
        }],
        shield: vec![ShieldRow {
            id: ShieldId::random([88; 16]),
            case: id,
            entered_at: at(710),
            entered_by: "command-line".to_owned(),
            sealed: vec![2],
            ended: None,
        }],
    }
}

pub async fn a_case_of_another_force_is_entered_whole_and_once(store: &dyn Store) {
    let (row, new) = (received(1, here()), case(here()));
    let (force, other) = origin();
    assert_eq!(store.received_of(force, other).await.expect("read"), []);
    store.received_add(&row, Some(&new)).await.expect("entered");
    assert_eq!(store.received_get(&row.statement).await.expect("read").as_ref(), Some(&row));
    assert_eq!(store.case_get(here()).await.expect("read").as_ref(), Some(&new.case));
    assert_eq!(store.order_list(here()).await.expect("read"), new.orders);
    assert_eq!(store.order_end_list(here()).await.expect("read"), new.ends);
    assert_eq!(store.shield_list(here()).await.expect("read"), new.shield);

    // The same file again, another first file of the same case, and one of which a part is refused: nothing of them is kept.
    let next = CaseId::random([89; 16]);
    let mut broken = case(next);
    broken.orders = new.orders.clone();
    let elsewhere = ReceivedRow { from_case: CaseId::random([90; 16]), ..received(3, next) };
    for (row, new) in [(&received(1, here()), None), (&received(2, next), Some(&case(next)))] {
        let refused = store.received_add(row, new).await.expect_err("known");
        assert!(matches!(refused, StoreError::Conflict(_)), "{refused}");
    }
    store.received_add(&elsewhere, Some(&broken)).await.expect_err("its orders are another case's");
    assert_eq!(store.case_get(next).await.expect("read"), None, "all of it or nothing");
    // A later file of the same case goes beside the first.
    let later = received(4, here());
    store.received_add(&later, None).await.expect("entered");
    let all = [row, later];
    assert_eq!(store.received_list(here()).await.expect("read"), all);
    assert_eq!(store.received_of(force, other).await.expect("read"), all);
}
