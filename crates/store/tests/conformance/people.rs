//! Officers, cases, devices.

use proviso_model::ids::{CaseGuestId, CaseMoveId, ConflictId};
use proviso_store::{
    CaseGuestRow, CaseMoveRow, CeremonyKind, CeremonyRow, ConflictEnd, ConflictFilter, ConflictRow,
    DeviceState, EnrolmentCodeRow, PasskeyRow, SecondFactorState, SessionFactor, SessionRow, Store,
    StoreError,
};

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
        shown_by: SessionFactor::Passkey,
        checked_at: at(2),
        seen_at: at(2),
        expires_at: at(60),
        case_reasons: Vec::new(),
    };
    store.session_add(&session).await.expect("signed in");
    store.session_seen(&[21; 32], at(30)).await.expect("noted");
    let found = store.session_get(&[21; 32], at(59)).await.expect("read").expect("a session");
    assert_eq!((found.officer, found.seen_at, found.checked_at), (officer_id(), at(30), at(2)));
    assert_eq!(found.shown_by, SessionFactor::Passkey);
    store.session_checked(&[21; 32], at(31)).await.expect("noted");
    let found = store.session_get(&[21; 32], at(59)).await.expect("read").expect("a session");
    assert_eq!((found.seen_at, found.checked_at), (at(30), at(31)));
    for reason in ["court", "supervision"] {
        store.session_reason(&[21; 32], case_id(), reason).await.expect("noted");
    }
    let found = store.session_get(&[21; 32], at(59)).await.expect("read").expect("a session");
    let reasons = [(case_id(), "court".to_owned()), (case_id(), "supervision".to_owned())];
    assert_eq!(found.case_reasons, reasons, "the last one given stands last");
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

pub async fn a_subject_is_linked_to_one_officer(store: &dyn Store) {
    assert_eq!(store.subject_officer(&[91; 32]).await.expect("read"), None);
    store.subject_link(&[91; 32], officer_id(), at(3)).await.expect("linked");
    let twice = store.subject_link(&[91; 32], officer_id(), at(4)).await.expect_err("linked already");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
    assert_eq!(store.subject_officer(&[91; 32]).await.expect("read"), Some(officer_id()));
    assert_eq!(store.subject_list(officer_id()).await.expect("read"), [at(3)]);
    assert!(store.subject_unlink(officer_id()).await.expect("unlinked"));
    assert!(!store.subject_unlink(officer_id()).await.expect("none left"));
    assert_eq!(store.subject_officer(&[91; 32]).await.expect("read"), None);
}

pub async fn a_passkey_counts_upwards_only_and_a_ceremony_is_taken_once(store: &dyn Store) {
    let passkey = |number: u8| PasskeyRow {
        id: [number; 32],
        officer: officer_id(),
        made_at: at(3),
        used_at: None,
        counter: 0,
        sealed: vec![number],
    };
    for number in [81, 82] {
        store.passkey_add(&passkey(number)).await.expect("added");
    }
    let again = store.passkey_add(&passkey(81)).await.expect_err("registered already");
    assert!(matches!(again, StoreError::Conflict(_)), "{again}");
    assert_eq!(store.passkey_list(officer_id()).await.expect("read"), [passkey(81), passkey(82)]);
    for (counter, taken) in [(0, true), (0, true), (5, true), (5, false), (4, false), (0, false), (6, true)] {
        let used = store.passkey_used(&[81; 32], counter, b"used", at(4)).await.expect("asked");
        assert_eq!(used, taken, "{counter}");
    }
    let used = PasskeyRow { used_at: Some(at(4)), counter: 6, sealed: b"used".to_vec(), ..passkey(81) };
    assert_eq!(store.passkey_get(&[81; 32]).await.expect("read"), Some(used));
    assert!(store.passkey_remove(officer_id(), &[81; 32]).await.expect("removed"));
    assert!(!store.passkey_remove(officer_id(), &[81; 32]).await.expect("gone"));
    assert!(!store.passkey_used(&[81; 32], 9, b"used", at(4)).await.expect("asked"), "one that is gone");
    assert!(store.second_factor_remove(officer_id()).await.expect("removed"), "passkeys go too");
    assert!(store.passkey_list(officer_id()).await.expect("read").is_empty());

    let ceremony = |number: u8, expires: i64| CeremonyRow {
        token_hash: [number; 32],
        kind: CeremonyKind::PasskeySignIn,
        expires_at: at(expires),
        sealed: vec![number],
    };
    store.ceremony_begin(&ceremony(83, 10), at(5)).await.expect("begun");
    store.ceremony_begin(&ceremony(84, 20), at(5)).await.expect("begun");
    let take = |number: u8, kind, now: i64| {
        let hash = [number; 32];
        async move { store.ceremony_take(&hash, kind, at(now)).await.expect("asked") }
    };
    assert_eq!(take(83, CeremonyKind::PasskeyAdd, 6).await, None, "of another kind");
    assert_eq!(take(83, CeremonyKind::PasskeySignIn, 10).await, None, "ran out");
    assert_eq!(take(84, CeremonyKind::PasskeySignIn, 10).await, Some(vec![84]));
    assert_eq!(take(84, CeremonyKind::PasskeySignIn, 10).await, None, "taken already");
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

pub async fn a_conflict_bars_a_case_and_a_move_changes_who_is_in_charge(store: &dyn Store) {
    let conflict = |number: u8| ConflictRow {
        id: ConflictId::from_bytes([number; 16]),
        officer: officer_id(),
        case: case_id(),
        declared_at: at(20),
        declared_by: "command-line".to_owned(),
        sealed: b"why".to_vec(),
        ended: None,
    };
    let of = |filter| store.conflict_list(filter);
    assert!(!store.conflict_stands(officer_id(), case_id()).await.expect("read"));
    store.conflict_add(&conflict(71)).await.expect("declared");
    let twice = store.conflict_add(&conflict(72)).await.expect_err("declared already");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
    assert!(store.conflict_stands(officer_id(), case_id()).await.expect("read"));
    let barred = store.case_assign(case_id(), officer_id()).await.expect_err("barred");
    assert!(matches!(barred, StoreError::Conflict(_)), "{barred}");

    // A move asks in the same transaction, and leaves nothing behind when it is refused.
    let row = CaseMoveRow {
        id: CaseMoveId::from_bytes([73; 16]),
        case: case_id(),
        from: Some(officer_id()),
        to: officer_id(),
        from_at: at(21),
        made_at: at(21),
        made_by: "command-line".to_owned(),
        sealed: b"why".to_vec(),
        done_at: Some(at(21)),
        withdrawn: None,
    };
    let refused = store.case_move_add(std::slice::from_ref(&row)).await.expect_err("barred");
    assert!(matches!(refused, StoreError::Conflict(_)), "{refused}");
    let end = ConflictEnd { at: at(22), by: "officer:x".to_owned(), sealed: b"a mistake".to_vec() };
    store.conflict_end(conflict(71).id, &end).await.expect("ended");
    let again = store.conflict_end(conflict(71).id, &end).await.expect_err("ended already");
    assert!(matches!(again, StoreError::Conflict(_)), "{again}");
    assert!(of(ConflictFilter::default()).await.expect("read").is_empty());
    let all = ConflictFilter { officer: Some(officer_id()), case: Some(case_id()), with_ended: true };
    assert_eq!(of(all).await.expect("read"), [ConflictRow { ended: Some(end), ..conflict(71) }]);

    store.case_move_add(std::slice::from_ref(&row)).await.expect("moved");
    let wait = |number: u8| CaseMoveRow {
        id: CaseMoveId::from_bytes([number; 16]),
        from_at: at(30),
        done_at: None,
        ..row.clone()
    };
    store.case_move_add(&[wait(74), wait(75)]).await.expect("entered");
    assert!(store.case_move_due(at(29)).await.expect("read").is_empty());
    assert_eq!(store.case_move_due(at(30)).await.expect("read"), [wait(74), wait(75)]);
    store.case_move_do(wait(74).id, at(30)).await.expect("done");
    let twice = store.case_move_do(wait(74).id, at(30)).await.expect_err("done already");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
    store.case_move_withdraw(wait(75).id, at(31), "worker").await.expect("withdrawn");
    assert!(store.case_move_due(at(40)).await.expect("read").is_empty());
    let withdrawn = CaseMoveRow { withdrawn: Some((at(31), "worker".to_owned())), ..wait(75) };
    assert_eq!(store.case_move_list(at(31)).await.expect("read"), [withdrawn]);
    assert!(store.case_move_list(at(32)).await.expect("read").is_empty());
}

pub async fn somebody_is_let_into_a_case_for_a_while(store: &dyn Store) {
    let row = CaseGuestRow {
        id: CaseGuestId::from_bytes([76; 16]),
        case: case_id(),
        officer: officer_id(),
        until: at(50),
        made_at: at(20),
        made_by: "command-line".to_owned(),
        sealed: b"why".to_vec(),
        ended_at: None,
    };
    store.case_guest_add(&row).await.expect("let in");
    assert_eq!(
        store.case_guest_list(Some(officer_id()), at(49)).await.expect("read"),
        std::slice::from_ref(&row)
    );
    assert_eq!(store.case_guest_list(None, at(20)).await.expect("read"), std::slice::from_ref(&row));
    assert!(store.case_guest_list(None, at(50)).await.expect("read").is_empty(), "its time is over");
    store.case_guest_end(row.id, at(30)).await.expect("ended");
    let twice = store.case_guest_end(row.id, at(31)).await.expect_err("ended already");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
    assert!(store.case_guest_list(None, at(30)).await.expect("read").is_empty());
}
