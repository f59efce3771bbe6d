//! Words of terms by their outline, and whether a run of characters may be meant as one of them.

use super::super::edges::without_spaces;
use super::super::hashes::{Buckets, mix};
use super::WORD_BYTES_MAX;
use super::lookalikes::{outline, reads};

/// Shorter words are too easily made of anything to be read behind a disguise.
const DISGUISED_LETTERS_MIN: usize = 3;

/// Words of terms, ordered by the hash of their outline.
#[derive(Debug, Clone, Default)]
pub(super) struct Spellings {
    words: Vec<Box<str>>,
    buckets: Buckets,
    letters_max: usize,
}

impl Spellings {
    /// The words of normalised terms that may be disguised: letters alone, of a script with spaces.
    pub(super) fn of<'t>(terms: impl Iterator<Item = &'t str>) -> Self {
        let mut hashed: Vec<(u64, Box<str>)> = Vec::new();
        let mut letters_max = 0;
        for word in terms.flat_map(|term| term.split(|c: char| !c.is_alphanumeric())) {
            let letters = word.chars().count();
            let is_word = |c: char| c.is_alphabetic() && !without_spaces(c);
            if letters >= DISGUISED_LETTERS_MIN && word.len() <= WORD_BYTES_MAX && word.chars().all(is_word) {
                letters_max = letters_max.max(letters);
                hashed.push((outline_hash(word.chars()), word.into()));
            }
        }
        hashed.sort_unstable();
        hashed.dedup();
        let hashes: Vec<(u64, u64)> = hashed.iter().map(|(hash, _)| (*hash, 0)).collect();
        let words = hashed.into_iter().map(|(_, word)| word).collect();
        Self { words, buckets: Buckets::of(&hashes), letters_max }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Letters of the longest word.
    pub(super) fn letters_max(&self) -> usize {
        self.letters_max
    }

    /// The words that `seen` may be meant as, itself among them, in alphabetical order.
    pub(super) fn of_word<'s>(&'s self, seen: &'s str) -> impl Iterator<Item = &'s str> {
        let (bucket, _) = self.buckets.get(outline_hash(seen.chars())).unwrap_or_default();
        let words = self.words.get(bucket).unwrap_or_default();
        words.iter().map(AsRef::as_ref).filter(|word| is_meant(seen, word))
    }
}

/// Equal for all that may be meant as one word: the same outline of letters, each once where it is repeated.
fn outline_hash(word: impl Iterator<Item = char>) -> u64 {
    let mut last = None;
    let mut hash = 0;
    for letter in word.map(outline) {
        if last != Some(letter) {
            hash = mix(u64::from(u32::from(letter)), hash);
            last = Some(letter);
        }
    }
    hash
}

/// Whether `seen` may be meant as `word`: each character as a letter that it may stand for, and three or more of the same
/// in a row as one letter or two.
fn is_meant(seen: &str, word: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    // A plain Latin word is none of another script, however alike the letters are.
    if letters.len() > WORD_BYTES_MAX || (seen.is_ascii() && !word.is_ascii()) {
        return false;
    }
    // One bit for each number of letters that what was read so far may be.
    let mut reached: u128 = 1;
    let mut rest = seen.chars().peekable();
    while let Some(c) = rest.next() {
        let mut times = 1;
        while rest.next_if_eq(&c).is_some() {
            times += 1;
        }
        // How many times the letters at each place stand for `c` in a row, and are the same.
        let mut next: u128 = 0;
        for (at, letter) in letters.iter().enumerate() {
            if reached & (1 << at) == 0 || !reads(c, *letter) {
                continue;
            }
            let same =
                letters.get(at..).unwrap_or_default().iter().take_while(|other| *other == letter).count();
            let lengths = if times >= 3 { 1..=2 } else { times..=times };
            for length in lengths.filter(|length| *length <= same) {
                next |= 1 << (at + length);
            }
        }
        if next == 0 {
            return false;
        }
        reached = next;
    }
    reached & (1 << letters.len()) != 0
}
