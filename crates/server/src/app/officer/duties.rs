//! What a person must notify, by when, what was notified and what an officer checked. Each change is another version; nothing is
//! overwritten, and the words are sealed under the case.

use jiff::civil::Date;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DutyId};
use proviso_model::order::ConditionKind;
use proviso_store::{DutyKind, DutyRow, Permit, StoreError};
use serde::{Deserialize, Serialize};

use super::allowed::Action;
use super::clock;
use super::error::ActError;
use super::history::Names;
use super::sealed::{self, Order, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::keys::case::Purpose;

/// Longest text of one field, in bytes.
const TEXT_BYTES_MAX: usize = 16 * 1024;

/// What is sealed of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DutyWords {
    /// What is to be notified.
    pub what: String,
    /// The paragraph, or the law, that asks for it.
    #[serde(default)]
    pub asked_by: String,
    /// The officer's note.
    #[serde(default)]
    pub note: String,
}

/// An entry as it stands.
#[derive(Debug, Clone)]
pub struct ShownDuty {
    /// The version that stands.
    pub row: DutyRow,
    /// What was sealed with it.
    pub words: DutyWords,
    /// Who entered that version.
    pub officer: String,
    /// By which day.
    pub due_on: Option<Date>,
    /// On which day the person notified it.
    pub notified_on: Option<Date>,
    /// On which day an officer checked it.
    pub checked_on: Option<Date>,
    /// Its versions before, newest first, each with who entered it.
    pub before: Vec<(DutyRow, DutyWords, String)>,
}

/// How an entry stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DutyState {
    /// Its day has passed, and nothing was notified.
    Overdue,
    /// Nothing was notified yet.
    Waits,
    /// It was notified, and nobody has checked it.
    Unchecked,
    /// It was notified and checked.
    Checked,
    /// It was entered by mistake.
    Withdrawn,
}

impl ShownDuty {
    /// How it stands on `today`.
    #[must_use]
    pub fn state(&self, today: Date) -> DutyState {
        match (self.row.withdrawn, self.notified_on, self.checked_on, self.due_on) {
            (true, ..) => DutyState::Withdrawn,
            (_, Some(_), Some(_), _) => DutyState::Checked,
            (_, Some(_), None, _) => DutyState::Unchecked,
            (_, None, _, Some(due)) if due < today => DutyState::Overdue,
            (_, None, ..) => DutyState::Waits,
        }
    }
}

/// A paragraph that asks for something to be notified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asks {
    /// Its number.
    pub paragraph: String,
    /// The court's words.
    pub text: String,
    /// What kind of thing.
    pub kind: DutyKind,
    /// Within how many days, where it says so.
    pub within_days: Option<u16>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct DutiesView {
    /// The person.
    pub person: Person,
    /// The order.
    pub order: Order,
    /// The officer in charge.
    pub officer: String,
    /// Every entry, what is overdue first.
    pub duties: Vec<ShownDuty>,
    /// What the order asks for.
    pub asks: Vec<Asks>,
    /// Whether this officer may enter something.
    pub may_enter: bool,
    /// Today, in the order's time zone.
    pub today: Date,
    /// Now.
    pub now: Timestamp,
}

/// What of an order has to be notified.
#[must_use]
pub fn asks(order: &Order) -> Vec<Asks> {
    let kind = |kind| match kind {
        ConditionKind::DeclareDevices => Some(DutyKind::Device),
        ConditionKind::DeclareNames => Some(DutyKind::Account),
        _ => None,
    };
    let asked = order.conditions.iter().filter_map(|one| {
        let (paragraph, text) = (one.paragraph.clone(), one.text.clone());
        Some(Asks { paragraph, text, kind: kind(one.kind)?, within_days: one.within_days })
    });
    asked.collect()
}

/// The entries of a case, as they stand. The caller has logged the view.
pub(super) async fn of_case(
    ctx: &AppContext,
    case: &Permit,
    names: &Names,
    today: Date,
) -> Result<Vec<ShownDuty>, ActError> {
    let columns = ctx.case_columns(case.id)?;
    let day = |text: &Option<String>| -> Result<Option<Date>, ActError> {
        let broken = |_| ActError::Broken("a day of a duty cannot be read".to_owned());
        text.as_deref().map(str::parse).transpose().map_err(broken)
    };
    let mut shown: Vec<ShownDuty> = Vec::new();
    for row in ctx.of(case).duty_list().await? {
        let words: DutyWords = columns.open_json(Purpose::Duty, &row.sealed)?;
        let next = ShownDuty {
            due_on: day(&row.due_on)?,
            notified_on: day(&row.notified_on)?,
            checked_on: day(&row.checked_on)?,
            officer: names.of_actor(&row.entered_by),
            before: Vec::new(),
            words,
            row,
        };
        match shown.iter_mut().find(|one| one.row.id == next.row.id) {
            Some(one) => {
                let last = std::mem::replace(one, next);
                one.before = last.before;
                one.before.insert(0, (last.row, last.words, last.officer));
            }
            None => shown.push(next),
        }
    }
    shown.sort_by_key(|one| (one.state(today), one.due_on, one.row.id));
    Ok(shown)
}

/// The page. Logged before anything is read.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who, id: CaseId) -> Result<DutiesView, ActError> {
    let case = who.case(ctx, Action::ViewEvidence, id).await?;
    who.does(ctx, (Action::ViewEvidence, "duty-view"), &case, &id.to_string(), async {
        let names = Names::now(ctx).await?;
        let order = sealed::order(ctx, &case).await?;
        let now = ctx.now();
        let today = clock::day_of(&order, now);
        Ok(DutiesView {
            person: sealed::person(ctx, &case)?,
            officer: names.in_charge(&case),
            duties: of_case(ctx, &case, &names, today).await?,
            asks: asks(&order),
            may_enter: who.may_on(Action::Decide, &case),
            order,
            today,
            now,
        })
    })
    .await
}

/// What a form says of an entry.
#[derive(Debug, Clone)]
pub struct DutyForm {
    /// What kind of thing; of an entry that is changed it stays as it is.
    pub kind: Option<DutyKind>,
    /// By which day.
    pub due_on: Option<Date>,
    /// On which day it was notified.
    pub notified_on: Option<Date>,
    /// On which day it was checked.
    pub checked_on: Option<Date>,
    /// Whether it was entered by mistake.
    pub withdrawn: bool,
    /// The words.
    pub words: DutyWords,
}

/// What is wrong with a form, in words for it.
fn fault(form: &DutyForm) -> Option<&'static str> {
    let words = &form.words;
    if words.what.trim().is_empty() {
        return Some("Write what is to be notified.");
    }
    if form.checked_on.is_some() && form.notified_on.is_none() {
        return Some("Give the day on which it was notified, too: only then can it be checked.");
    }
    let is_long = [&words.what, &words.asked_by, &words.note].iter().any(|text| text.len() > TEXT_BYTES_MAX);
    is_long.then_some("One of the texts is longer than 16 KiB.")
}

/// Enters something, or another version of what is entered. The inner error is what is wrong with the form. Logged before it is done.
///
/// # Errors
/// [`ActError`].
pub async fn enter(
    ctx: &AppContext,
    who: &Who,
    case: CaseId,
    entry: Option<DutyId>,
    form: &DutyForm,
) -> Result<Result<DutyId, &'static str>, ActError> {
    let case = who.case(ctx, Action::Decide, case).await?;
    if let Some(fault) = fault(form) {
        return Ok(Err(fault));
    }
    let now = ctx.now();
    let (id, version, kind, act) = match entry {
        Some(id) => {
            let rows = ctx.of(&case).duty_list().await?;
            let last = rows.into_iter().filter(|row| row.id == id).max_by_key(|row| row.version);
            let last = last.ok_or(ActError::NotFound)?;
            (id, last.version.saturating_add(1), last.kind, "duty-change")
        }
        None => match form.kind {
            Some(kind) => (DutyId::new(now, ctx.random()), 1, kind, "duty-enter"),
            None => return Ok(Err("Choose what kind of thing it is.")),
        },
    };
    who.does(ctx, (Action::Decide, act), &case, &format!("{id} {version}"), async {
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        let row = DutyRow {
            id,
            version,
            case: case.id,
            kind,
            due_on: day(form.due_on),
            notified_on: day(form.notified_on),
            checked_on: day(form.checked_on),
            withdrawn: form.withdrawn,
            entered_at: now,
            entered_by: who.actor(),
            sealed: ctx.seal_json(case.id, Purpose::Duty, &form.words)?,
        };
        match ctx.of(&case).duty_add(&row).await {
            Ok(()) => Ok(Ok(id)),
            Err(StoreError::Conflict(_)) => {
                Err(ActError::Conflict("a colleague changed this entry meanwhile"))
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}
