//! Which hits of terms count: between carve-outs, the leftmost and longest where they overlap, and only where their
//! context allows it.

use std::collections::{BTreeMap, BTreeSet};

use proviso_model::policy::{Term, TermContext};

use super::near::{Members, WordPlaces};
use crate::text::{Occurrence, TermIndex};

/// Terms made ready to be counted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Counting {
    /// By number of the term, each with every way in which it may count, the weightiest first.
    ways: Vec<(usize, Way)>,
    /// Where the ways of each term begin, by its number.
    starts: Vec<u32>,
    contexts: Vec<Context>,
}

/// One way in which a term may count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    pub(crate) weight_permille: u16,
    /// Index of its pack in the rule.
    pub(crate) pack: u16,
    context: Option<u32>,
}

#[derive(Debug, Clone)]
struct Context {
    needs: BTreeSet<usize>,
    unless: BTreeSet<usize>,
    within_words: u16,
}

/// What of a text counts, ordered by place.
#[derive(Debug, Default)]
pub(crate) struct Counted<'h> {
    pub(crate) counted: Vec<TermAt<'h>>,
    /// What would have counted but for a word near it.
    pub(crate) excluded: Vec<TermAt<'h>>,
}

/// A hit, and the word near it that let it count or kept it from counting.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TermAt<'h> {
    pub(crate) hit: &'h Occurrence,
    pub(crate) way: Way,
    pub(crate) beside: Option<&'h Occurrence>,
}

/// The weights of distinct terms, each at its weightiest, together.
pub(crate) fn weight_of<'h>(counted: impl IntoIterator<Item = TermAt<'h>>) -> u32 {
    let mut weights: BTreeMap<usize, u16> = BTreeMap::new();
    for at in counted {
        let weight = weights.entry(at.hit.term).or_default();
        *weight = (*weight).max(at.way.weight_permille);
    }
    weights.values().map(|weight| u32::from(*weight)).sum()
}

impl TermAt<'_> {
    /// The bytes from the one word to the other, both included.
    pub(crate) fn range(&self) -> std::ops::Range<usize> {
        let beside = self.beside.unwrap_or(self.hit);
        self.hit.start.min(beside.start)..self.hit.end.max(beside.end)
    }
}

impl Counting {
    /// Gives the terms and those of their contexts numbers in `index`.
    pub(crate) fn new(terms: &[Term], contexts: &[TermContext], index: &mut TermIndex) -> Self {
        let mut counting = Self::default();
        counting.add(terms, contexts, index);
        counting
    }

    /// Adds the terms of another pack.
    pub(crate) fn add(&mut self, terms: &[Term], contexts: &[TermContext], index: &mut TermIndex) {
        let before = u32::try_from(self.contexts.len()).unwrap_or(u32::MAX);
        for context in contexts {
            let mut numbers = |texts: &[String]| {
                texts.iter().filter_map(|text| index.number(text)).collect::<BTreeSet<_>>()
            };
            self.contexts.push(Context {
                needs: numbers(&context.needs),
                unless: numbers(&context.unless),
                within_words: context.within_words,
            });
        }
        for term in terms {
            let number =
                if term.inside_words { index.number_inside(&term.text) } else { index.number(&term.text) };
            let Some(number) = number else { continue };
            let context = term.context.map(|context| context.saturating_add(before));
            self.ways.push((number, Way { weight_permille: term.weight_permille, pack: term.pack, context }));
        }
        self.ways.sort_unstable_by_key(|(number, way)| {
            (*number, std::cmp::Reverse(way.weight_permille), way.pack, way.context)
        });
        self.ways.dedup();
        self.starts = starts(&self.ways);
    }

    /// Whether no term has a context.
    pub(crate) fn is_without_contexts(&self) -> bool {
        self.contexts.is_empty()
    }

    fn ways(&self, term: usize) -> &[(usize, Way)] {
        let (Some(from), Some(until)) = (self.starts.get(term), self.starts.get(term.saturating_add(1)))
        else {
            return &[];
        };
        self.ways.get(*from as usize..*until as usize).unwrap_or_default()
    }

    /// What counts among `hits`, all that were found in `text`. Terms of `except` carve out what lies within them.
    pub(crate) fn read<'h>(
        &self,
        text: &str,
        hits: &'h [Occurrence],
        except: &BTreeSet<usize>,
    ) -> Counted<'h> {
        // Hits come ordered by place, the longer first, so the furthest end so far tells whether one is covered.
        let mut read = Counted::default();
        let mut company = Company { counting: self, text, hits, places: None, members: Vec::new() };
        let (mut carved_until, mut taken_until) = (0, 0);
        for (index, hit) in hits.iter().enumerate() {
            if except.contains(&hit.term) {
                carved_until = carved_until.max(hit.end);
            }
            let ways = self.ways(hit.term);
            if ways.is_empty() || hit.start < taken_until || hit.end <= carved_until {
                continue;
            }
            match company.way(index, ways) {
                Some((way, beside, true)) => {
                    taken_until = hit.end;
                    read.counted.push(TermAt { hit, way, beside });
                }
                Some((way, beside, false)) => read.excluded.push(TermAt { hit, way, beside }),
                None => {}
            }
        }
        read
    }
}

/// For each number up to the last, and one past it, how many ways stand before it in `ways`, which are in order.
fn starts(ways: &[(usize, Way)]) -> Vec<u32> {
    let mut starts = Vec::with_capacity(ways.last().map_or(0, |(last, _)| last.saturating_add(2)));
    for (at, (number, _)) in (0_u32..).zip(ways) {
        if starts.len() <= *number {
            starts.resize(*number + 1, at);
        }
    }
    starts.push(u32::try_from(ways.len()).unwrap_or(u32::MAX));
    starts
}

/// What stands near a hit, as its context asks.
struct Beside<'h> {
    is_met: bool,
    needed: Option<&'h Occurrence>,
    excluding: Option<&'h Occurrence>,
}

/// Who stands beside whom in a text; worked out only once a term with a context was found.
struct Company<'c, 'h> {
    counting: &'c Counting,
    text: &'c str,
    hits: &'h [Occurrence],
    places: Option<WordPlaces>,
    /// For each context: its needed and its excluding terms, where they stand.
    members: Vec<Option<(Members, Members)>>,
}

impl<'h> Company<'_, 'h> {
    /// The first way that holds here, with `true`; else the first that an excluding word stands against, with `false`.
    fn way(&mut self, index: usize, ways: &[(usize, Way)]) -> Option<(Way, Option<&'h Occurrence>, bool)> {
        let mut against = None;
        for (_, way) in ways {
            let Some(number) = way.context else { return Some((*way, None, true)) };
            let Some(beside) = self.beside(index, number) else { continue };
            match beside.excluding {
                _ if !beside.is_met => {}
                Some(_) => against = against.or(Some((*way, beside.excluding, false))),
                None => return Some((*way, beside.needed, true)),
            }
        }
        against
    }

    fn beside(&mut self, index: usize, number: u32) -> Option<Beside<'h>> {
        let number = usize::try_from(number).ok()?;
        let context = self.counting.contexts.get(number)?;
        let places = self.places.get_or_insert_with(|| WordPlaces::of(self.text, self.hits));
        if self.members.len() <= number {
            self.members.resize_with(number + 1, || None);
        }
        let (needs, unless) = self.members.get_mut(number)?.get_or_insert_with(|| {
            (places.members(self.hits, &context.needs), places.members(self.hits, &context.unless))
        });
        let needed = places.nearest(self.hits, index, needs, context.within_words);
        let excluding = places.nearest(self.hits, index, unless, context.within_words);
        Some(Beside { is_met: context.needs.is_empty() || needed.is_some(), needed, excluding })
    }
}
