//! What another force handed over of the case, what its person asked about their data, what is held for a privilege review, and decisions
//! looked at again.

use proviso_model::Digest;

use super::Permitted;
use crate::blind_review::BlindReviewRow;
use crate::error::{Result, StoreError};
use crate::privilege::PrivilegeRow;
use crate::received::ReceivedRow;
use crate::rights::{RightsActRow, RightsRequestRow};

impl Permitted<'_> {
    /// Requests of its person, oldest first, each with what was done about it, in order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn rights_list(&self) -> Result<Vec<(RightsRequestRow, Vec<RightsActRow>)>> {
        self.store.rights_list(Some(self.permit.id)).await
    }

    /// Records of it that may be privileged.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn privilege_list(&self) -> Result<Vec<PrivilegeRow>> {
        self.store.privilege_list(Some(self.permit.id)).await
    }

    /// What another force handed over of it, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn received_list(&self) -> Result<Vec<ReceivedRow>> {
        self.store.received_list(self.permit.id).await
    }

    /// One of those, by the hash of its signed text.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn received_get(&self, statement: &Digest) -> Result<Option<ReceivedRow>> {
        Ok(self.store.received_get(statement).await?.filter(|row| row.case == self.permit.id))
    }

    /// Keeps what came of looking again at a decision on an alert of it.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for one of another case; [`StoreError`].
    pub async fn blind_review_add(&self, row: &BlindReviewRow) -> Result<()> {
        match row.case == self.permit.id {
            true => self.store.blind_review_add(row).await,
            false => Err(StoreError::Missing("this decision")),
        }
    }
}
