//! Many terms looked for at once.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::blocks::{Blocks, first_word};
use super::disguise::Disguised;
use super::edges::is_searchable;
use super::normalise::{normalise, normalise_term, over_accents};
use super::reversed::reversed;
use super::table::TermTable;

/// Below this many terms the faster automaton is small enough.
const DFA_TERMS_MAX: usize = 300;

/// Bytes of text for each place of a term that there is room for at first.
const BYTES_PER_HIT: usize = 128;

/// A term found, by its number, with the bytes of the original that it stands on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// First original byte.
    pub start: usize,
    /// One past the last original byte.
    pub end: usize,
    /// Number of the term, in the order of [`TermIndex::number`] calls.
    pub term: usize,
}

impl Occurrence {
    /// The bytes of the original.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

/// Terms that could not be made ready.
#[derive(Debug, thiserror::Error)]
#[error("the terms could not be made ready for searching: {0}; shorten the order's words or the packs")]
pub struct TermIndexError(#[from] aho_corasick::BuildError);

/// Terms by normalised text, each once, and what finds them.
///
/// Terms with a word that has edges are found by the hash of that word. The others, of scripts written without spaces and
/// of emoji, have an edge on both sides wherever they stand, and are found by an automaton, as are those that are looked for
/// within words.
#[derive(Debug, Clone, Default)]
pub struct TermIndex {
    /// Its order is never used.
    numbers: HashMap<String, usize>,
    /// Those that are looked for within longer words. Its order is never used.
    inside_words: HashMap<String, usize>,
    table: TermTable,
    without_edges: Option<WithoutEdges>,
    disguised: Disguised,
}

/// Terms whose edges are not looked at.
#[derive(Debug, Clone)]
struct WithoutEdges {
    automaton: AhoCorasick,
    /// Numbers of the terms, by pattern.
    numbers: Vec<usize>,
    /// Whether one of them could stand in a text of ASCII alone.
    in_ascii: bool,
}

impl WithoutEdges {
    fn of(terms: &[(usize, &str)]) -> Result<Option<Self>, TermIndexError> {
        let kind = match terms.len() {
            0 => return Ok(None),
            1..=DFA_TERMS_MAX => AhoCorasickKind::DFA,
            _ => AhoCorasickKind::ContiguousNFA,
        };
        Ok(Some(Self {
            // Every match is wanted, not the longest: a longest one may end inside what one character became and hide one
            // that does not.
            automaton: AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .kind(Some(kind))
                .build(terms.iter().map(|(_, term)| term.as_bytes()))?,
            numbers: terms.iter().map(|(number, _)| *number).collect(),
            in_ascii: terms.iter().any(|(_, term)| term.is_ascii()),
        }))
    }
}

impl TermIndex {
    /// The number of a term; equal normalised texts share one. Nothing for a text with nothing to look for.
    pub fn number(&mut self, term: &str) -> Option<usize> {
        self.numbered(term, false)
    }

    /// The number of a term that is looked for as written within longer words too, but not behind a disguise. It differs
    /// from the number of the same text with word edges.
    pub fn number_inside(&mut self, term: &str) -> Option<usize> {
        self.numbered(term, true)
    }

    fn numbered(&mut self, term: &str, inside: bool) -> Option<usize> {
        let normal = normalise_term(term);
        if !is_searchable(&normal) {
            return None;
        }
        let next = self.numbers.len() + self.inside_words.len();
        let known = if inside { &mut self.inside_words } else { &mut self.numbers };
        Some(*known.entry(normal).or_insert(next))
    }

    /// Makes ready what [`TermIndex::number`] was given.
    ///
    /// # Errors
    /// [`TermIndexError`] when the automaton would not fit.
    pub fn build(&mut self) -> Result<(), TermIndexError> {
        let mut terms: Vec<(usize, &str)> =
            self.numbers.iter().map(|(term, number)| (*number, term.as_str())).collect();
        terms.sort_unstable();
        self.table = TermTable::of(terms.iter().map(|(number, term)| (*term, *number)));
        self.disguised = Disguised::of(terms.iter().map(|(_, term)| *term));
        terms.retain(|(_, term)| first_word(term).is_none());
        terms.extend(self.inside_words.iter().map(|(term, number)| (*number, term.as_str())));
        terms.sort_unstable();
        self.without_edges = WithoutEdges::of(&terms)?;
        Ok(())
    }

    /// Every place in `original` where a term stands between word edges, as written or disguised, ordered by place, the
    /// longer first. Overlapping ones are all given.
    #[must_use]
    pub fn find(&self, original: &str) -> Vec<Occurrence> {
        if self.table.is_empty() && self.without_edges.is_none() {
            return Vec::new();
        }
        let mut hits = self.find_in(original);
        for seen in reversed(original) {
            hits.extend(self.find_in(&seen.text).into_iter().map(|hit| {
                let range = seen.original(&hit.range());
                Occurrence { start: range.start, end: range.end, term: hit.term }
            }));
        }
        // Most are in order as they were found.
        hits.sort_by(|a, b| (a.start, b.end, a.term).cmp(&(b.start, a.end, b.term)));
        hits.dedup();
        hits
    }

    fn find_in(&self, original: &str) -> Vec<Occurrence> {
        let normalised = normalise(original);
        let text = normalised.text();
        let blocks = Blocks::of(text);
        let mut hits = Vec::with_capacity(original.len() / BYTES_PER_HIT);
        let mut add = |range: Range<usize>, term: usize| {
            let Some(range) = normalised.original(range) else { return };
            hits.push(Occurrence { start: range.start, end: over_accents(original, range.end), term });
        };
        self.table.find(text, &blocks, &mut add);
        if let Some(without_edges) =
            self.without_edges.as_ref().filter(|terms| terms.in_ascii || !text.is_ascii())
        {
            for found in without_edges.automaton.find_overlapping_iter(text) {
                if let Some(number) = without_edges.numbers.get(found.pattern().as_usize()) {
                    add(found.range(), *number);
                }
            }
        }
        for again in self.disguised.read_again(text, &blocks) {
            self.table.find(&again.text, &Blocks::of(&again.text), |found, term| {
                if let Some(range) = again.normalised(&found) {
                    add(range, term);
                }
            });
        }
        hits
    }
}
