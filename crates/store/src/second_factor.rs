//! Second factors of officers: codes of an app that shares a secret with the server.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::OfficerId;

use crate::error::Result;
use crate::words::words;

words! {
    /// State of a second factor.
    SecondFactorState {
        /// Shown to the officer, whose app has not shown yet that it holds it.
        Waiting = "waiting",
        /// Asked for at each sign-in.
        Used = "used",
    }
}

/// A second factor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecondFactorRow {
    /// Whose.
    pub officer: OfficerId,
    /// State.
    pub state: SecondFactorState,
    /// The secret, sealed under the master key.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub begun_at: Timestamp,
    /// When its first code was taken.
    pub confirmed_at: Option<Timestamp>,
    /// Step of the last code that was taken, counted in 30 seconds since 1970 (RFC 6238); 0 before the first.
    pub step_last: u64,
}

/// Verbs on second factors. An officer has one in each state at most.
#[async_trait]
pub trait SecondFactorStore {
    /// An officer's second factor in a state.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn second_factor_get(
        &self,
        officer: OfficerId,
        state: SecondFactorState,
    ) -> Result<Option<SecondFactorRow>>;

    /// A new one waits; one that waited before is forgotten, one in use stays in use.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn second_factor_begin(&self, officer: OfficerId, sealed: &[u8], now: Timestamp) -> Result<()>;

    /// The one that waits is in use from now on, in the place of the one before; its code of `step` is spent.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] when none waits.
    async fn second_factor_confirm(&self, officer: OfficerId, step: u64, now: Timestamp) -> Result<()>;

    /// Takes the code of a step of the one in use. `false` when this or a later one was taken before.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn second_factor_take(&self, officer: OfficerId, step: u64) -> Result<bool>;

    /// Removes an officer's second factors, passkeys among them, and ends their sessions. `false` when there was none.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn second_factor_remove(&self, officer: OfficerId) -> Result<bool>;
}
