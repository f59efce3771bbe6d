//! Links to a supervised person's own page.

use proviso_model::ids::PersonalLinkId;
use proviso_store::{PersonalLinkRow, Store, StoreError};

use crate::fixtures::{at, case_id};

const FIRST: [u8; 32] = [71; 32];
const SECOND: [u8; 32] = [72; 32];
const VISIT: [u8; 32] = [73; 32];

fn row(token_hash: [u8; 32], made: i64) -> PersonalLinkRow {
    PersonalLinkRow {
        id: PersonalLinkId::random([token_hash[0]; 16]),
        case: case_id(),
        token_hash,
        code_hash: [9; 32],
        made_at: at(made),
        made_by: "officer:one".to_owned(),
        expires_at: at(made + 100),
        tries_left: 2,
        opened_at: None,
        opened: 0,
        ended: None,
    }
}

pub async fn a_link_opens_one_visit_at_a_time_and_ends_with_the_next_or_when_somebody_ends_it(
    store: &dyn Store,
) {
    let first = row(FIRST, 540);
    store.personal_link_add(&first).await.expect("kept");
    assert_eq!(store.personal_link_by_token(&FIRST).await.expect("read"), Some(first.clone()));
    let mut tries = Vec::new();
    for _ in 0..3 {
        tries.push(store.personal_link_try(first.id).await.expect("counted"));
    }
    assert_eq!(tries, [true, true, false], "two tries and no more");

    store.personal_link_enter(first.id, 2, &VISIT, at(550), at(560)).await.expect("entered");
    let opened = PersonalLinkRow { opened_at: Some(at(550)), opened: 1, ..first.clone() };
    assert_eq!(store.personal_link_by_visit(&VISIT, at(559)).await.expect("read"), Some(opened));
    assert_eq!(store.personal_link_by_visit(&VISIT, at(560)).await.expect("read"), None, "it is over");
    store.personal_link_leave(&VISIT).await.expect("left");
    assert_eq!(store.personal_link_by_visit(&VISIT, at(551)).await.expect("read"), None);

    store.personal_link_enter(first.id, 2, &VISIT, at(570), at(580)).await.expect("entered");
    let second = row(SECOND, 575);
    store.personal_link_add(&second).await.expect("kept");
    assert_eq!(store.personal_link_by_visit(&VISIT, at(576)).await.expect("read"), None, "ended by the next");
    let again = store.personal_link_enter(first.id, 2, &VISIT, at(577), at(580)).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");

    store.personal_link_end(second.id, at(580), "officer:two").await.expect("ended");
    let again = store.personal_link_end(second.id, at(581), "officer:two").await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    let list = store.personal_link_list(case_id()).await.expect("read");
    let ended: Vec<_> = list.into_iter().map(|row| (row.id, row.ended)).collect();
    assert_eq!(
        ended,
        [
            (second.id, Some((at(580), "officer:two".to_owned()))),
            (first.id, Some((at(575), "officer:one".to_owned())))
        ]
    );
}
