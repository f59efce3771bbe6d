//! Records of visits.

use proviso_model::Digest;
use proviso_model::ids::{CaseId, DutyId, VisitActionId, VisitId, VisitNoteId};
use proviso_store::{
    DutyKind, DutyRow, Store, StoreError, VisitActionRow, VisitDrawRow, VisitNoteRow, VisitRecordRow,
};

use crate::fixtures::{at, case_id, device_id};

fn visit(number: u8, begun: i64) -> VisitRecordRow {
    VisitRecordRow {
        hash: Digest([number; 32]),
        visit: VisitId::random([60; 16]),
        case: case_id(),
        device: (number == 1).then(device_id),
        started_at: at(begun),
        ended_at: at(begun + 90),
        filed_at: at(begun + 200),
        filed_by: "command-line".to_owned(),
        sealed: b"a sealed record".to_vec(),
    }
}

pub async fn a_record_of_a_visit_is_filed_once_and_read_again(store: &dyn Store) {
    let (own, other) = (visit(1, 560), visit(2, 570));
    assert_eq!(store.visit_record_get(&own.hash).await.expect("read"), None);
    for (row, files) in [(&own, b"page one"), (&other, b"page two")] {
        assert!(store.visit_record_add(row, files).await.expect("filed"));
    }
    let again = VisitRecordRow { filed_at: at(900), ..own.clone() };
    assert!(!store.visit_record_add(&again, b"another page").await.expect("known"), "it is there already");
    assert_eq!(store.visit_record_list(case_id()).await.expect("read"), [other, own.clone()]);
    let files = store.visit_record_files(&own.hash).await.expect("read");
    assert_eq!(files.as_deref(), Some(b"page one".as_slice()));
}

fn note(nth: u8, visited: i64) -> VisitNoteRow {
    VisitNoteRow {
        id: VisitNoteId::random([nth; 16]),
        case: case_id(),
        visited_at: at(visited),
        was_seen: nth != 2,
        entered_at: at(visited + 60),
        entered_by: "officer:one".to_owned(),
        sealed: vec![nth; 24],
    }
}

fn agreed(nth: u8, of: &VisitNoteRow) -> VisitActionRow {
    VisitActionRow {
        id: VisitActionId::random([nth; 16]),
        case: of.case,
        note: of.id,
        due_on: (nth == 1).then(|| "2026-12-01".to_owned()),
        settled: None,
        sealed: vec![nth; 12],
    }
}

pub async fn a_visit_is_recorded_with_what_was_agreed_and_the_next_settles_it(store: &dyn Store) {
    let (first, nobody_in) = (note(1, 600), note(2, 700));
    let (receipt, password) = (agreed(1, &first), agreed(2, &first));
    store.visit_note_add(&first, &[receipt.clone(), password.clone()], &[]).await.expect("kept");
    let stray = agreed(3, &first);
    assert!(
        matches!(store.visit_note_add(&note(3, 650), &[stray], &[]).await, Err(StoreError::Missing(_))),
        "what was agreed at another visit"
    );
    assert_eq!(
        store.caseload_open_actions(&[case_id()]).await.expect("read"),
        [receipt.clone(), password.clone()]
    );
    store.visit_note_add(&nobody_in, &[], &[receipt.id, VisitActionId::random([9; 16])]).await.expect("kept");
    assert_eq!(store.visit_note_list(case_id()).await.expect("read"), [nobody_in.clone(), first]);
    let settled = VisitActionRow { settled: Some((nobody_in.entered_at, nobody_in.id)), ..receipt };
    assert_eq!(store.visit_action_list(case_id()).await.expect("read"), [settled, password.clone()]);
    assert_eq!(store.caseload_open_actions(&[case_id()]).await.expect("read"), [password]);
    // Nobody was met at 700; a device was looked at at 570.
    let met = store.caseload_last_visits(&[case_id(), CaseId::random([77; 16])]).await.expect("read");
    assert_eq!(met, [(case_id(), at(600))]);
    assert_eq!(store.caseload_last_visits(&[]).await.expect("read"), []);
}

pub async fn a_week_is_drawn_once(store: &dyn Store) {
    let draw = |seed: u8, drawn: i64| VisitDrawRow {
        week: "2026-W48".to_owned(),
        seed: [seed; 32],
        one_in: 13,
        drawn_at: at(drawn),
    };
    assert_eq!(store.visit_draw_keep(&draw(1, 600)).await.expect("kept"), draw(1, 600));
    assert_eq!(store.visit_draw_keep(&draw(2, 601)).await.expect("kept"), draw(1, 600), "the first stands");
    assert_eq!(store.visit_draw_list(at(600)).await.expect("read"), [draw(1, 600)]);
    assert_eq!(store.visit_draw_list(at(601)).await.expect("read"), []);
}

fn duty(version: u32) -> DutyRow {
    DutyRow {
        id: DutyId::random([4; 16]),
        version,
        case: case_id(),
        kind: DutyKind::Account,
        due_on: Some("2026-12-01".to_owned()),
        notified_on: (version > 1).then(|| "2026-11-30".to_owned()),
        checked_on: None,
        withdrawn: false,
        entered_at: at(i64::from(version)),
        entered_by: "officer:one".to_owned(),
        sealed: vec![7; 20],
    }
}

pub async fn a_duty_is_changed_by_another_version_and_by_one_officer_at_a_time(store: &dyn Store) {
    store.duty_add(&duty(1)).await.expect("kept");
    store.duty_add(&duty(2)).await.expect("kept");
    assert!(matches!(store.duty_add(&duty(2)).await, Err(StoreError::Conflict(_))), "somebody was quicker");
    assert_eq!(store.duty_list(case_id()).await.expect("read"), [duty(1), duty(2)]);
}

/// After its case was destroyed.
pub async fn of_a_destroyed_case_only_hash_and_times_are_left(store: &dyn Store) {
    let hash = visit(1, 560).hash;
    let left = store.visit_record_get(&hash).await.expect("read").expect("its hash is kept");
    assert_eq!((left.started_at, left.sealed.len()), (at(560), 0));
    assert_eq!(store.visit_record_files(&hash).await.expect("read"), Some(Vec::new()));
    assert!(store.visit_note_list(case_id()).await.expect("read").iter().all(|row| row.sealed.is_empty()));
    assert!(store.visit_action_list(case_id()).await.expect("read").iter().all(|row| row.sealed.is_empty()));
    assert!(store.duty_list(case_id()).await.expect("read").iter().all(|row| row.sealed.is_empty()));
}
