//! Records of visits.

use async_trait::async_trait;
use proviso_model::Digest;
use proviso_model::ids::{CaseId, DeviceId, VisitId};

use super::rows::{blob, bytes, bytes_maybe, text, time};
use super::{EngineRow, EngineStore};
use crate::error::Result;
use crate::visit::{VisitRecordRow, VisitStore};

/// What is read of a row; its files are long, and are read alone.
const COLUMNS: &str = "hash, visit, case_id, device, started_at, ended_at, filed_at, filed_by, sealed";

fn visit_record(row: &EngineRow) -> Result<VisitRecordRow> {
    Ok(VisitRecordRow {
        hash: Digest(bytes(row, "hash")?),
        visit: VisitId::from_bytes(bytes(row, "visit")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        device: bytes_maybe(row, "device")?.map(DeviceId::from_bytes),
        started_at: time(row, "started_at")?,
        ended_at: time(row, "ended_at")?,
        filed_at: time(row, "filed_at")?,
        filed_by: text(row, "filed_by")?,
        sealed: blob(row, "sealed")?,
    })
}

#[async_trait]
impl VisitStore for EngineStore {
    async fn visit_record_add(&self, row: &VisitRecordRow, files: &[u8]) -> Result<bool> {
        let (row, files) = (row.clone(), files.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO visit_record (hash, visit, case_id, device, started_at, ended_at, filed_at, filed_by, sealed, files)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
                     ON CONFLICT DO NOTHING",
                )
                .bind(row.hash.0.to_vec())
                .bind(row.visit.as_bytes().to_vec())
                .bind(row.case.as_bytes().to_vec())
                .bind(row.device.map(|device| device.as_bytes().to_vec()))
                .bind(row.started_at.as_micros())
                .bind(row.ended_at.as_micros())
                .bind(row.filed_at.as_micros())
                .bind(row.filed_by)
                .bind(row.sealed)
                .bind(files)
                .execute(connection)
                .await?;
                Ok(done.rows_affected() > 0)
            })
        })
        .await
    }

    async fn visit_record_get(&self, hash: &Digest) -> Result<Option<VisitRecordRow>> {
        let asked = format!("SELECT {COLUMNS} FROM visit_record WHERE hash = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(asked))
            .bind(hash.0.to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(visit_record).transpose()
    }

    async fn visit_record_files(&self, hash: &Digest) -> Result<Option<Vec<u8>>> {
        let files = sqlx::query_scalar("SELECT files FROM visit_record WHERE hash = $1")
            .bind(hash.0.to_vec())
            .fetch_optional(&self.readers)
            .await?;
        Ok(files)
    }

    async fn visit_record_list(&self, case: CaseId) -> Result<Vec<VisitRecordRow>> {
        let asked =
            format!("SELECT {COLUMNS} FROM visit_record WHERE case_id = $1 ORDER BY started_at DESC, hash");
        let rows = sqlx::query(sqlx::AssertSqlSafe(asked))
            .bind(case.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(visit_record).collect()
    }
}
