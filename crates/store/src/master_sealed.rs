//! What is sealed under the master key itself, because it belongs to the force and to no case.

use async_trait::async_trait;

use crate::error::Result;
use crate::words::words;

words! {
    /// A column that holds such.
    MasterSealedIn {
        /// The text of a pack.
        Pack = "pack",
        /// What the force says of a list of sites.
        SiteList = "site-list",
        /// What the force says of a hash set.
        HashSet = "hash-set",
        /// The keys of a hash set.
        HashSetKey = "hash-set-key",
        /// The secret of a second factor.
        SecondFactor = "second-factor",
        /// An officer's address for notifications.
        Notification = "notification",
        /// What a passkey of an officer is known by.
        Passkey = "passkey",
        /// The text of a pack on trial.
        PackTrial = "pack-trial",
        /// The key of the index of names.
        NameKey = "name-key",
    }
}

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterSealedRow {
    /// Where it stands.
    pub place: MasterSealedIn,
    /// What tells it from others there: the hash of a list or set, the id of an officer; empty for a pack, and for one on trial.
    pub of: Vec<u8>,
    /// As it is sealed now.
    pub sealed: Vec<u8>,
}

/// Verbs on it.
#[async_trait]
pub trait MasterSealedStore {
    /// Every such value.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn master_sealed_list(&self) -> Result<Vec<MasterSealedRow>>;

    /// Puts another sealing of the same value in its place, wherever exactly this one stands. One that was changed meanwhile is left alone.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn master_sealed_replace(&self, row: &MasterSealedRow, sealed: &[u8]) -> Result<()>;
}
