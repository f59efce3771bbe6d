//! What a person's page shows: findings, gaps, watched time, notices.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::CaseId;

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
