//! What devices bring back after this server was put back from a backup.

use async_trait::async_trait;
use proviso_model::Timestamp;

use crate::device::{DeviceRow, PolicyRow};
use crate::error::Result;

/// Verbs on what comes back. The caller has checked the force's signature on it.
#[async_trait]
pub trait ReturnedStore {
    /// Keeps a policy that the force signed after the backup; `false` when it is known.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn policy_return(&self, policy: &PolicyRow, at: Timestamp) -> Result<bool>;

    /// Adds a device that was enrolled after the backup, with its policy.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it is known.
    async fn device_return(&self, device: &DeviceRow, policy: &PolicyRow, at: Timestamp) -> Result<()>;
}
