//! Passkeys: an officer's own, signing in with one, and confirming with one. What a browser is asked stands in the page, and its answer is
//! sent as a form: the script of these pages does nothing but ask the browser.

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::fault::Fault;
use super::page::{Shell, Under, page, page_with};
use super::sign_in::{self, Next, Nothing};
use super::signed_in::{FORM_COOKIE, Posted, SignedIn, address, cookie, read_form, set_cookie};
use super::words::{self, When};
use super::{Console, confirm_self};
use crate::app::officer::error::ActError;
use crate::app::officer::passkeys::{self, Begun};
use crate::app::officer::session;

/// Where an officer's own are.
pub const PATH: &str = "/passkeys";
/// Where registering one begins.
pub const BEGIN_PATH: &str = "/passkeys/begin";
/// Where its answer goes.
pub const ADD_PATH: &str = "/passkeys/add";
/// Where one is confirmed with.
pub const CONFIRM_PATH: &str = "/confirm/passkey";

const REFUSED: &str = "The passkey was not accepted. Try again, or sign in another way";

#[derive(Template)]
#[template(path = "console/passkeys.html")]
struct PasskeysPage {
    shell: Shell,
    rows: Vec<Row>,
    /// Whether there can be any here.
    offered: bool,
}

struct Row {
    id: String,
    name: String,
    made: When,
    used: Option<When>,
}

/// A page on which the browser is asked.
#[derive(Template)]
#[template(path = "console/passkey_ask.html")]
struct AskPage {
    shell: Shell,
    title: &'static str,
    /// `create` or `get`.
    act: &'static str,
    action: &'static str,
    csrf: String,
    options: String,
    token: String,
    next: String,
    problem: Option<&'static str>,
    /// Where to go instead, and its words.
    instead: (&'static str, &'static str),
}

/// `GET /passkeys`.
pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let zone = words::force_zone();
    let rows = passkeys::list(&console.app, signed_in.session.who.id).await?.into_iter();
    let rows = rows.map(|one| Row {
        id: one.id,
        name: one.name,
        made: words::when(one.times.0, &zone),
        used: one.times.1.map(|at| words::when(at, &zone)),
    });
    page(&PasskeysPage {
        shell: Shell::new("Passkeys", Under::Nothing, &signed_in),
        rows: rows.collect(),
        offered: passkeys::are_offered(&console.app),
    })
}

/// `POST /passkeys/begin`: what the browser is asked for a new one.
pub async fn begin(
    State(console): State<Console>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    if signed_in.session.must_be_fresh(console.app.now()).is_err() {
        return Ok(confirm_self::first(PATH));
    }
    add_page(&console, &signed_in, StatusCode::OK, None).await
}

async fn add_page(
    console: &Console,
    signed_in: &SignedIn,
    status: StatusCode,
    problem: Option<&'static str>,
) -> Result<Response, Fault> {
    let Begun { options, token } = passkeys::begin_add(&console.app, &signed_in.session.who).await?;
    let page = AskPage {
        shell: Shell::new("Add a passkey", Under::Nothing, signed_in),
        title: "Add a passkey",
        act: "create",
        action: ADD_PATH,
        csrf: signed_in.form_token(),
        options,
        token,
        next: String::new(),
        problem,
        instead: (PATH, "Back to your passkeys"),
    };
    page_with(status, &page)
}

/// An answer of a browser.
#[derive(Deserialize)]
pub struct Answer {
    #[serde(default)]
    token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    answer: String,
    #[serde(default)]
    next: String,
}

/// `POST /passkeys/add`.
pub async fn add(
    State(console): State<Console>,
    Posted { signed_in, form: Answer { token, name, answer, .. } }: Posted<Answer>,
) -> Result<Response, Fault> {
    if signed_in.session.must_be_fresh(console.app.now()).is_err() {
        return Ok(confirm_self::first(PATH));
    }
    match passkeys::finish_add(&console.app, &signed_in.session.who, &token, &name, &answer).await {
        Ok(()) => Ok(Redirect::to(PATH).into_response()),
        Err(ActError::PasskeyRefused) => {
            let problem = "The passkey was not accepted. Try again";
            add_page(&console, &signed_in, StatusCode::FORBIDDEN, Some(problem)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// One to remove.
#[derive(Deserialize)]
pub struct Removed {
    #[serde(default)]
    passkey: String,
}

/// `POST /passkeys/remove`.
pub async fn remove(
    State(console): State<Console>,
    Posted { signed_in, form: Removed { passkey } }: Posted<Removed>,
) -> Result<Response, Fault> {
    if signed_in.session.must_be_fresh(console.app.now()).is_err() {
        return Ok(confirm_self::first(PATH));
    }
    passkeys::remove(&console.app, &signed_in.session.who, &passkey).await?;
    Ok(Redirect::to(PATH).into_response())
}

/// `GET /sign-in/passkey`.
pub async fn sign_in(
    State(console): State<Console>,
    Query(next): Query<Next>,
    request: Request,
) -> Result<Response, Fault> {
    let from = address(request.extensions());
    sign_in_page(&console, request.headers(), StatusCode::OK, next.into_local(), &from, None).await
}

async fn sign_in_page(
    console: &Console,
    headers: &HeaderMap,
    status: StatusCode,
    next: String,
    from: &str,
    problem: Option<&'static str>,
) -> Result<Response, Fault> {
    let Begun { options, token } = passkeys::begin_sign_in(&console.app, from).await?;
    let known = cookie(headers, FORM_COOKIE);
    let form = known.clone().unwrap_or_else(|| session::new_token(&console.app));
    let page = AskPage {
        shell: Shell::anonymous("Sign in with a passkey"),
        title: "Sign in with a passkey",
        act: "get",
        action: "/sign-in/passkey",
        csrf: session::form_token(&form),
        options,
        token,
        next,
        problem,
        instead: ("/sign-in", "Sign in with your password instead"),
    };
    let page = page_with(status, &page)?;
    Ok(match known {
        Some(_) => page,
        None => (AppendHeaders([(header::SET_COOKIE, set_cookie(FORM_COOKIE, &form))]), page).into_response(),
    })
}

/// `POST /sign-in/passkey`. One answer for whatever is wrong.
pub async fn enter(State(console): State<Console>, request: Request) -> Result<Response, Response> {
    let (headers, from) = (request.headers().clone(), address(request.extensions()));
    let (csrf, Answer { token, answer, next, .. }) = read_form::<Answer>(request).await?;
    if !sign_in::is_ours(&headers, &csrf) {
        return Err(Fault::stale_form().into_response());
    }
    match passkeys::finish_sign_in(&console.app, &token, &answer, &from).await {
        Ok(token) => return Ok(sign_in::entered(&token, &next)),
        Err(ActError::PasskeyRefused) => {}
        Err(error) => return Err(Fault::from(error).into_response()),
    }
    let next = if sign_in::is_local(&next) { next } else { String::new() };
    let page = sign_in_page(&console, &headers, StatusCode::FORBIDDEN, next, &from, Some(REFUSED)).await;
    page.map_err(Fault::into_response)
}

/// `GET /confirm/passkey`.
pub async fn confirm(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(next): Query<Next>,
) -> Result<Response, Fault> {
    confirm_page(&console, &signed_in, StatusCode::OK, next.into_local(), None).await
}

async fn confirm_page(
    console: &Console,
    signed_in: &SignedIn,
    status: StatusCode,
    next: String,
    problem: Option<&'static str>,
) -> Result<Response, Fault> {
    let Begun { options, token } = passkeys::begin_confirm(&console.app, &signed_in.session.who).await?;
    let page = AskPage {
        shell: Shell::new("Confirm that it is you", Under::Nothing, signed_in),
        title: "Confirm that it is you",
        act: "get",
        action: CONFIRM_PATH,
        csrf: signed_in.form_token(),
        options,
        token,
        next,
        problem,
        instead: ("/confirm", "Confirm another way"),
    };
    page_with(status, &page)
}

/// `POST /confirm/passkey`.
pub async fn confirmed(
    State(console): State<Console>,
    Posted { signed_in, form: Answer { token, answer, next, .. } }: Posted<Answer>,
) -> Result<Response, Fault> {
    let next = if sign_in::is_local(&next) { next } else { "/".to_owned() };
    let (app, session) = (&console.app, &signed_in.session);
    match passkeys::finish_confirm(app, session, signed_in.token(), &token, &answer).await {
        Ok(()) => Ok(Redirect::to(&next).into_response()),
        Err(ActError::PasskeyRefused) => {
            confirm_page(&console, &signed_in, StatusCode::FORBIDDEN, next, Some(REFUSED)).await
        }
        Err(error) => Err(error.into()),
    }
}
