//! What a device can watch for, by kind of condition, as `facts.toml` says it.

use proviso_model::ConditionKind;
use serde::{Deserialize, Serialize};

use crate::by_kind;

const FACTS: &str = include_str!("facts.toml");

/// What a device must have for something to be watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Needs {
    /// The program runs there.
    Agent,
    /// A browser that the extension runs in.
    Extension,
    /// A display on which other programs' windows can be looked into.
    Windows,
    /// A session on a desktop, whose programs tell what they show.
    Text,
    /// Both: text is read, and the window in which it stands can be looked into.
    TextInWindows,
}

/// One way in which a kind is watched.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct By {
    pub(super) needs: Needs,
    pub(super) how: String,
    pub(super) others: String,
}

/// What there is to say of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KindFacts {
    pub(super) kind: ConditionKind,
    pub(super) left: Vec<String>,
    #[serde(default)]
    pub(super) by: Vec<By>,
}

/// Facts of every kind.
pub(super) fn facts() -> Result<Vec<KindFacts>, toml::de::Error> {
    by_kind::read(FACTS)
}

#[cfg(test)]
mod tests {
    use super::facts;
    use proviso_model::ConditionKind;

    #[test]
    fn every_kind_has_its_facts_once_and_only_what_is_watched_says_how() {
        let facts = facts().expect("the facts are read");
        for kind in ConditionKind::ALL {
            let of: Vec<_> = facts.iter().filter(|one| one.kind == *kind).collect();
            let [one] = of.as_slice() else { panic!("{} stands {} times", kind.as_str(), of.len()) };
            assert_eq!(!one.by.is_empty(), kind.is_watched(), "{}", kind.as_str());
            assert!(!one.left.is_empty(), "{} says not what is left", kind.as_str());
        }
    }
}
