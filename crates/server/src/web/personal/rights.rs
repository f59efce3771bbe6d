//! What the person may ask about their data, what they asked, and the replies.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use proviso_engine::notice::language::Say;
use proviso_model::data_request::{CLOCK, CLOCK_EXTENDED, DataRequest, DataRequestState};
use proviso_model::limits::STATEMENT_BYTES_MAX;
use proviso_store::RightsKind;
use serde::Deserialize;

use super::language::Reader;
use super::visit::{Visit, stale, unreadable};
use super::{Frame, Personal, fault, html, said, words};
use crate::app::officer::error::ActError;
use crate::app::personal::{enter::actor, view};
use crate::app::retention::day_of;
use crate::app::rights::act::{self, NewRequest};
use crate::app::rights::{self, Asked, State as Standing};
use crate::web::console::signed_in::{read_form, same};

#[derive(Template)]
#[template(path = "personal/rights.html")]
struct RightsPage<'a> {
    frame: Frame,
    csrf: String,
    kinds: Vec<(&'static str, &'static str, bool)>,
    asked: Vec<Line>,
    clock: String,
    text: &'a str,
    problem: &'static str,
    bytes_max: usize,
}

struct Line {
    kind: &'static str,
    state: String,
    text: String,
    reply: String,
}

/// The form as sent.
#[derive(Deserialize, Default)]
struct Typed {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    text: String,
}

async fn line(personal: &Personal, one: &Asked, say: Say) -> Result<Line, ActError> {
    let app = &personal.app;
    let state = match one.state {
        Standing::Open => {
            let day = say.date(one.due_on);
            say.filled(DataRequestState::Open.in_words(), &[("day", day.as_str())])
        }
        Standing::Answered => say.of(DataRequestState::Answered.in_words()).to_owned(),
        Standing::Refused => say.of(DataRequestState::Refused.in_words()).to_owned(),
        Standing::Withdrawn => say.of(DataRequestState::Withdrawn.in_words()).to_owned(),
    };
    let reply = match rights::reply(one) {
        Some(act) => rights::opened(app, one.row.case, &act.sealed)?,
        None => String::new(),
    };
    let text = rights::words(app, &one.row).await?;
    Ok(Line { kind: say.of(words::asks(one.row.kind)), state, text, reply })
}

async fn form(
    personal: &Personal,
    visit: &Visit,
    typed: &Typed,
    problem: &'static str,
    say: Say,
) -> Result<Response, ActError> {
    let mut asked = Vec::new();
    let case = view::own(&personal.app, &visit.link).await?;
    let of_case = rights::of(&personal.app, &case).await?;
    for one in of_case.iter().filter(|one| one.is_from_the_page()) {
        asked.push(line(personal, one, say).await?);
    }
    let months = personal.app.rights.extension_months;
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = RightsPage {
        frame: Frame::new(say),
        csrf: visit.form_token(),
        kinds: RightsKind::ALL
            .iter()
            .map(|kind| (kind.as_str(), say.of(words::asks(*kind)), kind.as_str() == typed.kind))
            .collect(),
        asked,
        clock: match months {
            0 => say.of(CLOCK).to_owned(),
            months => say.filled(CLOCK_EXTENDED, &[("months", months.to_string().as_str())]),
        },
        text: &typed.text,
        problem: say.of(problem),
        bytes_max: STATEMENT_BYTES_MAX,
    };
    Ok(html(status, &page))
}

/// `GET /page/rights`.
pub(super) async fn show(State(personal): State<Personal>, visit: Visit, Reader(say): Reader) -> Response {
    let page = form(&personal, &visit, &Typed::default(), "", say).await;
    page.unwrap_or_else(|error| fault(say, &error))
}

/// `POST /page/rights`.
pub(super) async fn ask(
    State(personal): State<Personal>,
    visit: Visit,
    Reader(say): Reader,
    request: Request,
) -> Result<Response, Response> {
    let (csrf, typed) = read_form::<Typed>(request).await.map_err(|_| unreadable(say))?;
    if !same(&csrf, &visit.form_token()) {
        return Err(stale(say));
    }
    let app = &personal.app;
    let problem = match DataRequest::of_form((&typed.kind, &typed.text), app.now()) {
        Err(wrong) => wrong,
        Ok(request) => {
            // Both know the same five.
            let kind = RightsKind::parse(request.of.as_str()).unwrap_or(RightsKind::Complaint);
            let new = NewRequest { kind, received_on: day_of(app.now()), text: &request.text };
            let case = view::own(app, &visit.link).await.map_err(|error| fault(say, &error))?;
            let done = act::enter(app, &actor(visit.link.id), &case, &new).await;
            done.map_err(|error| fault(say, &ActError::Broken(error.to_string())))?;
            return Ok(said(say, StatusCode::OK, words::ASKED, Some(words::back(say))));
        }
    };
    form(&personal, &visit, &typed, problem, say).await.map_err(|error| fault(say, &error))
}
