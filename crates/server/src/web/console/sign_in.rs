//! Signing in and out.

use askama::Template;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, page_with};
use super::signed_in::{FORM_COOKIE, Posted, SESSION_COOKIE, address, cookie, read_form, same, set_cookie};
use crate::app::officer::error::ActError;
use crate::app::officer::passkeys;
use crate::app::officer::session::{self, Credentials, Entered};

const STALE: &str = "This page was out of date. Enter your details again";

pub(super) const USE_PASSKEY: &str =
    "You have set up a passkey, so your password alone is not enough. Choose “Sign in with a passkey” below";

#[derive(Template)]
#[template(path = "console/sign_in.html")]
struct SignInPage {
    shell: Shell,
    force: String,
    csrf: String,
    next: String,
    username: String,
    problem: Option<String>,
    /// Whether officers can have passkeys here.
    passkeys: bool,
    /// What the link to the force's provider says.
    provider: Option<String>,
}

/// Where to go after signing in.
#[derive(Deserialize)]
pub struct Next {
    #[serde(default)]
    next: String,
}

impl Next {
    /// The path, where it is one of this console.
    pub(super) fn into_local(self) -> String {
        if is_local(&self.next) { self.next } else { String::new() }
    }
}

/// `GET /sign-in`.
pub async fn show(
    State(console): State<Console>,
    headers: HeaderMap,
    Query(Next { next }): Query<Next>,
) -> Result<Response, Fault> {
    form_page(&console, &headers, StatusCode::OK, next, String::new(), None)
}

pub(super) fn form_page(
    console: &Console,
    headers: &HeaderMap,
    status: StatusCode,
    next: String,
    username: String,
    problem: Option<String>,
) -> Result<Response, Fault> {
    let known = cookie(headers, FORM_COOKIE);
    let token = known.clone().unwrap_or_else(|| session::new_token(&console.app));
    let template = SignInPage {
        shell: Shell::anonymous("Sign in"),
        force: console.app.force_name().to_owned(),
        csrf: session::form_token(&token),
        next: if is_local(&next) { next } else { String::new() },
        username,
        problem,
        passkeys: passkeys::are_offered(&console.app),
        provider: console.app.provider.as_ref().map(|provider| provider.name().to_owned()),
    };
    let page = page_with(status, &template)?;
    Ok(match known {
        Some(_) => page,
        None => {
            (AppendHeaders([(header::SET_COOKIE, set_cookie(FORM_COOKIE, &token))]), page).into_response()
        }
    })
}

/// A sign-in as posted.
#[derive(Deserialize)]
struct SignInForm {
    username: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in`. One answer for a wrong name and a wrong password.
pub async fn enter(State(console): State<Console>, request: Request) -> Result<Response, Response> {
    let headers = request.headers().clone();
    let address = address(request.extensions());
    let (csrf, form) = read_form::<SignInForm>(request).await?;
    let again = |status, problem: &str| {
        let (next, username) = (form.next.clone(), form.username.clone());
        let page = form_page(&console, &headers, status, next, username, Some(problem.to_owned()));
        page.into_response()
    };
    if !is_ours(&headers, &csrf) {
        return Ok(again(StatusCode::FORBIDDEN, STALE));
    }
    let credentials =
        Credentials { username: form.username.clone(), password: form.password.clone(), address };
    match session::sign_in(&console.app, credentials).await {
        Ok(Entered::Session(token)) => Ok(entered(&token, &form.next)),
        Ok(Entered::Code(proof)) => code_page(StatusCode::OK, csrf_of(&headers), &form.next, proof, None)
            .map_err(Fault::into_response),
        Ok(Entered::Passkey) => Ok(again(StatusCode::FORBIDDEN, USE_PASSKEY)),
        Err(ActError::WrongNameOrPassword) => {
            Ok(again(StatusCode::FORBIDDEN, "The user name or the password is wrong"))
        }
        Err(ActError::TooManyTries) => Ok(again(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many tries for this user name or from this place. Wait ten minutes, then try again",
        )),
        Err(error) => Err(Fault::from(error).into_response()),
    }
}

/// The token that a form of this browser's cookie carries; empty without a cookie.
fn csrf_of(headers: &HeaderMap) -> String {
    cookie(headers, FORM_COOKIE).map(|token| session::form_token(&token)).unwrap_or_default()
}

pub(super) fn is_ours(headers: &HeaderMap, csrf: &str) -> bool {
    same(csrf, &csrf_of(headers))
}

/// On to where the officer wanted, with a session.
pub(super) fn entered(token: &str, next: &str) -> Response {
    let cookies = AppendHeaders([
        (header::SET_COOKIE, set_cookie(SESSION_COOKIE, token)),
        (header::SET_COOKIE, set_cookie(FORM_COOKIE, "")),
    ]);
    (cookies, Redirect::to(if is_local(next) { next } else { "/" })).into_response()
}

#[derive(Template)]
#[template(path = "console/sign_in_code.html")]
struct CodePage {
    shell: Shell,
    csrf: String,
    next: String,
    proof: String,
    problem: Option<&'static str>,
}

fn code_page(
    status: StatusCode,
    csrf: String,
    next: &str,
    proof: String,
    problem: Option<&'static str>,
) -> Result<Response, Fault> {
    let next = if is_local(next) { next.to_owned() } else { String::new() };
    page_with(status, &CodePage { shell: Shell::anonymous("Give your code"), csrf, next, proof, problem })
}

/// The page that asks for a code, for who comes back from the provider and has perhaps no form's cookie.
pub(super) fn code_after(
    console: &Console,
    headers: &HeaderMap,
    next: &str,
    proof: String,
) -> Result<Response, Fault> {
    let token = cookie(headers, FORM_COOKIE).unwrap_or_else(|| session::new_token(&console.app));
    let page = code_page(StatusCode::OK, session::form_token(&token), next, proof, None)?;
    Ok((AppendHeaders([(header::SET_COOKIE, set_cookie(FORM_COOKIE, &token))]), page).into_response())
}

/// A code as posted, with what the right password gave.
#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    proof: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

/// `POST /sign-in/code`.
pub async fn enter_code(State(console): State<Console>, request: Request) -> Result<Response, Response> {
    let headers = request.headers().clone();
    let (csrf, CodeForm { proof, code, next }) = read_form::<CodeForm>(request).await?;
    let begin = |problem: &str| {
        let problem = Some(problem.to_owned());
        form_page(&console, &headers, StatusCode::FORBIDDEN, next.clone(), String::new(), problem)
            .into_response()
    };
    if !is_ours(&headers, &csrf) {
        return Ok(begin(STALE));
    }
    let (status, problem) = match session::enter_code(&console.app, &proof, &code).await {
        Ok(token) => return Ok(entered(&token, &next)),
        Err(ActError::WrongNameOrPassword) => return Ok(begin("It took too long. Begin again")),
        Err(ActError::WrongCode) => {
            (StatusCode::FORBIDDEN, "The code is wrong or was used before. Wait for the next one")
        }
        Err(ActError::TooManyTries) => {
            (StatusCode::TOO_MANY_REQUESTS, "Too many wrong codes. Wait ten minutes, then try again")
        }
        Err(error) => return Err(Fault::from(error).into_response()),
    };
    code_page(status, csrf_of(&headers), &next, proof, Some(problem)).map_err(Fault::into_response)
}

/// A form with nothing but its token.
#[derive(Deserialize)]
pub struct Nothing {}

/// `POST /sign-out`.
pub async fn leave(
    State(console): State<Console>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    session::sign_out(&console.app, &signed_in.session.who, signed_in.token()).await?;
    let gone = AppendHeaders([(header::SET_COOKIE, set_cookie(SESSION_COOKIE, ""))]);
    Ok((gone, Redirect::to("/sign-in")).into_response())
}

/// Only a path of this console: never another site.
pub(super) fn is_local(next: &str) -> bool {
    let mut bytes = next.bytes();
    bytes.next() == Some(b'/')
        && !matches!(bytes.next(), Some(b'/' | b'\\'))
        && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn after_signing_in_nobody_is_sent_to_another_site() {
        for (next, expected) in [
            ("/alerts/1", true),
            ("//evil.example", false),
            ("/\\evil.example", false),
            ("https://evil.example", false),
            ("/a\nb", false),
            ("", false),
        ] {
            assert_eq!(is_local(next), expected, "{next}");
        }
    }
}
