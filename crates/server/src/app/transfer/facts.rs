//! The facts of a case that another force needs and no evidence bundle holds: the order with the court's words and what ended it, the
//! person, contacts that are protected, what officers entered about devices, requests, reviews, visits. Plain values as JSON. What names an
//! officer says a name, for their ids say nothing elsewhere.

use proviso_model::alert::{AlertState, Outcome};
use proviso_model::device_act::DeviceAct;
use proviso_model::ids::{AlertId, CaseId, DeviceId};
use proviso_model::order::{OrderEnd, OrderEndKind, Person};
use proviso_model::record::EnrolmentFacts;
use proviso_model::statement::Statement;
use proviso_model::visit::SignedVisitRecord;
use proviso_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use super::refused::Refused;
use crate::app::visit::FiledFiles;

/// Versions of an order, ends of it and contacts that are taken at most.
const ENTRIES_MAX: usize = 2_000;

/// The facts of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFacts {
    /// The case, by the number of the force that hands over.
    pub case: CaseId,
    /// When it was opened there.
    pub opened_at: Timestamp,
    /// Who was in charge of it.
    pub officer: String,
    /// The person.
    pub person: Person,
    /// Every version of the order, oldest first.
    pub orders: Vec<OrderText>,
    /// What ended it, or a paragraph of it, those withdrawn included.
    pub ends: Vec<EndOfOrder>,
    /// Contacts that are never captured and stand.
    pub shield: Vec<ProtectedContact>,
    /// Devices, those no longer enrolled included.
    pub devices: Vec<Device>,
    /// What officers entered about them and stands.
    pub device_acts: Vec<DeviceActFact>,
    /// Alerts, those decided on included.
    pub alerts: Vec<Alert>,
    /// What the person wrote.
    pub statements: Vec<Statement>,
    /// What was asked about the person's data, and what was done about it.
    pub rights: Vec<Request>,
    /// Decisions about how long the case is kept.
    pub retention: Vec<Kept>,
    /// Since when it is under legal hold, under which reference.
    pub legal_hold: Option<(Timestamp, String)>,
    /// Filed visits.
    pub visits: Vec<FiledVisit>,
    /// What stays where it is.
    pub stays: Stays,
}

/// A version of the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderText {
    /// When it was entered.
    pub entered_at: Timestamp,
    /// The first day on which it applies; `None` for the first version.
    pub applies_from: Option<String>,
    /// The order file.
    pub text: String,
}

/// An end of the order, or of a paragraph of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndOfOrder {
    /// What was done, as stored.
    pub kind: String,
    /// To which paragraph; `None` for the whole order.
    pub paragraph: Option<String>,
    /// The first day.
    pub from: String,
    /// The last day.
    pub until: Option<String>,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// When it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// Why.
    pub reason: String,
}

impl EndOfOrder {
    /// As the program applies it.
    ///
    /// # Errors
    /// [`Refused::Content`] for a kind or a day that this program does not know.
    pub fn end(&self) -> Result<OrderEnd, Refused> {
        let unread = || {
            Refused::Content(
                "an end of the order in it is of a kind that this program does not know".to_owned(),
            )
        };
        let day = |text: &String| text.parse().map_err(|_| unread());
        Ok(OrderEnd {
            kind: OrderEndKind::parse(&self.kind).ok_or_else(unread)?,
            paragraph: self.paragraph.clone(),
            from: day(&self.from)?,
            until: self.until.as_ref().map(day).transpose()?,
        })
    }
}

/// A contact that is never captured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtectedContact {
    /// A host or an address.
    pub contact: String,
    /// Why.
    pub reason: String,
}

/// A device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    /// Its number there.
    pub id: DeviceId,
    /// What it said of itself.
    pub facts: EnrolmentFacts,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// Its state there, in the words of the store.
    pub state: String,
}

/// What an officer entered about a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceActFact {
    /// The device.
    pub device: DeviceId,
    /// What, and when.
    pub act: DeviceAct,
    /// Why.
    pub reason: String,
}

/// An alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// Its number there.
    pub id: AlertId,
    /// The device.
    pub device: DeviceId,
    /// Paragraph of the order.
    pub paragraph: String,
    /// Rule.
    pub rule: String,
    /// Category.
    pub category: String,
    /// State.
    pub state: AlertState,
    /// Observation time of the first finding.
    pub first_at: Timestamp,
    /// Of the last.
    pub last_at: Timestamp,
    /// The records of its findings, as the bundle names them.
    pub records: Vec<Digest>,
    /// What officers decided.
    pub decisions: Vec<Decided>,
}

/// A decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// What.
    pub outcome: Outcome,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub officer: String,
    /// Why.
    pub reason: String,
}

/// What somebody asked about their data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What was asked, as stored.
    pub kind: String,
    /// The day on which it was received.
    pub received_on: String,
    /// The day on which the answer was due.
    pub due_on: String,
    /// In words.
    pub text: String,
    /// What was done about it: as stored, when, by whom, in words.
    pub done: Vec<(String, Timestamp, String, String)>,
}

/// A decision about how long the case is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// What was decided, as stored.
    pub kind: String,
    /// Until which day.
    pub until: Option<String>,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// The three files of a filed visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FiledVisit {
    /// The record.
    pub signed: SignedVisitRecord,
    /// Page and log.
    pub files: FiledFiles,
    /// When it was filed.
    pub filed_at: Timestamp,
}

/// What is not handed over, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stays {
    /// Records that are held unseen because the order does not cover them.
    pub held: usize,
    /// Items that may be privileged, or are.
    pub privileged: usize,
}

impl CaseFacts {
    /// Reads facts that another force signed.
    ///
    /// # Errors
    /// [`Refused::Content`]; the message says where, and quotes nothing of the case.
    pub fn read(json: &[u8], case: CaseId) -> Result<Self, Refused> {
        let facts: Self = serde_json::from_slice(json).map_err(|error| {
            Refused::Content(format!(
                "its facts are not what this program reads (line {}, column {}), and may be of a newer one",
                error.line(),
                error.column()
            ))
        })?;
        if facts.case != case {
            return Err(Refused::Content(
                "its facts are of another case than the one that was signed".to_owned(),
            ));
        }
        if facts.orders.is_empty() {
            return Err(Refused::Content("there is no order in it".to_owned()));
        }
        let longest = [facts.orders.len(), facts.ends.len(), facts.shield.len()].into_iter().max();
        match longest.is_some_and(|longest| longest <= ENTRIES_MAX) {
            true => Ok(facts),
            false => {
                Err(Refused::Content(format!("a list in its facts has more than {ENTRIES_MAX} entries")))
            }
        }
    }
}
