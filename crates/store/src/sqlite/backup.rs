//! Backups on SQLite: a copy of the live database, and a look into a copy without changing a byte of it.

use std::path::Path;

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::DeviceId;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};

use super::open::{SqliteOptions, restrict};
use super::record_keys::RecordKeys;
use super::rows::{bytes, int, number};
use super::{SqliteStore, device_notice, log};
use crate::backup::{BackupStore, CheckedBackup, Position, RestoredRow};
use crate::device_notice::{DeviceNoticeKind, NewDeviceNotice};
use crate::error::{Result, StoreError};
use crate::log::CheckpointRow;

/// The last record of every device and epoch.
const POSITIONS: &str = "SELECT r.device, r.epoch, r.seq, r.hash FROM record r JOIN
    (SELECT device, epoch, max(seq) AS seq FROM record GROUP BY device, epoch) last
    ON r.device = last.device AND r.epoch = last.epoch AND r.seq = last.seq ORDER BY r.device, r.epoch";

/// What a copy of the database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyFacts {
    /// Its schema.
    pub schema: i64,
    /// The newest checkpoint of its log.
    pub checkpoint: Option<CheckpointRow>,
    /// Where the record of each device ends.
    pub positions: Vec<Position>,
}

/// Looks into a copy of a database that nothing writes to. Nothing beside it is made, and no byte of it is changed.
///
/// # Errors
/// [`StoreError::Damaged`] when it is not whole, or what SQLite says.
pub async fn look_into(path: &Path) -> Result<CopyFacts> {
    let mut connection =
        SqliteConnectOptions::new().filename(path).read_only(true).immutable(true).connect().await?;
    let whole: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut connection).await?;
    if whole != "ok" {
        return Err(StoreError::Damaged(format!("{}: {whole}", path.display())));
    }
    let schema = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
        .fetch_one(&mut connection)
        .await?;
    let checkpoint = log::checkpoint_last(&mut connection).await?;
    Ok(CopyFacts { schema, checkpoint, positions: positions(&mut connection).await? })
}

/// How many records of a copied database have no row in a copied file of record keys. A row whose key was destroyed is one.
///
/// # Errors
/// As SQLite says.
pub async fn records_without_key(database: &Path, record_keys: &Path) -> Result<u64> {
    let mut connection =
        SqliteConnectOptions::new().filename(database).read_only(true).immutable(true).connect().await?;
    let escaped: String = record_keys
        .display()
        .to_string()
        .chars()
        .flat_map(|letter| match letter {
            '%' => "%25".chars().collect::<Vec<_>>(),
            '?' => "%3f".chars().collect(),
            '#' => "%23".chars().collect(),
            other => vec![other],
        })
        .collect();
    sqlx::query("ATTACH DATABASE $1 AS copied_keys")
        .bind(format!("file:{escaped}?mode=ro&immutable=1"))
        .execute(&mut connection)
        .await?;
    let row = sqlx::query(
        "SELECT count(*) AS missing FROM
         (SELECT hash FROM record WHERE destroyed_at IS NULL UNION SELECT hash FROM fork) held
         WHERE NOT EXISTS (SELECT 1 FROM copied_keys.record_key k WHERE k.hash = held.hash)",
    )
    .fetch_one(&mut connection)
    .await?;
    number(&row, "missing")
}

/// Destroys keys in a copied file of record keys that no server has opened yet.
///
/// # Errors
/// As SQLite says.
pub async fn destroy_copied_keys(path: &Path, records: &[[u8; 32]], at: Timestamp) -> Result<()> {
    let keys = RecordKeys::open(path, SqliteOptions::new(path).busy_timeout_ms).await?;
    keys.destroy(records, at.as_micros()).await?;
    keys.close().await;
    Ok(())
}

async fn positions(connection: &mut SqliteConnection) -> Result<Vec<Position>> {
    let rows = sqlx::query(POSITIONS).fetch_all(connection).await?;
    let position = |row| {
        Ok(Position {
            device: DeviceId::from_bytes(bytes(row, "device")?),
            epoch: number(row, "epoch")?,
            seq: number(row, "seq")?,
            hash: bytes(row, "hash")?,
        })
    };
    rows.iter().map(position).collect()
}

async fn note(connection: &mut SqliteConnection, backup: &CheckedBackup) -> Result<u64> {
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
async fn tell_of_restore(connection: &mut SqliteConnection, restored: RestoredRow) -> Result<()> {
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
impl BackupStore for SqliteStore {
    async fn backup_write(&self, to: &Path) -> Result<()> {
        // Readers may not write, not even to another file; and the one writer must not wait for a copy of everything.
        let mut connection = self.another_connection().await?;
        let place = to.display().to_string();
        sqlx::query("VACUUM main INTO $1").bind(place).execute(&mut connection).await?;
        restrict(to)
    }

    async fn record_keys_write(&self, to: &Path) -> Result<()> {
        // From the file's own connection: a copy of keys must hold nothing but keys.
        let options = SqliteConnectOptions::new().filename(&self.options.record_keys).read_only(true);
        let mut connection = options.connect().await?;
        sqlx::query("VACUUM INTO $1").bind(to.display().to_string()).execute(&mut connection).await?;
        restrict(to)
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
