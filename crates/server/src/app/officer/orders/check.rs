//! The second look: another officer compares what was entered with the court's own order, and approves it or sends it back.

use proviso_model::ids::OrderDraftId;
use proviso_store::{OrderDraftRow, OrderDraftState, StoreError};

use super::drafts::{Opened, Part, open};
use super::{REASON_BYTES_MAX, failed};
use crate::app::AppContext;
use crate::app::force::ForceError;
use crate::app::late::LateError;
use crate::app::officer::error::ActError;
use crate::app::officer::who::Who;
use crate::app::orders::kept;
use crate::keys::case::Purpose;

const CHANGED: &str = "it was changed since you opened it; compare it again";

async fn with_checker(
    ctx: &AppContext,
    who: &Who,
    (id, revision): (OrderDraftId, u32),
) -> Result<Result<OrderDraftRow, String>, ActError> {
    let Opened { row, part, .. } = open(ctx, who, id).await?;
    // Whoever entered it never checks it, whatever else they are.
    if part != Part::Checker || row.entered_by == who.id {
        return Err(ActError::Conflict("this order is not with you to be checked; read the page again"));
    }
    Ok(if row.revision == revision { Ok(row) } else { Err(CHANGED.to_owned()) })
}

/// Approves what was looked at: it is live from then on. What stands in the way comes back in words.
///
/// # Errors
/// [`ActError::Conflict`] where it is not with this officer; as [`open`].
pub async fn approve(
    ctx: &AppContext,
    who: &Who,
    seen: (OrderDraftId, u32),
) -> Result<Result<(), String>, ActError> {
    let row = match with_checker(ctx, who, seen).await? {
        Ok(row) => row,
        Err(why) => return Ok(Err(why)),
    };
    let draft = kept::typed(ctx, &row)?;
    match kept::approve(ctx, (&who.actor(), who.id), &row, &draft).await {
        Ok(()) => Ok(Ok(())),
        Err(ForceError::Order(why) | ForceError::Refused(why)) => Ok(Err(why)),
        Err(ForceError::Late(LateError::Days(why))) => Ok(Err(why.to_string())),
        Err(ForceError::Store(StoreError::Conflict(_))) => Ok(Err(CHANGED.to_owned())),
        Err(other) => Err(failed(other)),
    }
}

/// Sends it back to whoever entered it, with a reason.
///
/// # Errors
/// As [`approve`].
pub async fn send_back(
    ctx: &AppContext,
    who: &Who,
    seen: (OrderDraftId, u32),
    reason: &str,
) -> Result<Result<(), String>, ActError> {
    if reason.trim().is_empty() || reason.len() > REASON_BYTES_MAX {
        return Ok(Err("write what differs from the court’s order".to_owned()));
    }
    let row = match with_checker(ctx, who, seen).await? {
        Ok(row) => row,
        Err(why) => return Ok(Err(why)),
    };
    let next = OrderDraftRow {
        checked_at: Some(ctx.now()),
        said_sealed: ctx.seal(row.case, Purpose::OrderDraft, reason.trim().as_bytes())?,
        ..kept::next(ctx, &row, OrderDraftState::SentBack)
    };
    match kept::put(ctx, &who.actor(), "order-draft-send-back", &next, row.state).await {
        Ok(()) => Ok(Ok(())),
        Err(ForceError::Store(StoreError::Conflict(_))) => Ok(Err(CHANGED.to_owned())),
        Err(other) => Err(failed(other)),
    }
}
