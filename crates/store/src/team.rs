//! Teams: who is in which, and who supervises it.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{OfficerId, TeamId, TeamMemberId};

use crate::error::Result;
use crate::words::words;

words! {
    /// What an officer is to a team.
    TeamPart {
        /// One whose cases are the team's.
        Member = "member",
        /// One who supervises it.
        Supervisor = "supervisor",
    }
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamRow {
    /// Id.
    pub id: TeamId,
    /// Its name, for screens; no two teams that stand have the same.
    pub name: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// By whom, as in the audit log.
    pub made_by: String,
    /// When it was ended, and by whom.
    pub ended: Option<(Timestamp, String)>,
}

/// That an officer is, or was, in a team or its supervisor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamMemberRow {
    /// Id.
    pub id: TeamMemberId,
    /// The team.
    pub team: TeamId,
    /// Who.
    pub officer: OfficerId,
    /// As what.
    pub part: TeamPart,
    /// Since when.
    pub from: Timestamp,
    /// Who entered it, as in the audit log.
    pub made_by: String,
    /// When it ended, and who ended it.
    pub ended: Option<(Timestamp, String)>,
}

/// Verbs on teams.
#[async_trait]
pub trait TeamStore {
    /// Makes a team.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when a team that stands has this name.
    async fn team_add(&self, team: &TeamRow) -> Result<()>;

    /// Ends a team, and with it every part in it.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it has ended already, or there is none.
    async fn team_end(&self, id: TeamId, at: Timestamp, by: &str) -> Result<()>;

    /// Every team, those ended too, by name.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn team_list(&self) -> Result<Vec<TeamRow>>;

    /// Puts an officer into a team, or makes them its supervisor. A member of another team leaves that in the same transaction; a
    /// supervisor may have several.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when the officer is that already, or the team has ended.
    async fn team_member_add(&self, row: &TeamMemberRow) -> Result<()>;

    /// Ends that an officer is that in a team.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when they are not.
    async fn team_member_end(
        &self,
        team: TeamId,
        officer: OfficerId,
        part: TeamPart,
        at: Timestamp,
        by: &str,
    ) -> Result<()>;

    /// Who was or is what in teams, in the order in which it began.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn team_member_list(&self) -> Result<Vec<TeamMemberRow>>;
}
