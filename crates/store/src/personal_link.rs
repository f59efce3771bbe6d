//! Links to a supervised person's own page, for places where no device of theirs can show it.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, PersonalLinkId};

use crate::error::Result;

/// A link, and the visit that it may be used for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalLinkRow {
    /// Id.
    pub id: PersonalLinkId,
    /// Whose page it opens.
    pub case: CaseId,
    /// Hash of the secret in its address.
    pub token_hash: [u8; 32],
    /// Keyed hash of the code that is asked for.
    pub code_hash: [u8; 32],
    /// When it was made.
    pub made_at: Timestamp,
    /// By whom, as in the log.
    pub made_by: String,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// Wrong codes that are left before it ends for good.
    pub tries_left: u32,
    /// When the page was last opened with it.
    pub opened_at: Option<Timestamp>,
    /// How often it was.
    pub opened: u64,
    /// When it ended before its time, and by whom, as in the log.
    pub ended: Option<(Timestamp, String)>,
}

/// Verbs on these links.
#[async_trait]
pub trait PersonalLinkStore {
    /// Keeps a link; one of the same case that still works ends with it.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn personal_link_add(&self, row: &PersonalLinkRow) -> Result<()>;

    /// The links of a case, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn personal_link_list(&self, case: CaseId) -> Result<Vec<PersonalLinkRow>>;

    /// The link with that token.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn personal_link_by_token(&self, token_hash: &[u8; 32]) -> Result<Option<PersonalLinkRow>>;

    /// Takes one try off, before a code is looked at; whether there was one left.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn personal_link_try(&self, id: PersonalLinkId) -> Result<bool>;

    /// Begins a visit after the right code: gives all `tries` back, and ends a visit that was under way.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] for a link that has ended.
    async fn personal_link_enter(
        &self,
        id: PersonalLinkId,
        tries: u32,
        visit: &[u8; 32],
        from: Timestamp,
        until: Timestamp,
    ) -> Result<()>;

    /// The link of a visit that is under way at `now`. The caller looks whether the link still works.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn personal_link_by_visit(
        &self,
        visit: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<PersonalLinkRow>>;

    /// Ends a visit; nothing where there is none.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn personal_link_leave(&self, visit: &[u8; 32]) -> Result<()>;

    /// Ends a link and its visit.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] for one that has ended.
    async fn personal_link_end(&self, id: PersonalLinkId, at: Timestamp, by: &str) -> Result<()>;
}
