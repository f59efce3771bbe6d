//! Passkeys of officers, and what was begun with a browser and waits for its answer.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::OfficerId;

use crate::error::Result;
use crate::words::words;

/// A passkey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyRow {
    /// Hash of the credential's id.
    pub id: [u8; 32],
    /// Whose.
    pub officer: OfficerId,
    /// When it was registered.
    pub made_at: Timestamp,
    /// When it last signed in or confirmed.
    pub used_at: Option<Timestamp>,
    /// The last count that its authenticator told; 0 where it counts nothing.
    pub counter: u32,
    /// Its name and its public key, sealed under the master key.
    pub sealed: Vec<u8>,
}

words! {
    /// What was begun with a browser.
    CeremonyKind {
        /// An officer registers a passkey.
        PasskeyAdd = "passkey-add",
        /// Somebody signs in with one.
        PasskeySignIn = "passkey-sign-in",
        /// An officer confirms with one that it is them.
        PasskeyConfirm = "passkey-confirm",
        /// Somebody signs in at the force's OpenID Connect provider.
        ProviderSignIn = "provider-sign-in",
        /// An officer confirms there that it is them.
        ProviderConfirm = "provider-confirm",
    }
}

/// What was begun, and until when its answer counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CeremonyRow {
    /// Hash of the token that the browser holds.
    pub token_hash: [u8; 32],
    /// What.
    pub kind: CeremonyKind,
    /// Until when.
    pub expires_at: Timestamp,
    /// What was asked, sealed under the master key.
    pub sealed: Vec<u8>,
}

/// Verbs on passkeys and ceremonies.
#[async_trait]
pub trait PasskeyStore {
    /// Adds a passkey.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it is registered already, whosesoever.
    async fn passkey_add(&self, row: &PasskeyRow) -> Result<()>;

    /// A passkey by the hash of its credential's id.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn passkey_get(&self, id: &[u8; 32]) -> Result<Option<PasskeyRow>>;

    /// An officer's passkeys, in the order in which they were registered.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn passkey_list(&self, officer: OfficerId) -> Result<Vec<PasskeyRow>>;

    /// Takes a use: its count, what is known of it now, and when. `false` when the count does not rise, or the passkey is gone; one
    /// that counts nothing stays at 0.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn passkey_used(&self, id: &[u8; 32], counter: u32, sealed: &[u8], at: Timestamp) -> Result<bool>;

    /// Removes a passkey of an officer. `false` when there was none.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn passkey_remove(&self, officer: OfficerId, id: &[u8; 32]) -> Result<bool>;

    /// Notes what was begun, and forgets what ran out before `now`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn ceremony_begin(&self, row: &CeremonyRow, now: Timestamp) -> Result<()>;

    /// Takes what was begun: nobody gets it a second time. `None` when it ran out, is of another kind, or was taken.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn ceremony_take(
        &self,
        token_hash: &[u8; 32],
        kind: CeremonyKind,
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>>;
}
