//! Late knowledge: what ended an order after a device observed under it, what is held unseen for that reason, and what had
//! been seen before.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId, JobId, OrderEndId};
use proviso_model::order::{OrderEnd, OrderEndKind};

use crate::device::PolicyRow;
use crate::error::Result;
use crate::words::words;

words! {
    /// Why the order as known now does not cover a finding.
    OutsideCause {
        /// The order or the paragraph was quashed.
        Quashed = "quashed",
        /// It was varied.
        Varied = "varied",
        /// It was paused.
        Paused = "paused",
        /// The paragraph was struck out.
        Struck = "struck",
        /// It was discharged.
        Discharged = "discharged",
        /// The version of the order that applies on that day does not cover it.
        NotCovered = "not-covered",
        /// An officer entered that nothing may be captured on the device then.
        DeviceAct = "device-act",
        /// It is covered, but sealed in one record with what is not, and cannot be shown without it.
        WithOthers = "with-others",
    }
}

impl From<OrderEndKind> for OutsideCause {
    fn from(kind: OrderEndKind) -> Self {
        match kind {
            OrderEndKind::Quashed => Self::Quashed,
            OrderEndKind::Varied => Self::Varied,
            OrderEndKind::Paused => Self::Paused,
            OrderEndKind::Struck => Self::Struck,
            OrderEndKind::Discharged => Self::Discharged,
        }
    }
}

words! {
    /// What became of what is outside the order.
    QuarantineState {
        /// The record is held unseen and waits for review.
        Held = "held",
        /// The finding was left out of a record whose other findings were put before an officer.
        LeftOut = "left-out",
        /// The record was erased after review.
        Erased = "erased",
    }
}

/// Why, and by which end where it is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Outside {
    /// Why.
    pub cause: OutsideCause,
    /// What ended it.
    pub end: Option<OrderEndId>,
}

/// What ended an order, or a paragraph of it, as entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEndRow {
    /// Id.
    pub id: OrderEndId,
    /// The case.
    pub case: CaseId,
    /// What was done, to what, and on which days.
    pub end: OrderEnd,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// Who entered it, as in the log.
    pub entered_by: String,
    /// When it was withdrawn: entered by mistake.
    pub withdrawn_at: Option<Timestamp>,
    /// The reason, sealed.
    pub sealed: Vec<u8>,
}

/// Findings of one record under one paragraph, outside the order: counts and times, nothing of what was captured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineRow {
    /// The record.
    pub record: [u8; 32],
    /// The paragraph; empty for a record without findings.
    pub paragraph: String,
    /// The case.
    pub case: CaseId,
    /// The device.
    pub device: DeviceId,
    /// Why.
    pub outside: Outside,
    /// How many.
    pub findings: u32,
    /// When it was observed.
    pub observed_at: Timestamp,
    /// When it was held here.
    pub held_at: Timestamp,
    /// What became of it.
    pub state: QuarantineState,
    /// When it was reviewed.
    pub reviewed_at: Option<Timestamp>,
}

/// Whether one kept finding is covered by the order as known now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FindingFlag {
    /// Its record.
    pub record: [u8; 32],
    /// Its place in the record.
    pub position: u32,
    /// Why it is not covered; `None` when it is.
    pub outside: Option<Outside>,
}

/// Verbs on late knowledge.
#[async_trait]
pub trait LateStore {
    /// Enters an end, with the policies that follow from it.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when a policy's serial does not rise; then nothing was entered.
    async fn order_end_add(&self, end: &OrderEndRow, policies: &[PolicyRow]) -> Result<()>;

    /// Changes the last day of an end, or withdraws it, with the policies that follow.
    ///
    /// # Errors
    /// [`crate::StoreError::Missing`] when there is none that is not withdrawn.
    async fn order_end_change(&self, end: &OrderEndRow, policies: &[PolicyRow]) -> Result<()>;

    /// Every end of a case, those withdrawn included, oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn order_end_list(&self, case: CaseId) -> Result<Vec<OrderEndRow>>;

    /// An end.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn order_end_get(&self, id: OrderEndId) -> Result<Option<OrderEndRow>>;

    /// What is or was held of a case, or of every case, in order of observation.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn quarantine_list(&self, case: Option<CaseId>) -> Result<Vec<QuarantineRow>>;

    /// Notes that records were erased after review.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn quarantine_erased(&self, records: &[[u8; 32]], at: Timestamp) -> Result<()>;

    /// Gives records that are held, or of which something was left out, to the replay job again, each with the job id
    /// beside it. Erased ones are left as they are. Gives how many it was.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn quarantine_requeue(&self, records: &[([u8; 32], JobId)], at: Timestamp) -> Result<u64>;

    /// Flags findings of a case that an officer could see already, and counts them on their alerts.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn finding_flag(&self, case: CaseId, flags: &[FindingFlag]) -> Result<()>;
}
