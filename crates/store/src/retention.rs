//! Decisions about how long a case is kept.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, RetentionId};

use crate::error::Result;
use crate::words::words;

words! {
    /// What was decided.
    RetentionKind {
        /// The case is kept until a day, and looked at again then.
        Keep = "keep",
        /// One officer proposes to destroy the case; another confirms it, or it is withdrawn.
        Destroy = "destroy",
        /// A legal hold begins.
        Hold = "hold",
        /// The legal hold ends.
        HoldEnd = "hold-end",
    }
}

words! {
    /// How a proposal ended.
    RetentionEndKind {
        /// Another officer confirmed it: the case was destroyed.
        Confirmed = "confirmed",
        /// It was withdrawn.
        Withdrawn = "withdrawn",
        /// Nobody confirmed it in time.
        Lapsed = "lapsed",
    }
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionRow {
    /// Id.
    pub id: RetentionId,
    /// The case.
    pub case: CaseId,
    /// What was decided.
    pub kind: RetentionKind,
    /// Until which day, as 2027-03-03.
    pub keep_until: Option<String>,
    /// Why it is to be destroyed, in one word.
    pub why: Option<String>,
    /// When.
    pub decided_at: Timestamp,
    /// By whom, as in the log.
    pub decided_by: String,
    /// The reason, sealed.
    pub sealed: Vec<u8>,
    /// How a proposal ended; `None` while it waits, and for what is no proposal.
    pub ended: Option<RetentionEnd>,
}

/// The end of a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetentionEnd {
    /// When.
    pub at: Timestamp,
    /// By whom, as in the log.
    pub by: String,
    /// How.
    pub how: RetentionEndKind,
    /// The reason, sealed; empty where none was given.
    pub sealed: Vec<u8>,
}

/// Verbs on retention.
#[async_trait]
pub trait RetentionStore {
    /// Adds a decision.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] for a proposal where another waits.
    async fn retention_add(&self, row: &RetentionRow) -> Result<()>;

    /// Ends a proposal.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it does not wait any more.
    async fn retention_end(&self, id: RetentionId, end: &RetentionEnd) -> Result<()>;

    /// The decisions about a case, or about all, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn retention_list(&self, case: Option<CaseId>) -> Result<Vec<RetentionRow>>;
}
