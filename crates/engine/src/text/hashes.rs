//! Things found by a hash: a bitmap that says "surely not" to nearly all, then a table of buckets.

use std::ops::Range;

const MIX_A: u64 = 0x9E37_79B9_7F4A_7C15;
const MIX_B: u64 = 0xD6E8_FEB8_6659_FD93;

/// The key of the word `text[start..end]`, which is not empty. The same on every machine, and of no meaning beyond finding:
/// what it finds is compared byte by byte.
#[inline]
pub(super) fn word_key(text: &[u8], start: usize, end: usize) -> u32 {
    let length = end.saturating_sub(start);
    // The bytes after the word are there nearly always, and masked away.
    let first = load(text, start).unwrap_or_else(|| short(text.get(start..end).unwrap_or_default()));
    let first = first & MASKS.get(length).unwrap_or(&u64::MAX);
    // No branch, for words of either kind follow each other as they like.
    let last = load(text, end.saturating_sub(8)).unwrap_or_default();
    let last = if length > 8 { last } else { 0 };
    let mut hash = mix(first, last ^ length as u64);
    let mut at = start + 8;
    while at + 8 < end {
        hash = mix(load(text, at).unwrap_or_default(), hash);
        at += 8;
    }
    key(hash)
}

/// The bytes of a word of so many, in eight.
const MASKS: [u64; 8] =
    [0, 0xFF, 0xFFFF, 0xFF_FFFF, 0xFFFF_FFFF, 0xFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF, 0xFF_FFFF_FFFF_FFFF];

/// The part of a hash by which things are found.
pub(super) fn key(hash: u64) -> u32 {
    (hash >> 32) as u32
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
    bytes.iter().take(8).rev().fold(0, |word, byte| (word << 8) | u64::from(*byte))
}

/// Bits of the bitmap for each key: one in so many unknown words goes on to the table.
const BITS_PER_KEY: usize = 16;

/// A key and where its things stand in the list that the buckets were made of.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    key: u32,
    first: u32,
    /// None: an empty slot.
    count: u32,
    /// What its things ask of their surroundings, all together.
    asks: u32,
}

/// Where in a list, ordered by key, the things of one key stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Buckets {
    bitmap: Vec<u64>,
    slots: Vec<Slot>,
    bitmap_shift: u32,
}

impl Buckets {
    /// Makes the buckets of a list by the keys of its things, which are in order, each with bits of what it asks.
    pub(super) fn of(keys: &[(u32, u32)]) -> Self {
        let mut buckets = Self::default();
        let different = keys.chunk_by(|(a, _), (b, _)| a == b).count();
        if different == 0 {
            return buckets;
        }
        let bits = (different * BITS_PER_KEY).next_power_of_two().clamp(64, 1 << 31);
        buckets.bitmap = vec![0; bits / 64];
        buckets.bitmap_shift = 32 - bits.trailing_zeros();
        buckets.slots = vec![Slot::default(); (different * 2).next_power_of_two()];
        let mut first = 0;
        for same in keys.chunk_by(|(a, _), (b, _)| a == b) {
            let Some((key, _)) = same.first() else { continue };
            let count = u32::try_from(same.len()).unwrap_or(u32::MAX);
            let asks = same.iter().fold(0, |all, (_, asks)| all | asks);
            buckets.put(Slot { key: *key, first, count, asks });
            first = first.saturating_add(count);
        }
        buckets
    }

    fn put(&mut self, slot: Slot) {
        let bit = slot.key >> self.bitmap_shift;
        if let Some(word) = self.bitmap.get_mut((bit / 64) as usize) {
            *word |= 1 << (bit % 64);
        }
        let mask = self.slots.len().saturating_sub(1);
        let mut at = slot.key as usize & mask;
        while let Some(there) = self.slots.get_mut(at) {
            if there.count == 0 {
                *there = slot;
                return;
            }
            at = (at + 1) & mask;
        }
    }

    /// Whether there may be things with this key: no for nearly every one that has none.
    #[inline]
    pub(super) fn may_hold(&self, key: u32) -> bool {
        let bit = key >> self.bitmap_shift;
        self.bitmap.get((bit / 64) as usize).is_some_and(|word| (word >> (bit % 64)) & 1 == 1)
    }

    /// The places of the things with this key, and all that they ask.
    #[inline]
    pub(super) fn get(&self, key: u32) -> Option<(Range<usize>, u32)> {
        let mask = self.slots.len().saturating_sub(1);
        let mut at = key as usize & mask;
        loop {
            let slot = self.slots.get(at).filter(|slot| slot.count > 0)?;
            if slot.key == key {
                let first = slot.first as usize;
                return Some((first..first + slot.count as usize, slot.asks));
            }
            at = (at + 1) & mask;
        }
    }
}
