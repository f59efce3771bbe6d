//! Alerts, decisions on them, and the outbox that tells of both.

use async_trait::async_trait;
use proviso_model::ids::{AlertId, CaseId, DecisionId, DeviceId, OfficerId};
use proviso_model::order::ConditionKind;
use proviso_model::{AlertState, Outcome, Timestamp};

use crate::alert_care::AlertCare;
use crate::error::Result;
use crate::opened::{FindingRow, ObservationRow, OpenedRecord};
use crate::words::{Priority, words};

/// Findings put before an officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRow {
    /// Id.
    pub id: AlertId,
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// Paragraph of the order.
    pub paragraph: String,
    /// Kind of condition.
    pub condition: ConditionKind,
    /// Rule.
    pub rule: String,
    /// Category.
    pub category: String,
    /// State.
    pub state: AlertState,
    /// How soon to look.
    pub priority: Priority,
    /// Findings joined.
    pub findings: u64,
    /// Of those, how many the order as known now does not cover.
    pub outside: u64,
    /// Observation time of the first.
    pub first_at: Timestamp,
    /// Observation time of the last.
    pub last_at: Timestamp,
    /// When it was raised here.
    pub raised_at: Timestamp,
    /// When an officer first opened it.
    pub opened_at: Option<Timestamp>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// Whether it is about one conversation, and grows with it.
    pub is_conversation: bool,
    /// The alert on the same conversation that was decided on before this one was raised.
    pub earlier: Option<AlertId>,
    /// When an officer had looked before the last time.
    pub looked_before: Option<Timestamp>,
    /// What officers did with it before they decide.
    pub care: AlertCare,
}

impl AlertRow {
    /// Whether the order as known now covers none of its findings.
    #[must_use]
    pub fn is_outside(&self) -> bool {
        self.outside > 0 && self.outside >= self.findings
    }
}

/// Which alerts to list; the default is every one.
#[derive(Debug, Clone, Copy, Default)]
pub struct AlertFilter {
    /// Of one case.
    pub case: Option<CaseId>,
    /// Of the cases of one officer.
    pub officer: Option<OfficerId>,
    /// In one state.
    pub state: Option<AlertState>,
    /// Only those that are not decided.
    pub undecided: bool,
    /// Only those with a finding at that time or later.
    pub since: Option<Timestamp>,
    /// At most so many; 0 is 200.
    pub limit: u32,
}

/// An officer's recorded act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// Id.
    pub id: DecisionId,
    /// The alert.
    pub alert: AlertId,
    /// The case.
    pub case: CaseId,
    /// Who.
    pub officer: OfficerId,
    /// What.
    pub outcome: Outcome,
    /// When.
    pub decided_at: Timestamp,
    /// Hash of the whole decision, as in its leaf.
    pub hash: [u8; 32],
    /// Its leaf in the log; ignored when adding.
    pub leaf: u64,
    /// Reason and note, sealed.
    pub sealed: Vec<u8>,
}

words! {
    /// What a notification tells.
    NotificationKind {
        /// An alert was raised.
        AlertRaised = "alert-raised",
        /// A finding joined an open alert.
        AlertJoined = "alert-joined",
        /// An alert was opened.
        AlertOpened = "alert-opened",
        /// An alert was decided.
        AlertDecided = "alert-decided",
        /// An alert was taken, given to somebody, put to rest, or put into another row of the inbox.
        AlertHandled = "alert-handled",
        /// Something waits for an independent reviewer, or one has decided.
        PrivilegeHeld = "privilege-held",
        /// A gap came in.
        Gap = "gap",
        /// Something about a device that an officer should know.
        DeviceNotice = "device-notice",
    }
}

/// An entry of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRow {
    /// Rises by one or more.
    pub id: i64,
    /// What it tells.
    pub kind: NotificationKind,
    /// The case.
    pub case: CaseId,
    /// The alert.
    pub alert: Option<AlertId>,
    /// When.
    pub at: Timestamp,
}

/// Verbs on alerts.
#[async_trait]
pub trait AlertStore {
    /// Keeps what a record said, joins its findings to alerts or raises new ones, and writes the outbox: once per
    /// record, however often it is called. Returns the alerts touched.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn record_opened(&self, opened: OpenedRecord) -> Result<Vec<AlertId>>;

    /// Alerts, most urgent first, then newest; those that the order as known now does not cover at all come after the
    /// others.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn alert_list(&self, filter: AlertFilter) -> Result<Vec<AlertRow>>;

    /// An alert.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn alert_get(&self, id: AlertId) -> Result<Option<AlertRow>>;

    /// The findings of an alert with their observations, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn alert_findings(&self, id: AlertId, limit: u32) -> Result<Vec<(FindingRow, ObservationRow)>>;

    /// New -> opened; an alert already opened or decided stays as it is.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] when there is no such alert.
    async fn alert_open(&self, id: AlertId, now: Timestamp) -> Result<AlertRow>;

    /// Notes that an officer looks now: the time before becomes `looked_before`.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] when there is no such alert.
    async fn alert_looked(&self, id: AlertId, now: Timestamp) -> Result<AlertRow>;

    /// Opened -> decided, with the decision, its leaf and the outbox entry.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when the alert is not in state opened.
    async fn decision_add(&self, decision: &DecisionRow) -> Result<()>;

    /// Decisions on an alert, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn decision_list(&self, alert: AlertId) -> Result<Vec<DecisionRow>>;

    /// Notifications after `id`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn notification_after(&self, id: i64, limit: u32) -> Result<Vec<NotificationRow>>;

    /// The newest notification's id; 0 when there is none.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn notification_last(&self) -> Result<i64>;
}
