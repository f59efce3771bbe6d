//! Teams.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{OfficerId, TeamId, TeamMemberId};

use super::rows::{bytes, parsed, text, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::error::{Result, StoreError};
use crate::team::{TeamMemberRow, TeamPart, TeamRow, TeamStore};

fn ended(row: &EngineRow) -> Result<Option<(Timestamp, String)>> {
    time_maybe(row, "ended_at")?.map(|at| Ok((at, text(row, "ended_by")?))).transpose()
}

fn team(row: &EngineRow) -> Result<TeamRow> {
    Ok(TeamRow {
        id: TeamId::from_bytes(bytes(row, "id")?),
        name: text(row, "name")?,
        made_at: time(row, "made_at")?,
        made_by: text(row, "made_by")?,
        ended: ended(row)?,
    })
}

fn member(row: &EngineRow) -> Result<TeamMemberRow> {
    Ok(TeamMemberRow {
        id: TeamMemberId::from_bytes(bytes(row, "id")?),
        team: TeamId::from_bytes(bytes(row, "team")?),
        officer: OfficerId::from_bytes(bytes(row, "officer")?),
        part: parsed(row, "part", TeamPart::parse)?,
        from: time(row, "from_at")?,
        made_by: text(row, "made_by")?,
        ended: ended(row)?,
    })
}

async fn member_add(connection: &mut EngineConnection, row: TeamMemberRow) -> Result<()> {
    if row.part == TeamPart::Member {
        sqlx::query(
            "UPDATE team_member SET ended_at = $3, ended_by = $4
             WHERE officer = $1 AND part = 'member' AND ended_at IS NULL AND team <> $2",
        )
        .bind(row.officer.as_bytes().to_vec())
        .bind(row.team.as_bytes().to_vec())
        .bind(row.from.as_micros())
        .bind(row.made_by.clone())
        .execute(&mut *connection)
        .await?;
    }
    let done = sqlx::query(
        "INSERT INTO team_member (id, team, officer, part, from_at, made_by)
         SELECT $1, id, $3, $4, $5, $6 FROM team WHERE id = $2 AND ended_at IS NULL
         ON CONFLICT DO NOTHING",
    )
    .bind(row.id.as_bytes().to_vec())
    .bind(row.team.as_bytes().to_vec())
    .bind(row.officer.as_bytes().to_vec())
    .bind(row.part.as_str())
    .bind(row.from.as_micros())
    .bind(row.made_by)
    .execute(connection)
    .await?;
    match done.rows_affected() {
        0 => Err(StoreError::Conflict("this officer is that in this team already, or the team has ended")),
        _ => Ok(()),
    }
}

async fn end(connection: &mut EngineConnection, id: TeamId, at: Timestamp, by: String) -> Result<()> {
    let done = sqlx::query("UPDATE team SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL")
        .bind(id.as_bytes().to_vec())
        .bind(at.as_micros())
        .bind(by.clone())
        .execute(&mut *connection)
        .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Conflict("this team has ended already, or there is none"));
    }
    sqlx::query("UPDATE team_member SET ended_at = $2, ended_by = $3 WHERE team = $1 AND ended_at IS NULL")
        .bind(id.as_bytes().to_vec())
        .bind(at.as_micros())
        .bind(by)
        .execute(connection)
        .await?;
    Ok(())
}

#[async_trait]
impl TeamStore for EngineStore {
    async fn team_add(&self, row: &TeamRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO team (id, name, made_at, made_by) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (name) WHERE ended_at IS NULL DO NOTHING",
                )
                .bind(row.id.as_bytes().to_vec())
                .bind(row.name)
                .bind(row.made_at.as_micros())
                .bind(row.made_by)
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("there is a team of this name; choose another")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn team_end(&self, id: TeamId, at: Timestamp, by: &str) -> Result<()> {
        let by = by.to_owned();
        self.write(move |connection| Box::pin(end(connection, id, at, by))).await
    }

    async fn team_list(&self) -> Result<Vec<TeamRow>> {
        let rows = sqlx::query("SELECT * FROM team ORDER BY name, id").fetch_all(&self.readers).await?;
        rows.iter().map(team).collect()
    }

    async fn team_member_add(&self, row: &TeamMemberRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| Box::pin(member_add(connection, row))).await
    }

    async fn team_member_end(
        &self,
        team: TeamId,
        officer: OfficerId,
        part: TeamPart,
        at: Timestamp,
        by: &str,
    ) -> Result<()> {
        let by = by.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE team_member SET ended_at = $4, ended_by = $5
                     WHERE team = $1 AND officer = $2 AND part = $3 AND ended_at IS NULL",
                )
                .bind(team.as_bytes().to_vec())
                .bind(officer.as_bytes().to_vec())
                .bind(part.as_str())
                .bind(at.as_micros())
                .bind(by)
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("this officer is not that in this team")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn team_member_list(&self) -> Result<Vec<TeamMemberRow>> {
        let rows =
            sqlx::query("SELECT * FROM team_member ORDER BY from_at, id").fetch_all(&self.readers).await?;
        rows.iter().map(member).collect()
    }
}
