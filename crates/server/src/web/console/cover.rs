//! Who stands in for whom: a supervisor's page.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_model::ids::{CoverId, OfficerId};
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page_with};
use super::sign_in::Nothing;
use super::signed_in::{Posted, SignedIn};
use super::words::{self, When};
use crate::app::force::cover::NewCover;
use crate::app::officer::cover::{self, CoverView, ShownCover};

#[derive(Template)]
#[template(path = "console/cover.html")]
struct CoverPage {
    shell: Shell,
    zone: String,
    covers: Vec<Line>,
    officers: Vec<Officer>,
    stand_ins: Vec<Officer>,
    form: Entered,
    problem: Option<Problem>,
}

struct Line {
    id: String,
    officer: String,
    covered_by: String,
    made_by: String,
    from: When,
    until: When,
    stands: bool,
    is_away: bool,
}

struct Officer {
    id: String,
    name: String,
}

struct Problem {
    field: &'static str,
    text: String,
}

/// The form as posted. A box that is not ticked is not sent.
#[derive(Deserialize, Default)]
pub struct Entered {
    #[serde(default)]
    officer: String,
    #[serde(default)]
    covered_by: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    away: String,
}

impl Entered {
    fn read(&self, zone: &TimeZone) -> Result<NewCover, Problem> {
        let officer = |field, said: &str| {
            let id: Option<OfficerId> = said.parse().ok();
            id.ok_or_else(|| Problem { field, text: "Choose an officer".to_owned() })
        };
        let instant = |field, said: &str| {
            Timestamp::of_local(said, zone)
                .ok_or_else(|| Problem { field, text: "Enter a day and a time".to_owned() })
        };
        Ok(NewCover {
            officer: officer("officer", &self.officer)?,
            covered_by: officer("covered-by", &self.covered_by)?,
            from: instant("from", &self.from)?,
            until: instant("until", &self.until)?,
            is_away: self.away == "yes",
        })
    }
}

/// `GET /cover`.
pub async fn show(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    made(&console, &signed_in, Entered::default(), None).await
}

async fn made(
    console: &Console,
    signed_in: &SignedIn,
    form: Entered,
    problem: Option<Problem>,
) -> Result<Response, Fault> {
    let app = &console.app;
    let CoverView { covers, officers, stand_ins, now } = cover::view(app, &signed_in.session.who).await?;
    let zone = &app.telling.zone;
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let template = CoverPage {
        shell: Shell::new("Cover", Under::Cover, signed_in),
        zone: zone.iana_name().unwrap_or("the force").to_owned(),
        covers: covers.into_iter().map(|one| line(one, now, zone)).collect(),
        officers: officers.into_iter().map(|(id, name)| Officer { id: id.to_string(), name }).collect(),
        stand_ins: stand_ins.into_iter().map(|(id, name)| Officer { id: id.to_string(), name }).collect(),
        form,
        problem,
    };
    page_with(status, &template)
}

fn line(one: ShownCover, now: Timestamp, zone: &TimeZone) -> Line {
    let row = one.row;
    Line {
        id: row.id.to_string(),
        officer: one.officer,
        covered_by: one.covered_by,
        made_by: one.made_by,
        from: words::when(row.from, zone),
        until: words::when(row.until, zone),
        stands: row.stands(now),
        is_away: row.is_away,
    }
}

/// `POST /cover`.
pub async fn add(
    State(console): State<Console>,
    Posted { signed_in, form }: Posted<Entered>,
) -> Result<Response, Fault> {
    let new = match form.read(&console.app.telling.zone) {
        Ok(new) => new,
        Err(problem) => return made(&console, &signed_in, form, Some(problem)).await,
    };
    match cover::add(&console.app, &signed_in.session.who, new).await? {
        Ok(_) => Ok(Redirect::to("/cover").into_response()),
        Err(why) => {
            let problem = Problem { field: "officer", text: words::sentence(&why) };
            made(&console, &signed_in, form, Some(problem)).await
        }
    }
}

/// `POST /cover/{cover}`: ends it.
pub async fn end(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    let id: CoverId = id.parse().map_err(|_| Fault::not_found())?;
    cover::end(&console.app, &signed_in.session.who, id).await?;
    Ok(Redirect::to("/cover").into_response())
}
