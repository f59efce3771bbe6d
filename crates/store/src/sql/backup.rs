//! Backups that were checked, and that a database was put back from one. Making one is each engine's own.

use std::path::Path;

use async_trait::async_trait;
use proviso_model::ids::DeviceId;

use super::rows::{bytes, int, number};
use super::{EngineConnection, EngineStore, copies, device_notice};
use crate::backup::{BackupStore, CheckedBackup, RestoredRow};
use crate::device_notice::{DeviceNoticeKind, NewDeviceNotice};
use crate::error::Result;

async fn note(connection: &mut EngineConnection, backup: &CheckedBackup) -> Result<u64> {
    sqlx::query(
        "INSERT INTO backup_checked (id, made_at, checked_at) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET checked_at = excluded.checked_at",
    )
    .bind(backup.id.as_bytes().to_vec())
    .bind(backup.made_at.as_micros())
    .bind(backup.checked_at.as_micros())
    .execute(&mut *connection)
    .await?;
    let mut counted = 0;
    for position in &backup.positions {
        let done = sqlx::query(
            "INSERT INTO backup_position (backup, device, epoch, seq)
             SELECT $1, device, epoch, seq FROM record WHERE hash = $2 AND device = $3 AND epoch = $4 AND seq = $5
             ON CONFLICT (backup, device, epoch) DO UPDATE SET seq = excluded.seq",
        )
        .bind(backup.id.as_bytes().to_vec())
        .bind(position.hash.to_vec())
        .bind(position.device.as_bytes().to_vec())
        .bind(i64::from(position.epoch))
        .bind(int(position.seq)?)
        .execute(&mut *connection)
        .await?;
        counted += done.rows_affected();
    }
    Ok(counted)
}

/// Every device in use is ahead of the server now; its officer is told.
async fn tell_of_restore(connection: &mut EngineConnection, restored: RestoredRow) -> Result<()> {
    let rows =
        sqlx::query("SELECT id FROM device WHERE state = 'active'").fetch_all(&mut *connection).await?;
    let mut mark = [0; 32];
    mark.iter_mut().zip(restored.id.as_bytes()).for_each(|(to, from)| *to = *from);
    for row in &rows {
        let notice = NewDeviceNotice {
            device: DeviceId::from_bytes(bytes(row, "id")?),
            kind: DeviceNoticeKind::ServerRestored,
            at: restored.restored_at,
            epoch: None,
            seq: u64::try_from(restored.backup_made_at.as_micros()).ok(),
            mark,
        };
        device_notice::add(connection, notice).await?;
    }
    Ok(())
}

#[async_trait]
impl BackupStore for EngineStore {
    async fn backup_write(&self, to: &Path) -> Result<()> {
        copies::database(self, to).await
    }

    async fn record_keys_write(&self, to: &Path) -> Result<()> {
        copies::record_keys(self, to).await
    }

    async fn backup_checked(&self, backup: &CheckedBackup) -> Result<u64> {
        let backup = backup.clone();
        self.write(move |connection| Box::pin(async move { note(connection, &backup).await })).await
    }

    async fn backed_up_seq(&self, device: DeviceId, epoch: u32) -> Result<Option<u64>> {
        let row = sqlx::query(
            "SELECT seq FROM backup_position WHERE device = $1 AND epoch = $2
             AND backup = (SELECT id FROM backup_checked ORDER BY made_at DESC LIMIT 1)",
        )
        .bind(device.as_bytes().to_vec())
        .bind(i64::from(epoch))
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(|row| number(row, "seq")).transpose()
    }

    async fn restored_add(&self, restored: &RestoredRow) -> Result<bool> {
        let restored = *restored;
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO restored (id, backup, backup_made_at, restored_at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (id) DO NOTHING",
                )
                .bind(restored.id.as_bytes().to_vec())
                .bind(restored.backup.as_bytes().to_vec())
                .bind(restored.backup_made_at.as_micros())
                .bind(restored.restored_at.as_micros())
                .execute(&mut *connection)
                .await?;
                if done.rows_affected() == 0 {
                    return Ok(false);
                }
                tell_of_restore(connection, restored).await?;
                Ok(true)
            })
        })
        .await
    }
}
