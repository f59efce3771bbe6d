//! Rules of words: which terms count, and when their weights are enough.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use proviso_model::Span;
use proviso_model::limits::SPANS_MAX;
use proviso_model::policy::{PackRef, Rule};

use super::counting::{Counted, Counting, TermAt, Way, weight_of};
use super::reading::{Reading, Stretch};
use super::reduce::merge;
use super::{Spoken, explain, strength};
use crate::search::Search;
use crate::text::{Occurrence, TermIndex};

/// Spans of one rule that are considered; later ones change nothing, so that what is sealed stays bounded.
pub(super) const SPANS_CONSIDERED: usize = 1000;
/// Different terms that an excluding word kept from counting, as an explanation names them.
const EXCLUDED_SHOWN_MAX: usize = 4;

/// A rule of words made ready.
#[derive(Debug, Clone)]
pub(super) struct WordsRule {
    counting: Counting,
    except: BTreeSet<usize>,
    pub(super) threshold_permille: u16,
    query_threshold_permille: Option<u16>,
    pub(super) queries_only: bool,
}

/// What of a reading a rule judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// Search queries only.
    Queries,
    /// Everything.
    All,
}

/// A term and the word near it, in bytes of the field, with whether an explanation names the two.
pub(super) struct Beside {
    pub(super) range: Range<u64>,
    pub(super) shown: bool,
}

/// What a rule found in an observation.
#[derive(Default)]
struct Found<'r> {
    /// What counts, by place: the term, as found, and the way.
    terms: Vec<(usize, &'r str, Way)>,
    /// Distinct terms that count for a word near them, and that word.
    needed: BTreeMap<usize, (&'r str, &'r str)>,
    /// Distinct terms that do not count for a word near them, and that word, by place.
    excluded: Vec<(usize, &'r str, &'r str)>,
    spans: Vec<Span>,
}

impl WordsRule {
    /// Makes a rule ready; nothing for a rule that reads no words.
    pub(super) fn new(rule: &Rule, except: &[String], index: &mut TermIndex) -> Option<Self> {
        let Rule::Words {
            terms, contexts, threshold_permille, query_threshold_permille, queries_only, ..
        } = rule
        else {
            return None;
        };
        let counting = Counting::new(terms, contexts, index);
        let except = except.iter().filter_map(|word| index.number(word)).collect();
        Some(Self {
            counting,
            except,
            threshold_permille: *threshold_permille,
            query_threshold_permille: *query_threshold_permille,
            queries_only: *queries_only,
        })
    }

    /// The finding of this rule, if the weights of the distinct terms found reach its threshold.
    pub(super) fn speak<'p>(&self, rule: &'p Rule, reading: &Reading<'_>) -> Option<Spoken<'p>> {
        let Rule::Words { id, category, pack, more_packs, .. } = rule else { return None };
        let scope = self.scope(reading);
        let threshold = self.threshold_of(scope);
        let mut found = Found::default();
        for stretch in self.stretches(reading, scope) {
            let read = self.read(stretch);
            found.add(stretch, &read, id, category);
        }
        let distinct = found.distinct();
        let terms: Vec<(&str, u16)> =
            distinct.iter().map(|(text, way)| (*text, way.weight_permille)).collect();
        let sum: u32 = terms.iter().map(|(_, weight)| u32::from(*weight)).sum();
        if sum < u32::from(threshold) {
            return None;
        }
        let numbers: BTreeSet<u16> = distinct.iter().map(|(_, way)| way.pack).collect();
        Some(Spoken {
            picture: None,
            rule,
            strength_permille: strength(sum, threshold),
            why_not: explain::words_would_not(&terms, sum, threshold),
            in_context: found.in_context(),
            spans: found.spans,
            packs: numbers.into_iter().map(|number| pack_of(pack, more_packs, number)).collect(),
            seen: None,
            rests_on: Vec::new(),
            score: None,
        })
    }

    /// Weights of the distinct terms that count among `hits`, all that were found in `text`.
    pub(super) fn weight_in(&self, text: &str, hits: &[Occurrence]) -> u32 {
        self.weigh(text, hits).0
    }

    /// The same, with where the terms that count stand.
    pub(super) fn weigh(&self, text: &str, hits: &[Occurrence]) -> (u32, Vec<Range<usize>>) {
        let counted = self.counted(text, hits).counted;
        let ranges = counted.iter().map(|at| at.hit.range()).collect();
        (weight_of(counted), ranges)
    }

    /// What is carved out of a text: in order, not overlapping.
    pub(super) fn carved_out(&self, hits: &[Occurrence]) -> Vec<Range<usize>> {
        merge(hits.iter().filter(|hit| self.except.contains(&hit.term)).map(Occurrence::range).collect())
    }

    /// Whether its words count whatever stands near them.
    pub(super) fn is_without_contexts(&self) -> bool {
        self.counting.is_without_contexts()
    }

    /// The stretches of text from one word to another on which it depends whether a term counts. `spoke` says whether the
    /// rule spoke: its explanation names them then.
    pub(super) fn besides(&self, reading: &Reading<'_>, spoke: bool) -> Vec<Beside> {
        use proviso_model::finding::TextField::{Text, Typed};
        let mut all = Vec::new();
        let mut shown = BTreeSet::new();
        let mut considered = 0;
        for stretch in self.stretches(reading, self.scope(reading)) {
            let read = self.read(stretch);
            let mut add = |hit: &TermAt<'_>, shown: bool| {
                if matches!(stretch.field, Text | Typed) {
                    let range = hit.range();
                    let place = |at: usize| stretch.offset.saturating_add(at as u64);
                    all.push(Beside { range: place(range.start)..place(range.end), shown });
                }
            };
            let room = SPANS_CONSIDERED.saturating_sub(considered);
            considered += read.counted.len();
            for hit in read.counted.iter().take(room).filter(|hit| hit.beside.is_some()) {
                add(hit, spoke);
            }
            for hit in &read.excluded {
                let first = shown.len() < EXCLUDED_SHOWN_MAX && shown.insert(hit.hit.term);
                add(hit, spoke && first);
            }
        }
        all
    }

    /// A page of results is judged by its query; on any other page a query that is enough alone stands before the rest.
    fn scope(&self, reading: &Reading<'_>) -> Scope {
        let Some(threshold) = self.query_threshold_permille else {
            return if self.queries_only { Scope::Queries } else { Scope::All };
        };
        if self.queries_only || reading.search.as_ref().is_some_and(Search::is_results) {
            return Scope::Queries;
        }
        let queries = self.stretches(reading, Scope::Queries);
        let sum = weight_of(queries.flat_map(|stretch| self.read(stretch).counted));
        if sum >= u32::from(threshold) { Scope::Queries } else { Scope::All }
    }

    fn threshold_of(&self, scope: Scope) -> u16 {
        match scope {
            Scope::Queries => self.query_threshold_permille.unwrap_or(self.threshold_permille),
            Scope::All => self.threshold_permille,
        }
    }

    fn stretches<'r, 'o>(
        &self,
        reading: &'r Reading<'o>,
        scope: Scope,
    ) -> impl Iterator<Item = &'r Stretch<'o>> {
        reading.stretches.iter().filter(move |stretch| scope == Scope::All || stretch.is_query)
    }

    /// What of the hits in a text counts.
    pub(super) fn counted<'s>(&self, text: &str, hits: &'s [Occurrence]) -> Counted<'s> {
        self.counting.read(text, hits, &self.except)
    }

    fn read<'s>(&self, stretch: &'s Stretch<'_>) -> Counted<'s> {
        self.counted(&stretch.text, stretch.read.found())
    }
}

impl<'r> Found<'r> {
    fn add(&mut self, stretch: &'r Stretch<'_>, read: &Counted<'r>, rule: &str, category: &str) {
        let room = read.counted.len().min(SPANS_CONSIDERED - self.spans.len());
        self.terms.reserve(room);
        self.spans.reserve(room);
        for hit in &read.counted {
            if self.spans.len() == SPANS_CONSIDERED {
                break;
            }
            let text = stretch.text.get(hit.hit.range()).unwrap_or_default();
            self.terms.push((hit.hit.term, text, hit.way));
            if let Some(beside) = hit.beside {
                let near = stretch.text.get(beside.range()).unwrap_or_default();
                self.needed.entry(hit.hit.term).or_insert((text, near));
            }
            // No finding keeps the later ones, of which only the place is written then.
            let (rule, category, text) =
                if self.spans.len() < SPANS_MAX { (rule, category, text) } else { Default::default() };
            self.spans.push(Span {
                field: stretch.field,
                start: stretch.offset.saturating_add(hit.hit.start as u64),
                end: stretch.offset.saturating_add(hit.hit.end as u64),
                rule: rule.to_owned(),
                category: category.to_owned(),
                text: text.to_owned(),
                message: None,
            });
        }
        for hit in &read.excluded {
            let known = self.excluded.iter().any(|(term, ..)| *term == hit.hit.term);
            if self.excluded.len() < EXCLUDED_SHOWN_MAX && !known {
                let text = stretch.text.get(hit.hit.range()).unwrap_or_default();
                let near = hit.beside.and_then(|beside| stretch.text.get(beside.range())).unwrap_or_default();
                self.excluded.push((hit.hit.term, text, near));
            }
        }
    }

    /// Distinct terms: as first found, and the way in which they weigh most.
    fn distinct(&mut self) -> Vec<(&'r str, Way)> {
        // The sort keeps the order of places.
        self.terms.sort_by_key(|(term, ..)| *term);
        let same_term = self.terms.chunk_by(|(a, ..), (b, ..)| a == b);
        same_term
            .filter_map(|same| {
                let (_, text, first) = same.first()?;
                let heavier = |most: Way, (_, _, way): &(usize, &str, Way)| {
                    if way.weight_permille > most.weight_permille { *way } else { most }
                };
                Some((*text, same.iter().fold(*first, heavier)))
            })
            .collect()
    }

    fn in_context(&self) -> String {
        let needed: Vec<(&str, &str)> = self.needed.values().copied().collect();
        let excluded: Vec<(&str, &str)> =
            self.excluded.iter().map(|(_, text, near)| (*text, *near)).collect();
        explain::in_context(&needed, &excluded)
    }
}

pub(super) fn pack_of<'p>(pack: &'p PackRef, more: &'p [PackRef], number: u16) -> &'p PackRef {
    usize::from(number).checked_sub(1).and_then(|at| more.get(at)).unwrap_or(pack)
}

/// The spans that a finding keeps, and how many more there were.
pub(super) fn kept_spans(spans: &[Span]) -> (&[Span], u32) {
    let (kept, more) = spans.split_at_checked(SPANS_MAX).unwrap_or((spans, &[]));
    (kept, u32::try_from(more.len()).unwrap_or(u32::MAX))
}
