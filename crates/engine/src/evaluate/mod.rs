//! Observations to findings, and the cut of an observation to what its findings rest on.

mod against;
mod contact;
mod contexts;
mod counting;
mod doubt;
mod error;
mod explain;
mod explain_talk;
mod jsonl;
mod judging;
mod machine;
mod minor;
mod names;
mod near;
mod once;
mod passages;
mod pictures;
mod reading;
mod ready;
mod reduce;
mod scores;
mod searched;
mod settings;
mod shield;
mod site_lists;
mod stages;
mod states;
mod talk;
mod worded;
mod words;
mod words_talk;

use std::collections::BTreeSet;
use std::sync::Arc;

use proviso_model::judgement::{ModelScore, PictureOpinion};
use proviso_model::policy::{PackRef, Pause, Policy, PolicyCondition, Rule};
use proviso_model::{Digest, Fact, Finding, Observation, Span};

pub use error::EngineError;
pub use jsonl::{LineError, evaluate_line};
pub use ready::ReadyRules;

pub(crate) use counting::{Counting, weight_of};
pub(crate) use explain::quoted;
pub(crate) use minor::is_read_with_minors;

use self::judging::Judging;
use self::once::ReadOnce;
use self::reading::Reading;
use self::ready::ReadyCondition;
use self::words::WordsRule;
use crate::SEMANTICS;
use crate::attribution::{Weighs, may_raise_any, weighs};
use crate::behaviour::State;
use crate::sites::{host_of_address, with_parents};

/// A policy made ready. Evaluation is pure: the same observation gives the same findings, byte for byte.
#[derive(Debug, Clone)]
pub struct Engine {
    conditions: Vec<Ready>,
    rules: Arc<ReadyRules>,
    pauses: Vec<Pause>,
    shield_hosts: Vec<String>,
    shield_addresses: Vec<String>,
    /// Hash sets of child abuse that any condition names, also where an engine has only some of the conditions.
    child_abuse: BTreeSet<Digest>,
    policy: Digest,
}

/// A condition made ready.
#[derive(Debug, Clone)]
struct Ready {
    /// Without its rules, which are beside it.
    condition: PolicyCondition,
    rules: Vec<Arc<Rule>>,
    made: Arc<ReadyCondition>,
}

impl Ready {
    fn new(condition: &PolicyCondition, made: &Arc<ReadyCondition>) -> Result<Self, EngineError> {
        let mut rules = Vec::with_capacity(condition.rules.len());
        for (rule, made_of) in condition.rules.iter().zip(&made.rules) {
            if let Rule::State { id, .. } = rule
                && State::of_rule(rule).is_none()
            {
                return Err(EngineError::UnknownRule(id.clone()));
            }
            rules.push(made_of.clone().unwrap_or_else(|| Arc::new(rule.clone())));
        }
        let condition = PolicyCondition {
            paragraph: condition.paragraph.clone(),
            text: condition.text.clone(),
            kind: condition.kind,
            valid_from: condition.valid_from,
            valid_until: condition.valid_until,
            rules: Vec::new(),
            except: condition.except.clone(),
            wording: condition.wording.clone(),
        };
        Ok(Self { condition, rules, made: Arc::clone(made) })
    }

    fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(Arc::as_ref)
    }

    /// The condition's rule of sexual words.
    fn sexual(&self) -> Option<&WordsRule> {
        let is_sexual = |rule: &Rule| matches!(rule, Rule::Words { category, .. } if category == SEXUAL);
        let at = self.rules().position(is_sexual)?;
        self.made.words.get(at)?.as_ref()
    }
}

/// Category of sexual words.
const SEXUAL: &str = "sexual";

/// A rule that spoke, before it is worded.
struct Spoken<'p> {
    rule: &'p Rule,
    strength_permille: u16,
    spans: Vec<Span>,
    /// What was seen, where the spans alone do not tell it; of a conversation without its place.
    seen: Option<String>,
    why_not: String,
    /// Which words count, or do not, for a word near them: sentences, empty for none.
    in_context: String,
    /// Whose words were found, in the order of the rule; at least one.
    packs: Vec<&'p PackRef>,
    /// Numbers of the messages that it rests on, where the fact is a conversation.
    rests_on: Vec<u32>,
    score: Option<ModelScore>,
    picture: Option<Box<PictureOpinion>>,
}

impl<'p> Spoken<'p> {
    /// A rule that knows no more or less.
    fn certain(rule: &'p Rule, pack: &'p PackRef, spans: Vec<Span>, why_not: String) -> Self {
        Self {
            rule,
            strength_permille: 1000,
            spans,
            seen: None,
            why_not,
            in_context: String::new(),
            packs: vec![pack],
            rests_on: Vec::new(),
            score: None,
            picture: None,
        }
    }

    /// Takes in what a score says of the same category.
    fn join(&mut self, score: Self) {
        self.strength_permille = self.strength_permille.max(score.strength_permille);
        self.spans.extend(score.spans);
        self.why_not = explain::either_would_not(&self.why_not, &score.why_not);
        self.rests_on.extend(score.rests_on);
        self.score = score.score;
    }
}

impl Engine {
    /// What findings mean; see [`crate::SEMANTICS`].
    pub const SEMANTICS: u32 = SEMANTICS;

    /// Makes a policy ready. `policy_hash` is the hash of its exact JSON bytes (domain `proviso/policy/v1`), written
    /// into findings.
    ///
    /// # Errors
    /// [`EngineError`] when the policy is for other semantics or its terms do not fit.
    pub fn new(policy: &Policy, policy_hash: Digest) -> Result<Self, EngineError> {
        Self::of(policy, policy_hash, Arc::new(ReadyRules::new(policy)?))
    }

    /// The same in a fraction of the time, with rules that were made ready for a policy with the same ones; they are made anew where
    /// they do not serve this policy.
    ///
    /// # Errors
    /// [`EngineError`], as [`Engine::new`].
    pub fn with(policy: &Policy, policy_hash: Digest, rules: &Arc<ReadyRules>) -> Result<Self, EngineError> {
        if !rules.serves(policy) {
            return Self::new(policy, policy_hash);
        }
        Self::of(policy, policy_hash, Arc::clone(rules))
    }

    fn of(policy: &Policy, policy_hash: Digest, rules: Arc<ReadyRules>) -> Result<Self, EngineError> {
        let conditions = policy.conditions.iter().zip(&rules.conditions);
        let conditions = conditions.map(|(condition, made)| Ready::new(condition, made));
        let (addresses, hosts) = policy.shield.iter().cloned().partition(|entry| entry.contains('@'));
        Ok(Self {
            conditions: conditions.collect::<Result<_, _>>()?,
            rules,
            pauses: policy.pauses.clone(),
            shield_hosts: hosts,
            shield_addresses: addresses,
            child_abuse: pictures::sets_of_child_abuse(policy),
            policy: policy_hash,
        })
    }

    /// Its rules, for [`Engine::with`] of another policy.
    #[must_use]
    pub fn rules(&self) -> &Arc<ReadyRules> {
        &self.rules
    }

    /// What the conditions in force at `observed_at` say of an observation, in the order of the policy. Nothing for
    /// background activity (invariant 7), for shielded contacts and outside every condition's window. The context of a
    /// conversation is part of its observation: see [`crate::conversation::Contexts`].
    #[must_use]
    pub fn evaluate(&self, observation: &Observation) -> Vec<Finding> {
        self.evaluate_once(observation, &ReadOnce::new(&self.rules.index))
    }

    fn evaluate_once(&self, observation: &Observation, once: &ReadOnce<'_>) -> Vec<Finding> {
        let in_force = self.in_force(observation);
        if in_force.is_empty() {
            return Vec::new();
        }
        let reading = Reading::of(observation, once);
        let judging = Judging::of(&reading, once);
        let spoken = spoken(&in_force, observation, &reading, &judging);
        let finding = |(ready, spoken)| self.finding(observation, ready, spoken, &judging);
        let mut findings: Vec<Finding> = spoken.into_iter().filter_map(finding).collect();
        pictures::mark_child_abuse(&mut findings, observation, &self.child_abuse);
        if !findings.is_empty() {
            once.keep(reading.stretches.iter().map(|stretch| (&*stretch.text, &stretch.read)));
            once.keep(judging.passages.iter().map(|passage| (passage.text, &passage.read)));
        }
        findings
    }

    /// Whether any condition may say anything of an observation; of background activity, a shielded contact or a site that every
    /// condition allows none may, and nothing need be found out about it.
    #[must_use]
    pub fn may_speak(&self, observation: &Observation) -> bool {
        !self.in_force(observation).is_empty()
    }

    /// The conditions that may say anything of an observation.
    fn in_force(&self, observation: &Observation) -> Vec<&Ready> {
        if !may_raise_any(&observation.attribution, &observation.fact) || self.is_shielded(observation) {
            return Vec::new();
        }
        let (since, until) = (states::since(observation), observation.observed_at);
        if self.pauses.iter().any(|pause| pause.covers_any(since, until)) {
            return Vec::new();
        }
        let is_excepted = |ready: &Ready| {
            let except = &ready.condition.except.sites;
            observation.fact.url().is_some_and(|address| is_listed(address, except))
        };
        self.conditions
            .iter()
            .filter(|ready| ready.condition.in_force(since) && ready.condition.in_force(until))
            .filter(|ready| reading::captures(ready.condition.kind, &observation.fact))
            .filter(|ready| !is_excepted(ready))
            .collect()
    }

    /// The same engine for some of its conditions alone: what would have been found, and sealed, for them.
    #[must_use]
    pub fn only(&self, is_meant: impl Fn(&PolicyCondition) -> bool) -> Self {
        let mut only = self.clone();
        only.conditions.retain(|ready| is_meant(&ready.condition));
        only
    }

    /// Numbers of the messages that any rule rests on.
    fn messages_used(&self, observation: &Observation, once: &ReadOnce<'_>) -> BTreeSet<u32> {
        let in_force = self.in_force(observation);
        let reading = Reading::of(observation, once);
        let judging = Judging::of(&reading, once);
        let spoken = spoken(&in_force, observation, &reading, &judging);
        spoken.into_iter().flat_map(|(_, spoken)| spoken.rests_on).collect()
    }

    /// The observation cut to the passages that its findings rest on, with surroundings. Evaluating the cut gives
    /// exactly the same findings.
    #[must_use]
    pub fn reduce(&self, observation: &Observation, findings: &[Finding]) -> Observation {
        reduce::reduce(self, observation, findings, &ReadOnce::keeping(&self.rules.index))
    }

    /// What is to be sealed of an observation: its findings, and the observation cut to what they rest on. Nothing where
    /// there is no finding. The same as [`Engine::evaluate`] and [`Engine::reduce`] one after the other, in less time.
    #[must_use]
    pub fn evaluate_and_reduce(&self, observation: &Observation) -> Option<(Observation, Vec<Finding>)> {
        self.evaluate_and_reduce_picture(observation, || None)
    }

    /// The same of a picture without its bytes, which `content` gives in base64 only where a finding needs somebody to look.
    #[must_use]
    pub fn evaluate_and_reduce_picture(
        &self,
        observation: &Observation,
        content: impl FnOnce() -> Option<String>,
    ) -> Option<(Observation, Vec<Finding>)> {
        let once = ReadOnce::keeping(&self.rules.index);
        let findings = self.evaluate_once(observation, &once);
        if findings.is_empty() {
            return None;
        }
        let with = pictures::with_content(observation, &findings, &self.child_abuse, content);
        Some((reduce::reduce(self, with.as_ref().unwrap_or(observation), &findings, &once), findings))
    }
}

/// What the rules of each condition say, each category once: what a score adds to a rule of words becomes part of it.
fn spoken<'p>(
    conditions: &[&'p Ready],
    observation: &Observation,
    reading: &Reading<'_>,
    judging: &Judging<'_>,
) -> Vec<(&'p Ready, Spoken<'p>)> {
    let mut all = Vec::new();
    let anything = weighs(&observation.attribution, &observation.fact) == Weighs::Anything;
    for ready in conditions {
        let mut of_condition: Vec<Spoken<'p>> = Vec::new();
        let lines = talk::within(&reading.talk, &ready.condition);
        let made = &ready.made;
        let made_ready = made.words.iter().zip(&made.stages).zip(&made.scores).filter(|_| anything);
        if let Fact::Picture(picture) = &observation.fact {
            let counts = |rule: &&Rule| anything || matches!(rule, Rule::HashSets { .. });
            let rules = ready.rules().filter(counts);
            of_condition.extend(rules.flat_map(|rule| pictures::speak(rule, picture, observation)));
        }
        for (rule, ((words, stages), score)) in ready.rules().zip(made_ready) {
            let new = match (rule, stages, score, words) {
                (_, Some(stages), ..) => stages::speak(rule, stages, ready.sexual(), &lines),
                (_, _, Some(score), _) => score.speak(rule, &made.words, judging, &lines),
                (_, _, _, Some(words)) if lines.is_empty() => words.speak(rule, reading),
                (_, _, _, Some(words)) => words.speak_in_talk(rule, &lines),
                (Rule::Contacts { .. }, ..) => contact::speak(rule, observation, &lines),
                _ => speak(ready, rule, observation),
            };
            let Some(new) = new else { continue };
            let joined =
                |one: &&mut Spoken<'_>| new.score.is_some() && one.rule.category() == rule.category();
            match of_condition.iter_mut().find(joined) {
                Some(words) => words.join(new),
                None => of_condition.push(new),
            }
        }
        all.extend(of_condition.into_iter().map(|spoken| (*ready, spoken)));
    }
    all
}

fn speak<'p>(ready: &'p Ready, rule: &'p Rule, observation: &Observation) -> Option<Spoken<'p>> {
    match rule {
        Rule::Words { .. }
        | Rule::Score { .. }
        | Rule::Conversation { .. }
        | Rule::HashSets { .. }
        | Rule::Contacts { .. }
        | Rule::PictureScore { .. } => None,
        Rule::Machine { .. } => machine::speak(rule, observation),
        Rule::Names { .. } => names::speak(ready, rule, observation),
        Rule::Sites { hosts, pack, .. } => {
            let Fact::Page { url, .. } = &observation.fact else { return None };
            let span = reading::listed_host(url, hosts, rule)?;
            let why_not = explain::SITE_WOULD_NOT.to_owned();
            Some(Spoken::certain(rule, pack, vec![span], why_not))
        }
        Rule::State { pack, .. } => states::speak(rule, pack, observation),
        Rule::SiteLists { .. } => site_lists::speak(rule, observation),
    }
}

/// Whether the host of an address, or a parent domain of it, is in `hosts`.
fn is_listed(address: &str, hosts: &[String]) -> bool {
    if hosts.is_empty() {
        return false;
    }
    host_of_address(address)
        .is_some_and(|site| with_parents(&site.host).any(|name| hosts.iter().any(|host| host == name)))
}

/// Strength of a sum of weights, 0 to 1000: 500 at the threshold, rising ever more slowly above it.
pub(crate) fn strength(sum: u32, threshold: u16) -> u16 {
    let threshold = u64::from(threshold.max(1));
    let sum = u64::from(sum);
    u16::try_from(sum * 1000 / (sum + threshold)).unwrap_or(1000)
}
