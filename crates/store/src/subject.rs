//! Who at the force's OpenID Connect provider is which officer.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::OfficerId;

use crate::error::Result;

/// Verbs on links between officers and the provider's subjects.
#[async_trait]
pub trait SubjectStore {
    /// Links a subject, by its hash, to an officer.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it is linked already.
    async fn subject_link(&self, subject_hash: &[u8; 32], officer: OfficerId, at: Timestamp) -> Result<()>;

    /// The officer of a subject.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn subject_officer(&self, subject_hash: &[u8; 32]) -> Result<Option<OfficerId>>;

    /// Since when subjects are linked to an officer.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn subject_list(&self, officer: OfficerId) -> Result<Vec<Timestamp>>;

    /// Removes every link of an officer and ends their sessions. `false` when there was none.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn subject_unlink(&self, officer: OfficerId) -> Result<bool>;
}
