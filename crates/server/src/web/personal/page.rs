//! The page itself: the order in the court's words, what is watched, how the devices are, who looked, until when.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;
use proviso_engine::notice::{capture_ever, watched};
use proviso_model::Timestamp;
use proviso_model::device_act::CaptureUnder;
use proviso_model::looked::Looked;
use proviso_model::order::{AuthorityBasis, Order};

use super::visit::Visit;
use super::{Personal, fault, html};
use crate::app::officer::people::EnrolledDevice;
use crate::app::personal::view::{self, COUNTED_DAYS, PersonalDevice, PersonalView};
use crate::web::console::assets::{self, Addresses};
use crate::web::console::minutes::{self, Strip, last_days};
use crate::web::console::{outside, words};

/// A device that has not been heard of for so long is not said to be watching, in milliseconds.
const HEARD_MILLIS: i64 = 15 * 60_000;

#[derive(Template)]
#[template(path = "personal/page.html")]
struct Page {
    assets: &'static Addresses,
    csrf: String,
    force: String,
    order: String,
    authority: String,
    made_on: String,
    expires_on: String,
    ends: Vec<String>,
    conditions: Vec<Condition>,
    devices: Vec<Device>,
    looked: LookedBox,
    until: String,
    counted_days: i64,
}

struct Condition {
    paragraph: String,
    text: String,
    window: String,
    is_watched: bool,
}

struct Device {
    name: String,
    state: String,
    heard: String,
    counted: String,
    watched: Vec<&'static str>,
    week: Strip,
}

struct LookedBox {
    until: String,
    lately: String,
    all: String,
}

/// `GET /page`.
pub(super) async fn show(State(personal): State<Personal>, visit: Visit) -> Response {
    match view::view(&personal.app, &visit.link).await {
        Ok(view) => html(StatusCode::OK, &page(&personal, &visit, &view)),
        Err(error) => fault(&error),
    }
}

fn page(personal: &Personal, visit: &Visit, view: &PersonalView) -> Page {
    let (order, zone) = (&view.order, words::zone(&view.order.timezone));
    let until = words::when(visit.link.expires_at, &zone);
    Page {
        assets: assets::addresses(),
        csrf: visit.form_token(),
        force: personal.app.force_name().to_owned(),
        order: order.reference.clone(),
        authority: authority(order),
        made_on: words::day(order.made_on),
        expires_on: words::day(order.expires_on),
        ends: view.ends.iter().map(|row| format!("{}.", outside::ended(&row.end))).collect(),
        conditions: conditions(order),
        devices: view
            .devices
            .iter()
            .zip(0..)
            .map(|(one, index)| device(one, index, view.now, &zone))
            .collect(),
        looked: looked(&view.looked, &zone),
        until: format!("{} {}", until.local, until.zone),
        counted_days: COUNTED_DAYS,
    }
}

fn authority(order: &Order) -> String {
    match (order.authority.basis, &order.authority.paragraph) {
        (AuthorityBasis::Consent, _) => "signed consent, which may be withdrawn at any time".to_owned(),
        (_, Some(paragraph)) => format!("paragraph {paragraph} of the order"),
        (_, None) => "a paragraph of the order".to_owned(),
    }
}

fn conditions(order: &Order) -> Vec<Condition> {
    let condition = |one: &proviso_model::order::Condition| Condition {
        paragraph: one.paragraph.clone(),
        text: one.text.clone(),
        window: words::window(one.from.unwrap_or(order.made_on), one.until.unwrap_or(order.expires_on)),
        is_watched: one.kind.is_watched(),
    };
    order.conditions.iter().map(condition).collect()
}

fn device(one: &PersonalDevice, index: usize, now: Timestamp, zone: &TimeZone) -> Device {
    let name = words::device(&one.device.facts.system).to_owned();
    let heard = words::when(one.device.row.seen_at, zone);
    let kept = one.observed.saturating_sub(one.dropped).saturating_sub(one.shielded);
    Device {
        state: state(&one.device, now),
        heard: format!("{} {}", heard.local, heard.zone),
        counted: format!(
            "looked at {} times: {} dropped at once because nothing matched, {} dropped unread because of the protected list, {kept} put on record",
            one.observed, one.dropped, one.shielded
        ),
        watched: one.policy.as_ref().map(|policy| watched(&capture_ever(policy))).unwrap_or_default(),
        week: minutes::strip(
            &one.week,
            (&index.to_string(), "the last seven days"),
            &last_days(now, zone),
            zone,
        ),
        name: format!("{name}, account {}", one.device.facts.account),
    }
}

/// How a device is now, in a sentence.
fn state(device: &EnrolledDevice, now: Timestamp) -> String {
    if device.is_released(now) {
        return "Monitoring of this device has ended.".to_owned();
    }
    if let Some(act) = device.act_at(now).filter(|act| act.capture() == CaptureUnder::Paused) {
        return format!(
            "Nothing is captured on it now: the force has entered that {}. If that is not so, tell your officer or write it below.",
            act.in_words()
        );
    }
    let is_heard = now.millis_since(device.row.seen_at) <= HEARD_MILLIS;
    match (is_heard, device.row.watching) {
        (true, true) => "It is watching this account now.",
        (true, false) => "It is running and watches nothing now; the reasons are below.",
        (false, _) => "It has not been heard of lately, so nobody here knows whether it watches.",
    }
    .to_owned()
}

fn looked(looked: &Looked, zone: &TimeZone) -> LookedBox {
    let until = words::when(looked.until, zone);
    LookedBox {
        until: format!("{} {}", until.local, until.zone),
        lately: looked.lately.in_words(),
        all: looked.all.in_words(),
    }
}
