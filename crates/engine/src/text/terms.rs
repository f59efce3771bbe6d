//! Many terms looked for at once.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::disguise::read_again;
use super::edges::joins;
use super::normalise::{normalise, normalise_term, over_accents};

/// Below this many terms the faster automaton is small enough.
const DFA_TERMS_MAX: usize = 300;

/// Shorter words are too easily made of anything to be read behind a disguise.
const DISGUISED_BYTES_MIN: usize = 3;

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

/// Terms by normalised text, each once, and the automaton that finds them.
#[derive(Debug, Clone, Default)]
pub struct TermIndex {
    numbers: BTreeMap<String, usize>,
    automaton: Option<AhoCorasick>,
    /// Words of the terms, for reading disguised ones. Its order is never used.
    words: HashSet<Box<str>>,
}

impl TermIndex {
    /// The number of a term; equal normalised texts share one. Nothing for a text with nothing to look for.
    pub fn number(&mut self, term: &str) -> Option<usize> {
        let normal = normalise_term(term);
        if !normal.chars().any(char::is_alphanumeric) {
            return None;
        }
        for word in normal.split(|c: char| !c.is_alphanumeric()) {
            if word.len() >= DISGUISED_BYTES_MIN && word.bytes().all(|byte| byte.is_ascii_lowercase()) {
                self.words.insert(word.into());
            }
        }
        let next = self.numbers.len();
        Some(*self.numbers.entry(normal).or_insert(next))
    }

    /// Makes ready what [`TermIndex::number`] was given.
    ///
    /// # Errors
    /// [`TermIndexError`] when the automaton would not fit.
    pub fn build(&mut self) -> Result<(), TermIndexError> {
        let mut terms: Vec<(&usize, &String)> =
            self.numbers.iter().map(|(term, number)| (number, term)).collect();
        terms.sort();
        let kind = match terms.len() {
            0 => {
                self.automaton = None;
                return Ok(());
            }
            1..=DFA_TERMS_MAX => AhoCorasickKind::DFA,
            _ => AhoCorasickKind::ContiguousNFA,
        };
        // Every match is wanted, not the longest: a longest one may end inside a word and hide one that does not.
        let built = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(kind))
            .build(terms.iter().map(|(_, term)| term.as_bytes()))?;
        self.automaton = Some(built);
        Ok(())
    }

    /// Every place in `original` where a term stands between word edges, as written or disguised, ordered by place, the
    /// longer first. Overlapping ones are all given.
    #[must_use]
    pub fn find(&self, original: &str) -> Vec<Occurrence> {
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let normalised = normalise(original);
        let text = normalised.text();
        let mut hits = Vec::new();
        let mut add = |range: Range<usize>, term: usize| {
            let Some(range) = normalised.original(range) else { return };
            hits.push(Occurrence { start: range.start, end: over_accents(original, range.end), term });
        };
        for found in automaton.find_overlapping_iter(text) {
            if at_edges(text, found.range()) {
                add(found.range(), found.pattern().as_usize());
            }
        }
        for again in read_again(text, &self.words) {
            for found in automaton.find_overlapping_iter(&again.text) {
                if let Some(range) = again.normalised(&found.range())
                    && at_edges(&again.text, found.range())
                {
                    add(range, found.pattern().as_usize());
                }
            }
        }
        hits.sort_by(|a, b| (a.start, b.end, a.term).cmp(&(b.start, a.end, b.term)));
        hits.dedup();
        hits
    }
}

fn at_edges(text: &str, range: Range<usize>) -> bool {
    let (Some(before), Some(found), Some(after)) =
        (text.get(..range.start), text.get(range.clone()), text.get(range.end..))
    else {
        return false;
    };
    let inside = |outer: Option<char>, inner: Option<char>| match (outer, inner) {
        (Some(outer), Some(inner)) => joins(outer, inner),
        _ => false,
    };
    !inside(before.chars().next_back(), found.chars().next())
        && !inside(found.chars().next_back(), after.chars().next())
}
