//! Suspected privilege: what waits for an independent reviewer, and what was decided.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId, JobId};

use crate::error::Result;
use crate::words::{Priority, words};

words! {
    /// What became of a record that may be privileged.
    PrivilegeState {
        /// It waits for a reviewer.
        Held = "held",
        /// A reviewer decided that it is privileged: it stays sealed from the officers of the case for good.
        Privileged = "privileged",
        /// A reviewer decided that it is not: it was put before the officers of the case.
        Released = "released",
        /// A part of it was put before them.
        Partly = "partly",
    }
}

impl PrivilegeState {
    /// Whether some of it is kept from the officers of the case.
    #[must_use]
    pub fn withholds(self) -> bool {
        self != Self::Released
    }
}

/// A record that may be privileged: ids, counts and times, nothing of what was captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivilegeRow {
    /// The record.
    pub record: [u8; 32],
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// Under which paragraphs something was found, each once, in the order of the findings.
    pub paragraphs: Vec<String>,
    /// How many findings.
    pub findings: u32,
    /// How soon somebody should look.
    pub priority: Priority,
    /// When it was observed.
    pub observed_at: Timestamp,
    /// Since when it waits.
    pub held_at: Timestamp,
    /// What became of it.
    pub state: PrivilegeState,
    /// When a reviewer decided, and who, as in the log.
    pub decided: Option<(Timestamp, String)>,
    /// The reason, and which part is not released, sealed; empty until somebody has decided.
    pub sealed: Vec<u8>,
}

/// A reviewer's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivilegeDecision {
    /// The record.
    pub record: [u8; 32],
    /// What; never [`PrivilegeState::Held`].
    pub state: PrivilegeState,
    /// When.
    pub at: Timestamp,
    /// Who, as in the log.
    pub by: String,
    /// The reason, and which part is not released, sealed.
    pub sealed: Vec<u8>,
    /// The job that puts what is released before the officers.
    pub job: JobId,
}

/// Verbs on suspected privilege.
#[async_trait]
pub trait PrivilegeStore {
    /// What waits or was decided, of a case or of every case, the longest waiting first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn privilege_list(&self, case: Option<CaseId>) -> Result<Vec<PrivilegeRow>>;

    /// One of them.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn privilege_get(&self, record: &[u8; 32]) -> Result<Option<PrivilegeRow>>;

    /// Decides, once; what is released goes to the replay job again.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it does not wait any more; then nothing was changed.
    async fn privilege_decide(&self, decision: &PrivilegeDecision) -> Result<()>;
}
