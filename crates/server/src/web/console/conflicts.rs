//! Conflicts of interest: an officer's own, and for a supervisor all of them.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use proviso_model::ids::{CaseId, ConflictId};
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page_with};
use super::signed_in::{Posted, SignedIn};
use super::words::{self, When};
use crate::app::officer::conflicts::{self, ShownConflict};

/// Where the page is.
const PATH: &str = "/conflicts";

#[derive(Template)]
#[template(path = "console/conflicts.html")]
struct ConflictsPage {
    shell: Shell,
    own: Vec<Own>,
    /// Whether the officer keeps everybody's.
    keeps: bool,
    standing: Vec<Row>,
    ended: Vec<Row>,
    officers: Vec<(String, String)>,
    cases: Vec<(String, String)>,
    draft: Posting,
    problem: Option<String>,
}

struct Own {
    case: String,
    at: When,
}

struct Row {
    id: String,
    person: String,
    officer: String,
    officer_id: String,
    by: String,
    at: When,
    reason: String,
    needs_another: bool,
    ended: Option<(String, String, When)>,
}

/// `GET /conflicts`.
pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    shown(&console, &signed_in, Posting::default(), None).await
}

async fn shown(
    console: &Console,
    signed_in: &SignedIn,
    draft: Posting,
    problem: Option<String>,
) -> Result<Response, Fault> {
    let view = conflicts::view(&console.app, &signed_in.session.who).await?;
    let zone = words::force_zone();
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let own = view.own.iter();
    let own = own.map(|row| Own { case: row.case.to_string(), at: words::when(row.declared_at, &zone) });
    let own = own.collect();
    let keeps = view.all.is_some();
    let (ended, standing): (Vec<Row>, Vec<Row>) =
        view.all.unwrap_or_default().into_iter().map(row).partition(|row| row.ended.is_some());
    page_with(
        status,
        &ConflictsPage {
            shell: Shell::new("Conflicts of interest", Under::Workload, signed_in),
            own,
            keeps,
            standing,
            ended,
            officers: view.officers.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
            cases: view.cases.into_iter().map(|(id, name)| (id.to_string(), name)).collect(),
            draft,
            problem,
        },
    )
}

fn row(one: ShownConflict) -> Row {
    let zone = words::force_zone();
    Row {
        id: one.row.id.to_string(),
        person: one.person.name,
        officer: one.officer,
        officer_id: one.row.officer.to_string(),
        by: one.declared_by,
        at: words::when(one.row.declared_at, &zone),
        reason: one.reason,
        needs_another: one.needs_another,
        ended: one.ended.map(|(reason, by, at)| (reason, by, words::when(at, &zone))),
    }
}

/// A conflict as posted: for somebody else with officer and case, for oneself the reason alone.
#[derive(Default, Deserialize)]
pub struct Posting {
    #[serde(default)]
    officer: String,
    #[serde(default)]
    case: String,
    #[serde(default)]
    reason: String,
}

/// `POST /people/{case}/conflict`: an officer declares their own.
pub async fn declare_own(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let done = conflicts::declare_own(&console.app, &signed_in.session.who, id, &form.reason).await?;
    match done {
        Ok(()) => Ok(Redirect::to(PATH).into_response()),
        Err(why) => Err(Fault::bad_request(&why)),
    }
}

/// `POST /conflicts`: a supervisor declares one for an officer.
pub async fn declare(
    State(console): State<Console>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let who = &signed_in.session.who;
    who.require(crate::app::officer::allowed::Action::KeepCaseloads)?;
    let (Ok(officer), Ok(case)) = (form.officer.parse(), form.case.parse()) else {
        let problem = "Choose an officer and a person.".to_owned();
        return shown(&console, &signed_in, form, Some(problem)).await;
    };
    match conflicts::declare_for(&console.app, who, officer, case, &form.reason).await? {
        Ok(()) => Ok(Redirect::to(PATH).into_response()),
        Err(why) => shown(&console, &signed_in, form, Some(why)).await,
    }
}

/// `POST /conflicts/{entry}/end`: a supervisor ends one.
pub async fn end(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let id = id.parse::<ConflictId>().map_err(|_| Fault::not_found())?;
    match conflicts::end(&console.app, &signed_in.session.who, id, &form.reason).await? {
        Ok(()) => Ok(Redirect::to(PATH).into_response()),
        Err(why) => shown(&console, &signed_in, Posting::default(), Some(why)).await,
    }
}
