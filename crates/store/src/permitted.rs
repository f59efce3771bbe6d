//! The store as the holder of a permit has it: every verb is about the permit's case, whatever id it is given. What an officer's act reads or
//! writes of a case goes through here alone, so that a check that was forgotten, or an id of another case, leads nowhere.

mod rights;
mod visits;

use std::collections::HashMap;

use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId, DeviceId, DeviceNoticeId, OfficerId};

use crate::Store;
use crate::access::Permit;
use crate::alert::{AlertFilter, AlertRow, DecisionRow};
use crate::audit::AuditRow;
use crate::case::OrderVersionRow;
use crate::context_picture::ContextPictureRow;
use crate::destruction::LegalHold;
use crate::device::DeviceRow;
use crate::device_act::DeviceActRow;
use crate::device_notice::DeviceNoticeRow;
use crate::error::{Result, StoreError};
use crate::late::{OrderEndRow, QuarantineRow};
use crate::of_record::OfRecord;
use crate::opened::{FindingRow, GapRow, NoticeRow, ObservationRow, StatementRow};
use crate::order_draft::OrderDraftRow;
use crate::other_adult::OtherAdultRow;
use crate::personal_link::PersonalLinkRow;
use crate::privilege::{PrivilegeDecision, PrivilegeRow};
use crate::record::RecordRow;
use crate::retention::RetentionRow;
use crate::shield::ShieldRow;
use crate::timeline::Stretch;

/// The store within the case of a permit.
#[derive(Clone, Copy)]
pub struct Permitted<'s> {
    pub(crate) store: &'s dyn Store,
    pub(crate) permit: &'s Permit,
}

impl<'s> Permitted<'s> {
    /// The store within the case of `permit`.
    #[must_use]
    pub fn new(store: &'s dyn Store, permit: &'s Permit) -> Self {
        Self { store, permit }
    }

    fn is_of_it(&self, case: CaseId) -> bool {
        case == self.permit.id
    }

    /// A row of another case is none.
    pub(crate) fn must_be_of_it(&self, case: CaseId, what: &'static str) -> Result<()> {
        if self.is_of_it(case) { Ok(()) } else { Err(StoreError::Missing(what)) }
    }
}

/// Lists of the case.
impl Permitted<'_> {
    /// What officers entered about its devices.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn device_act_list(&self) -> Result<Vec<DeviceActRow>> {
        self.store.device_act_list(self.permit.id).await
    }

    /// Approvals of another adult on its devices.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn other_adult_list(&self) -> Result<Vec<OtherAdultRow>> {
        self.store.other_adult_list(self.permit.id).await
    }

    /// Its devices, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn device_list(&self) -> Result<Vec<DeviceRow>> {
        self.store.device_list(Some(self.permit.id)).await
    }

    /// Its alerts; the filter's own case and officer do not count.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn alert_list(&self, filter: AlertFilter) -> Result<Vec<AlertRow>> {
        self.store.alert_list(AlertFilter { case: Some(self.permit.id), officer: None, ..filter }).await
    }

    /// Its order as last entered.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn order_current(&self) -> Result<Option<OrderVersionRow>> {
        self.store.order_current(self.permit.id).await
    }

    /// Every version of its order, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn order_list(&self) -> Result<Vec<OrderVersionRow>> {
        self.store.order_list(self.permit.id).await
    }

    /// Its order and changes of it as officers entered and checked them, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn order_draft_list(&self) -> Result<Vec<OrderDraftRow>> {
        self.store.order_draft_list(Some(self.permit.id)).await
    }

    /// What ended its order or paragraphs of it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn order_end_list(&self) -> Result<Vec<OrderEndRow>> {
        self.store.order_end_list(self.permit.id).await
    }

    /// What of it is held unseen.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn quarantine_list(&self) -> Result<Vec<QuarantineRow>> {
        self.store.quarantine_list(Some(self.permit.id)).await
    }

    /// Its legal hold.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn legal_hold(&self) -> Result<Option<LegalHold>> {
        self.store.legal_hold(self.permit.id).await
    }

    /// What was decided about how long it is kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn retention_list(&self) -> Result<Vec<RetentionRow>> {
        self.store.retention_list(Some(self.permit.id)).await
    }

    /// Its shield list.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn shield_list(&self) -> Result<Vec<ShieldRow>> {
        self.store.shield_list(self.permit.id).await
    }

    /// Links to the person's own page.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn personal_link_list(&self) -> Result<Vec<PersonalLinkRow>> {
        self.store.personal_link_list(self.permit.id).await
    }

    /// Its gaps that touch a stretch of time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn gap_list(&self, stretch: Stretch) -> Result<Vec<GapRow>> {
        self.store.gap_list(self.permit.id, stretch).await
    }

    /// Its notices within a stretch of time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn notice_list(&self, stretch: Stretch) -> Result<Vec<NoticeRow>> {
        self.store.notice_list(self.permit.id, stretch).await
    }

    /// What the person wrote within a stretch of time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn statement_list(&self, stretch: Stretch) -> Result<Vec<StatementRow>> {
        self.store.statement_list(self.permit.id, stretch).await
    }

    /// Notices about its devices, newest first; with `open_only` those that nobody has marked as seen.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn device_notice_list(&self, open_only: bool) -> Result<Vec<DeviceNoticeRow>> {
        self.store.device_notice_list(Some(self.permit.id), None, open_only).await
    }

    /// Acts on it that concern `object`, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn audit_about(&self, object: &str, limit: u32) -> Result<Vec<AuditRow>> {
        self.store.audit_about(self.permit.id, object, limit).await
    }
}

/// Single rows: one of another case is not there.
impl Permitted<'_> {
    /// A device.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn device_get(&self, id: DeviceId) -> Result<Option<DeviceRow>> {
        Ok(self.store.device_get(id).await?.filter(|row| self.is_of_it(row.case)))
    }

    /// An alert.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn alert_get(&self, id: AlertId) -> Result<Option<AlertRow>> {
        Ok(self.store.alert_get(id).await?.filter(|row| self.is_of_it(row.case)))
    }

    /// A record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_get(&self, hash: &[u8; 32]) -> Result<Option<RecordRow>> {
        Ok(self.store.record_get(hash).await?.filter(|row| self.is_of_it(row.case)))
    }

    /// A record that is kept apart.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn branch_record_get(&self, hash: &[u8; 32]) -> Result<Option<RecordRow>> {
        Ok(self.store.branch_record_get(hash).await?.filter(|row| self.is_of_it(row.case)))
    }

    /// A record that may be privileged.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn privilege_get(&self, record: &[u8; 32]) -> Result<Option<PrivilegeRow>> {
        Ok(self.store.privilege_get(record).await?.filter(|row| self.is_of_it(row.case)))
    }

    /// A notice about a device.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn device_notice_get(&self, id: DeviceNoticeId) -> Result<Option<DeviceNoticeRow>> {
        Ok(self.store.device_notice_get(id).await?.filter(|row| self.is_of_it(row.case)))
    }

    /// The own keys of the records in which its rows came, by the record's hash; none for one where it was destroyed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_keys(&self, rows: &[impl OfRecord]) -> Result<HashMap<[u8; 32], Vec<u8>>> {
        let of_it = rows.iter().filter(|row| self.is_of_it(row.of_case()));
        let records: Vec<[u8; 32]> = of_it.map(|row| *row.of_record()).collect();
        self.store.record_keys(&records).await
    }

    /// The key of the record in which one of its rows came; `None` when it was destroyed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_key(&self, row: &impl OfRecord) -> Result<Option<Vec<u8>>> {
        match self.is_of_it(row.of_case()) {
            true => self.store.record_key(row.of_record()).await,
            false => Ok(None),
        }
    }

    /// The findings of an alert, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn alert_findings(
        &self,
        alert: AlertId,
        limit: u32,
    ) -> Result<Vec<(FindingRow, ObservationRow)>> {
        let mut rows = self.store.alert_findings(alert, limit).await?;
        rows.retain(|(finding, observation)| self.is_of_it(finding.case) && self.is_of_it(observation.case));
        Ok(rows)
    }

    /// Decisions on an alert, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn decision_list(&self, alert: AlertId) -> Result<Vec<DecisionRow>> {
        self.decisions(&[alert]).await
    }

    /// The decisions on these of its alerts, those of one alert oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn decisions(&self, alerts: &[AlertId]) -> Result<Vec<DecisionRow>> {
        let mut rows = self.store.alerts_decisions(alerts).await?;
        rows.retain(|row| self.is_of_it(row.case));
        Ok(rows)
    }

    /// Pictures of the window in which a finding was raised, by the hash of its record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn context_pictures_of(&self, finding: &[u8; 32]) -> Result<Vec<ContextPictureRow>> {
        let mut rows = self.store.context_pictures_of(finding).await?;
        rows.retain(|row| self.is_of_it(row.case));
        Ok(rows)
    }
}

/// What changes something.
impl Permitted<'_> {
    /// New -> opened.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an alert of another case.
    pub async fn alert_open(&self, alert: &AlertRow, now: Timestamp) -> Result<AlertRow> {
        self.must_be_of_it(alert.case, ALERT)?;
        self.store.alert_open(alert.id, now).await
    }

    /// Notes that an officer looks now.
    ///
    /// # Errors
    /// As [`Permitted::alert_open`].
    pub async fn alert_looked(&self, alert: &AlertRow, now: Timestamp) -> Result<AlertRow> {
        self.must_be_of_it(alert.case, ALERT)?;
        self.store.alert_looked(alert.id, now).await
    }

    /// Opened -> decided. That the alert is of the decision's case, the transaction itself sees.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for an alert of another case; [`StoreError::Conflict`] when it is not in state opened.
    pub async fn decision_add(&self, decision: &DecisionRow) -> Result<()> {
        self.must_be_of_it(decision.case, ALERT)?;
        self.store.decision_add(decision).await
    }

    /// Records what a reviewer decided of a record that may be privileged.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for a record of another case.
    pub async fn privilege_decide(&self, row: &PrivilegeRow, decision: &PrivilegeDecision) -> Result<()> {
        if row.record != decision.record {
            return Err(StoreError::Missing("this record"));
        }
        self.must_be_of_it(row.case, "this record")?;
        self.store.privilege_decide(decision).await
    }

    /// Marks a notice about a device as seen.
    ///
    /// # Errors
    /// [`StoreError::Missing`] for a notice of another case; [`StoreError::Conflict`] when somebody was quicker.
    pub async fn device_notice_seen(
        &self,
        notice: &DeviceNoticeRow,
        officer: OfficerId,
        now: Timestamp,
        sealed: &[u8],
    ) -> Result<()> {
        self.must_be_of_it(notice.case, "this notice")?;
        self.store.device_notice_seen(notice.id, officer, now, sealed).await
    }
}

/// What is missing where an alert is of another case.
pub(crate) const ALERT: &str = "this alert";
