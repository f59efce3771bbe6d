//! The store within the cases of several permits: what lists over cases read, one question for all of them.

use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId};

use crate::Store;
use crate::access::Permit;
use crate::alert::{AlertRow, DecisionRow};
use crate::blind_review::BlindReviewRow;
use crate::case::OrderVersionRow;
use crate::caseload::{DecidedLately, NewestFinding};
use crate::device::DeviceRow;
use crate::device_act::DeviceActRow;
use crate::device_notice::DeviceNoticeRow;
use crate::error::Result;
use crate::late::OrderEndRow;
use crate::opened::GapRow;
use crate::other_adult::OtherAdultRow;
use crate::privilege::PrivilegeRow;
use crate::rights::{RightsActRow, RightsRequestRow};
use crate::timeline::Stretch;
use crate::visit_note::VisitActionRow;

/// The store within the cases of some permits.
#[derive(Clone)]
pub struct PermittedCaseload<'s> {
    store: &'s dyn Store,
    cases: Vec<CaseId>,
}

impl<'s> PermittedCaseload<'s> {
    /// The store within the cases of `permits`.
    #[must_use]
    pub fn new<'p>(store: &'s dyn Store, permits: impl IntoIterator<Item = &'p Permit>) -> Self {
        Self { store, cases: permits.into_iter().map(|permit| permit.id).collect() }
    }

    /// Within those of the cases that are `wanted`.
    #[must_use]
    pub fn among(&self, wanted: &[CaseId]) -> Self {
        let cases = self.cases.iter().copied().filter(|case| wanted.contains(case)).collect();
        Self { store: self.store, cases }
    }

    /// Their undecided alerts, in the order of an inbox, at most `limit`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn undecided(&self, limit: u32) -> Result<Vec<AlertRow>> {
        self.store.caseload_undecided(&self.cases, limit).await
    }

    /// What of them was decided since `since`, and how much of it was seen since `seen_since`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn decided_lately(
        &self,
        since: Timestamp,
        seen_since: Timestamp,
    ) -> Result<Vec<DecidedLately>> {
        self.store.caseload_decided_lately(&self.cases, since, seen_since).await
    }

    /// Their devices, in the order in which they were enrolled.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn devices(&self) -> Result<Vec<DeviceRow>> {
        self.store.caseload_devices(&self.cases).await
    }

    /// Every version of every act on their devices, in the order in which they were entered.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn device_acts(&self) -> Result<Vec<DeviceActRow>> {
        self.store.caseload_device_acts(&self.cases).await
    }

    /// What was approved for other adults, in the order in which it was approved.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn other_adults(&self) -> Result<Vec<OtherAdultRow>> {
        self.store.caseload_other_adults(&self.cases).await
    }

    /// Every version of their orders, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn orders(&self) -> Result<Vec<OrderVersionRow>> {
        self.store.caseload_orders(&self.cases).await
    }

    /// What ended orders or paragraphs, those withdrawn included, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn order_ends(&self) -> Result<Vec<OrderEndRow>> {
        self.store.caseload_order_ends(&self.cases).await
    }

    /// Gaps that touch a stretch of time, in time order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn gaps(&self, stretch: Stretch) -> Result<Vec<GapRow>> {
        self.store.caseload_gaps(&self.cases, stretch).await
    }

    /// Notices about their devices that nobody has marked as seen, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn open_notices(&self) -> Result<Vec<DeviceNoticeRow>> {
        self.store.caseload_open_notices(&self.cases).await
    }

    /// What waits for an independent reviewer, the longest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn privilege_held(&self) -> Result<Vec<PrivilegeRow>> {
        self.store.caseload_privilege_held(&self.cases).await
    }

    /// The newest finding of each of these alerts, as far as they are of these cases.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn newest(&self, alerts: &[AlertRow]) -> Result<Vec<NewestFinding>> {
        let of_them = alerts.iter().filter(|alert| self.cases.contains(&alert.case));
        let ids: Vec<AlertId> = of_them.map(|alert| alert.id).collect();
        self.store.alerts_newest(&ids).await
    }

    /// When each of these people was last met.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn last_visits(&self) -> Result<Vec<(CaseId, Timestamp)>> {
        self.store.caseload_last_visits(&self.cases).await
    }

    /// What was agreed with these people and is open.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn open_actions(&self) -> Result<Vec<VisitActionRow>> {
        self.store.caseload_open_actions(&self.cases).await
    }

    /// Decisions on their alerts since a time, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn decisions_since(&self, since: Timestamp) -> Result<Vec<DecisionRow>> {
        self.store.caseload_decisions(&self.cases, since).await
    }

    /// What came of those that were looked at again since a time, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn blind_reviews(&self, since: Timestamp) -> Result<Vec<BlindReviewRow>> {
        self.store.blind_review_list(&self.cases, since).await
    }

    /// Requests of the people of these cases, oldest first, each with what was done about it, in order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    pub async fn rights_list(&self) -> Result<Vec<(RightsRequestRow, Vec<RightsActRow>)>> {
        let mut all = self.store.rights_list(None).await?;
        all.retain(|(row, _)| self.cases.contains(&row.case));
        Ok(all)
    }
}
