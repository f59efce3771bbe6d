//! Innocent settings: health, support for victims, law and news, the person's own treatment, religion, names. Each lowers
//! the strength of a finding and says why.
//!
//! The rule: a setting shows in a passage when weights of its distinct terms in that passage and in the title reach what
//! it needs, or everywhere when the site is one of its own. It takes off its share of the strength, in proportion to how
//! many of the finding's words stand where it shows; all settings, and a model that reads the words' passages otherwise
//! ([`super::against`]), together take off at most [`LOWERED_MOST_PERMILLE`]. A
//! finding whose strength falls below [`SPEAKS_PERMILLE`] is not raised - unless it was [`STRONG_PERMILLE`] or more
//! before, or rests on messages or on text typed in the account: such a one is never hidden, only shown with its
//! lowered strength and the reason.

use std::collections::BTreeMap;

use proviso_model::finding::TextField;
use proviso_model::judgement::InnocentContext;
use proviso_model::limits::BESIDE_SPANS_MAX;
use proviso_model::observation::Field;
use proviso_model::setting::ContextRule;
use proviso_model::{Fact, Observation, Span};

use super::is_listed;
use super::judging::Judging;
use crate::text::TermIndex;

/// Strength at which a rule speaks.
pub(super) const SPEAKS_PERMILLE: u16 = 500;
/// A finding as strong as this before any lowering is never hidden.
pub(super) const STRONG_PERMILLE: u16 = 750;
/// What all settings together take off at most.
const LOWERED_MOST_PERMILLE: u64 = 700;

/// A setting made ready.
#[derive(Debug, Clone)]
pub(super) struct ContextReady {
    rule: ContextRule,
    weights: BTreeMap<usize, u16>,
    names: Vec<usize>,
}

impl ContextReady {
    pub(super) fn new(rule: &ContextRule, index: &mut TermIndex) -> Self {
        let mut weights = BTreeMap::new();
        for term in &rule.terms {
            if let Some(number) = index.number(&term.text) {
                let weight: &mut u16 = weights.entry(number).or_default();
                *weight = (*weight).max(term.weight_permille);
            }
        }
        let mut names: Vec<usize> = rule.names.iter().filter_map(|name| index.number(name)).collect();
        names.sort_unstable();
        Self { rule: rule.clone(), weights, names }
    }

    /// What it takes off the strength, and what shows it. `used` says how many of the finding's words stand in each passage.
    fn seen(
        &self,
        observation: &Observation,
        used: &BTreeMap<usize, usize>,
        judging: &Judging<'_>,
    ) -> Option<InnocentContext> {
        let all: usize = used.values().sum();
        let is_own_site = observation.fact.url().is_some_and(|address| is_listed(address, &self.rule.hosts));
        let title = judging.passages.iter().position(|passage| passage.field == TextField::Title);
        let mut within = if is_own_site { all } else { 0 };
        let mut spans: Vec<Span> = Vec::new();
        // On a site of its own it shows everywhere.
        for (number, count) in used.iter().filter(|_| !is_own_site) {
            let title = title.filter(|title| title != number);
            let (sum, shown) = self.shown_in(title.into_iter().chain([*number]), judging);
            if sum >= u32::from(self.rule.needs_permille) {
                within += count;
                let new = shown.into_iter().filter(|span| !spans.contains(span));
                spans.extend(new.collect::<Vec<_>>());
            }
        }
        let names = self.names_in(used, judging);
        if within == 0 && names.is_empty() {
            return None;
        }
        spans.extend(names);
        spans.truncate(BESIDE_SPANS_MAX);
        let lowered = usize::from(self.rule.by_permille) * within / all.max(1);
        Some(InnocentContext {
            name: self.rule.name.clone(),
            reason: self.rule.reason.clone(),
            lowered_permille: u16::try_from(lowered).unwrap_or(u16::MAX),
            spans,
            pack: self.rule.pack.clone(),
        })
    }

    /// Weights of the distinct terms in those passages together, and where each stands first.
    fn shown_in(&self, passages: impl Iterator<Item = usize>, judging: &Judging<'_>) -> (u32, Vec<Span>) {
        let mut spans = Vec::new();
        let mut seen: BTreeMap<usize, u16> = BTreeMap::new();
        for number in passages {
            let Some(passage) = judging.passages.get(number) else { continue };
            let mut until = 0;
            for hit in judging.hits(number) {
                let Some(weight) = self.weights.get(&hit.term).filter(|_| hit.start >= until) else {
                    continue;
                };
                until = hit.end;
                if seen.insert(hit.term, *weight).is_none() {
                    spans.push(passage.span(hit.range(), &self.rule_name(), &self.rule.name));
                }
            }
        }
        (seen.values().map(|weight| u32::from(*weight)).sum(), spans)
    }

    fn names_in(&self, used: &BTreeMap<usize, usize>, judging: &Judging<'_>) -> Vec<Span> {
        let mut spans = Vec::new();
        for number in used.keys() {
            let Some(passage) = judging.passages.get(*number) else { continue };
            let named =
                judging.hits(*number).iter().filter(|hit| self.names.binary_search(&hit.term).is_ok());
            spans.extend(named.map(|hit| passage.span(hit.range(), &self.rule_name(), &self.rule.name)));
        }
        spans
    }

    fn rule_name(&self) -> String {
        format!("context/{}", self.rule.name)
    }
}

/// The settings of a finding of `category`, and the strength that is left; `None` where too little is left to speak.
/// `read_otherwise_permille` is what a model takes off beside them (see [`super::against`]).
pub(super) fn lower(
    all: &[ContextReady],
    category: &str,
    strength_permille: u16,
    read_otherwise_permille: u16,
    observation: &Observation,
    used: &BTreeMap<usize, usize>,
    judging: &Judging<'_>,
) -> Option<(Vec<InnocentContext>, u16)> {
    let seen: Vec<InnocentContext> = all
        .iter()
        .filter(|ready| ready.rule.lowers.iter().any(|lowers| lowers == category))
        .filter_map(|ready| ready.seen(observation, used, judging))
        .collect();
    let by_settings: u64 = seen.iter().map(|context| u64::from(context.lowered_permille)).sum();
    let lowered = by_settings + u64::from(read_otherwise_permille);
    let left = 1000 - lowered.min(LOWERED_MOST_PERMILLE);
    let left = u16::try_from(u64::from(strength_permille) * left / 1000).unwrap_or(strength_permille);
    let is_kept = left >= SPEAKS_PERMILLE
        || strength_permille >= STRONG_PERMILLE
        || lowered == 0
        || is_written(&observation.fact);
    is_kept.then_some((seen, left))
}

/// Whether it was written in the account or belongs to a conversation, searches apart.
fn is_written(fact: &Fact) -> bool {
    match fact {
        Fact::Messages { .. } => true,
        Fact::Typed { field, .. } => *field != Field::Search,
        Fact::Text(of_program) => of_program.typed,
        Fact::Page { .. }
        | Fact::Picture(_)
        | Fact::PrivateWindow { .. }
        | Fact::Software { .. }
        | Fact::Machine(_)
        | Fact::History(_)
        | Fact::Name(_) => false,
    }
}
