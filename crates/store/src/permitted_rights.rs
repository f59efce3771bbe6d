//! What the person of a permit's case asked about their data, what is held for a privilege review, and visits.

use crate::error::Result;
use crate::permitted::Permitted;
use crate::permitted_caseload::PermittedCaseload;
use crate::privilege::PrivilegeRow;
use crate::rights::{RightsActRow, RightsRequestRow};
use crate::visit::VisitRecordRow;

impl Permitted<'_> {
    /// Requests of its person, oldest first, each with what was done about it, in order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn rights_list(&self) -> Result<Vec<(RightsRequestRow, Vec<RightsActRow>)>> {
        self.store().rights_list(Some(self.case())).await
    }

    /// Records of it that may be privileged.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn privilege_list(&self) -> Result<Vec<PrivilegeRow>> {
        self.store().privilege_list(Some(self.case())).await
    }

    /// Its filed visits, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn visit_record_list(&self) -> Result<Vec<VisitRecordRow>> {
        self.store().visit_record_list(self.case()).await
    }
}

impl PermittedCaseload<'_> {
    /// Requests of the people of these cases, oldest first, each with what was done about it, in order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn rights_list(&self) -> Result<Vec<(RightsRequestRow, Vec<RightsActRow>)>> {
        let mut all = self.store().rights_list(None).await?;
        all.retain(|(row, _)| self.cases().contains(&row.case));
        Ok(all)
    }
}
