//! A browser of few words: it keeps cookies and form tokens, and follows nothing by itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, StatusCode, header};
use axum::response::Response;
use proviso_model::Timestamp;
use tempfile::TempDir;
use tower::ServiceExt;

use super::seed::{PASSWORD, Seed, TestClock, seed};
use crate::app::AppContext;
use crate::web::console::router;

/// A seeded force, its console and its clock.
pub struct Force {
    pub seed: Seed,
    pub clock: Arc<TestClock>,
    pub router: Router,
    pub _folder: TempDir,
}

/// 24 November 2026, 02:00 UTC.
pub fn two_at_night() -> Timestamp {
    Timestamp::parse("2026-11-24T02:00:00Z").expect("an instant")
}

/// A fresh force.
pub async fn force() -> Force {
    force_with(|_| {}).await
}

/// A fresh force with other settings.
pub async fn force_with(change: impl FnOnce(&mut AppContext)) -> Force {
    let folder = tempfile::tempdir().expect("folder");
    let clock = TestClock::new(two_at_night());
    let mut seed = seed(folder.path(), clock.clone()).await;
    change(&mut seed.ctx);
    let router = router(seed.ctx.clone());
    Force { seed, clock, router, _folder: folder }
}

/// What came back.
pub struct Page {
    pub status: StatusCode,
    pub location: String,
    pub body: String,
}

/// One browser.
pub struct Client {
    router: Router,
    cookies: BTreeMap<String, String>,
    csrf: String,
}

impl Client {
    /// A browser without cookies.
    pub fn visitor(force: &Force) -> Self {
        Self::of(force.router.clone())
    }

    /// A browser without cookies, of other pages than the console's.
    pub fn of(router: Router) -> Self {
        Self { router, cookies: BTreeMap::new(), csrf: String::new() }
    }

    /// A browser in which that officer is signed in.
    pub async fn signed_in(force: &Force, username: &str) -> Self {
        let mut client = Self::visitor(force);
        let page = client.sign_in(username, PASSWORD).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
        client.get("/account").await;
        client
    }

    /// A browser in which the supervisor is signed in and has said why they look into the seed's cases.
    pub async fn supervising(force: &Force) -> Self {
        let mut client = Self::signed_in(force, "sup").await;
        for case in [force.seed.case, force.seed.other_case] {
            let page = client.post(&format!("/people/{case}/why"), &[("reason", "supervision")]).await;
            assert_eq!(page.location, format!("/people/{case}"), "{}", page.body);
        }
        client
    }

    /// Fills in the sign-in form.
    pub async fn sign_in(&mut self, username: &str, password: &str) -> Page {
        self.get("/sign-in").await;
        self.post("/sign-in", &[("username", username), ("password", password)]).await
    }

    /// Asks for a page.
    pub async fn get(&mut self, path: &str) -> Page {
        let page = self.ask(Method::GET, path, String::new(), &[]).await;
        if let Some(token) = between(&page.body, "name=\"csrf\" value=\"", "\"") {
            self.csrf = token.to_owned();
        }
        page
    }

    /// Sends a form with the token of the last page that had one.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.csrf.clone();
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
        self.post_bare(path, &fields).await
    }

    /// Sends a form as it is.
    pub async fn post_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.ask(
            Method::POST,
            path,
            url_encoded(fields),
            &[("content-type", "application/x-www-form-urlencoded")],
        )
        .await
    }

    /// Asks and keeps the cookies.
    pub async fn ask(&mut self, method: Method, path: &str, body: String, headers: &[(&str, &str)]) -> Page {
        let response = self.raw(method, path, body, headers).await;
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().expect("ascii");
            assert!(cookie.contains("Secure; HttpOnly; SameSite=Strict"), "{cookie}");
            let (name, rest) = cookie.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        let location = response.headers().get(header::LOCATION);
        let location = location.map_or("", |value| value.to_str().expect("ascii")).to_owned();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 4 << 20).await.expect("body");
        Page { status, location, body: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// The cookies as sent.
    pub fn cookie_line(&self) -> String {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    /// Asks, and leaves the body to the caller.
    pub async fn raw(&self, method: Method, path: &str, body: String, headers: &[(&str, &str)]) -> Response {
        let mut request =
            Request::builder().method(method).uri(path).header(header::COOKIE, self.cookie_line());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).expect("a request");
        self.router.clone().oneshot(request).await.expect("an answer")
    }
}

fn url_encoded(fields: &[(&str, &str)]) -> String {
    let encoded = |value: &str| value.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect::<Vec<_>>().join("&")
}

/// The text between two marks.
pub fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}

/// The acts in the log, oldest first.
pub async fn acts(force: &Force) -> Vec<String> {
    let rows = force.seed.ctx.store.audit_list(None, 0, 10_000).await.expect("log");
    rows.into_iter().map(|row| row.entry.act).collect()
}

/// Whether the act that a page is of, the last part of its address, has its end in the log.
pub async fn has_ended(force: &Force, page: &str) -> bool {
    let rows = force.seed.ctx.store.audit_list(None, 0, 10_000).await.expect("log");
    let act = page.rsplit('/').next().unwrap_or_default();
    rows.iter().any(|row| row.entry.id.to_string() == act && row.completed.is_some())
}
