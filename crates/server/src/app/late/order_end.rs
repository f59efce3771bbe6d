//! Entering that an order, or a paragraph of it, ended before its time; changing its last day; withdrawing it. Devices get
//! new policies, what is held is looked at again, and what was seen before is flagged.

use jiff::civil::Date;
use proviso_model::ids::{CaseId, OrderEndId};
use proviso_model::order::{OrderEnd, OrderEndKind};
use proviso_store::{OrderEndRow, StoreError};

use super::{Known, known, reassess, requeue_held};
use crate::app::AppContext;
use crate::app::force::ForceError;
use crate::app::force::case::policies;
use crate::keys::CaseKeys;
use crate::keys::case::Purpose;

/// Longest reason, in bytes.
pub const REASON_BYTES_MAX: usize = 16 * 1024;

/// What is entered.
#[derive(Debug, Clone)]
pub struct NewEnd {
    /// What was done, to what, and on which days.
    pub end: OrderEnd,
    /// Why it is entered: the court's reference and who told.
    pub reason: String,
}

/// What is changed of an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was entered by mistake.
    Withdraw,
    /// Its last day.
    Until(Date),
}

/// What followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// Devices that get a new policy when they next speak.
    pub devices: usize,
    /// Findings whose flag changed.
    pub flags: usize,
    /// Records that were held and are looked at again.
    pub requeued: u64,
}

/// Enters an end. Logged before it is done.
///
/// # Errors
/// [`ForceError`]; then nothing was changed.
pub async fn enter(
    ctx: &AppContext,
    actor: &str,
    case: CaseId,
    new: NewEnd,
) -> Result<(OrderEndId, Effect), ForceError> {
    let id = OrderEndId::new(ctx.now(), ctx.random());
    Ok((id, enter_as(ctx, (actor, id), case, new).await?))
}

/// The same, as an end of that id.
///
/// # Errors
/// As [`enter`].
pub async fn enter_as(
    ctx: &AppContext,
    (actor, id): (&str, OrderEndId),
    case: CaseId,
    new: NewEnd,
) -> Result<Effect, ForceError> {
    if ctx.store.case_get(case).await?.is_none() {
        return Err(StoreError::Missing("this case").into());
    }
    let keys = ctx.case_keys(case)?;
    let before = known(ctx, &keys).await?;
    check(&before, &new)?;
    let now = ctx.now();
    let row = OrderEndRow {
        id,
        case,
        end: new.end,
        entered_at: now,
        entered_by: actor.to_owned(),
        withdrawn_at: None,
        sealed: ctx.seal(case, Purpose::OrderEnd, new.reason.trim().as_bytes())?,
    };
    ctx.logged(actor, "order-end", Some(case), &format!("{id} {}", row.end.kind.as_str()), async {
        let ends = before.ends.iter().cloned().chain([row.clone()]).collect();
        let made = prepared(ctx, &keys, ends).await?;
        ctx.store.order_end_add(&row, &made).await?;
        spread(ctx, case, made.len()).await
    })
    .await
}

/// Changes or withdraws an end. Logged, with the reason, before it is done.
///
/// # Errors
/// [`ForceError`]; then nothing was changed.
pub async fn change(
    ctx: &AppContext,
    actor: &str,
    id: OrderEndId,
    change: Change,
    reason: &str,
) -> Result<Effect, ForceError> {
    check_reason(reason)?;
    let found = ctx.store.order_end_get(id).await?.filter(|row| row.withdrawn_at.is_none());
    let mut row = found.ok_or(StoreError::Missing("an end of the order that is not withdrawn"))?;
    let act = match change {
        Change::Withdraw => {
            row.withdrawn_at = Some(ctx.now());
            "order-end-withdraw"
        }
        Change::Until(day) if day < row.end.from => {
            return Err(ForceError::Refused(format!(
                "the last day {day} lies before the first, {}; to take the entry back, withdraw it",
                row.end.from
            )));
        }
        Change::Until(day) => {
            row.end.until = Some(day);
            "order-end-change"
        }
    };
    let keys = ctx.case_keys(row.case)?;
    let because = ctx.seal(row.case, Purpose::Audit, reason.trim().as_bytes())?;
    ctx.logged_because(actor, act, Some(row.case), &id.to_string(), because, async {
        let ends = ctx.store.order_end_list(row.case).await?;
        let ends = ends.into_iter().map(|one| if one.id == id { row.clone() } else { one }).collect();
        let made = prepared(ctx, &keys, ends).await?;
        ctx.store.order_end_change(&row, &made).await?;
        spread(ctx, row.case, made.len()).await
    })
    .await
}

fn check(known: &Known, new: &NewEnd) -> Result<(), ForceError> {
    check_reason(&new.reason)?;
    let end = &new.end;
    if let Some(paragraph) = &end.paragraph
        && !known.order.has_paragraph(paragraph)
    {
        return Err(ForceError::Refused(format!(
            "no version of the order has a paragraph \"{paragraph}\"; write its number as the order file does"
        )));
    }
    if end.kind == OrderEndKind::Struck && end.paragraph.is_none() {
        return Err(ForceError::Refused(
            "a paragraph is struck out: name it; an order as a whole is quashed or discharged".to_owned(),
        ));
    }
    match end.until {
        Some(until) if until < end.from => Err(ForceError::Refused(format!(
            "the last day {until} lies before the first, {}; both days count",
            end.from
        ))),
        None if end.kind == OrderEndKind::Paused => Err(ForceError::Refused(
            "a pause needs its last day; give the one known now, and change it with admin order-end-change"
                .to_owned(),
        )),
        _ => Ok(()),
    }
}

/// Refuses a reason that is empty or too long.
///
/// # Errors
/// [`ForceError::Refused`].
pub fn check_reason(reason: &str) -> Result<(), ForceError> {
    if reason.trim().is_empty() || reason.len() > REASON_BYTES_MAX {
        return Err(ForceError::Refused(format!("give a reason of at most {REASON_BYTES_MAX} bytes")));
    }
    Ok(())
}

/// The policies that follow from the order with these ends, made before anything is changed.
async fn prepared(
    ctx: &AppContext,
    keys: &CaseKeys,
    ends: Vec<OrderEndRow>,
) -> Result<Vec<proviso_store::PolicyRow>, ForceError> {
    let after = known(ctx, keys).await?.with_ends(ends)?;
    let order = after.for_devices(ctx.now()).ok_or(StoreError::Missing("the order of this case"))?;
    policies(ctx, keys, &order, "the order of this case", None).await
}

/// What follows once it is known: flags, and another look at what is held. `devices` have a new policy already.
pub(in crate::app) async fn spread(
    ctx: &AppContext,
    case: CaseId,
    devices: usize,
) -> Result<Effect, ForceError> {
    let flags = reassess(ctx, case).await?;
    let requeued = requeue_held(ctx, case).await?;
    Ok(Effect { devices, flags, requeued })
}
