//! An officer shows again who they are, before what leaves the service.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page_with};
use super::sign_in::{Next, is_local};
use super::signed_in::{Posted, SignedIn};
use crate::app::officer::error::ActError;
use crate::app::officer::{passkeys, second_factor, session};

#[derive(Template)]
#[template(path = "console/confirm_self.html")]
struct ConfirmPage {
    shell: Shell,
    next: String,
    asks_code: bool,
    /// Whether the officer has passkeys.
    passkeys: bool,
    /// What the link to the provider says, for an officer who is linked there.
    provider: Option<String>,
    problem: Option<&'static str>,
}

/// Sends the officer to confirm first, and back to `next` after it.
pub fn first(next: &str) -> Response {
    Redirect::to(&format!("/confirm?next={next}")).into_response()
}

/// `GET /confirm`.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(next): Query<Next>,
) -> Result<Response, Fault> {
    form(&console, &signed_in, StatusCode::OK, next.into_local(), None).await
}

async fn form(
    console: &Console,
    signed_in: &SignedIn,
    status: StatusCode,
    next: String,
    problem: Option<&'static str>,
) -> Result<Response, Fault> {
    let asks_code = second_factor::used_since(&console.app, signed_in.session.who.id).await?.is_some();
    let passkeys = passkeys::has_any(&console.app, signed_in.session.who.id).await?;
    let mut provider = console.app.provider.as_ref().map(|provider| provider.name().to_owned());
    if console.app.store.subject_list(signed_in.session.who.id).await?.is_empty() {
        provider = None;
    }
    let shell = Shell::new("Confirm that it is you", Under::Nothing, signed_in);
    page_with(status, &ConfirmPage { shell, next, asks_code, passkeys, provider, problem })
}

/// Password and code as typed.
#[derive(Deserialize)]
pub struct Typed {
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

/// `POST /confirm`.
pub async fn enter(
    State(console): State<Console>,
    Posted { signed_in, form: Typed { password, code, next } }: Posted<Typed>,
) -> Result<Response, Fault> {
    let next = if is_local(&next) { next } else { "/".to_owned() };
    let (app, session) = (&console.app, &signed_in.session);
    let problem = match session::confirm(app, session, signed_in.token(), password, &code).await {
        Ok(()) => return Ok(Redirect::to(&next).into_response()),
        Err(ActError::WrongNameOrPassword) => "The password is wrong",
        Err(ActError::PasskeyAsked) => {
            "You have set up a passkey, so your password alone is not enough. Use the passkey"
        }
        Err(ActError::WrongCode) => "The code is wrong or was used before. Wait for the next one",
        Err(error) => return Err(error.into()),
    };
    form(&console, &signed_in, StatusCode::FORBIDDEN, next, Some(problem)).await
}
