//! What people may ask of the force about the data that it holds of them (Data Protection Act 2018, Part 3): each request with its clock, its
//! owner, what was done about it, and the reply, which is on record.

pub mod act;
pub mod export;
pub mod wrong_person;

use jiff::ToSpan as _;
use jiff::civil::Date;
use proviso_model::ids::{CaseId, OfficerId};
use proviso_store::{Permit, RightsActKind, RightsActRow, RightsKind, RightsRequestRow, StoreError};
use serde::Deserialize;

use super::AppContext;
use super::officer::error::ActError;
use super::personal::enter::LINK_ACTOR;
use super::retention::{Due, day_of};
use crate::keys::case::Purpose;

/// Who enters what was asked on a device, as in the log.
pub const ON_THE_DEVICE: &str = "device";
/// Days before its day from which an answer counts as due soon.
const SOON_DAYS: i64 = 7;

/// The clock of a request, as a force set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RightsRules {
    /// Months by which the time for an answer may be extended once, where the law allows it; 0 where the force extends none.
    pub extension_months: u8,
}

impl Default for RightsRules {
    fn default() -> Self {
        Self { extension_months: 2 }
    }
}

/// How a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for an answer.
    Open,
    /// It was answered.
    Answered,
    /// It was refused, in part or whole.
    Refused,
    /// Whoever asked took it back.
    Withdrawn,
}

/// A request as it stands.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What was asked.
    pub row: RightsRequestRow,
    /// What was done about it, in order.
    pub acts: Vec<RightsActRow>,
    /// Who is to answer.
    pub owner: Option<OfficerId>,
    /// The day on which the answer is due.
    pub due_on: Date,
    /// How soon that is.
    pub due: Due,
    /// Whether the time was extended.
    pub is_extended: bool,
    /// How it stands.
    pub state: State,
}

impl Asked {
    /// Whether it was made on a page of the person's own: on the device, or by a link. What an officer entered may be somebody else's request, in an officer's words: it is shown
    /// to nobody but officers.
    #[must_use]
    pub fn is_from_the_page(&self) -> bool {
        self.is_from_the_device() || self.row.entered_by.starts_with(LINK_ACTOR)
    }

    /// Whether it was made on the device.
    #[must_use]
    pub fn is_from_the_device(&self) -> bool {
        self.row.record.is_some()
    }

    /// Whether it is to be looked at before all others: somebody may be watched who should not be.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        self.state == State::Open && self.row.kind == RightsKind::WrongPerson
    }
}

/// The day on which an answer is due to what was received on `day`: the same day of the next month, or its last.
#[must_use]
pub fn due_on(day: Date) -> Date {
    day.checked_add(1.month()).unwrap_or(Date::MAX)
}

/// The day on which it is due once the time was extended.
#[must_use]
pub fn extended(received: Date, rules: RightsRules) -> Date {
    received.checked_add((1 + i32::from(rules.extension_months)).months()).unwrap_or(Date::MAX)
}

/// In words for officers.
#[must_use]
pub fn in_words(kind: RightsKind) -> &'static str {
    match kind {
        RightsKind::Access => "To see what is held",
        RightsKind::Rectification => "To correct what is held",
        RightsKind::Erasure => "To erase what is held",
        RightsKind::Complaint => "A complaint",
        RightsKind::WrongPerson => "The wrong person was enrolled",
    }
}

fn asked(row: RightsRequestRow, acts: Vec<RightsActRow>, today: Date) -> Asked {
    let received = row.received_on.parse().unwrap_or(today);
    let mut due_on = row.due_on.parse().unwrap_or_else(|_| due_on(received));
    let (mut owner, mut state, mut is_extended) = (None, State::Open, false);
    for act in &acts {
        match act.kind {
            RightsActKind::Owner => owner = act.officer,
            RightsActKind::Extend => {
                is_extended = true;
                due_on = act.due_on.as_deref().and_then(|day| day.parse().ok()).unwrap_or(due_on);
            }
            RightsActKind::Answer => state = State::Answered,
            RightsActKind::Refuse => state = State::Refused,
            RightsActKind::Withdraw => state = State::Withdrawn,
        }
    }
    let left = today.until(due_on).map_or(0, |span| i64::from(span.get_days()));
    let due = match left {
        _ if state != State::Open => Due::Later,
        ..0 => Due::Overdue(-left),
        left if left <= SOON_DAYS => Due::Soon(left),
        _ => Due::Later,
    };
    Asked { row, acts, owner, due_on, due, is_extended, state }
}

/// The requests of a case: that the wrong person was enrolled before all others, then those due first; those that are closed last.
///
/// # Errors
/// The store's.
pub async fn of(ctx: &AppContext, case: &Permit) -> Result<Vec<Asked>, StoreError> {
    Ok(sorted(ctx, ctx.of(case).rights_list().await?))
}

/// The same of several cases together.
///
/// # Errors
/// The store's.
pub async fn among(ctx: &AppContext, cases: &[Permit]) -> Result<Vec<Asked>, StoreError> {
    Ok(sorted(ctx, ctx.of_all(cases).rights_list().await?))
}

/// The same of a case whose person looks, on a page of their own.
///
/// # Errors
/// The store's.
pub async fn of_own(ctx: &AppContext, case: CaseId) -> Result<Vec<Asked>, StoreError> {
    Ok(sorted(ctx, ctx.store.rights_list(Some(case)).await?))
}

fn sorted(ctx: &AppContext, found: Vec<(RightsRequestRow, Vec<RightsActRow>)>) -> Vec<Asked> {
    let today = day_of(ctx.now());
    let mut found: Vec<Asked> = found.into_iter().map(|(row, acts)| asked(row, acts, today)).collect();
    found.sort_by_key(|one| (one.state != State::Open, !one.is_urgent(), one.due_on, one.row.entered_at));
    found
}

/// What is asked, in words. Of one that was made on the device they go with its record, and with the case.
///
/// # Errors
/// [`ActError`].
pub async fn words(ctx: &AppContext, row: &RightsRequestRow) -> Result<String, ActError> {
    let Some(record) = row.record else { return opened(ctx, row.case, &row.sealed) };
    let key = if row.sealed.is_empty() { None } else { ctx.store.record_key(&record).await? };
    let Some(key) = key else { return Ok(String::new()) };
    let text = ctx.case_keys(row.case)?.of_record(&key).open(Purpose::Rights, &row.sealed)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// Words of what was done about a request, or entered by an officer: what is asked, a reason, a reply. Empty once the case was destroyed.
///
/// # Errors
/// [`ActError`].
pub fn opened(ctx: &AppContext, case: CaseId, sealed: &[u8]) -> Result<String, ActError> {
    if sealed.is_empty() {
        return Ok(String::new());
    }
    let text = ctx.unseal(case, Purpose::Rights, sealed)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The reply to a request, once there is one.
#[must_use]
pub fn reply(asked: &Asked) -> Option<&RightsActRow> {
    asked.acts.iter().rev().find(|act| matches!(act.kind, RightsActKind::Answer | RightsActKind::Refuse))
}

#[cfg(test)]
mod tests {
    use super::{RightsRules, due_on, extended};

    #[test]
    fn an_answer_is_due_on_the_same_day_of_the_next_month_or_its_last_and_two_months_later_when_extended() {
        for (received, due, later) in [
            ("2026-11-24", "2026-12-24", "2027-02-24"),
            ("2027-01-31", "2027-02-28", "2027-04-30"),
            ("2026-11-30", "2026-12-30", "2027-02-28"),
        ] {
            let day = received.parse().expect("a day");
            assert_eq!(due_on(day).to_string(), due, "{received}");
            assert_eq!(extended(day, RightsRules::default()).to_string(), later, "{received}");
        }
    }
}
