//! Background work: claimed with a lease, tried again, given up in the open.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{DeviceId, JobId};

use crate::error::Result;
use crate::words::words;

words! {
    /// What a job does.
    JobKind {
        /// Opens records, evaluates findings again, raises alerts.
        Replay = "replay",
        /// The same for records kept apart from their chain.
        ReplayBranch = "replay-branch",
    }
}

words! {
    /// State of a job.
    JobState {
        /// Waits, or is leased.
        Ready = "ready",
        /// Done.
        Done = "done",
        /// Given up after too many attempts.
        Dead = "dead",
    }
}

/// A unit of work: a run of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Id.
    pub id: JobId,
    /// Kind.
    pub kind: JobKind,
    /// The device.
    pub device: DeviceId,
    /// Epoch of the records.
    pub epoch: u32,
    /// First.
    pub seq_first: u64,
    /// Last.
    pub seq_last: u64,
    /// Attempts begun, this one included.
    pub attempts: u32,
}

/// A job that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadJobRow {
    /// The job.
    pub job: JobRow,
    /// When it was last ready to be tried.
    pub tried_at: Timestamp,
    /// What went wrong the last time, without personal data.
    pub fault: String,
}

/// Verbs on jobs.
#[async_trait]
pub trait JobStore {
    /// Claims the oldest job that is ready, or whose lease has run out, until `lease_until`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn job_claim(&self, now: Timestamp, lease_until: Timestamp) -> Result<Option<JobRow>>;

    /// Claims as many jobs at once, as [`JobStore::job_claim`] does one, the oldest first. A power cut may take claims back, and with
    /// them what was noted by [`JobStore::job_done`]: then the jobs are done again.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn job_claim_some(&self, now: Timestamp, lease_until: Timestamp, most: u32) -> Result<Vec<JobRow>>;

    /// The job is done.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn job_done(&self, id: JobId) -> Result<()>;

    /// Jobs that were given up, the oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn job_dead_list(&self, limit: u32) -> Result<Vec<DeadJobRow>>;

    /// Lets a job that was given up be tried again from `at` on, with all its attempts.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] when no such job was given up.
    async fn job_revive(&self, id: JobId, at: Timestamp) -> Result<()>;

    /// The job failed: it is tried again at `retry_at`, or is dead when `retry_at` is `None`. `fault` holds no
    /// personal data.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn job_failed(&self, id: JobId, fault: &str, retry_at: Option<Timestamp>) -> Result<()>;

    /// How many jobs are in a state.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn job_count(&self, state: JobState) -> Result<u64>;
}
