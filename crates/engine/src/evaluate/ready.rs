//! Rules made ready for reading: the dear part of an engine, which is the same for every order with the same rules.

use std::sync::Arc;

use proviso_model::policy::{Policy, PolicyCondition, Rule};
use proviso_model::privilege::PrivilegeRule;
use proviso_model::setting::{ContextRule, MinorRule};

use super::EngineError;
use super::scores::ScoreRule;
use super::settings::{Settings, carved_out};
use super::words::WordsRule;
use crate::SEMANTICS;
use crate::conversation::Stages;
use crate::text::TermIndex;

/// What was made of the rules of a policy that read words, scores and conversations, and of its settings. Paragraphs, windows, names,
/// contacts and all else that is a person's own is in the engine, so engines of several people can hold the same
/// ([`ReadyRules::serves`]).
#[derive(Debug)]
pub struct ReadyRules {
    pub(super) conditions: Vec<Arc<ReadyCondition>>,
    pub(super) settings: Settings,
    pub(super) index: TermIndex,
    contexts: Vec<ContextRule>,
    minor: Option<Box<MinorRule>>,
    privilege: Vec<PrivilegeRule>,
}

/// Of one condition.
#[derive(Debug)]
pub(super) struct ReadyCondition {
    /// One for each rule of the condition; nothing for rules of which nothing is made.
    pub(super) rules: Vec<Option<Arc<Rule>>>,
    /// One for each rule of the condition; nothing for rules that read no words.
    pub(super) words: Vec<Option<WordsRule>>,
    /// One for each rule of the condition; nothing for rules that read no conversation.
    pub(super) stages: Vec<Option<Stages>>,
    /// One for each rule; nothing for rules that read no scores.
    pub(super) scores: Vec<Option<ScoreRule>>,
    except: Vec<String>,
}

fn is_made_ready(rule: &Rule) -> bool {
    matches!(rule, Rule::Words { .. } | Rule::Score { .. } | Rule::Conversation { .. })
}

impl ReadyRules {
    /// Makes the rules of a policy ready.
    ///
    /// # Errors
    /// [`EngineError`] when the policy is for other semantics or its terms or models do not fit.
    pub fn new(policy: &Policy) -> Result<Self, EngineError> {
        if policy.engine_semantics != SEMANTICS {
            return Err(EngineError::Semantics { policy: policy.engine_semantics });
        }
        let mut index = TermIndex::default();
        let conditions = policy
            .conditions
            .iter()
            .map(|condition| ReadyCondition::new(policy, condition, &mut index).map(Arc::new));
        let conditions = conditions.collect::<Result<_, _>>()?;
        let settings = Settings::new(policy, &mut index)?;
        index.build()?;
        Ok(Self {
            conditions,
            settings,
            index,
            contexts: policy.contexts.clone(),
            minor: policy.minor.clone(),
            privilege: policy.privilege.clone(),
        })
    }

    /// Whether the same would be made of another policy's rules.
    #[must_use]
    pub fn serves(&self, policy: &Policy) -> bool {
        policy.engine_semantics == SEMANTICS
            && self.conditions.len() == policy.conditions.len()
            && self.contexts == policy.contexts
            && self.minor == policy.minor
            && self.privilege == policy.privilege
            && self
                .conditions
                .iter()
                .zip(&policy.conditions)
                .all(|(ready, condition)| ready.serves(condition))
    }
}

impl ReadyCondition {
    fn new(policy: &Policy, condition: &PolicyCondition, index: &mut TermIndex) -> Result<Self, EngineError> {
        let mut ready = Self {
            rules: Vec::new(),
            words: Vec::new(),
            stages: Vec::new(),
            scores: Vec::new(),
            except: condition.except.words.clone(),
        };
        for rule in &condition.rules {
            let except = carved_out(policy, condition, rule);
            ready.rules.push(is_made_ready(rule).then(|| Arc::new(rule.clone())));
            ready.words.push(WordsRule::new(rule, &except, index));
            ready.scores.push(ScoreRule::new(rule, condition)?);
            ready.stages.push(match rule {
                Rule::Conversation { id, stages, .. } => {
                    let fault = |problem| EngineError::Stages { rule: id.clone(), problem };
                    Some(Stages::new(stages).map_err(fault)?)
                }
                _ => None,
            });
        }
        Ok(ready)
    }

    fn serves(&self, condition: &PolicyCondition) -> bool {
        self.rules.len() == condition.rules.len()
            && self.except == condition.except.words
            && self.rules.iter().zip(&condition.rules).all(|(made_of, rule)| match made_of {
                Some(made_of) => **made_of == *rule,
                None => !is_made_ready(rule),
            })
    }
}
