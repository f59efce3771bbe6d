//! Backups, and putting one back. A backup of database and blobs holds no key; keys are backed up apart and their backup
//! lapses, so that what was destroyed cannot come back from an old copy. For administrators: `docs/backup.md`.

mod check;
mod folder;
mod keys;
mod manifest;
mod restore;
mod restored;
mod take;

use std::path::PathBuf;

use proviso_model::Timestamp;
use proviso_store::{CopyError, StoreError};

use crate::blobs::BlobsError;
use crate::config::ConfigError;
use crate::keys::KeyError;

pub use check::{Checked, check, count};
pub use keys::{check_keys, prune, take_keys};
pub use manifest::{DevicePosition, FileEntry, KEYS_MANIFEST, KeysManifest, MANIFEST, Manifest};
pub use restore::{Plan, restore};
pub(crate) use restored::log_restored;
pub use restored::{RESTORED_FILE, Restored};
pub use take::take;

/// Name of the database within a backup.
pub const DATABASE: &str = "proviso.db";
/// Folder of the blobs within a backup.
pub const BLOBS: &str = "blobs";

/// Why a backup was not made, not believed or not put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// A file could not be read or written.
    #[error("{path}: {error}; check the disk and who may write there")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The folder to write to is not empty.
    #[error("{0} is not empty; nothing is ever written over: choose a new folder")]
    NotEmpty(PathBuf),
    /// A manifest cannot be read.
    #[error("{path} is not the manifest of a backup that this program can read: {why}")]
    Manifest {
        /// Which.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// The folder is not what its manifest says.
    #[error("{0}; do not rely on this backup: use another one, or make a new one now")]
    NotWhole(String),
    /// A backup of another force, or keys that belong to another backup.
    #[error("{0}")]
    Stranger(String),
    /// A key backup beyond its date.
    #[error(
        "this key backup lapsed on {lapses_at} and is not used: what was destroyed since could come back with it. \
         Use a newer one, and remove this one with `proviso-server admin backup-prune`"
    )]
    Lapsed {
        /// When.
        lapses_at: Timestamp,
    },
    /// There is no such destruction journal.
    #[error("{0} is not there; without the journal what was destroyed could come back")]
    NoJournal(PathBuf),
    /// A restore that did not come to its end.
    #[error(
        "{0} holds a restore that did not come to its end; remove the folder and run `admin restore` again"
    )]
    Unfinished(PathBuf),
    /// Blobs.
    #[error("the blobs could not be read: {0}")]
    Blobs(#[from] object_store::Error),
    /// Blobs that are put back.
    #[error(transparent)]
    BlobsBack(#[from] BlobsError),
    /// Record keys are rows there, which nobody puts back by hand.
    #[error("on PostgreSQL a backup is put back together with its key backup: give --keys too")]
    KeysToo,
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The databases of the settings are not empty, or do not take it.
    #[error("the backup could not be put into the databases of the settings")]
    Into(#[from] CopyError),
    /// Keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(crate) type Result<T> = std::result::Result<T, BackupError>;
