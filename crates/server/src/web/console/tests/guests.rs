//! Digital specialists and disclosure officers in the cases that they were let into.

use axum::http::StatusCode;

use super::client::{Client, acts, force};
use crate::app::force::guest;

const HOUR: i64 = 3_600_000;

#[tokio::test]
async fn a_specialist_sees_the_case_that_they_were_let_into_for_its_time_and_decides_nothing() {
    let force = force().await;
    let (case, ctx) = (force.seed.case, &force.seed.ctx);
    let (person, alert) = (format!("/people/{case}"), format!("/alerts/{}", force.seed.alert));
    let mut entries = Vec::new();
    for (username, may_export) in [("digital", false), ("disclosure", true)] {
        let officer = ctx.store.officer_by_username(username).await.expect("read").expect("an officer").id;
        let mut client = Client::signed_in(&force, username).await;
        assert_eq!(client.get(&person).await.status, StatusCode::NOT_FOUND, "{username}");
        assert!(!client.get("/people").await.body.contains("Test Person"), "{username}");
        let until = ctx.now().plus_millis(6 * HOUR);
        entries.push(
            guest::let_in(ctx, officer, case, until, "Asked by the officer in charge.")
                .await
                .expect("let in"),
        );
        assert_eq!(client.get(&person).await.status, StatusCode::OK, "{username}");
        let people = client.get("/people").await.body;
        assert!(people.contains("Test Person 014") && !people.contains("Test Person 027"), "{username}");
        let inbox = client.get("/").await.body;
        assert!(inbox.contains("Test Person 014") && inbox.contains(">New<"), "{username}: {inbox}");
        let page = client.get(&alert).await;
        assert_eq!(page.status, StatusCode::OK, "{username}");
        assert!(!page.body.contains("/decision\""), "no form to decide: {}", page.body);
        assert!(client.get("/").await.body.contains(">New<"), "who only looks does not stop the clock");
        let decided =
            client.post(&format!("{alert}/decision"), &[("outcome", "no-concern"), ("reason", "r")]).await;
        assert_eq!(decided.status, StatusCode::FORBIDDEN, "{username}");
        let exported = client.post(&format!("{alert}/bundle"), &[]).await.status;
        assert_eq!(exported == StatusCode::FORBIDDEN, !may_export, "{username} {exported}");
        assert_eq!(
            client.get(&format!("/people/{}", force.seed.other_case)).await.status,
            StatusCode::NOT_FOUND
        );
    }
    for (username, wrong) in [("om2", "no guest"), ("priv", "no guest")] {
        let officer = ctx.store.officer_by_username(username).await.expect("read").expect("an officer").id;
        let until = ctx.now().plus_millis(HOUR);
        assert!(guest::let_in(ctx, officer, case, until, "r").await.is_err(), "{wrong}");
    }
    guest::end(ctx, *entries.first().expect("the first")).await.expect("ended");
    let mut client = Client::signed_in(&force, "digital").await;
    assert_eq!(client.get(&person).await.status, StatusCode::NOT_FOUND, "ended");
    force.clock.advance_millis(7 * HOUR);
    let mut client = Client::signed_in(&force, "disclosure").await;
    assert_eq!(client.get(&person).await.status, StatusCode::NOT_FOUND, "its time is over");
    let log = acts(&force).await;
    assert!(["case-let-in", "case-let-out"].iter().all(|act| log.iter().any(|one| one == act)), "{log:?}");
}
