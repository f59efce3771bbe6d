//! The page itself: the order in the court's words, what is watched, how the devices are, who looked, until when.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;
use proviso_engine::notice::language::Say;
use proviso_engine::notice::{capture_ever, watched};
use proviso_model::Timestamp;
use proviso_model::looked::Looked;
use proviso_model::order::Order;

use super::language::Reader;
use super::visit::Visit;
use super::{Frame, Personal, fault, html, words};
use crate::app::personal::view::{self, COUNTED_DAYS, PersonalDevice, PersonalView};
use crate::web::console::minutes::{self, Strip, last_days};
use crate::web::console::words::zone;

#[derive(Template)]
#[template(path = "personal/page.html")]
struct Page {
    frame: Frame,
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
    counted_days: String,
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
pub(super) async fn show(State(personal): State<Personal>, visit: Visit, Reader(say): Reader) -> Response {
    match view::view(&personal.app, &visit.link).await {
        Ok(view) => html(StatusCode::OK, &page(&personal, &visit, &view, say)),
        Err(error) => fault(say, &error),
    }
}

fn page(personal: &Personal, visit: &Visit, view: &PersonalView, say: Say) -> Page {
    let (order, zone) = (&view.order, zone(&view.order.timezone));
    let devices = view.devices.iter().zip(0..);
    Page {
        frame: Frame::new(say),
        csrf: visit.form_token(),
        force: personal.app.force_name().to_owned(),
        order: order.reference.clone(),
        authority: words::authority(order, say),
        made_on: say.date(order.made_on),
        expires_on: say.date(order.expires_on),
        ends: view.ends.iter().map(|row| words::ended(&row.end, say)).collect(),
        conditions: conditions(order, say),
        devices: devices.map(|(one, index)| device(one, index, view.now, (&zone, say))).collect(),
        looked: looked(&view.looked, &zone, say),
        until: say.instant(visit.link.expires_at, &zone),
        counted_days: COUNTED_DAYS.to_string(),
    }
}

fn conditions(order: &Order, say: Say) -> Vec<Condition> {
    let condition = |one: &proviso_model::order::Condition| Condition {
        paragraph: one.paragraph.clone(),
        text: one.text.clone(),
        window: words::window(one.from.unwrap_or(order.made_on), one.until.unwrap_or(order.expires_on), say),
        is_watched: one.kind.is_watched(),
    };
    order.conditions.iter().map(condition).collect()
}

fn device(one: &PersonalDevice, index: usize, now: Timestamp, (zone, say): (&TimeZone, Say)) -> Device {
    let lines = one.policy.as_ref().map(|policy| watched(&capture_ever(policy))).unwrap_or_default();
    Device {
        state: words::state(&one.device, now, say),
        heard: say.instant(one.device.row.seen_at, zone),
        counted: words::counted(one, say),
        watched: lines.into_iter().map(|line| say.of(line)).collect(),
        week: minutes::strip(
            &one.week,
            (&index.to_string(), say.of(words::WEEK)),
            &last_days(now, zone),
            (zone, say),
        ),
        name: words::name(&one.device, say),
    }
}

fn looked(looked: &Looked, zone: &TimeZone, say: Say) -> LookedBox {
    LookedBox {
        until: say.instant(looked.until, zone),
        lately: say.looks(&looked.lately),
        all: say.looks(&looked.all),
    }
}
