//! Filed visits: a line of each on the person's page, and a page of its own to read what was found. Made from the signed record, never
//! from the page that came back with it: that lay on a stick in somebody's home.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use proviso_engine::visit::{date_in_words, minutes_in_words};
use proviso_model::Digest;
use proviso_model::ids::{CaseId, DeviceId};
use proviso_model::visit::{KnownDevice, VisitTold};

use super::Console;
use super::alert::Identity;
use super::fault::Fault;
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::words::{self, When};
use crate::app::officer::person::PersonView;
use crate::app::visit::{self, ShownVisit, VisitView};

/// A filed visit in a list.
pub struct VisitLine {
    /// Its hash.
    pub hash: String,
    /// When it began.
    pub at: When,
    /// Which device.
    pub device: String,
    /// What was found, in a sentence.
    pub found: String,
}

#[derive(Template)]
#[template(path = "console/visit.html")]
struct VisitPage {
    shell: Shell,
    identity: Identity,
    at: When,
    span: String,
    by: String,
    since: String,
    filed: When,
    hash: String,
    program: String,
    told: Vec<VisitTold>,
    not_reached: Vec<String>,
    known: Vec<(String, String)>,
    lines: u64,
}

/// The lines of a person's page.
#[must_use]
pub fn lines(view: &PersonView, zone: &TimeZone) -> Vec<VisitLine> {
    let line = |one: &ShownVisit| VisitLine {
        hash: one.row.hash.to_string(),
        at: words::when(one.row.started_at, zone),
        device: device(one),
        found: found(one),
    };
    view.visits.iter().map(line).collect()
}

/// The device as the pass knew it, or that it is not enrolled.
fn device(one: &ShownVisit) -> String {
    let known = |id: DeviceId| one.pass.devices.iter().find(|device| device.device == id);
    match one.row.device {
        Some(id) => known(id).map_or_else(|| "a device enrolled since".to_owned(), named),
        None => "A device that is not enrolled".to_owned(),
    }
}

fn named(device: &KnownDevice) -> String {
    format!("{}, account {}", words::device(&device.system), device.account)
}

fn found(one: &ShownVisit) -> String {
    let stops = one.record.told.iter().filter(|told| told.stop).map(|told| told.paragraph.as_str());
    let stops: Vec<&str> = stops.collect();
    let found = match stops.as_slice() {
        [] => "Nothing was found that a paragraph may be about".to_owned(),
        [paragraph] => format!("Something was found that paragraph {paragraph} may be about"),
        many => format!("Something was found that paragraphs {} may be about", many.join(", ")),
    };
    match one.record.not_reached.len() {
        0 => found,
        1 => format!("{found}; 1 place was not reached"),
        many => format!("{found}; {many} places were not reached"),
    }
}

/// `GET /people/{case}/visits/{hash}`. The view is logged.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path((case, hash)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let case = case.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let hash = Digest::parse(&hash).ok_or_else(Fault::not_found)?;
    let view = visit::open(&console.app, &signed_in.session.who, case, &hash).await?;
    let VisitView { visit, person, order, officer, .. } = view;
    let zone = words::zone(&order.timezone);
    let at = words::when(visit.row.started_at, &zone);
    let seconds = visit.row.ended_at.millis_since(visit.row.started_at).max(0) / 1_000;
    page(&VisitPage {
        shell: Shell::new(&format!("Visit on {}", at.day), Under::People, &signed_in),
        identity: Identity {
            case: case.to_string(),
            person: person.name,
            order: visit.record.order_reference.clone(),
            device: device(&visit),
            officer,
        },
        at,
        span: match usize::try_from(seconds).unwrap_or_default() {
            0 => "less than a second".to_owned(),
            seconds => words::counted(seconds, "second", "seconds"),
        },
        by: visit.pass.officer.clone(),
        since: date_in_words(visit.record.since, &zone),
        filed: words::when(visit.row.filed_at, &zone),
        hash: hash.to_string(),
        known: visit.pass.devices.iter().map(|one| (named(one), minutes_in_words(one))).collect(),
        lines: visit.record.touched.lines,
        program: visit.record.program,
        told: visit.record.told,
        not_reached: visit.record.not_reached,
    })
}
