//! Where the person may write: a fault, an accident, an explanation, a contact to protect. Nobody need.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use proviso_engine::notice::language::Say;
use proviso_model::limits::STATEMENT_BYTES_MAX;
use proviso_model::statement::{Statement, StatementKind};
use serde::Deserialize;

use super::language::Reader;
use super::visit::{Visit, stale, unreadable};
use super::{Frame, Personal, fault, html, said, words};
use crate::app::personal::statement;
use crate::web::console::signed_in::{read_form, same};
use crate::web::console::words::force_zone;

#[derive(Template)]
#[template(path = "personal/statement.html")]
struct StatementPage<'a> {
    frame: Frame,
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

fn form(visit: &Visit, said: &Said, problem: &'static str, say: Say) -> Response {
    let chosen = StatementKind::parse(&said.of).unwrap_or(StatementKind::Explanation);
    let status = if problem.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = StatementPage {
        frame: Frame::new(say),
        csrf: visit.form_token(),
        kinds: StatementKind::ALL.map(|kind| (kind.as_str(), say.of(kind.in_words()), kind == chosen)),
        about: &said.about,
        text: &said.text,
        problem: say.of(problem),
        bytes_max: STATEMENT_BYTES_MAX,
    };
    html(status, &page)
}

/// `GET /page/statement`.
pub(super) async fn show(visit: Visit, Reader(say): Reader) -> Response {
    form(&visit, &Said::default(), "", say)
}

/// `POST /page/statement`.
pub(super) async fn write(
    State(personal): State<Personal>,
    visit: Visit,
    Reader(say): Reader,
    request: Request,
) -> Result<Response, Response> {
    let (csrf, form_sent) = read_form::<Said>(request).await.map_err(|_| unreadable(say))?;
    if !same(&csrf, &visit.form_token()) {
        return Err(stale(say));
    }
    let app = &personal.app;
    let fields = (form_sent.of.as_str(), form_sent.about.as_str(), form_sent.text.as_str());
    // Forms give no zone; the force's is that of its county.
    let statement = match Statement::of_form(fields, &force_zone(), app.now()) {
        Ok(statement) => statement,
        Err(wrong) => return Ok(form(&visit, &form_sent, wrong.in_words(), say)),
    };
    let kept = statement::write(app, &visit.link, &statement).await;
    kept.map_err(|error| fault(say, &error))?;
    Ok(said(say, StatusCode::OK, words::RECORDED, Some(words::back(say))))
}
