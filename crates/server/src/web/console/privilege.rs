//! What waits for an independent reviewer: the queue, one item, and the decision on it.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use proviso_model::finding::Finding;
use proviso_model::{Digest, Timestamp};
use proviso_store::PrivilegeState;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page, page_with};
use super::sign_in::Nothing;
use super::signed_in::{Posted, SignedIn};
use super::words::{self, When};
use crate::app::officer::allowed::Action;
use crate::app::officer::privilege::{self, Content, Item, ItemView, Queue, ReviewForm};

#[derive(Template)]
#[template(path = "console/privilege_list.html")]
struct ListPage {
    shell: Shell,
    may_review: bool,
    /// What an administrator is told.
    counts: String,
    /// Why something waits that nobody may decide on; empty where nothing does.
    stuck: String,
    waiting: Vec<Row>,
    decided: Vec<Row>,
}

struct Row {
    record: String,
    person: String,
    device: String,
    paragraphs: String,
    observed: When,
    age: String,
    due: String,
    overdue: bool,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "console/privilege.html")]
struct ItemPage {
    shell: Shell,
    case: String,
    record: String,
    person: String,
    order: String,
    device: String,
    paragraphs: String,
    findings: String,
    observed: When,
    held: When,
    age: String,
    waits: bool,
    content: Option<ContentBox>,
    decided: Option<Decided>,
    reason: String,
    problem: Option<String>,
}

struct ContentBox {
    reasons: Vec<String>,
    fact: String,
    attribution: String,
    /// Number, words, and whether it is marked as privileged.
    pieces: Vec<(usize, String, bool)>,
    opinions: Vec<Opinion>,
}

struct Opinion {
    paragraph: String,
    rule: String,
    explanation: String,
}

struct Decided {
    state: &'static str,
    officer: String,
    at: When,
    reason: String,
}

/// A decision in words.
#[must_use]
pub fn in_words(state: PrivilegeState) -> &'static str {
    match state {
        PrivilegeState::Held => "Waits",
        PrivilegeState::Privileged => "Privileged: sealed from the officers of the case",
        PrivilegeState::Released => "Not privileged: put before the officers of the case",
        PrivilegeState::Partly => "Privileged in part: the rest was put before the officers of the case",
    }
}

/// Paragraphs as a list in a sentence.
#[must_use]
pub fn paragraphs(listed: &[String]) -> String {
    let one = if listed.len() == 1 { "Paragraph" } else { "Paragraphs" };
    format!("{one} {}", listed.join(", "))
}

/// `GET /privilege`.
pub async fn list(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let queue = privilege::queue(&console.app, &signed_in.session.who).await?;
    let rows = |items: &[Item]| items.iter().map(|item| row(item, queue.now)).collect();
    page(&ListPage {
        shell: Shell::new("Privilege review", Under::Privilege, &signed_in),
        may_review: queue.may_review,
        counts: counts(&queue),
        stuck: match queue.without_reviewer {
            0 => String::new(),
            1 => "1 record waits that nobody may decide on".to_owned(),
            count => format!("{count} records wait that nobody may decide on"),
        },
        waiting: rows(&queue.waiting),
        decided: rows(&queue.decided),
    })
}

fn counts(queue: &Queue) -> String {
    let counts = &queue.counts;
    let waits = match counts.since {
        None => "Nothing waits".to_owned(),
        Some(since) => format!(
            "{}, the longest for {}",
            words::counted(counts.held, "record waits", "records wait"),
            words::span(queue.now.millis_since(since))
        ),
    };
    format!(
        "{waits}. Decided: {} privileged, {} in part, {} not.",
        counts.privileged, counts.partly, counts.released
    )
}

fn row(item: &Item, now: Timestamp) -> Row {
    let left = item.due_at.millis_since(now);
    Row {
        record: Digest(item.row.record).to_string(),
        person: item.person.name.clone(),
        device: words::device(&item.device.system).to_owned(),
        paragraphs: paragraphs(&item.row.paragraphs),
        observed: words::when(item.row.observed_at, &words::force_zone()),
        age: words::span(now.millis_since(item.row.held_at)),
        due: match left {
            0.. => format!("{} left", words::span(left)),
            _ => format!("Overdue by {}", words::span(-left)),
        },
        overdue: left < 0,
        state: in_words(item.row.state),
    }
}

fn digest(text: &str) -> Result<[u8; 32], Fault> {
    let mut record = [0; 32];
    hex::decode_to_slice(text, &mut record).map_err(|_| Fault::not_found())?;
    Ok(record)
}

/// `GET /privilege/{record}`: without what was captured. The view is logged.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(record): Path<String>,
) -> Result<Response, Fault> {
    let view = privilege::view(&console.app, &signed_in.session.who, digest(&record)?).await?;
    page(&item_page(&signed_in, &view, &Draft::default(), None))
}

/// `POST /privilege/{record}/content`: opens what was captured. Logged first.
pub async fn open(
    State(console): State<Console>,
    Path(record): Path<String>,
    Posted { signed_in, form: Nothing {} }: Posted<Nothing>,
) -> Result<Response, Fault> {
    let view = privilege::open(&console.app, &signed_in.session.who, digest(&record)?).await?;
    page(&item_page(&signed_in, &view, &Draft::default(), None))
}

/// What somebody had written before something was wrong with it.
#[derive(Default)]
struct Draft {
    reason: String,
    withheld: Vec<usize>,
}

/// `POST /privilege/{record}`: the decision.
pub async fn decide(
    State(console): State<Console>,
    Path(record): Path<String>,
    Posted { signed_in, form }: Posted<BTreeMap<String, String>>,
) -> Result<Response, Fault> {
    let (who, hash) = (&signed_in.session.who, digest(&record)?);
    who.require(Action::ReviewPrivilege)?;
    let said = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let state = match said("decided") {
        "privileged" => PrivilegeState::Privileged,
        "released" => PrivilegeState::Released,
        "partly" => PrivilegeState::Partly,
        _ => return Err(Fault::bad_request("The form does not say what was decided.")),
    };
    let number = |name: &String| name.strip_prefix("piece-")?.parse().ok();
    let withheld: Vec<usize> = form.keys().filter_map(number).collect();
    let reason = said("reason").to_owned();
    let draft = Draft { reason: reason.clone(), withheld: withheld.clone() };
    match privilege::decide(&console.app, who, hash, &ReviewForm { state, reason, withheld }).await? {
        Ok(()) => Ok(Redirect::to(&format!("/privilege/{}", Digest(hash))).into_response()),
        Err(why) => {
            let view = privilege::open(&console.app, who, hash).await?;
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &item_page(&signed_in, &view, &draft, Some(why)))
        }
    }
}

fn item_page(signed_in: &SignedIn, view: &ItemView, draft: &Draft, problem: Option<String>) -> ItemPage {
    let zone = words::zone(&view.order.timezone);
    let row = &view.item.row;
    let device = words::device(&view.item.device.system);
    ItemPage {
        shell: Shell::new("Privilege review", Under::Privilege, signed_in),
        case: row.case.to_string(),
        record: Digest(row.record).to_string(),
        person: view.item.person.name.clone(),
        order: view.order.reference.clone(),
        device: format!("{device}, account {}", view.item.device.account),
        paragraphs: paragraphs(&row.paragraphs),
        findings: words::counted(row.findings as usize, "opinion", "opinions"),
        observed: words::when(row.observed_at, &zone),
        held: words::when(row.held_at, &zone),
        age: words::span(view.now.millis_since(row.held_at)),
        waits: row.state == PrivilegeState::Held,
        content: view.content.as_ref().map(|content| content_box(content, view, draft)),
        decided: decided(view, &zone),
        reason: draft.reason.clone(),
        problem,
    }
}

fn decided(view: &ItemView, zone: &TimeZone) -> Option<Decided> {
    let ((officer, words), (at, _)) = (view.decided.as_ref()?, view.item.row.decided.as_ref()?);
    Some(Decided {
        state: in_words(view.item.row.state),
        officer: officer.clone(),
        at: words::when(*at, zone),
        reason: words.reason.clone(),
    })
}

fn content_box(content: &Content, view: &ItemView, draft: &Draft) -> ContentBox {
    let captured = &content.captured;
    let device = words::device(&view.item.device.system);
    let account = if captured.account.is_empty() { &view.item.device.account } else { &captured.account };
    let pieces = content.pieces.iter().enumerate();
    let opinion = |finding: &Finding| Opinion {
        paragraph: finding.paragraph.clone(),
        rule: finding.rule.clone(),
        explanation: finding.explanation.clone(),
    };
    ContentBox {
        reasons: content.reasons.clone(),
        fact: words::fact(&captured.fact),
        attribution: words::attribution(&captured.fact, captured.attribution.act, account, device),
        pieces: pieces
            .map(|(number, piece)| (number, piece.text.clone(), draft.withheld.contains(&number)))
            .collect(),
        opinions: content.findings.iter().map(opinion).collect(),
    }
}
