//! Passkeys: what signs in, and what is refused. The browser's part is in the browser suite.

use std::sync::Arc;

use axum::http::StatusCode;

use super::authenticator::{Authenticator, PRESENT};
use super::client::{Client, Force, Page, acts, between, force, force_with};
use super::seed::PASSWORD;
use crate::app::officer::passkeys::Passkeys;

const ORIGIN: &str = "https://console.force.example";
const MINUTE: i64 = 60_000;

async fn with_passkeys(require: bool) -> Force {
    force_with(|ctx| {
        ctx.passkeys = Passkeys::of(ORIGIN).map(Arc::new);
        ctx.require_second_factor = require;
    })
    .await
}

/// What a page asks the browser, and under which token.
fn asked(page: &Page) -> (String, String) {
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let options = between(&page.body, "data-options=\"", "\"").expect("options");
    let token = between(&page.body, "name=\"token\" value=\"", "\"").expect("a token").to_owned();
    (
        options.replace("&#34;", "\"").replace("&quot;", "\"").replace("&#39;", "'").replace("&#38;", "&"),
        token,
    )
}

async fn add(officer: &mut Client, key: &mut Authenticator, name: &str) -> Page {
    officer.get("/passkeys").await;
    let (options, token) = asked(&officer.post("/passkeys/begin", &[]).await);
    let answer = key.create(&options);
    officer.post("/passkeys/add", &[("token", &token), ("name", name), ("answer", &answer)]).await
}

async fn begin(visitor: &mut Client) -> (String, String) {
    asked(&visitor.get("/sign-in/passkey?next=/people").await)
}

async fn answer(visitor: &mut Client, token: &str, answer: &str) -> Page {
    visitor.post("/sign-in/passkey", &[("token", token), ("answer", answer), ("next", "/people")]).await
}

#[tokio::test]
async fn a_passkey_signs_in_without_name_or_password_and_then_the_password_alone_does_not() {
    let force = with_passkeys(true).await;
    let mut officer = Client::visitor(&force);
    officer.sign_in("om1", PASSWORD).await;
    assert_eq!(officer.get("/people").await.location, "/second-factor", "something has to be set up first");
    let (mut desk, mut key) = (Authenticator::new(ORIGIN, 1), Authenticator::new(ORIGIN, 2));
    assert_eq!(add(&mut officer, &mut desk, "desk <laptop>").await.location, "/passkeys");
    assert_eq!(officer.get("/people").await.status, StatusCode::OK, "a passkey is both factors");
    assert_eq!(add(&mut officer, &mut key, "blue key").await.location, "/passkeys");
    let again = add(&mut officer, &mut key, "blue key").await;
    assert_ne!(again.status, StatusCode::SEE_OTHER, "the same twice: {}", again.body);
    let page = officer.get("/passkeys").await.body;
    assert!(
        page.contains("blue key") && page.contains("Not used yet") && !page.contains("<laptop>"),
        "{page}"
    );

    let mut visitor = Client::visitor(&force);
    let page = visitor.sign_in("om1", PASSWORD).await;
    assert!(page.body.contains("your password alone is not enough"), "{}", page.body);
    let (options, token) = begin(&mut visitor).await;
    let page = answer(&mut visitor, &token, &key.get(&options)).await;
    assert_eq!((page.status, page.location.as_str()), (StatusCode::SEE_OTHER, "/people"), "{}", page.body);
    assert!(visitor.get("/people").await.body.contains("Test Person 014"));

    // What leaves the service asks again after ten minutes, and a passkey answers.
    force.clock.advance_millis(11 * MINUTE);
    let alert = format!("/alerts/{}", force.seed.alert);
    visitor.get(&alert).await;
    let bundle = format!("{alert}/bundle");
    assert_eq!(visitor.post(&bundle, &[]).await.location, format!("/confirm?next={alert}"));
    let confirm = visitor.get(&format!("/confirm?next={alert}")).await;
    assert!(confirm.body.contains("/confirm/passkey?next="), "{}", confirm.body);
    let alone = visitor.post("/confirm", &[("password", PASSWORD), ("next", &alert)]).await;
    assert_eq!(alone.status, StatusCode::FORBIDDEN, "as at sign-in");
    let (options, token) = asked(&visitor.get(&format!("/confirm/passkey?next={alert}")).await);
    let signed = key.get(&options);
    let fields = [("token", token.as_str()), ("answer", &signed), ("next", &alert)];
    let page = visitor.post("/confirm/passkey", &fields).await;
    assert_eq!(
        (page.status, page.location.as_str()),
        (StatusCode::SEE_OTHER, alert.as_str()),
        "{}",
        page.body
    );
    assert_ne!(visitor.post(&bundle, &[]).await.status, StatusCode::SEE_OTHER, "now it is tried");
    assert_eq!(
        visitor.post("/confirm/passkey", &fields).await.status,
        StatusCode::FORBIDDEN,
        "an answer counts once"
    );

    // Removed, it signs in no more.
    let page = visitor.get("/passkeys").await.body;
    let blue = page.split("<form").find(|part| part.contains("blue key")).expect("its form");
    let id = between(blue, "name=\"passkey\" value=\"", "\"").expect("its id").to_owned();
    assert_eq!(visitor.post("/passkeys/remove", &[("passkey", &id)]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(visitor.post("/passkeys/remove", &[("passkey", &id)]).await.status, StatusCode::NOT_FOUND);
    let mut visitor = Client::visitor(&force);
    let (options, token) = begin(&mut visitor).await;
    assert_eq!(answer(&mut visitor, &token, &key.get(&options)).await.status, StatusCode::FORBIDDEN);
    let log = acts(&force).await;
    for act in ["passkey-add", "passkey-remove", "confirm", "sign-in-refused"] {
        assert!(log.iter().any(|one| one == act), "{act}: {log:?}");
    }
}

#[tokio::test]
async fn a_new_passkey_is_of_this_page_verified_and_of_who_began() {
    let force = with_passkeys(false).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let mut other = Client::signed_in(&force, "om2").await;
    let mut key = Authenticator::new(ORIGIN, 1);

    // Registering: of another page, without a PIN, with another's or a spent challenge.
    for (origin, flags) in [("https://console.force.example.evil.example", key.flags), (ORIGIN, PRESENT)] {
        let mut false_one = Authenticator::new(origin, 9);
        false_one.flags = flags;
        assert_eq!(
            add(&mut officer, &mut false_one, "false").await.status,
            StatusCode::FORBIDDEN,
            "{origin}"
        );
    }
    officer.get("/passkeys").await;
    let (options, token) = asked(&officer.post("/passkeys/begin", &[]).await);
    let made = key.create(&options);
    let fields = [("token", token.as_str()), ("name", "key"), ("answer", &made)];
    other.get("/passkeys").await;
    assert_eq!(
        other.post("/passkeys/add", &fields).await.status,
        StatusCode::FORBIDDEN,
        "begun by another officer"
    );
    assert_eq!(
        officer.post("/passkeys/add", &fields).await.status,
        StatusCode::FORBIDDEN,
        "and taken by that try"
    );
    assert!(officer.get("/passkeys").await.body.contains("You have none"));
    assert_eq!(add(&mut officer, &mut key, "key").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_is_not_this_passkey_here_and_now_is_refused() {
    let force = with_passkeys(false).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let mut key = Authenticator::new(ORIGIN, 1);
    assert_eq!(add(&mut officer, &mut key, "key").await.status, StatusCode::SEE_OTHER);

    let mut visitor = Client::visitor(&force);
    let (options, token) = begin(&mut visitor).await;
    let good = key.get(&options);
    // The same challenge of an earlier page under a new token, and the same token twice.
    let (_, fresh) = begin(&mut visitor).await;
    assert_eq!(
        answer(&mut visitor, &fresh, &good).await.status,
        StatusCode::FORBIDDEN,
        "another page's challenge"
    );
    let mut first = Client::visitor(&force);
    first.get("/sign-in").await;
    assert_eq!(answer(&mut first, &token, &good).await.status, StatusCode::SEE_OTHER, "the officer");
    assert_eq!(answer(&mut visitor, &token, &good).await.status, StatusCode::FORBIDDEN, "replayed");

    let refused = async |visitor: &mut Client, key: &mut Authenticator, why: &str| {
        let (options, token) = begin(visitor).await;
        let page = answer(visitor, &token, &key.get(&options)).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{why}: {}", page.body);
        assert!(page.body.contains("was not accepted") && !page.body.contains("Test Officer"), "{why}");
        assert_eq!(visitor.get("/people").await.status, StatusCode::SEE_OTHER, "{why}");
    };
    let mut unknown = Authenticator::new(ORIGIN, 7);
    refused(&mut visitor, &mut unknown, "an unknown credential").await;
    key.origin = "https://console.force.example.evil.example".to_owned();
    refused(&mut visitor, &mut key, "a page that imitates this one").await;
    key.origin = ORIGIN.to_owned();
    key.flags = PRESENT;
    refused(&mut visitor, &mut key, "nobody verified").await;
    key.flags = super::authenticator::PRESENT_AND_VERIFIED;
    let held = std::mem::replace(&mut key.credential, vec![7; 32]);
    refused(&mut visitor, &mut key, "its key under another name").await;
    key.credential = held;
    let before = acts(&force).await.len();
    key.counter = 0;
    refused(&mut visitor, &mut key, "a count that goes back").await;
    let log = acts(&force).await;
    assert_eq!(
        log.get(before..),
        Some(["passkey-went-back".to_owned(), "sign-in-refused".to_owned()].as_slice())
    );

    let (options, token) = begin(&mut visitor).await;
    key.counter = 100;
    let late = key.get(&options);
    force.clock.advance_millis(6 * MINUTE);
    assert_eq!(answer(&mut visitor, &token, &late).await.status, StatusCode::FORBIDDEN, "too late");
    for junk in ["", "{}", "null", "[1]"] {
        let (_, token) = begin(&mut visitor).await;
        assert_eq!(answer(&mut visitor, &token, junk).await.status, StatusCode::FORBIDDEN, "{junk}");
    }
    let (options, token) = begin(&mut visitor).await;
    assert_eq!(
        answer(&mut visitor, &token, &key.get(&options)).await.status,
        StatusCode::SEE_OTHER,
        "and the right one"
    );
}

#[tokio::test]
async fn without_an_address_of_the_console_there_are_no_passkeys_and_that_is_said() {
    let force = force().await;
    let mut officer = Client::signed_in(&force, "om1").await;
    assert!(officer.get("/passkeys").await.body.contains("console_address"));
    assert_eq!(officer.post("/passkeys/begin", &[]).await.status, StatusCode::CONFLICT);
    let mut visitor = Client::visitor(&force);
    assert!(!visitor.get("/sign-in").await.body.contains("passkey"));
    assert_eq!(visitor.get("/sign-in/passkey").await.status, StatusCode::CONFLICT);
    for address in ["https://192.0.2.1", "proviso.example", ""] {
        assert!(Passkeys::of(address).is_none(), "{address}");
    }
}
