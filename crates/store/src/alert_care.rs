//! What officers do with an alert before they decide on it: in which row of the inbox it stands, whose it is, until when it rests.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId, OfficerId};

use crate::alert::AlertRow;
use crate::error::Result;
use crate::permitted::{ALERT, Permitted};

/// An alert that an officer put to rest for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// Until when, at the latest.
    pub until: Timestamp,
    /// The findings that it had; with one more it comes back.
    pub findings: u64,
    /// Who.
    pub by: OfficerId,
    /// When.
    pub from: Timestamp,
    /// Why, sealed.
    pub sealed: Vec<u8>,
}

/// What officers did with an alert.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertCare {
    /// The row that it was put into by hand, named by an alert of that row; `None` where it stands where the inbox puts it.
    pub thread: Option<AlertId>,
    /// Who took it or was given it, and when.
    pub owner: Option<(OfficerId, Timestamp)>,
    /// The last time that it was put to rest.
    pub rest: Option<Rest>,
}

impl AlertRow {
    /// The rest that it is in at `now`: until its time, or until a finding joins.
    #[must_use]
    pub fn resting(&self, now: Timestamp) -> Option<&Rest> {
        self.care.rest.as_ref().filter(|rest| now < rest.until && self.findings <= rest.findings)
    }

    /// Whether a finding joined it while it rested, before its time.
    #[must_use]
    pub fn was_woken(&self, now: Timestamp) -> bool {
        self.care.rest.as_ref().is_some_and(|rest| now < rest.until && self.findings > rest.findings)
    }
}

/// Verbs on what officers do with an alert. Each is refused for one that has been decided.
#[async_trait]
pub trait AlertCareStore {
    /// Puts alerts of a case into one row of the inbox, or back to where the inbox puts them: all of them or none.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] where one is not of the case, [`crate::StoreError::Conflict`] where one has been decided.
    async fn alert_thread_set(
        &self,
        case: CaseId,
        alerts: &[AlertId],
        thread: Option<AlertId>,
        at: Timestamp,
    ) -> Result<()>;

    /// Says whose an alert is; nobody's with `None`.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] where it has been decided.
    async fn alert_owner_set(&self, alert: AlertId, owner: Option<OfficerId>, at: Timestamp) -> Result<()>;

    /// Puts an alert to rest as it is now, or ends its rest. The findings that it has are counted here, whatever `rest` says.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] where it has been decided, or is to be looked at now, or the rest would have no time.
    async fn alert_rest_set(&self, alert: AlertId, rest: Option<&Rest>, at: Timestamp) -> Result<()>;
}

/// Through a permit.
impl Permitted<'_> {
    /// Puts alerts of the case into one row of the inbox, or back to where the inbox puts them. That they are of the case, the transaction
    /// itself sees.
    ///
    /// # Errors
    /// As [`AlertCareStore::alert_thread_set`].
    pub async fn alert_thread_set(
        &self,
        alerts: &[AlertId],
        thread: Option<AlertId>,
        at: Timestamp,
    ) -> Result<()> {
        self.store.alert_thread_set(self.permit.id, alerts, thread, at).await
    }

    /// Says whose an alert is.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] for an alert of another case; as [`AlertCareStore::alert_owner_set`].
    pub async fn alert_owner_set(
        &self,
        alert: &AlertRow,
        owner: Option<OfficerId>,
        at: Timestamp,
    ) -> Result<()> {
        self.must_be_of_it(alert.case, ALERT)?;
        self.store.alert_owner_set(alert.id, owner, at).await
    }

    /// Puts an alert to rest, or ends its rest.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] for an alert of another case; as [`AlertCareStore::alert_rest_set`].
    pub async fn alert_rest_set(&self, alert: &AlertRow, rest: Option<&Rest>, at: Timestamp) -> Result<()> {
        self.must_be_of_it(alert.case, ALERT)?;
        self.store.alert_rest_set(alert.id, rest, at).await
    }
}
