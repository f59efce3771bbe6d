//! What an officer and a reviewer see of what the order as known now does not cover.

use axum::http::StatusCode;
use jiff::civil::date;
use proviso_model::ids::OrderEndId;
use proviso_model::order::{OrderEnd, OrderEndKind};
use proviso_store::{OrderEndRow, Outside, OutsideCause};

use super::client::{Client, Force, acts, force};
use super::seed::CAPTURED;
use crate::app::late::order_end::{self, NewEnd};
use crate::keys::case::Purpose;

const HOUR: i64 = 3_600_000;
const NOTE: &str = "Paragraph 4 was struck out from 23 November 2026; this finding is from 24 November 2026. \
                    Do not act on it before review.";

/// The seed's alert is under paragraph 4, which turns out to have been struck out the day before; one record is held.
async fn struck() -> (Force, OrderEndId) {
    let mut force = force().await;
    let paragraph = Some("4".to_owned());
    let end = OrderEnd { kind: OrderEndKind::Struck, paragraph, from: date(2026, 11, 23), until: None };
    let new = NewEnd { end, reason: "An invented court’s number.".to_owned() };
    let (id, effect) =
        order_end::enter(&force.seed.ctx, "command-line", force.seed.case, new).await.expect("entered");
    assert_eq!(effect.flags, 1);
    force.seed.held("4", Outside { cause: OutsideCause::Struck, end: Some(id) }, HOUR).await;
    (force, id)
}

#[tokio::test]
async fn an_officer_sees_that_something_is_held_and_what_not_to_act_on() {
    let (force, _) = struck().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let inbox = officer.get("/").await.body;
    assert!(inbox.contains("Outside the order: wait for review"), "{inbox}");
    assert!(inbox.contains("this is from 24 November 2026. Do not act on it before review."), "{inbox}");
    assert!(!inbox.contains("Overdue") && inbox.contains("Waits for review"));
    let alert = officer.get(&format!("/alerts/{}", force.seed.alert)).await.body;
    assert!(alert.contains(NOTE) && alert.contains("covers nothing of this alert"), "{alert}");
    let person = officer.get(&format!("/people/{}", force.seed.case)).await.body;
    for words in [
        "1 record is held unseen",
        "Paragraph 4 was struck out from 23 November 2026.",
        "The order as it is known now covers nothing of it. Do not act on it before review",
    ] {
        assert!(person.contains(words), "missing: {words}");
    }
    let own = format!("/people/{}/quarantine", force.seed.case);
    for path in ["/quarantine", &own] {
        assert_eq!(officer.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn only_who_is_not_in_charge_of_the_case_reviews_and_sees_counts_alone() {
    let (force, id) = struck().await;
    let path = format!("/people/{}/quarantine", force.seed.case);
    for name in ["auditor", "admin"] {
        let mut client = Client::signed_in(&force, name).await;
        assert_eq!(client.get(&path).await.status, StatusCode::FORBIDDEN, "{name}");
        let form = [("about", id.to_string()), ("decided", "erase".to_owned()), ("reason", "r".to_owned())];
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(client.post(&path, &form).await.status, StatusCode::FORBIDDEN, "{name}");
    }
    for name in ["dpo", "sup"] {
        let mut reviewer = Client::signed_in(&force, name).await;
        let list = reviewer.get("/quarantine").await.body;
        assert!(list.contains("Test Person 014") && list.contains("1 record held unseen"), "{list}");
        let page = reviewer.get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        for words in
            ["Paragraph 4 was struck out from 23 November 2026", "24 November 2026", "Erase for ever"]
        {
            assert!(page.body.contains(words), "{name} misses: {words}");
        }
        for word in [CAPTURED, "blue heron", "chat.example"] {
            assert!(!page.body.contains(word), "{name} is shown {word}");
        }
    }
    let mut dpo = Client::signed_in(&force, "dpo").await;
    assert_eq!(dpo.get("/").await.location, "/quarantine");
    assert_eq!(dpo.get(&format!("/people/{}", force.seed.case)).await.status, StatusCode::FORBIDDEN);
    let supervisor = force.seed.ctx.store.officer_by_username("sup").await.expect("read").expect("there");
    force.seed.ctx.store.case_assign(force.seed.case, supervisor.id).await.expect("assigned");
    let mut supervisor = Client::signed_in(&force, "sup").await;
    assert_eq!(supervisor.get(&path).await.status, StatusCode::NOT_FOUND, "now in charge of it");
}

#[tokio::test]
async fn a_review_needs_a_reason_and_is_logged_before_anything_is_erased() {
    let (force, id) = struck().await;
    let path = format!("/people/{}/quarantine", force.seed.case);
    let id = id.to_string();
    let mut dpo = Client::signed_in(&force, "dpo").await;
    dpo.get(&path).await;
    let unreasoned = dpo.post(&path, &[("about", &id), ("decided", "erase"), ("reason", " ")]).await;
    assert_eq!(unreasoned.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unreasoned.body.contains("Nothing was done") && unreasoned.body.contains("href=\"#reason-1\""));
    let before = acts(&force).await.len();
    let reason = "Compared with the court’s order.";
    let erased = dpo.post(&path, &[("about", &id), ("decided", "erase"), ("reason", reason)]).await;
    assert_eq!(erased.location, path, "{}", erased.body);
    let logged = acts(&force).await;
    assert_eq!(
        logged.get(before..),
        Some(["quarantine-erase", "record-destroy"].map(str::to_owned).as_slice())
    );
    let again = dpo.post(&path, &[("about", &id), ("decided", "erase"), ("reason", reason)]).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let page = dpo.get(&path).await.body;
    assert!(page.contains("Nothing is held.") && page.contains("Erased after review"), "{page}");

    // What the officer had seen waits still; the entry turns out to be a mistake.
    assert!(page.contains("Seen before it was known") && page.contains("erase-seen"));
    let released = dpo.post(&path, &[("about", &id), ("decided", "release"), ("reason", reason)]).await;
    assert_eq!(released.location, path, "{}", released.body);
    let mut officer = Client::signed_in(&force, "om1").await;
    assert!(!officer.get("/").await.body.contains("before review"));
    assert!(dpo.get(&path).await.body.contains("Withdrawn 24 Nov 2026"));
}

#[tokio::test]
async fn invariant_08_time_outside_the_order_is_not_counted_as_watched_under_it() {
    let mut force = force().await;
    let (ctx, case) = (force.seed.ctx.clone(), force.seed.case);
    // From 22 November, 20:00 to 23 November, 01:12; the order ended with the 22nd.
    force.seed.watched(30 * HOUR, 5 * HOUR + HOUR / 5).await;
    force.seed.gap(10 * HOUR, Some(HOUR), proviso_model::GapCause::ExtensionStopped).await;
    let end =
        OrderEnd { kind: OrderEndKind::Quashed, paragraph: None, from: date(2026, 11, 23), until: None };
    let row = OrderEndRow {
        id: OrderEndId::new(ctx.now(), ctx.random()),
        case,
        end,
        entered_at: ctx.now(),
        entered_by: "command-line".to_owned(),
        withdrawn_at: None,
        sealed: ctx.seal(case, Purpose::OrderEnd, b"An invented reason.").expect("sealed"),
    };
    ctx.store.order_end_add(&row, &[]).await.expect("entered");
    let mut officer = Client::signed_in(&force, "om1").await;
    let page = officer.get(&format!("/people/{case}")).await.body;
    assert!(page.contains("Watched 4 h; not watched"), "{page}");
    assert!(page.contains("Lasted 1 h. Not under the order, which did not run then"), "{page}");
    assert!(page.contains("Time in which no paragraph of the order runs is not counted."));
}
