//! A force's sets of hashes of known pictures.

use async_trait::async_trait;
use proviso_model::{Digest, Timestamp};

use crate::device::PolicyRow;
use crate::error::Result;

/// One version of a hash set. Records go on naming it when it is retired, so it is never removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HashSetRow {
    /// Name.
    pub name: String,
    /// Rises by one with every import under this name.
    pub version: u32,
    /// How many entries of its list were taken.
    pub entries: u64,
    /// Bytes of its file.
    pub bytes: u64,
    /// SHA-256 of that file, and its name in the blob folder.
    pub sha256: Digest,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
    /// Signature of the pack key over what the force says of it.
    pub signature: [u8; 64],
    /// What the force says of it, sealed under the master key.
    pub sealed: Vec<u8>,
    /// The key that devices' questions are made with, sealed under the master key.
    pub sealed_key: Vec<u8>,
}

/// Verbs on hash sets.
#[async_trait]
pub trait HashSetStore {
    /// Takes a set into use, retires the version in use before, and adds the policies made with it, all or nothing.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when its version is not one above the highest of its name, or a policy's serial is not
    /// above that of its device.
    async fn hash_set_add(&self, set: &HashSetRow, policies: &[PolicyRow]) -> Result<()>;

    /// Retires the version in use and adds the policies made without it, all or nothing.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] when no version is in use.
    async fn hash_set_retire(&self, name: &str, at: Timestamp, policies: &[PolicyRow]) -> Result<()>;

    /// Every version of every set, by name and version.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn hash_set_list(&self) -> Result<Vec<HashSetRow>>;
}
