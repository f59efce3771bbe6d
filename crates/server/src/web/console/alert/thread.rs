//! A row of the inbox on a page of its own: its alerts one after the other, each with what was captured and what the machine makes of it, and
//! one decision for those that are ticked.

use std::collections::HashMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use proviso_model::Outcome;
use proviso_model::ids::AlertId;

use super::finding::{self, FindingBox};
use super::masks::Masks;
use super::{Choice, Draft, Form, Identity, Problem, form, head, identity};
use crate::app::officer::alert::{AlertView, DecisionForm, REASON_BYTES_MAX};
use crate::app::officer::allowed::Action;
use crate::app::officer::thread::{self, Found};
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::page::{Shell, Under, page_with};
use crate::web::console::sign_in::Nothing;
use crate::web::console::signed_in::{Posted, SignedIn};
use crate::web::console::words;

/// The beginning of the name of an alert's tick box.
const ALERT: &str = "alert-";
/// Findings of one alert that the page shows; its own page shows more.
const FINDINGS_SHOWN: usize = 3;

#[derive(Template)]
#[template(path = "console/thread.html")]
struct ThreadPage {
    shell: Shell,
    id: String,
    identity: Identity,
    summary: String,
    paragraphs: Vec<Paragraph>,
    parts: Vec<Part>,
    /// The alerts, with commas between them.
    alerts: String,
    content_open: bool,
    can_decide: bool,
    by_hand: bool,
    form: Form,
    problem: Option<Problem>,
}

/// A paragraph that the row is about.
#[derive(PartialEq, Eq)]
struct Paragraph {
    number: String,
    kind: &'static str,
    court_words: String,
    window: String,
}

/// One alert of the row.
struct Part {
    id: String,
    happened: &'static str,
    device: String,
    seen: String,
    due: String,
    paragraph: String,
    note: String,
    findings: Vec<FindingBox>,
    left_out: u64,
    is_conversation: bool,
    ticked: bool,
}

/// `GET /inbox/rows/{id}`: without content. Each alert that is shown is in the log.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    row(&console, &signed_in, &id, false, &Draft::default(), None).await
}

/// `POST /inbox/rows/{id}/content`: with the content of its alerts, each in the log before any of it is shown.
pub async fn open_content(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    row(&console, &signed_in, &id, true, &Draft::default(), None).await
}

/// `POST /inbox/rows/{id}/decision`: one decision for each alert that is ticked.
pub async fn decide(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<HashMap<String, String>>,
) -> Result<Response, Fault> {
    signed_in.session.who.require(Action::Decide)?;
    let row_id = id.parse::<AlertId>().map_err(|_| Fault::not_found())?;
    let said = |name: &str| form.get(name).map_or("", |value| value.trim());
    let (outcome, reason) = (Outcome::parse(said("outcome")), said("reason").to_owned());
    if reason.len() > REASON_BYTES_MAX {
        return Err(Fault::bad_request(
            "The reason is longer than 16 KiB; shorten it and name where the rest is kept.",
        ));
    }
    let ticked = form.iter().filter(|(_, value)| value.as_str() == "on");
    let ticked: Result<Vec<AlertId>, _> =
        ticked.filter_map(|(name, _)| name.strip_prefix(ALERT)).map(str::parse).collect();
    let mut ticked = ticked.map_err(|_| Fault::bad_request("The form is not as the page made it."))?;
    ticked.sort_unstable();
    let Some(outcome) = outcome.filter(|_| !reason.is_empty() && !ticked.is_empty()) else {
        let draft = Draft { outcome, reason, tried: true };
        return row(&console, &signed_in, &id, false, &draft, Some(ticked)).await;
    };
    let who = &signed_in.session.who;
    let decision = DecisionForm { outcome, reason };
    let decided = thread::decide(&console.app, who, (row_id, &ticked), &decision).await?;
    Ok(Redirect::to(&format!("/?did=decided&n={}&left={}", decided.done, decided.left)).into_response())
}

async fn row(
    console: &Console,
    signed_in: &SignedIn,
    id: &str,
    is_open: bool,
    draft: &Draft,
    ticked: Option<Vec<AlertId>>,
) -> Result<Response, Fault> {
    let id = id.parse::<AlertId>().map_err(|_| Fault::not_found())?;
    let views = match thread::view(&console.app, &signed_in.session.who, id, is_open).await? {
        Found::Alone => return Ok(Redirect::to(&format!("/alerts/{id}")).into_response()),
        Found::Row(views) => views,
    };
    let first = views.first().ok_or_else(Fault::not_found)?;
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut parts = Vec::with_capacity(views.len());
    for view in &views {
        let zone = words::zone(&view.order.timezone);
        let act =
            view.findings.first().map_or(proviso_model::Act::Unknown, |one| one.captured.attribution.act);
        let head = head(signed_in, view, words::happened(&view.alert, act), &zone);
        let is_ticked = ticked.as_ref().is_none_or(|ticked| ticked.contains(&view.alert.id));
        parts.push(part(view, &head, is_ticked));
        let paragraph = Paragraph {
            number: head.paragraph,
            kind: head.kind,
            court_words: head.court_words,
            window: head.window,
        };
        if !paragraphs.contains(&paragraph) {
            paragraphs.push(paragraph);
        }
    }
    let mut alerts: Vec<String> = views.iter().map(|view| view.alert.id.to_string()).collect();
    alerts.sort_unstable();
    let findings: u64 = views.iter().map(|view| view.alert.findings).sum();
    let summary = format!(
        "{} with {}",
        words::counted(views.len(), "alert", "alerts"),
        words::counted(usize::try_from(findings).unwrap_or(usize::MAX), "finding", "findings")
    );
    let problem = problem(draft, ticked.as_deref());
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page_with(
        status,
        &ThreadPage {
            shell: Shell::new(&format!("{}: {summary}", first.person.name), Under::Inbox, signed_in),
            id: id.to_string(),
            identity: Identity { device: String::new(), ..identity(first) },
            summary,
            paragraphs,
            can_decide: parts.iter().any(|part| part.1),
            parts: parts.into_iter().map(|(part, _)| part).collect(),
            alerts: alerts.join(","),
            content_open: is_open,
            by_hand: views.iter().any(|view| view.alert.care.thread.is_some()),
            form: decision_form(draft),
            problem,
        },
    )
}

/// The form of the decision. A suspected breach is recorded on an alert by itself.
fn decision_form(draft: &Draft) -> Form {
    let form = form(draft);
    let is_offered = |choice: &Choice| choice.value != Outcome::SuspectedBreach.as_str();
    Form { choices: form.choices.into_iter().filter(is_offered).collect(), ..form }
}

fn problem(draft: &Draft, ticked: Option<&[AlertId]>) -> Option<Problem> {
    let says = |field, text| Some(Problem { field, text });
    match (draft.tried, ticked.is_some_and(<[AlertId]>::is_empty), draft.outcome.is_none()) {
        (false, ..) => None,
        (_, true, _) => says("alerts", "Tick at least one alert"),
        (_, _, true) => says("outcome", "Choose an outcome"),
        _ if draft.reason.is_empty() => says("reason", "Write a reason"),
        _ => None,
    }
}

/// One alert, and whether the officer may decide on it.
fn part(view: &AlertView, head: &super::AlertHead, ticked: bool) -> (Part, bool) {
    let zone = words::zone(&view.order.timezone);
    let masks = Masks::of(view);
    let findings: Vec<_> = view
        .findings
        .iter()
        .take(FINDINGS_SHOWN)
        .map(|one| finding::shown(one, view, &zone, &masks))
        .collect();
    let part = Part {
        id: head.id.clone(),
        happened: head.happened,
        device: super::device_words(&view.device.system, &view.device.account),
        seen: head.seen.clone(),
        due: head.due.clone(),
        paragraph: head.paragraph.clone(),
        note: head.note.clone(),
        left_out: view.alert.findings.saturating_sub(findings.len() as u64),
        findings,
        is_conversation: view.alert.is_conversation,
        ticked,
    };
    (part, head.can_decide)
}
