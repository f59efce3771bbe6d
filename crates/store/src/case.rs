//! Case files, the versions of their orders, and bundles made from them.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, BundleId, CaseId, CaseKeyId, OfficerId, OrderId};

use crate::error::Result;
use crate::words::words;

words! {
    /// State of a case file.
    CaseState {
        /// Under supervision.
        Open = "open",
        /// Ended; kept until reviewed.
        Closed = "closed",
        /// Every key and content of it was destroyed; only its id and times are left.
        Destroyed = "destroyed",
    }
}

/// One person's supervision file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// Id.
    pub id: CaseId,
    /// State.
    pub state: CaseState,
    /// Which key pair its records are sealed to.
    pub case_key: CaseKeyId,
    /// The officer in charge.
    pub officer: Option<OfficerId>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// The person, sealed.
    pub sealed: Vec<u8>,
}

/// An order as entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderVersionRow {
    /// Id.
    pub id: OrderId,
    /// The case.
    pub case: CaseId,
    /// From 1, rising.
    pub version: u32,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// The first day on which it applies, as 2026-03-03 in its own time zone; `None` for the first version.
    pub applies_from: Option<String>,
    /// The order file's text, sealed.
    pub sealed: Vec<u8>,
}

/// A bundle made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleRow {
    /// Id.
    pub id: BundleId,
    /// The case.
    pub case: CaseId,
    /// The one alert that it is about, where it is about one.
    pub alert: Option<AlertId>,
    /// Who asked for it; none for the command line.
    pub officer: Option<OfficerId>,
    /// When.
    pub made_at: Timestamp,
    /// Digest of the file.
    pub sha256: [u8; 32],
    /// Its size.
    pub bytes: u64,
    /// Its key in the blob folder; empty when it was only handed out.
    pub place: String,
}

/// Verbs on cases.
#[async_trait]
pub trait CaseStore {
    /// Opens a case with its first order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn case_add(&self, case: &CaseRow, order: &OrderVersionRow) -> Result<()>;

    /// A case.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn case_get(&self, id: CaseId) -> Result<Option<CaseRow>>;

    /// Every case, or those of one officer, newest first; those destroyed are left out.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn case_list(&self, officer: Option<OfficerId>) -> Result<Vec<CaseRow>>;

    /// Puts an officer in charge.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] when there is no such case, [`crate::StoreError::Conflict`] when it is barred for that officer.
    async fn case_assign(&self, id: CaseId, officer: OfficerId) -> Result<()>;

    /// Enters a changed order; its `version` is given by the store.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn order_add(&self, order: &OrderVersionRow) -> Result<u32>;

    /// The order as last entered.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn order_current(&self, case: CaseId) -> Result<Option<OrderVersionRow>>;

    /// Every version of the order, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn order_list(&self, case: CaseId) -> Result<Vec<OrderVersionRow>>;

    /// Notes a bundle.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn bundle_add(&self, bundle: &BundleRow) -> Result<()>;

    /// Bundles of a case, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn bundle_list(&self, case: CaseId) -> Result<Vec<BundleRow>>;
}
