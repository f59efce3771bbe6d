//! Destroying single records and whole cases, and the hold that forbids it.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::CaseId;

use crate::error::Result;

/// Bytes at the beginning of a sealed body that open it beside the case's key (the encapsulated key of sealing suite 1);
/// they are kept apart from the body.
pub const RECORD_KEY_BYTES: usize = 1_120;

/// The key that begins a sealed body, and the rest.
pub(crate) fn split_body(body: &[u8]) -> (&[u8], &[u8]) {
    body.split_at(body.len().min(RECORD_KEY_BYTES))
}

/// What is destroyed, and what stays to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destruction {
    /// Hashes of the records.
    pub records: Vec<[u8; 32]>,
    /// When.
    pub at: Timestamp,
    /// One clear word for the reason, such as `court-order`; never words about the person.
    pub why: String,
    /// Id of the certificate that says so.
    pub certificate: [u8; 16],
}

/// That nothing of a case may be destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalHold {
    /// Since when.
    pub since: Timestamp,
    /// Under which reference; no words about the person.
    pub reference: String,
}

/// Verbs on destruction.
#[async_trait]
pub trait DestructionStore {
    /// The key of a record, apart from its body; `None` when it was destroyed or never held.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn record_key(&self, hash: &[u8; 32]) -> Result<Option<Vec<u8>>>;

    /// Destroys the keys and bodies of records and what was made of them. Headers, signatures, leaves and clear columns
    /// stay. Doing it again, or for records not held (yet), changes nothing that is there and keeps their keys out.
    ///
    /// # Errors
    /// [`crate::StoreError`]; done again it goes on where it stopped.
    async fn record_destroy(&self, what: &Destruction) -> Result<()>;

    /// Destroys every record of a case and every sealed column of it, refuses its devices from then on, and closes it.
    ///
    /// # Errors
    /// [`crate::StoreError`]; done again it goes on where it stopped.
    async fn case_destroy(&self, case: CaseId, what: &Destruction) -> Result<()>;

    /// Since when nothing of the case may be destroyed, and under which reference.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn legal_hold(&self, case: CaseId) -> Result<Option<LegalHold>>;

    /// Begins a hold under a reference, or ends the one there is. Beginning one that is there, or ending none, changes nothing.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn legal_hold_set(&self, case: CaseId, hold: Option<&str>, at: Timestamp) -> Result<()>;
}
