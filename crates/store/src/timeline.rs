//! What a person's page shows: findings, gaps, watched time, notices.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::claim::Claim;
use proviso_model::ids::{CaseId, DeviceId};

use crate::error::Result;
use crate::opened::{FindingRow, GapRow, NoticeRow, StatementRow, WatchedRow};

/// A stretch of time, end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Start.
    pub from: Timestamp,
    /// End, excluded.
    pub until: Timestamp,
}

/// What a record in a device's chain tells of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldRow {
    /// The record.
    pub record: [u8; 32],
    /// What it tells.
    pub claim: Claim,
}

/// Verbs on a case's timeline. Each list is in time order and holds what touches the stretch.
#[async_trait]
pub trait TimelineStore {
    /// Findings.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn finding_list(&self, case: CaseId, stretch: Stretch) -> Result<Vec<FindingRow>>;

    /// Gaps.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn gap_list(&self, case: CaseId, stretch: Stretch) -> Result<Vec<GapRow>>;

    /// Watched stretches.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn watched_list(&self, case: CaseId, stretch: Stretch) -> Result<Vec<WatchedRow>>;

    /// What decides over the minutes of a stretch on one device, in no order: watched stretches and gaps that touch it, the
    /// device's last record, and every record that was written at an earlier time than the one before it. A record may come
    /// twice. What was destroyed is not among them.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn told_list(&self, device: DeviceId, stretch: Stretch) -> Result<Vec<ToldRow>>;

    /// Notices.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn notice_list(&self, case: CaseId, stretch: Stretch) -> Result<Vec<NoticeRow>>;

    /// Statements, by the time that they are about.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn statement_list(&self, case: CaseId, stretch: Stretch) -> Result<Vec<StatementRow>>;
}
