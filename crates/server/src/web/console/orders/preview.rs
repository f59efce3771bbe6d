//! What would be watched under an order and what not, by kind of device, before anything of it is live.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use proviso_engine::suitability::{ParagraphReport, Watched};

use super::{drafts_page, id_of, person};
use crate::app::officer::orders::drafts;
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::page::{Shell, Under, page};
use crate::web::console::signed_in::SignedIn;
use crate::web::console::words;

#[derive(Template)]
#[template(path = "console/orders/preview.html")]
struct PreviewPage {
    shell: Shell,
    back: String,
    person: String,
    /// Whether the order can be read at all.
    can: bool,
    devices: Vec<&'static str>,
    rows: Vec<Row>,
    /// What stands in the way, by kind of device.
    remarks: Vec<(&'static str, Vec<String>)>,
    captured: Vec<String>,
    always: Vec<&'static str>,
    version: &'static str,
}

struct Row {
    paragraph: String,
    kind: &'static str,
    text: String,
    days: String,
    /// Yes, in part or no on each kind of device, with its class.
    cells: Vec<(&'static str, &'static str)>,
    /// On the device on which most is watched.
    said: Vec<(&'static str, Vec<String>)>,
}

fn cell(watched: Watched) -> (&'static str, &'static str) {
    match watched {
        Watched::Yes => ("Yes", "pv-tag--good"),
        Watched::InPart => ("In part", "pv-tag--soon"),
        Watched::No => ("No", ""),
    }
}

/// `GET /orders/{draft}/preview`.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id_of(&id)?;
    let view = drafts::view(&console.app, &signed_in.session.who, id).await?;
    let ahead = view.preview.as_ref();
    let devices = ahead.map_or(&[][..], |ahead| &ahead.devices);
    let best = devices.first().map(|(_, report)| report);
    let rows = best.map_or(&[][..], |report| &report.paragraphs).iter().enumerate().map(|(index, one)| {
        let of = |(_, report): &(_, proviso_engine::suitability::SuitabilityReport)| {
            report.paragraphs.get(index).map_or(Watched::No, |one: &ParagraphReport| one.watched)
        };
        Row {
            paragraph: one.paragraph.clone(),
            kind: one.kind,
            text: one.text.clone(),
            days: words::window(one.from, one.until),
            cells: devices.iter().map(|device| cell(of(device))).collect(),
            said: one
                .said()
                .into_iter()
                .map(|(title, said)| (title, said.to_vec()))
                .filter(|(_, said)| !said.is_empty())
                .collect(),
        }
    });
    page(&PreviewPage {
        shell: Shell::new("What would be watched", Under::People, &signed_in),
        back: drafts_page(id),
        person: person(&view),
        can: ahead.is_some(),
        rows: rows.collect(),
        devices: devices.iter().map(|(name, _)| *name).collect(),
        remarks: devices
            .iter()
            .filter(|(_, report)| !report.remarks.is_empty())
            .map(|(name, report)| (*name, report.remarks.clone()))
            .collect(),
        captured: ahead
            .map_or_else(Vec::new, |ahead| ahead.captured.iter().map(|line| words::sentence(line)).collect()),
        always: best.map_or_else(Vec::new, |report| report.always.clone()),
        version: best.map_or("", |report| report.version),
    })
}
