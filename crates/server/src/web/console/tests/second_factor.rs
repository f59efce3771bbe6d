//! Codes of a phone beside the password, and showing again who one is.

use axum::http::StatusCode;
use totp_rs::{Builder, Secret, Totp};

use super::client::{Client, Force, between, force, force_with};
use super::seed::PASSWORD;
use crate::app::Clock as _;

const MINUTE: i64 = 60_000;

/// The app on an officer's phone.
struct Phone(Totp);

impl Phone {
    /// Reads what the set-up page shows.
    fn set_up(page: &str) -> Self {
        let typed = between(page, "<code class=\"pv-break\">", "</code>").expect("a secret").replace(' ', "");
        let secret = Secret::try_from_base32(typed).expect("base 32");
        let address = between(page, "<a href=\"otpauth:", "\"").expect("an address");
        assert!(address.contains("Proviso") && page.contains("<path d=\"M4 4h1v1h-1z"), "{address}");
        let named = Builder::new().with_secret(secret).with_account_name("om1").with_issuer(Some("Proviso"));
        Self(named.build().expect("a phone"))
    }

    fn code(&self, force: &Force) -> String {
        let seconds = force.clock.now().as_micros() / 1_000_000;
        self.0.generate(u64::try_from(seconds).expect("after 1970")).to_string()
    }
}

async fn with_codes(force: &Force) -> (Client, Phone) {
    let mut officer = Client::signed_in(force, "om1").await;
    assert!(officer.get("/second-factor").await.body.contains("Codes are off"));
    let page = officer.post("/second-factor", &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let phone = Phone::set_up(&page.body);
    let refused = officer.post("/second-factor/code", &[("code", "12 34 56 7")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("phone’s clock") && refused.body.contains("pv-qr"), "{}", refused.body);
    let done = officer.post("/second-factor/code", &[("code", &phone.code(force))]).await;
    assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, "/second-factor"));
    assert!(officer.get("/second-factor").await.body.contains("Codes are on"));
    (officer, phone)
}

/// The code step after a right password.
async fn to_the_code(visitor: &mut Client) -> String {
    let page = visitor.sign_in("om1", PASSWORD).await;
    assert_eq!(page.status, StatusCode::OK, "a right password alone opens nothing");
    between(&page.body, "name=\"proof\" value=\"", "\"").expect("a proof").to_owned()
}

#[tokio::test]
async fn with_codes_set_up_a_password_alone_signs_nobody_in_and_a_code_counts_once() {
    let force = force().await;
    let (_officer, phone) = with_codes(&force).await;
    let mut visitor = Client::visitor(&force);
    let proof = to_the_code(&mut visitor).await;
    assert_eq!(visitor.get("/people").await.status, StatusCode::SEE_OTHER, "not signed in yet");

    visitor.get("/sign-in").await;
    let spent = phone.code(&force);
    for (code, why) in [("000000", "wrong"), (spent.as_str(), "spent at set-up"), ("", "none")] {
        let page = visitor.post("/sign-in/code", &[("proof", &proof), ("code", code)]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{why}");
    }
    force.clock.advance_millis(MINUTE);
    let fields = [("proof", proof.as_str()), ("code", &phone.code(&force)), ("next", "/people")];
    let page = visitor.post("/sign-in/code", &fields).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/people"));
    assert_eq!(visitor.get("/people").await.status, StatusCode::OK);

    let mut thief = Client::visitor(&force);
    let proof = to_the_code(&mut thief).await;
    thief.get("/sign-in").await;
    let page = thief.post("/sign-in/code", &[("proof", &proof), fields[1]]).await;
    assert_eq!(
        page.status,
        StatusCode::FORBIDDEN,
        "a code that was looked at over a shoulder is worth nothing"
    );
    force.clock.advance_millis(6 * MINUTE);
    let page = thief.post("/sign-in/code", &[("proof", &proof), ("code", &phone.code(&force))]).await;
    assert!(page.body.contains("It took too long"), "{}", page.body);
    let page = thief.post("/sign-in/code", &[("proof", "AAAA"), ("code", &phone.code(&force))]).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn after_ten_wrong_codes_even_the_right_one_must_wait() {
    let force = force().await;
    let (_officer, phone) = with_codes(&force).await;
    force.clock.advance_millis(MINUTE);
    let mut thief = Client::visitor(&force);
    let proof = to_the_code(&mut thief).await;
    thief.get("/sign-in").await;
    for _ in 0..10 {
        let page = thief.post("/sign-in/code", &[("proof", &proof), ("code", "000000")]).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
    }
    let page = thief.post("/sign-in/code", &[("proof", &proof), ("code", &phone.code(&force))]).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn what_leaves_the_service_asks_again_who_it_is_after_ten_minutes() {
    let force = force().await;
    let (mut officer, phone) = with_codes(&force).await;
    let alert = format!("/alerts/{}", force.seed.alert);
    let bundle = format!("{alert}/bundle");
    officer.get(&alert).await;
    force.clock.advance_millis(11 * MINUTE);
    let confirm = format!("/confirm?next={alert}");
    let page = officer.post(&bundle, &[]).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, confirm.as_str()));
    assert_eq!(officer.post("/second-factor", &[]).await.location, "/confirm?next=/second-factor");

    assert!(officer.get(&confirm).await.body.contains("one-time-code"));
    for (password, code) in [("not the password", phone.code(&force)), (PASSWORD, "000000".to_owned())] {
        let fields = [("password", password), ("code", &code), ("next", &alert)];
        assert_eq!(officer.post("/confirm", &fields).await.status, StatusCode::FORBIDDEN);
    }
    let code = phone.code(&force);
    let page = officer.post("/confirm", &[("password", PASSWORD), ("code", &code), ("next", &alert)]).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, alert.as_str()));
    // The seed's records are not real envelopes, so no bundle comes of them: but now it is tried.
    assert_ne!(officer.post(&bundle, &[]).await.status, StatusCode::SEE_OTHER);
    force.clock.advance_millis(MINUTE);
    let code = phone.code(&force);
    let page = officer
        .post("/confirm", &[("password", PASSWORD), ("code", &code), ("next", "//evil.example")])
        .await;
    assert_eq!(page.location, "/", "nobody is sent to another site");
}

#[tokio::test]
async fn where_the_force_requires_codes_nothing_else_opens_before_they_are_set_up() {
    let force = force_with(|ctx| ctx.require_second_factor = true).await;
    let mut officer = Client::visitor(&force);
    officer.sign_in("om1", PASSWORD).await;
    for path in ["/", "/people", "/account", &format!("/alerts/{}", force.seed.alert)] {
        let page = officer.get(path).await;
        assert_eq!(
            (page.status, page.location.as_str()),
            (StatusCode::SEE_OTHER, "/second-factor"),
            "{path}"
        );
    }
    assert!(officer.get("/second-factor").await.body.contains("lets nobody work here without"));
    let (mut officer, _phone) = with_codes(&force).await;
    assert_eq!(officer.get("/people").await.status, StatusCode::OK);
}
