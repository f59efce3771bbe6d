//! Which stretches of a text are looked at again: single bits of its blocks say where a disguise could be, and only there
//! is the text read character by character.

use std::ops::Range;

use super::super::blocks::{BLOCK, Bits, Blocks};
use super::Reading;
use super::apart::{self, ReadTo, stands_in_run};
use super::lookalikes::is_strict;
use super::spelled::Spellings;

/// Every stretch of the text that reads otherwise as a word of a term, ordered by place.
pub(super) fn readings(text: &str, blocks: &Blocks, spellings: &Spellings) -> Vec<Reading> {
    let mut found = Vec::new();
    let (mut runs_read_to, mut apart_read_to) = (0, ReadTo::default());
    for (nth, (before, bits, after)) in blocks.iter().enumerate() {
        let (in_words, apart) = (in_words(before, bits, after), letters_apart(before, bits, after));
        let mut flags = in_words | apart;
        while flags != 0 {
            let bit = flags.trailing_zeros();
            let at = nth * BLOCK + bit as usize;
            flags &= flags - 1;
            if (in_words >> bit) & 1 == 1 && at >= runs_read_to {
                let run = run_around(text, at);
                runs_read_to = run.end;
                read_run(text, run, spellings, &mut apart_read_to, &mut found);
            }
            if (apart >> bit) & 1 == 1 {
                apart::read(text, at, spellings, &mut apart_read_to, &mut found);
            }
        }
    }
    found.sort_by_key(|reading: &Reading| (reading.range.start, reading.range.end));
    found.dedup();
    found
}

/// The same, with every place of the text taken for one where a disguise could be.
#[cfg(test)]
pub(super) fn readings_fully(text: &str, spellings: &Spellings) -> Vec<Reading> {
    let mut found = Vec::new();
    let (mut runs_read_to, mut apart_read_to) = (0, ReadTo::default());
    for (at, _) in text.char_indices() {
        let run = run_around(text, at);
        if at >= runs_read_to && !run.is_empty() {
            runs_read_to = run.end;
            read_run(text, run, spellings, &mut apart_read_to, &mut found);
        }
        apart::read(text, at, spellings, &mut apart_read_to, &mut found);
    }
    found.sort_by_key(|reading: &Reading| (reading.range.start, reading.range.end));
    found.dedup();
    found
}

/// Where a word could be disguised: a digit or sign beside a letter, the same letter three times, anything beyond ASCII.
fn in_words(before: Bits, bits: Bits, after: Bits) -> u64 {
    let letter_beside = previous(before.letter, bits.letter) | following(bits.letter, after.letter, 1);
    // At the end of a word these are what they seem.
    let goes_on = following(bits.run(), after.run(), 1);
    let marks = bits.mark & letter_beside & (!bits.bang | goes_on);
    let stretched = bits.letter & bits.twice & following(bits.twice, after.twice, 1);
    marks | stretched | bits.high
}

/// Where three single letters stand equally far apart, by one to three characters.
fn letters_apart(before: Bits, bits: Bits, after: Bits) -> u64 {
    // What is beyond ASCII may part letters or be one: it is looked at when they are read.
    let beside = |bits: Bits| bits.word | bits.mark;
    let single = |before: u64, bits: Bits, after: u64| {
        (bits.letter | bits.mark) & !previous(before, beside(bits)) & !following(beside(bits), after, 1)
    };
    let here = single(beside(before), bits, beside(after));
    if here == 0 {
        return 0;
    }
    // The last byte of the block after this one is not needed.
    let there = single(beside(bits), after, 0);
    (2..=4).fold(0, |all, step| {
        let (second, third) = (following(here, there, step), following(here, there, 2 * step));
        let (b, c) =
            (following(bits.letter, after.letter, step), following(bits.letter, after.letter, 2 * step));
        all | (here & second & third & (bits.letter | b | c))
    })
}

fn previous(before: u64, bits: u64) -> u64 {
    (bits << 1) | (before >> 63)
}

fn following(bits: u64, after: u64, step: u32) -> u64 {
    (bits >> step) | (after << (64 - step))
}

/// The longest run of letters, digits, signs for letters and characters beyond ASCII around `at`, which is in it.
fn run_around(text: &str, at: usize) -> Range<usize> {
    let is_run = |byte: &u8| {
        !byte.is_ascii() || byte.is_ascii_alphanumeric() || matches!(byte, b'@' | b'$' | b'!' | b'|')
    };
    let (before, after) = text.as_bytes().split_at_checked(at).unwrap_or_default();
    let back = before.iter().rev().take_while(|byte| is_run(byte)).count();
    let ahead = after.iter().take_while(|byte| is_run(byte)).count();
    at - back..at + ahead
}

/// Reads the parts of a run between characters that are no letters and stand for none.
fn read_run(
    text: &str,
    run: Range<usize>,
    spellings: &Spellings,
    apart_read_to: &mut ReadTo,
    found: &mut Vec<Reading>,
) {
    let characters = text.get(run.clone()).unwrap_or_default();
    if characters.is_ascii() && characters.len() > 1 {
        found.extend(read_word(characters, run.start, spellings));
        return;
    }
    let mut at = run.start;
    for part in characters.split(|c: char| !c.is_ascii() && !stands_in_run(c)) {
        let start = at;
        // The separator behind it is as long as it is.
        at += part.len();
        at += text.get(at..run.end).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let mut letters = part.chars();
        match (letters.next(), letters.next()) {
            (None, _) => {}
            (Some(_), None) => apart::read(text, start, spellings, apart_read_to, found),
            _ => found.extend(read_word(part, start, spellings)),
        }
    }
}

fn read_word(part: &str, start: usize, spellings: &Spellings) -> Option<Reading> {
    let beside = |c: char| matches!(c, '!' | '|');
    let part = part.trim_end_matches(beside);
    let bare = part.trim_start_matches(beside);
    // What stands before a word mostly is what it seems, and else a letter.
    let both = [bare, if bare.len() == part.len() { "" } else { part }];
    both.into_iter().find_map(|word| {
        if !spellings.has_outline(word) || !is_disguised(word) {
            return None;
        }
        let words: Vec<String> =
            spellings.of_word(word).filter(|other| *other != word).map(str::to_owned).collect();
        let start = start + (part.len() - word.len());
        (!words.is_empty()).then(|| Reading { range: start..start + word.len(), words })
    })
}

/// Whether a word has letters, and something that may stand for a letter: not a measure such as `1amp`, nor a plain word
/// of another script.
fn is_disguised(word: &str) -> bool {
    let is_letter = |c: char| c.is_alphabetic() || is_strict(c);
    let letters = word.chars().filter(|c| is_letter(*c)).count();
    let leading = word.chars().take_while(char::is_ascii_digit).count();
    let signs_inside = word.chars().skip(leading).any(|c| !is_letter(c));
    let measure = leading > 0 && !signs_inside && letters < 4;
    let latin = word.chars().any(|c| c.is_ascii_alphabetic());
    let plain = word.bytes().all(|byte| byte.is_ascii_lowercase());
    let foreign = !word.is_ascii() && !latin && !word.chars().all(is_strict);
    letters > 0 && !measure && (!(plain || foreign) || is_stretched(word))
}

fn is_stretched(word: &str) -> bool {
    let mut last = (None, 0);
    word.chars().any(|c| {
        last = if last.0 == Some(c) { (Some(c), last.1 + 1) } else { (Some(c), 1) };
        last.1 >= 3
    })
}
