//! Cases that another force handed over.

use async_trait::async_trait;
use proviso_model::ids::{CaseId, ForceId, TransferId};
use proviso_model::{Digest, Timestamp};

use crate::case::{CaseRow, OrderVersionRow};
use crate::error::Result;
use crate::late::OrderEndRow;
use crate::shield::ShieldRow;

/// A file with which another force handed a case over. What it holds lies among the blobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedRow {
    /// SHA-256 of the text that the other force signed.
    pub statement: Digest,
    /// The other force's number for this transfer.
    pub transfer: TransferId,
    /// The case here.
    pub case: CaseId,
    /// The other force.
    pub from_force: ForceId,
    /// Its number for the case.
    pub from_case: CaseId,
    /// When it made the file.
    pub made_at: Timestamp,
    /// When it was received here.
    pub received_at: Timestamp,
    /// Who entered it, as in the log.
    pub received_by: String,
    /// Bytes of the facts of the case.
    pub facts_bytes: u64,
    /// Bytes of the evidence bundle; 0 where there is none.
    pub bundle_bytes: u64,
    /// The signed text and the key to the records, sealed.
    pub sealed: Vec<u8>,
}

/// The case that a first file of it makes.
#[derive(Debug, Clone)]
pub struct ReceivedCase {
    /// The case.
    pub case: CaseRow,
    /// Every version of its order, oldest first.
    pub orders: Vec<OrderVersionRow>,
    /// What ended it, or a paragraph of it.
    pub ends: Vec<OrderEndRow>,
    /// Contacts that are never captured.
    pub shield: Vec<ShieldRow>,
}

/// Verbs on received cases.
#[async_trait]
pub trait ReceivedStore {
    /// Enters a file, with the case that it makes where it is the first of it: all of it or nothing.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] where the file was entered before, or, with `case`, another of the same case was.
    async fn received_add(&self, row: &ReceivedRow, case: Option<&ReceivedCase>) -> Result<()>;

    /// One by the hash of its signed text.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn received_get(&self, statement: &Digest) -> Result<Option<ReceivedRow>>;

    /// All of a case here, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn received_list(&self, case: CaseId) -> Result<Vec<ReceivedRow>>;

    /// All that is known of another force's case, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn received_of(&self, force: ForceId, case: CaseId) -> Result<Vec<ReceivedRow>>;
}
