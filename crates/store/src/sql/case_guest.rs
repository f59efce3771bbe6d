//! Those who are let into cases.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseGuestId, CaseId, OfficerId};

use super::rows::{blob, bytes, text, time, time_maybe};
use super::{EngineRow, EngineStore};
use crate::case_guest::{CaseGuestRow, CaseGuestStore};
use crate::error::{Result, StoreError};

fn guest(row: &EngineRow) -> Result<CaseGuestRow> {
    Ok(CaseGuestRow {
        id: CaseGuestId::from_bytes(bytes(row, "id")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        officer: OfficerId::from_bytes(bytes(row, "officer")?),
        until: time(row, "until_at")?,
        made_at: time(row, "made_at")?,
        made_by: text(row, "made_by")?,
        sealed: blob(row, "sealed")?,
        ended_at: time_maybe(row, "ended_at")?,
    })
}

#[async_trait]
impl CaseGuestStore for EngineStore {
    async fn case_guest_add(&self, row: &CaseGuestRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO case_guest (id, case_id, officer, until_at, made_at, made_by, sealed)
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(row.id.as_bytes().to_vec())
                .bind(row.case.as_bytes().to_vec())
                .bind(row.officer.as_bytes().to_vec())
                .bind(row.until.as_micros())
                .bind(row.made_at.as_micros())
                .bind(row.made_by)
                .bind(row.sealed)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn case_guest_end(&self, id: CaseGuestId, at: Timestamp) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE case_guest SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL AND until_at > $2",
                )
                .bind(id.as_bytes().to_vec())
                .bind(at.as_micros())
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("this has ended already, or there is none")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn case_guest_list(&self, officer: Option<OfficerId>, at: Timestamp) -> Result<Vec<CaseGuestRow>> {
        let rows = sqlx::query(
            "SELECT * FROM case_guest WHERE ($1 IS NULL OR officer = $1) AND until_at > $2 AND ended_at IS NULL
             ORDER BY until_at, id",
        )
        .bind(officer.map(|id| id.as_bytes().to_vec()))
        .bind(at.as_micros())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(guest).collect()
    }
}
