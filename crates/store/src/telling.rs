//! Telling people outside the console of alerts: a clock for each alert, who is told at which step, and deliveries that are
//! tried again until they are sent or dead.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{AlertId, CaseId, DeliveryId};

use crate::alert::AlertRow;
use crate::error::Result;
use crate::words::{Priority, words};

words! {
    /// Whose turn it is, in this order.
    TellingStep {
        /// The officer in charge.
        Officer = "officer",
        /// Who covers them.
        Cover = "cover",
        /// The supervisor.
        Supervisor = "supervisor",
        /// The force's 24-hour contact.
        Contact = "contact",
    }
}

words! {
    /// How somebody is told.
    Channel {
        /// In the console only.
        Console = "console",
        /// By e-mail.
        Email = "email",
        /// By a call of another program.
        Webhook = "webhook",
    }
}

words! {
    /// What a delivery is about.
    DeliveryKind {
        /// Alerts were raised.
        Raised = "alert-raised",
        /// Nobody opened them in time.
        Escalated = "alert-escalated",
        /// For the 24-hour contact.
        Imminent = "alert-imminent",
        /// Somebody asked whether it arrives.
        Trial = "trial",
        /// Somebody asked the force something about the data that it holds of them.
        Rights = "rights-request",
    }
}

words! {
    /// State of a delivery.
    DeliveryState {
        /// Waits, or is on its way.
        Waiting = "waiting",
        /// The other side took it.
        Sent = "sent",
        /// No longer needed: every alert in it was looked at before.
        Withdrawn = "withdrawn",
        /// Given up; an administrator has to look.
        Dead = "dead",
    }
}

/// Somebody who is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTelling {
    /// Whose turn it is.
    pub step: TellingStep,
    /// `officer:` and an id, `contact:` and a number, `contact-webhook` or `webhook`.
    pub recipient: String,
    /// How.
    pub channel: Channel,
    /// What for.
    pub kind: DeliveryKind,
    /// When.
    pub due_at: Timestamp,
    /// The delivery to make, unless one that waits takes this in; not used for the console.
    pub delivery: DeliveryId,
    /// Whether one that waits may take it in.
    pub joins: bool,
}

/// A clock begins, or goes on to the next step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockStep {
    /// The alert.
    pub alert: AlertId,
    /// Its case.
    pub case: CaseId,
    /// The clock's priority.
    pub priority: Priority,
    /// The step before; `None` where the clock begins.
    pub from: Option<TellingStep>,
    /// The step.
    pub step: TellingStep,
    /// Now.
    pub at: Timestamp,
    /// When the step after it is due, unless somebody looks; `None` where there is none.
    pub next_at: Option<Timestamp>,
    /// Who is told.
    pub tellings: Vec<NewTelling>,
}

/// A clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockRow {
    /// The alert.
    pub alert: AlertId,
    /// Its case.
    pub case: CaseId,
    /// At which priority it began: this week (and later), today or now.
    pub priority: Priority,
    /// Who was told last.
    pub step: TellingStep,
    /// Since when it runs.
    pub began_at: Timestamp,
    /// When the next step is due.
    pub next_at: Option<Timestamp>,
    /// When somebody looked at the alert.
    pub seen_at: Option<Timestamp>,
}

/// Somebody who was told, or is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TellingRow {
    /// The clock's priority.
    pub priority: Priority,
    /// Whose turn it was.
    pub step: TellingStep,
    /// Who.
    pub recipient: String,
    /// How.
    pub channel: Channel,
    /// When it was due.
    pub told_at: Timestamp,
    /// The delivery: its state, when it ended, and what was the matter.
    pub delivery: Option<(DeliveryState, Option<Timestamp>, Option<String>)>,
}

/// One e-mail or call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Id: the same for each attempt.
    pub id: DeliveryId,
    /// What it is about.
    pub kind: DeliveryKind,
    /// How.
    pub channel: Channel,
    /// To whom.
    pub recipient: String,
    /// The clocks' priority.
    pub priority: Priority,
    /// Whose turn it is.
    pub step: TellingStep,
    /// State.
    pub state: DeliveryState,
    /// Attempts begun.
    pub attempts: u32,
    /// When it was made.
    pub made_at: Timestamp,
    /// When the next attempt is due.
    pub due_at: Timestamp,
    /// When it was sent, withdrawn or given up.
    pub ended_at: Option<Timestamp>,
    /// What was the matter with the last attempt; never personal data.
    pub fault: Option<String>,
}

/// A delivery that one worker has for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedDelivery {
    /// The delivery.
    pub row: DeliveryRow,
    /// Every alert in it, oldest first, with when it was raised.
    pub alerts: Vec<(AlertId, Timestamp)>,
    /// Of those, the ones that nobody has looked at.
    pub unseen: Vec<AlertId>,
    /// When the soonest of those goes on to somebody else.
    pub next_at: Option<Timestamp>,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryEnd {
    /// The other side took it.
    Sent,
    /// It is no longer needed.
    Withdrawn,
    /// Try again.
    Retry {
        /// When.
        at: Timestamp,
        /// What was the matter; never personal data.
        fault: String,
        /// Whether the other side surely has not taken it.
        untaken: bool,
    },
    /// Give up. The clocks that wait for it go on at once.
    Dead {
        /// What was the matter; never personal data.
        fault: String,
    },
}

/// How many deliveries there are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryTally {
    /// Waiting, not due or not yet tried.
    pub waiting: u64,
    /// Of those, how many were tried in vain.
    pub failing: u64,
    /// Sent.
    pub sent: u64,
    /// No longer needed.
    pub withdrawn: u64,
    /// Given up.
    pub dead: u64,
}

/// Verbs on clocks, tellings and deliveries.
#[async_trait]
pub trait TellingStore {
    /// Alerts that need a clock and have none for their priority: new ones, and those of priority now that nobody has decided
    /// on. Alerts that the order as known now does not cover wait. The most urgent first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn clock_missing(&self, limit: u32) -> Result<Vec<AlertRow>>;

    /// Clocks whose next step is due while nobody has looked.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn clock_due(&self, now: Timestamp, limit: u32) -> Result<Vec<ClockRow>>;

    /// Begins a clock or takes its next step, with everything that is to be told: once, however many workers try.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when the clock stands elsewhere, or somebody has looked.
    async fn clock_step(&self, step: &ClockStep) -> Result<()>;

    /// Nobody is left to tell.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn clock_rest(&self, alert: AlertId, priority: Priority) -> Result<()>;

    /// The clocks of an alert, the oldest first.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn clock_list(&self, alert: AlertId) -> Result<Vec<ClockRow>>;

    /// Who was told of an alert, or is to be, in the order of the steps.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn telling_list(&self, alert: AlertId) -> Result<Vec<TellingRow>>;

    /// Makes a delivery without an alert, to see whether it arrives.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn delivery_trial(&self, id: DeliveryId, recipient: &str, now: Timestamp) -> Result<()>;

    /// Makes a delivery without an alert, to say that somebody asked something about their data.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn delivery_rights(&self, id: DeliveryId, recipient: &str, now: Timestamp) -> Result<()>;

    /// Claims the most urgent delivery that is due until `lease_until`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn delivery_claim(&self, now: Timestamp, lease_until: Timestamp)
    -> Result<Option<ClaimedDelivery>>;

    /// Notes how an attempt ended. An attempt that is not the last any more changes nothing.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn delivery_end(
        &self,
        id: DeliveryId,
        attempt: u32,
        end: &DeliveryEnd,
        at: Timestamp,
    ) -> Result<()>;

    /// Deliveries that were given up or were tried in vain, the newest first; every one with `all`.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn delivery_list(&self, all: bool, limit: u32) -> Result<Vec<DeliveryRow>>;

    /// How many there are.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn delivery_tally(&self) -> Result<DeliveryTally>;

    /// Tries one that was given up again.
    ///
    /// # Errors
    /// [`crate::StoreError::Conflict`] when it was not given up.
    async fn delivery_retry(&self, id: DeliveryId, now: Timestamp) -> Result<()>;
}
