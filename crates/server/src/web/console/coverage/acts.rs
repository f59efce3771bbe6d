//! What officers entered about a device, and the forms with which they do.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_model::device_act::{CaptureUnder, DeviceAct, DeviceActKind};
use proviso_model::ids::{CaseId, DeviceActId, DeviceId};
use serde::Deserialize;

use crate::app::device_acts::{BY_ENROLMENT, Change};
use crate::app::late::order_end::REASON_BYTES_MAX;
use crate::app::officer::device_acts::{self, ShownAct, ShownVersion};
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::signed_in::Posted;
use crate::web::console::words;

/// An entry, in words.
pub struct ActBox {
    pub id: String,
    /// As it stands.
    pub last: VersionLine,
    /// What was entered before, newest first.
    pub before: Vec<VersionLine>,
    pub withdrawn: bool,
    /// For the form: since when and until when, as its fields have them.
    pub from: String,
    pub until: String,
    /// Whether it can have an end at all.
    pub may_end: bool,
}

/// What one version of an entry says.
pub struct VersionLine {
    pub what: String,
    pub reason: String,
    pub entered: String,
}

/// A kind to choose.
pub struct Kind {
    pub word: &'static str,
    pub says: String,
}

/// Every kind, with what it does, the everyday ones first.
pub fn kinds() -> Vec<Kind> {
    let says = |kind: DeviceActKind| {
        let capture = match kind.capture() {
            CaptureUnder::GoesOn => "watching goes on, silence is explained",
            CaptureUnder::Paused => "nothing is captured meanwhile",
            CaptureUnder::Ends => "monitoring ends and the device is released",
        };
        let whose = if kind.is_about_the_person() { ", on all of the person’s devices" } else { "" };
        format!("{}: {capture}{whose}", kind.in_words())
    };
    let mut kinds = DeviceActKind::ALL;
    kinds.reverse();
    kinds.map(|kind| Kind { word: kind.as_str(), says: says(kind) }).into()
}

/// What one kind does, in words.
pub struct Effects {
    pub what: &'static str,
    pub capture: &'static str,
    pub gap: &'static str,
    pub keys: &'static str,
    pub told: &'static str,
}

/// What each kind does to capture, gaps and keys, and what the device says then.
pub fn effects() -> Vec<Effects> {
    let of = |kind: DeviceActKind| {
        let (capture, gap, keys, told) = match kind.capture() {
            CaptureUnder::GoesOn => (
                "Goes on: the person may have the device along.",
                "Silence and no power are explained by it.",
                "Stay.",
                "Nothing else than before.",
            ),
            CaptureUnder::Paused => (
                "Stops until the end. What was observed all the same is held unseen.",
                "Explained by it, whatever the device told.",
                "Stay.",
                "The sign says that nothing is watched; the person’s page since when and why. The notice is not shown again.",
            ),
            CaptureUnder::Ends => (
                "Ends. What was observed all the same is held unseen.",
                "None after it: no order asks anything of the device.",
                match kind {
                    DeviceActKind::Transferred => {
                        "The device gives up its own, and its enrolment ends. Those of the case, and its records, stay here for disclosure until it is entered that the receiving force has them."
                    }
                    _ => "The device gives up its own, and its enrolment ends. Those of the case stay.",
                },
                "Only that nothing is watched any more and how the program is removed: nothing about an order or a person.",
            ),
        };
        Effects { what: kind.in_words(), capture, gap, keys, told }
    };
    let mut kinds = DeviceActKind::ALL;
    kinds.reverse();
    kinds.map(of).into()
}

/// An entry as the page shows it.
pub fn shown(act: &ShownAct, zone: &TimeZone) -> ActBox {
    let row = &act.last.row;
    let field = |at: Timestamp| {
        let at = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%dT%H:%M").to_string()
    };
    ActBox {
        id: row.id.to_string(),
        last: version(&act.last, zone),
        before: act.before.iter().map(|one| version(one, zone)).collect(),
        withdrawn: row.withdrawn,
        from: field(row.act.from),
        until: row.act.until.map(field).unwrap_or_default(),
        may_end: row.act.kind.capture() != CaptureUnder::Ends,
    }
}

fn version(one: &ShownVersion, zone: &TimeZone) -> VersionLine {
    let act = &one.row.act;
    let from = words::when(act.from, zone).local;
    let until = match act.until {
        Some(until) => format!("until {}", words::when(until, zone).local),
        None if act.kind.capture() == CaptureUnder::Ends => "for good".to_owned(),
        None => "on, without an end yet".to_owned(),
    };
    if one.row.entered_by == BY_ENROLMENT {
        return VersionLine {
            what: format!("From {from} {until}: {}", act.kind.in_words()),
            reason: one.reason.clone(),
            entered: format!(
                "Goes for a device of the same person that was enrolled on {}, too: the server entered that by itself",
                words::when(one.row.entered_at, zone).local
            ),
        };
    }
    let done = match (one.row.withdrawn, one.row.version) {
        (true, _) => "Withdrawn",
        (false, 1) => "Entered",
        (false, _) => "Corrected",
    };
    VersionLine {
        what: format!("From {from} {until}: {}", act.kind.in_words()),
        reason: one.reason.clone(),
        entered: format!("{done} by {} on {}", one.officer, words::when(one.row.entered_at, zone).local),
    }
}

/// The form for a new entry.
#[derive(Deserialize)]
pub struct Entering {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    reason: String,
}

/// The form that corrects an entry or takes it back.
#[derive(Deserialize)]
pub struct Changing {
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    withdraw: String,
    #[serde(default)]
    reason: String,
}

pub fn ids(case: &str, device: &str) -> Result<(CaseId, DeviceId), Fault> {
    let case = case.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    Ok((case, device.parse::<DeviceId>().map_err(|_| Fault::not_found())?))
}

/// A time as a form gives it, in the order's time zone.
fn instant(text: &str, zone: &TimeZone) -> Result<Timestamp, Fault> {
    let wrong = || Fault::bad_request("Give a day and a time, for example 2026-03-03 at 21:00.");
    Timestamp::of_local(text, zone).ok_or_else(wrong)
}

/// Since when and until when; an end is left empty while it lasts.
fn times(
    from: &str,
    until: &str,
    kind: Option<DeviceActKind>,
    zone: &TimeZone,
) -> Result<(Timestamp, Option<Timestamp>), Fault> {
    let from = instant(from, zone)?;
    let until = if until.trim().is_empty() { None } else { Some(instant(until, zone)?) };
    if until.is_some_and(|until| until <= from) {
        return Err(Fault::bad_request("The end lies before the beginning."));
    }
    if until.is_some() && kind.is_some_and(|kind| kind.capture() == CaptureUnder::Ends) {
        return Err(Fault::bad_request("This ends monitoring of the device for good: leave the end empty."));
    }
    Ok((from, until))
}

pub fn reason(text: &str) -> Result<&str, Fault> {
    if text.trim().is_empty() || text.len() > REASON_BYTES_MAX {
        return Err(Fault::bad_request("Write why, and who told you, in at most 16 KiB."));
    }
    Ok(text)
}

fn back(case: &str, device: &str) -> Response {
    Redirect::to(&format!("/people/{case}/devices/{device}#acts")).into_response()
}

/// `POST /people/{case}/devices/{device}/acts`. Logged before it is done.
pub async fn enter(
    State(console): State<Console>,
    Path((case, device)): Path<(String, String)>,
    Posted { signed_in, form }: Posted<Entering>,
) -> Result<Response, Fault> {
    let about = ids(&case, &device)?;
    let who = &signed_in.session.who;
    let zone = words::zone(&device_acts::timezone(&console.app, who, about.0).await?);
    let kind = DeviceActKind::parse(&form.kind);
    let kind = kind.ok_or_else(|| Fault::bad_request("Choose what happened."))?;
    let (from, until) = times(&form.from, &form.until, Some(kind), &zone)?;
    let act = DeviceAct { kind, from, until };
    device_acts::enter(&console.app, who, about, act, reason(&form.reason)?).await?;
    Ok(back(&case, &device))
}

/// `POST /people/{case}/devices/{device}/acts/{entry}`. Logged before it is done; nothing is overwritten.
pub async fn change(
    State(console): State<Console>,
    Path((case, device, entry)): Path<(String, String, String)>,
    Posted { signed_in, form }: Posted<Changing>,
) -> Result<Response, Fault> {
    let about = ids(&case, &device)?;
    let entry = entry.parse::<DeviceActId>().map_err(|_| Fault::not_found())?;
    let who = &signed_in.session.who;
    let zone = words::zone(&device_acts::timezone(&console.app, who, about.0).await?);
    let change = if form.withdraw == "yes" {
        Change::Withdraw
    } else {
        let (from, until) = times(&form.from, &form.until, None, &zone)?;
        Change::Times { from, until }
    };
    device_acts::change(&console.app, who, about, (entry, change), reason(&form.reason)?).await?;
    Ok(back(&case, &device))
}
