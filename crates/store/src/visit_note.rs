//! Visits as officers record them, what was agreed at them, and the draw of those that are visited by chance.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, VisitActionId, VisitNoteId};

use crate::error::Result;

/// A visit as an officer recorded it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitNoteRow {
    /// Id.
    pub id: VisitNoteId,
    /// The case.
    pub case: CaseId,
    /// When the visit was.
    pub visited_at: Timestamp,
    /// Whether the person was met.
    pub was_seen: bool,
    /// When it was recorded.
    pub entered_at: Timestamp,
    /// By whom, as in the log.
    pub entered_by: String,
    /// What was said and seen, sealed.
    pub sealed: Vec<u8>,
}

/// What was agreed at a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitActionRow {
    /// Id.
    pub id: VisitActionId,
    /// The case.
    pub case: CaseId,
    /// The visit.
    pub note: VisitNoteId,
    /// By which day.
    pub due_on: Option<String>,
    /// When, and in the record of which visit, it was settled.
    pub settled: Option<(Timestamp, VisitNoteId)>,
    /// What, sealed.
    pub sealed: Vec<u8>,
}

/// The draw of a week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitDrawRow {
    /// The week, as ISO 8601 writes it: `2026-W48`.
    pub week: String,
    /// What chance gave.
    pub seed: [u8; 32],
    /// Of how many people one is drawn, on average.
    pub one_in: u64,
    /// When it was made.
    pub drawn_at: Timestamp,
}

/// Verbs on recorded visits.
#[async_trait]
pub trait VisitNoteStore {
    /// Keeps a record with what was agreed, and settles what it says was settled of the same case; what is settled already stays as it is.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn visit_note_add(
        &self,
        row: &VisitNoteRow,
        agreed: &[VisitActionRow],
        settled: &[VisitActionId],
    ) -> Result<()>;

    /// Those of a case, the newest visit first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn visit_note_list(&self, case: CaseId) -> Result<Vec<VisitNoteRow>>;

    /// What was agreed in a case, in the order in which it was entered.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn visit_action_list(&self, case: CaseId) -> Result<Vec<VisitActionRow>>;

    /// When each of these people was last met: as an officer recorded, or as a filed record of a look at a device says.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_last_visits(&self, cases: &[CaseId]) -> Result<Vec<(CaseId, Timestamp)>>;

    /// What was agreed with these people and is open.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_open_actions(&self, cases: &[CaseId]) -> Result<Vec<VisitActionRow>>;

    /// Keeps the draw of a week, unless one is kept already; gives the one that is.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn visit_draw_keep(&self, row: &VisitDrawRow) -> Result<VisitDrawRow>;

    /// The draws since a time, the newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn visit_draw_list(&self, since: Timestamp) -> Result<Vec<VisitDrawRow>>;
}
