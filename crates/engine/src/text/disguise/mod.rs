//! A second reading of words that look disguised: look-alike letters of other scripts, letter emoji, digits and signs for
//! letters, stretched letters, letters apart. Plain text is only looked at; what is read again is read for words of terms
//! alone.

mod apart;
mod confusables;
mod lookalikes;
mod runs;
mod spelled;

use std::ops::Range;

use super::blocks::Blocks;
use spelled::Spellings;

pub(crate) use lookalikes::plain_letter;

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
        // Pieces follow each other without room, so only those that the find touches are looked at.
        let first = self.pieces.partition_point(|(here, ..)| here.end <= found.start);
        let near = self.pieces.get(first..).unwrap_or_default();
        for (here, there, replaced) in near.iter().take_while(|(here, ..)| here.start < found.end) {
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

/// The words of terms, ready to be recognised behind a disguise.
#[derive(Debug, Clone, Default)]
pub(super) struct Disguised {
    spellings: Spellings,
}

impl Disguised {
    /// The words of normalised terms.
    pub(super) fn of<'t>(terms: impl Iterator<Item = &'t str>) -> Self {
        Self { spellings: Spellings::of(terms) }
    }

    /// The pieces of `text`, normalised and looked at in `blocks`, that read otherwise hold a word of a term.
    pub(super) fn read_again(&self, text: &str, blocks: &Blocks) -> Vec<Again> {
        if self.spellings.is_empty() {
            return Vec::new();
        }
        pieces(text, &runs::readings(text, blocks, &self.spellings))
    }

    /// The same with every character looked at.
    #[cfg(test)]
    pub(super) fn read_again_fully(&self, text: &str) -> Vec<Again> {
        pieces(text, &runs::readings_fully(text, &self.spellings))
    }
}

/// The text around readings that stand near each other, read with them.
fn pieces(text: &str, readings: &[Reading]) -> Vec<Again> {
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
