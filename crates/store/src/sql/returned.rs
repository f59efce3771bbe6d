//! Policies and devices that come back after a restore.

use async_trait::async_trait;
use proviso_model::Timestamp;

use super::device::device_insert;
use super::rows::int;
use super::{EngineConnection, EngineStore};
use crate::device::{DeviceRow, PolicyRow};
use crate::error::{Result, StoreError};
use crate::returned::ReturnedStore;

async fn keep(connection: &mut EngineConnection, policy: PolicyRow, at: Timestamp) -> Result<bool> {
    let done = sqlx::query(
        "INSERT INTO policy_returned (hash, device, serial, issued_at, expires_at, engine_semantics, signature, sealed,
                                      returned_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9 WHERE NOT EXISTS (SELECT 1 FROM policy WHERE hash = $1)
         ON CONFLICT (hash) DO NOTHING",
    )
    .bind(policy.hash.0.to_vec())
    .bind(policy.device.as_bytes().to_vec())
    .bind(int(policy.serial)?)
    .bind(policy.issued_at.as_micros())
    .bind(policy.expires_at.as_micros())
    .bind(i64::from(policy.engine_semantics))
    .bind(policy.signature.to_vec())
    .bind(policy.sealed)
    .bind(at.as_micros())
    .execute(connection)
    .await?;
    Ok(done.rows_affected() > 0)
}

#[async_trait]
impl ReturnedStore for EngineStore {
    async fn policy_return(&self, policy: &PolicyRow, at: Timestamp) -> Result<bool> {
        let policy = policy.clone();
        self.write(move |connection| Box::pin(keep(connection, policy, at))).await
    }

    async fn device_return(&self, device: &DeviceRow, policy: &PolicyRow, at: Timestamp) -> Result<()> {
        let (device, policy) = (device.clone(), policy.clone());
        self.write(move |connection| {
            Box::pin(async move {
                let known: i64 = sqlx::query_scalar("SELECT count(*) FROM device WHERE id = $1")
                    .bind(device.id.as_bytes().to_vec())
                    .fetch_one(&mut *connection)
                    .await?;
                if known > 0 {
                    return Err(StoreError::Conflict("this device is known"));
                }
                device_insert(connection, device).await?;
                keep(connection, policy, at).await.map(drop)
            })
        })
        .await
    }
}
