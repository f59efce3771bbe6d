//! Caseloads in the console: who is in charge of what, and moving one, several or all cases of an officer to another.

use std::collections::BTreeSet;

use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, CaseMoveId, OfficerId};
use proviso_store::{AlertFilter, CaseMoveRow, CaseRow, OfficerRow, Permit};

use super::allowed::Action;
use super::conflicts::in_words;
use super::error::ActError;
use super::history;
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::app::caseload::{self, NewMove, may_be_in_charge};
use crate::notify::clock::WORKER;

/// How long a move that could not be done is shown, in days.
const FAILED_DAYS: i64 = 30;

/// A case of a caseload.
#[derive(Debug, Clone)]
pub struct LoadCase {
    /// The case.
    pub case: CaseRow,
    /// The person.
    pub person: Person,
    /// Alerts that wait for a decision.
    pub open: usize,
}

/// A move that waits, or could not be done.
#[derive(Debug, Clone)]
pub struct ShownMove {
    /// The move.
    pub row: CaseMoveRow,
    /// The person.
    pub person: Person,
    /// From whom and to whom.
    pub between: (String, String),
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct CaseloadView {
    /// Those under the supervisor who may be in charge of cases, or are, with how many they have.
    pub officers: Vec<(OfficerRow, usize)>,
    /// To whom cases can go: anybody of the force who may be in charge.
    pub to: Vec<(OfficerId, String)>,
    /// The officer whose cases are listed.
    pub of: Option<OfficerRow>,
    /// Their cases.
    pub cases: Vec<LoadCase>,
    /// Moves that wait.
    pub waiting: Vec<ShownMove>,
    /// Moves whose day came and that could not be done.
    pub failed: Vec<ShownMove>,
}

/// What a form asks for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Whose cases.
    pub from: OfficerId,
    /// To whom.
    pub to: OfficerId,
    /// Which; `None` for all.
    pub cases: Option<BTreeSet<CaseId>>,
    /// From which day, as 2026-12-01; empty for at once.
    pub day: String,
    /// Why.
    pub reason: String,
}

/// What would happen.
#[derive(Debug, Clone)]
pub struct Preview {
    /// From whom and to whom.
    pub between: (String, String),
    /// From when; `None` for at once.
    pub from_at: Option<Timestamp>,
    /// The cases that go.
    pub can: Vec<LoadCase>,
    /// Those that do not, because the new officer knows the person.
    pub barred: Vec<LoadCase>,
}

/// The caseloads. Names and counts only, so listing is no view of evidence.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who, of: Option<OfficerId>) -> Result<CaseloadView, ActError> {
    who.require(Action::KeepCaseloads)?;
    let all = who.cases(ctx, Action::KeepCaseloads).await?;
    let under = ctx.store.officers_under(who.id, ctx.now()).await?;
    let (mut officers, mut to) = (Vec::new(), Vec::new());
    for row in ctx.store.officer_list().await? {
        let count = all.iter().filter(|case| case.officer == Some(row.id)).count();
        if may_be_in_charge(&row) {
            to.push((row.id, row.display_name.clone()));
        }
        if count > 0 || (may_be_in_charge(&row) && (under.contains(&row.id) || row.id == who.id)) {
            officers.push((row, count));
        }
    }
    let mut cases = Vec::new();
    for case in all.iter().filter(|case| of.is_some() && case.officer == of) {
        cases.push(load_case(ctx, case).await?);
    }
    cases.sort_by(|a, b| a.person.name.cmp(&b.person.name));
    let (mut waiting, mut failed) = (Vec::new(), Vec::new());
    for row in ctx.store.case_move_list(ctx.now().plus_days(-FAILED_DAYS)).await? {
        let is_failed = row.withdrawn.as_ref().is_some_and(|(_, by)| by == WORKER);
        if row.withdrawn.is_some() && !is_failed {
            continue;
        }
        let into = if is_failed { &mut failed } else { &mut waiting };
        into.extend(shown(ctx, &all, row).await?);
    }
    let of = officers.iter().find(|(row, _)| Some(row.id) == of).map(|(row, _)| row.clone());
    Ok(CaseloadView { officers, to, of, cases, waiting, failed })
}

async fn load_case(ctx: &AppContext, case: &Permit) -> Result<LoadCase, ActError> {
    let filter = AlertFilter { undecided: true, ..AlertFilter::default() };
    let open = ctx.of(case).alert_list(filter).await?.len();
    Ok(LoadCase { person: sealed::person(ctx, case)?, open, case: case.case().clone() })
}

async fn shown(ctx: &AppContext, cases: &[Permit], row: CaseMoveRow) -> Result<Option<ShownMove>, ActError> {
    let Some(case) = cases.iter().find(|case| case.id == row.case) else { return Ok(None) };
    let from = match row.from {
        Some(officer) => history::officer_name(ctx, officer).await?,
        None => "nobody".to_owned(),
    };
    let between = (from, history::officer_name(ctx, row.to).await?);
    Ok(Some(ShownMove { person: sealed::person(ctx, case)?, row, between }))
}

/// What is asked for, with its cases and its time looked up. The inner error is what is wrong with the form.
async fn read(ctx: &AppContext, who: &Who, asked: &Asked) -> Result<Result<NewMove, String>, ActError> {
    who.require(Action::KeepCaseloads)?;
    let cases = match &asked.cases {
        Some(cases) => cases.clone(),
        None => who
            .cases(ctx, Action::KeepCaseloads)
            .await?
            .iter()
            .filter(|case| case.officer == Some(asked.from))
            .map(|case| case.id)
            .collect(),
    };
    for case in &cases {
        who.case(ctx, Action::KeepCaseloads, *case).await?;
    }
    let from_at = match day(ctx, &asked.day) {
        Ok(from_at) => from_at,
        Err(why) => return Ok(Err(why)),
    };
    Ok(Ok(NewMove { from: asked.from, to: asked.to, cases, from_at, reason: asked.reason.clone() }))
}

/// The beginning of a later day; `None` for today.
fn day(ctx: &AppContext, text: &str) -> Result<Option<Timestamp>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || format!("“{text}” is no day; write it as 2026-12-01, or leave it empty for today.");
    let day: jiff::civil::Date = text.parse().map_err(|_| wrong())?;
    let begins = ctx.telling.zone.to_timestamp(day.at(0, 0, 0, 0)).map_err(|_| wrong())?;
    let begins = Timestamp::from_micros(begins.as_microsecond());
    let now = ctx.now();
    match begins.plus_days(1) <= now {
        true => Err("The day is past: a case goes to another officer today or later.".to_owned()),
        false => Ok((begins > now).then_some(begins)),
    }
}

/// Says what would happen. Nothing is changed.
///
/// # Errors
/// [`ActError`].
pub async fn preview(
    ctx: &AppContext,
    who: &Who,
    asked: &Asked,
) -> Result<Result<Preview, String>, ActError> {
    let new = match read(ctx, who, asked).await? {
        Ok(new) => new,
        Err(why) => return Ok(Err(why)),
    };
    if new.reason.trim().is_empty() {
        return Ok(Err("Write why the cases go to another officer.".to_owned()));
    }
    let split = match in_words(caseload::split(ctx, &new).await)? {
        Ok(split) => split,
        Err(why) => return Ok(Err(why)),
    };
    let (mut can, mut barred) = (Vec::new(), Vec::new());
    for case in who.cases(ctx, Action::KeepCaseloads).await? {
        let is_in = |rows: &[CaseRow]| rows.iter().any(|row| row.id == case.id);
        if is_in(&split.can) {
            can.push(load_case(ctx, &case).await?);
        } else if is_in(&split.barred) {
            barred.push(load_case(ctx, &case).await?);
        }
    }
    let between = (history::officer_name(ctx, new.from).await?, history::officer_name(ctx, new.to).await?);
    Ok(Ok(Preview { between, from_at: new.from_at, can, barred }))
}

/// Moves the cases. Says how many went, or will go.
///
/// # Errors
/// [`ActError`].
pub async fn enter(ctx: &AppContext, who: &Who, asked: &Asked) -> Result<Result<usize, String>, ActError> {
    match read(ctx, who, asked).await? {
        Ok(new) => in_words(caseload::enter(ctx, &who.actor(), &new).await),
        Err(why) => Ok(Err(why)),
    }
}

/// Withdraws a move that waits.
///
/// # Errors
/// [`ActError`].
pub async fn withdraw(ctx: &AppContext, who: &Who, id: CaseMoveId) -> Result<Result<(), String>, ActError> {
    who.require(Action::KeepCaseloads)?;
    let all = ctx.store.case_move_list(ctx.now()).await?;
    let row =
        all.into_iter().find(|row| row.id == id && row.withdrawn.is_none()).ok_or(ActError::NotFound)?;
    who.case(ctx, Action::KeepCaseloads, row.case).await?;
    in_words(caseload::withdraw(ctx, &who.actor(), &row).await)
}
