//! Decisions that came back to be looked at by an officer who is not told what was decided.

use async_trait::async_trait;
use proviso_model::ids::{AlertId, CaseId, DecisionId, OfficerId};
use proviso_model::{Outcome, Timestamp};

use crate::alert::DecisionRow;
use crate::error::Result;

/// What came of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlindReviewRow {
    /// The decision that was looked at again.
    pub decision: DecisionId,
    /// Its alert.
    pub alert: AlertId,
    /// The case.
    pub case: CaseId,
    /// Who looked.
    pub officer: OfficerId,
    /// What they would have decided; `None` when they asked to see the decision instead.
    pub outcome: Option<Outcome>,
    /// When.
    pub at: Timestamp,
    /// Why, sealed; empty when they asked to see the decision instead.
    pub sealed: Vec<u8>,
}

/// Verbs on reviews of decisions.
#[async_trait]
pub trait BlindReviewStore {
    /// Keeps what came of one.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when that decision was looked at again already.
    async fn blind_review_add(&self, row: &BlindReviewRow) -> Result<()>;

    /// Those of some cases since a time, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn blind_review_list(&self, cases: &[CaseId], since: Timestamp) -> Result<Vec<BlindReviewRow>>;

    /// Decisions on alerts of some cases since a time, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_decisions(&self, cases: &[CaseId], since: Timestamp) -> Result<Vec<DecisionRow>>;
}
