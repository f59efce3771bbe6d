//! The page that officer and person talk through: without scripts, for a screen and for paper.

use askama::Template;
use jiff::tz::TimeZone;
use proviso_engine::visit::{date_in_words, minutes_in_words, span_in_words};
use proviso_model::visit::{KnownDevice, KnownGap, VisitRecord, VisitTold};

use super::TOUCHED_FILE;
use super::pass::Given;

struct GapLine {
    from: String,
    span: String,
    why: String,
}

struct DeviceLines {
    name: String,
    summary: String,
    planned: Vec<GapLine>,
    gaps: Vec<GapLine>,
    more: u64,
}

#[derive(Template)]
#[template(path = "visit.html")]
struct Page<'a> {
    reference: &'a str,
    on: String,
    by: String,
    span: String,
    since: String,
    is_rehearsal: bool,
    stops: bool,
    told: &'a [VisitTold],
    devices: Vec<DeviceLines>,
    not_reached: &'a [String],
    lines: u64,
    log: &'a str,
    dropped: u64,
    program: &'a str,
}

pub(super) fn page(record: &VisitRecord, given: &Given, zone: &TimeZone) -> Result<String, askama::Error> {
    let pass = given.pass.as_ref().map(|(_, pass)| pass);
    let devices = pass.map(|pass| pass.devices.as_slice()).unwrap_or_default();
    let own = record.facts.agent.as_ref().and_then(|agent| agent.device);
    let page = Page {
        reference: &record.order_reference,
        on: date_in_words(record.started_at, zone),
        by: pass.map_or_else(String::new, |pass| format!("{}, officer {}", pass.force_name, pass.officer)),
        span: match record.ended_at.millis_since(record.started_at) / 1_000 {
            0 => "less than a second".to_owned(),
            1 => "1 second".to_owned(),
            seconds => format!("{seconds} seconds"),
        },
        since: date_in_words(record.since, zone),
        is_rehearsal: pass.is_none(),
        stops: record.told.iter().any(|told| told.stop),
        told: &record.told,
        devices: devices.iter().map(|device| lines(device, own == Some(device.device), zone)).collect(),
        not_reached: &record.not_reached,
        lines: record.touched.lines,
        log: TOUCHED_FILE,
        dropped: record.facts.names_dropped,
        program: &record.program,
    };
    page.render()
}

fn lines(device: &KnownDevice, is_this: bool, zone: &TimeZone) -> DeviceLines {
    let this = if is_this { " (this device)" } else { "" };
    DeviceLines {
        name: format!("{}, account {}{this}", device.system, device.account),
        summary: minutes_in_words(device),
        planned: device.because.iter().map(|gap| gap_line(gap, zone)).collect(),
        gaps: device.gaps.iter().map(|gap| gap_line(gap, zone)).collect(),
        more: device.gaps_in_all.saturating_sub(device.gaps.len() as u64),
    }
}

fn gap_line(gap: &KnownGap, zone: &TimeZone) -> GapLine {
    GapLine { from: date_in_words(gap.from, zone), span: span_in_words(gap.minutes), why: gap.why.clone() }
}
