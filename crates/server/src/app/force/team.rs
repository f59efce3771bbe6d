//! Teams: which officers' cases are under which supervisors.

use std::collections::BTreeMap;

use proviso_model::ids::{OfficerId, TeamId, TeamMemberId};
use proviso_store::{OfficerRole, OfficerRow, TeamMemberRow, TeamPart, TeamRow};

use super::{COMMAND_LINE, ForceError};
use crate::app::AppContext;
use crate::app::caseload::may_be_in_charge;
use crate::app::conflicts;

/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 100;

fn refused<T>(why: impl Into<String>) -> Result<T, ForceError> {
    Err(ForceError::Refused(why.into()))
}

/// The team of a name that stands.
async fn named(ctx: &AppContext, name: &str) -> Result<TeamRow, ForceError> {
    let teams = ctx.store.team_list().await?;
    let team = teams.into_iter().find(|team| team.ended.is_none() && team.name == name.trim());
    team.ok_or_else(|| {
        ForceError::Refused(format!("there is no team \"{name}\"; admin team list says which there are"))
    })
}

/// Makes a team. Logged before it is done.
///
/// # Errors
/// [`ForceError::Refused`] for a name that is none, or is another team's.
pub async fn add(ctx: &AppContext, name: &str) -> Result<TeamId, ForceError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX || name.chars().any(char::is_control) {
        return refused(format!("a team's name has 1 to {NAME_CHARS_MAX} characters on one line"));
    }
    let id = TeamId::new(ctx.now(), ctx.random());
    let row = TeamRow {
        id,
        name: name.to_owned(),
        made_at: ctx.now(),
        made_by: COMMAND_LINE.to_owned(),
        ended: None,
    };
    let objects = id.to_string();
    let done = ctx.logged(COMMAND_LINE, "team-add", None, &objects, async {
        Ok::<_, ForceError>(ctx.store.team_add(&row).await?)
    });
    conflicts::refused_in_words(done.await)?;
    Ok(id)
}

/// Ends a team, and with it every part in it. Logged before it is done.
///
/// # Errors
/// [`ForceError::Refused`] when there is none of this name.
pub async fn end(ctx: &AppContext, name: &str) -> Result<TeamId, ForceError> {
    let team = named(ctx, name).await?;
    let objects = team.id.to_string();
    let done = ctx.logged(COMMAND_LINE, "team-end", None, &objects, async {
        Ok::<_, ForceError>(ctx.store.team_end(team.id, ctx.now(), COMMAND_LINE).await?)
    });
    conflicts::refused_in_words(done.await)?;
    ctx.hub.wake();
    Ok(team.id)
}

/// Puts an officer into a team, out of the one that they were in, or makes a supervisor its supervisor. Logged before it is done.
///
/// # Errors
/// [`ForceError::Refused`] when it cannot be as asked.
pub async fn join(
    ctx: &AppContext,
    name: &str,
    officer: OfficerId,
    part: TeamPart,
) -> Result<TeamMemberId, ForceError> {
    let team = named(ctx, name).await?;
    let row = ctx.store.officer_get(officer).await?;
    match part {
        TeamPart::Member if !row.as_ref().is_some_and(may_be_in_charge) => {
            return refused(
                "a team has officers who can be in charge of cases: offender managers and supervisors whose accounts are not switched off",
            );
        }
        TeamPart::Supervisor if !row.as_ref().is_some_and(supervises) => {
            return refused("a team is supervised by a supervisor whose account is not switched off");
        }
        TeamPart::Member | TeamPart::Supervisor => {}
    }
    let id = TeamMemberId::new(ctx.now(), ctx.random());
    let row = TeamMemberRow {
        id,
        team: team.id,
        officer,
        part,
        from: ctx.now(),
        made_by: COMMAND_LINE.to_owned(),
        ended: None,
    };
    let objects = format!("{} {officer} {}", team.id, part.as_str());
    let done = ctx.logged(COMMAND_LINE, "team-join", None, &objects, async {
        Ok::<_, ForceError>(ctx.store.team_member_add(&row).await?)
    });
    conflicts::refused_in_words(done.await)?;
    ctx.hub.wake();
    Ok(id)
}

fn supervises(row: &OfficerRow) -> bool {
    conflicts::is_enabled(row) && row.role == OfficerRole::Supervisor
}

/// Ends that an officer is that in a team. Logged before it is done.
///
/// # Errors
/// [`ForceError::Refused`] when they are not.
pub async fn leave(
    ctx: &AppContext,
    name: &str,
    officer: OfficerId,
    part: TeamPart,
) -> Result<(), ForceError> {
    let team = named(ctx, name).await?;
    let objects = format!("{} {officer} {}", team.id, part.as_str());
    let done = ctx.logged(COMMAND_LINE, "team-leave", None, &objects, async {
        let done = ctx.store.team_member_end(team.id, officer, part, ctx.now(), COMMAND_LINE).await;
        Ok::<_, ForceError>(done?)
    });
    conflicts::refused_in_words(done.await)?;
    ctx.hub.wake();
    Ok(())
}

/// A team and who was or is what in it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The team.
    pub team: TeamRow,
    /// Its parts, in the order in which they began, with the officer's name.
    pub parts: Vec<(TeamMemberRow, String)>,
}

/// Every team, and with `all` those that ended and who was in them before.
///
/// # Errors
/// The store's.
pub async fn list(ctx: &AppContext, all: bool) -> Result<Vec<Listed>, ForceError> {
    let names: BTreeMap<_, _> =
        ctx.store.officer_list().await?.into_iter().map(|row| (row.id, row.display_name)).collect();
    let parts = ctx.store.team_member_list().await?;
    let mut found = Vec::new();
    for team in ctx.store.team_list().await?.into_iter().filter(|team| all || team.ended.is_none()) {
        let of_it = parts.iter().filter(|row| row.team == team.id && (all || row.ended.is_none()));
        let of_it =
            of_it.map(|row| (row.clone(), names.get(&row.officer).cloned().unwrap_or_default())).collect();
        found.push(Listed { team, parts: of_it });
    }
    Ok(found)
}
