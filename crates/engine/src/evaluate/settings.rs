//! What a policy says beside its rules, made ready: innocent settings and references to children.

use std::collections::BTreeSet;

use proviso_model::policy::{Policy, PolicyCondition, Rule};

use super::EngineError;
use super::contexts::ContextReady;
use super::minor::MinorReady;
use crate::privilege::PrivilegeTest;
use crate::text::TermIndex;

/// Settings made ready.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) contexts: Vec<ContextReady>,
    pub(super) minor: Option<MinorReady>,
    pub(super) privilege: PrivilegeTest,
    /// Whether what a passage says depends on more than the words found: then a cut keeps whole passages.
    pub(super) by_passages: bool,
}

impl Settings {
    pub(super) fn new(policy: &Policy, index: &mut TermIndex) -> Result<Self, EngineError> {
        let has_scores = policy
            .conditions
            .iter()
            .flat_map(|condition| &condition.rules)
            .any(|rule| matches!(rule, Rule::Score { .. }));
        let minor = policy.minor.as_ref().map(|minor| MinorReady::new(minor, index)).transpose()?;
        Ok(Self {
            by_passages: has_scores || minor.is_some() || !policy.contexts.is_empty(),
            contexts: policy.contexts.iter().map(|rule| ContextReady::new(rule, index)).collect(),
            minor,
            privilege: PrivilegeTest::new(&policy.privilege)?,
        })
    }
}

/// The phrases within which a rule's words do not count: the order's own, and names of the settings that concern it.
pub(super) fn carved_out(policy: &Policy, condition: &PolicyCondition, rule: &Rule) -> Vec<String> {
    let concerned =
        policy.contexts.iter().filter(|context| context.lowers.iter().any(|one| one == rule.category()));
    let names: BTreeSet<&String> = concerned.flat_map(|context| &context.names).collect();
    condition.except.words.iter().chain(names).cloned().collect()
}
