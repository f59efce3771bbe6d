//! The log of everything accepted: leaves, tree nodes and signed checkpoints. Hashing is the server's; the store keeps.

use std::collections::HashMap;

use async_trait::async_trait;
use proviso_model::Timestamp;

use crate::audit::AuditEntry;
use crate::error::Result;

/// What a leaf stands for; the first byte of its 33.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafKind {
    /// A record's hash.
    Record,
    /// A completed audit entry's hash.
    Audit,
    /// A decision's hash.
    Decision,
}

impl LeafKind {
    /// The byte.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Record => 1,
            Self::Audit => 2,
            Self::Decision => 3,
        }
    }

    /// Reads the byte back.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        [Self::Record, Self::Audit, Self::Decision].into_iter().find(|kind| kind.byte() == byte)
    }

    /// The 33 bytes of a leaf.
    #[must_use]
    pub fn leaf(self, hash: &[u8; 32]) -> [u8; 33] {
        let mut leaf = [0; 33];
        for (to, from) in leaf.iter_mut().zip(std::iter::once(&self.byte()).chain(hash)) {
            *to = *from;
        }
        leaf
    }
}

/// A node of the tree: level (0 is leaves), index within it, hash.
pub type Node = (u32, u64, [u8; 32]);

/// Hashing and signing that must happen inside a transaction. The server implements it over the ledger.
pub trait LogHasher: Send + Sync + 'static {
    /// The nodes that become complete when `leaf` is appended to a tree of `size` leaves. `node` gives complete nodes
    /// of the right edge.
    fn tree_append(&self, size: u64, leaf: &[u8], node: &dyn Fn(u32, u64) -> Option<[u8; 32]>) -> Vec<Node>;

    /// A signed checkpoint of a tree of `size` leaves.
    fn checkpoint(
        &self,
        size: u64,
        at: Timestamp,
        node: &dyn Fn(u32, u64) -> Option<[u8; 32]>,
    ) -> Option<String>;

    /// The hash that chains an audit entry to the one before it.
    fn audit_hash(&self, seq: u64, previous: &[u8; 32], entry: &AuditEntry) -> [u8; 32];

    /// The hash of an audit entry together with how it ended.
    fn audit_completed_hash(&self, hash: &[u8; 32], outcome: &str, at: Timestamp) -> [u8; 32];
}

/// A signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointRow {
    /// Leaves that it covers.
    pub size: u64,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// The signed note.
    pub note: String,
}

/// Verbs on the log.
#[async_trait]
pub trait LogStore {
    /// Leaves in the log.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn log_size(&self) -> Result<u64>;

    /// Leaves from `first` on, in order: place, what it stands for, hash of that; at most `limit`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn log_leaves(&self, first: u64, limit: u32) -> Result<Vec<(u64, LeafKind, [u8; 32])>>;

    /// Those of the asked nodes (level, index) that are complete.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn log_nodes(&self, wanted: &[(u32, u64)]) -> Result<HashMap<(u32, u64), [u8; 32]>>;

    /// Signs and keeps a checkpoint of the log as it is now; the newest again when nothing was added since.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn checkpoint_add(&self, at: Timestamp) -> Result<Option<CheckpointRow>>;

    /// The newest checkpoint.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn checkpoint_last(&self) -> Result<Option<CheckpointRow>>;

    /// Checkpoints of at least `size` leaves, in order of size, at most `limit`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn checkpoint_list(&self, size: u64, limit: u32) -> Result<Vec<CheckpointRow>>;

    /// Notes that somebody was given the checkpoint of so many leaves.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn checkpoint_given_add(&self, size: u64, at: Timestamp) -> Result<()>;

    /// Sizes whose checkpoint somebody was given, the latest given first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn checkpoint_given_list(&self) -> Result<Vec<u64>>;
}
