//! Scores of a text or a conversation for `proviso-agent classify text`: the same terms and arithmetic as the rules of
//! words, without an order. A score is an indicator for a person to judge, not a probability.

mod lines;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

pub use lines::{ClassifyLineError, jsonl_line, text_line};

use crate::evaluate::strength;
use crate::pack::Pack;
use crate::text::{Occurrence, TermIndex, TermIndexError};

/// The four categories that are scored, in the order of [`Scores`].
const CATEGORIES: [&str; 4] = ["sexual", "minor-reference", "grooming", "solicitation"];

/// Scores from 0 to 1. 0.5 is where a rule of that category would speak.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Scores {
    /// Sexual content.
    pub sexual: f64,
    /// Words for children, school years and stated ages. Says nothing of anyone's age.
    pub minor_reference: f64,
    /// Stages of a grooming conversation.
    pub grooming: f64,
    /// Asking for or offering sexual pictures, acts or meetings.
    pub solicitation: f64,
}

/// A stretch of text that a score rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClassifySpan {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// The rule, for example `words/sexual`.
    pub rule: String,
    /// Its category, with an underscore as in the scores.
    pub category: String,
    /// Number of the message in a conversation, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<usize>,
}

/// Scores and what they rest on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Classification {
    /// The scores.
    pub scores: Scores,
    /// What they rest on, ordered by message and place.
    pub spans: Vec<ClassifySpan>,
}

/// Packs made ready for scoring.
#[derive(Debug, Clone)]
pub struct Classifier {
    index: TermIndex,
    categories: Vec<Scored>,
}

#[derive(Debug, Clone)]
struct Scored {
    name: &'static str,
    weights: BTreeMap<usize, u16>,
    threshold_permille: u16,
}

impl Classifier {
    /// Makes the word categories of `packs` ready; the first pack that has a category gives its threshold, all give
    /// terms.
    ///
    /// # Errors
    /// [`TermIndexError`] when the terms do not fit.
    pub fn new(packs: &[Pack]) -> Result<Self, TermIndexError> {
        let mut index = TermIndex::default();
        let mut categories = Vec::new();
        for name in CATEGORIES {
            let mut weights: BTreeMap<usize, u16> = BTreeMap::new();
            let mut threshold_permille = None;
            for category in packs.iter().filter_map(|pack| pack.category(name)) {
                threshold_permille.get_or_insert(category.threshold_permille);
                for term in &category.terms {
                    if let Some(number) = index.number(&term.text) {
                        let weight = weights.entry(number).or_default();
                        *weight = (*weight).max(term.weight_permille);
                    }
                }
            }
            let threshold_permille = threshold_permille.unwrap_or(1000);
            categories.push(Scored { name, weights, threshold_permille });
        }
        index.build()?;
        Ok(Self { index, categories })
    }

    /// Scores one text.
    #[must_use]
    pub fn scores(&self, text: &str) -> Classification {
        self.classify(&[text], false)
    }

    /// Scores a conversation as a whole: distinct terms of all its messages together. Spans are within each message.
    #[must_use]
    pub fn conversation(&self, messages: &[&str]) -> Classification {
        self.classify(messages, true)
    }

    fn classify(&self, texts: &[&str], numbered: bool) -> Classification {
        let hits: Vec<Vec<Occurrence>> = texts.iter().map(|text| self.index.find(text)).collect();
        let mut spans = Vec::new();
        let mut scores = [0.0; CATEGORIES.len()];
        for (category, score) in self.categories.iter().zip(&mut scores) {
            let mut found = BTreeSet::new();
            for (message, hits) in hits.iter().enumerate() {
                let mut taken_until = 0;
                for hit in hits {
                    if hit.start < taken_until || !category.weights.contains_key(&hit.term) {
                        continue;
                    }
                    taken_until = hit.end;
                    found.insert(hit.term);
                    spans.push(ClassifySpan {
                        start: hit.start,
                        end: hit.end,
                        rule: format!("words/{}", category.name),
                        category: category.name.replace('-', "_"),
                        message: numbered.then_some(message),
                    });
                }
            }
            let weights = found.iter().filter_map(|term| category.weights.get(term));
            let sum: u32 = weights.map(|weight| u32::from(*weight)).sum();
            // Decided in integers; the division only writes it as the contract wants it.
            *score = f64::from(strength(sum, category.threshold_permille)) / 1000.0;
        }
        spans.sort_by(|a, b| (a.message, a.start, a.end, &a.rule).cmp(&(b.message, b.start, b.end, &b.rule)));
        let [sexual, minor_reference, grooming, solicitation] = scores;
        Classification { scores: Scores { sexual, minor_reference, grooming, solicitation }, spans }
    }
}
