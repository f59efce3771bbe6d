//! Digital specialists and disclosure officers in the cases that they were let into.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseGuestId, CaseId, OfficerId};

use crate::error::Result;

/// That somebody who works on no case of their own sees one for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseGuestRow {
    /// Id.
    pub id: CaseGuestId,
    /// The case.
    pub case: CaseId,
    /// Who.
    pub officer: OfficerId,
    /// Until when.
    pub until: Timestamp,
    /// When it was entered.
    pub made_at: Timestamp,
    /// By whom, as in the audit log.
    pub made_by: String,
    /// The reason, sealed.
    pub sealed: Vec<u8>,
    /// When somebody ended it before its time.
    pub ended_at: Option<Timestamp>,
}

/// Verbs on those who are let into cases.
#[async_trait]
pub trait CaseGuestStore {
    /// Lets somebody in.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn case_guest_add(&self, row: &CaseGuestRow) -> Result<()>;

    /// Ends it now.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it has ended already, or there is none.
    async fn case_guest_end(&self, id: CaseGuestId, at: Timestamp) -> Result<()>;

    /// Those that stand at `at`, of one officer or of all, by the time at which they end.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn case_guest_list(&self, officer: Option<OfficerId>, at: Timestamp) -> Result<Vec<CaseGuestRow>>;
}
