//! A visit: what an officer takes along to look at a device beside the person, and the record of what was seen there.

mod facts;
mod record;

use serde::{Deserialize, Serialize};

pub use facts::{
    AccountFacts, AgentFacts, DeviceFacts, HistoryFacts, MachineSeen, ProfileFacts, SeenHow, SiteCount,
    VisitFacts,
};
pub use record::{
    SignedVisitRecord, TOUCHED_DOMAIN, VisitRecord, VisitTold, VisitTouched, signed_visit_record,
};

use crate::device_act::DeviceAct;
use crate::ids::{CaseId, DeviceId, ForceId, VisitId};
use crate::order::{Condition, OrderKind};
use crate::time::Timestamp;
use crate::wire::ForceKeys;

/// Version of passes and records that this build writes.
pub const VISIT_FORMAT: u32 = 1;

/// What a visit may look at, for how long and in whose name. Serialised once as JSON; those bytes are signed by the force's
/// policy key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitPass {
    /// [`VISIT_FORMAT`].
    pub format: u32,
    /// The visit.
    pub visit: VisitId,
    /// The force.
    pub force: ForceId,
    /// Its name, for the page.
    pub force_name: String,
    /// The case.
    pub case: CaseId,
    /// The officer it was made for, by sign-in name.
    pub officer: String,
    /// When it was made.
    pub issued_at: Timestamp,
    /// After this it is no longer good for looking.
    pub expires_at: Timestamp,
    /// The visit before, or whatever else the officer compares with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// The device whose last filed visit `since` is. On another one the visit compares with the beginning of the order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_of: Option<DeviceId>,
    /// What the order asks.
    pub order: VisitOrder,
    /// When a court had paused the order, or a paragraph of it, since the time that is compared with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pauses: Vec<KnownPause>,
    /// The person's enrolled devices, and what the gap ledger says of them since then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<KnownDevice>,
    /// The public key that the visit's record is signed with, hexadecimal. Its secret half goes along with the pass.
    pub record_key: String,
}

/// What a visit needs of an order: the paragraphs in force, without the person and without lists of words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitOrder {
    /// The order's reference.
    pub reference: String,
    /// Its kind.
    pub kind: OrderKind,
    /// The day on which it was made.
    pub made_on: jiff::civil::Date,
    /// Its time zone.
    pub timezone: String,
    /// The paragraphs in force on the day of the visit.
    pub conditions: Vec<Condition>,
}

/// An enrolled device as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownDevice {
    /// The device.
    pub device: DeviceId,
    /// The watched account on it.
    pub account: String,
    /// Its system.
    pub system: String,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// Minutes under the order since the time that the visit compares with.
    pub minutes: u64,
    /// Those that were watched.
    pub watched: u64,
    /// Those that were not, because of what an officer entered: custody, a repair.
    #[serde(default)]
    pub planned: u64,
    /// The longest of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<KnownGap>,
    /// The longest gaps among the others.
    pub gaps: Vec<KnownGap>,
    /// How many such gaps there were in all.
    pub gaps_in_all: u64,
    /// What an officer entered about it, or about the person, that lasts into the time compared with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<DeviceAct>,
}

/// That a court had paused the order, or one paragraph of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownPause {
    /// The paragraph; absent for the whole order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paragraph: Option<String>,
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after.
    pub until: Timestamp,
}

impl KnownPause {
    /// Whether the paragraph did not run at `at` because of it.
    #[must_use]
    pub fn covers(&self, paragraph: &str, at: Timestamp) -> bool {
        self.is_about(paragraph) && self.from <= at && at < self.until
    }

    /// Whether it is about that paragraph.
    #[must_use]
    pub fn is_about(&self, paragraph: &str) -> bool {
        self.paragraph.as_deref().is_none_or(|own| own == paragraph)
    }
}

/// A gap of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownGap {
    /// Its first minute.
    pub from: Timestamp,
    /// How many.
    pub minutes: u64,
    /// Why, in words.
    pub why: String,
}

/// A pass with what shows that the force made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedVisitPass {
    /// The exact text ([`VisitPass`] as JSON).
    pub pass: String,
    /// Signature of the policy key over [`signed_visit_pass`] of it, base64.
    pub signature: String,
    /// The keys in use when it was signed, certified by the root.
    pub keys: ForceKeys,
}

/// The bytes that the policy key signs for a [`SignedVisitPass::pass`].
#[must_use]
pub fn signed_visit_pass(pass: &str) -> Vec<u8> {
    format!("proviso/visit-pass/v1\n{pass}").into_bytes()
}
