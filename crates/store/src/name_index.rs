//! Cases by keyed digests of the words of names. The store knows neither names nor the key.

use async_trait::async_trait;
use proviso_model::ids::{CaseId, OfficerId};

use crate::error::Result;

/// Bytes of a digest, cut short: enough that two words meet by chance once in a million forces.
pub const NAME_TOKEN_BYTES: usize = 8;

/// A keyed digest of a word of a name, or of its beginning.
pub type NameToken = [u8; NAME_TOKEN_BYTES];

/// Verbs on the index of names.
#[async_trait]
pub trait NameIndexStore {
    /// The key of the digests, as sealed; `None` before there is one.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn name_key(&self) -> Result<Option<Vec<u8>>>;

    /// Keeps a key where there is none. Gives the one that stands then, which may be another's.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn name_key_add(&self, sealed: &[u8]) -> Result<Vec<u8>>;

    /// Puts the digests of a case in the place of those before; `versions` is the last version of its order whose names are among them.
    /// Of a case that was destroyed nothing is kept.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn name_tokens_set(&self, case: CaseId, versions: u32, tokens: &[NameToken]) -> Result<()>;

    /// The cases, those destroyed left out, whose names are not in the index as their newest order has them.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn name_cases_missing(&self) -> Result<Vec<CaseId>>;

    /// The cases that have every one of these digests, at most `limit`; of one officer, or of all. Of none nothing is found.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn name_find(
        &self,
        tokens: &[NameToken],
        officer: Option<OfficerId>,
        limit: u32,
    ) -> Result<Vec<CaseId>>;
}
