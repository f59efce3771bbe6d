//! What a paragraph prohibits on the device itself.

use serde::{Deserialize, Serialize};

use super::{PolicyCondition, Rule};
use crate::observation::MachineWhat;

/// A program, a kind of connection or of mount, or storage, as a list names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MachineThing {
    /// What people call it.
    pub label: String,
    /// What it is.
    pub what: MachineWhat,
    /// The names by which a system lists it, in small letters; one that ends in `*` stands for every name that begins so.
    pub names: Vec<String>,
    /// How much being there says, 1 to 1000.
    pub strength_permille: u16,
    /// What else it may be, for whoever decides; empty where there is nothing to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub care: String,
}

impl PolicyCondition {
    /// Whether any of its rules is about such a thing: without one nothing of the kind is captured for it.
    #[must_use]
    pub fn reads_machine(&self, what: MachineWhat) -> bool {
        let is_of_it = |rule: &Rule| matches!(rule, Rule::Machine { things, .. } if things.iter().any(|thing| thing.what == what));
        self.rules.iter().any(is_of_it)
    }
}
