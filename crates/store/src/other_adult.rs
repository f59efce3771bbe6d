//! Another adult's use of a device: what officers approved, and what devices told of it.

use async_trait::async_trait;
use proviso_model::ids::{CaseId, DeviceId, OtherAdultId};
use proviso_model::{OtherAdult, Timestamp};

use crate::device::PolicyRow;
use crate::error::Result;
use crate::timeline::Stretch;

/// An approval, or one that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherAdultRow {
    /// The device.
    pub device: DeviceId,
    /// The case.
    pub case: CaseId,
    /// What is approved, as the policy has it.
    pub terms: OtherAdult,
    /// When.
    pub approved_at: Timestamp,
    /// By whom, as in the log.
    pub approved_by: String,
    /// Name and reason, sealed.
    pub sealed: Vec<u8>,
    /// That it was withdrawn; `None` while it was not.
    pub withdrawn: Option<OtherAdultWithdrawn>,
}

/// That an approval was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherAdultWithdrawn {
    /// When.
    pub at: Timestamp,
    /// By whom, as in the log.
    pub by: String,
    /// The reason, sealed.
    pub sealed: Vec<u8>,
}

/// What a device told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherAdultToldRow {
    /// The record that it came in.
    pub record: [u8; 32],
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// Start.
    pub from: Timestamp,
    /// End; the same where it has no length.
    pub until: Timestamp,
    /// What it told as JSON, sealed.
    pub sealed: Vec<u8>,
}

/// Verbs on another adult's use.
#[async_trait]
pub trait OtherAdultStore {
    /// Adds an approval, with the policies that follow.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when a policy's serial does not rise; then nothing was added.
    async fn other_adult_add(&self, row: &OtherAdultRow, policies: &[PolicyRow]) -> Result<()>;

    /// Withdraws one, with the policies that follow.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it was withdrawn already, or a policy's serial does not rise; then nothing was changed.
    async fn other_adult_withdraw(
        &self,
        id: OtherAdultId,
        withdrawn: &OtherAdultWithdrawn,
        policies: &[PolicyRow],
    ) -> Result<()>;

    /// Every approval of a case, those withdrawn included, in the order in which they were made.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn other_adult_list(&self, case: CaseId) -> Result<Vec<OtherAdultRow>>;

    /// What a device told that touches a stretch, in time order. What was destroyed is not among it.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn other_adult_told_list(
        &self,
        device: DeviceId,
        stretch: Stretch,
    ) -> Result<Vec<OtherAdultToldRow>>;
}
