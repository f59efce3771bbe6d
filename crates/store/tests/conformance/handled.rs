//! What officers do with an alert before they decide, and the filters that they save.

use proviso_store::{
    AlertRow, InboxFilterRow, NotificationKind, OfficerRole, OfficerRow, Rest, Store, StoreError,
};

use crate::fixtures::{alert_id, at, case_id, device_id, officer, officer_id};
use proviso_model::ids::{CaseId, OfficerId};

async fn alert(store: &dyn Store) -> AlertRow {
    store.alert_get(alert_id(44)).await.expect("read").expect("the alert")
}

pub async fn an_alert_is_taken_rests_until_it_grows_and_stands_in_a_row_by_hand(store: &dyn Store) {
    let last = store.notification_last().await.expect("read");
    assert_eq!(alert(store).await.care, proviso_store::AlertCare::default());
    store.alert_owner_set(alert_id(44), Some(officer_id()), at(310)).await.expect("taken");
    assert_eq!(alert(store).await.care.owner, Some((officer_id(), at(310))));
    store.alert_owner_set(alert_id(44), None, at(311)).await.expect("given back");
    assert_eq!(alert(store).await.care.owner, None);

    let rest = Rest {
        until: at(900),
        findings: 77,
        by: officer_id(),
        from: at(320),
        sealed: b"a sealed reason".to_vec(),
    };
    store.alert_rest_set(alert_id(44), Some(&rest), at(320)).await.expect("put to rest");
    let row = alert(store).await;
    assert_eq!(row.care.rest, Some(Rest { findings: row.findings, ..rest.clone() }), "counted by the store");
    assert!(row.resting(at(899)).is_some() && !row.was_woken(at(899)));
    assert!(row.resting(at(900)).is_none(), "its time has come");
    let grown = AlertRow { findings: row.findings + 1, ..row };
    assert!(grown.resting(at(899)).is_none() && grown.was_woken(at(899)), "what grows comes back");
    let past = store.alert_rest_set(alert_id(44), Some(&rest), at(900)).await.expect_err("no time left");
    assert!(matches!(past, StoreError::Conflict(_)), "{past}");
    store.alert_rest_set(alert_id(44), None, at(330)).await.expect("woken");
    assert_eq!(alert(store).await.care.rest, None);

    let ids = [alert_id(44)];
    store.alert_thread_set(case_id(), &ids, Some(alert_id(44)), at(340)).await.expect("put into a row");
    assert_eq!(alert(store).await.care.thread, Some(alert_id(44)));
    let other = CaseId::random([99; 16]);
    let refused = store.alert_thread_set(other, &ids, None, at(341)).await.expect_err("another case");
    assert!(matches!(refused, StoreError::Missing(_)), "{refused}");
    store.alert_thread_set(case_id(), &ids, None, at(341)).await.expect("put back");
    assert_eq!(alert(store).await.care.thread, None);
    let both = [alert_id(44), alert_id(41)];
    for refused in [
        store.alert_thread_set(case_id(), &both, Some(alert_id(44)), at(342)).await,
        store.alert_owner_set(alert_id(41), Some(officer_id()), at(342)).await,
        store.alert_rest_set(alert_id(41), Some(&rest), at(342)).await,
    ] {
        let refused = refused.expect_err("one has been decided");
        assert!(matches!(refused, StoreError::Conflict(_)), "{refused}");
    }
    assert_eq!(alert(store).await.care.thread, None, "all of them or none");

    let told = store.notification_after(last, 100).await.expect("read");
    assert_eq!(told.len(), 6);
    assert!(told.iter().all(|one| one.kind == NotificationKind::AlertHandled));

    let lately = store.caseload_decided_lately(&[case_id()], at(0), at(0)).await.expect("read");
    let [one] = lately.as_slice() else { panic!("one rule was decided on: {lately:?}") };
    assert_eq!((one.case, one.device, one.paragraph.as_str()), (case_id(), device_id(), "3"));
    assert_eq!((one.rule.as_str(), one.decided_at, one.seen), ("words/order", Some(at(300)), 1));
    let unseen = store.caseload_decided_lately(&[case_id()], at(0), at(102)).await.expect("read");
    assert_eq!(unseen.first().map(|one| one.seen), Some(0), "it was last seen before");
    assert!(store.caseload_decided_lately(&[case_id()], at(301), at(0)).await.expect("read").is_empty());
    assert!(store.caseload_decided_lately(&[other], at(0), at(0)).await.expect("read").is_empty());
}

pub async fn filters_are_an_officer_s_own_or_shared_within_a_role(store: &dyn Store) {
    let colleague = |nth: u8, role| OfficerRow {
        id: OfficerId::random([nth; 16]),
        username: format!("test.filter.{nth}"),
        role,
        ..officer()
    };
    let (same, supervisor) =
        (colleague(201, OfficerRole::OffenderManager), colleague(202, OfficerRole::Supervisor));
    for row in [&same, &supervisor] {
        store.officer_add(row).await.expect("an officer");
    }
    let own = InboxFilterRow {
        officer: officer_id(),
        query: "is:new paragraph:3".to_owned(),
        shared: false,
        made_at: at(350),
    };
    store.inbox_filter_set(&own).await.expect("saved");
    let list = async |officer| store.inbox_filter_list(officer).await.expect("read");
    assert_eq!(list(officer_id()).await, std::slice::from_ref(&own));
    assert!(list(same.id).await.is_empty());
    let shared = InboxFilterRow { shared: true, ..own.clone() };
    store.inbox_filter_set(&shared).await.expect("shared");
    assert_eq!(list(same.id).await, std::slice::from_ref(&shared), "shared within the role");
    assert!(list(supervisor.id).await.is_empty(), "and not beyond it");
    let others = store.inbox_filter_remove(same.id, &own.query).await.expect_err("not theirs");
    assert!(matches!(others, StoreError::Missing(_)), "{others}");
    store.inbox_filter_remove(officer_id(), &own.query).await.expect("forgotten");
    assert!(list(officer_id()).await.is_empty());

    assert!(store.inbox_single_keys(officer_id()).await.expect("read"), "they work until somebody says no");
    for on in [false, true] {
        store.inbox_single_keys_set(officer_id(), on).await.expect("set");
        assert_eq!(store.inbox_single_keys(officer_id()).await.expect("read"), on);
    }
}
