//! Changed words on trial: evaluated on a device beside those in force, and only counted.

use serde::{Deserialize, Serialize};

use super::{Policy, PolicyCondition};
use crate::ids::TrialId;
use crate::setting::MinorRule;
use crate::time::Timestamp;

/// Conditions as they would be with changed packs. They serve the same paragraphs, so nothing is read for them that is not read
/// under the order; what they would find is counted and nothing of it kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Which trial of the force it is.
    pub id: TrialId,
    /// The first instant at which it no longer runs.
    pub until: Timestamp,
    /// The conditions whose rules would change, each whole.
    pub conditions: Vec<PolicyCondition>,
    /// How references to children would be found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minor: Option<Box<MinorRule>>,
}

/// How often words on trial would have said something else, over a stretch of watched time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialCount {
    /// The trial.
    pub trial: TrialId,
    /// Observations that both were asked about.
    pub observed: u64,
    /// Findings that only the words on trial would have raised.
    pub also: u64,
    /// Findings that only the words in force raised.
    pub gone: u64,
}

impl Policy {
    /// The policy as it would be with the words on trial; `None` where there are none.
    #[must_use]
    pub fn on_trial(&self) -> Option<Self> {
        let trial = self.trial.as_deref()?;
        let mut tried = Self { trial: None, minor: trial.minor.clone(), ..self.clone() };
        for condition in &mut tried.conditions {
            let changed = trial.conditions.iter().find(|one| one.paragraph == condition.paragraph);
            if let Some(changed) = changed.filter(|one| one.kind == condition.kind) {
                condition.rules.clone_from(&changed.rules);
            }
        }
        Some(tried)
    }

    /// The trial that makes of this policy what `changed` would be; `None` where nothing changes.
    #[must_use]
    pub fn trial_of(&self, changed: &Self, id: TrialId, until: Timestamp) -> Option<Trial> {
        let is_changed = |one: &PolicyCondition| {
            let now =
                self.conditions.iter().find(|now| now.paragraph == one.paragraph && now.kind == one.kind);
            now.is_some_and(|now| now.rules != one.rules)
        };
        let conditions: Vec<_> = changed.conditions.iter().filter(|one| is_changed(one)).cloned().collect();
        let differs = !conditions.is_empty() || changed.minor != self.minor;
        differs.then(|| Trial { id, until, conditions, minor: changed.minor.clone() })
    }
}
