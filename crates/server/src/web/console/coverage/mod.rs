//! A device's page: a month of minutes as a strip and as a table, and the answer to "was it watching then, and what could
//! it not see?".

mod acts;
mod asked;
mod other_adult;
mod tasks;

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use proviso_engine::coverage::not_seen;
use proviso_engine::notice::language::Say;
use proviso_model::ids::{CaseId, DeviceId};
use proviso_store::Stretch;

use self::acts::{ActBox, Effects, Kind};
pub use self::acts::{change, enter};
use self::asked::{Asked, Month};
use self::other_adult::OtherAdultBox;
pub use self::other_adult::{approve, withdraw};
pub use self::tasks::{TaskLine, line as task_line};
use super::Console;
use super::alert::Identity;
use super::fault::Fault;
use super::minutes::{self, Item, Strip};
use super::page::{Shell, Under, page};
use super::signed_in::SignedIn;
use super::words;
use crate::app::coverage::DeviceCoverage;
use crate::app::officer::coverage::{self, DeviceView};

#[derive(Template)]
#[template(path = "console/coverage.html")]
struct CoveragePage {
    shell: Shell,
    identity: Identity,
    device: String,
    id: String,
    asked: Asked,
    answer: Option<Answer>,
    month: String,
    before: String,
    after: String,
    strip: Strip,
    acts: Vec<ActBox>,
    kinds: Vec<Kind>,
    effects: Vec<Effects>,
    other_adult: OtherAdultBox,
    may_enter: bool,
}

/// The answer to a question about some minutes.
struct Answer {
    title: String,
    summary: String,
    items: Vec<Item>,
    not_seen: Vec<String>,
}

/// `GET /people/{case}/devices/{device}`. The view is logged.
pub async fn show(
    State(console): State<Console>,
    signed_in: SignedIn,
    Path((case, device)): Path<(String, String)>,
    Query(mut asked): Query<Asked>,
) -> Result<Response, Fault> {
    let case = case.parse::<CaseId>().map_err(|_| Fault::not_found())?;
    let device = device.parse::<DeviceId>().map_err(|_| Fault::not_found())?;
    let (app, now) = (&console.app, console.app.now());
    let mut question = None;
    let mut month = Month::default();
    let view = coverage::view(app, &signed_in.session.who, (case, device), |order| {
        let zone = words::zone(&order.timezone);
        question = asked.question(&zone);
        month = asked.month(question, now, &zone);
        (month.stretch(&zone), question)
    })
    .await?;
    let zone = words::zone(&view.order.timezone);
    asked.fill(&month, now, &zone);
    let name = words::device(&view.facts.system).to_owned();
    page(&CoveragePage {
        shell: Shell::new(&format!("{name}: every minute"), Under::People, &signed_in),
        identity: Identity {
            case: case.to_string(),
            person: view.person.name.clone(),
            order: view.order.reference.clone(),
            device: format!("{name}, account {}", view.facts.account),
            officer: view.officer.clone(),
        },
        device: name,
        id: device.to_string(),
        answer: answer(&view, question, &zone),
        month: month.in_words(),
        before: month.before().query(),
        after: month.after().query(),
        acts: view.entered.iter().map(|one| acts::shown(one, &zone)).collect(),
        kinds: acts::kinds(),
        effects: acts::effects(),
        other_adult: other_adult::section(&view, &zone),
        may_enter: view.may_enter,
        strip: minutes::strip(
            &view.coverage,
            ("month", &month.in_words()),
            &month.days(&zone),
            (&zone, Say::ENGLISH),
        ),
        asked,
    })
}

fn answer(view: &DeviceView, question: Option<Stretch>, zone: &TimeZone) -> Option<Answer> {
    let (stretch, found) = question.zip(view.answer.as_ref())?;
    let (from, until) = (words::when(stretch.from, zone), words::when(stretch.until, zone));
    let asked = stretch.until.millis_since(stretch.from) / 60_000;
    let blind: BTreeSet<String> = found.ledger.entries.iter().flat_map(not_seen).collect();
    Some(Answer {
        title: format!("{}, {} to {} {}", from.day, from.clock, until.clock, until.zone),
        summary: answered(found, asked),
        items: found
            .ledger
            .entries
            .iter()
            .map(|entry| minutes::item(entry, &found.other_adult, (zone, Say::ENGLISH)))
            .collect(),
        not_seen: blind.into_iter().collect(),
    })
}

fn answered(found: &DeviceCoverage, asked: i64) -> String {
    let (watched, gaps) = (found.ledger.watched(), found.ledger.in_gaps());
    let minutes = |count: u64| words::span(i64::try_from(count).unwrap_or(i64::MAX).saturating_mul(60_000));
    let rest = u64::try_from(asked).unwrap_or(0).saturating_sub(found.ledger.minutes());
    let outside = match rest {
        0 => String::new(),
        rest => format!(
            " In {} no paragraph of the order ran on this device, or the time has not come.",
            minutes(rest)
        ),
    };
    let said = match (watched, gaps) {
        (0, 0) => "The order asked nothing of this device then.".to_owned(),
        (_, 0) => format!("It was watching in all of it: {}.", minutes(watched)),
        (0, _) => format!("It was not watching: {}.", minutes(gaps)),
        _ => format!("It was watching for {} and not watching for {}.", minutes(watched), minutes(gaps)),
    };
    format!("{said}{outside}")
}
