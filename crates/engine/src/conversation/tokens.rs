//! Words of a conversation as patterns compare them.

use std::collections::HashMap;
use std::ops::Range;

use crate::text::{Normalised, normalise};

/// Number of a word that no pattern names.
const UNKNOWN: u32 = u32::MAX;
/// Number of the end of a message.
const BREAK: u32 = u32::MAX - 1;

/// What may stand inside a word: an apostrophe, the key beside it, and how exports of chat write it.
const APOSTROPHES: [&str; 4] = ["'", "`", "&apos;", "&#39;"];

/// A word, a number, or the end of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    /// Number of its word.
    pub(super) word: u32,
    /// Its value where it is a number that could be an age or a school year: nothing for prices, times and dates.
    pub(super) number: Option<u8>,
    /// Number of the message.
    pub(super) message: usize,
    /// First byte in the message.
    pub(super) start: usize,
    /// One past the last byte in the message.
    pub(super) end: usize,
}

impl Token {
    pub(super) fn is_break(&self) -> bool {
        self.word == BREAK
    }
}

/// The words that patterns name, numbered; spellings share a number.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    numbers: HashMap<String, u32>,
}

impl Vocabulary {
    /// The number of a word in a pattern.
    pub(super) fn add(&mut self, word: &str) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(UNKNOWN);
        *self.numbers.entry(word.to_owned()).or_insert(next)
    }

    /// Makes `spelling` be read as `word`, unless it has been given a number already.
    pub(super) fn alias(&mut self, spelling: &str, word: &str) {
        let number = self.add(word);
        self.numbers.entry(spelling.to_owned()).or_insert(number);
    }

    fn word(&self, word: &str) -> u32 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        // Stretched letters: "sooo" is read as "so", or as "soo" where that is a word.
        [2, 1]
            .into_iter()
            .filter_map(|most| shortened(word, most))
            .find_map(|short| self.numbers.get(&short).copied())
            .unwrap_or(UNKNOWN)
    }

    /// Splits one message and ends it with a break.
    pub(super) fn read(&self, message: usize, original: &str, tokens: &mut Vec<Token>) {
        let normalised = normalise(original);
        let text = normalised.text();
        let mut at = 0;
        while let Some(range) = next_run(text, at) {
            let range = self.glued(text, &range).unwrap_or(range);
            at = range.end;
            tokens.extend(self.token(message, &normalised, range));
        }
        let end = original.len();
        tokens.push(Token { word: BREAK, number: None, message, start: end, end });
    }

    /// The run with the letters and digits that stand on at once, where they are a known spelling as one: "any1", "b4".
    fn glued(&self, text: &str, range: &Range<usize>) -> Option<Range<usize>> {
        let rest = text.get(range.start..)?;
        let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        let end = range.start + length;
        let known = end > range.end && self.numbers.contains_key(rest.get(..length)?);
        known.then_some(range.start..end)
    }

    fn token(&self, message: usize, normalised: &Normalised, range: Range<usize>) -> Option<Token> {
        let text = normalised.text();
        let run = text.get(range.clone())?;
        let place = normalised.original(range.clone())?;
        let number = match run.as_bytes().first()?.is_ascii_digit() {
            true => digits(text, &range),
            false => in_words(run)
                .or_else(|| in_words(&shortened(run, 1)?).or_else(|| in_words(&shortened(run, 2)?))),
        };
        let plain: String;
        let word = match APOSTROPHES.iter().any(|mark| run.contains(mark)) {
            true => {
                plain = APOSTROPHES.iter().fold(run.to_owned(), |run, mark| run.replace(mark, ""));
                self.word(&plain)
            }
            false => self.word(run),
        };
        Some(Token { word, number, message, start: place.start, end: place.end })
    }
}

/// The next run of letters with apostrophes inside, or of digits.
fn next_run(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    let first = rest.find(|c: char| c.is_alphanumeric())?;
    let start = from + first;
    let run = text.get(start..)?;
    let is_number = run.as_bytes().first()?.is_ascii_digit();
    if is_number {
        let length = run.find(|c: char| !c.is_ascii_digit()).unwrap_or(run.len());
        return Some(start..start + length);
    }
    let mut end = start + letters(run);
    // An apostrophe belongs to the word where letters follow it.
    while let Some(rest) = text.get(end..) {
        let mark = APOSTROPHES.iter().find(|mark| rest.starts_with(**mark));
        let Some(after) = mark.and_then(|mark| Some(mark.len() + letters(rest.get(mark.len()..)?))) else {
            break;
        };
        if after == mark.map_or(0, |mark| mark.len()) {
            break;
        }
        end += after;
    }
    Some(start..end)
}

/// Bytes of the letters at the beginning.
fn letters(text: &str) -> usize {
    text.find(|c: char| !c.is_alphanumeric() || c.is_ascii_digit()).unwrap_or(text.len())
}

/// The value of digits that stand alone: not part of a price, a time, a date, a share or a decimal number.
fn digits(text: &str, range: &Range<usize>) -> Option<u8> {
    let value: u8 = text.get(range.clone())?.parse().ok()?;
    let mut before = text.get(..range.start)?.chars().rev();
    let mut after = text.get(range.end..)?.chars();
    let joined = |mark: Option<char>, beyond: Option<char>| {
        matches!(mark, Some('.' | ',' | ':' | '/' | '-')) && beyond.is_some_and(|c| c.is_ascii_digit())
    };
    let mark = before.next();
    let beyond = before.next();
    // "f/13/town" states an age, "pages/13" does not.
    let letter = mark == Some('/')
        && beyond.is_some_and(|c| c.is_ascii_alphabetic())
        && before.next().is_none_or(|c| !c.is_alphanumeric());
    if (matches!(mark, Some('$' | '£' | '€' | '#' | '@' | '_' | '=' | '/' | '+')) && !letter)
        || joined(mark, beyond)
    {
        return None;
    }
    let mark = after.next();
    if matches!(mark, Some('%' | '$' | '£' | '€' | '_' | '°')) || joined(mark, after.next()) {
        return None;
    }
    Some(value)
}

fn in_words(word: &str) -> Option<u8> {
    const WORDS: [&str; 21] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
    ];
    WORDS.iter().position(|name| *name == word).and_then(|value| u8::try_from(value).ok())
}

/// The word with no letter more than `most` times in a row; nothing when no letter stands three times.
fn shortened(word: &str, most: usize) -> Option<String> {
    let mut short = String::with_capacity(word.len());
    let (mut last, mut times, mut stretched) = ('\0', 0_usize, false);
    for c in word.chars() {
        times = if c == last { times + 1 } else { 1 };
        last = c;
        stretched |= times >= 3;
        if times <= most {
            short.push(c);
        }
    }
    if !stretched {
        return None;
    }
    Some(short)
}
