//! The same questions for a whole caseload, or for many alerts or devices, at once: a page that lists cases asks as often for seventy
//! of them as for one.

use std::collections::HashMap;

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId, DeviceId};

use crate::alert::{AlertRow, DecisionRow};
use crate::case::{CaseRow, OrderVersionRow};
use crate::device::DeviceRow;
use crate::device_act::DeviceActRow;
use crate::device_notice::DeviceNoticeRow;
use crate::error::Result;
use crate::late::{OrderEndRow, Outside};
use crate::opened::GapRow;
use crate::other_adult::{OtherAdultRow, OtherAdultToldRow};
use crate::privilege::PrivilegeRow;
use crate::timeline::{Stretch, ToldRow};

/// What an inbox says of the newest finding of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewestFinding {
    /// The alert.
    pub alert: AlertId,
    /// What brought its observation about.
    pub act: String,
    /// Why the order as known now does not cover it.
    pub outside: Option<Outside>,
}

/// What was decided lately of a rule's findings on a device, under a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedLately {
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// Paragraph of the order.
    pub paragraph: String,
    /// Rule.
    pub rule: String,
    /// When the last of those that are about no conversation was decided.
    pub decided_at: Option<Timestamp>,
    /// How many were seen since the later of the two times that were asked for.
    pub seen: u64,
}

/// Verbs on many at once, each one question. What is not there is left out; of none nothing is asked.
#[async_trait]
pub trait CaseloadStore {
    /// Cases, those destroyed included, in no order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_cases(&self, cases: &[CaseId]) -> Result<Vec<CaseRow>>;

    /// Their undecided alerts, in the order of an inbox, at most `limit`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_undecided(&self, cases: &[CaseId], limit: u32) -> Result<Vec<AlertRow>>;

    /// What was decided since `since`, and how much of it was seen since `seen_since`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_decided_lately(
        &self,
        cases: &[CaseId],
        since: Timestamp,
        seen_since: Timestamp,
    ) -> Result<Vec<DecidedLately>>;

    /// Their devices, in the order in which they were enrolled.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_devices(&self, cases: &[CaseId]) -> Result<Vec<DeviceRow>>;

    /// Every version of every act on their devices, in the order in which they were entered.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_device_acts(&self, cases: &[CaseId]) -> Result<Vec<DeviceActRow>>;

    /// What was approved for other adults, in the order in which it was approved.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_other_adults(&self, cases: &[CaseId]) -> Result<Vec<OtherAdultRow>>;

    /// Every version of their orders, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_orders(&self, cases: &[CaseId]) -> Result<Vec<OrderVersionRow>>;

    /// What ended orders or paragraphs, those withdrawn included, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_order_ends(&self, cases: &[CaseId]) -> Result<Vec<OrderEndRow>>;

    /// Gaps that touch a stretch of time, in time order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_gaps(&self, cases: &[CaseId], stretch: Stretch) -> Result<Vec<GapRow>>;

    /// Notices about their devices that nobody has marked as seen, newest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_open_notices(&self, cases: &[CaseId]) -> Result<Vec<DeviceNoticeRow>>;

    /// What waits for an independent reviewer, the longest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn caseload_privilege_held(&self, cases: &[CaseId]) -> Result<Vec<PrivilegeRow>>;

    /// The newest finding of each of these alerts.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn alerts_newest(&self, alerts: &[AlertId]) -> Result<Vec<NewestFinding>>;

    /// The decisions on these alerts, those of one alert oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn alerts_decisions(&self, alerts: &[AlertId]) -> Result<Vec<DecisionRow>>;

    /// As [`crate::TimelineStore::told_list`] for each of these devices.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn devices_told(&self, devices: &[DeviceId], stretch: Stretch) -> Result<Vec<(DeviceId, ToldRow)>>;

    /// As [`crate::OtherAdultStore::other_adult_told_list`] for each of these devices, in time order.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn devices_other_adult_told(
        &self,
        devices: &[DeviceId],
        stretch: Stretch,
    ) -> Result<Vec<OtherAdultToldRow>>;

    /// The keys of those of these records whose key is there.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn record_keys(&self, records: &[[u8; 32]]) -> Result<HashMap<[u8; 32], Vec<u8>>>;
}
