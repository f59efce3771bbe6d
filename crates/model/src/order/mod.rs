//! A court order as a force enters it: a TOML file, read with errors that point at line and column.

mod contact;
mod end;
mod kinds;
mod parse;

use serde::{Deserialize, Serialize};

pub use contact::Contact;
pub use end::{OrderEnd, OrderEndKind};
pub use kinds::{AuthorityBasis, ConditionKind, OrderKind};
pub use parse::OrderError;

/// A court's document. Dates are civil and inclusive, in `timezone`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The court's or force's reference.
    pub reference: String,
    /// Selects breach provision and recipient.
    pub kind: OrderKind,
    /// The day on which it was made.
    pub made_on: jiff::civil::Date,
    /// The last day on which it runs.
    pub expires_on: jiff::civil::Date,
    /// IANA time zone of its dates, for example `Europe/London`.
    pub timezone: String,
    /// Whom it names.
    pub person: Person,
    /// What allows monitoring at all. Without it enrolment refuses (invariant 1).
    pub authority: Authority,
    /// Languages of packs that the person is likely to read or write (BCP 47, such as `pl`); the server's own when empty.
    /// English always belongs to them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<String>,
    /// The person's own treatment programme, by its sites and its words: an innocent setting.
    #[serde(default, skip_serializing_if = "Exceptions::is_empty")]
    pub treatment: Exceptions,
    /// The numbered terms.
    pub conditions: Vec<Condition>,
}

/// Whom an order names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Name as on the order.
    pub name: String,
    /// The force's own number for the person, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// What allows monitoring: a paragraph that requires it, or consent; with the force's recorded legal basis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authority {
    /// Paragraph or consent.
    pub basis: AuthorityBasis,
    /// The paragraph that requires monitoring (for `basis = "paragraph"`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<String>,
    /// The day on which consent was signed (for `basis = "consent"`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_signed_on: Option<jiff::civil::Date>,
    /// The day on which consent was withdrawn: monitoring stops.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent_withdrawn_on: Option<jiff::civil::Date>,
    /// The force's legal basis, in its own words.
    pub legal_basis: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// When.
    pub recorded_on: jiff::civil::Date,
}

/// One numbered term of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Its number in the order.
    pub paragraph: String,
    /// The court's words.
    pub text: String,
    /// Kind from the catalogue.
    pub kind: ConditionKind,
    /// First day, where it differs from the order's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<jiff::civil::Date>,
    /// Last day, where it differs from the order's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<jiff::civil::Date>,
    /// Words that the order itself names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
    /// Words that this order ties to the index offence, shown apart from the others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offence_words: Vec<String>,
    /// Sites that the order itself names, as host names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<String>,
    /// Carve-outs.
    #[serde(default, skip_serializing_if = "Exceptions::is_empty")]
    pub except: Exceptions,
    /// Days within which the police must be told (for `declare-devices` and `declare-names`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within_days: Option<u16>,
    /// The age below which contact is prohibited (for `no-contact-with-children`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_age: Option<u8>,
    /// What has been declared and is therefore allowed: storage by serial number, connections, vaults, cloud storage or user names. The list is sensitive.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub declared: Vec<String>,
    /// With whom contact is prohibited (for `no-contact-with`).
    #[serde(default, rename = "contact", skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<Contact>,
}

/// What a condition does not cover.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exceptions {
    /// Sites, as host names; their sub-domains are included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<String>,
    /// Words or phrases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<String>,
}

impl Exceptions {
    /// Whether nothing is carved out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sites.is_empty() && self.words.is_empty()
    }
}
