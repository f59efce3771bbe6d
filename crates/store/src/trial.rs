//! Packs that a force tries out on devices, counting only, before it takes them into use.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::TrialId;

use crate::device::PolicyRow;
use crate::error::Result;

/// A trial of a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialRow {
    /// Id.
    pub id: TrialId,
    /// Name of the pack.
    pub name: String,
    /// Since when.
    pub begun_at: Timestamp,
    /// The first instant at which it no longer runs.
    pub until: Timestamp,
    /// When somebody ended it before its time.
    pub ended_at: Option<Timestamp>,
    /// The pack's text, sealed under the master key.
    pub sealed: Vec<u8>,
}

impl TrialRow {
    /// Whether it runs at `now`.
    #[must_use]
    pub fn runs(&self, now: Timestamp) -> bool {
        now < self.until && self.ended_at.is_none()
    }
}

/// What all devices counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrialSum {
    /// Devices that counted anything.
    pub devices: u64,
    /// Observations that both were asked about.
    pub observed: u64,
    /// Findings that only the words on trial would have raised.
    pub also: u64,
    /// Findings that only the words in force raised.
    pub gone: u64,
}

/// Verbs on trials.
#[async_trait]
pub trait TrialStore {
    /// Begins a trial and adds the policies made with it, all or nothing.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] while another one runs, or when a policy's serial is not above that of its device.
    async fn trial_begin(&self, trial: &TrialRow, policies: &[PolicyRow]) -> Result<()>;

    /// Ends a trial that runs and adds the policies made without it, all or nothing.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it has ended already, or there is none.
    async fn trial_end(&self, id: TrialId, at: Timestamp, policies: &[PolicyRow]) -> Result<()>;

    /// Every trial, the newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn trial_list(&self) -> Result<Vec<TrialRow>>;

    /// What was counted of one.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn trial_sum(&self, id: TrialId) -> Result<TrialSum>;
}
