//! Jobs.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{DeviceId, JobId};
use sqlx::{QueryBuilder, Row as _};

use super::rows::{blob, bytes, number, parsed, time};
use super::{Engine, EngineConnection, EngineRow, EngineStore, PASSING_OVER};
use crate::error::{Result, StoreError};
use crate::job::{DeadJobRow, JobKind, JobRow, JobState, JobStore};
use crate::waiting::{self, Leader, Waiting, pieces};

/// Gives one record, a row with `device`, `epoch` and `seq`, to the job of that kind.
pub(super) async fn job_of_one(
    connection: &mut EngineConnection,
    (job, kind): (JobId, JobKind),
    row: &EngineRow,
    at: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO job (id, kind, device, epoch, seq_first, seq_last, state, attempts, ready_at)
         VALUES ($1, $2, $3, $4, $5, $5, 'ready', 0, $6)",
    )
    .bind(job.as_bytes().to_vec())
    .bind(kind.as_str())
    .bind(blob(row, "device")?)
    .bind(number::<i64>(row, "epoch")?)
    .bind(number::<i64>(row, "seq")?)
    .bind(at.as_micros())
    .execute(connection)
    .await?;
    Ok(())
}

async fn claim(
    connection: &mut EngineConnection,
    now: Timestamp,
    lease_until: Timestamp,
    most: u32,
) -> Result<Vec<JobRow>> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
        "WITH free AS (
             SELECT id FROM job WHERE state = 'ready' AND ready_at <= $1
             AND (lease_until IS NULL OR lease_until <= $1) ORDER BY ready_at, id LIMIT $3{PASSING_OVER})
         UPDATE job SET attempts = attempts + 1, lease_until = $2 WHERE id IN (SELECT id FROM free)
         RETURNING id, kind, device, epoch, seq_first, seq_last, attempts, ready_at",
    )))
    .bind(now.as_micros())
    .bind(lease_until.as_micros())
    .bind(i64::from(most))
    .fetch_all(connection)
    .await?;
    let mut claimed = Vec::with_capacity(rows.len());
    for row in &rows {
        claimed.push((time(row, "ready_at")?, job(row)?));
    }
    // The rows come in any order.
    claimed.sort_by_key(|(ready_at, job)| (*ready_at, job.id));
    Ok(claimed.into_iter().map(|(_, job)| job).collect())
}

fn job(row: &EngineRow) -> Result<JobRow> {
    Ok(JobRow {
        id: JobId::from_bytes(bytes(row, "id")?),
        kind: parsed(row, "kind", JobKind::parse)?,
        device: DeviceId::from_bytes(bytes(row, "device")?),
        epoch: number(row, "epoch")?,
        seq_first: number(row, "seq_first")?,
        seq_last: number(row, "seq_last")?,
        attempts: number(row, "attempts")?,
    })
}

/// Jobs that ended, of several that are noted in one transaction.
const ENDED_MAX: usize = 64;

/// Jobs that are done, and wait until that is noted.
pub(super) type EndedJobs = Waiting<JobId, ()>;

async fn lead(store: EngineStore, mut leader: Leader<JobId, ()>) {
    while let Some(group) = leader.next(ENDED_MAX, |_| true) {
        let (ids, answers): (Vec<_>, Vec<_>) =
            group.into_iter().map(|entry| (entry.write, entry.answer)).unzip();
        let noted = store.write_repeatable(move |connection| Box::pin(done(connection, ids))).await;
        // Whoever waited may be gone.
        match noted {
            Ok(()) => answers.into_iter().for_each(|answer| drop(answer.send(Ok(())))),
            Err(error) => waiting::refuse(answers, error),
        }
    }
}

async fn done(connection: &mut EngineConnection, ids: Vec<JobId>) -> Result<()> {
    for piece in pieces(&ids, ENDED_MAX) {
        let mut query: QueryBuilder<Engine> = QueryBuilder::new(
            "UPDATE job SET state = 'done', lease_until = NULL, fault = NULL WHERE id IN (",
        );
        let mut listed = query.separated(", ");
        for id in piece {
            listed.push_bind(id.as_bytes().to_vec());
        }
        query.push(")");
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

#[async_trait]
impl JobStore for EngineStore {
    async fn job_claim(&self, now: Timestamp, lease_until: Timestamp) -> Result<Option<JobRow>> {
        Ok(self.job_claim_some(now, lease_until, 1).await?.pop())
    }

    async fn job_claim_some(&self, now: Timestamp, lease_until: Timestamp, most: u32) -> Result<Vec<JobRow>> {
        // Looked for with a reader first, so that an idle worker takes no lock.
        let waiting: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM (SELECT 1 FROM job WHERE state = 'ready' AND ready_at <= $1
             AND (lease_until IS NULL OR lease_until <= $1) LIMIT 1) waiting",
        )
        .bind(now.as_micros())
        .fetch_one(&self.readers)
        .await?;
        if waiting == 0 {
            return Ok(Vec::new());
        }
        self.write_repeatable(move |connection| Box::pin(claim(connection, now, lease_until, most))).await
    }

    async fn job_done(&self, id: JobId) -> Result<()> {
        let (answer, leader) = self.ended_jobs.join(id);
        if let Some(leader) = leader {
            tokio::spawn(lead(self.clone(), leader));
        }
        waiting::answered(answer).await
    }

    async fn job_failed(&self, id: JobId, fault: &str, retry_at: Option<Timestamp>) -> Result<()> {
        let fault: String = fault.chars().take(500).collect();
        self.write_one(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "UPDATE job SET state = $2, lease_until = NULL, fault = $3, ready_at = coalesce($4, ready_at)
                     WHERE id = $1 AND state = 'ready'",
                )
                .bind(id.as_bytes().to_vec())
                .bind(if retry_at.is_some() { JobState::Ready.as_str() } else { JobState::Dead.as_str() })
                .bind(fault)
                .bind(retry_at.map(Timestamp::as_micros))
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn job_dead_list(&self, limit: u32) -> Result<Vec<DeadJobRow>> {
        let rows = sqlx::query(
            "SELECT id, kind, device, epoch, seq_first, seq_last, attempts, ready_at, fault FROM job
             WHERE state = 'dead' ORDER BY ready_at, id LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                let fault: Option<String> = row.try_get("fault")?;
                let tried_at = time(row, "ready_at")?;
                Ok(DeadJobRow { job: job(row)?, tried_at, fault: fault.unwrap_or_default() })
            })
            .collect()
    }

    async fn job_revive(&self, id: JobId, at: Timestamp) -> Result<()> {
        self.write_one(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE job SET state = 'ready', attempts = 0, ready_at = $2, lease_until = NULL
                     WHERE id = $1 AND state = 'dead'",
                )
                .bind(id.as_bytes().to_vec())
                .bind(at.as_micros())
                .execute(connection)
                .await?;
                if done.rows_affected() == 0 {
                    Err(StoreError::Missing("a dead job of this id"))
                } else {
                    Ok(())
                }
            })
        })
        .await
    }

    async fn job_count(&self, state: JobState) -> Result<u64> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM job WHERE state = $1")
            .bind(state.as_str())
            .fetch_one(&self.readers)
            .await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}
