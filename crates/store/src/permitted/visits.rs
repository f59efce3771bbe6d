//! Visits and duties of the case.

use proviso_model::ids::VisitActionId;

use super::Permitted;
use crate::duty::DutyRow;
use crate::error::Result;
use crate::visit::VisitRecordRow;
use crate::visit_note::{VisitActionRow, VisitNoteRow};

impl Permitted<'_> {
    /// Filed records of looks at its devices, the newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn visit_record_list(&self) -> Result<Vec<VisitRecordRow>> {
        self.store.visit_record_list(self.permit.id).await
    }

    /// Visits as officers recorded them, the newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn visit_note_list(&self) -> Result<Vec<VisitNoteRow>> {
        self.store.visit_note_list(self.permit.id).await
    }

    /// What was agreed at them, in the order in which it was entered.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn visit_action_list(&self) -> Result<Vec<VisitActionRow>> {
        self.store.visit_action_list(self.permit.id).await
    }

    /// Keeps a record of a visit, with what was agreed and what was settled.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] for one of another case.
    pub async fn visit_note_add(
        &self,
        row: &VisitNoteRow,
        agreed: &[VisitActionRow],
        settled: &[VisitActionId],
    ) -> Result<()> {
        self.must_be_of_it(row.case, "this case")?;
        self.store.visit_note_add(row, agreed, settled).await
    }

    /// What the person must notify: every version of every entry.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn duty_list(&self) -> Result<Vec<DutyRow>> {
        self.store.duty_list(self.permit.id).await
    }

    /// Adds a version of an entry.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] for one of another case; [`crate::StoreError::Conflict`] when somebody was quicker.
    pub async fn duty_add(&self, row: &DutyRow) -> Result<()> {
        self.must_be_of_it(row.case, "this case")?;
        self.store.duty_add(row).await
    }
}
