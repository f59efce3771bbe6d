//! The shield list of a case: contacts that are never captured.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, ShieldId};

use crate::device::PolicyRow;
use crate::error::Result;

/// A contact on the shield list, or one that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShieldRow {
    /// Id.
    pub id: ShieldId,
    /// The case.
    pub case: CaseId,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// Who entered it, as in the log.
    pub entered_by: String,
    /// The contact and the reason, sealed.
    pub sealed: Vec<u8>,
    /// When it was taken off; `None` while it stands.
    pub ended: Option<ShieldEnd>,
}

/// That a contact was taken off the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShieldEnd {
    /// When.
    pub at: Timestamp,
    /// By whom, as in the log.
    pub by: String,
    /// The reason, sealed.
    pub sealed: Vec<u8>,
}

/// Verbs on shield lists.
#[async_trait]
pub trait ShieldStore {
    /// Adds a contact, with the policies that follow.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when a policy's serial does not rise; then nothing was added.
    async fn shield_add(&self, row: &ShieldRow, policies: &[PolicyRow]) -> Result<()>;

    /// Takes a contact off, with the policies that follow.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it was off already, or a policy's serial does not rise; then nothing was changed.
    async fn shield_end(&self, id: ShieldId, end: &ShieldEnd, policies: &[PolicyRow]) -> Result<()>;

    /// Every contact of a case, those taken off included, in the order in which they were entered.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn shield_list(&self, case: CaseId) -> Result<Vec<ShieldRow>>;
}
