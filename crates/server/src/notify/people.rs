//! Who is told of an alert: the officer in charge, then their cover, then their supervisor.

use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, OfficerId};
use proviso_store::{Access, CaseRow, OfficerRow, TellingStep, Tie};

use super::quiet::Quiet;
use crate::app::AppContext;
use crate::app::conflicts;
use crate::app::officer::error::ActError;

/// An officer and how they are reached.
#[derive(Debug, Clone)]
pub struct Reach {
    /// Who.
    pub officer: OfficerId,
    /// Whether an e-mail can be sent.
    pub by_email: bool,
    /// Whether they want one e-mail a day about what can wait.
    pub daily: bool,
    /// Their quiet hours.
    pub quiet: Option<Quiet>,
}

/// Those whose turn it is at one step.
#[derive(Debug, Clone)]
pub struct Rung {
    /// The step.
    pub step: TellingStep,
    /// Who; never nobody.
    pub who: Vec<Reach>,
}

/// The recipient of a telling that is an officer.
#[must_use]
pub fn recipient(officer: OfficerId) -> String {
    format!("officer:{officer}")
}

/// Reads [`recipient`] back.
#[must_use]
pub fn officer_of(recipient: &str) -> Option<OfficerId> {
    recipient.strip_prefix("officer:")?.parse().ok()
}

async fn reach(ctx: &AppContext, officer: OfficerId) -> Result<Reach, ActError> {
    let found = ctx.store.notification_setting_get(officer).await?;
    let quiet = found.as_ref().and_then(|row| row.quiet);
    Ok(Reach {
        officer,
        by_email: ctx.telling.has_mail && found.as_ref().is_some_and(|row| row.by_email),
        daily: found.as_ref().is_some_and(|row| row.daily),
        // What cannot be read as hours silences nobody.
        quiet: quiet.and_then(|(from, until)| Quiet::new(from, until, ctx.telling.zone.clone()).ok()),
    })
}

async fn enabled(ctx: &AppContext, id: OfficerId) -> Result<Option<OfficerRow>, ActError> {
    Ok(ctx.store.officer_get(id).await?.filter(|row| row.disabled_at.is_none()))
}

/// Those to tell of an alert of a case, in the order of their turns. Nobody has two turns, and nobody who knows the person has one.
///
/// # Errors
/// [`ActError`].
pub async fn rungs(ctx: &AppContext, case: &CaseRow, now: Timestamp) -> Result<Vec<Rung>, ActError> {
    let mut rungs = Vec::new();
    let mut known = conflicts::of_case(ctx, case.id).await?;
    let barred = known.clone();
    if let Some(officer) = case.officer {
        let covers = ctx.store.cover_list(now).await?;
        let covers: Vec<_> = covers.iter().filter(|row| row.officer == officer && row.stands(now)).collect();
        let mut standing = Vec::new();
        for cover in &covers {
            let is_known = standing.iter().any(|one: &Reach| one.officer == cover.covered_by);
            let is_known = is_known || barred.contains(&cover.covered_by);
            if !is_known && enabled(ctx, cover.covered_by).await?.is_some() {
                standing.push(reach(ctx, cover.covered_by).await?);
            }
        }
        // Who is away is told only where nobody stands in for them.
        let is_away = covers.iter().any(|row| row.is_away) && !standing.is_empty();
        if !is_away && !barred.contains(&officer) && enabled(ctx, officer).await?.is_some() {
            rungs.push(Rung { step: TellingStep::Officer, who: vec![reach(ctx, officer).await?] });
        }
        known.push(officer);
        known.extend(standing.iter().map(|one| one.officer));
        rungs.push(Rung { step: TellingStep::Cover, who: standing });
    }
    let mut above = Vec::new();
    let supervisors = ctx.store.case_supervisors(case.id, now).await?;
    for id in named_first(ctx, case.officer, supervisors).await? {
        if !known.contains(&id) {
            above.push(reach(ctx, id).await?);
        }
    }
    rungs.push(Rung { step: TellingStep::Supervisor, who: above });
    rungs.retain(|rung| !rung.who.is_empty());
    Ok(rungs)
}

/// Whether an alert of a case is still an officer's to be told of: what waited to be sent may be of before the case went to another.
///
/// # Errors
/// [`ActError`].
pub async fn concerns(ctx: &AppContext, officer: OfficerId, alert: AlertId) -> Result<bool, ActError> {
    let Some(alert) = ctx.store.alert_get(alert).await? else { return Ok(false) };
    Ok(match ctx.store.case_access(officer, alert.case, ctx.now()).await? {
        Access::Permitted(case) => matches!(case.tie(), Tie::InCharge | Tie::StandsIn | Tie::Supervises),
        Access::Barred | Access::Refused { .. } => false,
    })
}

/// Who is told when an officer's alerts are not opened: the supervisor named for them, if they are under that one, else every supervisor
/// under whom they are.
///
/// # Errors
/// [`ActError`].
pub async fn supervisors_of(ctx: &AppContext, officer: OfficerId) -> Result<Vec<OfficerId>, ActError> {
    let supervisors = ctx.store.supervisors_of(officer, ctx.now()).await?;
    named_first(ctx, Some(officer), supervisors).await
}

/// The one of `supervisors` who is named for an officer, or all of them.
async fn named_first(
    ctx: &AppContext,
    officer: Option<OfficerId>,
    supervisors: Vec<OfficerId>,
) -> Result<Vec<OfficerId>, ActError> {
    if let Some(officer) = officer {
        let named = ctx.store.notification_setting_get(officer).await?.and_then(|row| row.supervisor);
        if let Some(named) = named.filter(|named| supervisors.contains(named)) {
            return Ok(vec![named]);
        }
    }
    Ok(supervisors)
}
