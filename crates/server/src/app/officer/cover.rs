//! Who stands in for whom, as supervisors see and set it.

use proviso_model::Timestamp;
use proviso_model::ids::{CoverId, OfficerId};
use proviso_store::{CoverRow, OfficerRole};

use super::allowed::Action;
use super::conflicts::in_words;
use super::error::ActError;
use super::history;
use super::who::Who;
use crate::app::AppContext;
use crate::app::force::cover::{self, NewCover};

/// A cover, with names.
#[derive(Debug, Clone)]
pub struct ShownCover {
    /// As kept.
    pub row: CoverRow,
    /// Who is covered.
    pub officer: String,
    /// Who stands in.
    pub covered_by: String,
    /// Who entered it.
    pub made_by: String,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct CoverView {
    /// Those that stand or will, by their beginning.
    pub covers: Vec<ShownCover>,
    /// Officers who have cases and are under this supervisor, by name: those who can be covered.
    pub officers: Vec<(OfficerId, String)>,
    /// Officers of the force who have cases: those who can stand in.
    pub stand_ins: Vec<(OfficerId, String)>,
    /// Now.
    pub now: Timestamp,
}

/// The officers whose cases this supervisor may open to a colleague: those under them, and their own.
async fn under(ctx: &AppContext, who: &Who) -> Result<Vec<OfficerId>, ActError> {
    let mut under = ctx.store.officers_under(who.id, ctx.now()).await?;
    under.push(who.id);
    Ok(under)
}

/// The covers that stand or will, of officers under this supervisor.
///
/// # Errors
/// [`ActError`].
pub async fn view(ctx: &AppContext, who: &Who) -> Result<CoverView, ActError> {
    who.require(Action::SetCover)?;
    let now = ctx.now();
    let mut covers = Vec::new();
    let under = under(ctx, who).await?;
    let standing = ctx.store.cover_list(now).await?.into_iter();
    for row in standing.filter(|row| row.ended_at.is_none() && under.contains(&row.officer)) {
        covers.push(ShownCover {
            officer: history::officer_name(ctx, row.officer).await?,
            covered_by: history::officer_name(ctx, row.covered_by).await?,
            made_by: history::actor_name(ctx, &row.made_by).await?,
            row,
        });
    }
    let has_cases = |role| matches!(role, OfficerRole::OffenderManager | OfficerRole::Supervisor);
    let officers = ctx.store.officer_list().await?.into_iter();
    let mut stand_ins: Vec<_> = officers
        .filter(|row| row.disabled_at.is_none() && has_cases(row.role))
        .map(|row| (row.id, row.display_name))
        .collect();
    stand_ins.sort_by(|left, right| left.1.cmp(&right.1));
    let officers = stand_ins.iter().filter(|(id, _)| under.contains(id)).cloned().collect();
    Ok(CoverView { covers, officers, stand_ins, now })
}

/// Enters a cover. `Err` inside says what does not go, for the form.
///
/// # Errors
/// [`ActError`].
pub async fn add(ctx: &AppContext, who: &Who, new: NewCover) -> Result<Result<CoverId, String>, ActError> {
    who.require(Action::SetCover)?;
    if !under(ctx, who).await?.contains(&new.officer) {
        return Err(ActError::NotFound);
    }
    in_words(cover::add(ctx, &who.actor(), new).await)
}

/// Ends a cover now.
///
/// # Errors
/// [`ActError::Conflict`] when it has ended already.
pub async fn end(ctx: &AppContext, who: &Who, id: CoverId) -> Result<(), ActError> {
    who.require(Action::SetCover)?;
    let of_others = ctx.store.cover_list(ctx.now()).await?.into_iter().find(|row| row.id == id);
    if let Some(row) = of_others
        && !under(ctx, who).await?.contains(&row.officer)
    {
        return Err(ActError::NotFound);
    }
    let done = cover::end(ctx, &who.actor(), id).await;
    done.map_err(|error| ActError::of_force(error, "this cover has ended already, or there is none"))
}
