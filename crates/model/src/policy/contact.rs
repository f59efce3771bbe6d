//! With whom a paragraph prohibits contact, as a device has it.

use serde::{Deserialize, Serialize};

use super::{PolicyCondition, Rule};
use crate::hash::Digest;

/// One person, by fingerprints: who they are need not lie on the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactFingerprints {
    /// Of accounts, e-mail addresses and telephone numbers, sorted.
    pub identifiers: Vec<Digest>,
    /// Of the name on the site of each account, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<Digest>,
}

impl PolicyCondition {
    /// Whether any of its rules is about contact with named people: without one nothing is captured for it.
    #[must_use]
    pub fn reads_contacts(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule, Rule::Contacts { .. }))
    }

    /// Whether any of its rules is about names that are used: without one none is captured for it.
    #[must_use]
    pub fn reads_names(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule, Rule::Names { .. }))
    }
}
