//! Shield lists.

use async_trait::async_trait;
use proviso_model::ids::{CaseId, ShieldId};

use super::device::policies_append;
use super::rows::{blob, bytes, text, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::device::PolicyRow;
use crate::error::{Result, StoreError};
use crate::shield::{ShieldEnd, ShieldRow, ShieldStore};

fn shield(row: &EngineRow) -> Result<ShieldRow> {
    let ended = match time_maybe(row, "ended_at")? {
        Some(at) => Some(ShieldEnd { at, by: text(row, "ended_by")?, sealed: blob(row, "ended_sealed")? }),
        None => None,
    };
    Ok(ShieldRow {
        id: ShieldId::from_bytes(bytes(row, "id")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        entered_at: time(row, "entered_at")?,
        entered_by: text(row, "entered_by")?,
        sealed: blob(row, "sealed")?,
        ended,
    })
}

pub(super) async fn shield_insert(connection: &mut EngineConnection, row: ShieldRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO shield (id, case_id, entered_at, entered_by, sealed) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(row.id.as_bytes().to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.entered_at.as_micros())
    .bind(row.entered_by)
    .bind(row.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl ShieldStore for EngineStore {
    async fn shield_add(&self, row: &ShieldRow, policies: &[PolicyRow]) -> Result<()> {
        let (row, policies) = (row.clone(), policies.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                shield_insert(connection, row).await?;
                policies_append(connection, policies).await
            })
        })
        .await
    }

    async fn shield_end(&self, id: ShieldId, end: &ShieldEnd, policies: &[PolicyRow]) -> Result<()> {
        let (end, policies) = (end.clone(), policies.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE shield SET ended_at = $2, ended_by = $3, ended_sealed = $4 WHERE id = $1 AND ended_at IS NULL",
                )
                .bind(id.as_bytes().to_vec())
                .bind(end.at.as_micros())
                .bind(end.by)
                .bind(end.sealed)
                .execute(&mut *connection)
                .await?;
                if done.rows_affected() == 0 {
                    return Err(StoreError::Conflict("this contact is not on the list any more"));
                }
                policies_append(connection, policies).await
            })
        })
        .await
    }

    async fn shield_list(&self, case: CaseId) -> Result<Vec<ShieldRow>> {
        let rows = sqlx::query("SELECT * FROM shield WHERE case_id = $1 ORDER BY entered_at, id")
            .bind(case.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(shield).collect()
    }
}
