//! What a person must notify: entered, changed and looked at by officers.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use proviso_model::ids::{CaseId, DutyId};
use proviso_store::DutyKind;
use serde::Deserialize;

use super::Console;
use super::alert::Identity;
use super::fault::Fault;
use super::page::{Shell, Under, page, page_with};
use super::signed_in::{Posted, SignedIn};
use super::words;
use crate::app::officer::clock;
use crate::app::officer::duties::{self, DutiesView, DutyForm, DutyState, DutyWords, ShownDuty};

/// An entry.
struct DutyBox {
    id: String,
    kind: &'static str,
    what: String,
    asked_by: String,
    note: String,
    state: String,
    tone: &'static str,
    entered: String,
    withdrawn: bool,
    /// As the fields of the form have them.
    due: String,
    notified: String,
    checked: String,
    before: Vec<String>,
}

/// What the order asks for.
struct AskBox {
    paragraph: String,
    text: String,
    words: String,
}

/// A kind to choose.
struct Choice {
    value: &'static str,
    label: &'static str,
}

#[derive(Template)]
#[template(path = "console/duties.html")]
struct DutiesPage {
    shell: Shell,
    identity: Identity,
    problem: Option<&'static str>,
    duties: Vec<DutyBox>,
    asks: Vec<AskBox>,
    kinds: Vec<Choice>,
    draft: Posting,
    may_enter: bool,
}

/// A form as posted.
#[derive(Default, Clone, Deserialize)]
pub struct Posting {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    what: String,
    #[serde(default)]
    asked_by: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    due: String,
    #[serde(default)]
    notified: String,
    #[serde(default)]
    checked: String,
    #[serde(default)]
    withdraw: String,
}

/// A kind in words.
pub fn kind_in_words(kind: DutyKind) -> &'static str {
    match kind {
        DutyKind::Device => "A device",
        DutyKind::Account => "A name or an account that is used",
        DutyKind::Address => "An address, or where the person stays",
        DutyKind::Relationship => "A relationship, or a household with children",
        DutyKind::Travel => "A journey",
        DutyKind::Other => "Something else",
    }
}

/// `GET /people/{case}/duties`. The view is logged.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let view = duties::view(&console.app, &signed_in.session.who, id).await?;
    page(&duties_page(&signed_in, id, view, Posting::default(), None))
}

/// `POST /people/{case}/duties`. Logged before it is done.
pub async fn enter(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    kept(&console, &signed_in, (id, None), form).await
}

/// `POST /people/{case}/duties/{entry}`. Logged before it is done; nothing is overwritten.
pub async fn change(
    State(console): State<Console>,
    Path((id, entry)): Path<(String, String)>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let entry = entry.parse::<DutyId>().map_err(|_| Fault::not_found())?;
    kept(&console, &signed_in, (id, Some(entry)), form).await
}

async fn kept(
    console: &Console,
    signed_in: &SignedIn,
    (id, entry): (CaseId, Option<DutyId>),
    form: Posting,
) -> Result<Response, Fault> {
    let (app, who) = (&console.app, &signed_in.session.who);
    let problem = match parsed(&form) {
        Err(why) => why,
        Ok(parsed) => match duties::enter(app, who, id, entry, &parsed).await? {
            Ok(_) => return Ok(Redirect::to(&format!("/people/{id}/duties")).into_response()),
            Err(why) => why,
        },
    };
    let view = duties::view(app, who, id).await?;
    let draft = if entry.is_none() { form } else { Posting::default() };
    let page = duties_page(signed_in, id, view, draft, Some(problem));
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

fn parsed(form: &Posting) -> Result<DutyForm, &'static str> {
    let day = |text: &str| match text.trim() {
        "" => Ok(None),
        text => text.parse::<Date>().map(Some).map_err(|_| "Give days as 2026-03-03."),
    };
    Ok(DutyForm {
        kind: DutyKind::parse(&form.kind),
        due_on: day(&form.due)?,
        notified_on: day(&form.notified)?,
        checked_on: day(&form.checked)?,
        withdrawn: form.withdraw == "yes",
        words: DutyWords {
            what: form.what.trim().to_owned(),
            asked_by: form.asked_by.trim().to_owned(),
            note: form.note.trim().to_owned(),
        },
    })
}

fn duties_page(
    signed_in: &SignedIn,
    id: CaseId,
    view: DutiesView,
    draft: Posting,
    problem: Option<&'static str>,
) -> DutiesPage {
    let zone = words::zone(&view.order.timezone);
    let ask = |one: &duties::Asks| AskBox {
        paragraph: one.paragraph.clone(),
        text: one.text.clone(),
        words: match one.within_days {
            Some(days) => format!("Within {}", words::counted(usize::from(days), "day", "days")),
            None => "The court set no number of days".to_owned(),
        },
    };
    DutiesPage {
        shell: Shell::new("What must be notified", Under::People, signed_in),
        identity: Identity {
            case: id.to_string(),
            person: view.person.name.clone(),
            order: view.order.reference.clone(),
            device: String::new(),
            officer: view.officer.clone(),
        },
        problem,
        duties: view.duties.iter().map(|one| duty(one, view.today, &zone)).collect(),
        asks: view.asks.iter().map(ask).collect(),
        kinds: DutyKind::ALL
            .iter()
            .map(|kind| Choice { value: kind.as_str(), label: kind_in_words(*kind) })
            .collect(),
        draft,
        may_enter: view.may_enter,
    }
}

/// How an entry stands, in words.
pub fn state_in_words(one: &ShownDuty, today: Date) -> String {
    let on = |day: Option<Date>| day.map(words::day).unwrap_or_default();
    match (one.state(today), one.due_on) {
        (DutyState::Overdue, Some(due)) => {
            let days = usize::try_from(clock::days_between(due, today)).unwrap_or_default();
            format!(
                "Not notified; was due on {}, {} ago",
                words::day(due),
                words::counted(days, "day", "days")
            )
        }
        (DutyState::Waits, Some(due)) => {
            format!("Not notified yet; due on {}, {}", words::day(due), clock::away(today, due))
        }
        (DutyState::Overdue | DutyState::Waits, None) => "Not notified yet; no day is set".to_owned(),
        (DutyState::Unchecked, _) => format!("Notified on {}; not checked yet", on(one.notified_on)),
        (DutyState::Checked, _) => {
            format!("Notified on {}; checked on {}", on(one.notified_on), on(one.checked_on))
        }
        (DutyState::Withdrawn, _) => "Withdrawn: entered by mistake".to_owned(),
    }
}

fn duty(one: &ShownDuty, today: Date, zone: &jiff::tz::TimeZone) -> DutyBox {
    let state = one.state(today);
    let field = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let before = one.before.iter().map(|(row, said, officer)| {
        format!("{} (entered by {officer} on {})", said.what, words::when(row.entered_at, zone).local)
    });
    DutyBox {
        id: one.row.id.to_string(),
        kind: kind_in_words(one.row.kind),
        what: one.words.what.clone(),
        asked_by: one.words.asked_by.clone(),
        note: one.words.note.clone(),
        state: state_in_words(one, today),
        tone: match state {
            DutyState::Overdue => "first",
            DutyState::Waits | DutyState::Unchecked => "soon",
            DutyState::Checked | DutyState::Withdrawn => "later",
        },
        entered: format!("Entered by {} on {}", one.officer, words::when(one.row.entered_at, zone).local),
        withdrawn: state == DutyState::Withdrawn,
        due: field(one.due_on),
        notified: field(one.notified_on),
        checked: field(one.checked_on),
        before: before.collect(),
    }
}
