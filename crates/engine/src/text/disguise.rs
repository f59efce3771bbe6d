//! A second reading of words that look disguised: look-alike letters of other scripts, digits and signs for letters,
//! stretched letters, letters apart. Plain text is only scanned; what is read again is read for words of terms alone.

use std::collections::HashSet;
use std::ops::Range;

/// Readings of one word that are tried.
const READINGS_MAX: usize = 64;
/// Letters apart that are read as one word: at least and at most so many.
const APART_MIN: usize = 4;
const APART_MAX: usize = 64;
/// Longer runs of letters are no words.
const WORD_BYTES_MAX: usize = 96;
/// How far around a word that is read again the text is searched for phrases.
const AROUND_BYTES: usize = 128;

/// A stretch of normalised text and what it is read as.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reading {
    range: Range<usize>,
    words: Vec<String>,
}

/// A piece of text read again, and the way back.
#[derive(Debug)]
pub(super) struct Again {
    /// The text as read.
    pub(super) text: String,
    /// Where in it which normalised bytes stand; `true` for those read otherwise.
    pieces: Vec<(Range<usize>, Range<usize>, bool)>,
}

impl Again {
    /// The normalised bytes of `found` in the text as read; nothing unless a word that is read otherwise is part of it,
    /// as a whole.
    pub(super) fn normalised(&self, found: &Range<usize>) -> Option<Range<usize>> {
        let (mut start, mut end, mut otherwise) = (None, None, false);
        for (here, there, replaced) in &self.pieces {
            if here.contains(&found.start) {
                let into = found.start - here.start;
                start = if *replaced { (into == 0).then_some(there.start) } else { Some(there.start + into) };
            }
            if here.start < found.end && found.end <= here.end {
                let into = found.end - here.start;
                end = if *replaced {
                    (found.end == here.end).then_some(there.end)
                } else {
                    Some(there.start + into)
                };
            }
            otherwise |= *replaced && here.start < found.end && found.start < here.end;
        }
        Some(start?..end?).filter(|_| otherwise)
    }
}

/// The pieces of `text`, normalised, that read otherwise hold a word of `words`.
pub(super) fn read_again(text: &str, words: &HashSet<Box<str>>) -> Vec<Again> {
    let readings = readings(text, words);
    let mut again = Vec::new();
    let mut from = 0;
    while let Some(first) = readings.get(from) {
        let mut until = from + 1;
        let mut end = first.range.end;
        while let Some(next) = readings.get(until).filter(|next| next.range.start <= end + AROUND_BYTES) {
            end = next.range.end;
            until += 1;
        }
        let group = readings.get(from..until).unwrap_or_default();
        let around = word_start(text, first.range.start)..word_end(text, end);
        let ways = group.iter().map(|reading| reading.words.len()).max().unwrap_or_default();
        again.extend((0..ways).map(|way| piece(text, &around, group, way)));
        from = until;
    }
    again
}

fn piece(text: &str, around: &Range<usize>, group: &[Reading], way: usize) -> Again {
    let mut again = Again { text: String::new(), pieces: Vec::new() };
    let mut push = |words: &str, there: Range<usize>, replaced: bool| {
        let start = again.text.len();
        again.text.push_str(words);
        again.pieces.push((start..again.text.len(), there, replaced));
    };
    let mut at = around.start;
    for reading in group {
        push(text.get(at..reading.range.start).unwrap_or_default(), at..reading.range.start, false);
        let word = reading.words.get(way.min(reading.words.len().saturating_sub(1)));
        push(word.map(String::as_str).unwrap_or_default(), reading.range.clone(), true);
        at = reading.range.end;
    }
    push(text.get(at..around.end).unwrap_or_default(), at..around.end, false);
    again
}

/// After a space at most [`AROUND_BYTES`] before `at`, or the start of the text, or `at`.
fn word_start(text: &str, at: usize) -> usize {
    let Some(from) = at.checked_sub(AROUND_BYTES) else { return 0 };
    let room = text.as_bytes().get(from..at).unwrap_or_default();
    room.iter().position(|byte| *byte == b' ').map_or(at, |space| from + space + 1)
}

fn word_end(text: &str, at: usize) -> usize {
    let until = at + AROUND_BYTES;
    if until >= text.len() {
        return text.len();
    }
    let room = text.as_bytes().get(at..until).unwrap_or_default();
    room.iter().rposition(|byte| *byte == b' ').map_or(at, |space| at + space)
}

/// What a byte can be in a disguised word.
const APART: u8 = 0;
const LETTER: u8 = 1;
const SIGN: u8 = 2;
const DIGIT: u8 = 4;
const OTHER: u8 = 8;

#[expect(clippy::indexing_slicing, reason = "worked out by the compiler, which stops at a wrong index")]
const KINDS: [u8; 256] = {
    let mut kinds = [APART; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' => LETTER,
            b'0' | b'1' | b'3' | b'4' | b'5' | b'7' | b'@' | b'$' | b'!' | b'|' => SIGN,
            b'2' | b'6' | b'8' | b'9' => DIGIT,
            0x80.. => OTHER,
            _ => APART,
        };
        byte += 1;
    }
    kinds
};

/// Single characters in a row, each one apart from the next.
#[derive(Default)]
struct LettersApart {
    places: Vec<usize>,
    end: usize,
}

/// Every word of the text that reads otherwise as a word of `words`, ordered by place.
fn readings(text: &str, words: &HashSet<Box<str>>) -> Vec<Reading> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut apart = LettersApart::default();
    let mut start = 0;
    let (mut kinds, mut last, mut times, mut stretched) = (0_u8, 0_u8, 0_u8, false);
    for (at, byte) in bytes.iter().chain(std::iter::once(&b' ')).enumerate() {
        let kind = KINDS.get(usize::from(*byte)).copied().unwrap_or(APART);
        if kind != APART {
            times = if *byte == last { times.saturating_add(1) } else { 1 };
            last = *byte;
            kinds |= kind;
            stretched |= (times >= 3) & (kind == LETTER);
            continue;
        }
        if kinds != 0 {
            let mixed = kinds == LETTER | SIGN;
            if mixed || (stretched && kinds & DIGIT == 0) || kinds & OTHER != 0 {
                found.extend(word(text, start..at, words));
            }
            if at - start == 1 && kinds & (LETTER | SIGN) != 0 {
                apart.add(text, start, words, &mut found);
            } else {
                apart.finish(text, words, &mut found);
            }
        }
        (kinds, last, times, stretched) = (0, 0, 0, false);
        start = at + 1;
    }
    apart.finish(text, words, &mut found);
    found.sort_by_key(|reading| reading.range.start);
    found
}

fn word(text: &str, range: Range<usize>, words: &HashSet<Box<str>>) -> Option<Reading> {
    let run = text.get(range.clone()).filter(|run| run.len() <= WORD_BYTES_MAX)?;
    let beside = |c: char| !c.is_alphanumeric() && !matches!(c, '@' | '$');
    let bare = run.trim_matches(beside);
    let start = range.start + (run.len() - run.trim_start_matches(beside).len());
    let range = start..start + bare.len();
    if !is_disguised(bare) {
        return None;
    }
    let words = spellings(bare, words);
    (!words.is_empty()).then_some(Reading { range, words })
}

/// Whether a word has letters, and something that may stand for a letter: not a measure such as `1amp`.
fn is_disguised(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let leading = word.chars().take_while(char::is_ascii_digit).count();
    let signs_inside = word.chars().skip(leading).any(|c| !c.is_alphabetic());
    let foreign = !word.is_ascii();
    let latin = word.chars().any(|c| c.is_ascii_alphabetic());
    let measure = leading > 0 && !signs_inside && letters < 4;
    let whole = foreign && !latin && !word.chars().all(|c| strict(c).is_some());
    letters > 0 && !measure && !whole
}

/// What a word may stand for, among `words`.
fn spellings(word: &str, words: &HashSet<Box<str>>) -> Vec<String> {
    let mut ways = vec![String::new()];
    let mut rest = word.chars().peekable();
    while let Some(c) = rest.next() {
        let mut times = 1;
        while rest.next_if_eq(&c).is_some() {
            times += 1;
        }
        let lengths: &[usize] = if times >= 3 { &[1, 2] } else { &[times] };
        let letters = letters_of(c);
        if letters.is_empty() {
            return Vec::new();
        }
        let mut longer = Vec::with_capacity(ways.len() * letters.len() * lengths.len());
        for way in &ways {
            for letter in letters.chars() {
                for length in lengths {
                    let mut more = way.clone();
                    more.extend(std::iter::repeat_n(letter, *length));
                    longer.push(more);
                }
            }
        }
        ways = longer;
        if ways.len() > READINGS_MAX {
            return Vec::new();
        }
    }
    ways.retain(|way| way != word && words.contains(way.as_str()));
    ways
}

/// Letters that a character may stand for; nothing for one that stands for none.
fn letters_of(c: char) -> &'static str {
    const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz";
    match c {
        'a'..='z' => {
            let at = usize::from(u8::try_from(c).unwrap_or(b'a') - b'a');
            ALPHABET.get(at..=at).unwrap_or_default()
        }
        '0' => "o",
        '1' | '|' | '!' => "il",
        '3' => "e",
        '4' | '@' => "a",
        '5' | '$' => "s",
        '7' => "t",
        other => strict(other).or_else(|| loose(other)).unwrap_or_default(),
    }
}

/// Small letters of other scripts that look like a Latin one.
fn strict(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{430}' | '\u{251}' => "a",
        '\u{435}' | '\u{4BD}' => "e",
        '\u{43E}' | '\u{585}' => "o",
        '\u{440}' => "p",
        '\u{441}' | '\u{3F2}' => "c",
        '\u{443}' | '\u{4AF}' => "y",
        '\u{445}' => "x",
        '\u{456}' | '\u{131}' => "i",
        '\u{455}' => "s",
        '\u{458}' | '\u{3F3}' => "j",
        '\u{4BB}' | '\u{570}' => "h",
        '\u{501}' => "d",
        '\u{51B}' => "q",
        '\u{51D}' => "w",
        '\u{4CF}' => "l",
        '\u{578}' => "n",
        '\u{57D}' => "u",
        '\u{261}' => "g",
        _ => return None,
    })
}

/// Letters that look like a Latin one as a capital, or nearly, and are read so only in a word that has Latin letters.
fn loose(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{3B1}' => "a",
        '\u{432}' | '\u{3B2}' | '\u{44C}' => "b",
        '\u{3B5}' | '\u{454}' => "e",
        '\u{43D}' | '\u{3B7}' => "hn",
        '\u{3B9}' => "i",
        '\u{43A}' | '\u{3BA}' => "k",
        '\u{43C}' | '\u{3BC}' => "m",
        '\u{438}' | '\u{43F}' => "n",
        '\u{3BF}' | '\u{3C3}' => "o",
        '\u{3C1}' => "p",
        '\u{433}' => "r",
        '\u{442}' | '\u{3C4}' => "t",
        '\u{3C5}' => "uy",
        '\u{3BD}' => "v",
        '\u{3C9}' => "w",
        '\u{3C7}' => "x",
        '\u{3B6}' => "z",
        '\u{142}' => "l",
        '\u{111}' => "d",
        '\u{127}' => "h",
        '\u{167}' => "t",
        '\u{f8}' => "o",
        _ => return None,
    })
}

impl LettersApart {
    fn add(&mut self, text: &str, at: usize, words: &HashSet<Box<str>>, found: &mut Vec<Reading>) {
        let bytes = text.as_bytes();
        let between = self.end.checked_add(1) == Some(at)
            && matches!(
                bytes.get(self.end),
                Some(b' ' | b'.' | b'-' | b'_' | b'*' | b',' | b'/' | b'+' | b'~')
            );
        if !self.places.is_empty() && !between {
            self.finish(text, words, found);
        }
        self.places.push(at);
        self.end = at + 1;
    }

    /// Reads the letters as words that fill them, but for an `a` or `i` at either end.
    fn finish(&mut self, text: &str, words: &HashSet<Box<str>>, found: &mut Vec<Reading>) {
        let places = std::mem::take(&mut self.places);
        if !(APART_MIN..=APART_MAX).contains(&places.len()) {
            return;
        }
        let letters: Vec<&str> = places.iter().filter_map(|at| text.get(*at..*at + 1)).collect();
        let article = |at: Option<&&str>| at.is_some_and(|letter| matches!(*letter, "a" | "i"));
        let starts = if article(letters.first()) { 2 } else { 1 };
        let ends = if article(letters.last()) { 2 } else { 1 };
        for start in 0..starts {
            for end in 0..ends {
                let inside = start..letters.len().saturating_sub(end);
                let Some(lengths) = letters.get(inside).and_then(|run| fill(run, words)) else { continue };
                let mut at = start;
                for (length, word) in lengths {
                    let from = places.get(at).copied();
                    let until = places.get(at + length - 1).copied();
                    if let (Some(from), Some(until)) = (from, until) {
                        found.push(Reading { range: from..until + 1, words: vec![word] });
                    }
                    at += length;
                }
                return;
            }
        }
    }
}

/// Words that together are all the letters, with how many letters each takes: the longest first.
fn fill(letters: &[&str], words: &HashSet<Box<str>>) -> Option<Vec<(usize, String)>> {
    // `ways[n]`: a word of so many letters that ends at `n`, where the letters before it are filled too.
    let mut ways: Vec<Option<(usize, String)>> = vec![None; letters.len() + 1];
    for end in 1..=letters.len() {
        for start in 0..end.saturating_sub(2) {
            if start > 0 && ways.get(start).is_none_or(Option::is_none) {
                continue;
            }
            let run = letters.get(start..end).unwrap_or_default().concat();
            let word = match words.contains(run.as_str()) {
                true => Some(run),
                false => spellings(&run, words).into_iter().next(),
            };
            if let (Some(word), Some(way)) = (word, ways.get_mut(end)) {
                *way = Some((end - start, word));
                break;
            }
        }
    }
    let mut filled = Vec::new();
    let mut end = letters.len();
    while end > 0 {
        let (length, word) = ways.get_mut(end)?.take()?;
        end = end.checked_sub(length)?;
        filled.push((length, word));
    }
    filled.reverse();
    Some(filled)
}
