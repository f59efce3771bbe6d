//! What people ask about their data: the list of all, those of a case with a form to enter one, one with what is done about it, and what may be
//! given to whoever asks.

mod export;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use proviso_model::ids::{CaseId, RightsRequestId};
use proviso_store::{RightsActKind, RightsKind};
use serde::Deserialize;

use super::fault::Fault;
use super::page::{Shell, Under, page, page_with};
use super::signed_in::{Posted, SignedIn};
use super::words::{self, When};
use super::{Console, confirm_self};
use crate::app::late::order_end::REASON_BYTES_MAX;
use crate::app::officer::rights::{self, Listed, RightsView, ShownAct};
use crate::app::retention::{Due, day_of};
use crate::app::rights::act::{Done, NewRequest};
use crate::app::rights::{State as Standing, in_words};

#[derive(Template)]
#[template(path = "console/rights_list.html")]
struct ListPage {
    shell: Shell,
    groups: Vec<(&'static str, &'static str, Vec<Row>)>,
}

struct Row {
    address: String,
    person: String,
    kind: &'static str,
    due: String,
    owner: String,
    entered: String,
}

#[derive(Template)]
#[template(path = "console/rights_case.html")]
struct CasePage {
    shell: Shell,
    case: String,
    person: String,
    rows: Vec<Row>,
    kinds: Vec<(&'static str, &'static str)>,
    today: String,
    draft: Posting,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "console/rights_request.html")]
struct RequestPage {
    shell: Shell,
    case: String,
    id: String,
    person: String,
    row: Row,
    text: String,
    received: String,
    acts: Vec<ActLine>,
    officers: Vec<(String, String, bool)>,
    may_act: bool,
    may_extend: bool,
    is_open: bool,
    is_access: bool,
    is_wrong_person: bool,
    problem: Option<String>,
}

struct ActLine {
    what: String,
    text: String,
    by: String,
    at: When,
}

fn row(one: &Listed) -> Row {
    let asked = &one.asked;
    let on = words::day(asked.due_on);
    let days = |count: i64| words::counted(usize::try_from(count).unwrap_or(0), "day", "days");
    let due = match (asked.state, asked.due) {
        (Standing::Answered, _) => "Answered".to_owned(),
        (Standing::Refused, _) => "Refused, in part or whole".to_owned(),
        (Standing::Withdrawn, _) => "Taken back".to_owned(),
        (Standing::Open, Due::Overdue(count)) => format!("The answer was due on {on}, {} ago", days(count)),
        (Standing::Open, Due::Soon(0)) => "The answer is due today".to_owned(),
        (Standing::Open, Due::Soon(count)) => format!("The answer is due on {on}, in {}", days(count)),
        (Standing::Open, Due::Later) => format!("The answer is due on {on}"),
    };
    Row {
        address: format!("/people/{}/rights/{}", asked.row.case, asked.row.id),
        person: one.person.name.clone(),
        kind: in_words(asked.row.kind),
        due: match (asked.is_urgent(), asked.is_extended) {
            (true, _) => format!("Urgent: somebody may be watched who should not be. {due}"),
            (false, true) => format!("{due} (extended)"),
            (false, false) => due,
        },
        owner: one
            .owner
            .clone()
            .map_or_else(|| "Nobody has taken it over".to_owned(), |name| format!("With {name}")),
        entered: match asked.is_from_the_device() {
            true => format!("Received {}; asked on the device", asked.row.received_on),
            false => format!("Received {}; entered by {}", asked.row.received_on, one.entered_by),
        },
    }
}

/// `GET /rights`.
pub async fn list(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let found = rights::list(&console.app, &signed_in.session.who).await?;
    let of = |is_meant: fn(&Listed) -> bool| found.iter().filter(|one| is_meant(one)).map(row).collect();
    let is_open = |one: &Listed| one.asked.state == Standing::Open;
    let groups: Vec<(&'static str, &'static str, Vec<Row>)> = vec![
        ("Overdue", "now", of(|one| matches!(one.asked.due, Due::Overdue(_)))),
        ("Due soon", "soon", of(|one| matches!(one.asked.due, Due::Soon(_)))),
        (
            "Open",
            "later",
            found.iter().filter(|one| is_open(one) && one.asked.due == Due::Later).map(row).collect(),
        ),
        ("Closed", "later", found.iter().filter(|one| !is_open(one)).map(row).collect()),
    ];
    page(&ListPage {
        shell: Shell::new("People’s rights", Under::Rights, &signed_in),
        groups: groups.into_iter().filter(|(_, _, rows)| !rows.is_empty()).collect(),
    })
}

/// A request as posted.
#[derive(Default, Clone, Deserialize)]
pub struct Posting {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    received: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    stops: String,
}

/// `GET /people/{case}/rights`. The view is logged.
pub async fn of_case(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    case_page(&console, &signed_in, id, Posting::default(), None).await
}

async fn case_page(
    console: &Console,
    signed_in: &SignedIn,
    id: CaseId,
    draft: Posting,
    problem: Option<String>,
) -> Result<Response, Fault> {
    let (person, found) = rights::of_case(&console.app, &signed_in.session.who, id).await?;
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = CasePage {
        shell: Shell::new("People’s rights", Under::Rights, signed_in),
        case: id.to_string(),
        person: person.name,
        rows: found.iter().map(row).collect(),
        kinds: RightsKind::ALL.iter().map(|kind| (kind.as_str(), in_words(*kind))).collect(),
        today: day_of(console.app.now()).to_string(),
        draft,
        problem,
    };
    page_with(status, &page)
}

/// `POST /people/{case}/rights`: enters a request; for the wrong person, stops capture at once.
pub async fn enter(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    if form.text.len() > REASON_BYTES_MAX {
        return Err(Fault::bad_request("The text is longer than 16 KiB; shorten it."));
    }
    let problem = match (RightsKind::parse(&form.kind), form.received.parse::<Date>()) {
        (None, _) => "Choose what is asked".to_owned(),
        (_, Err(_)) => "Give the day on which it was received, as 2026-11-24".to_owned(),
        (Some(kind), Ok(received_on)) => {
            let new = NewRequest { kind, received_on, text: &form.text };
            let who = &signed_in.session.who;
            match rights::enter(&console.app, who, id, &new, form.stops == "yes").await? {
                Ok(request) => {
                    return Ok(Redirect::to(&format!("/people/{id}/rights/{request}")).into_response());
                }
                Err(why) => why,
            }
        }
    };
    case_page(&console, &signed_in, id, form, Some(problem)).await
}

fn act(one: &ShownAct) -> ActLine {
    let what = match one.kind {
        RightsActKind::Owner => format!("Given to {}", one.owner.as_deref().unwrap_or_default()),
        RightsActKind::Extend => {
            let day = one.due_on.as_deref().unwrap_or_default();
            format!("Time extended until {}", day.parse().map_or_else(|_| day.to_owned(), words::day))
        }
        RightsActKind::Answer => "Answered".to_owned(),
        RightsActKind::Refuse => "Refused, in part or whole".to_owned(),
        RightsActKind::Withdraw => "Taken back by whoever asked".to_owned(),
    };
    let at = words::when(one.at, &words::force_zone());
    ActLine { what, text: one.text.clone(), by: one.by.clone(), at }
}

fn request_page(
    console: &Console,
    signed_in: &SignedIn,
    view: &RightsView,
    problem: Option<String>,
) -> RequestPage {
    let asked = &view.listed.asked;
    let is_open = asked.state == Standing::Open;
    RequestPage {
        shell: Shell::new("People’s rights", Under::Rights, signed_in),
        case: asked.row.case.to_string(),
        id: asked.row.id.to_string(),
        person: view.listed.person.name.clone(),
        row: row(&view.listed),
        text: view.text.clone(),
        received: asked.row.received_on.parse().map_or_else(|_| asked.row.received_on.clone(), words::day),
        acts: view.acts.iter().map(act).collect(),
        officers: view
            .officers
            .iter()
            .map(|(id, name)| (id.to_string(), name.clone(), asked.owner == Some(*id)))
            .collect(),
        may_act: view.may_act,
        may_extend: is_open && !asked.is_extended && console.app.rights.extension_months > 0,
        is_open,
        is_access: asked.row.kind == RightsKind::Access,
        is_wrong_person: asked.row.kind == RightsKind::WrongPerson,
        problem,
    }
}

fn ids(case: &str, entry: &str) -> Result<(CaseId, RightsRequestId), Fault> {
    let case = case.parse().map_err(|_| Fault::not_found())?;
    Ok((case, entry.parse().map_err(|_| Fault::not_found())?))
}

/// `GET /people/{case}/rights/{entry}`. The view is logged.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path((case, entry)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let (id, request) = ids(&case, &entry)?;
    let view = rights::view(&console.app, &signed_in.session.who, id, request).await?;
    page(&request_page(&console, &signed_in, &view, None))
}

/// What is done, as posted.
#[derive(Deserialize)]
pub struct Acting {
    #[serde(default)]
    done: String,
    #[serde(default)]
    officer: String,
    #[serde(default)]
    text: String,
}

/// `POST /people/{case}/rights/{entry}`. What may be given to the person leaves the service: for an officer who has shown lately who they are.
pub async fn done(
    State(console): State<Console>,
    Path((case, entry)): Path<(String, String)>,
    Posted { signed_in, form }: Posted<Acting>,
) -> Result<Response, Fault> {
    let (id, request) = ids(&case, &entry)?;
    let (app, who) = (&console.app, &signed_in.session.who);
    let path = format!("/people/{id}/rights/{request}");
    if form.text.len() > REASON_BYTES_MAX {
        return Err(Fault::bad_request("The text is longer than 16 KiB; shorten it."));
    }
    let done = match form.done.as_str() {
        "export" if signed_in.session.must_be_fresh(app.now()).is_err() => {
            return Ok(confirm_self::first(&path));
        }
        "export" => {
            let made = rights::export(app, who, id, request).await?;
            let html = export::document(&made)?;
            let name = "attachment; filename=\"proviso-access.html\"".to_owned();
            let kind = "text/html; charset=utf-8".to_owned();
            return Ok(
                ([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], html).into_response()
            );
        }
        "owner" => Done::Owner(form.officer.parse().unwrap_or(who.id)),
        "extend" => Done::Extend,
        "answer" => Done::Answer,
        "refuse" => Done::Refuse,
        "withdraw" => Done::Withdraw,
        _ => return Err(Fault::bad_request("The form does not say what is done.")),
    };
    match rights::act(app, who, id, request, done, &form.text).await? {
        Ok(()) => Ok(Redirect::to(&path).into_response()),
        Err(why) => {
            let view = rights::view(app, who, id, request).await?;
            let page = request_page(&console, &signed_in, &view, Some(why));
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}
