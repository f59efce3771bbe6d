//! A one-time code that enrols a device, made by an officer at a visit and shown once.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use proviso_model::ids::CaseId;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::sign_in::Nothing;
use super::signed_in::Posted;
use super::words::{self, When};
use crate::app::officer::enrolment;

#[derive(Template)]
#[template(path = "console/enrolment_code.html")]
struct CodePage {
    shell: Shell,
    case: String,
    person: String,
    code: String,
    spelled: String,
    until: When,
}

/// `POST /people/{case}/enrolment-code`. Making the code is logged first.
pub async fn make(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let made = enrolment::make_code(&console.app, &signed_in.session.who, id).await?;
    let spelled: Vec<_> = made.code.chars().map(String::from).collect();
    page(&CodePage {
        shell: Shell::new("Enrolment code", Under::People, &signed_in),
        case: id.to_string(),
        person: made.person.name,
        spelled: spelled.join(" "),
        code: made.code,
        until: words::when(made.expires_at, &words::force_zone()),
    })
}
