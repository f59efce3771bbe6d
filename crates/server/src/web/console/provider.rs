//! To the force's own OpenID Connect provider, and back.

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, page};
use super::sign_in::{self, Next};
use super::signed_in::{SESSION_COOKIE, SignedIn, address, cookie, same, set_cookie};
use crate::app::officer::error::ActError;
use crate::app::officer::provider::{self, Back, Leaving};
use crate::app::officer::session::Entered;

/// Cookie that ties the provider's answer to the browser that was sent there. It has to come back with a page that another site leads to,
/// so it is `Lax`; it is worth nothing but this.
pub const STATE_COOKIE: &str = "__Host-proviso-provider";

#[derive(Template)]
#[template(path = "console/provider_back.html")]
struct BackPage {
    shell: Shell,
    next: String,
}

fn state_cookie(value: &str) -> HeaderValue {
    let end = if value.is_empty() { "; Max-Age=0" } else { "; Max-Age=300" };
    HeaderValue::from_str(&format!("{STATE_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{end}"))
        .expect("names and tokens are plain ASCII")
}

fn leaving(Leaving { url, state }: Leaving) -> Response {
    (AppendHeaders([(header::SET_COOKIE, state_cookie(&state))]), Redirect::to(&url)).into_response()
}

/// `GET /sign-in/provider`.
pub async fn leave(
    State(console): State<Console>,
    Query(next): Query<Next>,
    request: Request,
) -> Result<Response, Fault> {
    let from = address(request.extensions());
    let left = provider::leave(&console.app, &next.into_local(), &from, None).await;
    match left {
        Ok(left) => Ok(leaving(left)),
        Err(ActError::ProviderRefused) => again(&console, request.headers(), UNREACHABLE),
        Err(error) => Err(error.into()),
    }
}

/// `GET /confirm/provider`.
pub async fn confirm(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(next): Query<Next>,
    request: Request,
) -> Result<Response, Fault> {
    let from = address(request.extensions());
    let left = provider::leave(&console.app, &next.into_local(), &from, Some(&signed_in.session)).await;
    Ok(leaving(left?))
}

const UNREACHABLE: &str =
    "The force’s sign-in service could not be reached. Try again, or sign in another way";
const REFUSED: &str = "Signing in with your force account did not work. Try again, or sign in another way";
const NOT_LINKED: &str = "Your force account is not linked to an officer here. Ask the force administrator";

fn again(console: &Console, headers: &HeaderMap, problem: &str) -> Result<Response, Fault> {
    sign_in::form_page(
        console,
        headers,
        StatusCode::FORBIDDEN,
        String::new(),
        String::new(),
        Some(problem.to_owned()),
    )
}

/// What the provider's page leads back with.
#[derive(Deserialize)]
pub struct Returned {
    #[serde(default)]
    state: String,
    #[serde(default)]
    code: String,
}

/// `GET /sign-in/provider/back`. Only the browser that was sent there gets in.
pub async fn back(
    State(console): State<Console>,
    headers: HeaderMap,
    Query(Returned { state, code }): Query<Returned>,
) -> Result<Response, Fault> {
    let kept = cookie(&headers, STATE_COOKIE).unwrap_or_default();
    if !same(&kept, &state) || code.is_empty() {
        return again(&console, &headers, REFUSED);
    }
    let done = match provider::back(&console.app, &state, &code).await {
        Ok(done) => done,
        Err(ActError::ProviderRefused) => return again(&console, &headers, REFUSED),
        Err(ActError::NotLinked) => return again(&console, &headers, NOT_LINKED),
        Err(error) => return Err(error.into()),
    };
    // Another site led here, so a redirect would not carry the session's cookie: the page goes on by itself.
    let (token, next) = match done {
        Back::Entered(Entered::Session(token), next) => (Some(token), next),
        Back::Entered(Entered::Code(proof), next) => {
            return sign_in::code_after(&console, &headers, &next, proof);
        }
        Back::Entered(Entered::Passkey, _) => return again(&console, &headers, sign_in::USE_PASSKEY),
        Back::Confirmed(next) => (None, next),
    };
    let next = if sign_in::is_local(&next) { next } else { "/".to_owned() };
    let shown = page(&BackPage { shell: Shell::anonymous("Signed in"), next })?;
    let gone = AppendHeaders([(header::SET_COOKIE, state_cookie(""))]);
    Ok(match token {
        Some(token) => {
            let session = AppendHeaders([(header::SET_COOKIE, set_cookie(SESSION_COOKIE, &token))]);
            (gone, session, shown).into_response()
        }
        None => (gone, shown).into_response(),
    })
}
