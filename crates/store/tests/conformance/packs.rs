//! A force's own lists of words, of sites and of hashes.

use proviso_model::Digest;
use proviso_model::ids::TrialId;
use proviso_store::{HashSetRow, PackRow, SiteListRow, Store, StoreError, TrialRow};

use crate::fixtures::{at, policy};

fn pack(version: u32, seconds: i64) -> PackRow {
    PackRow {
        name: "harbour-list".to_owned(),
        version,
        category: "sexual".to_owned(),
        terms: 2,
        sha256: Digest([7; 32]),
        imported_at: at(seconds),
        retired_at: None,
        signature: [8; 64],
        sealed: vec![9; 40],
    }
}

pub async fn a_list_has_one_version_in_use_and_keeps_those_before(store: &dyn Store) {
    let last = store.policy_current(policy(1).device).await.expect("read").expect("a policy").serial;
    assert_eq!(store.pack_list().await.expect("read"), []);
    store.pack_add(&pack(1, 300), &[policy(last + 1)]).await.expect("in use, with the policy made of it");
    let current = store.policy_current(policy(1).device).await.expect("read").expect("a policy");
    assert_eq!(current.serial, last + 1);

    // Neither is kept when one of the two cannot be.
    let stale =
        store.pack_add(&pack(2, 310), &[policy(last + 1)]).await.expect_err("a serial that does not rise");
    assert!(matches!(stale, StoreError::Conflict(_)), "{stale}");
    let twice = store.pack_add(&pack(1, 310), &[]).await.expect_err("a version that is there");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
    assert_eq!(store.pack_list().await.expect("read"), [pack(1, 300)]);

    store.pack_add(&pack(2, 320), &[]).await.expect("the next version");
    let before = PackRow { retired_at: Some(at(320)), ..pack(1, 300) };
    assert_eq!(store.pack_list().await.expect("read"), [before.clone(), pack(2, 320)]);
    store.pack_retire("harbour-list", at(330), &[]).await.expect("retired");
    let none = store.pack_retire("harbour-list", at(340), &[]).await.expect_err("none is in use");
    assert!(matches!(none, StoreError::Missing(_)), "{none}");
    let retired = PackRow { retired_at: Some(at(330)), ..pack(2, 320) };
    assert_eq!(store.pack_list().await.expect("read"), [before, retired]);
}

fn sites(version: u32, seconds: i64) -> SiteListRow {
    SiteListRow {
        name: "harbour-sites".to_owned(),
        version,
        category: "pornography".to_owned(),
        entries: 2,
        bytes: 64,
        sha256: Digest([6; 32]),
        imported_at: at(seconds),
        retired_at: None,
        signature: [8; 64],
        sealed: vec![9; 40],
    }
}

pub async fn a_list_of_sites_has_one_version_in_use_and_keeps_those_before(store: &dyn Store) {
    let last = store.policy_current(policy(1).device).await.expect("read").expect("a policy").serial;
    assert_eq!(store.site_list_list().await.expect("read"), []);
    store.site_list_add(&sites(1, 350), &[policy(last + 1)]).await.expect("in use, with its policy");
    let current = store.policy_current(policy(1).device).await.expect("read").expect("a policy");
    assert_eq!(current.serial, last + 1);
    let skipped = store.site_list_add(&sites(3, 360), &[]).await.expect_err("a version is left out");
    assert!(matches!(skipped, StoreError::Conflict(_)), "{skipped}");
    let stale = store.site_list_add(&sites(2, 360), &[policy(last + 1)]).await.expect_err("not above");
    assert!(matches!(stale, StoreError::Conflict(_)), "{stale}");
    assert_eq!(store.site_list_list().await.expect("read"), [sites(1, 350)], "neither is kept");

    store.site_list_add(&sites(2, 370), &[]).await.expect("the next version");
    let before = SiteListRow { retired_at: Some(at(370)), ..sites(1, 350) };
    assert_eq!(store.site_list_list().await.expect("read"), [before.clone(), sites(2, 370)]);
    store.site_list_retire("harbour-sites", at(380), &[policy(last + 2)]).await.expect("retired");
    let none = store.site_list_retire("harbour-sites", at(390), &[]).await.expect_err("none is in use");
    assert!(matches!(none, StoreError::Missing(_)), "{none}");
    let retired = SiteListRow { retired_at: Some(at(380)), ..sites(2, 370) };
    assert_eq!(store.site_list_list().await.expect("read"), [before, retired]);
}

fn hashes(version: u32, seconds: i64) -> HashSetRow {
    HashSetRow {
        name: "harbour-hashes".to_owned(),
        version,
        entries: 2,
        bytes: 64,
        sha256: Digest([5; 32]),
        imported_at: at(seconds),
        retired_at: None,
        signature: [8; 64],
        sealed: vec![9; 40],
        sealed_key: vec![4; 60],
    }
}

pub async fn a_hash_set_has_one_version_in_use_and_keeps_those_before(store: &dyn Store) {
    let last = store.policy_current(policy(1).device).await.expect("read").expect("a policy").serial;
    assert_eq!(store.hash_set_list().await.expect("read"), []);
    store.hash_set_add(&hashes(1, 400), &[policy(last + 1)]).await.expect("in use, with its policy");
    let stale = store.hash_set_add(&hashes(2, 410), &[policy(last + 1)]).await.expect_err("not above");
    assert!(matches!(stale, StoreError::Conflict(_)), "{stale}");
    let skipped = store.hash_set_add(&hashes(3, 410), &[]).await.expect_err("a version is left out");
    assert!(matches!(skipped, StoreError::Conflict(_)), "{skipped}");
    assert_eq!(store.hash_set_list().await.expect("read"), [hashes(1, 400)], "neither is kept");
    store.hash_set_add(&hashes(2, 420), &[]).await.expect("the next version");
    store.hash_set_retire("harbour-hashes", at(430), &[policy(last + 2)]).await.expect("retired");
    let none = store.hash_set_retire("harbour-hashes", at(440), &[]).await.expect_err("none is in use");
    assert!(matches!(none, StoreError::Missing(_)), "{none}");
    let retired = |row: HashSetRow, seconds| HashSetRow { retired_at: Some(at(seconds)), ..row };
    let expected = [retired(hashes(1, 400), 420), retired(hashes(2, 420), 430)];
    assert_eq!(store.hash_set_list().await.expect("read"), expected);
}

pub async fn one_pack_at_a_time_is_on_trial_until_its_end(store: &dyn Store) {
    let trial = |nth: u8, begun: i64, until: i64| TrialRow {
        id: TrialId::from_bytes([nth; 16]),
        name: "harbour-list".to_owned(),
        begun_at: at(begun),
        until: at(until),
        ended_at: None,
        sealed: vec![nth; 30],
    };
    let last = store.policy_current(policy(1).device).await.expect("read").expect("a policy").serial;
    let stale = store.trial_begin(&trial(1, 400, 500), &[policy(last)]).await.expect_err("a stale serial");
    assert!(matches!(stale, StoreError::Conflict(_)), "{stale}");
    assert_eq!(store.trial_list().await.expect("read"), [], "both or neither");
    store.trial_begin(&trial(1, 400, 500), &[policy(last + 1)]).await.expect("begun");
    let second = store.trial_begin(&trial(2, 410, 510), &[]).await.expect_err("one runs");
    assert!(matches!(second, StoreError::Conflict(_)), "{second}");
    store.trial_end(trial(1, 400, 500).id, at(420), &[policy(last + 2)]).await.expect("ended");
    let again = store.trial_end(trial(1, 400, 500).id, at(430), &[]).await.expect_err("ended already");
    assert!(matches!(again, StoreError::Conflict(_)), "{again}");
    store.trial_begin(&trial(2, 430, 440), &[]).await.expect("the next");
    store.trial_begin(&trial(3, 440, 450), &[]).await.expect("one that has run out needs no ending");
    let ended = TrialRow { ended_at: Some(at(420)), ..trial(1, 400, 500) };
    assert_eq!(store.trial_list().await.expect("read"), [trial(3, 440, 450), trial(2, 430, 440), ended]);
}
