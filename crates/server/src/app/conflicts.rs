//! Conflicts of interest: an officer who knows a supervised person, or somebody of the household, opens nothing of that case from then
//! on. Declared by the officer or for them; ended by a supervisor alone.

use std::collections::HashSet;

use proviso_model::ids::{CaseId, ConflictId, OfficerId};
use proviso_store::{ConflictEnd, ConflictFilter, ConflictRow, OfficerRow, StoreError};

use super::AppContext;
use super::force::ForceError;
use super::late::order_end::REASON_BYTES_MAX;
use crate::keys::case::Purpose;

/// Refuses a reason that is none.
pub(in crate::app) fn check_reason(reason: &str) -> Result<(), ForceError> {
    match reason.trim().is_empty() || reason.len() > REASON_BYTES_MAX {
        true => Err(ForceError::Refused(format!("Give a reason of at most {REASON_BYTES_MAX} bytes."))),
        false => Ok(()),
    }
}

/// Declares that an officer knows the person of a case, or somebody of the household. Logged before it is done; the case is barred for
/// that officer from then on.
///
/// # Errors
/// [`ForceError::Refused`] when there is no such officer or case, no reason, or it is declared already.
pub async fn declare(
    ctx: &AppContext,
    actor: &str,
    officer: OfficerId,
    case: CaseId,
    reason: &str,
) -> Result<ConflictId, ForceError> {
    check_reason(reason)?;
    if ctx.store.officer_get(officer).await?.is_none() || ctx.store.case_get(case).await?.is_none() {
        return Err(ForceError::Refused("There is no such officer, or no such case.".to_owned()));
    }
    let id = ConflictId::new(ctx.now(), ctx.random());
    let objects = format!("{id} {officer} {case}");
    let done = ctx.logged(actor, "conflict-declare", Some(case), &objects, async {
        let row = ConflictRow {
            id,
            officer,
            case,
            declared_at: ctx.now(),
            declared_by: actor.to_owned(),
            sealed: ctx.seal(case, Purpose::Conflict, reason.trim().as_bytes())?,
            ended: None,
        };
        Ok(ctx.store.conflict_add(&row).await?)
    });
    refused_in_words(done.await)?;
    Ok(id)
}

/// Ends a conflict. Logged before it is done. The caller has checked that the actor may.
///
/// # Errors
/// [`ForceError::Refused`] without a reason, or when it has ended already.
pub async fn end(ctx: &AppContext, actor: &str, row: &ConflictRow, reason: &str) -> Result<(), ForceError> {
    check_reason(reason)?;
    let objects = format!("{} {} {}", row.id, row.officer, row.case);
    let done = ctx.logged(actor, "conflict-end", Some(row.case), &objects, async {
        let sealed = ctx.seal(row.case, Purpose::Conflict, reason.trim().as_bytes())?;
        let end = ConflictEnd { at: ctx.now(), by: actor.to_owned(), sealed };
        Ok(ctx.store.conflict_end(row.id, &end).await?)
    });
    refused_in_words(done.await)
}

/// What the store refuses, as a sentence for whoever asked.
pub(in crate::app) fn refused_in_words<T>(done: Result<T, ForceError>) -> Result<T, ForceError> {
    done.map_err(|error| match error {
        ForceError::Store(StoreError::Conflict(why)) => {
            ForceError::Refused(format!("Nothing was changed: {why}."))
        }
        other => other,
    })
}

/// The cases that are barred for an officer now.
///
/// # Errors
/// The store's.
pub async fn barred_for(ctx: &AppContext, officer: OfficerId) -> Result<Vec<CaseId>, StoreError> {
    let filter = ConflictFilter { officer: Some(officer), ..ConflictFilter::default() };
    Ok(ctx.store.conflict_list(filter).await?.into_iter().map(|row| row.case).collect())
}

/// The officers for whom a case is barred now.
///
/// # Errors
/// The store's.
pub async fn of_case(ctx: &AppContext, case: CaseId) -> Result<Vec<OfficerId>, StoreError> {
    let filter = ConflictFilter { case: Some(case), ..ConflictFilter::default() };
    Ok(ctx.store.conflict_list(filter).await?.into_iter().map(|row| row.officer).collect())
}

/// The cases whose officer in charge may not open them: they need another.
///
/// # Errors
/// The store's.
pub async fn needing_another(ctx: &AppContext) -> Result<Vec<ConflictRow>, StoreError> {
    let mut found = ctx.store.conflict_list(ConflictFilter::default()).await?;
    let cases: Vec<CaseId> = found.iter().map(|row| row.case).collect();
    let cases = ctx.store.caseload_cases(&cases).await?;
    let in_charge: HashSet<_> = cases.iter().map(|case| (case.id, case.officer)).collect();
    found.retain(|row| in_charge.contains(&(row.case, Some(row.officer))));
    Ok(found)
}

/// Whether an account is in use.
#[must_use]
pub fn is_enabled(officer: &OfficerRow) -> bool {
    officer.disabled_at.is_none()
}
