//! What a visit may read by kind of paragraph, as `facts.toml` says it.

use std::collections::BTreeSet;

use proviso_model::ConditionKind;
use proviso_model::order::Condition;
use serde::Deserialize;

use super::VisitRead;
use crate::by_kind;

const FACTS: &str = include_str!("facts.toml");

/// What there is to say of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KindFacts {
    pub(super) kind: ConditionKind,
    #[serde(default)]
    reads: BTreeSet<VisitRead>,
    /// Whether that is so only where the paragraph names sites.
    #[serde(default)]
    when_sites_are_named: bool,
    pub(super) cannot: Vec<String>,
    #[serde(default)]
    pub(super) ask: Vec<String>,
}

/// Facts of every kind.
pub(super) fn facts() -> Result<Vec<KindFacts>, toml::de::Error> {
    by_kind::read(FACTS)
}

/// What a paragraph lets be read.
pub(super) fn reads_of(facts: &[KindFacts], condition: &Condition) -> BTreeSet<VisitRead> {
    let of = facts.iter().find(|facts| facts.kind == condition.kind);
    let of = of.filter(|facts| !facts.when_sites_are_named || !condition.sites.is_empty());
    of.map(|facts| facts.reads.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proviso_model::ConditionKind;

    use super::facts;

    #[test]
    fn every_kind_has_its_facts_once_and_says_what_a_visit_cannot_see() {
        let facts = facts().expect("the facts are read");
        for kind in ConditionKind::ALL {
            let of: Vec<_> = facts.iter().filter(|one| one.kind == *kind).collect();
            let [one] = of.as_slice() else { panic!("{} stands {} times", kind.as_str(), of.len()) };
            assert!(!one.cannot.is_empty(), "{}", kind.as_str());
            assert!(
                one.ask.is_empty() || !one.reads.is_empty(),
                "{}: asks of what is not read",
                kind.as_str()
            );
        }
    }
}
