//! Words of terms by their outline, and whether a run of characters may be meant as one of them.

use std::ops::Range;

use super::super::edges::without_spaces;
use super::super::hashes::{Buckets, key, mix};
use super::WORD_BYTES_MAX;
use super::lookalikes::{outline, reads};

/// Shorter words are too easily made of anything to be read behind a disguise.
const DISGUISED_LETTERS_MIN: usize = 3;

/// Words of terms, ordered by the key of their outline.
#[derive(Debug, Clone, Default)]
pub(super) struct Spellings {
    words: Vec<Box<str>>,
    buckets: Buckets,
    letters_max: usize,
}

impl Spellings {
    /// The words of normalised terms that may be disguised: letters alone, of a script with spaces.
    pub(super) fn of<'t>(terms: impl Iterator<Item = &'t str>) -> Self {
        let mut keyed: Vec<(u32, Box<str>)> = Vec::new();
        let mut letters_max = 0;
        for word in terms.flat_map(|term| term.split(|c: char| !c.is_alphanumeric())) {
            let letters = word.chars().count();
            let is_word = |c: char| c.is_alphabetic() && !without_spaces(c);
            if letters >= DISGUISED_LETTERS_MIN && word.len() <= WORD_BYTES_MAX && word.chars().all(is_word) {
                letters_max = letters_max.max(letters);
                keyed.push((outline_key(word.chars()), word.into()));
            }
        }
        keyed.sort_unstable();
        keyed.dedup();
        let keys: Vec<(u32, u32)> = keyed.iter().map(|(key, _)| (*key, 0)).collect();
        let words = keyed.into_iter().map(|(_, word)| word).collect();
        Self { words, buckets: Buckets::of(&keys), letters_max }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Letters of the longest word.
    pub(super) fn letters_max(&self) -> usize {
        self.letters_max
    }

    /// Whether a word has the outline of `seen`: one look that says no to nearly all.
    pub(super) fn has_outline(&self, seen: &str) -> bool {
        seen.len() <= WORD_BYTES_MAX && self.bucket(seen).is_some()
    }

    fn bucket(&self, seen: &str) -> Option<Range<usize>> {
        let key = outline_key(seen.chars());
        if self.buckets.may_hold(key) { Some(self.buckets.get(key)?.0) } else { None }
    }

    /// The words that `seen` may be meant as, itself among them, in alphabetical order.
    pub(super) fn of_word<'s>(&'s self, seen: &'s str) -> impl Iterator<Item = &'s str> {
        let words = self.bucket(seen).and_then(|bucket| self.words.get(bucket)).unwrap_or_default();
        words.iter().map(AsRef::as_ref).filter(|word| is_meant(seen, word))
    }
}

/// Equal for all that may be meant as one word: the same outline of letters, each once where it is repeated.
fn outline_key(word: impl Iterator<Item = char>) -> u32 {
    let mut last = None;
    let mut hash = 0;
    for letter in word.map(outline) {
        if last != Some(letter) {
            hash = mix(u64::from(u32::from(letter)), hash);
            last = Some(letter);
        }
    }
    key(hash)
}

/// Whether `seen` may be meant as `word`: each character as a letter that it may stand for, and three or more in a row for
/// the same letter as that letter once or twice.
fn is_meant(seen: &str, word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let seen_letters: Vec<char> = seen.chars().collect();
    // A plain Latin word is none of another script, however alike the letters are.
    let longest = letters.len().max(seen_letters.len());
    if longest > WORD_BYTES_MAX || (seen.is_ascii() && !word.is_ascii()) {
        return false;
    }
    // For each number of characters read: one bit for each number of letters that they may be.
    let mut reached = vec![0_u128; seen_letters.len() + 1];
    if let Some(nothing) = reached.first_mut() {
        *nothing = 1;
    }
    for start in 0..seen_letters.len() {
        let here = reached.get(start).copied().unwrap_or_default();
        for (at, letter) in letters.iter().enumerate().filter(|(at, _)| here & (1 << at) != 0) {
            let repeats = letters.iter().skip(at).take_while(|other| *other == letter).count();
            let rest = seen_letters.get(start..).unwrap_or_default();
            for times in 1..=rest.iter().take_while(|c| reads(**c, *letter)).count() {
                if (times == repeats || (times >= 3 && repeats <= 2))
                    && let Some(after) = reached.get_mut(start + times)
                {
                    *after |= 1 << (at + repeats);
                }
            }
        }
    }
    reached.last().is_some_and(|all| all & (1 << letters.len()) != 0)
}
