//! A row of the inbox on a page of its own: its alerts one after the other, and one decision for those that are ticked. Each alert is viewed,
//! opened and decided on by the same act as on its own page, with an entry of its own in the log.

use proviso_model::ids::AlertId;
use proviso_model::{AlertState, Outcome};
use proviso_store::{AlertRow, Permit, StoreError};

use super::alert::{self, AlertView, DecisionForm};
use super::allowed::Action;
use super::error::ActError;
use super::fold::fold;
use super::who::Who;
use crate::app::AppContext;

/// Most alerts of one person that are looked through for a row.
const ALERTS_MAX: u32 = 500;

/// What is at the address of a row.
#[derive(Debug, Clone)]
pub enum Found {
    /// The alert stands alone, or has been decided: its own page shows it.
    Alone,
    /// The alerts of the row, in the order of the inbox; two at least.
    Row(Vec<AlertView>),
}

/// The alerts of the row in which an alert stands, in the order of the inbox.
///
/// # Errors
/// As [`Who::case`].
pub async fn of(
    ctx: &AppContext,
    who: &Who,
    action: Action,
    id: AlertId,
) -> Result<(Vec<AlertRow>, Permit), ActError> {
    let (alert, case) = who.alert(ctx, action, id).await?;
    if alert.state == AlertState::Decided {
        return Ok((vec![alert], case));
    }
    let alerts = ctx.of_all(std::slice::from_ref(&case)).undecided(ALERTS_MAX).await?;
    let rows = fold(&alerts.iter().collect::<Vec<_>>(), ctx.now());
    let is_it = |nth: &usize| alerts.get(*nth).is_some_and(|alert| alert.id == id);
    let row = rows.into_iter().find(|row| row.iter().any(is_it)).unwrap_or_default();
    let found: Vec<AlertRow> = row.into_iter().filter_map(|nth| alerts.get(nth).cloned()).collect();
    Ok((if found.is_empty() { vec![alert] } else { found }, case))
}

/// The row of an alert, with its content where `is_open`. Each of its alerts has an entry in the log before anything of it is shown.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who, id: AlertId, is_open: bool) -> Result<Found, ActError> {
    let (alerts, _) = of(ctx, who, Action::ViewEvidence, id).await?;
    if alerts.len() < 2 {
        return Ok(Found::Alone);
    }
    let mut views = Vec::with_capacity(alerts.len());
    for alert in alerts {
        views.push(match is_open {
            true => alert::open_content(ctx, who, alert.id).await?,
            false => alert::view(ctx, who, alert.id).await?,
        });
    }
    Ok(Found::Row(views))
}

/// What came of a decision on several alerts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Decided {
    /// Recorded.
    pub done: usize,
    /// Not recorded: somebody had decided, or nobody had opened it.
    pub left: usize,
}

/// Records the same decision on each of these alerts of one row. A suspected breach is recorded on an alert by itself.
///
/// # Errors
/// [`ActError::Conflict`] where that is not so; [`ActError`].
pub async fn decide(
    ctx: &AppContext,
    who: &Who,
    (id, chosen): (AlertId, &[AlertId]),
    form: &DecisionForm,
) -> Result<Decided, ActError> {
    let (alerts, _) = of(ctx, who, Action::Decide, id).await?;
    if form.outcome == Outcome::SuspectedBreach {
        return Err(ActError::Conflict(
            "a suspected breach is recorded on an alert by itself: open the alert that it is about",
        ));
    }
    if chosen.is_empty() || !chosen.iter().all(|one| alerts.iter().any(|alert| alert.id == *one)) {
        return Err(ActError::Conflict("these alerts stand in one row no more; read the inbox again"));
    }
    let mut decided = Decided::default();
    for one in chosen {
        match alert::decide(ctx, who, *one, form.clone()).await {
            Ok(()) => decided.done += 1,
            Err(ActError::Store(StoreError::Conflict(_)) | ActError::Conflict(_)) => decided.left += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(decided)
}
