//! A hash set as one file: an index for each kind of digest that the list has, one after another. Written once and never
//! changed; its name is the SHA-256 of its bytes.
//!
//! The file begins with `PVO-HSET` and its version (u32). Then come the indexes as [`super::exact`] and [`super::near`] write
//! them, and at the end for each index its kind (u64: 1 MD5, 2 SHA-1, 3 SHA-256, 4 PDQ), where it begins and how long it is (u64
//! each), how many there are (u64), and `PVO-HSET` once more. All numbers are little-endian.

use std::io::{Error, Result, Write};
use std::ops::Range;

use proviso_model::hash_set::{EntryKind, SetDigests};

use super::exact::{DigestKind, ExactBuilder, ExactIndex, ExactOptions, Scratch};
use super::index_file::IndexError;
use super::lists::ListEntry;
use super::near::{NEAR_ENTRIES_MAX, NearIndex};
use super::{PdqHash, near};

const MAGIC: [u8; 8] = *b"PVO-HSET";
const VERSION: u32 = 1;
const WHAT: &str = "a hash set";
const HEAD_BYTES: usize = 12;
const PART_BYTES: usize = 24;
const END_BYTES: usize = 16;

const MD5: u64 = 1;
const SHA1: u64 = 2;
const SHA256: u64 = 3;
const PDQ: u64 = 4;

/// How many entries of each kind a set has, and how many stood in the list more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SetCounts {
    /// MD5.
    pub md5: KindCounts,
    /// SHA-1.
    pub sha1: KindCounts,
    /// SHA-256.
    pub sha256: KindCounts,
    /// PDQ.
    pub pdq: KindCounts,
}

/// Of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KindCounts {
    /// Different digests.
    pub entries: u64,
    /// Left out, as the same digest is there; of several categories the lowest is kept.
    pub repeated: u64,
}

/// Takes the entries of a list and writes them as a set, of any length in bounded memory but for PDQ, which takes 42 bytes an
/// entry.
pub struct SetBuilder<S> {
    exact: [(u64, ExactBuilder<S>, u64); 3],
    near: Vec<(PdqHash, u8)>,
}

impl<S: Scratch> SetBuilder<S> {
    /// `scratch` makes an empty place for what memory does not hold.
    ///
    /// # Errors
    /// As `scratch`.
    pub fn new(options: ExactOptions, mut scratch: impl FnMut() -> Result<S>) -> Result<Self> {
        let mut one =
            |number, kind| Ok::<_, Error>((number, ExactBuilder::new(kind, options, scratch()?), 0));
        let exact =
            [one(MD5, DigestKind::Md5)?, one(SHA1, DigestKind::Sha1)?, one(SHA256, DigestKind::Sha256)?];
        Ok(Self { exact, near: Vec::new() })
    }

    /// Takes an entry.
    ///
    /// # Errors
    /// What writing to a scratch says; more entries than an index takes.
    pub fn push(&mut self, entry: &ListEntry) -> Result<()> {
        let digests = [
            entry.md5.as_ref().map(<[u8; 16]>::as_slice),
            entry.sha1.as_ref().map(<[u8; 20]>::as_slice),
            entry.sha256.as_ref().map(<[u8; 32]>::as_slice),
        ];
        for ((_, builder, count), digest) in self.exact.iter_mut().zip(digests) {
            if let Some(digest) = digest {
                builder.push(digest, entry.category)?;
                *count += 1;
            }
        }
        if let Some(pdq) = entry.pdq {
            if self.near.len() >= NEAR_ENTRIES_MAX {
                return Err(Error::other(format!(
                    "a set takes at most {NEAR_ENTRIES_MAX} PDQ hashes; split the list"
                )));
            }
            self.near.push((pdq, entry.category));
        }
        Ok(())
    }

    /// Writes the set. The same entries give the same bytes.
    ///
    /// # Errors
    /// What writing says.
    pub fn finish(self, out: impl Write) -> Result<SetCounts> {
        let mut out = Counted { out, bytes: 0 };
        out.write_all(&MAGIC)?;
        out.write_all(&VERSION.to_le_bytes())?;
        let mut parts = Vec::new();
        let mut counts = SetCounts::default();
        for (number, builder, count) in self.exact {
            if count == 0 {
                continue;
            }
            let begin = out.bytes;
            let done = builder.finish(&mut out)?;
            parts.push((number, begin, out.bytes - begin));
            let to = match number {
                MD5 => &mut counts.md5,
                SHA1 => &mut counts.sha1,
                _ => &mut counts.sha256,
            };
            *to = KindCounts { entries: done.entries as u64, repeated: done.repeated as u64 };
        }
        if !self.near.is_empty() {
            let begin = out.bytes;
            let done = near::write(self.near, &mut out)?;
            parts.push((PDQ, begin, out.bytes - begin));
            counts.pdq = KindCounts { entries: done.entries as u64, repeated: done.repeated as u64 };
        }
        for number in parts.iter().flat_map(|(kind, begin, length)| [*kind, *begin, *length]) {
            out.write_all(&number.to_le_bytes())?;
        }
        out.write_all(&(parts.len() as u64).to_le_bytes())?;
        out.write_all(&MAGIC)?;
        out.flush()?;
        Ok(counts)
    }
}

struct Counted<W> {
    out: W,
    bytes: u64,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let written = self.out.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> Result<()> {
        self.out.flush()
    }
}

/// How a picture and an entry of a list are the same, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sameness {
    /// The same SHA-256: the same file.
    Sha256,
    /// The same SHA-1. Two files with the same have been made on purpose.
    Sha1,
    /// The same MD5. Anybody with time can make two files with the same.
    Md5,
    /// It looks similar.
    Pdq {
        /// In how many of 256 bits the hashes differ, 0 to 31.
        distance: u8,
    },
}

/// What a set says of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// How they are the same.
    pub how: Sameness,
    /// The category of the entry; 0 where the list gave none.
    pub category: u8,
    /// The entry's place among the set's digests of that kind, in their order, from 0.
    pub entry: u64,
}

/// An entry by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetEntry {
    /// Which digest.
    pub kind: EntryKind,
    /// Its category; 0 where the list gave none.
    pub category: u8,
    bytes: [u8; 32],
    width: usize,
}

impl SetEntry {
    /// The digest.
    #[must_use]
    pub fn digest(&self) -> &[u8] {
        self.bytes.get(..self.width).unwrap_or_default()
    }
}

/// A set made ready, over bytes that are owned or mapped.
#[derive(Debug, Clone)]
pub struct HashSet<B> {
    bytes: B,
    md5: Option<ExactIndex<Part<B>>>,
    sha1: Option<ExactIndex<Part<B>>>,
    sha256: Option<ExactIndex<Part<B>>>,
    near: Option<NearIndex<Part<B>>>,
    near_range: Range<usize>,
}

/// A stretch of a file.
#[derive(Debug, Clone)]
struct Part<B> {
    bytes: B,
    range: Range<usize>,
}

impl<B: AsRef<[u8]>> AsRef<[u8]> for Part<B> {
    fn as_ref(&self) -> &[u8] {
        self.bytes.as_ref().get(self.range.clone()).unwrap_or_default()
    }
}

/// Digests of one picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Digests {
    /// MD5 of the file.
    pub md5: Option<[u8; 16]>,
    /// SHA-1 of the file.
    pub sha1: Option<[u8; 20]>,
    /// SHA-256 of the file.
    pub sha256: Option<[u8; 32]>,
    /// PDQ of the picture, of a quality that is good enough to be compared.
    pub pdq: Option<PdqHash>,
}

impl<B: AsRef<[u8]> + Clone> HashSet<B> {
    /// Makes what [`SetBuilder`] wrote ready. Beginnings, ends and lengths are looked at; whether a byte between them was changed
    /// the file's SHA-256 tells.
    ///
    /// # Errors
    /// [`IndexError`] when the bytes are no such file.
    pub fn open(bytes: B) -> std::result::Result<Self, IndexError> {
        let damaged = |problem| IndexError::Damaged { what: WHAT, problem };
        let file = bytes.as_ref();
        let (magic, rest) = file.split_first_chunk::<8>().ok_or(IndexError::OtherKind(WHAT))?;
        if *magic != MAGIC {
            return Err(IndexError::OtherKind(WHAT));
        }
        let (version, _) = rest.split_first_chunk::<4>().ok_or(damaged("it is too short"))?;
        let found = u32::from_le_bytes(*version);
        if found != VERSION {
            return Err(IndexError::OtherVersion { what: WHAT, found });
        }
        let parts = directory(file).ok_or(damaged("its end is missing or does not fit"))?;
        let (mut md5, mut sha1, mut sha256, mut near) = (None, None, None, None);
        let mut near_range = 0..0;
        for (kind, range) in parts {
            let part = Part { bytes: bytes.clone(), range: range.clone() };
            let exact = match kind {
                MD5 => &mut md5,
                SHA1 => &mut sha1,
                SHA256 => &mut sha256,
                PDQ => {
                    near = Some(NearIndex::open(part)?);
                    near_range = range;
                    continue;
                }
                _ => return Err(damaged("it has an index of an unknown kind")),
            };
            let index = ExactIndex::open(part)?;
            let expected = match kind {
                MD5 => DigestKind::Md5,
                SHA1 => DigestKind::Sha1,
                _ => DigestKind::Sha256,
            };
            if index.kind() != expected {
                return Err(damaged("an index of it has another kind of digest"));
            }
            *exact = Some(index);
        }
        Ok(Self { bytes, md5, sha1, sha256, near, near_range })
    }

    /// Every way in which the picture is the same as an entry, strongest first: at most one of each kind, of similar ones the
    /// nearest.
    #[must_use]
    pub fn look_up(&self, digests: &Digests) -> Vec<Listed> {
        let mut found = Vec::new();
        let exact = [
            (Sameness::Sha256, &self.sha256, digests.sha256.as_ref().map(<[u8; 32]>::as_slice)),
            (Sameness::Sha1, &self.sha1, digests.sha1.as_ref().map(<[u8; 20]>::as_slice)),
            (Sameness::Md5, &self.md5, digests.md5.as_ref().map(<[u8; 16]>::as_slice)),
        ];
        for (how, index, digest) in exact {
            let entry = index.as_ref().zip(digest).and_then(|(index, digest)| index.find(digest));
            found.extend(entry.map(|entry| Listed { how, category: entry.tag, entry: entry.place as u64 }));
        }
        let nearest = self.near.as_ref().zip(digests.pdq).and_then(|(near, pdq)| near.nearest(&pdq));
        found.extend(nearest.map(|entry| Listed {
            how: Sameness::Pdq { distance: u8::try_from(entry.distance).unwrap_or(u8::MAX) },
            category: entry.tag,
            entry: u64::from(entry.place),
        }));
        found
    }

    /// The index of PDQ hashes by itself, as [`NearIndex::open`] reads it; none where the set has no PDQ.
    #[must_use]
    pub fn near_bytes(&self) -> Option<&[u8]> {
        self.bytes.as_ref().get(self.near_range.clone()).filter(|bytes| !bytes.is_empty())
    }

    /// The indexes of exact digests that devices look up.
    fn for_devices(&self) -> [Option<&ExactIndex<Part<B>>>; 2] {
        [self.sha256.as_ref(), self.md5.as_ref()]
    }

    /// The entry at a place among all: MD5 first, then SHA-1, SHA-256 and PDQ, each in their order.
    #[must_use]
    pub fn entry(&self, place: u64) -> Option<SetEntry> {
        let mut place = usize::try_from(place).ok()?;
        for (kind, index) in
            [(EntryKind::Md5, &self.md5), (EntryKind::Sha1, &self.sha1), (EntryKind::Sha256, &self.sha256)]
        {
            let Some(index) = index else { continue };
            if place < index.len() {
                let (digest, category) = index.entry(place)?;
                let mut entry = SetEntry { kind, category, bytes: [0; 32], width: digest.len() };
                entry.bytes.get_mut(..digest.len())?.copy_from_slice(digest);
                return Some(entry);
            }
            place -= index.len();
        }
        let (hash, category) = self.near.as_ref()?.entry(place)?;
        Some(SetEntry { kind: EntryKind::Pdq, category, bytes: hash.to_bytes(), width: 32 })
    }

    /// How many entries it has of each kind.
    #[must_use]
    pub fn counts(&self) -> SetDigests {
        let of = |index: &Option<ExactIndex<Part<B>>>| index.as_ref().map_or(0, ExactIndex::len) as u64;
        let pdq = self.near.as_ref().map_or(0, NearIndex::len) as u64;
        SetDigests { md5: of(&self.md5), sha1: of(&self.sha1), sha256: of(&self.sha256), pdq }
    }

    /// How many digests of a kind it has.
    #[must_use]
    pub fn count_of(&self, kind: DigestKind) -> usize {
        let index = match kind {
            DigestKind::Md5 => &self.md5,
            DigestKind::Sha1 => &self.sha1,
            DigestKind::Sha256 => &self.sha256,
        };
        index.as_ref().map_or(0, ExactIndex::len)
    }

    /// Gives every SHA-256 of the set with its category, in order, then every MD5.
    ///
    /// # Errors
    /// As `give`.
    pub fn each_digest(&self, mut give: impl FnMut(DigestKind, &[u8], u8) -> Result<()>) -> Result<()> {
        for index in self.for_devices().into_iter().flatten() {
            for (digest, category) in (0..index.len()).filter_map(|place| index.entry(place)) {
                give(index.kind(), digest, category)?;
            }
        }
        Ok(())
    }
}

/// Where the indexes are; `None` when they do not lie within the file one after another.
fn directory(file: &[u8]) -> Option<Vec<(u64, Range<usize>)>> {
    let (rest, end) = file.split_last_chunk::<END_BYTES>()?;
    let (count, magic) = end.split_first_chunk::<8>()?;
    let count = usize::try_from(u64::from_le_bytes(*count)).ok().filter(|count| *count <= 4)?;
    if magic != MAGIC {
        return None;
    }
    let (body, entries) = rest.split_at_checked(rest.len().checked_sub(count * PART_BYTES)?)?;
    let mut at = HEAD_BYTES;
    let mut parts: Vec<(u64, Range<usize>)> = Vec::new();
    for entry in entries.as_chunks::<PART_BYTES>().0 {
        let [kind, begin, length] = entry.as_chunks::<8>().0 else { return None };
        let [kind, begin, length] = [kind, begin, length].map(|bytes| u64::from_le_bytes(*bytes));
        let (begin, length) = (usize::try_from(begin).ok()?, usize::try_from(length).ok()?);
        let is_next = begin == at && parts.last().is_none_or(|(before, _)| *before < kind);
        at = begin.checked_add(length).filter(|end| is_next && *end <= body.len())?;
        parts.push((kind, begin..at));
    }
    (at == body.len()).then_some(parts)
}
