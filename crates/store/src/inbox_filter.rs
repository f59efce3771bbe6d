//! Filters of the inbox that officers saved, and how they like it. A filter is words of a small language, and never a name.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::OfficerId;

use crate::error::Result;

/// A saved filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxFilterRow {
    /// Whose.
    pub officer: OfficerId,
    /// Its words.
    pub query: String,
    /// Whether officers of the same role see it too.
    pub shared: bool,
    /// When it was saved.
    pub made_at: Timestamp,
}

/// Verbs on saved filters.
#[async_trait]
pub trait InboxFilterStore {
    /// An officer's own, and those that officers of the same role share, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn inbox_filter_list(&self, officer: OfficerId) -> Result<Vec<InboxFilterRow>>;

    /// Saves one, or changes whether it is shared.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn inbox_filter_set(&self, row: &InboxFilterRow) -> Result<()>;

    /// Forgets one.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] when the officer has none such.
    async fn inbox_filter_remove(&self, officer: OfficerId, query: &str) -> Result<()>;

    /// Whether single keys do something in the inbox of an officer.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn inbox_single_keys(&self, officer: OfficerId) -> Result<bool>;

    /// Says whether they do.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn inbox_single_keys_set(&self, officer: OfficerId, on: bool) -> Result<()>;
}
