//! Where the supervised person may write: a fault, an accident, an explanation. Behind the PIN, sealed into the record, never needed.

use askama::Template;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::tz::TimeZone;
use proviso_model::limits::STATEMENT_BYTES_MAX;
use proviso_model::statement::{Statement, StatementKind};
use serde::Deserialize;

use super::answer::{html, problem, see_other};
use super::language::{Say, asked};
use super::page::{Page, Shared, ask_for_pin, no_policy, stale};
use super::visits::same;
use crate::daemon::core_thread::Ask;
use crate::watch::Written;

#[derive(Template)]
#[template(path = "statement.html")]
struct StatementPage<'a> {
    form_token: &'a str,
    kinds: [(&'static str, &'static str, bool); 4],
    about: &'a str,
    text: &'a str,
    problem: &'static str,
    bytes_max: usize,
    say: Say,
}

#[derive(Deserialize, Default)]
pub(super) struct StatementForm {
    token: String,
    #[serde(default)]
    of: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    text: String,
}

fn form(page: &Page, say: Say, form: &StatementForm, wrong: &'static str) -> Response {
    let chosen = StatementKind::parse(&form.of).unwrap_or(StatementKind::Explanation);
    let status = if wrong.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let filled = StatementPage {
        form_token: page.form_token(),
        kinds: StatementKind::ALL.map(|kind| (kind.as_str(), kind.in_words(), kind == chosen)),
        about: &form.about,
        text: &form.text,
        problem: wrong,
        bytes_max: STATEMENT_BYTES_MAX,
        say,
    };
    html(status, &filled)
}

/// `GET /details/statement`.
pub(super) async fn show(State(page): Shared, headers: HeaderMap) -> Response {
    if !page.is_open_to(&headers) {
        return ask_for_pin(&page, &headers);
    }
    form(&page, asked(&headers), &StatementForm::default(), "")
}

/// `POST /details/statement`.
pub(super) async fn write(
    State(page): Shared,
    headers: HeaderMap,
    Form(said): Form<StatementForm>,
) -> Response {
    if !same(&said.token, page.form_token()) {
        return stale();
    }
    if !page.is_open_to(&headers) {
        return ask_for_pin(&page, &headers);
    }
    let Some(kept) = page.policy() else { return no_policy(&page, &headers) };
    let say = asked(&headers);
    let zone = TimeZone::get(&kept.policy.timezone).unwrap_or(TimeZone::UTC);
    let fields = (said.of.as_str(), said.about.as_str(), said.text.as_str());
    let Statement { of, about, text, .. } = match Statement::of_form(fields, &zone, page.now()) {
        Ok(statement) => statement,
        Err(wrong) => return form(&page, say, &said, wrong.in_words()),
    };
    match page.core().ask(|reply| Ask::Written(Written::Statement { of, about, text }, reply)).await {
        Some(true) => see_other("/details/statement/kept"),
        _ => {
            let text = "It could not be put on record, so nothing of it is kept. The device may have no room left; tell the force.";
            problem(StatusCode::SERVICE_UNAVAILABLE, "Not recorded", text)
        }
    }
}

/// `GET /details/statement/kept`.
pub(super) async fn kept() -> Response {
    let text = "It is sealed into the record and will be sent to the force. Officers see it beside what was captured at that time. It cannot be changed; you may write again.";
    problem(StatusCode::OK, "It is on record", text)
}
