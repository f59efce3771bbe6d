//! Where the person may write: a fault, an accident, an explanation, a contact to protect. Nobody need.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use proviso_model::limits::STATEMENT_BYTES_MAX;
use proviso_model::statement::{Statement, StatementKind};
use serde::Deserialize;

use super::visit::{Visit, stale};
use super::{Personal, fault, html, said};
use crate::app::personal::statement;
use crate::web::console::assets::{self, Addresses};
use crate::web::console::signed_in::{read_form, same};
use crate::web::console::words;

#[derive(Template)]
#[template(path = "personal/statement.html")]
struct StatementPage<'a> {
    assets: &'static Addresses,
    csrf: String,
    kinds: [(&'static str, &'static str, bool); 4],
    about: &'a str,
    text: &'a str,
    problem: &'static str,
    bytes_max: usize,
}

/// The form as sent.
#[derive(Deserialize, Default)]
struct Said {
    #[serde(default)]
    of: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    text: String,
}

fn form(visit: &Visit, said: &Said, problem: &'static str) -> Response {
    let chosen = StatementKind::parse(&said.of).unwrap_or(StatementKind::Explanation);
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = StatementPage {
        assets: assets::addresses(),
        csrf: visit.form_token(),
        kinds: StatementKind::ALL.map(|kind| (kind.as_str(), kind.in_words(), kind == chosen)),
        about: &said.about,
        text: &said.text,
        problem,
        bytes_max: STATEMENT_BYTES_MAX,
    };
    html(status, &page)
}

/// `GET /page/statement`.
pub(super) async fn show(visit: Visit) -> Response {
    form(&visit, &Said::default(), "")
}

/// `POST /page/statement`.
pub(super) async fn write(
    State(personal): State<Personal>,
    visit: Visit,
    request: Request,
) -> Result<Response, Response> {
    let (csrf, form_sent) = read_form::<Said>(request).await?;
    if !same(&csrf, &visit.form_token()) {
        return Err(stale());
    }
    let app = &personal.app;
    let fields = (form_sent.of.as_str(), form_sent.about.as_str(), form_sent.text.as_str());
    // Forms give no zone; the force's is that of its county.
    let statement = match Statement::of_form(fields, &words::force_zone(), app.now()) {
        Ok(statement) => statement,
        Err(wrong) => return Ok(form(&visit, &form_sent, wrong.in_words())),
    };
    let kept = statement::write(app, &visit.link, &statement).await;
    kept.map_err(|error| fault(&error))?;
    let text =
        "Officers see it beside what was captured at that time. It cannot be changed; you may write again.";
    Ok(said(StatusCode::OK, "It is on record", text, ("/page", "Back to your page")))
}
