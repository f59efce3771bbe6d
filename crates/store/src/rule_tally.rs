//! What officers decided on the alerts that a rule raised.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::alert::Outcome;
use proviso_model::order::ConditionKind;

use crate::error::Result;

/// How many alerts that rest on one rule, as one version of one pack has it, were decided in one way. Counts only: no case and no officer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleTally {
    /// Kind of condition.
    pub condition: ConditionKind,
    /// Rule.
    pub rule: String,
    /// Pack and version; `None` for findings from before these were kept.
    pub pack: Option<(String, String)>,
    /// The decision.
    pub outcome: Outcome,
    /// Alerts.
    pub alerts: u64,
}

/// Verbs on rules.
#[async_trait]
pub trait RuleTallyStore {
    /// What was decided in `[from, until)`, by rule, version and outcome, in that order; an alert on which several rules speak counts for
    /// each.
    ///
    /// # Errors
    /// [`crate::StoreError`].
    async fn rule_tally(&self, from: Timestamp, until: Timestamp) -> Result<Vec<RuleTally>>;
}
