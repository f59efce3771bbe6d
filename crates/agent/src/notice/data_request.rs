//! Where the supervised person may ask about their data: to see it, to have it corrected or erased, a complaint, the wrong person. Behind the
//! PIN, sealed into the record like a statement. Saying that the wrong person was enrolled stops nothing by itself: anybody could end the
//! monitoring of an order by a sentence.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use proviso_model::data_request::{
    AskedRequest, CLOCK, CLOCK_EXTENDED, DataRequest, DataRequestKind, DataRequests,
};
use proviso_model::limits::STATEMENT_BYTES_MAX;
use serde::Deserialize;

use super::answer::{html, problem, see_other};
use super::language::{Say, asked};
use super::page::{Page, Shared, ask_for_pin, no_policy, stale};
use super::visits::same;
use crate::daemon::core_thread::Ask;
use crate::watch::Written;

#[derive(Template)]
#[template(path = "data_request.html")]
struct DataPage<'a> {
    form_token: &'a str,
    /// Empty while no server is known that takes requests.
    clock: String,
    asked: Vec<Line>,
    kinds: [(&'static str, &'static str, bool); 5],
    text: &'a str,
    problem: &'static str,
    bytes_max: usize,
    say: Say,
}

struct Line {
    kind: &'static str,
    received: String,
    state: String,
}

#[derive(Deserialize, Default)]
pub(super) struct DataForm {
    token: String,
    #[serde(default)]
    of: String,
    #[serde(default)]
    text: String,
}

/// What the server told of requests; `None` while it told nothing.
fn told(page: &Page) -> Option<DataRequests> {
    page.uplink().looked.and_then(|looked| looked.requests)
}

fn line(one: &AskedRequest, say: Say) -> Line {
    let due = say.date(one.due_on);
    Line {
        kind: say.of(one.of.in_words()),
        received: say.date(one.received_on),
        state: say.filled(one.state.in_words(), &[("day", due.as_str())]),
    }
}

fn form(page: &Page, say: Say, form: &DataForm, wrong: &'static str) -> Response {
    let told = told(page);
    let clock = match told.as_ref().map(|told| told.extension_months) {
        None => String::new(),
        Some(0) => say.of(CLOCK).to_owned(),
        Some(months) => say.filled(CLOCK_EXTENDED, &[("months", months.to_string().as_str())]),
    };
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let filled = DataPage {
        form_token: page.form_token(),
        clock,
        asked: told.iter().flat_map(|told| &told.asked).map(|one| line(one, say)).collect(),
        kinds: DataRequestKind::ALL.map(|kind| (kind.as_str(), kind.in_words(), kind.as_str() == form.of)),
        text: &form.text,
        problem: wrong,
        bytes_max: STATEMENT_BYTES_MAX,
        say,
    };
    html(status, &filled)
}

/// `GET /details/data`.
pub(super) async fn show(State(page): Shared, headers: HeaderMap) -> Response {
    if !page.is_open_to(&headers) {
        return ask_for_pin(&page, &headers);
    }
    form(&page, asked(&headers), &DataForm::default(), "")
}

/// `POST /details/data`.
pub(super) async fn ask(State(page): Shared, headers: HeaderMap, Form(said): Form<DataForm>) -> Response {
    if !same(&said.token, page.form_token()) {
        return stale();
    }
    if !page.is_open_to(&headers) {
        return ask_for_pin(&page, &headers);
    }
    if page.policy().is_none() {
        return no_policy(&page, &headers);
    }
    let say = asked(&headers);
    // A server that knows no such record would keep it sealed and put it before nobody.
    if told(&page).is_none() {
        return form(&page, say, &said, "");
    }
    let request = match DataRequest::of_form((&said.of, &said.text), page.now()) {
        Ok(request) => request,
        Err(wrong) => return form(&page, say, &said, wrong),
    };
    let DataRequest { of, text, .. } = request;
    match page.core().ask(|reply| Ask::Written(Written::DataRequest { of, text }, reply)).await {
        Some(true) => see_other("/details/data/kept"),
        _ => {
            let text = "It could not be put on record, so nothing of it is kept. The device may have no room left; tell the force.";
            problem(StatusCode::SERVICE_UNAVAILABLE, "Not recorded", text)
        }
    }
}

/// `GET /details/data/kept`.
pub(super) async fn kept() -> Response {
    let text = "It is sealed into the record and will be sent to the force, which answers within a month of the day on which it arrives. The page where you asked says how it stands, a few hours after that. It cannot be changed; you may ask again.";
    problem(StatusCode::OK, "It is asked", text)
}
