//! Officers, cases, devices.

use proviso_store::{DeviceState, EnrolmentCodeRow, SecondFactorState, SessionRow, Store, StoreError};

use crate::fixtures::{at, case, case_id, device, device_id, officer, officer_id, order, policy};

pub async fn an_officer_signs_in_and_out(store: &dyn Store) {
    store.officer_add(&officer()).await.expect("added");
    let taken = store.officer_add(&officer()).await.expect_err("the name is taken");
    assert!(matches!(taken, StoreError::Conflict(_)), "{taken}");
    assert_eq!(store.officer_get(officer_id()).await.expect("read"), Some(officer()));
    assert_eq!(store.officer_by_username("test.officer.014").await.expect("read"), Some(officer()));
    assert_eq!(store.officer_list().await.expect("read"), [officer()]);

    let session = SessionRow {
        token_hash: [21; 32],
        officer: officer_id(),
        created_at: at(2),
        checked_at: at(2),
        seen_at: at(2),
        expires_at: at(60),
    };
    store.session_add(&session).await.expect("signed in");
    store.session_seen(&[21; 32], at(30)).await.expect("noted");
    let found = store.session_get(&[21; 32], at(59)).await.expect("read").expect("a session");
    assert_eq!((found.officer, found.seen_at, found.checked_at), (officer_id(), at(30), at(2)));
    store.session_checked(&[21; 32], at(31)).await.expect("noted");
    let found = store.session_get(&[21; 32], at(59)).await.expect("read").expect("a session");
    assert_eq!((found.seen_at, found.checked_at), (at(30), at(31)));
    assert_eq!(store.session_get(&[21; 32], at(60)).await.expect("read"), None, "expired");
    store.session_end(&[21; 32], at(31)).await.expect("signed out");
    assert_eq!(store.session_get(&[21; 32], at(31)).await.expect("read"), None);

    store.setting_set("retention", "six years").await.expect("set");
    store.setting_set("retention", "seven years").await.expect("set again");
    assert_eq!(store.setting_get("retention").await.expect("read").as_deref(), Some("seven years"));
}

pub async fn a_second_factor_waits_then_is_used_and_takes_each_code_once(store: &dyn Store) {
    use SecondFactorState::{Used, Waiting};
    let of = |state| store.second_factor_get(officer_id(), state);
    assert_eq!(of(Used).await.expect("read"), None);
    let missing = store.second_factor_confirm(officer_id(), 4, at(3)).await.expect_err("none waits");
    assert!(matches!(missing, StoreError::Missing(_)), "{missing}");
    store.second_factor_begin(officer_id(), b"first", at(3)).await.expect("begun");
    store.second_factor_begin(officer_id(), b"second", at(4)).await.expect("begun anew");
    assert!(!store.second_factor_take(officer_id(), 5).await.expect("asked"), "one that waits takes nothing");
    store.second_factor_confirm(officer_id(), 5, at(5)).await.expect("confirmed");
    assert_eq!(of(Waiting).await.expect("read"), None);
    let used = of(Used).await.expect("read").expect("in use");
    assert_eq!(
        (used.sealed.as_slice(), used.begun_at, used.confirmed_at),
        (&b"second"[..], at(4), Some(at(5)))
    );
    for (step, taken) in [(5, false), (7, true), (7, false), (6, false), (8, true)] {
        assert_eq!(store.second_factor_take(officer_id(), step).await.expect("asked"), taken, "{step}");
    }
    store.second_factor_begin(officer_id(), b"third", at(6)).await.expect("begun");
    assert_eq!(of(Used).await.expect("read").expect("still in use").step_last, 8);
    store.second_factor_confirm(officer_id(), 9, at(7)).await.expect("confirmed");
    assert_eq!(of(Used).await.expect("read").map(|row| row.sealed), Some(b"third".to_vec()));
    assert!(store.second_factor_remove(officer_id()).await.expect("removed"));
    assert!(!store.second_factor_remove(officer_id()).await.expect("none left"));
}

pub async fn a_case_is_opened_and_its_order_changes(store: &dyn Store) {
    store.case_add(&case(), &order(1)).await.expect("opened");
    assert_eq!(store.case_get(case_id()).await.expect("read"), Some(case()));
    assert!(store.case_list(Some(officer_id())).await.expect("read").is_empty(), "nobody is in charge yet");
    store.case_assign(case_id(), officer_id()).await.expect("assigned");
    assert_eq!(store.case_list(Some(officer_id())).await.expect("read").len(), 1);
    assert_eq!(store.order_add(&order(2)).await.expect("entered"), 2);
    let current = store.order_current(case_id()).await.expect("read").expect("an order");
    assert_eq!((current.version, current.sealed), (2, order(2).sealed));
    let versions: Vec<_> =
        store.order_list(case_id()).await.expect("read").into_iter().map(|row| row.version).collect();
    assert_eq!(versions, [1, 2]);
}

pub async fn a_code_enrols_one_device_once(store: &dyn Store) {
    let code = EnrolmentCodeRow {
        code_hash: [31; 32],
        case: case_id(),
        issued_at: at(5),
        expires_at: at(50),
        used_at: None,
    };
    store.enrolment_code_add(&code).await.expect("issued");
    assert_eq!(store.enrolment_code_get(&[31; 32], at(49)).await.expect("read"), Some(code));
    assert_eq!(store.enrolment_code_get(&[31; 32], at(50)).await.expect("read"), None, "expired");
    for (address, tries) in [([1; 32], 1), ([1; 32], 2), ([2; 32], 1)] {
        let counted = store.enrolment_try_add(&address, at(10), at(0)).await.expect("counted");
        assert_eq!(counted, tries);
    }
    let later = store.enrolment_try_add(&[1; 32], at(700), at(100)).await.expect("counted");
    assert_eq!(later, 1, "old tries are forgotten");
    store.enrolment_try_forget(&[1; 32]).await.expect("forgotten");
    let fresh = store.enrolment_try_add(&[1; 32], at(701), at(100)).await.expect("counted");
    assert_eq!(fresh, 1, "and forgotten at once when the right word was given");

    store.device_add(&device(), &policy(1), &[], &[31; 32], at(10)).await.expect("enrolled");
    let again = store.device_add(&device(), &policy(2), &[], &[31; 32], at(11)).await.expect_err("used up");
    assert!(matches!(again, StoreError::Conflict(_)), "{again}");
    assert_eq!(store.device_get(device_id()).await.expect("read"), Some(device()));

    store.policy_add(&policy(2)).await.expect("a newer policy");
    let older = store.policy_add(&policy(2)).await.expect_err("the serial must rise");
    assert!(matches!(older, StoreError::Conflict(_)), "{older}");
    assert_eq!(store.policy_current(device_id()).await.expect("read"), Some(policy(2)));
    assert_eq!(store.policy_get(&policy(1).hash).await.expect("read"), Some(policy(1)));
    assert_eq!(store.policy_hashes(device_id()).await.expect("read").len(), 2);

    store.device_seen(device_id(), at(12), true, 2).await.expect("noted");
    let seen = store.device_get(device_id()).await.expect("read").expect("the device");
    assert_eq!((seen.seen_at, seen.watching, seen.policy_serial), (at(12), true, 2));
    assert_eq!(seen.state, DeviceState::Active);

    for (from, sha256, stands) in [(20, 21, 21), (20, 22, 21), (19, 23, 21), (24, 25, 25)] {
        store.device_certificate_change(device_id(), [sha256; 32], at(from)).await.expect("changed, or not");
        let device = store.device_get(device_id()).await.expect("read").expect("the device");
        assert_eq!(device.certificate_sha256, [stands; 32], "one that begins later takes the place");
    }
    for (version, now, since) in [("0.2.0", 30, 30), ("0.2.0", 31, 30), ("0.3.0", 32, 32)] {
        store.device_version(device_id(), version, at(now)).await.expect("noted");
        let device = store.device_get(device_id()).await.expect("read").expect("the device");
        assert_eq!((device.agent_version.as_str(), device.agent_version_at), (version, at(since)));
    }
}
