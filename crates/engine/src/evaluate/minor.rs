//! References to children and stated ages in the passages that a finding rests on. By themselves they raise nothing, and
//! they say nothing of anyone's true age.

use std::collections::BTreeSet;

use proviso_model::Span;
use proviso_model::judgement::MinorReference;
use proviso_model::limits::BESIDE_SPANS_MAX;
use proviso_model::policy::{PackRef, Rule};
use proviso_model::setting::MinorRule;

use super::EngineError;
use super::judging::Judging;
use super::words::WordsRule;
use crate::conversation::Stages;
use crate::text::TermIndex;

/// Category of the spans.
const CATEGORY: &str = "minor-reference";
/// Rule that the spans of patterns name.
const PATTERNS_RULE: &str = "stages/minor-reference";
/// Categories of findings that are read together with references to children.
const READ_WITH: [&str; 3] = ["sexual", "solicitation", "grooming"];

/// Whether findings of that category are read together with references to children.
pub(crate) fn is_read_with_minors(category: &str) -> bool {
    READ_WITH.contains(&category)
}

/// Words and patterns made ready.
#[derive(Debug, Clone)]
pub(super) struct MinorReady {
    words: WordsRule,
    threshold_permille: u32,
    rule: String,
    packs: Vec<PackRef>,
    patterns: Vec<Stages>,
}

impl MinorReady {
    pub(super) fn new(minor: &MinorRule, index: &mut TermIndex) -> Result<Self, EngineError> {
        let unknown = || EngineError::UnknownRule(CATEGORY.to_owned());
        let Rule::Words { id, pack, more_packs, threshold_permille, .. } = &minor.words else {
            return Err(unknown());
        };
        let patterns: Result<Vec<Stages>, String> =
            minor.patterns.iter().map(|patterns| Stages::new(&patterns.stages)).collect();
        Ok(Self {
            words: WordsRule::new(&minor.words, &[], index).ok_or_else(unknown)?,
            threshold_permille: u32::from(*threshold_permille),
            rule: id.clone(),
            packs: std::iter::once(pack)
                .chain(more_packs)
                .chain(minor.patterns.iter().map(|patterns| &patterns.pack))
                .cloned()
                .collect(),
            patterns: patterns.map_err(|_| unknown())?,
        })
    }

    /// What the passages in which `spans` stand refer to; nothing where no single one of them refers to a child clearly.
    pub(super) fn beside(
        &self,
        category: &str,
        used: &BTreeSet<usize>,
        judging: &Judging<'_>,
    ) -> Option<MinorReference> {
        if !is_read_with_minors(category) {
            return None;
        }
        let mut spans: Vec<Span> = Vec::new();
        let mut ages = BTreeSet::new();
        for number in used {
            spans.extend(self.references(*number, judging, &mut ages));
        }
        if spans.is_empty() {
            return None;
        }
        spans.truncate(BESIDE_SPANS_MAX);
        let within = match spans.first().and_then(|span| span.message) {
            Some(_) => "in the same messages or next to them",
            None => "within the same passage",
        };
        let says = match ages.iter().next() {
            Some(age) => format!("refers to a child or a stated age of {age} {within}"),
            None => format!("refers to a child {within}"),
        };
        Some(MinorReference { says, spans, packs: self.packs.clone() })
    }

    /// The references of one passage, where together they are clear enough.
    fn references(&self, number: usize, judging: &Judging<'_>, ages: &mut BTreeSet<u32>) -> Vec<Span> {
        let Some(passage) = judging.passages.get(number) else { return Vec::new() };
        let hits = judging.hits(number);
        let (mut sum, ranges) = self.words.weigh(passage.text, hits);
        let mut ranges: Vec<_> = ranges.into_iter().map(|range| (range, self.rule.as_str())).collect();
        let mut seen = BTreeSet::new();
        let mut stated = BTreeSet::new();
        for (pack, patterns) in self.patterns.iter().enumerate() {
            for sighting in patterns.minor_references(passage.text) {
                if seen.insert((pack, sighting.pattern)) {
                    sum = sum.saturating_add(sighting.weight_permille);
                }
                stated.extend(passage.text.get(sighting.range.clone()).and_then(age_in));
                ranges.push((sighting.range, PATTERNS_RULE));
            }
        }
        if sum < self.threshold_permille {
            return Vec::new();
        }
        ages.extend(stated);
        ranges.sort_by(|a, b| (a.0.start, a.0.end, a.1).cmp(&(b.0.start, b.0.end, b.1)));
        let mut until = 0;
        ranges.retain(|(range, _)| {
            let is_new = range.start >= until;
            until = until.max(range.end);
            is_new
        });
        ranges.into_iter().map(|(range, rule)| passage.span(range, rule, CATEGORY)).collect()
    }
}

/// A number of years under 18 in the words of a stated age.
fn age_in(text: &str) -> Option<u32> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse::<u32>().ok())
        .find(|years| (1..18).contains(years))
}
