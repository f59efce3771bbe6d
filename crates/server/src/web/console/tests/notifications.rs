//! "Your notifications", what an alert's page says of who was told, and what a cover opens.

use std::sync::Arc;

use axum::http::StatusCode;
use proviso_store::Priority;

use super::client::{Client, acts};
use crate::app::force::cover::{self, NewCover};
use crate::notify::tests::{Kept, at, by_email, officer, raise, rules, set, telling};
use crate::notify::turn;

const PAGE: &str = "/account/notifications";

#[tokio::test]
async fn an_officer_sets_address_and_quiet_hours_and_sees_whether_e_mail_arrives() {
    let kept = Arc::new(Kept::default());
    let mut rules = rules();
    rules.email_domains = vec!["police.example".to_owned()];
    let force = telling(rules, kept.clone()).await;
    let mut client = Client::signed_in(&force, "om1").await;
    let page = client.get(PAGE).await;
    assert!(
        page.body.contains("Told last: DS Test Officer 03.") && page.body.contains("any hour"),
        "{}",
        page.body
    );
    let filled = |email, from, until| {
        [("email", email), ("by_email", "yes"), ("quiet_from", from), ("quiet_until", until)]
    };
    for (fields, says, on) in [
        (filled("", "", ""), "Give an address", "email"),
        (filled("pat", "", ""), "no e-mail address", "email"),
        (filled("pat@elsewhere.example", "", ""), "addresses of police.example only", "email"),
        (filled("pat@police.example", "20:00", ""), "Give both times", "quiet-until"),
        (filled("pat@police.example", "8 pm", "07:00"), "times of day as 20:00", "quiet-from"),
        (filled("pat@police.example", "07:00", "06:00"), "at most 16 hours", "quiet-until"),
    ] {
        let page = client.post(PAGE, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        let anchor = format!("href=\"#{on}\"");
        assert!(page.body.contains(says) && page.body.contains(&anchor), "{fields:?}: {}", page.body);
    }
    let before = acts(&force).await.len();
    let page = client.post(PAGE, &filled("pat@police.example", "20:00", "07:00")).await;
    assert_eq!(page.status, StatusCode::OK);
    for kept in
        ["Your settings are kept.", "value=\"pat@police.example\"", "value=\"20:00\"", "value=\"07:00\""]
    {
        assert!(page.body.contains(kept), "{kept}: {}", page.body);
    }
    client.post("/account/notifications/trial", &[]).await;
    turn(&force.seed.ctx).await.expect("a turn");
    let letters = kept.letters();
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!(
        (letter.to.as_str(), letter.subject.as_str()),
        ("pat@police.example", "Proviso: this e-mail arrives")
    );
    let after = acts(&force).await;
    assert_eq!(
        after.get(before..),
        Some(["notification-change".to_owned(), "notification-trial".to_owned()].as_slice())
    );
    // Another officer's page knows nothing of it.
    let mut other = Client::signed_in(&force, "om2").await;
    assert!(!other.get(PAGE).await.body.contains("pat@police.example"));
}

#[tokio::test]
async fn an_alert_s_page_says_who_was_told_and_that_it_was_not_opened() {
    let kept = Arc::new(Kept::default());
    let mut force = telling(rules(), kept).await;
    for (username, address) in [("om1", "om1@police.example"), ("sup", "sup@police.example")] {
        set(&force, username, by_email(address)).await;
    }
    let alert = raise(&mut force, "4", Priority::Now).await;
    for minutes in [0, 10, 1] {
        force.clock.advance_millis(minutes * 60_000);
        turn(&force.seed.ctx).await.expect("a turn");
    }
    let mut officer = Client::signed_in(&force, "om1").await;
    let inbox = officer.get("/").await.body;
    assert!(inbox.contains("Now: may be about imminent harm"), "{inbox}");
    let page = officer.get(&format!("/alerts/{alert}")).await.body;
    let told = page.split("Who was told").nth(1).expect("its part");
    for line in [
        "DC Test Officer 01 was told by e-mail.",
        "DS Test Officer 03 (supervisor) was told by e-mail.",
        "Somebody opened the alert.",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    let history = page.split("id=\"history\"").nth(1).expect("its part");
    assert!(history.contains("The server told who is first to look at the alert"), "{history}");
}

#[tokio::test]
async fn who_stands_in_opens_the_cases_of_the_other_for_that_time_and_no_longer() {
    let kept = Arc::new(Kept::default());
    let mut force = telling(rules(), kept).await;
    let alert = raise(&mut force, "9", Priority::Today).await;
    let path = format!("/alerts/{alert}");
    let mut other = Client::signed_in(&force, "om2").await;
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND);
    let new = NewCover {
        officer: officer(&force, "om1").await,
        covered_by: officer(&force, "om2").await,
        from: at("2026-11-24T00:00:00Z"),
        until: at("2026-11-24T03:00:00Z"),
        is_away: true,
    };
    cover::add(&force.seed.ctx, "command-line", new).await.expect("a cover");
    for (list, named) in [("/", "Test Person 014"), ("/", "Test Person 027"), ("/people", "Test Person 014")]
    {
        let page = other.get(list).await.body;
        assert!(page.contains(named), "{list}: {page}");
    }
    let settings = other.get(PAGE).await.body;
    assert!(settings.contains("DC Test Officer 01 is covered by you"), "{settings}");
    assert_eq!(other.get(&path).await.status, StatusCode::OK);
    force.clock.advance_millis(60 * 60_000);
    let mut other = Client::signed_in(&force, "om2").await;
    assert_eq!(other.get(&path).await.status, StatusCode::NOT_FOUND, "its time is over");
    assert!(!other.get("/").await.body.contains("Test Person 014"));
}
