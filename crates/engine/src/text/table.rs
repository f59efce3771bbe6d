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
    /// What follows its first word; see [`near`].
    near: u64,
    /// Whether it ends in a word, so that an edge must follow.
    ends_in_word: bool,
    /// The entry of the same bucket that is the longest beginning of this one's tail.
    beginning: u32,
    /// Number of the term.
    term: u32,
}

/// A term cut before its first word.
struct Cut<'t> {
    /// Of the first word.
    key: u32,
    head: &'t str,
    tail: &'t str,
    /// Bytes of the first word.
    word: usize,
    number: usize,
}

impl<'t> Cut<'t> {
    fn of(term: &'t str, number: usize) -> Option<Self> {
        let word = first_word(term)?;
        let (head, tail) = term.split_at_checked(word.start)?;
        let key = word_key(term.as_bytes(), word.start, word.end);
        Some(Self { key, head, tail, word: word.len(), number })
    }

    fn word(&self) -> Option<&'t str> {
        self.tail.get(..self.word)
    }

    /// What follows the first word.
    fn after(&self) -> &'t [u8] {
        self.tail.as_bytes().get(self.word..).unwrap_or_default()
    }

    /// Its entry, where its text stands at `start`; nothing where the table is full.
    fn entry(&self, start: usize) -> Option<Entry> {
        Some(Entry {
            start: u32::try_from(start).ok()?,
            head: u32::try_from(self.head.len()).ok()?,
            tail: u32::try_from(self.tail.len()).ok()?,
            near: near(self.after()),
            ends_in_word: self.tail.chars().next_back().is_some_and(in_word),
            beginning: NONE,
            term: u32::try_from(self.number).ok()?,
        })
    }
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
        let mut cuts: Vec<Cut<'t>> = terms.filter_map(|(term, number)| Cut::of(term, number)).collect();
        cuts.sort_unstable_by_key(|cut| (cut.key, cut.tail, cut.head, cut.number));
        let mut keys = Vec::with_capacity(cuts.len());
        for same in cuts.chunk_by(|a, b| a.key == b.key) {
            let words = same.chunk_by(|a, b| a.word() == b.word()).count();
            let mixed = if words > 1 { MIXED } else { 0 };
            keys.extend(same.iter().map(|cut| (cut.key, asks(cut.after()) | mixed)));
        }
        table.buckets = Buckets::of(&keys);
        // Texts in the order of the entries: those of one bucket are near each other.
        for cut in &cuts {
            table.lengths |= length_bit(cut.word);
            let Some(entry) = cut.entry(table.text.len()) else { break };
            table.text.push_str(cut.head);
            table.text.push_str(cut.tail);
            table.entries.push(entry);
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
        let mut begin: Vec<Begin> = Vec::new();
        // Step by step for many words, so that one waits for memory while the next are looked up.
        blocks.words(text, |words| {
            let count = self.may_begin(text, words, &mut may_begin);
            begin.clear();
            for ([start, end], key) in may_begin.iter().take(count) {
                if let Some((bucket, asked)) = self.buckets.get(*key)
                    && asked & follows(text.as_bytes().get(*end..).unwrap_or_default()) != 0
                {
                    begin.push(Begin { start: *start, end: *end, bucket, is_mixed: asked & MIXED != 0 });
                }
            }
            for word in &begin {
                self.verify(text, word, &mut add);
            }
        });
    }

    /// Puts the words that are as long as a first word and have, as far as one bit tells, its key at the beginning of
    /// `found`, and says how many.
    fn may_begin(&self, text: &str, words: &[[usize; 2]], found: &mut Vec<([usize; 2], u32)>) -> usize {
        if found.len() <= words.len() {
            found.resize(words.len() + 1, Default::default());
        }
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
        count
    }

    #[inline(never)]
    fn verify(&self, text: &str, word: &Begin, add: &mut impl FnMut(Range<usize>, usize)) {
        let start = word.start;
        let rest = text.as_bytes().get(start..).unwrap_or_default();
        let entries = self.entries.get(word.bucket.clone()).unwrap_or_default();
        let near = near(text.as_bytes().get(word.end..).unwrap_or_default());
        // What begins the rest of the text is not after it in order, and begins whatever stands between the two: so all
        // of it is the last entry that is not after the text, and what begins that one.
        let after = match entries {
            [_] => 1,
            _ => {
                // Entries of one word are in the order of what is near, which needs no look at their text.
                let (from, until) = match word.is_mixed {
                    true => (0, entries.len()),
                    false => (
                        entries.partition_point(|entry| entry.near < near),
                        entries.partition_point(|entry| entry.near <= near),
                    ),
                };
                let same = entries.get(from..until).unwrap_or_default();
                from + same.partition_point(|entry| self.tail(entry) <= rest)
            }
        };
        let mut next = after.checked_sub(1).map_or(NONE, |last| to_u32(word.bucket.start + last));
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

/// A word that begins terms, and their entries.
struct Begin {
    start: usize,
    end: usize,
    bucket: Range<usize>,
    is_mixed: bool,
}

/// The first eight bytes, so that numbers are in the order of texts: equal where these are.
fn near(after: &[u8]) -> u64 {
    match after.first_chunk::<8>() {
        Some(eight) => u64::from_be_bytes(*eight),
        None => {
            let mut eight = [0; 8];
            eight.iter_mut().zip(after).for_each(|(to, from)| *to = *from);
            u64::from_be_bytes(eight)
        }
    }
}

/// The bit of a bucket that holds terms of several first words, whose keys are the same by chance.
const MIXED: u32 = 1 << 30;

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
    1 << (mixed % 30)
}

fn length_bit(length: usize) -> u64 {
    1 << length.min(63)
}

fn to_u32(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::blocks::Blocks;
    use super::super::hashes::word_key;
    use super::TermTable;

    #[test]
    fn words_whose_keys_are_the_same_by_chance_are_told_apart() {
        let mut known: HashMap<u32, String> = HashMap::new();
        let same = (0..400_000).find_map(|number: u32| {
            let word = format!("harbour{number}");
            let other = known.insert(word_key(word.as_bytes(), 0, word.len()), word.clone())?;
            Some((other, word))
        });
        let (one, other) = same.expect("two words with one key");
        let terms = [format!("{one} b"), format!("{other} a"), one.clone(), format!("{one} bell tower")];
        let table = TermTable::of(terms.iter().zip(0..).map(|(term, number)| (term.as_str(), number)));
        let text = format!("{other} a {one} bell tower {other} b {one} b");
        let mut found = Vec::new();
        table.find(&text, &Blocks::of(&text), |range, term| found.push((text[range].to_owned(), term)));
        found.sort();
        let mut expected = vec![
            (one.clone(), 2),
            (one, 2),
            (terms[0].clone(), 0),
            (terms[1].clone(), 1),
            (terms[3].clone(), 3),
        ];
        expected.sort();
        assert_eq!(found, expected);
    }
}
