//! Pictures that look alike: all PDQ hashes of a list within [`PDQ_DISTANCE_MAX`](super::PDQ_DISTANCE_MAX) of one, none missed.
//!
//! The 256 bits are cut into chunks. Two hashes at most 31 apart must be close in one of them: where chunk i may differ in
//! `t[i]` bits and the `t[i] + 1` add up to 32, a pair that is further apart in every chunk is at least 32 apart in all (the
//! general pigeonhole of Qin and others, "GPH: Similarity Search in Hamming Space", 2018). For each chunk a table gives the
//! entries that have a value there, so only entries that share a value, or nearly, are compared. How many there are is known
//! from the table's sizes before one is looked at; each query shares its 32 out so that they are few, leaves out chunks in
//! which half the list is alike, and where even that is more work than comparing all, it compares all.
//!
//! The file holds the entries sorted (first halves, second halves, tags), then for each chunk where each value's entries
//! begin and their places; [`super::index_file`] says how it begins and ends. 10 million entries: 944 MB.

mod build;
mod flat;
mod plan;
mod search;
#[cfg(test)]
mod tests;

use super::PdqHash;
use super::index_file::{IndexError, Kind, last_count};

pub use build::{NearCounts, write};

const KIND: Kind = Kind { magic: *b"PVO-NEAR", what: "similar pictures" };
/// Most entries of a list: their places are written in four bytes, and building holds 42 bytes for each.
pub const NEAR_ENTRIES_MAX: usize = 50_000_000;
/// Fewest and most chunks of a file that has any.
const CHUNKS: std::ops::RangeInclusive<usize> = 12..=16;
/// Bits of a hash.
const BITS: usize = 256;

/// An entry that looks similar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NearEntry {
    /// Which entry, in the order of hashes.
    pub place: u32,
    /// In how many bits it differs, 0 to 31.
    pub distance: u32,
    /// What the list says of it: its category there.
    pub tag: u8,
}

/// A list made ready, over bytes that are borrowed, owned or mapped.
#[derive(Debug, Clone)]
pub struct NearIndex<B> {
    bytes: B,
    chunks: usize,
    count: usize,
}

/// The parts of a file.
struct Parts<'b> {
    /// Bits 0 to 127 of each entry, in the order of [`PdqHash`].
    firsts: &'b [[u8; 16]],
    seconds: &'b [[u8; 16]],
    tags: &'b [u8],
    /// The tables of all chunks, one after another.
    tables: &'b [[u8; 4]],
}

impl<B: AsRef<[u8]>> NearIndex<B> {
    /// Makes what [`write`] wrote ready. Only its ends and its length are looked at: a file that comes from elsewhere is read
    /// whole once with [`Self::check`].
    ///
    /// # Errors
    /// [`IndexError`] when the bytes are no such file.
    pub fn open(bytes: B) -> Result<Self, IndexError> {
        let (own, body) = KIND.open(bytes.as_ref())?;
        let chunks = usize::try_from(u32::from_le_bytes(own)).unwrap_or(usize::MAX);
        if chunks != 0 && !CHUNKS.contains(&chunks) {
            return Err(KIND.damaged("its number of chunks"));
        }
        let (count, _) = last_count(body).ok_or(KIND.damaged("it is too short"))?;
        if count > NEAR_ENTRIES_MAX {
            return Err(KIND.damaged("its number of entries"));
        }
        let opened = Self { chunks, count, bytes };
        match opened.parts() {
            Some(_) => Ok(opened),
            None => Err(KIND.damaged("its length is not that of its entries")),
        }
    }

    /// Reads the whole file and compares its sum: seconds for millions of entries.
    ///
    /// # Errors
    /// [`IndexError`] when a byte was changed.
    pub fn check(&self) -> Result<(), IndexError> {
        KIND.check_sum(self.bytes.as_ref())?;
        let parts = self.parts().ok_or(KIND.damaged("its length"))?;
        let before = |place: usize| Some(parts.hash(place)? < parts.hash(place + 1)?);
        let is_sorted = (1..self.count).all(|place| before(place - 1) == Some(true));
        if is_sorted { Ok(()) } else { Err(KIND.damaged("its entries are not in order")) }
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The entry at a place, with its tag.
    #[must_use]
    pub fn entry(&self, place: usize) -> Option<(PdqHash, u8)> {
        let parts = self.parts()?;
        Some((parts.hash(place)?, *parts.tags.get(place)?))
    }

    /// Gives every entry at most 31 bits from `hash`, each once, in no order of meaning.
    pub fn each_near(&self, hash: &PdqHash, mut give: impl FnMut(NearEntry)) {
        if let Some(parts) = self.parts() {
            search::each_near(&parts, self.chunks, hash, &mut give);
        }
    }

    /// The entry nearest to `hash`, if one is at most 31 bits from it; of several the first in the list.
    #[must_use]
    pub fn nearest(&self, hash: &PdqHash) -> Option<NearEntry> {
        let mut nearest: Option<NearEntry> = None;
        self.each_near(hash, |found| {
            let order = |found: &NearEntry| (found.distance, found.place);
            if nearest.as_ref().is_none_or(|nearest| order(&found) < order(nearest)) {
                nearest = Some(found);
            }
        });
        nearest
    }

    /// `None` when the length is not what the counts give.
    fn parts(&self) -> Option<Parts<'_>> {
        let (_, body) = KIND.open(self.bytes.as_ref()).ok()?;
        let (_, rest) = last_count(body)?;
        let halves = self.count.checked_mul(16)?;
        let (firsts, rest) = rest.split_at_checked(halves)?;
        let (seconds, rest) = rest.split_at_checked(halves)?;
        let (tags, rest) = rest.split_at_checked(self.count)?;
        let (tables, left) = rest.as_chunks::<4>();
        let numbers: usize =
            (0..self.chunks).map(|chunk| table_numbers(chunk, self.chunks, self.count)).sum();
        let (firsts, seconds) = (firsts.as_chunks().0, seconds.as_chunks().0);
        (left.is_empty() && tables.len() == numbers).then_some(Parts { firsts, seconds, tags, tables })
    }
}

impl Parts<'_> {
    fn hash(&self, place: usize) -> Option<PdqHash> {
        let (first, second) = (halves(self.firsts, place)?, halves(self.seconds, place)?);
        Some(PdqHash([high(first), low(first), high(second), low(second)]))
    }
}

/// Half a hash: words one and two, or three and four.
fn halves(table: &[[u8; 16]], place: usize) -> Option<u128> {
    table.get(place).map(|bytes| u128::from_le_bytes(*bytes))
}

fn high(half: u128) -> u64 {
    u64::try_from(half >> 64).unwrap_or_default()
}

fn low(half: u128) -> u64 {
    half as u64
}

/// A hash as two halves.
fn split(hash: &PdqHash) -> [u128; 2] {
    let [one, two, three, four] = hash.0.map(u128::from);
    [one << 64 | two, three << 64 | four]
}

/// First bit and number of bits of a chunk: 256 over the chunks, the first ones longer by one where it does not come out even.
fn chunk_bits(chunk: usize, chunks: usize) -> (usize, usize) {
    let (each, longer) = (BITS / chunks, BITS % chunks);
    (chunk * each + chunk.min(longer), each + usize::from(chunk < longer))
}

/// Numbers of a chunk's table: where each value's entries begin, and one more for the end; then their places.
fn table_numbers(chunk: usize, chunks: usize, count: usize) -> usize {
    (1 << chunk_bits(chunk, chunks).1) + 1 + count
}

/// The value of a chunk of a hash given in halves.
fn chunk_value([first, second]: [u128; 2], chunk: usize, chunks: usize) -> usize {
    let (begin, bits) = chunk_bits(chunk, chunks);
    let end = begin + bits;
    let value = if end <= 128 {
        first >> (128 - end)
    } else if begin >= 128 {
        second >> (256 - end)
    } else {
        first << (end - 128) | second >> (256 - end)
    };
    value as usize & ((1 << bits) - 1)
}
