//! The shield list of a case: contacts that are never captured, kept by somebody who is not in charge of the case.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use proviso_model::ids::CaseId;
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page, page_with};
use super::signed_in::{Posted, SignedIn};
use super::words::{self, When};
use crate::app::officer::shield::{self, Change, ShieldView, ShownContact};

#[derive(Template)]
#[template(path = "console/shield_list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<ListRow>,
}

struct ListRow {
    case: String,
    person: String,
    standing: String,
    asked: usize,
}

#[derive(Template)]
#[template(path = "console/shield.html")]
struct ShieldPage {
    shell: Shell,
    case: String,
    person: String,
    order: String,
    asked: Vec<Asked>,
    standing: Vec<ContactRow>,
    ended: Vec<ContactRow>,
    draft: Posting,
    problem: Option<String>,
}

struct Asked {
    text: String,
    at: When,
}

struct ContactRow {
    id: String,
    contact: String,
    reason: String,
    officer: String,
    at: When,
    /// Why it was taken off, by whom, when.
    ended: Option<(String, String, When)>,
}

/// `GET /shield`.
pub async fn list(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let found = shield::list(&console.app, &signed_in.session.who).await?;
    let rows = found.into_iter().map(|one| ListRow {
        case: one.case.id.to_string(),
        person: one.person.name,
        standing: words::counted(one.standing, "contact", "contacts"),
        asked: one.asked,
    });
    let rows = rows.collect();
    page(&ListPage { shell: Shell::new("Protected contacts", Under::Shield, &signed_in), rows })
}

/// `GET /people/{case}/shield`. The view is logged.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let view = shield::view(&console.app, &signed_in.session.who, id).await?;
    page(&shield_page(&signed_in, &view, Posting::default(), None))
}

/// A change as posted: a contact to be put on the list, or the id of one to be taken off.
#[derive(Default, Deserialize)]
pub struct Posting {
    #[serde(default)]
    contact: String,
    #[serde(default)]
    ends: String,
    #[serde(default)]
    reason: String,
}

/// `POST /people/{case}/shield`.
pub async fn change(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let who = &signed_in.session.who;
    let change = match form.ends.as_str() {
        "" => Change::Add(&form.contact),
        ends => Change::End(ends.parse().map_err(|_| Fault::not_found())?),
    };
    match shield::change(&console.app, who, id, change, &form.reason).await? {
        Ok(()) => Ok(Redirect::to(&format!("/people/{id}/shield")).into_response()),
        Err(why) => {
            let view = shield::view(&console.app, who, id).await?;
            let page = shield_page(&signed_in, &view, form, Some(why));
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn shield_page(
    signed_in: &SignedIn,
    view: &ShieldView,
    draft: Posting,
    problem: Option<String>,
) -> ShieldPage {
    let zone = words::zone(&view.order.timezone);
    let row = |one: &ShownContact| {
        let (reason, officer, at) = &one.entered;
        let ended = one.ended.as_ref();
        ContactRow {
            id: one.id.to_string(),
            contact: one.contact.clone(),
            reason: reason.clone(),
            officer: officer.clone(),
            at: words::when(*at, &zone),
            ended: ended.map(|(reason, by, at)| (reason.clone(), by.clone(), words::when(*at, &zone))),
        }
    };
    let (ended, standing): (Vec<ContactRow>, Vec<ContactRow>) =
        view.contacts.iter().map(row).partition(|row| row.ended.is_some());
    let asked = view.asked.iter().rev();
    ShieldPage {
        shell: Shell::new("Protected contacts", Under::Shield, signed_in),
        case: view.case.id.to_string(),
        person: view.person.name.clone(),
        order: view.order.reference.clone(),
        asked: asked
            .map(|one| Asked { text: one.text.clone(), at: words::when(one.written_at, &zone) })
            .collect(),
        standing,
        ended,
        draft,
        problem,
    }
}
