//! A force's own lists of sites.

use async_trait::async_trait;
use proviso_model::{Digest, Timestamp};

use crate::device::PolicyRow;
use crate::error::Result;

/// One version of a list of sites. Records go on naming it when it is retired, so it is never removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteListRow {
    /// Name.
    pub name: String,
    /// Rises by one with every import under this name.
    pub version: u32,
    /// The category that the force gave it.
    pub category: String,
    /// How many entries it holds.
    pub entries: u64,
    /// Bytes of its compact form, which lies in the blob folder.
    pub bytes: u64,
    /// SHA-256 of those bytes.
    pub sha256: Digest,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
    /// Signature of the pack key over what the force says of it.
    pub signature: [u8; 64],
    /// What the force says of it, sealed under the master key.
    pub sealed: Vec<u8>,
}

/// Verbs on lists of sites.
#[async_trait]
pub trait SiteListStore {
    /// Takes a list into use, retires the version in use before, and adds the policies made with it, all or nothing.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when its version is not one above the highest of its name, or a policy's serial is not
    /// above that of its device.
    async fn site_list_add(&self, list: &SiteListRow, policies: &[PolicyRow]) -> Result<()>;

    /// Retires the version in use and adds the policies made without it, all or nothing.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] when no version is in use.
    async fn site_list_retire(&self, name: &str, at: Timestamp, policies: &[PolicyRow]) -> Result<()>;

    /// Every version of every list, by name and version.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn site_list_list(&self) -> Result<Vec<SiteListRow>>;
}
