//! Opening and closing the page: link, code, and the visit that they begin.

use askama::Template;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use proviso_engine::notice::language::Say;
use proviso_store::PersonalLinkRow;
use serde::Deserialize;

use super::language::Reader;
use super::{Frame, Personal, fault, html, said, words};
use crate::app::officer::error::ActError;
use crate::app::officer::session;
use crate::app::personal::enter::{self, Tried};
use crate::web::console::signed_in::{address, cookie, read_form, same, set_cookie};

/// Cookie with the secret of the visit.
const VISIT_COOKIE: &str = "__Host-proviso-page";
/// Cookie that ties the form for the code to the browser that asked for it.
const FORM_COOKIE: &str = "__Host-proviso-code";

/// A visit that is under way.
pub(super) struct Visit {
    /// The link that it was opened with.
    pub link: PersonalLinkRow,
    secret: String,
}

impl Visit {
    /// The token that its forms carry.
    pub fn form_token(&self) -> String {
        session::form_token(&self.secret)
    }
}

impl FromRequestParts<Personal> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, personal: &Personal) -> Result<Self, Response> {
        let Reader(say) = Reader::of(&parts.uri, &parts.headers);
        if let Some(secret) = cookie(&parts.headers, VISIT_COOKIE) {
            let found = enter::current(&personal.app, &secret).await;
            if let Some(link) = found.map_err(|error| fault(say, &ActError::Store(error)))? {
                return Ok(Self { link, secret });
            }
        }
        Err(said(say, StatusCode::FORBIDDEN, words::CLOSED, None))
    }
}

#[derive(Template)]
#[template(path = "personal/code.html")]
struct CodePage<'a> {
    frame: Frame,
    force: &'a str,
    csrf: String,
    token: &'a str,
    problem: &'a str,
}

/// `GET /link/{token}`. The same for every token: nobody learns here which exist.
pub(super) async fn ask(
    State(personal): State<Personal>,
    headers: HeaderMap,
    Reader(say): Reader,
    Path(token): Path<String>,
) -> Response {
    code_page(&personal, &headers, say, (StatusCode::OK, ""), &token)
}

fn code_page(
    personal: &Personal,
    headers: &HeaderMap,
    say: Say,
    (status, problem): (StatusCode, &str),
    token: &str,
) -> Response {
    let known = cookie(headers, FORM_COOKIE);
    let secret = known.clone().unwrap_or_else(|| session::new_token(&personal.app));
    let csrf = session::form_token(&secret);
    let page = CodePage {
        frame: Frame::new(say),
        force: personal.app.force_name(),
        csrf,
        token,
        problem: say.of(problem),
    };
    let page = html(status, &page);
    match known {
        Some(_) => page,
        None => {
            (AppendHeaders([(header::SET_COOKIE, set_cookie(FORM_COOKIE, &secret))]), page).into_response()
        }
    }
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    code: String,
}

/// `POST /link/{token}`. One answer for a wrong link, a wrong code and a link that works no more.
pub(super) async fn open(
    State(personal): State<Personal>,
    Reader(say): Reader,
    Path(token): Path<String>,
    request: Request,
) -> Result<Response, Response> {
    let headers = request.headers().clone();
    let from = address(request.extensions());
    let (csrf, form) = read_form::<CodeForm>(request).await.map_err(|_| unreadable(say))?;
    let expected =
        cookie(&headers, FORM_COOKIE).map(|secret| session::form_token(&secret)).unwrap_or_default();
    let again = |status, problem| code_page(&personal, &headers, say, (status, problem), &token);
    if !same(&csrf, &expected) {
        return Ok(again(StatusCode::FORBIDDEN, words::AGAIN));
    }
    match enter::open(&personal.app, &token, &form.code, &from).await {
        Ok(Tried::Open(secret)) => Ok((
            AppendHeaders([
                (header::SET_COOKIE, set_cookie(VISIT_COOKIE, &secret)),
                (header::SET_COOKIE, set_cookie(FORM_COOKIE, "")),
            ]),
            Redirect::to("/page"),
        )
            .into_response()),
        Ok(Tried::Wrong) => Ok(again(StatusCode::FORBIDDEN, words::WRONG)),
        Err(ActError::TooManyTries) => Ok(again(StatusCode::TOO_MANY_REQUESTS, words::TRIES)),
        Err(error) => Err(fault(say, &error)),
    }
}

/// A form with nothing but its token.
#[derive(Deserialize)]
struct Nothing {}

/// `POST /page/close`.
pub(super) async fn close(
    State(personal): State<Personal>,
    visit: Visit,
    Reader(say): Reader,
    request: Request,
) -> Result<Response, Response> {
    let (csrf, Nothing {}) = read_form(request).await.map_err(|_| unreadable(say))?;
    if !same(&csrf, &visit.form_token()) {
        return Err(stale(say));
    }
    let left = enter::leave(&personal.app, &visit.secret).await;
    left.map_err(|error| fault(say, &ActError::Store(error)))?;
    let gone = AppendHeaders([(header::SET_COOKIE, set_cookie(VISIT_COOKIE, ""))]);
    Ok((gone, said(say, StatusCode::OK, words::LEFT, None)).into_response())
}

/// What a form of another visit is answered.
pub(super) fn stale(say: Say) -> Response {
    said(say, StatusCode::FORBIDDEN, words::STALE, Some(words::back(say)))
}

/// What a form is answered that cannot be read, or that another site sent.
pub(super) fn unreadable(say: Say) -> Response {
    said(say, StatusCode::FORBIDDEN, words::UNREADABLE, Some(words::back(say)))
}
