//! How a device asks whether a file is listed without having the list: it computes HMAC-SHA256 of the file's digest under the
//! set's key and looks the first 8 bytes up in a filter. Only where the filter says "perhaps" does it ask the server, with the
//! keyed digest and nothing else. The filter says so of every listed file, and of one in 65,536 others.
//!
//! A filter is binary fuse filters of 16 bits (Graf and Lemire, 2022; crate xorf), 2.25 bytes an entry, cut into parts by the keyed
//! digests' first bits so that building it holds one part. The file begins and ends as [`super::index_file`] says. Between stand
//! for SHA-256 and then for MD5 the number of bits by which parts are told apart (u32), and for each part its descriptor as xorf
//! writes it (20 bytes), how many fingerprints it has (u32), and those (u16 each). All numbers are little-endian. Fingerprints are looked
//! up where they lie, for a list of millions has too many to be held: bytes are mapped, or owned.

use std::io::{Error, Result, Write};
use std::ops::Range;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use xorf::{BinaryFuse16, BinaryFuse16Ref, Descriptor, DmaSerializable as _, Filter as _, FilterRef as _};

use super::exact::DigestKind;
use super::index_file::{HEAD_BYTES, IndexError, Kind, Summed};
use super::lists::ListEntry;
use super::set::{HashSet, SetBuilder};

/// Bytes of a set's key.
pub const KEY_BYTES: usize = 32;
const KIND: Kind = Kind { magic: *b"PVOKEYED", what: "keyed digests" };
/// Entries of a part, about.
const PART_ENTRIES: usize = 800_000;
const BITS_MAX: u32 = 16;
const DESCRIPTOR_BYTES: usize = 20;
/// Digests that devices compute, in the order of the file.
const KINDS: [DigestKind; 2] = [DigestKind::Sha256, DigestKind::Md5];

/// A digest under a set's key.
#[must_use]
pub fn keyed(key: &[u8; KEY_BYTES], digest: &[u8]) -> [u8; 32] {
    // A key of any length is taken; this never fails.
    Hmac::<Sha256>::new_from_slice(key).map_or([0; 32], |mut hmac| {
        hmac.update(digest);
        hmac.finalize().into_bytes().into()
    })
}

/// The part of a keyed MD5 that is looked up: as long as an MD5.
#[must_use]
pub fn keyed_md5(keyed: &[u8; 32]) -> [u8; 16] {
    keyed.first_chunk::<16>().copied().unwrap_or_default()
}

/// Gives a set's SHA-256 and MD5 under its key to a builder, which makes the set that questions are looked up in.
///
/// # Errors
/// As the builder.
pub fn push_keyed<B: AsRef<[u8]> + Clone, S: super::exact::Scratch>(
    set: &HashSet<B>,
    key: &[u8; KEY_BYTES],
    to: &mut SetBuilder<S>,
) -> Result<()> {
    set.each_digest(|kind, digest, category| {
        let keyed = keyed(key, digest);
        let mut entry = ListEntry { category, ..ListEntry::default() };
        match kind {
            DigestKind::Sha256 => entry.sha256 = Some(keyed),
            _ => entry.md5 = Some(keyed_md5(&keyed)),
        }
        to.push(&entry)
    })
}

/// Writes the filter of a set of keyed digests. The same set gives the same bytes.
///
/// # Errors
/// What writing says.
pub fn write_filter<B: AsRef<[u8]> + Clone>(keyed: &HashSet<B>, out: impl Write) -> Result<()> {
    let mut file = Summed::begin(KIND, [0; 4], out)?;
    for kind in KINDS {
        let parts = keyed.count_of(kind).div_ceil(PART_ENTRIES).max(1);
        let bits = parts.next_power_of_two().trailing_zeros().min(BITS_MAX);
        file.write(&bits.to_le_bytes())?;
        let (mut words, mut part): (Vec<u64>, usize) = (Vec::new(), 0);
        keyed.each_digest(|of, digest, _| {
            if of != kind {
                return Ok(());
            }
            let word = digest.first_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes)).unwrap_or_default();
            while part < part_of(word, bits) {
                write_part(&words, &mut file)?;
                words.clear();
                part += 1;
            }
            // They come in order: the same first bytes stand one after another.
            if words.last() != Some(&word) {
                words.push(word);
            }
            Ok(())
        })?;
        while part < 1 << bits {
            write_part(&words, &mut file)?;
            words.clear();
            part += 1;
        }
    }
    file.end()
}

fn write_part(words: &[u64], file: &mut Summed<impl Write>) -> Result<()> {
    let mut descriptor = [0; DESCRIPTOR_BYTES];
    if words.is_empty() {
        file.write(&descriptor)?;
        return file.write(&0_u32.to_le_bytes());
    }
    let filter = BinaryFuse16::try_from(words).map_err(Error::other)?;
    filter.dma_copy_descriptor_to(&mut descriptor);
    let count = u32::try_from(filter.fingerprints.len()).map_err(Error::other)?;
    file.write(&descriptor)?;
    file.write(&count.to_le_bytes())?;
    let bytes: Vec<u8> = filter.fingerprints.iter().flat_map(|print| print.to_le_bytes()).collect();
    file.write(&bytes)
}

/// The highest bits of a keyed digest.
fn part_of(word: u64, bits: u32) -> usize {
    word.checked_shr(64 - bits).and_then(|part| usize::try_from(part).ok()).unwrap_or_default()
}

/// A filter made ready, over bytes that are borrowed, owned or mapped.
#[derive(Debug, Clone)]
pub struct KeyedFilter<B> {
    bytes: B,
    /// For each of [`KINDS`] its bits and parts.
    kinds: [KindParts; 2],
}

/// By how many bits the parts of a kind are told apart, and the parts; none where nothing is in one.
type KindParts = (u32, Vec<Option<FilterPart>>);

/// Where a part lies.
#[derive(Debug, Clone)]
struct FilterPart {
    descriptor: Range<usize>,
    fingerprints: Range<usize>,
}

impl<B: AsRef<[u8]>> KeyedFilter<B> {
    /// Makes what [`write_filter`] wrote ready: reads it whole and compares its sum.
    ///
    /// # Errors
    /// [`IndexError`] when the bytes are no such file.
    pub fn open(bytes: B) -> std::result::Result<Self, IndexError> {
        let file = bytes.as_ref();
        let (_, mut rest) = KIND.open(file)?;
        KIND.check_sum(file)?;
        if file.as_ptr().align_offset(align_of::<u16>()) != 0 {
            return Err(KIND.damaged("it begins at an odd place in memory"));
        }
        let mut at = HEAD_BYTES;
        let kinds = [read_kind(&mut rest, &mut at), read_kind(&mut rest, &mut at)];
        match kinds {
            [Some(sha256), Some(md5)] if rest.is_empty() => Ok(Self { kinds: [sha256, md5], bytes }),
            _ => Err(KIND.damaged("its parts do not fit")),
        }
    }

    /// Whether a file with this keyed digest may be listed: always if it is, else once in 65,536. Of SHA-1 never.
    #[must_use]
    pub fn may_have(&self, kind: DigestKind, keyed: &[u8; 32]) -> bool {
        let place = KINDS.iter().position(|known| *known == kind);
        let Some((bits, parts)) = place.and_then(|place| self.kinds.get(place)) else { return false };
        let word = keyed.first_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes)).unwrap_or_default();
        let part = parts.get(part_of(word, *bits)).and_then(Option::as_ref);
        let bytes = part.and_then(|part| {
            let file = self.bytes.as_ref();
            Some((file.get(part.descriptor.clone())?, file.get(part.fingerprints.clone())?))
        });
        bytes
            .is_some_and(|(descriptor, prints)| BinaryFuse16Ref::from_dma(descriptor, prints).contains(&word))
    }
}

fn read_kind(rest: &mut &[u8], at: &mut usize) -> Option<KindParts> {
    let bits = number(rest)?;
    *at += 4;
    if bits > BITS_MAX {
        return None;
    }
    let mut parts = Vec::new();
    for _ in 0..1_u32 << bits {
        parts.push(read_part(rest, at)?);
    }
    Some((bits, parts))
}

fn read_part(rest: &mut &[u8], at: &mut usize) -> Option<Option<FilterPart>> {
    let (seed, after) = rest.split_first_chunk::<8>()?;
    *rest = after;
    let descriptor = Descriptor {
        seed: u64::from_le_bytes(*seed),
        segment_length: number(rest)?,
        segment_length_mask: number(rest)?,
        segment_count_length: number(rest)?,
    };
    let count = number(rest)? as usize;
    let (bytes, after) = rest.split_at_checked(count.checked_mul(2)?)?;
    *rest = after;
    let place = *at..*at + DESCRIPTOR_BYTES;
    let prints = place.end + 4..place.end + 4 + bytes.len();
    *at = prints.end;
    if count == 0 {
        return Some(None);
    }
    stays_within(&descriptor, count).then_some(Some(FilterPart { descriptor: place, fingerprints: prints }))
}

fn number(rest: &mut &[u8]) -> Option<u32> {
    let (number, after) = rest.split_first_chunk::<4>()?;
    *rest = after;
    Some(u32::from_le_bytes(*number))
}

/// Whether no question leads beyond the fingerprints: xorf takes a descriptor at its word.
fn stays_within(descriptor: &Descriptor, count: usize) -> bool {
    let segment = u64::from(descriptor.segment_length);
    let segments = u64::from(descriptor.segment_count_length);
    segment.is_power_of_two()
        && u64::from(descriptor.segment_length_mask) == segment - 1
        && segments % segment == 0
        && segments > 0
        && segments + 2 * segment <= count as u64
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::super::exact::{DigestKind, ExactOptions};
    use super::super::lists::ListEntry;
    use super::super::set::{Digests, HashSet, SetBuilder};
    use super::{KeyedFilter, keyed, keyed_md5, push_keyed, write_filter};

    fn made(push: impl FnOnce(&mut SetBuilder<Cursor<Vec<u8>>>)) -> HashSet<std::rc::Rc<[u8]>> {
        let mut builder =
            SetBuilder::new(ExactOptions::default(), || Ok(Cursor::new(Vec::new()))).expect("a builder");
        push(&mut builder);
        let mut bytes = Vec::new();
        builder.finish(&mut bytes).expect("written");
        HashSet::open(bytes.into()).expect("a set")
    }

    /// Digests of invented files: keyed like anything else.
    fn entry(number: u32) -> ListEntry {
        let digest = keyed(&[1; 32], &number.to_le_bytes());
        ListEntry { md5: Some(keyed_md5(&digest)), sha256: Some(digest), category: 2, ..ListEntry::default() }
    }

    #[test]
    fn every_listed_file_passes_the_filter_hardly_any_other_does_and_the_answer_is_exact() {
        const COUNT: u32 = 20_000;
        let key = [7; 32];
        let set = made(|builder| (0..COUNT).for_each(|number| builder.push(&entry(number)).expect("pushed")));
        let asked = made(|builder| push_keyed(&set, &key, builder).expect("pushed"));
        let mut file = Vec::new();
        write_filter(&asked, &mut file).expect("written");
        assert!(file.len() < 4 * 2 * COUNT as usize, "{} bytes", file.len());
        let filter = KeyedFilter::open(&file).expect("a filter");
        let mut perhaps = 0;
        for number in 0..2 * COUNT {
            let entry = entry(number);
            let sha256 = keyed(&key, &entry.sha256.expect("a SHA-256"));
            let md5 = keyed(&key, &entry.md5.expect("an MD5"));
            let listed = number < COUNT;
            let may = [filter.may_have(DigestKind::Sha256, &sha256), filter.may_have(DigestKind::Md5, &md5)];
            assert!(!listed || may == [true, true], "entry {number} is missed");
            perhaps += may.iter().filter(|may| **may && !listed).count();
            let question = Digests { sha256: Some(sha256), md5: Some(keyed_md5(&md5)), ..Digests::default() };
            assert_eq!(asked.look_up(&question).len(), if listed { 2 } else { 0 }, "entry {number}");
        }
        assert!(perhaps <= 10, "{perhaps} of {} others, and one in 65,536 was said", 2 * COUNT);
        assert!(!filter.may_have(DigestKind::Sha1, &[0; 32]));

        // Without the key the filter says nothing, and a changed byte is seen.
        let others = (0..COUNT).filter(|number| {
            filter.may_have(DigestKind::Sha256, &keyed(&[8; 32], &entry(*number).sha256.expect("a SHA-256")))
        });
        assert!(others.count() <= 10);
        for at in [0, 12, 30, file.len() / 2, file.len() - 1] {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(KeyedFilter::open(&changed).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_set_without_digests_for_devices_has_a_filter_that_lets_nothing_pass() {
        let set = made(|builder| {
            let entry = ListEntry { sha1: Some([3; 20]), ..ListEntry::default() };
            builder.push(&entry).expect("pushed");
        });
        let asked = made(|builder| push_keyed(&set, &[7; 32], builder).expect("pushed"));
        let mut file = Vec::new();
        write_filter(&asked, &mut file).expect("written");
        let filter = KeyedFilter::open(&file).expect("a filter");
        assert!(
            (0..1000_u32)
                .all(|number| !filter.may_have(DigestKind::Sha256, &keyed(&[7; 32], &number.to_le_bytes())))
        );
    }
}
