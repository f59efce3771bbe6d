//! Decisions about how long a case is kept.

use async_trait::async_trait;
use proviso_model::ids::{CaseId, RetentionId};
use sqlx::Row as _;

use super::rows::{blob, bytes, parsed, text, time, time_maybe};
use super::{EngineRow, EngineStore};
use crate::error::{Result, StoreError};
use crate::retention::{RetentionEnd, RetentionEndKind, RetentionKind, RetentionRow, RetentionStore};

fn retention(row: &EngineRow) -> Result<RetentionRow> {
    let ended = match time_maybe(row, "ended_at")? {
        Some(at) => Some(RetentionEnd {
            at,
            by: text(row, "ended_by")?,
            how: parsed(row, "ended_how", RetentionEndKind::parse)?,
            sealed: blob(row, "ended_sealed")?,
        }),
        None => None,
    };
    Ok(RetentionRow {
        id: RetentionId::from_bytes(bytes(row, "id")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        kind: parsed(row, "kind", RetentionKind::parse)?,
        keep_until: row.try_get("keep_until")?,
        why: row.try_get("why")?,
        decided_at: time(row, "decided_at")?,
        decided_by: text(row, "decided_by")?,
        sealed: blob(row, "sealed")?,
        ended,
    })
}

#[async_trait]
impl RetentionStore for EngineStore {
    async fn retention_add(&self, row: &RetentionRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let case = row.case.as_bytes().to_vec();
                let waits: i64 = sqlx::query_scalar(
                    "SELECT count(*) FROM retention WHERE case_id = $1 AND kind = 'destroy' AND ended_at IS NULL",
                )
                .bind(case.clone())
                .fetch_one(&mut *connection)
                .await?;
                if row.kind == RetentionKind::Destroy && waits > 0 {
                    return Err(StoreError::Conflict("a proposal to destroy this case waits already"));
                }
                sqlx::query(
                    "INSERT INTO retention (id, case_id, kind, keep_until, why, decided_at, decided_by, sealed)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                )
                .bind(row.id.as_bytes().to_vec())
                .bind(case)
                .bind(row.kind.as_str())
                .bind(row.keep_until)
                .bind(row.why)
                .bind(row.decided_at.as_micros())
                .bind(row.decided_by)
                .bind(row.sealed)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn retention_end(&self, id: RetentionId, end: &RetentionEnd) -> Result<()> {
        let end = end.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE retention SET ended_at = $2, ended_by = $3, ended_how = $4, ended_sealed = $5
                     WHERE id = $1 AND kind = 'destroy' AND ended_at IS NULL",
                )
                .bind(id.as_bytes().to_vec())
                .bind(end.at.as_micros())
                .bind(end.by)
                .bind(end.how.as_str())
                .bind(end.sealed)
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("this proposal does not wait any more")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn retention_list(&self, case: Option<CaseId>) -> Result<Vec<RetentionRow>> {
        // Two statements, since a value that may be null has no type of its own on PostgreSQL.
        let rows = match case {
            Some(case) => {
                sqlx::query("SELECT * FROM retention WHERE case_id = $1 ORDER BY decided_at, id")
                    .bind(case.as_bytes().to_vec())
                    .fetch_all(&self.readers)
                    .await?
            }
            None => {
                sqlx::query("SELECT * FROM retention ORDER BY decided_at, id")
                    .fetch_all(&self.readers)
                    .await?
            }
        };
        rows.iter().map(retention).collect()
    }
}
