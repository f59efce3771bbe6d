//! What a person must notify, and what came of it.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DutyId};

use crate::error::Result;
use crate::words::words;

words! {
    /// What has to be notified.
    DutyKind {
        /// A device.
        Device = "device",
        /// A name or an account that is used.
        Account = "account",
        /// Where the person lives or stays.
        Address = "address",
        /// A relationship, or a household with children.
        Relationship = "relationship",
        /// A journey.
        Travel = "travel",
        /// Something else that the order or the law names.
        Other = "other",
    }
}

/// A version of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyRow {
    /// Id of the entry.
    pub id: DutyId,
    /// Its version, from 1; the last one stands.
    pub version: u32,
    /// The case.
    pub case: CaseId,
    /// What has to be notified.
    pub kind: DutyKind,
    /// By which day.
    pub due_on: Option<String>,
    /// On which day the person did.
    pub notified_on: Option<String>,
    /// On which day an officer checked it.
    pub checked_on: Option<String>,
    /// Whether it was entered by mistake.
    pub withdrawn: bool,
    /// When this version was entered.
    pub entered_at: Timestamp,
    /// By whom, as in the log.
    pub entered_by: String,
    /// What it is about, with the officer's note, sealed.
    pub sealed: Vec<u8>,
}

/// Verbs on it.
#[async_trait]
pub trait DutyStore {
    /// Adds a version.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] where that version is there already: somebody was quicker.
    async fn duty_add(&self, row: &DutyRow) -> Result<()>;

    /// Every version of every entry of a case, in the order in which they were entered.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn duty_list(&self, case: CaseId) -> Result<Vec<DutyRow>>;
}
