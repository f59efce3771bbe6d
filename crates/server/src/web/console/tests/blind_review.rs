//! Decisions that come back to somebody who is not told what was decided.

use axum::http::StatusCode;

use super::client::{Client, acts, force};
use crate::app::officer::blind_review;

#[tokio::test]
async fn a_decision_drawn_by_lot_comes_back_without_what_was_decided_and_both_stand_side_by_side() {
    let force = force().await;
    let ctx = &force.seed.ctx;
    let alert = format!("/alerts/{}", force.seed.alert);
    let mut officer = Client::signed_in(&force, "om1").await;
    officer.get(&alert).await;
    let decided = [("outcome", "no-concern"), ("reason", "Read it; a recipe.")];
    assert!(officer.post(&format!("{alert}/decision"), &decided).await.status.is_redirection());

    let mut supervisor = Client::signed_in(&force, "sup").await;
    blind_review::set_percent(ctx, "command-line", 0).await.expect("set");
    let none = supervisor.get("/blind-reviews").await.body;
    assert!(none.contains("Nothing waits") && none.contains("0 in a hundred"), "{none}");
    blind_review::set_percent(ctx, "command-line", 100).await.expect("set");
    assert!(supervisor.get("/workload").await.body.contains("1 decision waits for a second look"));
    let list = supervisor.get("/blind-reviews").await.body;
    assert!(list.contains(&alert) && !list.contains("No concern"), "{list}");

    // Whoever decided, and a colleague, sees the page as ever.
    assert!(officer.get(&alert).await.body.contains("Read it; a recipe."));
    let refused = officer.post(&format!("{alert}/blind-review"), &decided).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    let why = [("reason", "supervision"), ("next", alert.as_str())];
    supervisor.post(&format!("/people/{}/why", force.seed.case), &why).await;
    for path in [alert.clone(), format!("{alert}/decided")] {
        let page = supervisor.get(&path).await.body;
        assert!(page.contains("What would you decide?") && !page.contains("Read it; a recipe."), "{page}");
    }
    let opened = supervisor.post(&format!("{alert}/content"), &[]).await.body;
    assert!(opened.contains("What would you decide?") && !opened.contains("Read it; a recipe."), "{opened}");
    let half = supervisor.post(&format!("{alert}/blind-review"), &[("outcome", "discuss-at-visit")]).await;
    assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(half.body.contains("Write a reason") && !half.body.contains("Read it; a recipe."));
    let looked = [("outcome", "discuss-at-visit"), ("reason", "I would ask what he meant.")];
    assert!(supervisor.post(&format!("{alert}/blind-review"), &looked).await.status.is_redirection());

    for who in [&mut supervisor, &mut officer] {
        let page = who.get(&alert).await.body;
        assert!(page.contains("Read it; a recipe.") && page.contains("I would ask what he meant."), "{page}");
        assert!(page.contains("Second look, without knowing the decision"));
    }
    let again = supervisor.post(&format!("{alert}/blind-review"), &looked).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
    let list = supervisor.get("/blind-reviews").await.body;
    assert!(list.contains("One saw a concern, the other none") && list.contains("Nothing waits"), "{list}");
    assert!(list.contains("1 second look: 0 came to the same outcome; in 1 one officer saw"), "{list}");
    assert_eq!(acts(&force).await.iter().filter(|act| *act == "blind-review").count(), 1);
}

#[tokio::test]
async fn who_needs_the_decision_at_once_sees_it_and_that_is_kept() {
    let force = force().await;
    let ctx = &force.seed.ctx;
    blind_review::set_percent(ctx, "command-line", 100).await.expect("set");
    let alert = format!("/alerts/{}", force.seed.alert);
    let mut officer = Client::signed_in(&force, "om1").await;
    officer.get(&alert).await;
    let decided = [("outcome", "discuss-at-visit"), ("reason", "To be asked about.")];
    officer.post(&format!("{alert}/decision"), &decided).await;
    let mut supervisor = Client::signed_in(&force, "sup").await;
    let why = [("reason", "urgent"), ("next", alert.as_str())];
    supervisor.post(&format!("/people/{}/why", force.seed.case), &why).await;
    assert!(!supervisor.get(&alert).await.body.contains("To be asked about."));
    supervisor.post(&format!("{alert}/blind-review/decline"), &[]).await;
    let page = supervisor.get(&alert).await.body;
    assert!(page.contains("To be asked about.") && page.contains("They asked to see the decision instead."));
    let list = supervisor.get("/blind-reviews").await.body;
    assert!(
        list.contains("Asked to see the decision") && list.contains("In 1 the decision was shown instead.")
    );
}
