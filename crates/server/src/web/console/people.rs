//! The list of people.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use proviso_model::Timestamp;
use proviso_store::Priority;
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::find;
use super::inbox::{DeviceLine, device_state};
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::words;
use crate::app::officer::allowed::Action;
use crate::app::officer::orders::drafts;
use crate::app::officer::people::{self, EnrolledDevice, PersonLine};

#[derive(Template)]
#[template(path = "console/people.html")]
struct PeoplePage {
    shell: Shell,
    summary: String,
    empty: &'static str,
    /// Whether this officer enters orders, and how many wait for their second look.
    orders: Option<String>,
    rows: Vec<Row>,
}

struct Row {
    case: String,
    person: String,
    order: String,
    officer: String,
    devices: Vec<DeviceLine>,
    open: String,
    tone: &'static str,
}

/// What is asked for.
#[derive(Deserialize)]
pub struct Asked {
    name: Option<String>,
}

/// `GET /people`: all of them, or those of a name.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Query(Asked { name }): Query<Asked>,
) -> Result<Response, Fault> {
    if let Some(typed) = name {
        return find::answer(&console.app, &signed_in, &typed).await;
    }
    let people = people::people(&console.app, &signed_in.session.who).await?;
    let who = &signed_in.session.who;
    let orders = match who.may(Action::EnterOrders) {
        true => Some(match drafts::waiting(&console.app, who).await? {
            0 => String::new(),
            count => words::counted(count, "order waits", "orders wait"),
        }),
        false => None,
    };
    let rows: Vec<_> = people.lines.iter().map(|line| row(line, people.now)).collect();
    page(&PeoplePage {
        shell: Shell::new("People", Under::People, &signed_in),
        summary: words::counted(rows.len(), "person under an order", "people under orders"),
        empty: "A case opens when an order was entered and another officer has compared it with the court’s.",
        orders,
        rows,
    })
}

fn row(line: &PersonLine, now: Timestamp) -> Row {
    let open = match line.open.len() {
        0 => "Nothing waits".to_owned(),
        count => format!("{} a decision", words::counted(count, "alert waits for", "alerts wait for")),
    };
    let tone = match line.open.iter().find(|alert| !alert.is_outside()).map(|alert| alert.priority) {
        Some(Priority::Now | Priority::Today) => "first",
        Some(Priority::ThisWeek) => "soon",
        Some(Priority::NextVisit) | None => "later",
    };
    Row {
        case: line.case.id.to_string(),
        person: line.person.name.clone(),
        order: line.order.reference.clone(),
        officer: format!("In charge: {}", line.officer),
        devices: line.devices.iter().map(|one| device(one, now)).collect(),
        open,
        tone,
    }
}

/// A device in one line.
pub fn device(one: &EnrolledDevice, now: Timestamp) -> DeviceLine {
    let row = &one.row;
    let (state, seen, tone) = device_state(one, now);
    DeviceLine {
        id: row.id.to_string(),
        case: row.case.to_string(),
        person: String::new(),
        name: words::device(&one.facts.system).to_owned(),
        state,
        seen,
        tone,
    }
}
