//! Cover, settings, clocks and deliveries. Of the story so far two alerts are new: 46, for today, and 44, for this week.

use proviso_model::Timestamp;
use proviso_model::ids::{CoverId, DeliveryId, OfficerId};
use proviso_store::{
    Channel, ClockStep, CoverRow, DeliveryEnd, DeliveryKind, DeliveryState, DeliveryTally, NewTelling,
    NotificationSettingRow, OfficerRow, Priority, Store, StoreError, TellingStep,
};

use crate::fixtures::{alert_id, at, case_id, officer, officer_id};

fn other_id() -> OfficerId {
    OfficerId::random([91; 16])
}

fn delivery_id(nth: u8) -> DeliveryId {
    DeliveryId::random([nth; 16])
}

pub async fn an_officer_is_covered_for_a_while_and_keeps_settings(store: &dyn Store) {
    let other = OfficerRow { id: other_id(), username: "test.officer.091".to_owned(), ..officer() };
    store.officer_add(&other).await.expect("added");
    let cover = CoverRow {
        id: CoverId::random([92; 16]),
        officer: officer_id(),
        covered_by: other_id(),
        from: at(600),
        until: at(700),
        is_away: true,
        made_at: at(590),
        made_by: "test".to_owned(),
        ended_at: None,
    };
    store.cover_add(&cover).await.expect("entered");
    assert_eq!(
        store.cover_list(at(590)).await.expect("read"),
        std::slice::from_ref(&cover),
        "the one to come too"
    );
    assert!(store.cover_list(at(700)).await.expect("read").is_empty());
    let stands: Vec<_> = [599, 600, 699, 700].map(|second| cover.stands(at(second))).into();
    assert_eq!(stands, [false, true, true, false]);
    store.cover_end(cover.id, at(650)).await.expect("ended");
    assert!(store.cover_list(at(650)).await.expect("read").is_empty());
    let again = store.cover_end(cover.id, at(651)).await.expect_err("ended already");
    assert!(matches!(again, StoreError::Conflict(_)), "{again}");

    assert_eq!(store.notification_setting_get(officer_id()).await.expect("read"), None);
    let mut row = NotificationSettingRow {
        officer: officer_id(),
        by_email: true,
        daily: false,
        quiet: Some((1_200, 420)),
        supervisor: Some(other_id()),
        changed_at: at(600),
        sealed: b"a sealed address".to_vec(),
    };
    for quiet in [Some((1_200, 420)), None] {
        row.quiet = quiet;
        store.notification_setting_set(&row).await.expect("set");
        assert_eq!(store.notification_setting_get(officer_id()).await.expect("read"), Some(row.clone()));
    }
}

fn telling(recipient: &str, delivery: u8, due: Timestamp) -> NewTelling {
    NewTelling {
        step: TellingStep::Officer,
        recipient: recipient.to_owned(),
        channel: Channel::Email,
        kind: DeliveryKind::Raised,
        due_at: due,
        delivery: delivery_id(delivery),
        joins: true,
    }
}

fn begins(alert: u8, priority: Priority, delivery: u8) -> ClockStep {
    ClockStep {
        alert: alert_id(alert),
        case: case_id(),
        priority,
        from: None,
        step: TellingStep::Officer,
        at: at(600),
        next_at: Some(at(660)),
        tellings: vec![telling("officer:a", delivery, at(605))],
    }
}

pub async fn a_clock_begins_once_goes_on_and_stops_when_somebody_looks(store: &dyn Store) {
    let missing = async || -> Vec<_> {
        let rows = store.clock_missing(10).await.expect("read");
        rows.into_iter().map(|alert| alert.id).collect()
    };
    assert_eq!(missing().await, [alert_id(46), alert_id(44)], "the most urgent first");
    store.clock_step(&begins(46, Priority::Today, 101)).await.expect("begun");
    let twice = store.clock_step(&begins(46, Priority::Today, 102)).await.expect_err("another was first");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
    assert_eq!(missing().await, [alert_id(44)]);

    assert!(store.clock_due(at(659), 10).await.expect("read").is_empty());
    let [due] = store.clock_due(at(660), 10).await.expect("read").try_into().expect("one");
    assert_eq!((due.alert, due.step, due.priority), (alert_id(46), TellingStep::Officer, Priority::Today));
    let next = ClockStep {
        from: Some(TellingStep::Officer),
        step: TellingStep::Supervisor,
        at: at(660),
        next_at: Some(at(720)),
        tellings: vec![NewTelling {
            step: TellingStep::Supervisor,
            channel: Channel::Console,
            kind: DeliveryKind::Escalated,
            ..telling("officer:b", 103, at(660))
        }],
        ..begins(46, Priority::Today, 0)
    };
    store.clock_step(&next).await.expect("on");
    let twice = store.clock_step(&next).await.expect_err("it stands elsewhere");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
    let told = store.telling_list(alert_id(46)).await.expect("read");
    let told: Vec<_> = told.iter().map(|one| (one.recipient.as_str(), one.delivery.is_some())).collect();
    assert_eq!(told, [("officer:a", true), ("officer:b", false)]);

    store.alert_open(alert_id(46), at(670)).await.expect("opened");
    assert!(store.clock_due(at(720), 10).await.expect("read").is_empty(), "somebody has looked");
    let [clock] = store.clock_list(alert_id(46)).await.expect("read").try_into().expect("one");
    assert_eq!((clock.seen_at, clock.next_at), (Some(at(670)), Some(at(720))));
}

pub async fn a_delivery_takes_in_what_it_surely_has_not_told_and_ends_once(store: &dyn Store) {
    // The delivery of alert 46 waits; 44 is of another priority and has one of its own.
    store.clock_step(&begins(44, Priority::ThisWeek, 104)).await.expect("begun");
    assert_eq!(store.delivery_claim(at(604), at(700)).await.expect("read"), None, "not due yet");
    let first = store.delivery_claim(at(605), at(700)).await.expect("read").expect("a delivery");
    assert_eq!((first.row.id, first.row.attempts), (delivery_id(101), 1), "the most urgent first");
    assert_eq!((first.alerts.len(), first.unseen.len()), (1, 0), "somebody has looked at 46");
    let second = store.delivery_claim(at(605), at(700)).await.expect("read").expect("a delivery");
    assert_eq!((second.row.id, second.unseen.as_slice()), (delivery_id(104), [alert_id(44)].as_slice()));
    assert_eq!(second.next_at, Some(at(660)));
    assert_eq!(store.delivery_claim(at(699), at(800)).await.expect("read"), None, "both are leased");

    // Leases run out; the first worker's word no longer counts.
    let again = store.delivery_claim(at(700), at(800)).await.expect("read").expect("the first again");
    assert_eq!((again.row.id, again.row.attempts), (delivery_id(101), 2));
    let (sent, withdrawn) = (DeliveryEnd::Sent, DeliveryEnd::Withdrawn);
    store.delivery_end(delivery_id(101), 1, &sent, at(701)).await.expect("ignored");
    store.delivery_end(delivery_id(101), 2, &withdrawn, at(702)).await.expect("noted");
    let retry = |untaken| DeliveryEnd::Retry { at: at(800), fault: "a fault".to_owned(), untaken };
    store.delivery_end(delivery_id(104), 1, &retry(true), at(703)).await.expect("noted");
    let tally = store.delivery_tally().await.expect("read");
    let expected = DeliveryTally { waiting: 1, failing: 1, withdrawn: 1, ..DeliveryTally::default() };
    assert_eq!(tally, expected);

    // What surely was not taken takes in more: here the same alert, become urgent enough for another clock.
    let mut joined = begins(44, Priority::Now, 105);
    joined.tellings[0].delivery = delivery_id(106);
    store.clock_step(&joined).await.expect("begun");
    let [slow, _] = store.clock_list(alert_id(44)).await.expect("read").try_into().expect("two");
    assert_eq!((slow.priority, slow.next_at), (Priority::ThisWeek, None), "settled by the other");
    let urgent = store.delivery_claim(at(704), at(800)).await.expect("read").expect("a delivery");
    assert_eq!(urgent.row.id, delivery_id(106), "of another priority, so of its own");
    let dead = DeliveryEnd::Dead { fault: "no such mailbox".to_owned() };
    store.delivery_end(delivery_id(106), 1, &dead, at(620)).await.expect("noted");
    let due: Vec<_> = store.clock_due(at(620), 10).await.expect("read").iter().map(|row| row.alert).collect();
    assert_eq!(due, [alert_id(44)], "who could not be told is not waited for");
    store.clock_rest(alert_id(44), Priority::Now).await.expect("noted");
    assert!(store.clock_due(at(9_000), 10).await.expect("read").is_empty());

    let listed = store.delivery_list(false, 10).await.expect("read");
    let listed: Vec<_> = listed.iter().map(|row| (row.id, row.state)).collect();
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(listed.contains(&(delivery_id(106), DeliveryState::Dead)), "{listed:?}");
    store.delivery_retry(delivery_id(106), at(630)).await.expect("tried again");
    let twice = store.delivery_retry(delivery_id(106), at(630)).await.expect_err("it waits");
    assert!(matches!(twice, StoreError::Conflict(_)), "{twice}");
    store.delivery_trial(delivery_id(107), "officer:a", at(640)).await.expect("made");
    let trial = store.delivery_list(true, 10).await.expect("read");
    assert!(trial.iter().any(|row| row.kind == DeliveryKind::Trial), "{trial:?}");
}
