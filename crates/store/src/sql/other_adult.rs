//! Another adult's use of devices.

use async_trait::async_trait;
use proviso_model::ids::{CaseId, DeviceId, OtherAdultId};
use proviso_model::{Digest, OtherAdult};

use super::device::policies_append;
use super::rows::{blob, bytes, number, text, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::caseload::CaseloadStore as _;
use crate::device::PolicyRow;
use crate::error::{Result, StoreError};
use crate::other_adult::{OtherAdultRow, OtherAdultStore, OtherAdultToldRow, OtherAdultWithdrawn};
use crate::timeline::Stretch;

pub(super) fn other_adult(row: &EngineRow) -> Result<OtherAdultRow> {
    let withdrawn = match time_maybe(row, "withdrawn_at")? {
        Some(at) => {
            let (by, sealed) = (text(row, "withdrawn_by")?, blob(row, "withdrawn_sealed")?);
            Some(OtherAdultWithdrawn { at, by, sealed })
        }
        None => None,
    };
    Ok(OtherAdultRow {
        device: DeviceId::from_bytes(bytes(row, "device")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        terms: OtherAdult {
            id: OtherAdultId::from_bytes(bytes(row, "id")?),
            minutes_max: number(row, "minutes_max")?,
            sessions_per_day_max: number(row, "sessions_per_day_max")?,
            until: time(row, "until_at")?,
            code_hash: Digest(bytes(row, "code_hash")?),
            code_until: time(row, "code_until_at")?,
        },
        approved_at: time(row, "approved_at")?,
        approved_by: text(row, "approved_by")?,
        sealed: blob(row, "sealed")?,
        withdrawn,
    })
}

pub(super) fn told(row: &EngineRow) -> Result<OtherAdultToldRow> {
    Ok(OtherAdultToldRow {
        record: bytes(row, "record")?,
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        device: DeviceId::from_bytes(bytes(row, "device")?),
        from: time(row, "from_at")?,
        until: time(row, "until_at")?,
        sealed: blob(row, "sealed")?,
    })
}

/// Keeps what a device told.
pub(super) async fn told_insert(connection: &mut EngineConnection, row: OtherAdultToldRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO other_adult_told (record, case_id, device, from_at, until_at, sealed) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.record.to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.device.as_bytes().to_vec())
    .bind(row.from.as_micros())
    .bind(row.until.as_micros())
    .bind(row.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert(connection: &mut EngineConnection, row: OtherAdultRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO other_adult (id, device, case_id, minutes_max, sessions_per_day_max, until_at, code_hash, code_until_at,
                                 approved_at, approved_by, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(row.terms.id.as_bytes().to_vec())
    .bind(row.device.as_bytes().to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(i64::from(row.terms.minutes_max))
    .bind(i64::from(row.terms.sessions_per_day_max))
    .bind(row.terms.until.as_micros())
    .bind(row.terms.code_hash.0.to_vec())
    .bind(row.terms.code_until.as_micros())
    .bind(row.approved_at.as_micros())
    .bind(row.approved_by)
    .bind(row.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl OtherAdultStore for EngineStore {
    async fn other_adult_add(&self, row: &OtherAdultRow, policies: &[PolicyRow]) -> Result<()> {
        let (row, policies) = (row.clone(), policies.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                insert(connection, row).await?;
                policies_append(connection, policies).await
            })
        })
        .await
    }

    async fn other_adult_withdraw(
        &self,
        id: OtherAdultId,
        withdrawn: &OtherAdultWithdrawn,
        policies: &[PolicyRow],
    ) -> Result<()> {
        let (withdrawn, policies) = (withdrawn.clone(), policies.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE other_adult SET withdrawn_at = $2, withdrawn_by = $3, withdrawn_sealed = $4
                     WHERE id = $1 AND withdrawn_at IS NULL",
                )
                .bind(id.as_bytes().to_vec())
                .bind(withdrawn.at.as_micros())
                .bind(withdrawn.by)
                .bind(withdrawn.sealed)
                .execute(&mut *connection)
                .await?;
                if done.rows_affected() == 0 {
                    return Err(StoreError::Conflict("this approval was withdrawn already"));
                }
                policies_append(connection, policies).await
            })
        })
        .await
    }

    async fn other_adult_list(&self, case: CaseId) -> Result<Vec<OtherAdultRow>> {
        let rows = sqlx::query("SELECT * FROM other_adult WHERE case_id = $1 ORDER BY approved_at, id")
            .bind(case.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(other_adult).collect()
    }

    async fn other_adult_told_list(
        &self,
        device: DeviceId,
        stretch: Stretch,
    ) -> Result<Vec<OtherAdultToldRow>> {
        self.devices_other_adult_told(&[device], stretch).await
    }
}
