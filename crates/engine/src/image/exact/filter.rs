//! The filter before the entries: binary fuse filters of xorf, one for each value of the digests' first bits.
//!
//! In the file: the fingerprints of all parts, one after another, then for each part its descriptor as xorf writes it (20
//! bytes), the length of its fingerprints (u32) and where they begin (u64).

use std::io::{Error, Result};

use xorf::{BinaryFuse8, BinaryFuse8Ref, DmaSerializable, Filter as _, FilterRef as _};

use super::super::index_file::IndexError;
use super::{KIND, first_bits};

/// Bytes of a part's entry in the directory.
pub(super) const PART_BYTES: usize = 32;
const DESCRIPTOR_BYTES: usize = 20;

/// Where a filter is in a file. Its parts were looked at: no question reaches beyond its fingerprints.
#[derive(Debug, Clone)]
pub(super) struct Filter {
    /// Descriptor and place of the fingerprints in the file. A part of no entries has none.
    parts: Vec<Part>,
    bits: u8,
    bytes: usize,
}

#[derive(Debug, Clone)]
struct Part {
    descriptor: [u8; DESCRIPTOR_BYTES],
    from: usize,
    to: usize,
}

impl Filter {
    /// `bytes` are the filter's, which stand at `offset` in the file.
    pub(super) fn open(bytes: &[u8], offset: usize, bits: u8) -> std::result::Result<Self, IndexError> {
        let damaged = || KIND.damaged("its filter");
        let directory = PART_BYTES << bits;
        let fingerprints = bytes.len().checked_sub(directory).ok_or_else(damaged)?;
        let (_, directory) = bytes.split_at(fingerprints);
        let part = |entry: &[u8; PART_BYTES]| {
            let (descriptor, rest) = entry.split_first_chunk::<DESCRIPTOR_BYTES>()?;
            let (length, from) = rest.split_first_chunk::<4>()?;
            let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            let from = usize::try_from(u64::from_le_bytes(*from.first_chunk::<8>()?)).ok()?;
            let to = from.checked_add(length).filter(|to| *to <= fingerprints)?;
            (length == 0 || stays_within(descriptor, length)).then_some(())?;
            Some(Part { descriptor: *descriptor, from: offset + from, to: offset + to })
        };
        let parts = directory.as_chunks().0.iter().map(part).collect::<Option<Vec<Part>>>();
        Ok(Self { parts: parts.ok_or_else(damaged)?, bits, bytes: bytes.len() })
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether a digest that begins so may be listed: always if it is, else once in 256.
    pub(super) fn may_have(&self, file: &[u8], word: u64) -> bool {
        let part = self.parts.get(first_bits(word, self.bits));
        part.and_then(|part| Some((part, file.get(part.from..part.to)?))).is_some_and(
            |(part, fingerprints)| {
                !fingerprints.is_empty()
                    && BinaryFuse8Ref::from_dma(&part.descriptor, fingerprints).contains(&word)
            },
        )
    }
}

/// Whether no question leads beyond the fingerprints: xorf takes a descriptor at its word.
fn stays_within(descriptor: &[u8; DESCRIPTOR_BYTES], length: usize) -> bool {
    let (_, numbers) = descriptor.split_at(8);
    let [segment, mask, segments] = numbers.as_chunks::<4>().0 else { return false };
    let [segment, mask, segments] =
        [segment, mask, segments].map(|bytes| u64::from(u32::from_le_bytes(*bytes)));
    segment.is_power_of_two()
        && mask == segment - 1
        && segments % segment == 0
        && segments > 0
        && segments + 2 * segment <= length as u64
}

/// Makes a filter of digests that come in order, a part at a time.
pub(super) struct FilterBuilder {
    bits: u8,
    keys: Vec<u64>,
    /// The part that the keys belong to.
    part: usize,
    directory: Vec<u8>,
    /// Bytes of fingerprints that were given out.
    given: u64,
}

impl FilterBuilder {
    pub(super) fn new(bits: u8) -> Self {
        Self { bits, keys: Vec::new(), part: 0, directory: Vec::new(), given: 0 }
    }

    /// Takes the first bytes of the next digest; fingerprints of parts that are whole go to `out`.
    pub(super) fn push(&mut self, word: u64, out: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let part = first_bits(word, self.bits);
        while self.part < part {
            self.close(out)?;
        }
        // Digests with the same first 8 bytes are one key: they stand one after another.
        if self.keys.last() != Some(&word) {
            self.keys.push(word);
        }
        Ok(())
    }

    /// Closes the parts that are left and gives the directory.
    pub(super) fn finish(mut self, out: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<Vec<u8>> {
        while self.part < 1 << self.bits {
            self.close(out)?;
        }
        Ok(self.directory)
    }

    fn close(&mut self, out: &mut impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut entry = [0; PART_BYTES];
        if !self.keys.is_empty() {
            let filter = BinaryFuse8::try_from(self.keys.as_slice()).map_err(Error::other)?;
            let fingerprints = filter.dma_fingerprints();
            let length = u32::try_from(fingerprints.len()).map_err(Error::other)?;
            let (descriptor, rest) = entry.split_at_mut(DESCRIPTOR_BYTES);
            filter.dma_copy_descriptor_to(descriptor);
            let (to_length, to_from) = rest.split_at_mut(4);
            to_length.copy_from_slice(&length.to_le_bytes());
            to_from.copy_from_slice(&self.given.to_le_bytes());
            out(fingerprints)?;
            self.given += u64::from(length);
            self.keys.clear();
        }
        self.directory.extend_from_slice(&entry);
        self.part += 1;
        Ok(())
    }
}
