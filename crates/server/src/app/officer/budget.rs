//! How many alerts a day an officer is asked to decide. What is over it is ranked lower until it is due, and never hidden.

use proviso_model::Timestamp;
use proviso_store::{AuditFilter, Priority};

use super::error::ActError;
use super::inbox::InboxRow;
use super::priority::{Due, due};
use super::unveilings;
use super::who::Who;
use crate::app::AppContext;

/// Where the force's number is kept.
const SETTING: &str = "alert-budget-per-officer-per-day";
/// The most that it may be.
pub const PER_DAY_MAX: u32 = 10_000;

/// What an officer is asked to do today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Alerts a day.
    pub per_day: u32,
    /// Decided by this officer since midnight, in the force's time zone.
    pub decided_today: u32,
}

/// The force's number; `None` when it set none.
///
/// # Errors
/// The store's.
pub async fn per_day(ctx: &AppContext) -> Result<Option<u32>, ActError> {
    let kept = ctx.store.setting_get(SETTING).await?;
    Ok(kept.and_then(|kept| kept.parse().ok()).filter(|per_day| *per_day > 0))
}

/// Sets the force's number, or that there is none. Logged before it is done.
///
/// # Errors
/// [`ActError::Conflict`] for a number that is none of a day's work; the store's.
pub async fn set(ctx: &AppContext, actor: &str, per_day: Option<u32>) -> Result<(), ActError> {
    if per_day.is_some_and(|per_day| per_day == 0 || per_day > PER_DAY_MAX) {
        return Err(ActError::Conflict("a budget is 1 to 10,000 alerts a day; use --none for no budget"));
    }
    let said = per_day.map_or_else(|| "none".to_owned(), |per_day| per_day.to_string());
    ctx.logged(actor, "alert-budget-set", None, &said, async {
        Ok::<_, ActError>(ctx.store.setting_set(SETTING, &said).await?)
    })
    .await
}

/// What this officer is asked to do today; `None` where the force set no number, and for who only looks on.
///
/// # Errors
/// The store's.
pub(super) async fn of(ctx: &AppContext, who: &Who, now: Timestamp) -> Result<Option<Budget>, ActError> {
    let Some(per_day) = per_day(ctx).await?.filter(|_| !who.sees_others()) else { return Ok(None) };
    let filter = AuditFilter {
        act: "alert-decide".to_owned(),
        since: unveilings::begins(now).0,
        actor: Some(who.actor()),
        object: None,
    };
    let decided_today = u32::try_from(ctx.store.audit_count(&filter).await?).unwrap_or(u32::MAX);
    Ok(Some(Budget { per_day, decided_today }))
}

/// Marks the rows that today's work does not reach. What cannot wait, what is overdue, and what waits for another's review is
/// never among them; all of it but the last counts as today's work. `rows` are in the order of the inbox.
pub(super) fn rank(budget: Budget, rows: &mut [InboxRow], now: Timestamp) {
    let cannot_wait = |row: &InboxRow| {
        matches!(row.alert.priority, Priority::Now | Priority::Today)
            || matches!(due(&row.alert, now), Due::Overdue(_))
    };
    let waits_for_review = |row: &InboxRow| row.outside.is_some();
    let first = rows.iter().filter(|row| !waits_for_review(row) && cannot_wait(row)).count();
    let asked = budget.decided_today.saturating_add(u32::try_from(first).unwrap_or(u32::MAX));
    let mut left = budget.per_day.saturating_sub(asked);
    for row in rows.iter_mut().filter(|row| !waits_for_review(row) && !cannot_wait(row)) {
        row.is_over_budget = left == 0;
        left = left.saturating_sub(1);
    }
}
