//! Rules of words: which terms count, and when their weights are enough.

use std::collections::{BTreeMap, BTreeSet};

use proviso_model::Span;
use proviso_model::limits::SPANS_MAX;
use proviso_model::policy::Rule;

use super::reading::{Reading, Stretch};
use super::{Spoken, Weights, explain, strength};
use crate::text::{Occurrence, TermIndex};

/// Spans of one rule that are considered; later ones change nothing, so that what is sealed stays bounded.
pub(super) const SPANS_CONSIDERED: usize = 1000;

/// A rule of words made ready.
#[derive(Debug, Clone)]
pub(super) struct WordsRule {
    weights: Weights,
    except: BTreeSet<usize>,
    threshold_permille: u16,
    queries_only: bool,
}

impl WordsRule {
    /// Makes a rule ready; nothing for a rule that reads no words.
    pub(super) fn new(rule: &Rule, except: &[String], index: &mut TermIndex) -> Option<Self> {
        let Rule::Words { terms, threshold_permille, queries_only, .. } = rule else { return None };
        let mut weights = BTreeMap::new();
        for term in terms {
            if let Some(number) = index.number(&term.text) {
                let weight: &mut u16 = weights.entry(number).or_default();
                *weight = (*weight).max(term.weight_permille);
            }
        }
        let except = except.iter().filter_map(|word| index.number(word)).collect();
        Some(Self { weights, except, threshold_permille: *threshold_permille, queries_only: *queries_only })
    }

    /// The finding of this rule, if the weights of the distinct terms found reach its threshold.
    pub(super) fn speak<'p>(&self, rule: &'p Rule, reading: &Reading<'_>) -> Option<Spoken<'p>> {
        let Rule::Words { id, category, .. } = rule else { return None };
        let mut spans = Vec::new();
        let mut found: BTreeMap<usize, String> = BTreeMap::new();
        for stretch in &reading.stretches {
            if self.queries_only && !stretch.is_query {
                continue;
            }
            for hit in self.counted(stretch) {
                if spans.len() == SPANS_CONSIDERED {
                    break;
                }
                let text = stretch.text.get(hit.range()).unwrap_or_default().to_owned();
                found.entry(hit.term).or_insert_with(|| text.clone());
                spans.push(Span {
                    field: stretch.field,
                    start: stretch.offset.saturating_add(hit.start as u64),
                    end: stretch.offset.saturating_add(hit.end as u64),
                    rule: id.clone(),
                    category: category.clone(),
                    text,
                });
            }
        }
        let terms: Vec<(&str, u16)> = found
            .iter()
            .map(|(term, text)| (text.as_str(), self.weights.get(term).copied().unwrap_or_default()))
            .collect();
        let sum: u32 = terms.iter().map(|(_, weight)| u32::from(*weight)).sum();
        if sum < u32::from(self.threshold_permille) {
            return None;
        }
        Some(Spoken {
            rule,
            strength_permille: strength(sum, self.threshold_permille),
            spans,
            why_not: explain::words_would_not(terms, sum, self.threshold_permille),
        })
    }

    /// The rule's own hits, leftmost and longest where they overlap, without those inside a carve-out.
    fn counted<'s>(&self, stretch: &'s Stretch<'_>) -> Vec<&'s Occurrence> {
        // Hits come ordered by place, the longer first, so the furthest end so far tells whether one is covered.
        let mut counted = Vec::new();
        let mut carved_until = 0;
        let mut taken_until = 0;
        for hit in &stretch.hits {
            if self.except.contains(&hit.term) {
                carved_until = carved_until.max(hit.end);
            }
            if !self.weights.contains_key(&hit.term) || hit.start < taken_until {
                continue;
            }
            if hit.end > carved_until {
                taken_until = hit.end;
                counted.push(hit);
            }
        }
        counted
    }
}

/// The spans that a finding keeps, and how many more there were.
pub(super) fn keep_spans(mut spans: Vec<Span>) -> (Vec<Span>, u32) {
    let more = spans.len().saturating_sub(SPANS_MAX);
    spans.truncate(SPANS_MAX);
    (spans, u32::try_from(more).unwrap_or(u32::MAX))
}
