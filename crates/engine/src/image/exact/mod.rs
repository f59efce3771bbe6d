//! Files known by their digest: whether a list has a MD5, SHA-1 or SHA-256, and what it says of it.
//!
//! The file holds the entries sorted, each a digest and a tag; a table of where the digests begin that share their first bits;
//! and, where it was asked for, a binary fuse filter (Graf and Lemire, 2022; crate xorf), 1.13 bytes an entry, which answers
//! nearly every question after an entry that is not there without touching the entries. The filter is cut into parts by the
//! digests' first bits, so that building it never holds more than a part. What the filter says is always confirmed on the
//! whole digest. [`super::index_file`] says how the file begins and ends. 100 million SHA-256: 3.5 GB, of which a question
//! after a file that is on no list touches the 113 MB of the filter.

mod build;
mod filter;
mod runs;
#[cfg(test)]
mod tests;

use std::ops::Range;

use super::index_file::{IndexError, Kind, last_count, number};
use filter::Filter;

pub use build::{ExactBuilder, ExactCounts, ExactOptions};
pub use runs::Scratch;

const KIND: Kind = Kind { magic: *b"PVOEXACT", what: "exact hashes" };
/// Most entries of a list: where they begin is written in four bytes.
pub const EXACT_ENTRIES_MAX: usize = u32::MAX as usize - 1;
/// Entries that are looked at together: more are halved first.
const TOGETHER: usize = 16;
/// Most first bits by which digests or parts of the filter are told apart.
const BITS_MAX: u8 = 24;

/// Which digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DigestKind {
    /// 16 bytes. Whoever has time can make two files with the same: a match says "same MD5" and no more.
    Md5,
    /// 20 bytes; two files with the same have been made too.
    Sha1,
    /// 32 bytes.
    Sha256,
}

impl DigestKind {
    /// Its length in bytes.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    fn of_width(width: u8) -> Option<Self> {
        [Self::Md5, Self::Sha1, Self::Sha256].into_iter().find(|kind| kind.width() == usize::from(width))
    }
}

/// An entry that is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExactEntry {
    /// Which entry, in the order of digests.
    pub place: usize,
    /// What the list says of it: its category there.
    pub tag: u8,
}

/// A list made ready, over bytes that are borrowed, owned or mapped.
#[derive(Debug, Clone)]
pub struct ExactIndex<B> {
    bytes: B,
    kind: DigestKind,
    count: usize,
    /// Where in the bytes the entries are, and the table of beginnings.
    entries: Range<usize>,
    begins: Range<usize>,
    prefix_bits: u8,
    filter: Option<Filter>,
}

impl<B: AsRef<[u8]>> ExactIndex<B> {
    /// Makes what [`ExactBuilder`] wrote ready. Ends, lengths and the filter's parts are looked at: a file that comes from
    /// elsewhere is read whole once with [`Self::check`].
    ///
    /// # Errors
    /// [`IndexError`] when the bytes are no such file.
    pub fn open(bytes: B) -> Result<Self, IndexError> {
        let (own, body) = KIND.open(bytes.as_ref())?;
        let [width, prefix_bits, part_bits, has_filter] = own;
        let kind = DigestKind::of_width(width).ok_or(KIND.damaged("its kind of digest"))?;
        if prefix_bits > BITS_MAX || part_bits > BITS_MAX || has_filter > 1 {
            return Err(KIND.damaged("its sizes"));
        }
        let (count, rest) = last_count(body).ok_or(KIND.damaged("it is too short"))?;
        let lengths = || {
            let entries = count.checked_mul(kind.width() + 1)?;
            Some((entries, entries.checked_add(4 * ((1 << prefix_bits) + 1))?))
        };
        let head = super::index_file::HEAD_BYTES;
        let (entries, begins) =
            lengths().filter(|_| count <= EXACT_ENTRIES_MAX).ok_or(KIND.damaged("its number of entries"))?;
        let filter = rest.get(begins..).ok_or(KIND.damaged("its length is not that of its entries"))?;
        let filter = match has_filter {
            0 if filter.is_empty() => None,
            0 => return Err(KIND.damaged("its length is not that of its entries")),
            _ => Some(Filter::open(filter, head + begins, part_bits)?),
        };
        let (entries, begins) = (head..head + entries, head + entries..head + begins);
        Ok(Self { kind, count, entries, begins, prefix_bits, filter, bytes })
    }

    /// Reads the whole file and compares its sum: seconds for a hundred million entries.
    ///
    /// # Errors
    /// [`IndexError`] when a byte was changed.
    pub fn check(&self) -> Result<(), IndexError> {
        KIND.check_sum(self.bytes.as_ref())?;
        let stride = self.kind.width() + 1;
        let entries = self.bytes.as_ref().get(self.entries.clone()).unwrap_or_default();
        let digests = || entries.chunks_exact(stride).map(|entry| entry.get(..stride - 1));
        let is_sorted = digests().zip(digests().skip(1)).all(|(one, two)| one < two);
        if is_sorted { Ok(()) } else { Err(KIND.damaged("its entries are not in order")) }
    }

    /// Which digests it has.
    #[must_use]
    pub fn kind(&self) -> DigestKind {
        self.kind
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

    /// Bytes of the filter, which a question after a digest that is not listed touches; 0 without one.
    #[must_use]
    pub fn filter_bytes(&self) -> usize {
        self.filter.as_ref().map_or(0, Filter::bytes)
    }

    /// The entry with this digest. One of another length is not listed.
    #[must_use]
    pub fn find(&self, digest: &[u8]) -> Option<ExactEntry> {
        let prefix = first_word(digest)?;
        if digest.len() != self.kind.width() {
            return None;
        }
        let bytes = self.bytes.as_ref();
        if self.filter.as_ref().is_some_and(|filter| !filter.may_have(bytes, prefix)) {
            return None;
        }
        let begins = bytes.get(self.begins.clone())?.as_chunks::<4>().0;
        let bucket = first_bits(prefix, self.prefix_bits);
        let (mut from, mut to) = (number(begins, bucket)? as usize, number(begins, bucket + 1)? as usize);
        let entries = bytes.get(self.entries.clone())?;
        let (width, stride) = (self.kind.width(), self.kind.width() + 1);
        let entry = |place: usize| entries.get(place * stride..)?.get(..stride)?.split_at_checked(width);
        while to.saturating_sub(from) > TOGETHER {
            let place = from.midpoint(to);
            if entry(place)?.0 < digest { from = place + 1 } else { to = place + 1 }
        }
        // Without a choice between one and the next, all of them are waited for at once.
        let word = |place: usize| entry(place).and_then(|(found, _)| first_word(found)).unwrap_or(u64::MAX);
        from += (from..to).filter(|place| word(*place) < prefix).count();
        (from..to).map_while(|place| Some((place, entry(place)?))).find_map(|(place, (found, tag))| {
            (found == digest).then(|| Some(ExactEntry { place, tag: *tag.first()? }))?
        })
    }

    /// The digest at a place, with its tag.
    #[must_use]
    pub fn entry(&self, place: usize) -> Option<(&[u8], u8)> {
        let (width, stride) = (self.kind.width(), self.kind.width() + 1);
        let entries = self.bytes.as_ref().get(self.entries.clone())?;
        let (digest, tag) = entries.get(place.checked_mul(stride)?..)?.get(..stride)?.split_at(width);
        Some((digest, *tag.first()?))
    }
}

/// A digest's first 8 bytes as a number that orders as they do.
fn first_word(digest: &[u8]) -> Option<u64> {
    digest.first_chunk::<8>().map(|word| u64::from_be_bytes(*word))
}

/// The highest bits of a number.
fn first_bits(word: u64, bits: u8) -> usize {
    word.checked_shr(64 - u32::from(bits)).and_then(|first| usize::try_from(first).ok()).unwrap_or_default()
}
