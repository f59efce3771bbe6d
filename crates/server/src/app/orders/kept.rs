//! Keeping an order on its way, and putting it live. Who may, the callers have asked; each act is in the log before it is done.

use proviso_model::ids::{CaseId, OfficerId, OrderDraftId, OrderEndId, OrderId};
use proviso_store::{
    CaseRow, CaseState, OrderDraftKind, OrderDraftRow, OrderDraftState, OrderVersionRow, StoreError,
};

use super::{Draft, Ending, Fault, Place, order_of};
use crate::app::AppContext;
use crate::app::force::ForceError;
use crate::app::force::case::order_change_as;
use crate::app::in_use::InUse;
use crate::app::late::order_end::{self, NewEnd, enter_as};
use crate::app::name_index;
use crate::keys::case::Purpose;

/// How the order is called where a file's name would stand.
const PLACE: &str = "the order";

/// Begins one: for a new case with its keys, so that what is typed is sealed under the case from the first word on.
///
/// # Errors
/// [`ForceError`].
pub async fn begin(
    ctx: &AppContext,
    (actor, by): (&str, OfficerId),
    (kind, case): (OrderDraftKind, CaseId),
    draft: &Draft,
) -> Result<OrderDraftId, ForceError> {
    let now = ctx.now();
    let id = OrderDraftId::new(now, ctx.random());
    ctx.logged(actor, "order-draft-begin", Some(case), &id.to_string(), async {
        if kind == OrderDraftKind::New {
            ctx.case_keys_create(case)?;
        }
        let row = OrderDraftRow {
            id,
            case,
            kind,
            state: OrderDraftState::Begun,
            revision: 1,
            entered_by: by,
            entered_at: now,
            changed_at: now,
            checker: None,
            checked_at: None,
            sealed: ctx.seal_json(case, Purpose::OrderDraft, draft)?,
            said_sealed: Vec::new(),
        };
        ctx.store.order_draft_add(&row).await?;
        Ok(id)
    })
    .await
}

/// What was typed.
///
/// # Errors
/// Keys that cannot be used.
pub fn typed(ctx: &AppContext, row: &OrderDraftRow) -> Result<Draft, crate::keys::KeyError> {
    ctx.unseal_json(row.case, Purpose::OrderDraft, &row.sealed)
}

/// What whoever checked it wrote; empty where nothing.
///
/// # Errors
/// Keys that cannot be used.
pub fn said(ctx: &AppContext, row: &OrderDraftRow) -> Result<String, crate::keys::KeyError> {
    if row.said_sealed.is_empty() {
        return Ok(String::new());
    }
    let said = ctx.unseal(row.case, Purpose::OrderDraft, &row.said_sealed)?;
    Ok(String::from_utf8_lossy(&said).into_owned())
}

/// The revision after this one, as it is now.
#[must_use]
pub fn next(ctx: &AppContext, row: &OrderDraftRow, state: OrderDraftState) -> OrderDraftRow {
    OrderDraftRow { state, revision: row.revision.saturating_add(1), changed_at: ctx.now(), ..row.clone() }
}

/// Puts a revision in the place of the one before.
///
/// # Errors
/// [`proviso_store::StoreError::Conflict`] when somebody changed it meanwhile; [`ForceError`].
pub async fn put(
    ctx: &AppContext,
    actor: &str,
    act: &str,
    row: &OrderDraftRow,
    was: OrderDraftState,
) -> Result<(), ForceError> {
    ctx.logged(actor, act, Some(row.case), &row.id.to_string(), async {
        Ok(ctx.store.order_draft_put(row, was).await?)
    })
    .await
}

/// Gives one up: what was typed is gone, with the keys of a case that never came to be.
///
/// # Errors
/// As [`put`].
pub async fn discard(ctx: &AppContext, actor: &str, row: &OrderDraftRow) -> Result<(), ForceError> {
    let gone = OrderDraftRow {
        sealed: Vec::new(),
        said_sealed: Vec::new(),
        ..next(ctx, row, OrderDraftState::Discarded)
    };
    put(ctx, actor, "order-draft-discard", &gone, row.state).await?;
    if row.kind == OrderDraftKind::New {
        ctx.case_keys_destroy(row.case)?;
    }
    Ok(())
}

/// What stands in the way of handing a draft in, beside its own faults: that no policy can be made of the order.
///
/// # Errors
/// [`ForceError`].
pub async fn cannot_be_rules(ctx: &AppContext, draft: &Draft) -> Result<Option<Fault>, ForceError> {
    use crate::app::device::policy::{self, NoPolicy};
    let Ok((order, _)) = order_of(draft) else { return Ok(None) };
    let inputs = proviso_engine::CompileInputs::offline();
    Ok(match policy::compile(&InUse::now(ctx).await?, &order, inputs) {
        Err(NoPolicy::Faulty(why)) => {
            Some(Fault { place: Place::Whole, words: format!("No device could be given this order: {why}") })
        }
        _ => None,
    })
}

/// Puts live what was handed in, as the officer who compared it with the court's order approved it.
///
/// # Errors
/// [`ForceError`]; then nothing is live.
pub async fn approve(
    ctx: &AppContext,
    (actor, by): (&str, OfficerId),
    row: &OrderDraftRow,
    draft: &Draft,
) -> Result<(), ForceError> {
    let live = OrderDraftRow {
        checker: Some(by),
        checked_at: Some(ctx.now()),
        ..next(ctx, row, OrderDraftState::Live)
    };
    ctx.logged(actor, "order-draft-approve", Some(row.case), &row.id.to_string(), async {
        if row.kind == OrderDraftKind::New {
            return open_case(ctx, actor, &live, draft).await;
        }
        // Claimed first, so that two who approve at once do it once.
        ctx.store.order_draft_put(&live, OrderDraftState::HandedIn).await?;
        let done = match row.kind {
            OrderDraftKind::End => end(ctx, actor, &live, draft).await,
            _ => change(ctx, actor, &live, draft).await,
        };
        if done.is_err() {
            let back =
                OrderDraftRow { checked_at: row.checked_at, ..next(ctx, &live, OrderDraftState::HandedIn) };
            ctx.store.order_draft_put(&back, OrderDraftState::Live).await?;
        }
        done
    })
    .await
}

fn faulty(faults: Vec<Fault>) -> ForceError {
    let words: Vec<String> = faults.into_iter().map(|fault| fault.words).collect();
    ForceError::Refused(words.join(". "))
}

async fn open_case(
    ctx: &AppContext,
    actor: &str,
    live: &OrderDraftRow,
    draft: &Draft,
) -> Result<(), ForceError> {
    let (order, text) = order_of(draft).map_err(faulty)?;
    let case = live.case;
    ctx.logged(actor, "case-create", Some(case), &case.to_string(), async {
        let keys = ctx.case_keys(case)?;
        let row = CaseRow {
            id: case,
            state: CaseState::Open,
            case_key: keys.id,
            officer: Some(live.entered_by),
            created_at: ctx.now(),
            sealed: ctx.seal_json(case, Purpose::Case, &order.person)?,
        };
        let version = OrderVersionRow {
            id: OrderId::from_bytes(*live.id.as_bytes()),
            case,
            version: 1,
            entered_at: ctx.now(),
            applies_from: None,
            sealed: ctx.with_rng(|rng| keys.seal(rng, Purpose::Order, text.as_bytes())),
        };
        Ok::<_, ForceError>(ctx.store.order_draft_open_case(live, &row, &version).await?)
    })
    .await?;
    name_index::keep_up(ctx, case).await;
    Ok(())
}

async fn change(
    ctx: &AppContext,
    actor: &str,
    live: &OrderDraftRow,
    draft: &Draft,
) -> Result<(), ForceError> {
    let (_, text) = order_of(draft).map_err(faulty)?;
    let from = draft.change.from.trim().parse().ok();
    let id = OrderId::from_bytes(*live.id.as_bytes());
    order_change_as(ctx, (actor, id), live.case, &text, (PLACE, from)).await?;
    Ok(())
}

async fn end(ctx: &AppContext, actor: &str, live: &OrderDraftRow, draft: &Draft) -> Result<(), ForceError> {
    let reason = draft.end.reason.clone();
    match draft.end.read().map_err(faulty)? {
        Ending::New(end) => {
            let id = OrderEndId::from_bytes(*live.id.as_bytes());
            enter_as(ctx, (actor, id), live.case, NewEnd { end, reason }).await?;
        }
        Ending::Correction(id, change) => {
            let row = ctx.store.order_end_get(id).await?.filter(|row| row.case == live.case);
            row.ok_or(StoreError::Missing("an end of this order"))?;
            order_end::change(ctx, actor, id, change, &reason).await?;
        }
    }
    Ok(())
}
