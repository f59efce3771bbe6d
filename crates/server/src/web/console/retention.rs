//! How long cases are kept: what is due, a case's page with its decisions, and certificates of erasure.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use proviso_model::ids::{CaseId, CertificateId};
use proviso_store::{RetentionEndKind, RetentionKind};
use serde::Deserialize;

use super::fault::Fault;
use super::page::{Shell, Under, page, page_with};
use super::signed_in::{Posted, SignedIn};
use super::words::{self, When};
use super::{Console, confirm_self};
use crate::app::destruction::{KEY_BACKUP_DAYS, What, Why};
use crate::app::late::order_end::REASON_BYTES_MAX;
use crate::app::officer::retention::{self, Gone, Listed, RetentionView, ShownDecision};
use crate::app::retention::act::Decided;
use crate::app::retention::{Due, PROPOSAL_DAYS, Review};

#[derive(Template)]
#[template(path = "console/retention_list.html")]
struct ListPage {
    shell: Shell,
    groups: Vec<Group>,
    gone: Vec<GoneRow>,
    running: u16,
    ended: u16,
}

struct Group {
    title: &'static str,
    colour: &'static str,
    rows: Vec<ListRow>,
}

struct ListRow {
    case: String,
    person: String,
    due: String,
    order: String,
    notes: Vec<String>,
}

struct GoneRow {
    case: String,
    at: When,
    why: String,
    by: String,
    backup: String,
    certificate: String,
}

#[derive(Template)]
#[template(path = "console/retention.html")]
struct RetentionPage {
    shell: Shell,
    case: String,
    person: String,
    due: String,
    order: String,
    is_over: bool,
    hold: Option<String>,
    decided: Vec<Line>,
    proposal: Option<Line>,
    proposal_days: i64,
    keep_until_max: String,
    backup_days: i64,
    draft: Posting,
    problem: Option<String>,
}

#[derive(Clone)]
struct Line {
    id: String,
    text: String,
    reason: String,
    by: String,
    at: When,
    ended: Option<(String, String)>,
    waits: bool,
    is_own: bool,
}

/// `GET /retention`.
pub async fn list(State(console): State<Console>, signed_in: SignedIn) -> Result<Response, Fault> {
    let (listed, gone) = retention::list(&console.app, &signed_in.session.who).await?;
    let mut groups = [
        Group { title: "Overdue", colour: "now", rows: Vec::new() },
        Group { title: "Due soon", colour: "soon", rows: Vec::new() },
        Group { title: "Later", colour: "later", rows: Vec::new() },
    ];
    for one in &listed {
        let place = match one.review.due {
            Due::Overdue(_) => 0,
            Due::Soon(_) => 1,
            Due::Later => 2,
        };
        groups.iter_mut().skip(place).take(1).for_each(|group| group.rows.push(row(one)));
    }
    let rules = console.app.retention;
    page(&ListPage {
        shell: Shell::new("Retention", Under::Retention, &signed_in),
        groups: groups.into_iter().filter(|group| !group.rows.is_empty()).collect(),
        gone: gone.iter().map(gone_row).collect(),
        running: rules.months_running,
        ended: rules.months_ended,
    })
}

fn row(one: &Listed) -> ListRow {
    let mut notes = Vec::new();
    if let Some(hold) = &one.review.hold {
        notes.push(format!("Legal hold: {}", hold.reference));
    }
    if one.review.proposal.is_some() {
        notes.push("A proposal to destroy it waits for a second officer".to_owned());
    }
    ListRow {
        case: one.review.case.id.to_string(),
        person: one.person.name.clone(),
        due: due(&one.review),
        order: order(&one.review),
        notes,
    }
}

fn due(review: &Review) -> String {
    let on = words::day(review.due_on);
    let days = |count: i64| words::counted(usize::try_from(count).unwrap_or(0), "day", "days");
    match review.due {
        Due::Overdue(count) => format!("Review was due on {on}, {} ago", days(count)),
        Due::Soon(0) => "Review is due today".to_owned(),
        Due::Soon(count) => format!("Review is due on {on}, in {}", days(count)),
        Due::Later => format!("Next review on {on}"),
    }
}

fn order(review: &Review) -> String {
    match review.order_until {
        Some(day) if review.is_over => format!("Its order ended on {}", words::day(day)),
        Some(day) => format!("Its order runs to {}", words::day(day)),
        None => "No day of its order is left".to_owned(),
    }
}

fn gone_row(gone: &Gone) -> GoneRow {
    let zone = words::force_zone();
    let entry = &gone.entry;
    let case = match entry.what {
        What::Case { case } => case.to_string(),
        What::Record { record } => record.to_string(),
    };
    let backup = match entry.last_key_backup_at {
        Some(at) => format!(
            "The last backup of keys that could have restored it was made on {} and lapses on {}",
            words::when(at, &zone).local,
            words::when(at.plus_days(KEY_BACKUP_DAYS), &zone).date,
        ),
        None => "The log knows of no backup of keys made before".to_owned(),
    };
    GoneRow {
        case,
        at: words::when(entry.at, &zone),
        why: Why::in_words(&entry.why).to_owned(),
        by: match &gone.proposed_by {
            Some(first) => format!("{}, proposed by {first}", gone.by),
            None => gone.by.clone(),
        },
        backup,
        certificate: entry.certificate.to_string(),
    }
}

/// `GET /retention/certificates/{certificate}`: the signed file.
pub async fn certificate(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id.parse::<CertificateId>().map_err(|_| Fault::not_found())?;
    let made = retention::certificate(&console.app, &signed_in.session.who, id).await?;
    let json = serde_json::to_vec_pretty(&made).map_err(|error| Fault::broken(error.to_string()))?;
    let name = format!("attachment; filename=\"proviso-erasure-{id}.json\"");
    let kind = "application/json".to_owned();
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, name)], json).into_response())
}

/// `GET /people/{case}/retention`. The view is logged.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let view = retention::view(&console.app, &signed_in.session.who, id).await?;
    page(&retention_page(&signed_in, &view, Posting::default(), None))
}

/// A decision as posted.
#[derive(Default, Clone, Deserialize)]
pub struct Posting {
    #[serde(default)]
    decided: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    reference: String,
    #[serde(default)]
    reason: String,
}

fn parsed(form: &Posting) -> Result<Decided, &'static str> {
    match form.decided.as_str() {
        "keep" => {
            let day = form.until.parse::<Date>();
            day.map(Decided::Keep).map_err(|_| "Give the day of the next review, as 2027-03-03")
        }
        "destroy" => match form.why.as_str() {
            "court-order" => Ok(Decided::Destroy(Why::CourtOrder)),
            "retention-ended" => Ok(Decided::Destroy(Why::RetentionEnded)),
            "unlawful" => Ok(Decided::Destroy(Why::Unlawful)),
            _ => Err("Choose why it is to be destroyed"),
        },
        "hold" if form.reference.trim().is_empty() => {
            Err("Give a reference that a stranger can look up, without words about the person")
        }
        "hold" => Ok(Decided::Hold(form.reference.trim().to_owned())),
        "hold-end" => Ok(Decided::HoldEnd),
        _ => Err("Choose what you decide"),
    }
}

/// `POST /people/{case}/retention`. To propose destroying it, or to end a hold, an officer has shown lately who they are.
pub async fn decide(
    State(console): State<Console>,
    Path(id): Path<String>,
    Posted { signed_in, form }: Posted<Posting>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let (app, who) = (&console.app, &signed_in.session.who);
    if form.reason.len() > REASON_BYTES_MAX {
        return Err(Fault::bad_request("The reason is longer than 16 KiB; shorten it."));
    }
    let path = format!("/people/{id}/retention");
    let problem = match parsed(&form) {
        Err(why) => why.to_owned(),
        Ok(Decided::Destroy(_) | Decided::HoldEnd) if signed_in.session.must_be_fresh(app.now()).is_err() => {
            return Ok(confirm_self::first(&path));
        }
        Ok(decided) => match retention::decide(app, who, id, &decided, &form.reason).await? {
            Ok(_) => return Ok(Redirect::to(&path).into_response()),
            Err(why) => why,
        },
    };
    let view = retention::view(app, who, id).await?;
    let page = retention_page(&signed_in, &view, form, Some(problem));
    page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// What a second officer says to a proposal, as posted.
#[derive(Deserialize)]
pub struct Second {
    #[serde(default)]
    says: String,
    #[serde(default)]
    reason: String,
}

/// `POST /people/{case}/retention/{entry}`: destroys the case, or withdraws the proposal. For an officer who has shown lately who
/// they are.
pub async fn second(
    State(console): State<Console>,
    Path((id, entry)): Path<(String, String)>,
    Posted { signed_in, form }: Posted<Second>,
) -> Result<Response, Fault> {
    let id = id.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let entry = entry.parse().map_err(|_| Fault::not_found())?;
    let (app, who) = (&console.app, &signed_in.session.who);
    let path = format!("/people/{id}/retention");
    let done = match form.says.as_str() {
        "destroy" if signed_in.session.must_be_fresh(app.now()).is_err() => {
            return Ok(confirm_self::first(&path));
        }
        "destroy" => retention::confirm(app, who, id, entry).await?.map(|_| "/retention".to_owned()),
        "withdraw" => retention::withdraw(app, who, id, entry, &form.reason).await?.map(|()| path),
        _ => return Err(Fault::bad_request("The form does not say whether to destroy it or to withdraw.")),
    };
    match done {
        Ok(next) => Ok(Redirect::to(&next).into_response()),
        Err(why) => {
            let view = retention::view(app, who, id).await?;
            let page = retention_page(&signed_in, &view, Posting::default(), Some(why));
            page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn line(one: &ShownDecision) -> Line {
    let zone = words::force_zone();
    let day = || one.detail.parse().map_or_else(|_| one.detail.clone(), words::day);
    let text = match one.kind {
        RetentionKind::Keep => format!("Kept until {}", day()),
        RetentionKind::Destroy => format!("Proposal to destroy it, {}", Why::in_words(&one.detail)),
        RetentionKind::Hold => "Legal hold begun".to_owned(),
        RetentionKind::HoldEnd => "Legal hold ended".to_owned(),
    };
    let ended = one.ended.as_ref().map(|(how, at, by, reason)| {
        let how = match how {
            RetentionEndKind::Confirmed => "Confirmed",
            RetentionEndKind::Withdrawn => "Withdrawn",
            RetentionEndKind::Lapsed => "Nobody confirmed it in time; noted",
        };
        (format!("{how} by {by}, {}", words::when(*at, &zone).local), reason.clone())
    });
    Line {
        id: one.id.to_string(),
        text,
        reason: one.reason.clone(),
        by: one.by.clone(),
        at: words::when(one.at, &zone),
        ended,
        waits: one.waits,
        is_own: one.is_own,
    }
}

fn retention_page(
    signed_in: &SignedIn,
    view: &RetentionView,
    draft: Posting,
    problem: Option<String>,
) -> RetentionPage {
    let decided: Vec<Line> = view.decided.iter().map(line).collect();
    let zone = words::force_zone();
    RetentionPage {
        shell: Shell::new("Retention", Under::Retention, signed_in),
        case: view.review.case.id.to_string(),
        person: view.person.name.clone(),
        due: due(&view.review),
        order: order(&view.review),
        is_over: view.review.is_over,
        hold: view
            .review
            .hold
            .as_ref()
            .map(|hold| format!("since {} ({})", words::when(hold.since, &zone).date, hold.reference)),
        proposal: decided.iter().find(|line| line.waits).cloned(),
        decided,
        proposal_days: PROPOSAL_DAYS,
        keep_until_max: view.keep_until_max.to_string(),
        backup_days: KEY_BACKUP_DAYS,
        draft,
        problem,
    }
}
