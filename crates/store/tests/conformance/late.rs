//! What becomes known of an order late: what ended it, what is held unseen, what is flagged.

use jiff::civil::date;
use proviso_model::ids::OrderEndId;
use proviso_model::order::{OrderEnd, OrderEndKind};
use proviso_store::{
    AlertFilter, AppendBatch, FindingFlag, OpenedRecord, OpenedWhat, OrderEndRow, Outside, OutsideCause,
    Priority, QuarantineRow, QuarantineState, Store, StoreError, Stretch,
};

use crate::fixtures::{alert_id, at, case_id, device_id, job_id, opened, policy, record, record_hash};

fn end() -> OrderEndRow {
    OrderEndRow {
        id: OrderEndId::random([51; 16]),
        case: case_id(),
        end: OrderEnd {
            kind: OrderEndKind::Paused,
            paragraph: Some("3".to_owned()),
            from: date(2026, 3, 3),
            until: Some(date(2026, 3, 10)),
        },
        entered_at: at(510),
        entered_by: "command-line".to_owned(),
        withdrawn_at: None,
        sealed: b"a sealed reason".to_vec(),
    }
}

fn outside() -> Outside {
    Outside { cause: OutsideCause::Paused, end: Some(end().id) }
}

pub async fn what_ended_an_order_is_kept_changed_and_withdrawn(store: &dyn Store) {
    assert_eq!(store.order_end_list(case_id()).await.expect("read"), []);
    let stale = store.order_end_add(&end(), &[policy(2)]).await.expect_err("its serial does not rise");
    assert!(matches!(stale, StoreError::Conflict(_)), "{stale}");
    assert_eq!(store.order_end_list(case_id()).await.expect("read"), [], "both or neither");
    store.order_end_add(&end(), &[policy(3)]).await.expect("entered");
    assert_eq!(store.policy_current(device_id()).await.expect("read"), Some(policy(3)));
    assert_eq!(store.order_end_get(end().id).await.expect("read"), Some(end()));
    let mut longer = end();
    longer.end.until = None;
    store.order_end_change(&longer, &[policy(4)]).await.expect("changed");
    assert_eq!(store.order_end_list(case_id()).await.expect("read"), std::slice::from_ref(&longer));
    assert_eq!(store.policy_current(device_id()).await.expect("read"), Some(policy(4)));
    let other = OrderEndRow { id: OrderEndId::random([52; 16]), entered_at: at(511), ..end() };
    store.order_end_add(&other, &[]).await.expect("entered");
    let withdrawn = OrderEndRow { withdrawn_at: Some(at(512)), ..other };
    store.order_end_change(&withdrawn, &[]).await.expect("withdrawn");
    let twice = store.order_end_change(&withdrawn, &[]).await.expect_err("once");
    assert!(matches!(twice, StoreError::Missing(_)), "{twice}");
    assert_eq!(store.order_end_list(case_id()).await.expect("read"), [longer, withdrawn]);
}

fn quarantined(seq: u64, findings: u32) -> QuarantineRow {
    QuarantineRow {
        record: record_hash(seq, 1),
        paragraph: "3".to_owned(),
        case: case_id(),
        device: device_id(),
        outside: outside(),
        findings,
        observed_at: at(100 + seq as i64),
        held_at: at(520),
        state: QuarantineState::Held,
        reviewed_at: None,
    }
}

pub async fn what_is_held_waits_for_review_and_is_given_back_or_noted_as_erased(store: &dyn Store) {
    let batch = AppendBatch {
        device: device_id(),
        epoch: 1,
        epoch_start: (0, [1; 32]),
        records: vec![record(1, 1, record_hash(0, 1)), record(2, 1, record_hash(1, 1))],
        job: job_id(60),
        received_at: at(515),
    };
    assert_eq!(store.record_append(batch).await.expect("taken").added, 2);
    let job = store.job_claim(at(516), at(600)).await.expect("read").expect("the records' job");
    store.job_done(job.id).await.expect("done");
    let before = store.alert_list(AlertFilter::default()).await.expect("read").len();
    let hold = async |seq: u64| {
        let opened = OpenedRecord {
            hash: record_hash(seq, 1),
            case: case_id(),
            kind: "quarantined".to_owned(),
            recorded_at: None,
            what: OpenedWhat::Quarantined(vec![quarantined(seq, 2)]),
            at: at(520),
        };
        assert!(store.record_opened(opened).await.expect("held").is_empty());
    };
    for seq in [1, 2] {
        hold(seq).await;
        hold(seq).await;
    }
    let held = store.quarantine_list(Some(case_id())).await.expect("read");
    assert_eq!(held, [quarantined(1, 2), quarantined(2, 2)], "once, however often the job comes");
    assert_eq!(store.quarantine_list(None).await.expect("read"), held);
    assert_eq!(store.alert_list(AlertFilter::default()).await.expect("read").len(), before, "no alert");

    store.quarantine_erased(&[record_hash(1, 1)], at(530)).await.expect("noted");
    let jobs = [(record_hash(1, 1), job_id(61)), (record_hash(2, 1), job_id(62))];
    assert_eq!(store.quarantine_requeue(&jobs, at(540)).await.expect("given back"), 1, "not what was erased");
    let left = store.quarantine_list(Some(case_id())).await.expect("read");
    let states: Vec<_> = left.iter().map(|row| (row.record, row.state, row.reviewed_at)).collect();
    assert_eq!(states, [(record_hash(1, 1), QuarantineState::Erased, Some(at(530)))]);
    let job = store.job_claim(at(541), at(600)).await.expect("read").expect("the replay");
    assert_eq!((job.id, job.epoch, job.seq_first, job.seq_last), (job_id(62), 1, 2, 2));
    store.job_done(job.id).await.expect("done");
    let row = store.record_get(&record_hash(2, 1)).await.expect("read").expect("the record");
    assert_eq!(row.kind, None, "looked at again");
}

pub async fn findings_seen_before_are_flagged_and_their_alert_comes_last(store: &dyn Store) {
    let always = Stretch { from: at(0), until: at(1_000) };
    let found = store.finding_list(case_id(), always).await.expect("read");
    assert!(found.len() >= 3 && found.iter().all(|row| row.outside.is_none()));
    let listed = async || -> Vec<_> {
        let all = store.alert_list(AlertFilter { undecided: true, ..AlertFilter::default() }).await;
        all.expect("read").into_iter().map(|alert| (alert.id, alert.outside, alert.is_outside())).collect()
    };
    // An urgent alert of another rule, and the one there is.
    let mut urgent = opened(3, Priority::Today, alert_id(46));
    urgent.hash = record_hash(2, 1);
    if let OpenedWhat::Finding { observation, findings, .. } = &mut urgent.what {
        observation.record = urgent.hash;
        for (row, _, _) in findings {
            (row.record, row.rule) = (urgent.hash, "words/other".to_owned());
        }
    }
    store.record_opened(urgent).await.expect("kept");
    assert_eq!(listed().await, [(alert_id(46), 0, false), (alert_id(44), 0, false)]);
    let flag = |outside| FindingFlag { record: record_hash(2, 1), position: 0, outside };
    store.finding_flag(case_id(), &[flag(Some(outside()))]).await.expect("flagged");
    assert_eq!(
        listed().await,
        [(alert_id(44), 0, false), (alert_id(46), 1, true)],
        "not among those to do first"
    );
    let rows = store.alert_findings(alert_id(46), 5).await.expect("read");
    assert_eq!(rows[0].0.outside, Some(outside()));
    store.finding_flag(case_id(), &[flag(None)]).await.expect("cleared");
    assert_eq!(listed().await, [(alert_id(46), 0, false), (alert_id(44), 0, false)]);
}
