//! Backups of the database, and what a device may delete on their strength.

use std::path::Path;

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{BackupId, DeviceId, RestoreId};

use crate::error::Result;

/// The last record of a device and epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The device.
    pub device: DeviceId,
    /// The epoch of its chain.
    pub epoch: u32,
    /// The highest number held.
    pub seq: u64,
    /// The hash of that record.
    pub hash: [u8; 32],
}

/// A backup whose every byte was compared with its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedBackup {
    /// Its id.
    pub id: BackupId,
    /// When it was made.
    pub made_at: Timestamp,
    /// When it was checked.
    pub checked_at: Timestamp,
    /// Where the record of each device ends in it.
    pub positions: Vec<Position>,
}

/// That this database was put back from a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestoredRow {
    /// Id of the restore.
    pub id: RestoreId,
    /// The backup.
    pub backup: BackupId,
    /// When it was made: what came later is not in it.
    pub backup_made_at: Timestamp,
    /// When it was put back.
    pub restored_at: Timestamp,
}

/// Verbs on backups.
#[async_trait]
pub trait BackupStore {
    /// Writes a consistent copy of the database to a new file, while others go on reading and writing.
    ///
    /// # Errors
    /// [`crate::StoreError`], also when the file exists.
    async fn backup_write(&self, to: &Path) -> Result<()>;

    /// Writes a consistent copy of the file of record keys to a new file.
    ///
    /// # Errors
    /// [`crate::StoreError`], also when the file exists.
    async fn record_keys_write(&self, to: &Path) -> Result<()>;

    /// Notes a backup that was checked. What it holds counts only where this database holds the same record: a backup of
    /// another line of the log, made before a restore, says nothing about this one. Gives the number of devices counted.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn backup_checked(&self, backup: &CheckedBackup) -> Result<u64>;

    /// The highest record of a device and epoch that the newest checked backup holds.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn backed_up_seq(&self, device: DeviceId, epoch: u32) -> Result<Option<u64>>;

    /// Notes that this database was put back from a backup; `false` when that is noted already.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn restored_add(&self, restored: &RestoredRow) -> Result<bool>;
}
