//! Who stands in for whom.

use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, CoverId, OfficerId};
use proviso_store::{CoverRow, OfficerRole, StoreError};

use super::ForceError;
use crate::app::AppContext;
use crate::app::conflicts;

/// Longest cover, in milliseconds: a year.
const COVER_MILLIS_MAX: i64 = 366 * 24 * 3_600_000;

/// A cover that is to be entered.
#[derive(Debug, Clone, Copy)]
pub struct NewCover {
    /// Who is covered.
    pub officer: OfficerId,
    /// Who stands in for them.
    pub covered_by: OfficerId,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Whether the one covered is away.
    pub is_away: bool,
}

/// Enters a cover: for its time the one opens the other's cases, and is told of their alerts. Logged before it is done.
///
/// # Errors
/// [`ForceError::Refused`] when it cannot be as asked.
pub async fn add(ctx: &AppContext, actor: &str, new: NewCover) -> Result<CoverId, ForceError> {
    let refused = |why: &str| Err(ForceError::Refused(why.to_owned()));
    let now = ctx.now();
    if new.officer == new.covered_by {
        return refused("an officer does not stand in for themself; name another");
    }
    if new.until <= new.from || new.until <= now {
        return refused("a cover ends after it begins, and not in the past");
    }
    if new.until.millis_since(new.from) > COVER_MILLIS_MAX {
        return refused(
            "a cover lasts a year at most; after that the other officer is put in charge of the cases",
        );
    }
    for id in [new.officer, new.covered_by] {
        let row = ctx.store.officer_get(id).await?.filter(|row| row.disabled_at.is_none());
        let may = |role| matches!(role, OfficerRole::OffenderManager | OfficerRole::Supervisor);
        if !row.is_some_and(|row| may(row.role)) {
            return refused(
                "a cover is between offender managers and supervisors whose accounts are not switched off",
            );
        }
    }
    let id = CoverId::new(now, ctx.random());
    let row = CoverRow {
        id,
        officer: new.officer,
        covered_by: new.covered_by,
        from: new.from,
        until: new.until,
        is_away: new.is_away,
        made_at: now,
        made_by: actor.to_owned(),
        ended_at: None,
    };
    let objects = format!("{id} {} {}", new.officer, new.covered_by);
    ctx.logged(actor, "cover-add", None, &objects, async {
        Ok::<_, ForceError>(ctx.store.cover_add(&row).await?)
    })
    .await?;
    Ok(id)
}

/// The cases that a cover does not open, for who stands in has declared that they know the person.
///
/// # Errors
/// The store's.
pub async fn barred(ctx: &AppContext, new: &NewCover) -> Result<Vec<CaseId>, StoreError> {
    let barred = conflicts::barred_for(ctx, new.covered_by).await?;
    let cases = ctx.store.case_list(Some(new.officer)).await?;
    Ok(cases.into_iter().map(|case| case.id).filter(|case| barred.contains(case)).collect())
}

/// Ends a cover now. Logged before it is done.
///
/// # Errors
/// [`ForceError::Refused`] when it has ended already, or there is none.
pub async fn end(ctx: &AppContext, actor: &str, id: CoverId) -> Result<(), ForceError> {
    let objects = id.to_string();
    let done =
        ctx.logged(actor, "cover-end", None, &objects, async { ctx.store.cover_end(id, ctx.now()).await });
    match done.await {
        Err(StoreError::Conflict(why)) => Err(ForceError::Refused(why.to_owned())),
        done => Ok(done?),
    }
}
