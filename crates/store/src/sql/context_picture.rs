//! Pictures of the windows in which findings were raised.

use async_trait::async_trait;
use proviso_model::ids::{CaseId, DeviceId};

use super::rows::{blob, bytes, time};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::context_picture::{ContextPictureRow, ContextPictureStore};
use crate::error::Result;

fn context_picture(row: &EngineRow) -> Result<ContextPictureRow> {
    Ok(ContextPictureRow {
        record: bytes(row, "record")?,
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        device: DeviceId::from_bytes(bytes(row, "device")?),
        finding: bytes(row, "finding")?,
        observed_at: time(row, "observed_at")?,
        sealed: blob(row, "sealed")?,
    })
}

/// Keeps what a device said.
pub(super) async fn insert(connection: &mut EngineConnection, row: ContextPictureRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO context_picture (record, case_id, device, finding, observed_at, sealed) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (record) DO NOTHING",
    )
    .bind(row.record.to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.device.as_bytes().to_vec())
    .bind(row.finding.to_vec())
    .bind(row.observed_at.as_micros())
    .bind(row.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl ContextPictureStore for EngineStore {
    async fn context_pictures_of(&self, finding: &[u8; 32]) -> Result<Vec<ContextPictureRow>> {
        let rows =
            sqlx::query("SELECT * FROM context_picture WHERE finding = $1 ORDER BY observed_at, record")
                .bind(finding.to_vec())
                .fetch_all(&self.readers)
                .await?;
        rows.iter().map(context_picture).collect()
    }

    async fn context_picture_links(&self, case: CaseId) -> Result<Vec<([u8; 32], [u8; 32])>> {
        let rows =
            sqlx::query("SELECT record, finding FROM context_picture WHERE case_id = $1 ORDER BY record")
                .bind(case.as_bytes().to_vec())
                .fetch_all(&self.readers)
                .await?;
        rows.iter().map(|row| Ok((bytes(row, "record")?, bytes(row, "finding")?))).collect()
    }
}
