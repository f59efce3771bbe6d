//! Orders on their way, and beginning one; what a person's page says of who entered and checked.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use proviso_model::ids::{CaseId, OrderEndId};
use proviso_store::{OrderDraftKind, OrderDraftState, OrderEndRow};
use serde::Deserialize;

use super::{drafts_page, what};
use crate::app::late::order_end::Change;
use crate::app::officer::orders::drafts::{self, DraftLine, Part};
use crate::app::officer::orders::enter;
use crate::app::officer::orders::entered::{Entered, OfOrder, What};
use crate::web::console::Console;
use crate::web::console::fault::Fault;
use crate::web::console::outside;
use crate::web::console::page::{Shell, Under, page};
use crate::web::console::sign_in::Nothing;
use crate::web::console::signed_in::{Posted, SignedIn};
use crate::web::console::words::{self, When};

#[derive(Template)]
#[template(path = "console/orders/list.html")]
struct ListPage {
    shell: Shell,
    to_check: Vec<Line>,
    own: Vec<Line>,
}

struct Line {
    href: String,
    what: &'static str,
    person: String,
    reference: String,
    state: String,
    at: When,
}

/// `GET /orders`.
pub async fn list(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let lines = drafts::list(&console.app, &signed_in.session.who).await?;
    let (to_check, own): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.part == Part::Checker);
    page(&ListPage {
        shell: Shell::new("Orders on their way", Under::People, &signed_in),
        to_check: to_check.into_iter().map(line).collect(),
        own: own.into_iter().map(line).collect(),
    })
}

fn line(one: &DraftLine) -> Line {
    let or_none = |text: &str, none: &str| if text.is_empty() { none.to_owned() } else { text.to_owned() };
    Line {
        href: drafts_page(one.row.id),
        what: what(one.row.kind),
        person: or_none(&one.person, "No name yet"),
        reference: or_none(&one.reference, "No reference yet"),
        state: state(one),
        at: words::when(one.row.changed_at, &words::force_zone()),
    }
}

fn state(one: &DraftLine) -> String {
    let checker = one.checker.as_deref().unwrap_or("nobody");
    match (one.row.state, one.part) {
        (OrderDraftState::HandedIn, Part::Checker) => {
            format!("Entered by {}, for you to compare", one.author)
        }
        (OrderDraftState::HandedIn, _) => format!("Handed in to {checker}, who has not checked it yet"),
        (OrderDraftState::SentBack, _) => format!("Sent back by {checker}"),
        _ => "Being entered".to_owned(),
    }
}

/// `POST /orders`.
pub async fn begin(
    State(console): State<Console>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    let id = enter::begin_new(&console.app, &signed_in.session.who).await?;
    Ok(Redirect::to(&format!("/orders/{id}/order")).into_response())
}

/// `POST /people/{case}/order-change`.
pub async fn begin_change(
    State(console): State<Console>,
    Path(case): Path<String>,
    Posted { signed_in, .. }: Posted<Nothing>,
) -> Result<Response, Fault> {
    begin_in(&console, &signed_in, &case, (OrderDraftKind::Change, None)).await
}

/// Which entry is corrected; none for a new one.
#[derive(Deserialize)]
pub struct Corrects {
    #[serde(default)]
    end: String,
}

/// `POST /people/{case}/order-end`.
pub async fn begin_end(
    State(console): State<Console>,
    Path(case): Path<String>,
    Posted { signed_in, form }: Posted<Corrects>,
) -> Result<Response, Fault> {
    let corrects = match form.end.as_str() {
        "" => None,
        end => Some(end.parse().map_err(|_| Fault::not_found())?),
    };
    begin_in(&console, &signed_in, &case, (OrderDraftKind::End, corrects)).await
}

async fn begin_in(
    console: &Console,
    signed_in: &SignedIn,
    case: &str,
    (kind, corrects): (OrderDraftKind, Option<OrderEndId>),
) -> Result<Response, Fault> {
    let case = case.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let id = enter::begin_in(&console.app, &signed_in.session.who, (kind, case), corrects).await?;
    let first = if kind == OrderDraftKind::End { "end" } else { "change" };
    Ok(Redirect::to(&format!("/orders/{id}/{first}")).into_response())
}

/// What a person's page says of how the order came in.
pub struct OnPerson {
    /// Who entered and who checked each, oldest first.
    pub entered: Vec<EnteredLine>,
    /// What is on its way: what, how far, where.
    pub on_its_way: Vec<(String, String, String)>,
}

/// What was entered.
pub struct EnteredLine {
    pub what: String,
    pub by: String,
    /// Where it can be read as it was approved.
    pub link: Option<String>,
    /// The end that stands and may be corrected.
    pub end: Option<String>,
}

/// The same in words.
pub fn on_person(of: &OfOrder, zone: &TimeZone) -> OnPerson {
    let entered = of.entered.iter().map(|one| {
        let link = one.by.as_ref().map(|(id, ..)| drafts_page(*id));
        let end = match &one.what {
            What::Ended(row) => Some(row.id.to_string()),
            _ => None,
        };
        EnteredLine { what: entry(&one.what), by: by(one, zone), link, end }
    });
    let on_its_way = of.on_its_way.iter().map(|one| {
        let checker = one.checker.as_deref().unwrap_or("nobody");
        let state = match one.row.state {
            OrderDraftState::HandedIn => {
                format!("entered by {}, waits for {checker} to check it", one.author)
            }
            OrderDraftState::SentBack => format!("sent back to {} by {checker}", one.author),
            _ => format!("being entered by {}", one.author),
        };
        (what(one.row.kind).to_owned(), state, drafts_page(one.row.id))
    });
    OnPerson { entered: entered.collect(), on_its_way: on_its_way.collect() }
}

fn entry(what: &What) -> String {
    match what {
        What::Version(1, _) => "The order".to_owned(),
        What::Version(version, Some(from)) => format!("Version {version}, from {}", words::day(*from)),
        What::Version(version, None) => format!("Version {version}"),
        What::Ended(row) => outside::ended(&row.end),
        What::Corrected(row, change) => corrected(row, *change),
    }
}

fn by(one: &Entered, zone: &TimeZone) -> String {
    let at = words::when(one.at, zone);
    match &one.by {
        Some((_, author, checker)) => format!(
            "Entered by {author}. Compared with the court’s order and approved by {checker} on {} {}.",
            at.local, at.zone
        ),
        None => format!(
            "Entered outside the console on {} {}: nobody compared it with the court’s order here.",
            at.local, at.zone
        ),
    }
}

/// A correction in a sentence.
pub fn corrected(row: &OrderEndRow, change: Change) -> String {
    let what = outside::ended(&row.end);
    match change {
        Change::Withdraw => format!("Taken back, as entered by mistake: {what}"),
        Change::Until(day) => format!("Last day changed to {}: {what}", words::day(day)),
    }
}
