//! Rules about a state rather than a text: a private window, monitoring software switched off, what runs on the device, a name that was used, a person whom the order names.

pub mod contacts;
pub mod machine;
pub mod names;

use proviso_model::observation::SoftwareState;
use proviso_model::policy::Rule;
use proviso_model::{ConditionKind, Fact};

/// What a state rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A private window was open.
    PrivateWindow,
    /// Monitoring software was switched off or removed.
    SoftwareStopped,
}

impl State {
    /// The state that serves a kind of condition.
    #[must_use]
    pub fn for_condition(kind: ConditionKind) -> Option<Self> {
        match kind {
            ConditionKind::NoPrivateBrowsing => Some(Self::PrivateWindow),
            ConditionKind::MonitoringSoftware => Some(Self::SoftwareStopped),
            _ => None,
        }
    }

    /// The rule's id.
    #[must_use]
    pub fn rule_id(self) -> &'static str {
        match self {
            Self::PrivateWindow => "state/private-window",
            Self::SoftwareStopped => "state/monitoring-software",
        }
    }

    /// The rule's category.
    #[must_use]
    pub fn category(self) -> &'static str {
        match self {
            Self::PrivateWindow => "private-window",
            Self::SoftwareStopped => "monitoring-software",
        }
    }

    /// The state that a policy's rule is about; nothing for a rule of another kind or of an id unknown here.
    #[must_use]
    pub fn of_rule(rule: &Rule) -> Option<Self> {
        let Rule::State { id, .. } = rule else { return None };
        [Self::PrivateWindow, Self::SoftwareStopped].into_iter().find(|state| state.rule_id() == id)
    }

    /// Whether a fact shows this state.
    #[must_use]
    pub fn shown_by(self, fact: &Fact) -> bool {
        match (self, fact) {
            (Self::PrivateWindow, Fact::PrivateWindow { .. }) => true,
            (Self::SoftwareStopped, Fact::Software { state, .. }) => {
                matches!(state, SoftwareState::Disabled | SoftwareState::Removed)
            }
            _ => false,
        }
    }
}
