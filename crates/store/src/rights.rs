//! What people ask of the force about the data that it holds of them.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, OfficerId, RightsRequestId};

use crate::error::Result;
use crate::words::words;

words! {
    /// What is asked.
    RightsKind {
        /// To see what is held.
        Access = "access",
        /// To correct it.
        Rectification = "rectification",
        /// To erase it.
        Erasure = "erasure",
        /// A complaint about an alert, or about how data are handled.
        Complaint = "complaint",
        /// That the device or the order is not the person's: the wrong one was enrolled.
        WrongPerson = "wrong-person",
    }
}

words! {
    /// What was done about it.
    RightsActKind {
        /// An officer took it over, or was given it.
        Owner = "owner",
        /// The time for the answer was extended.
        Extend = "extend",
        /// It was answered.
        Answer = "answer",
        /// It was refused, in part or whole.
        Refuse = "refuse",
        /// Whoever asked took it back.
        Withdraw = "withdraw",
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightsRequestRow {
    /// Id.
    pub id: RightsRequestId,
    /// The case.
    pub case: CaseId,
    /// What is asked.
    pub kind: RightsKind,
    /// The day on which it was received, as 2026-11-24.
    pub received_on: String,
    /// The day on which an answer is due, as long as it was not extended.
    pub due_on: String,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// By whom, as in the log.
    pub entered_by: String,
    /// The record in which it was made on the device; `None` for every other.
    pub record: Option<[u8; 32]>,
    /// What is asked, in words, sealed; where it came in a record, as what is made of that record.
    pub sealed: Vec<u8>,
}

/// Something that was done about a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightsActRow {
    /// The request.
    pub request: RightsRequestId,
    /// From 1, rising.
    pub position: u32,
    /// What.
    pub kind: RightsActKind,
    /// When.
    pub at: Timestamp,
    /// By whom, as in the log.
    pub by: String,
    /// The new owner.
    pub officer: Option<OfficerId>,
    /// The day on which an answer is due from now on.
    pub due_on: Option<String>,
    /// The reason, or the reply, sealed.
    pub sealed: Vec<u8>,
}

/// Verbs on requests.
#[async_trait]
pub trait RightsStore {
    /// Adds a request.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn rights_add(&self, row: &RightsRequestRow) -> Result<()>;

    /// Adds what was done about one.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when something else was done about it meanwhile: the position is taken.
    async fn rights_act_add(&self, row: &RightsActRow) -> Result<()>;

    /// Requests of a case, or of all, oldest first, each with what was done about it, in order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn rights_list(&self, case: Option<CaseId>) -> Result<Vec<(RightsRequestRow, Vec<RightsActRow>)>>;
}
