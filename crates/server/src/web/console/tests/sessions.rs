//! Signing in, staying in, and being put out.

use axum::http::{Method, StatusCode};

use super::client::{Client, force};
use super::seed::PASSWORD;

const MINUTE: i64 = 60_000;

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_get_the_same_answer() {
    let force = force().await;
    let mut pages = Vec::new();
    for username in ["om1", "zz9"] {
        let mut visitor = Client::visitor(&force);
        let page = visitor.sign_in(username, "not the password").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        let token = super::client::between(&page.body, "name=\"csrf\" value=\"", "\"").expect("a token");
        pages.push(page.body.replace(token, "").replace(username, ""));
    }
    assert_eq!(pages.first(), pages.last());
}

#[tokio::test]
async fn after_ten_wrong_tries_even_the_right_password_must_wait() {
    let force = force().await;
    let mut visitor = Client::visitor(&force);
    for _ in 0..11 {
        assert_eq!(
            visitor.sign_in("om1", PASSWORD).await.status,
            StatusCode::SEE_OTHER,
            "right ones do not count"
        );
    }
    for _ in 0..10 {
        assert_eq!(visitor.sign_in("om1", "not the password").await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(visitor.sign_in("om1", PASSWORD).await.status, StatusCode::TOO_MANY_REQUESTS);
    force.clock.advance_millis(11 * MINUTE);
    assert_eq!(visitor.sign_in("om1", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_idle_session_ends_and_a_page_that_refreshes_itself_does_not_keep_it_alive() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    force.clock.advance_millis(20 * MINUTE);
    assert_eq!(officer.get("/people").await.status, StatusCode::OK);
    for _ in 0..5 {
        force.clock.advance_millis(5 * MINUTE);
        let page = officer.ask(Method::GET, "/inbox", String::new(), &[("hx-request", "true")]).await;
        assert_eq!(page.status, StatusCode::OK);
    }
    force.clock.advance_millis(6 * MINUTE);
    let page = officer.ask(Method::GET, "/inbox", String::new(), &[("hx-request", "true")]).await;
    assert_eq!(page.status, StatusCode::UNAUTHORIZED);
    assert_eq!(officer.get("/people").await.location, "/sign-in?next=/people");
}

#[tokio::test]
async fn a_session_in_constant_use_ends_after_twelve_hours() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    for _ in 0..35 {
        force.clock.advance_millis(20 * MINUTE);
        assert_eq!(officer.get("/account").await.status, StatusCode::OK);
    }
    force.clock.advance_millis(21 * MINUTE);
    assert_eq!(officer.get("/account").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server_too() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let cookie = {
        let response = officer.raw(Method::GET, "/account", String::new(), &[]).await;
        assert_eq!(response.status(), StatusCode::OK);
        officer.cookie_line()
    };
    assert_eq!(officer.post("/sign-out", &[]).await.status, StatusCode::SEE_OTHER);
    let mut thief = Client::visitor(&force);
    let page = thief.ask(Method::GET, "/account", String::new(), &[("cookie", &cookie)]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "an old cookie is worth nothing");
}

#[tokio::test]
async fn an_officer_who_is_sent_to_sign_in_comes_back_to_the_link() {
    let force = force().await;
    let mut visitor = Client::visitor(&force);
    let alert = format!("/alerts/{}", force.seed.alert);
    let page = visitor.get(&alert).await;
    assert_eq!(page.location, format!("/sign-in?next={alert}"));
    let form = visitor.get(&page.location).await;
    assert!(form.body.contains(&format!("name=\"next\" value=\"{alert}\"")), "{}", form.body);
    let fields = [("username", "om1"), ("password", PASSWORD), ("next", alert.as_str())];
    assert_eq!(visitor.post("/sign-in", &fields).await.location, alert);
}
