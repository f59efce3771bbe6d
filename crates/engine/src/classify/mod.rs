//! Scores of a text or a conversation for `proviso-agent classify text`: the same terms and arithmetic as the rules of
//! words, without an order. A score is an indicator for a person to judge, not a probability.

mod lines;

use std::collections::BTreeSet;
use std::ops::Range;

use serde::Serialize;

pub use lines::{ClassifyLineError, jsonl_line, text_line};

use crate::conversation::{Said, StageReading, Stages};
use crate::evaluate::{Counting, strength, weight_of};
use crate::model::{Features, LinearModel, ModelError, Reading, SentenceHead, Sentences};
use crate::pack::{LEADING_PACK, Pack};
use crate::text::{Occurrence, TermIndex, TermIndexError};

/// The categories that are scored by words. Grooming is scored by stages, and ages add to minor-reference.
const CATEGORIES: [&str; 3] = ["sexual", "minor-reference", "solicitation"];
/// Weights of words and stated ages at which `minor_reference` is 0.5.
const MINOR_THRESHOLD_PERMILLE: u16 = 1000;

/// Packs that could not be made ready for scoring.
#[derive(Debug, thiserror::Error)]
pub enum ClassifierError {
    /// Terms that do not fit.
    #[error(transparent)]
    Terms(#[from] TermIndexError),
    /// Stages that cannot be read.
    #[error("pack \"{pack}\": {problem}")]
    Stages {
        /// Name of the pack.
        pack: String,
        /// What is wrong.
        problem: String,
    },
    /// A model that cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
}

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
    stages: Vec<Stages>,
    sexual: LinearModel,
    solicitation: LinearModel,
    head: SentenceHead,
}

#[derive(Debug, Clone)]
struct Scored {
    name: &'static str,
    counting: Counting,
    threshold_permille: u16,
}

impl Classifier {
    /// Makes the word categories of `packs` ready, in every language; the first pack that has a category, or
    /// [`LEADING_PACK`], gives its threshold, all give terms.
    ///
    /// # Errors
    /// [`ClassifierError`] when the terms do not fit or stages cannot be read.
    pub fn new(packs: &[Pack]) -> Result<Self, ClassifierError> {
        let mut index = TermIndex::default();
        let mut categories = Vec::new();
        for name in CATEGORIES {
            let mut counting = Counting::default();
            let mut threshold_permille = None;
            let (leading, others): (Vec<&Pack>, _) = packs.iter().partition(|pack| pack.name == LEADING_PACK);
            for category in leading.into_iter().chain(others).filter_map(|pack| pack.category(name)) {
                threshold_permille.get_or_insert(category.threshold_permille);
                counting.add(&category.terms, &category.contexts, &mut index);
            }
            let threshold_permille = threshold_permille.unwrap_or(1000);
            categories.push(Scored { name, counting, threshold_permille });
        }
        index.build()?;
        let mut stages = Vec::new();
        for pack in packs.iter().filter(|pack| !pack.conversation.stage.is_empty()) {
            let ready = Stages::new(&pack.conversation);
            let fault = |problem| ClassifierError::Stages { pack: pack.name.clone(), problem };
            stages.push(ready.map_err(fault)?);
        }
        Ok(Self {
            index,
            categories,
            stages,
            sexual: LinearModel::sexual()?,
            solicitation: LinearModel::solicitation()?,
            head: SentenceHead::sexual()?,
        })
    }

    /// Scores one text.
    #[must_use]
    pub fn scores(&self, text: &str) -> Classification {
        self.classify(&[Said { author: None, text }], false, None)
    }

    /// Scores a conversation as a whole: distinct terms of all its messages together, and stages over them. Spans are
    /// within each message.
    #[must_use]
    pub fn conversation(&self, messages: &[Said<'_>]) -> Classification {
        self.classify(messages, true, None)
    }

    /// Scores one text, or, where `numbered`, messages as a conversation; the sentence model is asked where there is one and
    /// the linear model is in doubt.
    #[must_use]
    pub fn classify(
        &self,
        messages: &[Said<'_>],
        numbered: bool,
        sentences: Option<&dyn Sentences>,
    ) -> Classification {
        let hits: Vec<Vec<Occurrence>> = messages.iter().map(|said| self.index.find(said.text)).collect();
        let mut spans = Vec::new();
        let mut sums = [0_u32; CATEGORIES.len()];
        let mut strengths = [0_u32; CATEGORIES.len()];
        for ((category, sum), strong) in self.categories.iter().zip(&mut sums).zip(&mut strengths) {
            *sum = category.read(messages, &hits, numbered, &mut spans);
            *strong = u32::from(strength(*sum, category.threshold_permille));
        }
        let [sexual, _, solicitation] = strengths;
        let texts: Vec<&str> = messages.iter().map(|said| said.text).collect();
        let features = Features::of(&texts);
        let read_sexual = self.sexual_reading(&texts, &features, sexual, sentences);
        let read_solicitation = self.solicitation.reading(&features, solicitation);
        for (model, category, reading) in
            [(&self.sexual, "sexual", &read_sexual), (&self.solicitation, "solicitation", &read_solicitation)]
        {
            spans.extend(model_spans(model, category, reading, numbered));
        }
        // Phrases of other languages and plain ones are enough by themselves.
        let solicitation = read_solicitation.chance_millionths.max(solicitation * 1000);
        let [_, minor_words, _] = sums;
        let readings: Vec<StageReading> =
            self.stages.iter().map(|stages| stages.read(messages, sexual)).collect();
        let ages: u32 = readings.iter().map(|reading| reading.minor_weights).sum();
        let grooming = readings.iter().map(|reading| reading.grooming_permille).max().unwrap_or_default();
        let minor = u32::from(strength(minor_words.saturating_add(ages), MINOR_THRESHOLD_PERMILLE));
        for span in readings.into_iter().flat_map(|reading| reading.spans) {
            spans.push(ClassifySpan {
                start: span.start,
                end: span.end,
                rule: format!("stages/{}", span.stage),
                category: if span.minor_reference { "minor_reference" } else { "grooming" }.to_owned(),
                message: numbered.then_some(span.message),
            });
        }
        spans.sort_by(|a, b| (a.message, a.start, a.end, &a.rule).cmp(&(b.message, b.start, b.end, &b.rule)));
        // Decided in integers; the division only writes it as the contract wants it.
        let [sexual, minor_reference, grooming, solicitation] =
            [read_sexual.chance_millionths, minor * 1000, grooming * 1000, solicitation]
                .map(|millionths| f64::from(millionths) / 1e6);
        Classification { scores: Scores { sexual, minor_reference, grooming, solicitation }, spans }
    }
}

impl Classifier {
    /// What the model of sexual content makes of the texts with the key words' strength in permille, moved by the sentence
    /// model where that is asked.
    fn sexual_reading(
        &self,
        texts: &[&str],
        features: &Features,
        keywords_permille: u32,
        sentences: Option<&dyn Sentences>,
    ) -> Reading {
        self.sexual.reading_moved(features, keywords_permille, |chance| {
            let sentences = sentences.filter(|_| self.head.is_asked(chance))?;
            let whole = texts.join("\n");
            let weigh =
                |passage: &Range<usize>| self.sexual.weigh(whole.get(passage.clone()).unwrap_or_default());
            self.head.margin(sentences, &whole, weigh)
        })
    }
}

/// Spans for what weighed in a reading, from even odds on.
fn model_spans(
    model: &LinearModel,
    category: &str,
    reading: &Reading,
    numbered: bool,
) -> impl Iterator<Item = ClassifySpan> {
    let telling = reading.spans.iter().filter(|_| reading.chance_millionths >= 500_000);
    telling.map(move |span| ClassifySpan {
        start: span.range.start,
        end: span.range.end,
        rule: format!("model/{}", model.name()),
        category: category.to_owned(),
        message: numbered.then_some(span.text),
    })
}

impl Scored {
    /// The weights of the distinct terms found, and a span for each place.
    fn read(
        &self,
        messages: &[Said<'_>],
        hits: &[Vec<Occurrence>],
        numbered: bool,
        spans: &mut Vec<ClassifySpan>,
    ) -> u32 {
        let mut found = Vec::new();
        for (message, (said, hits)) in messages.iter().zip(hits).enumerate() {
            for counted in self.counting.read(said.text, hits, &BTreeSet::new()).counted {
                spans.push(ClassifySpan {
                    start: counted.hit.start,
                    end: counted.hit.end,
                    rule: format!("words/{}", self.name),
                    category: self.name.replace('-', "_"),
                    message: numbered.then_some(message),
                });
                found.push(counted);
            }
        }
        weight_of(found)
    }
}
