//! One tap before a case that is not the officer's own: why.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use proviso_model::ids::CaseId;
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::sign_in::{Next, is_local};
use super::signed_in::{Posted, SignedIn};
use crate::app::officer::reason::{CaseReason, asked_about};
use crate::app::officer::session;

#[derive(Template)]
#[template(path = "console/why.html")]
struct WhyPage {
    shell: Shell,
    case: String,
    person: String,
    officer: String,
    next: String,
    reasons: Vec<(&'static str, &'static str)>,
}

/// Sends the officer to say why first, and back to where they were after it.
#[must_use]
pub fn first(case: CaseId, asked: &str) -> Response {
    Redirect::to(&format!("/people/{case}/why?next={asked}")).into_response()
}

fn id(case: &str) -> Result<CaseId, Fault> {
    case.parse().map_err(|_| Fault::not_found())
}

/// `GET /people/{case}/why`.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(case): Path<String>,
    Query(next): Query<Next>,
) -> Result<Response, Fault> {
    let case = id(&case)?;
    let (person, officer) = asked_about(&console.app, &signed_in.session.who, case).await?;
    page(&WhyPage {
        shell: Shell::new("Why do you open this case?", Under::People, &signed_in),
        case: case.to_string(),
        person: person.name,
        officer,
        next: next.into_local(),
        reasons: CaseReason::ALL.map(|reason| (reason.as_str(), reason.in_words())).to_vec(),
    })
}

/// The button that was pressed.
#[derive(Deserialize)]
pub struct Pressed {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    next: String,
}

/// `POST /people/{case}/why`.
pub async fn enter(
    State(console): State<Console>,
    Path(case): Path<String>,
    Posted { signed_in, form: Pressed { reason, next } }: Posted<Pressed>,
) -> Result<Response, Fault> {
    let case = id(&case)?;
    let reason = CaseReason::parse(&reason);
    if !session::give_reason(&console.app, &signed_in.session, case, reason).await? {
        return Err(Fault::bad_request("None of the reasons on the page was chosen."));
    }
    let next = if is_local(&next) { next } else { format!("/people/{case}") };
    Ok(Redirect::to(&next).into_response())
}
