//! A force's own lists of words.

use async_trait::async_trait;
use proviso_model::{Digest, Timestamp};

use crate::device::PolicyRow;
use crate::error::Result;

/// One version of a pack. Records go on naming it when it is retired, so it is never removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackRow {
    /// Name.
    pub name: String,
    /// Rises by one with every import under this name.
    pub version: u32,
    /// Category of its terms.
    pub category: String,
    /// How many terms it holds.
    pub terms: u64,
    /// SHA-256 of its text.
    pub sha256: Digest,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
    /// Signature of the pack key over its text.
    pub signature: [u8; 64],
    /// Its text, sealed under the master key.
    pub sealed: Vec<u8>,
}

/// Verbs on packs.
#[async_trait]
pub trait PackStore {
    /// Takes a pack into use, retires the version in use before, and adds the policies made with it, all or nothing.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when its version is not one above the highest of its name, or a policy's serial is not
    /// above that of its device.
    async fn pack_add(&self, pack: &PackRow, policies: &[PolicyRow]) -> Result<()>;

    /// Retires the version in use and adds the policies made without it, all or nothing.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] when no version is in use.
    async fn pack_retire(&self, name: &str, at: Timestamp, policies: &[PolicyRow]) -> Result<()>;

    /// Every version of every pack, by name and version.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn pack_list(&self) -> Result<Vec<PackRow>>;
}
