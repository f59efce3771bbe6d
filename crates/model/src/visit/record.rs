//! The record of a visit.

use serde::{Deserialize, Serialize};

use super::{SignedVisitPass, VisitFacts};
use crate::hash::Digest;
use crate::ids::{CaseId, ForceId, VisitId};
use crate::time::Timestamp;

/// Domain of the chain of hashes over the log of what was touched: each is over the one before and the line.
pub const TOUCHED_DOMAIN: &str = "proviso/visit-touched/v1";

/// What was seen at a visit and what was made of it. Serialised once as JSON; those bytes are signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitRecord {
    /// [`super::VISIT_FORMAT`].
    pub format: u32,
    /// The visit; absent at a rehearsal with an order file, which no force vouches for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visit: Option<VisitId>,
    /// SHA-256 of the exact text of the pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_sha256: Option<Digest>,
    /// The force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force: Option<ForceId>,
    /// The case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// The order's reference.
    pub order_reference: String,
    /// When it began, by the device's clock.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// What it compares with.
    pub since: Timestamp,
    /// Name and version of the program.
    pub program: String,
    /// What was seen.
    pub facts: VisitFacts,
    /// What was made of it, by paragraph: a machine's words, for a person to judge.
    pub told: Vec<VisitTold>,
    /// What was not reached, and why.
    pub not_reached: Vec<String>,
    /// The log of what was touched.
    pub touched: VisitTouched,
    /// SHA-256 of the page that was talked through.
    pub page_sha256: Digest,
}

/// One paragraph of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitTold {
    /// Its number.
    pub paragraph: String,
    /// The court's words.
    pub text: String,
    /// Its kind, in words.
    pub kind: String,
    /// What was read for it; nothing where nothing may be or can be.
    pub read: Vec<String>,
    /// What was found.
    pub found: Vec<String>,
    /// What else it may be.
    pub care: Vec<String>,
    /// What cannot be seen at a visit.
    pub cannot: Vec<String>,
    /// What may be asked, about arrangements alone; nothing where `stop` is true.
    pub ask: Vec<String>,
    /// Whether something was found that the paragraph may be about: no question before a caution.
    pub stop: bool,
}

/// The log of what was touched: a file beside the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitTouched {
    /// Lines.
    pub lines: u64,
    /// The last hash of its chain ([`TOUCHED_DOMAIN`]); zeroes where it has no line.
    pub head: Digest,
}

/// A record with what shows whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedVisitRecord {
    /// The exact text ([`VisitRecord`] as JSON).
    pub record: String,
    /// Signature over [`signed_visit_record`] of it, base64: of the key that the pass names, or at a rehearsal of one made for it.
    pub signature: String,
    /// The pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass: Option<SignedVisitPass>,
}

/// The bytes that are signed for a [`SignedVisitRecord::record`].
#[must_use]
pub fn signed_visit_record(record: &str) -> Vec<u8> {
    format!("proviso/visit-record/v1\n{record}").into_bytes()
}
