//! Rules about a state rather than a text: a private window, monitoring software switched off, what runs on the device, a browser's
//! history, a name that was used, a person whom the order names.

pub mod contacts;
pub mod history;
pub mod machine;
pub mod names;

use proviso_model::observation::SoftwareState;
use proviso_model::policy::{HISTORY_RULES, Rule};
use proviso_model::{ConditionKind, Fact, HistorySetting};

use self::history::{HistoryTold, told};

/// What a state rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A private window was open.
    PrivateWindow,
    /// Monitoring software was switched off or removed.
    SoftwareStopped,
    /// Entries of a browser's history were removed.
    HistoryDeleted,
    /// A browser keeps no history by its settings.
    HistoryNotKept,
}

impl State {
    /// All of them.
    const ALL: [Self; 4] =
        [Self::PrivateWindow, Self::SoftwareStopped, Self::HistoryDeleted, Self::HistoryNotKept];

    /// The states that serve a kind of condition.
    #[must_use]
    pub fn for_condition(kind: ConditionKind) -> &'static [Self] {
        match kind {
            ConditionKind::NoPrivateBrowsing => &[Self::PrivateWindow],
            ConditionKind::MonitoringSoftware => &[Self::SoftwareStopped],
            ConditionKind::NoHistoryDeletion => &[Self::HistoryDeleted],
            ConditionKind::KeepHistory => &[Self::HistoryDeleted, Self::HistoryNotKept],
            _ => &[],
        }
    }

    /// The rule's id.
    #[must_use]
    pub fn rule_id(self) -> &'static str {
        match self {
            Self::PrivateWindow => "state/private-window",
            Self::SoftwareStopped => "state/monitoring-software",
            Self::HistoryDeleted => HISTORY_RULES[0],
            Self::HistoryNotKept => HISTORY_RULES[1],
        }
    }

    /// The rule's category.
    #[must_use]
    pub fn category(self) -> &'static str {
        match self {
            Self::PrivateWindow => "private-window",
            Self::SoftwareStopped => "monitoring-software",
            Self::HistoryDeleted => "history-deleted",
            Self::HistoryNotKept => "history-not-kept",
        }
    }

    /// The state that a policy's rule is about; nothing for a rule of another kind or of an id unknown here.
    #[must_use]
    pub fn of_rule(rule: &Rule) -> Option<Self> {
        let Rule::State { id, .. } = rule else { return None };
        Self::ALL.into_iter().find(|state| state.rule_id() == id)
    }

    /// Whether a fact shows this state.
    #[must_use]
    pub fn shown_by(self, fact: &Fact) -> bool {
        match (self, fact) {
            (Self::PrivateWindow, Fact::PrivateWindow { .. }) => true,
            (Self::SoftwareStopped, Fact::Software { state, .. }) => {
                matches!(state, SoftwareState::Disabled | SoftwareState::Removed)
            }
            (Self::HistoryDeleted, Fact::History(seen)) => matches!(told(seen), HistoryTold::Removed(_)),
            // What may be so is not told as if it were.
            (Self::HistoryNotKept, Fact::History(seen)) => {
                seen.setting_is_new
                    && seen.after.setting.is_some_and(|setting| setting != HistorySetting::MayClear)
            }
            _ => false,
        }
    }
}
