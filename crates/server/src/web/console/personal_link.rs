//! Links to a person's own page: made and ended by the officer, shown once.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, PersonalLinkId};
use proviso_store::PersonalLinkRow;
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::sign_in::Nothing;
use super::signed_in::Posted;
use super::words::{self, When};
use crate::app::personal::link;

#[derive(Template)]
#[template(path = "console/personal_link.html")]
struct LinkPage {
    shell: Shell,
    case: String,
    person: String,
    address: String,
    code: String,
    spelled: String,
    until: When,
}

/// A link on the person's page of the console.
pub struct LinkLine {
    pub id: String,
    /// What it is now, in a sentence.
    pub state: String,
    /// When it was opened, in a sentence.
    pub opened: String,
    pub works: bool,
}

/// A link in two sentences.
pub fn line(row: &PersonalLinkRow, now: Timestamp, zone: &TimeZone) -> LinkLine {
    let at = |at: Timestamp| words::when(at, zone).local;
    let works = link::works(row, now);
    let state = match &row.ended {
        Some((ended, _)) => format!("made {}, ended {}", at(row.made_at), at(*ended)),
        None if row.tries_left == 0 => format!("made {}, ended by wrong codes", at(row.made_at)),
        None if works => format!("made {}, works until {}", at(row.made_at), at(row.expires_at)),
        None => format!("made {}, ran out {}", at(row.made_at), at(row.expires_at)),
    };
    let opened = match (row.opened, row.opened_at) {
        (times, Some(last)) => format!("Opened {}, last {}", counted(times), at(last)),
        _ => "Never opened. Nobody need open it".to_owned(),
    };
    LinkLine { id: row.id.to_string(), state, opened, works }
}

fn counted(times: u64) -> String {
    words::counted(usize::try_from(times).unwrap_or(usize::MAX), "time", "times")
}

/// For how many days.
#[derive(Deserialize)]
pub struct Making {
    #[serde(default)]
    days: String,
}

/// `POST /people/{case}/personal-link`. Logged before it is made.
pub async fn make(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<Making>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let days = form.days.trim().parse().map_err(|_| Fault::bad_request("Give a number of days, 1 to 90."))?;
    let made = link::make(&console.app, &signed_in.session.who, id, days).await?;
    let spelled: Vec<_> = made.code.chars().map(String::from).collect();
    page(&LinkPage {
        shell: Shell::new("Link to the person’s own page", Under::People, &signed_in),
        case: id.to_string(),
        person: made.person.name,
        address: made.address,
        spelled: spelled.join(" "),
        code: made.code,
        until: words::when(made.expires_at, &words::force_zone()),
    })
}

/// `POST /people/{case}/personal-link/{link}`. Logged before it is done.
pub async fn end(
    State(console): State<Console>,
    Path((id, ends)): Path<(String, String)>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let ends = ends.parse::<PersonalLinkId>().map_err(|_| Fault::not_found())?;
    link::end(&console.app, &signed_in.session.who, id, ends).await?;
    Ok(Redirect::to(&format!("/people/{id}#own-page")).into_response())
}
