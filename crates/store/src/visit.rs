//! Records of visits, as filed.

use async_trait::async_trait;
use proviso_model::ids::{CaseId, DeviceId, VisitId};
use proviso_model::{Digest, Timestamp};

use crate::error::Result;

/// A record of a visit that was filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitRecordRow {
    /// SHA-256 of its signed text.
    pub hash: Digest,
    /// The visit: one pass may have been used on several devices.
    pub visit: VisitId,
    /// The case.
    pub case: CaseId,
    /// The enrolled device that was looked at; `None` for one that is not enrolled.
    pub device: Option<DeviceId>,
    /// When it began, by the device's clock.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// Who filed it, as in the log.
    pub filed_by: String,
    /// The record with its pass, sealed.
    pub sealed: Vec<u8>,
}

/// Verbs on filed visits.
#[async_trait]
pub trait VisitStore {
    /// Files a record with its page and log, sealed; `false` where one with its hash is there already, and then nothing is changed.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn visit_record_add(&self, row: &VisitRecordRow, files: &[u8]) -> Result<bool>;

    /// One by its hash.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn visit_record_get(&self, hash: &Digest) -> Result<Option<VisitRecordRow>>;

    /// Page and log of one, sealed.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn visit_record_files(&self, hash: &Digest) -> Result<Option<Vec<u8>>>;

    /// All of a case, the newest visit first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn visit_record_list(&self, case: CaseId) -> Result<Vec<VisitRecordRow>>;
}
