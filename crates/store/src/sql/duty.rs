//! What a person must notify.

use async_trait::async_trait;
use proviso_model::ids::{CaseId, DutyId};
use sqlx::Row as _;

use super::rows::{blob, bytes, number, parsed, text, time};
use super::{EngineRow, EngineStore};
use crate::duty::{DutyKind, DutyRow, DutyStore};
use crate::error::{Result, StoreError};

fn duty(row: &EngineRow) -> Result<DutyRow> {
    Ok(DutyRow {
        id: DutyId::from_bytes(bytes(row, "id")?),
        version: number(row, "version")?,
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        kind: parsed(row, "kind", DutyKind::parse)?,
        due_on: row.try_get("due_on")?,
        notified_on: row.try_get("notified_on")?,
        checked_on: row.try_get("checked_on")?,
        withdrawn: number::<u8>(row, "withdrawn")? != 0,
        entered_at: time(row, "entered_at")?,
        entered_by: text(row, "entered_by")?,
        sealed: blob(row, "sealed")?,
    })
}

#[async_trait]
impl DutyStore for EngineStore {
    async fn duty_add(&self, row: &DutyRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO duty (id, version, case_id, kind, due_on, notified_on, checked_on, withdrawn,
                     entered_at, entered_by, sealed)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING",
                )
                .bind(row.id.as_bytes().to_vec())
                .bind(i64::from(row.version))
                .bind(row.case.as_bytes().to_vec())
                .bind(row.kind.as_str())
                .bind(row.due_on)
                .bind(row.notified_on)
                .bind(row.checked_on)
                .bind(i64::from(row.withdrawn))
                .bind(row.entered_at.as_micros())
                .bind(row.entered_by)
                .bind(row.sealed)
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("this entry was changed meanwhile")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn duty_list(&self, case: CaseId) -> Result<Vec<DutyRow>> {
        let rows = sqlx::query("SELECT * FROM duty WHERE case_id = $1 ORDER BY entered_at, id, version")
            .bind(case.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(duty).collect()
    }
}
