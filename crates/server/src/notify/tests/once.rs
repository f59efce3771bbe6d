//! Nobody is told twice, but where a worker was killed between sending and noting; and never not at all.

use std::sync::Arc;

use proviso_store::{DeliveryState, Priority};

use super::{Kept, by_email, raise, rules, set, telling};
use crate::notify::carrier::Carrier as _;
use crate::notify::deliver::LEASE_MILLIS;
use crate::notify::{TellingRules, clock, deliver, letter, turn};
use crate::web::console::tests::client::acts;

fn at_once() -> TellingRules {
    TellingRules { hold_minutes: 0, ..rules() }
}

#[tokio::test]
async fn a_worker_killed_between_sending_and_noting_sends_twice_under_one_number_and_no_more() {
    let kept = Arc::new(Kept::default());
    let mut force = telling(at_once(), kept.clone()).await;
    set(&force, "om1", by_email("om1@police.example")).await;
    raise(&mut force, "a", Priority::Today).await;
    let ctx = force.seed.ctx.clone();
    clock::turn(&ctx).await.expect("a turn");
    // The worker sends, and is killed before it notes so.
    let now = ctx.now();
    let claimed = ctx.store.delivery_claim(now, now.plus_millis(LEASE_MILLIS)).await.expect("read");
    let claimed = claimed.expect("a delivery");
    let to = "om1@police.example".to_owned();
    kept.mail(&letter::letter(&ctx.telling, &claimed, to, now)).await.expect("sent");
    // What is raised meanwhile does not hide in an e-mail that may have gone already.
    raise(&mut force, "b", Priority::Today).await;
    for _ in 0..4 {
        turn(&ctx).await.expect("a turn");
    }
    assert_eq!(
        kept.letters().len(),
        2,
        "the second alert has an e-mail of its own, and the lease still holds"
    );
    force.clock.advance_millis(LEASE_MILLIS);
    for _ in 0..4 {
        turn(&ctx).await.expect("a turn");
        force.clock.advance_millis(LEASE_MILLIS);
    }
    let numbers: Vec<_> = kept.letters().iter().map(|letter| letter.id).collect();
    assert_eq!(numbers.len(), 3, "{numbers:?}");
    assert_eq!(numbers.iter().filter(|number| **number == claimed.row.id).count(), 2, "{numbers:?}");
    // The killed worker comes back and says that it failed: the other's word stands.
    let end = proviso_store::DeliveryEnd::Dead { fault: "too late".to_owned() };
    ctx.store.delivery_end(claimed.row.id, claimed.row.attempts, &end, ctx.now()).await.expect("ignored");
    let rows = ctx.store.delivery_list(true, 10).await.expect("read");
    assert!(rows.iter().all(|row| row.state == DeliveryState::Sent), "{rows:?}");
}

#[tokio::test]
async fn many_workers_tell_each_alert_once_and_each_step_is_in_the_log() {
    let kept = Arc::new(Kept::default());
    let rules = TellingRules { has_webhook: true, ..at_once() };
    let mut force = telling(rules, kept.clone()).await;
    set(&force, "om1", by_email("om1@police.example")).await;
    set(&force, "sup", by_email("sup@police.example")).await;
    let ctx = force.seed.ctx.clone();
    for paragraph in ["a", "b", "c", "d", "e"] {
        raise(&mut force, paragraph, Priority::Today).await;
    }
    let workers = |ctx: &crate::app::AppContext| {
        let worker = || {
            let ctx = ctx.clone();
            tokio::spawn(async move {
                for _ in 0..3 {
                    clock::turn(&ctx).await.expect("a turn");
                    deliver::turn(&ctx).await.expect("a turn");
                }
            })
        };
        [worker(), worker(), worker(), worker()]
    };
    for worker in workers(&ctx) {
        worker.await.expect("it ends");
    }
    force.clock.advance_millis(61 * 60_000);
    for worker in workers(&ctx) {
        worker.await.expect("it ends");
    }
    let mut by_recipient = std::collections::BTreeMap::<String, usize>::new();
    for letter in kept.letters() {
        let count = letter.subject.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(1);
        *by_recipient.entry(letter.to).or_default() += count;
    }
    let told: Vec<_> = by_recipient.into_iter().collect();
    assert_eq!(told, [("om1@police.example".to_owned(), 5), ("sup@police.example".to_owned(), 5)]);
    assert_eq!(kept.calls().len(), 10, "one call for each alert and step");
    let mut bodies: Vec<_> = kept.calls().into_iter().map(|(_, call)| call.body).collect();
    bodies.sort();
    bodies.dedup();
    assert_eq!(bodies.len(), 10);
    let rows = ctx.store.audit_list(None, 0, 10_000).await.expect("log");
    let done = |act: &str| {
        let is_done = |row: &&proviso_store::AuditRow| {
            row.entry.act == act && row.completed.as_ref().is_some_and(|(_, outcome, _, _)| outcome == "done")
        };
        rows.iter().filter(is_done).count()
    };
    assert_eq!((done("alert-tell"), done("alert-escalate")), (5, 5), "{:?}", acts(&force).await);
}
