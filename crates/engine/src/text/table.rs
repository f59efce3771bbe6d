//! Terms by the hash of their first word: what a page holds is mostly words that begin no term, and one look at a bitmap
//! says so.

use std::ops::Range;

use super::blocks::{Blocks, first_word};
use super::edges::in_word;
use super::hashes::{Buckets, word_key};

/// No entry.
const NONE: u32 = u32::MAX;

/// A term, cut before its first word.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// Where in the table's text the term begins.
    start: u32,
    /// Bytes before its first word: signs, such as the dot of `.net`.
    head: u32,
    /// Bytes from its first word on.
    tail: u32,
    /// Whether it ends in a word, so that an edge must follow.
    ends_in_word: bool,
    /// The entry of the same bucket that is the longest beginning of this one's tail.
    beginning: u32,
    /// Number of the term.
    term: u32,
}

/// Terms that hold a word with edges, ready to be found.
#[derive(Debug, Clone, Default)]
pub(super) struct TermTable {
    text: String,
    /// By hash of the first word, then by tail.
    entries: Vec<Entry>,
    buckets: Buckets,
    /// A bit for each length in bytes that first words have, the highest for all that are longer.
    lengths: u64,
}

impl TermTable {
    /// Makes a table of normalised terms with their numbers. Terms without a word with edges are left out.
    pub(super) fn of<'t>(terms: impl Iterator<Item = (&'t str, usize)>) -> Self {
        let mut table = Self::default();
        let mut keyed = Vec::new();
        for (term, number) in terms {
            let Some(word) = first_word(term) else { continue };
            let (Ok(head), Ok(tail), Ok(number)) =
                (u32::try_from(word.start), u32::try_from(term.len() - word.start), u32::try_from(number))
            else {
                continue;
            };
            table.lengths |= length_bit(word.len());
            let ends_in_word = term.chars().next_back().is_some_and(in_word);
            let asks = asks(term.as_bytes().get(word.end..).unwrap_or_default());
            let entry = Entry { start: 0, head, tail, ends_in_word, beginning: NONE, term: number };
            keyed.push((
                word_key(term.as_bytes(), word.start, word.end),
                term.get(word.start..),
                asks,
                entry,
                term,
            ));
        }
        keyed.sort_unstable_by_key(|(key, tail, _, entry, _)| (*key, *tail, entry.head, entry.term));
        let keys: Vec<(u32, u32)> = keyed.iter().map(|(key, _, asks, ..)| (*key, *asks)).collect();
        table.buckets = Buckets::of(&keys);
        // Texts in the order of the entries: those of one bucket are near each other.
        for (.., entry, term) in keyed {
            let Ok(start) = u32::try_from(table.text.len()) else { break };
            table.text.push_str(term);
            table.entries.push(Entry { start, ..entry });
        }
        table.link(&keys);
        table
    }

    /// Whether there is nothing to find.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Leads each entry to the longest beginning of it in its bucket. Beginnings come before what they begin, and those
    /// of one entry begin each other, so a stack of them is enough.
    fn link(&mut self, keys: &[(u32, u32)]) {
        let mut open: Vec<u32> = Vec::new();
        let mut last = None;
        for (nth, (key, _)) in keys.iter().enumerate() {
            if last != Some(*key) {
                open.clear();
                last = Some(*key);
            }
            let Some(entry) = self.entries.get(nth).copied() else { continue };
            while let Some(beginning) = open.last().and_then(|at| self.entries.get(*at as usize)) {
                if self.tail(&entry).starts_with(self.tail(beginning)) {
                    break;
                }
                open.pop();
            }
            if let Some(entry) = self.entries.get_mut(nth) {
                entry.beginning = open.last().copied().unwrap_or(NONE);
            }
            open.push(u32::try_from(nth).unwrap_or(NONE));
        }
    }

    fn tail(&self, entry: &Entry) -> &[u8] {
        let start = entry.start as usize + entry.head as usize;
        self.text.as_bytes().get(start..start + entry.tail as usize).unwrap_or_default()
    }

    fn head(&self, entry: &Entry) -> &[u8] {
        let start = entry.start as usize;
        self.text.as_bytes().get(start..start + entry.head as usize).unwrap_or_default()
    }

    /// Calls `add` with every place in `text`, normalised and looked at in `blocks`, where a term stands between word
    /// edges, and the term's number.
    pub(super) fn find(&self, text: &str, blocks: &Blocks, mut add: impl FnMut(Range<usize>, usize)) {
        let mut may_begin: Vec<([usize; 2], u32)> = Vec::new();
        let mut begin: Vec<(usize, Range<usize>)> = Vec::new();
        // Step by step for many words, so that one waits for memory while the next are looked up.
        blocks.words(text, |words| {
            self.may_begin(text, words, &mut may_begin);
            begin.clear();
            for ([start, end], key) in &may_begin {
                if let Some((bucket, asked)) = self.buckets.get(*key)
                    && asked & follows(text.as_bytes().get(*end..).unwrap_or_default()) != 0
                {
                    begin.push((*start, bucket));
                }
            }
            for (start, bucket) in begin.drain(..) {
                self.verify(text, start, bucket, &mut add);
            }
        });
    }

    /// The words that are as long as a first word and have, as far as one bit tells, its key.
    fn may_begin(&self, text: &str, words: &[[usize; 2]], found: &mut Vec<([usize; 2], u32)>) {
        found.resize(words.len() + 1, Default::default());
        // Each is written, and the next one over it where it is none: no branch that could be guessed wrong.
        let mut long = 0;
        for word in words {
            if let Some(place) = found.get_mut(long) {
                place.0 = *word;
            }
            long += usize::from(self.lengths & length_bit(word[1].saturating_sub(word[0])) != 0);
        }
        let mut count = 0;
        for nth in 0..long {
            let Some(([start, end], _)) = found.get(nth).copied() else { continue };
            let key = word_key(text.as_bytes(), start, end);
            if let Some(place) = found.get_mut(count) {
                *place = ([start, end], key);
            }
            count += usize::from(self.buckets.may_hold(key));
        }
        found.truncate(count);
    }

    #[inline(never)]
    fn verify(
        &self,
        text: &str,
        start: usize,
        bucket: Range<usize>,
        add: &mut impl FnMut(Range<usize>, usize),
    ) {
        let rest = text.as_bytes().get(start..).unwrap_or_default();
        let entries = self.entries.get(bucket.clone()).unwrap_or_default();
        // What begins the rest of the text is not after it in order, and begins whatever stands between the two: so all
        // of it is the last entry that is not after the text, and what begins that one.
        let after = match entries {
            [_] => 1,
            _ => entries.partition_point(|entry| self.tail(entry) <= rest),
        };
        let mut next = after.checked_sub(1).map_or(NONE, |last| to_u32(bucket.start + last));
        while let Some(entry) = self.entries.get(next as usize) {
            next = entry.beginning;
            let tail = self.tail(entry);
            if !rest.starts_with(tail) {
                continue;
            }
            let end = start + tail.len();
            let parts_a_word = entry.ends_in_word
                && text.get(end..).and_then(|rest| rest.chars().next()).is_some_and(in_word);
            let head = self.head(entry);
            let has_head =
                head.is_empty() || text.as_bytes().get(..start).unwrap_or_default().ends_with(head);
            if has_head && !parts_a_word {
                add(start - head.len()..end, entry.term as usize);
            }
        }
    }
}

/// The bit of a term that asks for nothing after its first word, or for too little to tell.
const ANYTHING: u32 = 1 << 31;

/// One bit for what a term has after its first word: by the second and third byte, for the first mostly is a space.
fn asks(rest: &[u8]) -> u32 {
    match rest {
        [_, second, third, ..] => pair_bit(*second, *third),
        _ => ANYTHING,
    }
}

/// The bits of terms that may go on as the text does after a word.
fn follows(rest: &[u8]) -> u32 {
    match rest {
        [_, second, third, ..] => pair_bit(*second, *third) | ANYTHING,
        _ => ANYTHING,
    }
}

fn pair_bit(second: u8, third: u8) -> u32 {
    let mixed = u32::from(second).wrapping_mul(31).wrapping_add(u32::from(third).wrapping_mul(7));
    1 << (mixed % 31)
}

fn length_bit(length: usize) -> u64 {
    1 << length.min(63)
}

fn to_u32(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}
