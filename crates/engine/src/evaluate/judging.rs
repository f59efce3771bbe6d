//! The passages of an observation, each read by itself: what is found in one depends on nothing outside it, so that a cut
//! of whole passages says the same.

use std::ops::Range;
use std::rc::Rc;

use proviso_model::Span;
use proviso_model::finding::TextField;
use proviso_model::judgement::PassageScore;
use proviso_model::limits::SCORED_BYTES_MAX;

use super::once::{ReadOnce, TextRead};
use super::passages::passages;
use super::reading::Reading;
use crate::model::{Features, Judged, LinearModel, ModelSpan};
use crate::text::Occurrence;

/// One passage.
pub(super) struct PassageText<'r> {
    pub(super) field: TextField,
    /// First byte in the field's whole text.
    pub(super) start: u64,
    pub(super) text: &'r str,
    /// Number of the message, in a conversation.
    pub(super) message: Option<u32>,
    is_query: bool,
    pub(super) read: Rc<TextRead>,
}

impl PassageText<'_> {
    /// A stretch of it as a span.
    pub(super) fn span(&self, range: Range<usize>, rule: &str, category: &str) -> Span {
        Span {
            field: self.field,
            start: self.start.saturating_add(range.start as u64),
            end: self.start.saturating_add(range.end as u64),
            rule: rule.to_owned(),
            category: category.to_owned(),
            text: self.text.get(range).unwrap_or_default().to_owned(),
            message: self.message,
        }
    }

    /// The whole of it with the chance that a model gives it.
    pub(super) fn scored(&self, chance_millionths: u32) -> PassageScore {
        PassageScore {
            field: self.field,
            message: self.message,
            start: self.start,
            end: self.start.saturating_add(self.text.len() as u64),
            chance_millionths,
        }
    }

    /// Whether a model of prose reads it: no queries, which are no sentences, and nothing far down a long page.
    pub(super) fn is_scored(&self) -> bool {
        !self.is_query && self.start < SCORED_BYTES_MAX
    }
}

/// All passages of an observation, in the order of its texts.
pub(super) struct Judging<'r> {
    pub(super) passages: Vec<PassageText<'r>>,
    once: &'r ReadOnce<'r>,
}

impl<'r> Judging<'r> {
    pub(super) fn of(reading: &'r Reading<'_>, once: &'r ReadOnce<'r>) -> Self {
        let mut all = Vec::new();
        for stretch in &reading.stretches {
            let text: &'r str = &stretch.text;
            all.extend(passages(text).into_iter().filter_map(|range| {
                let text = text.get(range.clone())?;
                Some(PassageText {
                    field: stretch.field,
                    start: stretch.offset.saturating_add(range.start as u64),
                    text,
                    message: None,
                    is_query: stretch.is_query,
                    read: once.text(text),
                })
            }));
        }
        // A message is short, and a record keeps it whole.
        all.extend(reading.talk.iter().map(|line| PassageText {
            field: TextField::Message,
            start: 0,
            text: &line.message.text,
            message: Some(line.message.index),
            is_query: false,
            read: Rc::clone(&line.read),
        }));
        Self { passages: all, once }
    }

    /// The terms in a passage.
    pub(super) fn hits(&self, passage: usize) -> &[Occurrence] {
        let Some(passage) = self.passages.get(passage) else { return &[] };
        self.once.hits(&passage.read, passage.text)
    }

    /// The passage in which a span begins.
    pub(super) fn holding(&self, span: &Span) -> Option<usize> {
        self.passages.iter().position(|passage| {
            let end = passage.start.saturating_add(passage.text.len() as u64);
            passage.field == span.field
                && passage.message == span.message
                && (passage.start..end).contains(&span.start)
        })
    }

    /// What the model makes of a passage without the stretches of `carved`.
    pub(super) fn judge(
        &self,
        passage: usize,
        model: &LinearModel,
        keywords_permille: u32,
        carved: &[Range<usize>],
    ) -> Judged {
        let Some(passage_text) = self.passages.get(passage) else { return Judged::default() };
        if carved.is_empty() {
            return self.once.judge(&passage_text.read, passage_text.text, model, keywords_permille);
        }
        let features = Features::of(&texts(passage_text.text, carved));
        model.judge(&features, keywords_permille, &mut self.once.scratch())
    }

    /// What weighed most for the model in a passage without the stretches of `carved`, as bytes of it.
    pub(super) fn weighed(
        &self,
        passage: &PassageText<'_>,
        model: &LinearModel,
        carved: &[Range<usize>],
        most: usize,
    ) -> Vec<Range<usize>> {
        let pieces = pieces(passage.text, carved);
        let run = |features: &Features| model.weighed(features, most, &mut self.once.scratch());
        let spans = match carved {
            [] => run(passage.read.features(passage.text)),
            _ => run(&Features::of(&texts(passage.text, carved))),
        };
        let place = |span: ModelSpan| {
            let from = pieces.get(span.text)?.start;
            Some(from + span.range.start..from + span.range.end)
        };
        spans.into_iter().filter_map(place).collect()
    }
}

/// What is left of a text around stretches that are ordered and do not overlap.
pub(super) fn texts<'t>(text: &'t str, carved: &[Range<usize>]) -> Vec<&'t str> {
    pieces(text, carved).into_iter().filter_map(|piece| text.get(piece)).collect()
}

/// As [`texts`], as ranges.
pub(super) fn pieces(text: &str, carved: &[Range<usize>]) -> Vec<Range<usize>> {
    let starts = std::iter::once(0).chain(carved.iter().map(|range| range.end));
    let ends = carved.iter().map(|range| range.start).chain(std::iter::once(text.len()));
    starts.zip(ends).filter(|(start, end)| start < end).map(|(start, end)| start..end).collect()
}
