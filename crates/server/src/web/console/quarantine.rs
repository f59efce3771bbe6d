//! What is held outside the order, for review: counts by paragraph, cause and day, never content.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::tz::TimeZone;
use proviso_model::ids::CaseId;
use proviso_store::OrderEndRow;
use serde::Deserialize;

use super::Console;
use super::fault::Fault;
use super::page::{Shell, Under, page, page_with};
use super::signed_in::{Posted, SignedIn};
use super::{outside, words};
use crate::app::late::order_end::REASON_BYTES_MAX;
use crate::app::late::quarantine::{About, Group};
use crate::app::late::review::Which;
use crate::app::officer::allowed::Action;
use crate::app::officer::quarantine::{self, Review, ReviewView};

#[derive(Template)]
#[template(path = "console/quarantine_list.html")]
struct ListPage {
    shell: Shell,
    rows: Vec<ListRow>,
}

struct ListRow {
    case: String,
    person: String,
    held: String,
    seen: String,
    waits: bool,
}

#[derive(Template)]
#[template(path = "console/quarantine.html")]
struct QuarantinePage {
    shell: Shell,
    case: String,
    person: String,
    order: String,
    zone: String,
    held: Vec<CauseBox>,
    seen: Vec<CauseBox>,
    erased: Vec<Line>,
    left_out: Vec<Line>,
    ends: Vec<EndLine>,
    legal_hold: Option<String>,
    /// The number of the box whose form was not filled in.
    problem: Option<usize>,
}

/// Everything with one cause: one review.
struct CauseBox {
    /// For ids on the page.
    nth: usize,
    about: String,
    title: String,
    lines: Vec<Line>,
    releasable: bool,
    seen: bool,
    problem: bool,
}

struct Line {
    paragraph: String,
    cause: String,
    records: usize,
    findings: u64,
    days: String,
}

struct EndLine {
    text: String,
    reason: String,
    entered: String,
    withdrawn: Option<String>,
}

/// `GET /quarantine`.
pub async fn list(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let found = quarantine::list(&console.app, &signed_in.session.who).await?;
    let rows = found.into_iter().map(|one| ListRow {
        case: one.case.id.to_string(),
        person: one.person.name,
        held: format!("{} held unseen", words::counted(one.held, "record", "records")),
        seen: match one.seen {
            0 => String::new(),
            count => format!("{count} seen before it was known"),
        },
        waits: one.held > 0 || one.seen > 0,
    });
    let rows = rows.collect();
    page(&ListPage { shell: Shell::new("Quarantine", Under::Quarantine, &signed_in), rows })
}

/// `GET /people/{case}/quarantine`. The view is logged.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let view = quarantine::view(&console.app, &signed_in.session.who, id).await?;
    page(&quarantine_page(&signed_in, &view, None))
}

/// A review as posted.
#[derive(Deserialize)]
pub struct Posting {
    #[serde(default)]
    about: String,
    #[serde(default)]
    decided: String,
    #[serde(default)]
    reason: String,
}

/// `POST /people/{case}/quarantine`.
pub async fn review(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let who = &signed_in.session.who;
    who.require(Action::ReviewQuarantine)?;
    let about = About::parse(&form.about)
        .map_err(|_| Fault::bad_request("The form does not say which cause it is about."))?;
    let decided = match form.decided.as_str() {
        "erase" => Review::Erase(Which::Held),
        "erase-seen" => Review::Erase(Which::Seen),
        "release" => Review::Release,
        _ => return Err(Fault::bad_request("The form does not say whether to erase or to release.")),
    };
    if form.reason.len() > REASON_BYTES_MAX {
        return Err(Fault::bad_request("The reason is longer than 16 KiB; shorten it."));
    }
    if form.reason.trim().is_empty() {
        let view = quarantine::view(&console.app, who, id).await?;
        let page = quarantine_page(&signed_in, &view, Some((about, decided == Review::Erase(Which::Seen))));
        return page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    quarantine::review(&console.app, who, id, about, decided, &form.reason).await?;
    Ok(Redirect::to(&format!("/people/{id}/quarantine")).into_response())
}

fn quarantine_page(
    signed_in: &SignedIn,
    view: &ReviewView,
    unreasoned: Option<(About, bool)>,
) -> QuarantinePage {
    let zone = words::zone(&view.order.timezone);
    let found = &view.quarantine;
    let ends: Vec<OrderEndRow> = found.ends.iter().map(|shown| shown.row.clone()).collect();
    let lines = |groups: &[Group]| groups.iter().map(|group| line(group, &ends, &zone)).collect();
    let mut held = boxes(&found.held, &ends, &zone, false, 0);
    let mut seen = boxes(&found.seen, &ends, &zone, true, held.len());
    let mut problem = None;
    for one in held.iter_mut().chain(&mut seen) {
        one.problem = unreasoned.is_some_and(|(about, seen)| one.about == about.word() && one.seen == seen);
        problem = problem.or(one.problem.then_some(one.nth));
    }
    QuarantinePage {
        shell: Shell::new("Quarantine", Under::Quarantine, signed_in),
        case: view.case.id.to_string(),
        person: view.person.name.clone(),
        order: view.order.reference.clone(),
        zone: view.order.timezone.clone(),
        held,
        seen,
        erased: lines(&found.erased),
        left_out: lines(&found.left_out),
        ends: found
            .ends
            .iter()
            .map(|shown| EndLine {
                text: outside::ended(&shown.row.end),
                reason: shown.reason.clone(),
                entered: words::when(shown.row.entered_at, &zone).local,
                withdrawn: shown.row.withdrawn_at.map(|at| words::when(at, &zone).local),
            })
            .collect(),
        legal_hold: view
            .legal_hold
            .as_ref()
            .map(|hold| format!("{} ({})", words::when(hold.since, &zone).date, hold.reference)),
        problem,
    }
}

/// One box for each cause that can be reviewed; what is held only because of others stands with them.
fn boxes(
    groups: &[Group],
    ends: &[OrderEndRow],
    zone: &TimeZone,
    seen: bool,
    already: usize,
) -> Vec<CauseBox> {
    let mut causes: Vec<About> = groups.iter().filter_map(|group| About::of(group.outside)).collect();
    causes.sort_unstable();
    causes.dedup();
    let cause_box = |(nth, about): (usize, About)| {
        let own: Vec<&Group> =
            groups.iter().filter(|group| About::of(group.outside) == Some(about)).collect();
        let with_them = groups.iter().filter(|group| {
            About::of(group.outside).is_none()
                && own.iter().any(|one| !one.records.is_disjoint(&group.records))
        });
        CauseBox {
            nth: already.saturating_add(nth).saturating_add(1),
            about: about.word(),
            title: own.first().map_or_else(String::new, |group| outside::cause(group.outside, ends)),
            lines: own.iter().copied().chain(with_them).map(|group| line(group, ends, zone)).collect(),
            releasable: matches!(about, About::End(_)),
            seen,
            problem: false,
        }
    };
    causes.into_iter().enumerate().map(cause_box).collect()
}

fn line(group: &Group, ends: &[OrderEndRow], zone: &TimeZone) -> Line {
    let (first, last) = (words::when(group.first, zone).date, words::when(group.last, zone).date);
    Line {
        paragraph: if group.paragraph.is_empty() { "none".to_owned() } else { group.paragraph.clone() },
        cause: outside::cause(group.outside, ends),
        records: group.records.len(),
        findings: group.findings,
        days: if first == last { first } else { format!("{first} to {last}") },
    }
}
