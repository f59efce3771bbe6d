//! Suspected privilege.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId, JobId};
use sqlx::Row;

use super::job::job_of_one;
use super::rows::{blob, bytes, damaged, number, parsed, text, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::error::{Result, StoreError};
use crate::job::JobKind;
use crate::privilege::{PrivilegeDecision, PrivilegeRow, PrivilegeState, PrivilegeStore};
use crate::words::Priority;

pub(super) fn privilege(row: &EngineRow) -> Result<PrivilegeRow> {
    let decided = match time_maybe(row, "decided_at")? {
        Some(at) => Some((at, text(row, "decided_by")?)),
        None => None,
    };
    Ok(PrivilegeRow {
        record: bytes(row, "record")?,
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        device: DeviceId::from_bytes(bytes(row, "device")?),
        paragraphs: text(row, "paragraphs")?.split('\n').map(str::to_owned).collect(),
        findings: number(row, "findings")?,
        priority: Priority::from_rank(row.try_get("priority")?).ok_or_else(|| damaged("priority"))?,
        observed_at: time(row, "observed_at")?,
        held_at: time(row, "held_at")?,
        state: parsed(row, "state", PrivilegeState::parse)?,
        decided,
        sealed: blob(row, "sealed")?,
    })
}

/// Keeps that a record waits; one that was known to wait, or was decided on, stays as it is.
pub(super) async fn privilege_insert(connection: &mut EngineConnection, row: PrivilegeRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO privilege (record, case_id, device, paragraphs, findings, priority, observed_at, held_at, state, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (record) DO NOTHING",
    )
    .bind(row.record.to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.device.as_bytes().to_vec())
    .bind(row.paragraphs.join("\n"))
    .bind(i64::from(row.findings))
    .bind(row.priority.rank())
    .bind(row.observed_at.as_micros())
    .bind(row.held_at.as_micros())
    .bind(row.state.as_str())
    .bind(Vec::<u8>::new())
    .execute(connection)
    .await?;
    Ok(())
}

/// Gives a record to the job that puts it before officers, from its chain or from what is kept apart from it.
async fn open_again(
    connection: &mut EngineConnection,
    hash: [u8; 32],
    job: JobId,
    at: Timestamp,
) -> Result<()> {
    for (select, reset, kind) in [
        (
            "SELECT device, epoch, seq FROM record WHERE hash = $1 AND destroyed_at IS NULL",
            "UPDATE record SET kind = NULL, replay = NULL WHERE hash = $1",
            JobKind::Replay,
        ),
        (
            "SELECT device, epoch, seq FROM fork WHERE hash = $1 AND length(body) > 0",
            "UPDATE fork SET kind = NULL, replay = NULL WHERE hash = $1",
            JobKind::ReplayBranch,
        ),
    ] {
        let found = sqlx::query(select).bind(hash.to_vec()).fetch_optional(&mut *connection).await?;
        let Some(row) = found else { continue };
        sqlx::query(reset).bind(hash.to_vec()).execute(&mut *connection).await?;
        return job_of_one(connection, (job, kind), &row, at).await;
    }
    Err(StoreError::Conflict("the content of this record was destroyed"))
}

async fn decide(connection: &mut EngineConnection, decision: PrivilegeDecision) -> Result<()> {
    let done = sqlx::query(
        "UPDATE privilege SET state = $2, decided_at = $3, decided_by = $4, sealed = $5
         WHERE record = $1 AND state = 'held'",
    )
    .bind(decision.record.to_vec())
    .bind(decision.state.as_str())
    .bind(decision.at.as_micros())
    .bind(decision.by)
    .bind(decision.sealed)
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Conflict("this record does not wait for a reviewer any more"));
    }
    match decision.state {
        PrivilegeState::Released | PrivilegeState::Partly => {
            open_again(connection, decision.record, decision.job, decision.at).await
        }
        PrivilegeState::Held | PrivilegeState::Privileged => Ok(()),
    }
}

#[async_trait]
impl PrivilegeStore for EngineStore {
    async fn privilege_list(&self, case: Option<CaseId>) -> Result<Vec<PrivilegeRow>> {
        let rows = sqlx::query(
            "SELECT * FROM privilege WHERE $1 IS NULL OR case_id = $1 ORDER BY held_at, observed_at, record",
        )
        .bind(case.map(|id| id.as_bytes().to_vec()))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(privilege).collect()
    }

    async fn privilege_get(&self, record: &[u8; 32]) -> Result<Option<PrivilegeRow>> {
        let row = sqlx::query("SELECT * FROM privilege WHERE record = $1")
            .bind(record.to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(privilege).transpose()
    }

    async fn privilege_decide(&self, decision: &PrivilegeDecision) -> Result<()> {
        let decision = decision.clone();
        self.write(move |connection| Box::pin(decide(connection, decision))).await
    }
}
