//! Conflicts of interest in the console: an officer declares their own, a supervisor sees all, declares for others and ends them.

use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, ConflictId, OfficerId};
use proviso_store::{ConflictFilter, ConflictRow, Permit};

use super::allowed::Action;
use super::error::ActError;
use super::history;
use super::sealed::{self, Person};
use super::who::Who;
use crate::app::AppContext;
use crate::app::conflicts;
use crate::app::force::ForceError;
use crate::keys::case::Purpose;

/// What an officer needs of a case to declare that they know the person: any of these, on that case.
const ANY_OF: [Action; 4] =
    [Action::ViewEvidence, Action::KeepShield, Action::ReviewQuarantine, Action::ReviewPrivilege];

/// A conflict as a supervisor sees it.
#[derive(Debug, Clone)]
pub struct ShownConflict {
    /// The conflict.
    pub row: ConflictRow,
    /// The person.
    pub person: Person,
    /// Who knows them.
    pub officer: String,
    /// Who declared it.
    pub declared_by: String,
    /// Why.
    pub reason: String,
    /// Why it was ended, by whom, when.
    pub ended: Option<(String, String, Timestamp)>,
    /// Whether the officer is in charge of the case still, so that it needs another.
    pub needs_another: bool,
}

/// What the page shows.
#[derive(Debug, Clone, Default)]
pub struct ConflictView {
    /// The officer's own that stand, without a name: the case is closed to them.
    pub own: Vec<ConflictRow>,
    /// Every one, those that stand first; `None` for who keeps no caseloads.
    pub all: Option<Vec<ShownConflict>>,
    /// Officers for whom one can be declared.
    pub officers: Vec<(OfficerId, String)>,
    /// Cases that one can be declared about.
    pub cases: Vec<(CaseId, String)>,
}

/// The page of an officer. For who keeps caseloads it opens the reasons, which is logged.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who) -> Result<ConflictView, ActError> {
    let own = ConflictFilter { officer: Some(who.id), ..ConflictFilter::default() };
    let own = ctx.store.conflict_list(own).await?;
    if !who.may(Action::KeepCaseloads) {
        return Ok(ConflictView { own, ..ConflictView::default() });
    }
    ctx.logged(&who.actor(), "conflict-view", None, "", async {
        let own_cases = who.cases(ctx, Action::KeepCaseloads).await?;
        let mut all = Vec::new();
        for row in
            ctx.store.conflict_list(ConflictFilter { with_ended: true, ..ConflictFilter::default() }).await?
        {
            all.extend(shown(ctx, &own_cases, row).await?);
        }
        all.sort_by_key(|one| (one.row.ended.is_some(), !one.needs_another));
        let mut officers = Vec::new();
        for row in ctx.store.officer_list().await?.into_iter().filter(conflicts::is_enabled) {
            officers.push((row.id, row.display_name));
        }
        let mut cases = Vec::new();
        for case in &own_cases {
            cases.push((case.id, sealed::person(ctx, case)?.name));
        }
        cases.sort_by(|a, b| a.1.cmp(&b.1));
        Ok(ConflictView { own, all: Some(all), officers, cases })
    })
    .await
}

/// Nothing of a case that is barred for the reader or under another supervisor, and of a destroyed one no reason is left.
async fn shown(
    ctx: &AppContext,
    cases: &[Permit],
    row: ConflictRow,
) -> Result<Option<ShownConflict>, ActError> {
    let Some(case) = cases.iter().find(|case| case.id == row.case) else { return Ok(None) };
    let opened = |sealed: &[u8]| {
        let text = ctx.unseal(case.id, Purpose::Conflict, sealed)?;
        Ok::<_, ActError>(String::from_utf8_lossy(&text).into_owned())
    };
    let ended = match &row.ended {
        Some(end) => Some((opened(&end.sealed)?, history::actor_name(ctx, &end.by).await?, end.at)),
        None => None,
    };
    Ok(Some(ShownConflict {
        person: sealed::person(ctx, case)?,
        officer: history::officer_name(ctx, row.officer).await?,
        declared_by: history::actor_name(ctx, &row.declared_by).await?,
        reason: opened(&row.sealed)?,
        needs_another: ended.is_none() && case.officer == Some(row.officer),
        ended,
        row,
    }))
}

/// An officer declares that they know the person of a case that they may open, or somebody of the household. The inner error is what is
/// wrong with the form.
///
/// # Errors
/// [`ActError`].
pub async fn declare_own(
    ctx: &AppContext,
    who: &Who,
    case: CaseId,
    reason: &str,
) -> Result<Result<(), String>, ActError> {
    let action = ANY_OF.into_iter().find(|action| who.may(*action)).ok_or(ActError::NotYourRole)?;
    who.case(ctx, action, case).await?;
    in_words(conflicts::declare(ctx, &who.actor(), who.id, case, reason).await.map(drop))
}

/// A supervisor declares it for another officer.
///
/// # Errors
/// [`ActError`].
pub async fn declare_for(
    ctx: &AppContext,
    who: &Who,
    officer: OfficerId,
    case: CaseId,
    reason: &str,
) -> Result<Result<(), String>, ActError> {
    who.case(ctx, Action::KeepCaseloads, case).await?;
    in_words(conflicts::declare(ctx, &who.actor(), officer, case, reason).await.map(drop))
}

/// A supervisor ends one; never their own, for the case is closed to them.
///
/// # Errors
/// [`ActError`].
pub async fn end(
    ctx: &AppContext,
    who: &Who,
    id: ConflictId,
    reason: &str,
) -> Result<Result<(), String>, ActError> {
    who.require(Action::KeepCaseloads)?;
    let all =
        ctx.store.conflict_list(ConflictFilter { with_ended: true, ..ConflictFilter::default() }).await?;
    let row = all.into_iter().find(|row| row.id == id).ok_or(ActError::NotFound)?;
    who.case(ctx, Action::KeepCaseloads, row.case).await?;
    in_words(conflicts::end(ctx, &who.actor(), &row, reason).await)
}

/// What is wrong with a form is an answer.
pub(super) fn in_words<T>(done: Result<T, ForceError>) -> Result<Result<T, String>, ActError> {
    match done {
        Ok(value) => Ok(Ok(value)),
        Err(ForceError::Refused(why)) => Ok(Err(why)),
        Err(error) => Err(ActError::of_force(error, "this cannot be done as things are")),
    }
}
