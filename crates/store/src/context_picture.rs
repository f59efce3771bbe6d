//! Pictures of the windows in which findings were raised.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId};

use crate::error::Result;

/// What a device said of the window of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextPictureRow {
    /// The record that it came in.
    pub record: [u8; 32],
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// Hash of the record with the finding.
    pub finding: [u8; 32],
    /// When the picture was taken, or it was known that none could be.
    pub observed_at: Timestamp,
    /// What was said, as JSON, with the picture's bytes where there are any; sealed. Empty once it was destroyed.
    pub sealed: Vec<u8>,
}

/// Verbs on pictures of windows.
#[async_trait]
pub trait ContextPictureStore {
    /// Those of the finding of one record, in time order, those destroyed included.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn context_pictures_of(&self, finding: &[u8; 32]) -> Result<Vec<ContextPictureRow>>;

    /// All of a case, as the hashes of their own records and of those with the findings.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn context_picture_links(&self, case: CaseId) -> Result<Vec<([u8; 32], [u8; 32])>>;
}
