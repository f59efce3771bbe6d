//! Another adult on a device: the form that approves, the one-time code shown once, the form that withdraws, and what the device told.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use proviso_model::ids::OtherAdultId;
use proviso_model::other_adult::{OTHER_ADULT_MINUTES_MAX, OTHER_ADULT_SESSIONS_MAX, input_in_words};
use proviso_model::{OtherAdultTold, Timestamp};
use serde::Deserialize;

use super::acts::{ids, reason};
use crate::app::officer::coverage::DeviceView;
use crate::app::officer::device_acts;
use crate::app::officer::other_adult::{self, ShownApproval, ShownTold};
use crate::app::other_adult::{Adult, Terms};
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::page::{Shell, Under, page};
use crate::web::console::signed_in::Posted;
use crate::web::console::words::{self, When};

/// The section of the page.
pub struct OtherAdultBox {
    pub approvals: Vec<ApprovalBox>,
    pub told: Vec<ToldLine>,
    /// Whether one stands, so that no other can be made.
    pub stands: bool,
    pub minutes_max: u16,
    pub sessions_max: u8,
}

/// An approval, in words.
pub struct ApprovalBox {
    pub id: String,
    pub what: String,
    pub state: String,
    pub reason: String,
    pub approved: String,
    pub withdrawn: String,
    /// Whether it can be withdrawn.
    pub stands: bool,
}

/// What the device told.
pub struct ToldLine {
    pub what: String,
    /// That the approval it names did not stand; empty where it did.
    pub but: &'static str,
}

/// Prepares the section.
pub fn section(view: &DeviceView, zone: &TimeZone) -> OtherAdultBox {
    let approvals: Vec<ApprovalBox> =
        view.other_adult.approvals.iter().map(|one| approval(one, view.now, zone)).collect();
    OtherAdultBox {
        stands: approvals.iter().any(|one| one.stands),
        told: view.other_adult.told.iter().map(|one| told(one, zone)).collect(),
        approvals,
        minutes_max: OTHER_ADULT_MINUTES_MAX,
        sessions_max: OTHER_ADULT_SESSIONS_MAX,
    }
}

fn approval(one: &ShownApproval, now: Timestamp, zone: &TimeZone) -> ApprovalBox {
    let terms = &one.row.terms;
    let local = |at: Timestamp| words::when(at, zone).local;
    let is_over = !terms.holds(now);
    let state = match (&one.row.withdrawn, is_over) {
        (Some(_), _) => "withdrawn",
        (None, true) => "has run out",
        (None, false) => "stands",
    };
    let withdrawn = one.row.withdrawn.as_ref().zip(one.withdrawn.as_ref());
    ApprovalBox {
        id: terms.id.to_string(),
        what: format!(
            "{}: at most {} at a time, {}, until {}",
            one.adult.name,
            words::span(i64::from(terms.minutes_max) * 60_000),
            words::counted(usize::from(terms.sessions_per_day_max), "session a day", "sessions a day"),
            local(terms.until)
        ),
        state: state.to_owned(),
        reason: one.adult.reason.clone(),
        approved: format!("Approved by {} on {}", one.officer, local(one.row.approved_at)),
        withdrawn: withdrawn.map_or_else(String::new, |(row, (by, why))| {
            format!("Withdrawn by {by} on {}: {why}", local(row.at))
        }),
        stands: one.row.withdrawn.is_none() && !is_over,
    }
}

fn told(one: &ShownTold, zone: &TimeZone) -> ToldLine {
    let local = |at: Timestamp| words::when(at, zone).local;
    let what = match &one.told {
        OtherAdultTold::PinSet { at, .. } => format!("{}: a PIN was set with the one-time code", local(*at)),
        OtherAdultTold::WrongPins { at, count, .. } => {
            let pins = words::counted(*count as usize, "wrong PIN was tried", "wrong PINs were tried");
            format!("From {}: {pins}", local(*at))
        }
        OtherAdultTold::Session { from, until, ended, input, uncounted, .. } => format!(
            "{} to {} ({}): {}; {}",
            local(*from),
            words::when(*until, zone).clock,
            words::span(until.millis_since(*from)),
            input_in_words(*input, uncounted),
            ended.in_words()
        ),
    };
    let but = match one.was_approved {
        true => "",
        false => {
            "No approval stood on this server then: the device had not heard of it, or its clock was wrong."
        }
    };
    ToldLine { what, but }
}

/// The form that approves.
#[derive(Deserialize)]
pub struct Approving {
    #[serde(default)]
    name: String,
    #[serde(default)]
    minutes: String,
    #[serde(default)]
    sessions: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    reason: String,
}

#[derive(Template)]
#[template(path = "console/other_adult_code.html")]
struct CodePage {
    shell: Shell,
    case: String,
    device: String,
    name: String,
    code: String,
    spelled: String,
    until: When,
}

/// The first instant after a civil day.
fn end_of(day: &str, zone: &TimeZone) -> Result<Timestamp, Fault> {
    let wrong = || Fault::bad_request("Give the last day, for example 2026-03-31.");
    let day: Date = day.trim().parse().map_err(|_| wrong())?;
    let next = day.tomorrow().map_err(|_| wrong())?.to_datetime(Time::midnight());
    let next = zone.to_timestamp(next).map_err(|_| wrong())?;
    Ok(Timestamp::from_micros(next.as_microsecond()))
}

/// `POST /people/{case}/devices/{device}/other-adult`. Logged before it is done; the code is shown on the page that answers, and
/// never again.
pub async fn approve(
    State(console): State<Console>,
    Path((case, device)): Path<(String, String)>,
    Posted { signed_in, form }: Posted<Approving>,
) -> Result<Response, Fault> {
    let about = ids(&case, &device)?;
    let who = &signed_in.session.who;
    let zone = words::zone(&device_acts::timezone(&console.app, who, about.0).await?);
    let number = |text: &str| text.trim().parse::<u16>().unwrap_or(0);
    let terms = Terms {
        minutes_max: number(&form.minutes),
        sessions_per_day_max: u8::try_from(number(&form.sessions)).unwrap_or(0),
        until: end_of(&form.until, &zone)?,
    };
    let adult = Adult { name: form.name.clone(), reason: reason(&form.reason)?.to_owned() };
    match other_adult::approve(&console.app, who, about, terms, &adult).await? {
        Ok(made) => {
            let spelled: Vec<String> = made.code.chars().map(String::from).collect();
            page(&CodePage {
                shell: Shell::new("One-time code", Under::People, &signed_in),
                case,
                device,
                name: adult.name,
                spelled: spelled.join(" "),
                code: made.code,
                until: words::when(made.code_until, &zone),
            })
        }
        Err(why) => Err(Fault::bad_request(&sentence(&why))),
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    first.chain(letters).chain(['.']).collect()
}

/// The form that withdraws.
#[derive(Deserialize)]
pub struct Withdrawing {
    #[serde(default)]
    reason: String,
}

/// `POST /people/{case}/devices/{device}/other-adult/{entry}`. Logged before it is done.
pub async fn withdraw(
    State(console): State<Console>,
    Path((case, device, entry)): Path<(String, String, String)>,
    Posted { signed_in, form }: Posted<Withdrawing>,
) -> Result<Response, Fault> {
    let about = ids(&case, &device)?;
    let entry = entry.parse::<OtherAdultId>().map_err(|_| Fault::not_found())?;
    let who = &signed_in.session.who;
    other_adult::withdraw(&console.app, who, about, entry, reason(&form.reason)?).await?;
    Ok(Redirect::to(&format!("/people/{case}/devices/{device}#other-adult")).into_response())
}
