//! Letters apart: single letters with the same number of spaces or signs between them.

use std::ops::Range;

use super::super::edges::without_spaces;
use super::Reading;
use super::lookalikes::{is_strict, stands_for_letter};
use super::spelled::Spellings;

/// Letters apart that are read as words: at least and at most so many.
const APART_MIN: usize = 3;
const APART_MAX: usize = 64;
/// Characters between two letters, at most.
const GAP_MAX: usize = 3;
/// Letters of a word among others.
const WORD_LETTERS_MIN: usize = 3;

/// Whether a character may be part of a word, disguised or not.
pub(super) fn stands_in_run(c: char) -> bool {
    c.is_alphanumeric() || stands_for_letter(c)
}

/// A single letter: its place and itself.
type Single = (usize, char);

/// Up to where letters apart have been read, by the characters between them.
pub(super) type ReadTo = [usize; GAP_MAX + 1];

/// Reads the letters apart that the one at `at` is among, as far as they have not been.
pub(super) fn read(
    text: &str,
    at: usize,
    spellings: &Spellings,
    read_to: &mut ReadTo,
    found: &mut Vec<Reading>,
) {
    let Some(letter) = single(text, at) else { return };
    let gaps = [last(text, letter), next(text, letter)].map(|beside| beside.map(|(_, gap)| gap));
    for gap in gaps.into_iter().flatten() {
        let Some(read_to) = read_to.get_mut(gap).filter(|read_to| **read_to <= at) else { continue };
        let mut begin = letter;
        while let Some((before, _)) = last(text, begin).filter(|(_, other)| *other == gap) {
            begin = before;
        }
        let mut chain = vec![begin];
        let mut end = begin;
        while let Some((after, _)) = next(text, end).filter(|(_, other)| *other == gap) {
            chain.push(after);
            end = after;
        }
        *read_to = end.0 + 1;
        if (APART_MIN..=APART_MAX).contains(&chain.len())
            && chain.iter().any(|(_, c)| c.is_alphabetic() || is_strict(*c))
        {
            read_chain(&chain, spellings, found);
        }
    }
}

/// The character at `at`, where it is like a letter and none stands beside it.
fn single(text: &str, at: usize) -> Option<Single> {
    let (before, after) = text.split_at_checked(at)?;
    let mut after = after.chars();
    let c = after.next().filter(|c| like_a_letter(*c))?;
    let alone = |beside: Option<char>| beside.is_none_or(|c| !stands_in_run(c));
    (alone(before.chars().next_back()) && alone(after.next())).then_some((at, c))
}

fn like_a_letter(c: char) -> bool {
    stands_for_letter(c) || (c.is_alphabetic() && !without_spaces(c))
}

/// Whether a character may stand between letters apart: a space, a usual sign, or any sign or emoji beyond ASCII.
fn parts(c: char) -> bool {
    !c.is_ascii() || matches!(c, ' ' | '.' | '-' | '_' | '*' | ',' | '/' | '+' | '~')
}

/// The next single letter, and how many characters are between.
fn next(text: &str, from: Single) -> Option<(Single, usize)> {
    let mut at = from.0 + from.1.len_utf8();
    for (gap, c) in text.get(at..)?.chars().take(GAP_MAX + 1).enumerate() {
        if stands_in_run(c) {
            return single(text, at).map(|single| (single, gap));
        }
        if !parts(c) {
            return None;
        }
        at += c.len_utf8();
    }
    None
}

/// The single letter before, and how many characters are between.
fn last(text: &str, from: Single) -> Option<(Single, usize)> {
    let mut at = from.0;
    for (gap, c) in text.get(..at)?.chars().rev().take(GAP_MAX + 1).enumerate() {
        at = at.checked_sub(c.len_utf8())?;
        if stands_in_run(c) {
            return single(text, at).map(|single| (single, gap));
        }
        if !parts(c) {
            return None;
        }
    }
    None
}

/// Reads letters as words that fill them, but for an `a` or `i` at either end.
fn read_chain(chain: &[Single], spellings: &Spellings, found: &mut Vec<Reading>) {
    let article = |at: Option<&Single>| at.is_some_and(|(_, letter)| matches!(letter, 'a' | 'i'));
    let starts = if article(chain.first()) { 2 } else { 1 };
    let ends = if article(chain.last()) { 2 } else { 1 };
    for start in 0..starts {
        for end in 0..ends {
            let inside = chain.get(start..chain.len().saturating_sub(end)).unwrap_or_default();
            let Some(words) = fill(inside, spellings) else { continue };
            found.extend(words.into_iter().filter_map(|(letters, word)| {
                let (first, last) = (inside.get(letters.start)?, inside.get(letters.end.checked_sub(1)?)?);
                Some(Reading { range: first.0..last.0 + last.1.len_utf8(), words: vec![word] })
            }));
            return;
        }
    }
}

/// Words that together are all the letters, with the letters that each takes: the longest first.
fn fill(letters: &[Single], spellings: &Spellings) -> Option<Vec<(Range<usize>, String)>> {
    // `ways[n]`: a word that ends at letter `n`, where the letters before it are filled too.
    let mut ways: Vec<Option<(Range<usize>, String)>> = vec![None; letters.len() + 1];
    for end in WORD_LETTERS_MIN..=letters.len() {
        for start in end.saturating_sub(longest(spellings))..=end - WORD_LETTERS_MIN {
            if start > 0 && ways.get(start).is_none_or(Option::is_none) {
                continue;
            }
            let run: String = letters.get(start..end).unwrap_or_default().iter().map(|(_, c)| c).collect();
            let exact = spellings.of_word(&run).find(|word| *word == run);
            let word = exact.or_else(|| spellings.of_word(&run).next());
            if let (Some(word), Some(way)) = (word, ways.get_mut(end)) {
                *way = Some((start..end, word.to_owned()));
                break;
            }
        }
    }
    let mut filled = Vec::new();
    let mut end = letters.len();
    while end > 0 {
        let (range, word) = ways.get_mut(end)?.take()?;
        end = range.start;
        filled.push((range, word));
    }
    filled.reverse();
    Some(filled)
}

/// Letters that can be one word: those of the longest word, stretched as far as is believable.
fn longest(spellings: &Spellings) -> usize {
    spellings.letters_max() * 2
}
