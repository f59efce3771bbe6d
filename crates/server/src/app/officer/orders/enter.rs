//! Entering an order: begun, changed, handed in for a second look, taken back, given up.

use proviso_model::ids::{CaseId, OfficerId, OrderDraftId, OrderEndId};
use proviso_store::{OrderDraftKind, OrderDraftRow, OrderDraftState, StoreError};

use super::drafts::{Opened, Part, checkers, faults_of, open};
use super::failed;
use crate::app::AppContext;
use crate::app::force::ForceError;
use crate::app::officer::FORCE_ZONE;
use crate::app::officer::allowed::Action;
use crate::app::officer::error::ActError;
use crate::app::officer::sealed;
use crate::app::officer::who::Who;
use crate::app::orders::{Draft, Fault, kept};
use crate::keys::case::Purpose;

/// What became of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Saved {
    /// It is kept.
    Done,
    /// It was changed in another window meanwhile, and nothing was kept: the form is to be sent again on this revision.
    Stale(u32),
}

/// Begins an order that opens a case.
///
/// # Errors
/// [`ActError`].
pub async fn begin_new(ctx: &AppContext, who: &Who) -> Result<OrderDraftId, ActError> {
    who.require(Action::EnterOrders)?;
    let mut draft = Draft::default();
    FORCE_ZONE.clone_into(&mut draft.head.timezone);
    let case = CaseId::random(ctx.random());
    kept::begin(ctx, (&who.actor(), who.id), (OrderDraftKind::New, case), &draft).await.map_err(failed)
}

/// Begins a change of the order of a case, an end of it, or a correction of an end: with the order as it stands. One that this officer began already goes on.
///
/// # Errors
/// As [`Who::case`].
pub async fn begin_in(
    ctx: &AppContext,
    who: &Who,
    (kind, case): (OrderDraftKind, CaseId),
    corrects: Option<OrderEndId>,
) -> Result<OrderDraftId, ActError> {
    let case = who.case(ctx, Action::EnterOrders, case).await?;
    let is_open = |row: &&OrderDraftRow| {
        let is_with_author = matches!(row.state, OrderDraftState::Begun | OrderDraftState::SentBack);
        row.kind == kind && row.entered_by == who.id && is_with_author
    };
    let corrected = corrects.map(|id| id.to_string()).unwrap_or_default();
    for row in ctx.of(&case).order_draft_list().await?.iter().filter(is_open) {
        if kept::typed(ctx, row)?.end.corrects == corrected {
            return Ok(row.id);
        }
    }
    let mut draft = match kind {
        OrderDraftKind::Change => Draft::from(&sealed::order(ctx, &case).await?),
        _ => Draft::default(),
    };
    if let Some(id) = corrects {
        let ends = ctx.of(&case).order_end_list().await?;
        let stands = ends.iter().find(|row| row.id == id && row.withdrawn_at.is_none());
        let until = stands.ok_or(ActError::NotFound)?.end.until;
        draft.end.until = until.map(|day| day.to_string()).unwrap_or_default();
        draft.end.corrects = corrected;
    }
    kept::begin(ctx, (&who.actor(), who.id), (kind, case.id), &draft).await.map_err(failed)
}

fn with_author(opened: Opened) -> Result<OrderDraftRow, ActError> {
    match opened.part {
        Part::Author => Ok(opened.row),
        _ => Err(ActError::Conflict("this order is not with you to be changed; read the page again")),
    }
}

/// Keeps a change of what was typed, also of what is not whole yet.
///
/// # Errors
/// [`ActError::Conflict`] where it is with another officer; as [`open`].
pub async fn save(
    ctx: &AppContext,
    who: &Who,
    (id, revision): (OrderDraftId, u32),
    edit: impl FnOnce(&mut Draft),
) -> Result<Saved, ActError> {
    let row = with_author(open(ctx, who, id).await?)?;
    if row.revision != revision {
        return Ok(Saved::Stale(row.revision));
    }
    let before = kept::typed(ctx, &row)?;
    let mut draft = before.clone();
    edit(&mut draft);
    let of = |draft: &Draft| {
        let head = draft.head.clone();
        (head.legal_basis, head.basis, head.authority_paragraph, head.consent_signed_on)
    };
    if of(&draft) != of(&before) {
        draft.head.recorded_by.clone_from(&who.name);
        draft.head.recorded_on = today(ctx, &draft.head.timezone);
    } else {
        draft.head.recorded_by = before.head.recorded_by;
        draft.head.recorded_on = before.head.recorded_on;
    }
    let next = OrderDraftRow {
        sealed: ctx.seal_json(row.case, Purpose::OrderDraft, &draft)?,
        ..kept::next(ctx, &row, row.state)
    };
    match kept::put(ctx, &who.actor(), "order-draft-save", &next, row.state).await {
        Ok(()) => Ok(Saved::Done),
        Err(ForceError::Store(StoreError::Conflict(_))) => Ok(Saved::Stale(next.revision)),
        Err(other) => Err(failed(other)),
    }
}

/// Today in the order's time zone, as a form has it.
fn today(ctx: &AppContext, zone: &str) -> String {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let now = jiff::Timestamp::from_microsecond(ctx.now().as_micros()).unwrap_or_default();
    now.to_zoned_datetime(zone).date().to_string()
}

/// Hands it in for another officer to compare with the court's order.
///
/// # Errors
/// As [`save`]. What is wrong with it comes back instead, and it stays.
pub async fn hand_in(
    ctx: &AppContext,
    who: &Who,
    id: OrderDraftId,
    checker: Option<OfficerId>,
) -> Result<Result<(), Vec<Fault>>, ActError> {
    let row = with_author(open(ctx, who, id).await?)?;
    let draft = kept::typed(ctx, &row)?;
    let mut found = faults_of(row.kind, &draft);
    if found.is_empty() && row.kind != OrderDraftKind::End {
        found.extend(kept::cannot_be_rules(ctx, &draft).await.map_err(failed)?);
    }
    let asked = checkers(ctx, &row).await?;
    let Some(checker) = checker.filter(|id| asked.iter().any(|(one, _)| one == id)) else {
        let words = "Choose who compares it with the court’s order".to_owned();
        found.push(Fault { place: crate::app::orders::Place::Head("checker"), words });
        return Ok(Err(found));
    };
    if !found.is_empty() {
        return Ok(Err(found));
    }
    let next = OrderDraftRow { checker: Some(checker), ..kept::next(ctx, &row, OrderDraftState::HandedIn) };
    kept::put(ctx, &who.actor(), "order-draft-hand-in", &next, row.state).await.map_err(failed)?;
    Ok(Ok(()))
}

/// Takes it back before it was checked.
///
/// # Errors
/// [`ActError::Conflict`] where it is not handed in; as [`open`].
pub async fn take_back(ctx: &AppContext, who: &Who, id: OrderDraftId) -> Result<(), ActError> {
    let opened = open(ctx, who, id).await?;
    if opened.part != Part::Waiting {
        return Err(ActError::Conflict("this order is not handed in any more; read the page again"));
    }
    let next = OrderDraftRow { checker: None, ..kept::next(ctx, &opened.row, OrderDraftState::Begun) };
    kept::put(ctx, &who.actor(), "order-draft-take-back", &next, opened.row.state).await.map_err(failed)
}

/// Gives it up.
///
/// # Errors
/// As [`save`].
pub async fn discard(ctx: &AppContext, who: &Who, id: OrderDraftId) -> Result<(), ActError> {
    let row = with_author(open(ctx, who, id).await?)?;
    kept::discard(ctx, &who.actor(), &row).await.map_err(failed)
}
