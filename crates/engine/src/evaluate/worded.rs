//! From a rule that spoke to a finding: innocent settings, references to children, doubts about the wording, and the
//! explanation.

use std::collections::{BTreeMap, BTreeSet};

use proviso_model::judgement::{InnocentContext, MinorReference, ModelAgainst, WordingDoubt};
use proviso_model::limits::SPANS_MAX;
use proviso_model::policy::Rule;
use proviso_model::privilege::SuspectedPrivilege;
use proviso_model::{Finding, Message, Observation, Span};

use super::judging::Judging;
use super::{Engine, Ready, Spoken, against, contexts, doubt, explain, talk, words};
use crate::privilege::RestsOn;
use crate::{ENGINE, SEMANTICS};

/// What is said beside the rule.
pub(super) struct Beside {
    pub(super) strength_permille: u16,
    pub(super) contexts: Vec<InnocentContext>,
    pub(super) against: Option<ModelAgainst>,
    pub(super) minor: Option<MinorReference>,
    pub(super) doubts: Vec<WordingDoubt>,
}

impl Engine {
    /// The finding, unless an innocent setting, or a model that reads its passages otherwise, leaves too little of it (see
    /// [`contexts`] and [`against`]).
    pub(super) fn finding(
        &self,
        observation: &Observation,
        ready: &Ready,
        mut spoken: Spoken<'_>,
        judging: &Judging<'_>,
    ) -> Option<Finding> {
        let condition = &ready.condition;
        let (rule, category) = (spoken.rule, spoken.rule.category());
        let mut all = std::mem::take(&mut spoken.spans);
        let (spans, spans_left_out) = words::kept_spans(&all);
        let used = used(spans, judging);
        let against = against::against(ready, &spoken, spans, &used, observation, judging);
        let (contexts, strength_permille) = match rule {
            Rule::Words { .. } | Rule::Score { .. } | Rule::Conversation { .. } => contexts::lower(
                &self.rules.settings.contexts,
                category,
                spoken.strength_permille,
                against.as_ref().map_or(0, |against| against.lowered_permille),
                observation,
                &used,
                judging,
            )?,
            Rule::Sites { .. }
            | Rule::SiteLists { .. }
            | Rule::State { .. }
            | Rule::Machine { .. }
            | Rule::Names { .. }
            | Rule::Contacts { .. }
            | Rule::HashSets { .. }
            | Rule::PictureScore { .. } => (Vec::new(), spoken.strength_permille),
        };
        let read = read_beside(observation, &spoken.rests_on, &used, judging);
        let minor =
            self.rules.settings.minor.as_ref().and_then(|minor| minor.beside(category, &read, judging));
        let doubts = doubt::doubts(observation, condition, rule, spans);
        let beside = Beside { strength_permille, contexts, against, minor, doubts };
        let explanation = explain::explain(observation, condition, &spoken, &all, &beside);
        let privilege = self.suspected(observation, ready, spans, &spoken);
        all.truncate(SPANS_MAX);
        let mut packs = spoken.packs.iter().map(|pack| (*pack).clone());
        Some(Finding {
            id: observation.id.clone(),
            paragraph: condition.paragraph.clone(),
            condition: condition.kind,
            rule: rule.id().to_owned(),
            category: category.to_owned(),
            pack: packs.next().unwrap_or_else(|| rule.pack().clone()),
            more_packs: packs.collect(),
            observed_at: observation.observed_at,
            act: observation.attribution.act,
            strength_permille,
            spans: all,
            spans_left_out,
            score: spoken.score,
            picture: spoken.picture,
            against: beside.against,
            minor_reference: beside.minor,
            contexts: beside.contexts,
            privilege,
            wording_doubt: beside.doubts,
            explanation,
            engine: ENGINE.to_owned(),
            engine_semantics: SEMANTICS,
            policy: self.policy,
        })
    }
}

impl Engine {
    /// Whether what a rule rests on may be privileged, and why.
    fn suspected(
        &self,
        observation: &Observation,
        ready: &Ready,
        spans: &[Span],
        spoken: &Spoken<'_>,
    ) -> Option<Box<SuspectedPrivilege>> {
        let scored = spoken.score.iter().flat_map(|score| &score.passages);
        let scored = scored.map(|one| RestsOn { field: one.field, start: one.start, end: one.end });
        let rests_on: Vec<_> = spans.iter().map(RestsOn::from).chain(scored).collect();
        let is_read = |message: &Message| talk::is_within(message, &ready.condition);
        self.rules.settings.privilege.says_of(observation, &rests_on, is_read).map(Box::new)
    }
}

/// The passages in which references to children are looked for: those used, and in a conversation the messages near them
/// that a record keeps with them.
fn read_beside(
    observation: &Observation,
    rests_on: &[u32],
    used: &BTreeMap<usize, usize>,
    judging: &Judging<'_>,
) -> BTreeSet<usize> {
    let messages: Vec<_> = observation.fact.messages().collect();
    if messages.is_empty() {
        return used.keys().copied().collect();
    }
    let near = talk::with_neighbours(&messages, &rests_on.iter().copied().collect());
    let near: BTreeSet<u32> =
        messages.iter().zip(near).filter(|(_, near)| *near).map(|(message, _)| message.index).collect();
    let is_near = |number: &usize| {
        let message = judging.passages.get(*number).and_then(|passage| passage.message);
        message.is_some_and(|message| near.contains(&message))
    };
    (0..judging.passages.len()).filter(is_near).collect()
}

/// How many of the spans stand in each passage.
fn used(spans: &[Span], judging: &Judging<'_>) -> BTreeMap<usize, usize> {
    let mut used = BTreeMap::new();
    for number in spans.iter().filter_map(|span| judging.holding(span)) {
        *used.entry(number).or_default() += 1;
    }
    used
}
