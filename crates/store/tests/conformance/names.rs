//! Finding cases by keyed digests.

use proviso_store::{NameToken, Store};

use crate::fixtures::{case_id, officer_id};

const WORD: NameToken = [1; 8];
const OTHER: NameToken = [2; 8];

pub async fn the_first_key_of_the_index_stands(store: &dyn Store) {
    assert_eq!(store.name_key().await.expect("read"), None);
    assert_eq!(store.name_key_add(&[7; 40]).await.expect("kept"), [7; 40]);
    assert_eq!(store.name_key_add(&[8; 40]).await.expect("there is one"), [7; 40]);
    assert_eq!(store.name_key().await.expect("read"), Some(vec![7; 40]));
}

pub async fn a_case_is_found_by_every_digest_that_was_set_last(store: &dyn Store) {
    assert_eq!(store.name_cases_missing().await.expect("read"), [case_id()], "not in the index yet");
    let versions = u32::try_from(store.order_list(case_id()).await.expect("read").len()).expect("few");
    store.name_tokens_set(case_id(), versions, &[[9; 8], WORD]).await.expect("set");
    store.name_tokens_set(case_id(), versions, &[WORD, OTHER, WORD]).await.expect("set anew");
    assert_eq!(store.name_cases_missing().await.expect("read"), []);
    for (tokens, officer, expected) in [
        (&[WORD][..], None, 1),
        (&[WORD, OTHER, WORD], None, 1),
        (&[WORD], Some(officer_id()), 1),
        (&[WORD], Some(proviso_model::ids::OfficerId::from_bytes([99; 16])), 0),
        (&[WORD, [9; 8]], None, 0),
        (&[[9; 8]], None, 0),
        (&[], None, 0),
    ] {
        let found = store.name_find(tokens, officer, 10).await.expect("read");
        assert_eq!(found.len(), expected, "{tokens:?} of {officer:?}");
    }
    assert_eq!(store.name_find(&[WORD], None, 0).await.expect("read"), []);
}

pub async fn a_destroyed_case_is_in_the_index_no_more_and_does_not_come_back(store: &dyn Store) {
    for _ in 0..2 {
        assert_eq!(store.name_find(&[WORD], None, 10).await.expect("read"), []);
        store.name_tokens_set(case_id(), 9, &[WORD]).await.expect("nothing is kept");
    }
    assert!(!store.name_cases_missing().await.expect("read").contains(&case_id()));
}
