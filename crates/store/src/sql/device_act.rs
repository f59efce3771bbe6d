//! Dated acts on devices.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::ids::{CaseId, DeviceActId, DeviceId};

use super::device::policies_append;
use super::rows::{blob, bytes, number, parsed, text, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::device::PolicyRow;
use crate::device_act::{DeviceActRow, DeviceActStore};
use crate::error::{Result, StoreError};

pub(super) fn device_act(row: &EngineRow) -> Result<DeviceActRow> {
    Ok(DeviceActRow {
        id: DeviceActId::from_bytes(bytes(row, "id")?),
        version: number(row, "version")?,
        device: DeviceId::from_bytes(bytes(row, "device")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        act: DeviceAct {
            kind: parsed(row, "kind", DeviceActKind::parse)?,
            from: time(row, "from_at")?,
            until: time_maybe(row, "until_at")?,
        },
        withdrawn: number::<u8>(row, "withdrawn")? != 0,
        entered_at: time(row, "entered_at")?,
        entered_by: text(row, "entered_by")?,
        sealed: blob(row, "sealed")?,
    })
}

/// Adds a version of an act.
pub(super) async fn insert(connection: &mut EngineConnection, row: DeviceActRow) -> Result<()> {
    let done = sqlx::query(
        "INSERT INTO device_act (id, version, device, case_id, kind, from_at, until_at, withdrawn, entered_at, entered_by,
                                 sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT DO NOTHING",
    )
    .bind(row.id.as_bytes().to_vec())
    .bind(i64::from(row.version))
    .bind(row.device.as_bytes().to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.act.kind.as_str())
    .bind(row.act.from.as_micros())
    .bind(row.act.until.map(Timestamp::as_micros))
    .bind(i64::from(row.withdrawn))
    .bind(row.entered_at.as_micros())
    .bind(row.entered_by)
    .bind(row.sealed)
    .execute(connection)
    .await?;
    match done.rows_affected() {
        0 => Err(StoreError::Conflict("somebody has changed this entry meanwhile; read it again first")),
        _ => Ok(()),
    }
}

#[async_trait]
impl DeviceActStore for EngineStore {
    async fn device_act_add(&self, rows: &[DeviceActRow], policies: &[PolicyRow]) -> Result<()> {
        let (rows, policies) = (rows.to_vec(), policies.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                for row in rows {
                    insert(connection, row).await?;
                }
                policies_append(connection, policies).await
            })
        })
        .await
    }

    async fn device_act_list(&self, case: CaseId) -> Result<Vec<DeviceActRow>> {
        let rows = sqlx::query(
            "SELECT * FROM device_act WHERE case_id = $1 ORDER BY entered_at, id, version, device",
        )
        .bind(case.as_bytes().to_vec())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(device_act).collect()
    }
}
