//! Things found by a hash: a bitmap that says "surely not" to nearly all, then a table of buckets.

use std::ops::Range;

const MIX_A: u64 = 0x9E37_79B9_7F4A_7C15;
const MIX_B: u64 = 0xD6E8_FEB8_6659_FD93;

/// The hash of bytes `range` of `text`. The same on every machine, and of no meaning beyond finding: what it finds is
/// compared byte by byte.
#[inline]
pub(super) fn hash(text: &[u8], range: Range<usize>) -> u64 {
    let length = range.end.saturating_sub(range.start);
    if length <= 8 {
        // The bytes after the word are there nearly always, and masked away.
        let word = match load(text, range.start) {
            Some(word) => word & (u64::MAX >> (64 - 8 * length.clamp(1, 8))),
            None => short(text.get(range).unwrap_or_default()),
        };
        return mix(word, length as u64);
    }
    let mut hash = length as u64;
    let mut at = range.start;
    while at + 8 < range.end {
        hash = mix(load(text, at).unwrap_or_default(), hash);
        at += 8;
    }
    mix(load(text, range.end - 8).unwrap_or_default(), hash)
}

/// Puts one more value into a hash.
#[inline]
pub(super) fn mix(value: u64, hash: u64) -> u64 {
    let product = u128::from(value ^ MIX_A).wrapping_mul(u128::from(hash ^ MIX_B));
    (product >> 64) as u64 ^ product as u64
}

fn load(text: &[u8], at: usize) -> Option<u64> {
    text.get(at..).and_then(|rest| rest.first_chunk::<8>()).map(|eight| u64::from_le_bytes(*eight))
}

fn short(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| (word << 8) | u64::from(*byte))
}

/// Bits of the bitmap for each key: one in so many unknown words goes on to the table.
const BITS_PER_KEY: usize = 16;

/// A key and its neighbours in the list that the buckets were made of.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    hash: u64,
    first: u32,
    /// None: an empty slot.
    count: u32,
    /// What its things ask of their surroundings, all together.
    asks: u64,
}

/// Where in a list, ordered by hash, the things of one hash stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Buckets {
    bitmap: Vec<u64>,
    slots: Vec<Slot>,
    bitmap_shift: u32,
}

impl Buckets {
    /// Makes the buckets of a list by the hashes of its things, which are in order, each with bits of what it asks.
    pub(super) fn of(hashes: &[(u64, u64)]) -> Self {
        let mut buckets = Self::default();
        if hashes.is_empty() {
            return buckets;
        }
        let bits = (hashes.len() * BITS_PER_KEY).next_power_of_two().max(64);
        buckets.bitmap = vec![0; bits / 64];
        buckets.bitmap_shift = 64 - bits.trailing_zeros();
        buckets.slots = vec![Slot::default(); (hashes.len() * 2).next_power_of_two()];
        let mut first = 0;
        for same in hashes.chunk_by(|(a, _), (b, _)| a == b) {
            let Some((hash, _)) = same.first() else { continue };
            let count = u32::try_from(same.len()).unwrap_or(u32::MAX);
            let asks = same.iter().fold(0, |all, (_, asks)| all | asks);
            buckets.put(Slot { hash: *hash, first, count, asks });
            first = first.saturating_add(count);
        }
        buckets
    }

    fn put(&mut self, slot: Slot) {
        let bit = slot.hash >> self.bitmap_shift;
        if let Some(word) = self.bitmap.get_mut((bit / 64) as usize) {
            *word |= 1 << (bit % 64);
        }
        let mask = self.slots.len().saturating_sub(1);
        let mut at = slot.hash as usize & mask;
        while let Some(there) = self.slots.get_mut(at) {
            if there.count == 0 {
                *there = slot;
                return;
            }
            at = (at + 1) & mask;
        }
    }

    /// The places of the things with this hash, and all that they ask; nothing for nearly every hash that has none, after
    /// one look.
    #[inline]
    pub(super) fn get(&self, hash: u64) -> Option<(Range<usize>, u64)> {
        let bit = hash >> self.bitmap_shift;
        let word = self.bitmap.get((bit / 64) as usize)?;
        if word & (1 << (bit % 64)) == 0 {
            return None;
        }
        let mask = self.slots.len().saturating_sub(1);
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots.get(at).filter(|slot| slot.count > 0)?;
            if slot.hash == hash {
                let first = slot.first as usize;
                return Some((first..first + slot.count as usize, slot.asks));
            }
            at = (at + 1) & mask;
        }
    }
}
