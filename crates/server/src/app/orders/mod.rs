//! Orders as officers enter them in the console: what was typed, kept as it was typed; what is wrong with it, by the field; the order
//! file that it makes; and what a change of an order changes. Nothing here asks who may.

mod changes;
mod dated;
mod fault;
pub mod kept;
pub mod preview;
mod read;
mod takes;
mod write;

use serde::{Deserialize, Serialize};

pub use changes::{Changed, changes};
pub use dated::Ending;
pub use fault::{Fault, Place, faults, head_alone, order_of, paragraph_faults};
pub use takes::{Takes, takes};

/// Most paragraphs of a draft: as many as an order has conditions.
pub const PARAGRAPHS_MAX: usize = proviso_model::limits::CONDITIONS_MAX;

/// What was typed. Everything is text, for what is half typed is kept too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// The order but for its paragraphs.
    pub head: Head,
    /// Its paragraphs.
    pub paragraphs: Vec<Paragraph>,
    /// From which day, and why: for a change.
    pub change: Change,
    /// What ended: for an end.
    pub end: End,
}

/// The order but for its paragraphs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Head {
    /// The court's reference.
    pub reference: String,
    /// Kind of order, as in an order file.
    pub kind: String,
    /// The day on which it was made.
    pub made_on: String,
    /// Its last day.
    pub expires_on: String,
    /// Time zone of its dates.
    pub timezone: String,
    /// Languages of packs, with commas.
    pub languages: String,
    /// Name as on the order.
    pub person_name: String,
    /// The force's number.
    pub person_reference: String,
    /// What monitoring rests on: `paragraph` or `consent`.
    pub basis: String,
    /// The paragraph that requires monitoring.
    pub authority_paragraph: String,
    /// When consent was signed.
    pub consent_signed_on: String,
    /// When it was withdrawn.
    pub consent_withdrawn_on: String,
    /// The force's legal basis.
    pub legal_basis: String,
    /// Who recorded it: whoever entered it here.
    pub recorded_by: String,
    /// When.
    pub recorded_on: String,
    /// Sites of the person's treatment programme, one in a line.
    pub treatment_sites: String,
    /// Its words, one in a line.
    pub treatment_words: String,
}

/// A paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Paragraph {
    /// Its number.
    pub paragraph: String,
    /// The court's words.
    pub text: String,
    /// First day, where it has one of its own.
    pub from: String,
    /// Last day, likewise.
    pub until: String,
    /// Kind, as in an order file; empty until an officer has decided.
    pub kind: String,
    /// Lists, one in a line.
    pub words: String,
    /// Words tied to the index offence.
    pub offence_words: String,
    /// Sites that the order names.
    pub sites: String,
    /// Sites that are carved out.
    pub except_sites: String,
    /// Words that are carved out.
    pub except_words: String,
    /// Days within which the police are told.
    pub within_days: String,
    /// Age below which contact is prohibited.
    pub under_age: String,
    /// What has been declared.
    pub declared: String,
    /// People, one in a line, with what identifies each after semicolons.
    pub contacts: String,
}

/// From which day a changed order applies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Change {
    /// First day.
    pub from: String,
    /// The court's reference of the change, and who told.
    pub reason: String,
}

/// What ended, and when.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct End {
    /// As in [`proviso_model::order::OrderEndKind`].
    pub kind: String,
    /// The paragraph; empty for the whole order.
    pub paragraph: String,
    /// First day on which it does not run.
    pub from: String,
    /// Last such day.
    pub until: String,
    /// The court's reference, and who told.
    pub reason: String,
    /// The entry that this corrects; empty for a new one.
    pub corrects: String,
    /// `yes` where that entry was a mistake.
    pub takes_back: String,
}

/// The lines of a list, without those that are empty.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}
