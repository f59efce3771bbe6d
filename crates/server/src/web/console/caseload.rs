//! Caseloads: who is in charge of what, and moving cases from one officer to another, with a page between that says what would happen.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use proviso_model::ids::{CaseMoveId, OfficerId};
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page, page_with};
use super::sign_in::Nothing;
use super::signed_in::{Posted, SignedIn};
use super::words;
use crate::app::officer::allowed::Action;
use crate::app::officer::caseload::{self, Asked, LoadCase, Preview, ShownMove};

/// Where the page is.
const PATH: &str = "/caseload";
/// The beginning of the name of a case's tick box.
const CASE: &str = "case-";

#[derive(Template)]
#[template(path = "console/caseload.html")]
struct CaseloadPage {
    shell: Shell,
    officers: Vec<OfficerLine>,
    /// Id and name of the officer whose cases are listed.
    of: Option<(String, String)>,
    cases: Vec<CaseLine>,
    /// Those who can take the cases over.
    to: Vec<(String, String)>,
    waiting: Vec<MoveLine>,
    failed: Vec<MoveLine>,
    draft: Posting,
    problem: Option<String>,
}

struct OfficerLine {
    id: String,
    name: String,
    cases: String,
}

struct CaseLine {
    id: String,
    person: String,
    open: String,
    ticked: bool,
}

struct MoveLine {
    id: String,
    text: String,
}

#[derive(Template)]
#[template(path = "console/caseload_preview.html")]
struct PreviewPage {
    shell: Shell,
    from: (String, String),
    to: (String, String),
    when: String,
    day: String,
    reason: String,
    can: Vec<CaseLine>,
    barred: Vec<CaseLine>,
}

/// Whose cases.
#[derive(Deserialize)]
pub struct Of {
    officer: Option<String>,
}

/// `GET /caseload`.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(Of { officer }): Query<Of>,
) -> Result<Response, Fault> {
    let draft = Posting { from: officer.unwrap_or_default(), ..Posting::default() };
    page(&caseload_page(&console, &signed_in, draft, None).await?)
}

async fn caseload_page(
    console: &Console,
    signed_in: &SignedIn,
    draft: Posting,
    problem: Option<String>,
) -> Result<CaseloadPage, Fault> {
    let of = draft.from.parse::<OfficerId>().ok();
    let view = caseload::view(&console.app, &signed_in.session.who, of).await?;
    let lines = view.officers.iter().map(|(row, count)| OfficerLine {
        id: row.id.to_string(),
        name: row.display_name.clone(),
        cases: words::counted(*count, "case", "cases"),
    });
    let to = view.to.iter().filter(|(id, _)| Some(*id) != of);
    Ok(CaseloadPage {
        shell: Shell::new("Caseloads", Under::Caseloads, signed_in),
        officers: lines.collect(),
        of: view.of.as_ref().map(|row| (row.id.to_string(), row.display_name.clone())),
        cases: view.cases.iter().map(|one| case_line(one, &draft)).collect(),
        to: to.map(|(id, name)| (id.to_string(), name.clone())).collect(),
        waiting: view.waiting.iter().map(move_line).collect(),
        failed: view.failed.iter().map(move_line).collect(),
        draft,
        problem,
    })
}

fn case_line(one: &LoadCase, draft: &Posting) -> CaseLine {
    let id = one.case.id.to_string();
    CaseLine {
        person: one.person.name.clone(),
        open: match one.open {
            0 => "nothing waits".to_owned(),
            count => format!("{} a decision", words::counted(count, "alert waits for", "alerts wait for")),
        },
        ticked: draft.rest.contains_key(&format!("{CASE}{id}")),
        id,
    }
}

fn move_line(one: &ShownMove) -> MoveLine {
    let from_at = words::when(one.row.from_at, &words::force_zone());
    let (from, to) = &one.between;
    let text = format!("{}: from {from} to {to} on {}", one.person.name, from_at.local);
    MoveLine { id: one.row.id.to_string(), text }
}

/// A move as posted. Tick boxes have a name for each case, so that no script is needed.
#[derive(Default, Deserialize)]
pub struct Posting {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    which: String,
    #[serde(default)]
    day: String,
    #[serde(default)]
    reason: String,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

impl Posting {
    /// What is asked for; what is wrong with it otherwise.
    fn asked(&self) -> Result<Asked, &'static str> {
        let from = self.from.parse().map_err(|_| "Choose whose cases are to go.")?;
        let to = self.to.parse().map_err(|_| "Choose the officer who takes the cases over.")?;
        let ticked = self.rest.keys().filter_map(|name| name.strip_prefix(CASE)?.parse().ok());
        let cases = if self.which == "all" { None } else { Some(ticked.collect()) };
        Ok(Asked { from, to, cases, day: self.day.clone(), reason: self.reason.clone() })
    }
}

async fn again(
    console: &Console,
    signed_in: &SignedIn,
    form: Posting,
    problem: String,
) -> Result<Response, Fault> {
    let page = caseload_page(console, signed_in, form, Some(problem)).await?;
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// `POST /caseload/preview`: says what would happen.
pub async fn preview(
    State(console): State<Console>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let who = &signed_in.session.who;
    who.require(Action::KeepCaseloads)?;
    let asked = match form.asked() {
        Ok(asked) => asked,
        Err(why) => return again(&console, &signed_in, form, why.to_owned()).await,
    };
    match caseload::preview(&console.app, who, &asked).await? {
        Ok(preview) => page(&preview_page(&signed_in, &asked, preview)),
        Err(why) => again(&console, &signed_in, form, why).await,
    }
}

fn preview_page(signed_in: &SignedIn, asked: &Asked, preview: Preview) -> PreviewPage {
    let draft = Posting::default();
    let (from, to) = preview.between;
    PreviewPage {
        shell: Shell::new("Check before the cases go", Under::Caseloads, signed_in),
        from: (asked.from.to_string(), from),
        to: (asked.to.to_string(), to),
        when: match preview.from_at {
            Some(at) => format!("On {}", words::when(at, &words::force_zone()).local),
            None => "At once".to_owned(),
        },
        day: asked.day.clone(),
        reason: asked.reason.clone(),
        can: preview.can.iter().map(|one| case_line(one, &draft)).collect(),
        barred: preview.barred.iter().map(|one| case_line(one, &draft)).collect(),
    }
}

/// `POST /caseload`: moves the cases.
pub async fn enter(
    State(console): State<Console>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let who = &signed_in.session.who;
    who.require(Action::KeepCaseloads)?;
    let done = match form.asked() {
        Ok(asked) => caseload::enter(&console.app, who, &asked).await?.map(|_| asked.to),
        Err(why) => Err(why.to_owned()),
    };
    match done {
        Ok(to) => Ok(Redirect::to(&format!("{PATH}?officer={to}")).into_response()),
        Err(why) => again(&console, &signed_in, form, why).await,
    }
}

/// `POST /caseload/{entry}/withdraw`: a move that waits does not happen.
pub async fn withdraw(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseMoveId>().map_err(|_| Fault::not_found())?;
    match caseload::withdraw(&console.app, &signed_in.session.who, id).await? {
        Ok(()) => Ok(Redirect::to(PATH).into_response()),
        Err(why) => again(&console, &signed_in, Posting::default(), why).await,
    }
}
