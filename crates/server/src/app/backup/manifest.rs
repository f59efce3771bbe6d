//! What a backup says of itself.

use std::path::Path;

pub use proviso_evidence::format::FileEntry;
use proviso_model::hash::Digest;
use proviso_model::ids::{BackupId, DeviceId, ForceId};
use proviso_model::{Timestamp, limits};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{BackupError, Result};

/// Name of the manifest of a backup of database and blobs.
pub const MANIFEST: &str = "manifest.json";
/// Name of the manifest of a key backup.
pub const KEYS_MANIFEST: &str = "keys-manifest.json";
/// Version of both formats.
pub(super) const FORMAT: u32 = 1;

/// How far a backup holds the record of a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DevicePosition {
    /// The device.
    pub device: DeviceId,
    /// Epoch of its chain.
    pub epoch: u32,
    /// The highest number held.
    pub seq: u64,
    /// Hash of that record.
    pub record: Digest,
}

/// The manifest of a backup of database and blobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The backup.
    pub id: BackupId,
    /// Whose it is.
    pub force: ForceId,
    /// Its name, for people.
    pub force_name: String,
    /// When it was begun; what came later is not in it.
    pub made_at: Timestamp,
    /// Schema of the database.
    pub schema: i64,
    /// The newest checkpoint of the log (signed note).
    pub checkpoint: Option<String>,
    /// How far each device's record goes.
    pub devices: Vec<DevicePosition>,
    /// Every file but this one.
    pub files: Vec<FileEntry>,
}

/// The manifest of a key backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeysManifest {
    /// [`FORMAT`].
    pub format: u32,
    /// Whose keys.
    pub force: ForceId,
    /// When they were copied.
    pub made_at: Timestamp,
    /// From then on it is refused.
    pub lapses_at: Timestamp,
    /// Every file but this one.
    pub files: Vec<FileEntry>,
}

/// Reads a manifest.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let bytes = std::fs::read(path).map_err(|error| BackupError::File { path: path.to_owned(), error })?;
    let fault = |why: String| BackupError::Manifest { path: path.to_owned(), why };
    if bytes.len() as u64 > limits::BUNDLE_FILE_BYTES_MAX {
        return Err(fault("it is too long".to_owned()));
    }
    serde_json::from_slice(&bytes).map_err(|error| fault(error.to_string()))
}
