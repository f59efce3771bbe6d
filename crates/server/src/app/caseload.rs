//! Cases that go from one officer to another: one, several or all of a caseload in one act. Each case has its entry in the log before
//! anything is changed; all go, or none.

use std::collections::BTreeSet;

use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, CaseMoveId, OfficerId};
use proviso_store::{CaseMoveRow, CaseRow, OfficerRole, OfficerRow, StoreError};

use super::AppContext;
use super::conflicts::{self, check_reason, is_enabled, refused_in_words};
use super::force::ForceError;
use crate::keys::case::Purpose;
use crate::notify::clock::WORKER;

/// How far ahead a move may be entered, in days.
pub const AHEAD_DAYS_MAX: i64 = 92;
/// The act of the log by which a case goes to another officer.
const ASSIGN: &str = "case-assign";
/// The act of the log by which that is entered for a later day.
const PLAN: &str = "case-move-plan";

/// What is to go where.
#[derive(Debug, Clone)]
pub struct NewMove {
    /// Whose cases.
    pub from: OfficerId,
    /// To whom.
    pub to: OfficerId,
    /// Which of them.
    pub cases: BTreeSet<CaseId>,
    /// From when; `None` for at once.
    pub from_at: Option<Timestamp>,
    /// Why.
    pub reason: String,
}

/// Who may be in charge of a case.
#[must_use]
pub fn may_be_in_charge(officer: &OfficerRow) -> bool {
    is_enabled(officer) && matches!(officer.role, OfficerRole::OffenderManager | OfficerRole::Supervisor)
}

/// What of an officer's caseload can go to another, and what cannot because that one knows the person.
#[derive(Debug, Clone, Default)]
pub struct Split {
    /// The cases that can go.
    pub can: Vec<CaseRow>,
    /// Those that are barred for the other.
    pub barred: Vec<CaseRow>,
}

/// Looks which of the cases asked for can go. Nothing is changed.
///
/// # Errors
/// [`ForceError::Refused`] when the officers or the cases cannot be as asked.
pub async fn split(ctx: &AppContext, new: &NewMove) -> Result<Split, ForceError> {
    let refused = |why: &str| Err(ForceError::Refused(why.to_owned()));
    if new.from == new.to {
        return refused("The cases are this officer’s already; choose another.");
    }
    if !ctx.store.officer_get(new.to).await?.as_ref().is_some_and(may_be_in_charge) {
        return refused("Cases go to an offender manager or a supervisor whose account is not switched off.");
    }
    if new.cases.is_empty() {
        return refused("Choose at least one case.");
    }
    let now = ctx.now();
    if new.from_at.is_some_and(|from| from > now.plus_days(AHEAD_DAYS_MAX)) {
        return refused("Choose a day within the next three months.");
    }
    let own = ctx.store.case_list(Some(new.from)).await?;
    let (chosen, others): (Vec<_>, Vec<_>) = own.into_iter().partition(|case| new.cases.contains(&case.id));
    drop(others);
    if chosen.len() != new.cases.len() {
        return refused("One of these cases is not this officer’s any more; look at the list again.");
    }
    let barred = conflicts::barred_for(ctx, new.to).await?;
    let (barred, can) = chosen.into_iter().partition(|case| barred.contains(&case.id));
    Ok(Split { can, barred })
}

/// Moves cases, or enters that they go on a later day. One entry of the log for each case, before anything is changed; one transaction.
///
/// # Errors
/// [`ForceError::Refused`] when it cannot be as asked, and when one of the cases is barred for the new officer: then none goes.
pub async fn enter(ctx: &AppContext, actor: &str, new: &NewMove) -> Result<usize, ForceError> {
    check_reason(&new.reason)?;
    let split = split(ctx, new).await?;
    if !split.barred.is_empty() {
        let cases: Vec<_> = split.barred.iter().map(|case| case.id.to_string()).collect();
        return Err(ForceError::Refused(format!(
            "Nothing was changed: the new officer has declared that they know the person of {}. Leave that out, or choose another officer.",
            cases.join(", ")
        )));
    }
    let now = ctx.now();
    let later = new.from_at.filter(|from| *from > now);
    let mut rows = Vec::new();
    for case in &split.can {
        rows.push(CaseMoveRow {
            id: CaseMoveId::new(now, ctx.random()),
            case: case.id,
            from: Some(new.from),
            to: new.to,
            from_at: later.unwrap_or(now),
            made_at: now,
            made_by: actor.to_owned(),
            sealed: ctx.seal(case.id, Purpose::CaseMove, new.reason.trim().as_bytes())?,
            done_at: later.is_none().then_some(now),
            withdrawn: None,
        });
    }
    let act = if later.is_some() { PLAN } else { ASSIGN };
    let objects: Vec<_> = rows.iter().map(|row| (row.case, objects(row))).collect();
    let done = ctx.logged_each(actor, act, &objects, async {
        Ok::<_, ForceError>(ctx.store.case_move_add(&rows).await?)
    });
    refused_in_words(done.await)?;
    ctx.hub.wake();
    Ok(rows.len())
}

fn objects(row: &CaseMoveRow) -> String {
    format!("{} {} {}", row.case, row.to, row.id)
}

/// Withdraws a move that waits. Logged before it is done. The caller has checked that the actor may.
///
/// # Errors
/// [`ForceError::Refused`] when it does not wait any more.
pub async fn withdraw(ctx: &AppContext, actor: &str, row: &CaseMoveRow) -> Result<(), ForceError> {
    let objects = objects(row);
    let done = ctx.logged(actor, "case-move-withdraw", Some(row.case), &objects, async {
        Ok::<_, ForceError>(ctx.store.case_move_withdraw(row.id, ctx.now(), actor).await?)
    });
    refused_in_words(done.await)
}

/// Does the moves whose day has come. One that cannot be done is withdrawn, which a supervisor then sees. Says how many were looked at.
///
/// # Errors
/// The store's.
pub async fn turn(ctx: &AppContext) -> Result<usize, StoreError> {
    let due = ctx.store.case_move_due(ctx.now()).await?;
    for row in &due {
        let objects = objects(row);
        let done = ctx.logged(WORKER, ASSIGN, Some(row.case), &objects, async {
            ctx.store.case_move_do(row.id, ctx.now()).await
        });
        match done.await {
            Ok(()) => ctx.hub.wake(),
            Err(StoreError::Conflict(why)) => {
                tracing::warn!(case = %row.case, why, "a case did not go to another officer as entered");
                match ctx.store.case_move_withdraw(row.id, ctx.now(), WORKER).await {
                    // Another worker was first.
                    Err(StoreError::Conflict(_)) => {}
                    done => done?,
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(due.len())
}
