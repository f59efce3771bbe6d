//! Alerts and decisions: what an officer is shown and what an officer records.

use serde::{Deserialize, Serialize};

/// State of an alert. [`AlertState::valid_from`] lists the legal predecessors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlertState {
    /// Nobody has opened it.
    New,
    /// An officer has opened it.
    Opened,
    /// An officer has decided.
    Decided,
}

impl AlertState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::New, Self::Opened, Self::Decided];

    /// The states from which this one may be reached.
    #[must_use]
    pub fn valid_from(self) -> &'static [Self] {
        match self {
            Self::New => &[],
            Self::Opened => &[Self::New],
            Self::Decided => &[Self::Opened],
        }
    }

    /// The word stored and shown in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Opened => "opened",
            Self::Decided => "decided",
        }
    }

    /// Reads [`AlertState::as_str`] back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// What an officer decided. Machine output never uses these words (invariant 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing of concern.
    NoConcern,
    /// The machine was wrong about what was there.
    MistakenFinding,
    /// Keep in mind; speak at the next visit.
    DiscussAtVisit,
    /// A suspected breach, in the officer's judgement.
    SuspectedBreach,
}

impl Outcome {
    /// Every outcome, in the order in which a form shows them.
    pub const ALL: [Self; 4] =
        [Self::NoConcern, Self::MistakenFinding, Self::DiscussAtVisit, Self::SuspectedBreach];

    /// The word stored and posted.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoConcern => "no-concern",
            Self::MistakenFinding => "mistaken-finding",
            Self::DiscussAtVisit => "discuss-at-visit",
            Self::SuspectedBreach => "suspected-breach",
        }
    }

    /// Words for a screen.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::NoConcern => "No concern",
            Self::MistakenFinding => "The finding was mistaken",
            Self::DiscussAtVisit => "Discuss at the next visit",
            Self::SuspectedBreach => "Suspected breach",
        }
    }

    /// Whether the officer upheld the finding, as counted in "upheld n of m decided alerts".
    #[must_use]
    pub fn upholds(self) -> bool {
        matches!(self, Self::DiscussAtVisit | Self::SuspectedBreach)
    }

    /// Reads [`Outcome::as_str`] back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::AlertState;

    #[test]
    fn every_alert_state_has_the_predecessors_that_the_design_gives() {
        let legal: Vec<_> = AlertState::ALL
            .into_iter()
            .flat_map(|to| AlertState::ALL.into_iter().map(move |from| (from, to)))
            .filter(|(from, to)| to.valid_from().contains(from))
            .collect();
        assert_eq!(legal, [(AlertState::New, AlertState::Opened), (AlertState::Opened, AlertState::Decided)]);
    }
}
