//! Packs on trial.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::TrialId;

use super::device::policies_append;
use super::rows::{blob, bytes, number, text, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::device::PolicyRow;
use crate::error::{Result, StoreError};
use crate::trial::{TrialRow, TrialStore, TrialSum};

fn trial(row: &EngineRow) -> Result<TrialRow> {
    Ok(TrialRow {
        id: TrialId::from_bytes(bytes(row, "id")?),
        name: text(row, "name")?,
        begun_at: time(row, "begun_at")?,
        until: time(row, "until_at")?,
        ended_at: time_maybe(row, "ended_at")?,
        sealed: blob(row, "sealed")?,
    })
}

async fn begin(connection: &mut EngineConnection, trial: TrialRow, policies: Vec<PolicyRow>) -> Result<()> {
    let running: i64 =
        sqlx::query_scalar("SELECT count(*) FROM pack_trial WHERE ended_at IS NULL AND until_at > $1")
            .bind(trial.begun_at.as_micros())
            .fetch_one(&mut *connection)
            .await?;
    if running > 0 {
        return Err(StoreError::Conflict("another pack is on trial; end that trial first"));
    }
    sqlx::query("INSERT INTO pack_trial (id, name, begun_at, until_at, sealed) VALUES ($1, $2, $3, $4, $5)")
        .bind(trial.id.as_bytes().to_vec())
        .bind(trial.name)
        .bind(trial.begun_at.as_micros())
        .bind(trial.until.as_micros())
        .bind(trial.sealed)
        .execute(&mut *connection)
        .await?;
    policies_append(connection, policies).await
}

async fn end(
    connection: &mut EngineConnection,
    (id, at): (TrialId, Timestamp),
    policies: Vec<PolicyRow>,
) -> Result<()> {
    let done = sqlx::query(
        "UPDATE pack_trial SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL AND until_at > $2",
    )
    .bind(id.as_bytes().to_vec())
    .bind(at.as_micros())
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Conflict("this trial has ended already, or there is none"));
    }
    policies_append(connection, policies).await
}

#[async_trait]
impl TrialStore for EngineStore {
    async fn trial_begin(&self, trial: &TrialRow, policies: &[PolicyRow]) -> Result<()> {
        let (trial, policies) = (trial.clone(), policies.to_vec());
        self.write(move |connection| Box::pin(begin(connection, trial, policies))).await
    }

    async fn trial_end(&self, id: TrialId, at: Timestamp, policies: &[PolicyRow]) -> Result<()> {
        let policies = policies.to_vec();
        self.write(move |connection| Box::pin(end(connection, (id, at), policies))).await
    }

    async fn trial_list(&self) -> Result<Vec<TrialRow>> {
        let rows = sqlx::query("SELECT * FROM pack_trial ORDER BY begun_at DESC, id DESC")
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(trial).collect()
    }

    async fn trial_sum(&self, id: TrialId) -> Result<TrialSum> {
        let row = sqlx::query(
            "SELECT count(DISTINCT device) AS devices, CAST(coalesce(sum(trial_observed), 0) AS BIGINT) AS observed,
             CAST(coalesce(sum(trial_also), 0) AS BIGINT) AS also, CAST(coalesce(sum(trial_gone), 0) AS BIGINT) AS gone
             FROM watched WHERE trial = $1",
        )
        .bind(id.as_bytes().to_vec())
        .fetch_one(&self.readers)
        .await?;
        Ok(TrialSum {
            devices: number(&row, "devices")?,
            observed: number(&row, "observed")?,
            also: number(&row, "also")?,
            gone: number(&row, "gone")?,
        })
    }
}
