//! What a worker finds and an officer does.

use proviso_model::ids::CaseId;
use proviso_model::order::ConditionKind;
use proviso_model::{AlertState, GapCause, Outcome, Source};
use proviso_store::{
    AlertFilter, AuditClose, AuditEntry, AuditFilter, AuditSearch, DecisionRow, GapRow, NotificationKind,
    OpenedRecord, OpenedWhat, Priority, ReplayOutcome, RuleTally, Store, StoreError, Stretch,
};

use crate::fixtures::{
    alert_id, at, audit_id, case_id, decision_id, device_id, officer_id, opened, record_hash,
};

pub async fn findings_join_an_open_alert_and_never_twice(store: &dyn Store) {
    let first = store.record_opened(opened(0, Priority::ThisWeek, alert_id(41))).await.expect("kept");
    assert_eq!(first, [alert_id(41)]);
    let again = store.record_opened(opened(0, Priority::ThisWeek, alert_id(42))).await.expect("kept");
    assert!(again.is_empty(), "an attempt that comes again changes nothing");
    let joined = store.record_opened(opened(1, Priority::Today, alert_id(43))).await.expect("kept");
    assert_eq!(joined, [alert_id(41)], "same device, paragraph and rule");

    let alert = store.alert_get(alert_id(41)).await.expect("read").expect("the alert");
    assert_eq!((alert.findings, alert.priority, alert.state), (2, Priority::Today, AlertState::New));
    assert_eq!((alert.first_at, alert.last_at), (at(100), at(101)));
    let findings = store.alert_findings(alert_id(41), 10).await.expect("read");
    assert_eq!(findings.len(), 2);
    assert_eq!(findings[0].1.sealed, b"a sealed observation");
    let record = store.record_get(&record_hash(0, 0)).await.expect("read").expect("the record");
    assert_eq!((record.kind.as_deref(), record.replay), (Some("finding"), Some(ReplayOutcome::Same)));
}

pub async fn an_alert_is_opened_then_decided_once(store: &dyn Store) {
    let decision = DecisionRow {
        id: decision_id(),
        alert: alert_id(41),
        case: case_id(),
        officer: officer_id(),
        outcome: Outcome::DiscussAtVisit,
        decided_at: at(300),
        hash: [61; 32],
        leaf: 0,
        sealed: b"a sealed reason".to_vec(),
    };
    let early = store.decision_add(&decision).await.expect_err("not opened yet");
    assert!(matches!(early, StoreError::Conflict(_)), "{early}");
    let alert = store.alert_open(alert_id(41), at(250)).await.expect("opened");
    assert_eq!((alert.state, alert.opened_at), (AlertState::Opened, Some(at(250))));
    let again = store.alert_open(alert_id(41), at(260)).await.expect("still opened");
    assert_eq!(again.opened_at, Some(at(250)), "the first opening counts");
    store.decision_add(&decision).await.expect("decided");
    let twice = store.decision_add(&decision).await.expect_err("decided already");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
    let kept = store.decision_list(alert_id(41)).await.expect("read");
    assert_eq!(kept, [DecisionRow { leaf: 5, ..decision }]);
    let tally = store.rule_tally(at(300), at(301)).await.expect("read");
    let one = RuleTally {
        condition: ConditionKind::SpecifiedWords,
        rule: "words/order".to_owned(),
        pack: Some(("order".to_owned(), "2".to_owned())),
        outcome: Outcome::DiscussAtVisit,
        alerts: 1,
    };
    assert_eq!(tally, [one], "two findings are one alert");
    assert!(store.rule_tally(at(0), at(300)).await.expect("read").is_empty(), "decided later");

    let fresh = store.record_opened(opened(2, Priority::ThisWeek, alert_id(44))).await.expect("kept");
    assert_eq!(fresh, [alert_id(44)], "a decided alert is not joined");
    let all = store.alert_list(AlertFilter::default()).await.expect("read");
    assert_eq!(all.iter().map(|alert| alert.id).collect::<Vec<_>>(), [alert_id(44), alert_id(41)]);
    let filter =
        AlertFilter { officer: Some(officer_id()), undecided: true, limit: 5, ..AlertFilter::default() };
    assert_eq!(store.alert_list(filter).await.expect("read").len(), 1);

    let told = store.notification_after(0, 100).await.expect("read");
    let kinds: Vec<_> = told.iter().map(|notification| notification.kind).collect();
    assert_eq!(
        kinds,
        [
            NotificationKind::DeviceNotice,
            NotificationKind::AlertRaised,
            NotificationKind::AlertJoined,
            NotificationKind::AlertOpened,
            NotificationKind::AlertDecided,
            NotificationKind::AlertRaised,
        ]
    );
    let last = store.notification_last().await.expect("read");
    assert_eq!(told.last().map(|notification| notification.id), Some(last));
    assert!(store.notification_after(last, 100).await.expect("read").is_empty());
}

pub async fn a_gap_that_ends_replaces_itself(store: &dyn Store) {
    let gap = GapRow {
        record: record_hash(3, 0),
        case: case_id(),
        device: device_id(),
        source: Source::Browser,
        cause: GapCause::ExtensionStopped,
        from: at(110),
        until: None,
        sealed: b"a sealed detail".to_vec(),
    };
    let ended = GapRow { record: record_hash(0, 1), until: Some(at(120)), ..gap.clone() };
    for row in [gap, ended.clone()] {
        let opened = OpenedRecord {
            hash: row.record,
            case: case_id(),
            kind: "gap".to_owned(),
            recorded_at: None,
            what: OpenedWhat::Gap(row),
            at: at(130),
        };
        assert!(store.record_opened(opened).await.expect("kept").is_empty());
    }
    let touching = [(at(0), at(111)), (at(119), at(400))];
    for (from, until) in touching {
        assert_eq!(
            store.gap_list(case_id(), Stretch { from, until }).await.expect("read"),
            std::slice::from_ref(&ended)
        );
    }
    let apart = Stretch { from: at(120), until: at(400) };
    assert!(store.gap_list(case_id(), apart).await.expect("read").is_empty());
    let findings = Stretch { from: at(100), until: at(102) };
    assert_eq!(store.finding_list(case_id(), findings).await.expect("read").len(), 2);
}

pub async fn the_audit_log_is_chained(store: &dyn Store) {
    let entry = |nth: u8, case| AuditEntry {
        id: audit_id(nth),
        opened_at: at(400 + i64::from(nth)),
        actor: format!("officer:{}", officer_id()),
        act: "alert-view".to_owned(),
        case,
        objects: alert_id(41).to_string(),
        sealed: Vec::new(),
    };
    store.audit_open(&entry(1, None)).await.expect("logged");
    store.audit_open(&entry(2, Some(case_id()))).await.expect("logged");
    let close = AuditClose { id: audit_id(2), completed_at: at(450), outcome: "done".to_owned() };
    store.audit_complete(&close).await.expect("completed");
    let twice = store.audit_complete(&close).await.expect_err("completed already");
    assert!(matches!(twice, StoreError::Missing(_)), "{twice}");

    let rows = store.audit_list(None, 0, 10).await.expect("read");
    assert_eq!((rows[0].seq, rows[1].seq, store.audit_last().await.expect("read")), (1, 2, 2));
    assert_eq!(rows[1].previous, rows[0].hash, "each entry names the one before it");
    assert_eq!(rows[0].completed, None, "an act whose end is not known stays visible as such");
    let (at_end, outcome, _, leaf) = rows[1].completed.clone().expect("completed");
    assert_eq!((at_end, outcome.as_str(), leaf), (at(450), "done", 6));
    let of_case = store.audit_list(Some(case_id()), 0, 10).await.expect("read");
    assert_eq!(of_case.len(), 1);
}

pub async fn acts_of_a_kind_are_found_and_counted_but_for_those_that_failed(store: &dyn Store) {
    let before = store.audit_last().await.expect("read");
    for (nth, actor, outcome) in [
        (11, "officer:one", Some("done")),
        (12, "officer:two", Some("done")),
        (13, "officer:one", Some("failed")),
        (14, "officer:one", None),
    ] {
        let entry = AuditEntry {
            id: audit_id(nth),
            opened_at: at(500 + i64::from(nth)),
            actor: actor.to_owned(),
            act: "picture-unveil".to_owned(),
            case: Some(case_id()),
            objects: format!("{} picture-{}", alert_id(41), nth % 2),
            sealed: Vec::new(),
        };
        store.audit_open(&entry).await.expect("logged");
        if let Some(outcome) = outcome {
            let close = AuditClose { id: entry.id, completed_at: at(520), outcome: outcome.to_owned() };
            store.audit_complete(&close).await.expect("completed");
        }
    }
    let filter = |since, actor: Option<&str>, object: Option<&str>| AuditFilter {
        act: "picture-unveil".to_owned(),
        since: at(since),
        actor: actor.map(str::to_owned),
        object: object.map(str::to_owned),
    };
    for (filter, found) in [
        (filter(0, None, None), &[4_u64, 2, 1][..]),
        (filter(512, None, None), &[4, 2]),
        (filter(0, Some("officer:one"), None), &[4, 1]),
        (filter(0, None, Some("picture-0")), &[4, 2]),
        (filter(0, Some("officer:one"), Some("picture")), &[]),
    ] {
        let rows = store.audit_of_act(&filter, 10).await.expect("read");
        assert_eq!(rows.iter().map(|row| row.seq - before).collect::<Vec<_>>(), found, "{filter:?}");
        assert_eq!(store.audit_count(&filter).await.expect("read"), found.len() as u64, "{filter:?}");
    }
    let newest = store.audit_of_act(&filter(0, None, None), 1).await.expect("read");
    assert_eq!(newest.first().map(|row| row.seq - before), Some(4), "the newest first");
}

/// After the four acts before it.
pub async fn the_log_is_searched_by_case_actor_acts_object_and_time(store: &dyn Store) {
    let before = store.audit_last().await.expect("read") - 4;
    let all = AuditSearch { from: Some(at(500)), ..AuditSearch::default() };
    let acts = |acts: &[&str]| acts.iter().map(|act| (*act).to_owned()).collect();
    for (search, found) in [
        (all.clone(), &[4_u64, 3, 2, 1][..]),
        (AuditSearch { acts: acts(&["case-view", "picture-unveil"]), ..all.clone() }, &[4, 3, 2, 1]),
        (AuditSearch { acts: acts(&["picture"]), ..all.clone() }, &[]),
        (AuditSearch { actor: Some("officer:one".to_owned()), ..all.clone() }, &[4, 3, 1]),
        (AuditSearch { object: Some("picture-0".to_owned()), until: Some(at(514)), ..all.clone() }, &[2]),
        (AuditSearch { case: Some(case_id()), before_seq: Some(before + 3), ..all.clone() }, &[2, 1]),
        (AuditSearch { case: Some(CaseId::from_bytes([9; 16])), ..all.clone() }, &[]),
    ] {
        let rows = store.audit_search(&search, 10).await.expect("read");
        assert_eq!(rows.iter().map(|row| row.seq - before).collect::<Vec<_>>(), found, "{search:?}");
    }
    assert_eq!(store.audit_search(&all, 1).await.expect("read").len(), 1);
}
