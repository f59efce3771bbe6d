//! Compares a hash with every entry.

use super::{NearEntry, Parts, halves, high, low};
use crate::image::PDQ_DISTANCE_MAX;

/// Entries looked at together: one branch for all of them.
const BLOCK: usize = 16;

pub(super) fn each_near(parts: &Parts<'_>, hash: [u128; 2], give: &mut impl FnMut(NearEntry)) {
    let [first, _] = hash;
    let (blocks, rest) = parts.firsts.as_chunks::<BLOCK>();
    for (block, entries) in blocks.iter().enumerate() {
        let least = entries.iter().map(|entry| least(u128::from_le_bytes(*entry) ^ first)).min();
        if least.is_none_or(|least| least <= PDQ_DISTANCE_MAX) {
            (block * BLOCK..(block + 1) * BLOCK).for_each(|place| look(parts, hash, place, give));
        }
    }
    let begin = parts.firsts.len() - rest.len();
    (begin..parts.firsts.len()).for_each(|place| look(parts, hash, place, give));
}

/// The least distance that two hashes can have whose first halves differ in these bits: of two bits in the same place of two
/// words one is counted. For hashes that have nothing to do with each other that is already 48, and it takes one count of
/// bits instead of four.
pub(super) fn least(differ: u128) -> u32 {
    (high(differ) | low(differ)).count_ones()
}

/// The distance to an entry where it is at most 31.
pub(super) fn distance(parts: &Parts<'_>, hash: [u128; 2], place: usize) -> Option<u32> {
    let [first, second] = hash;
    let differ = halves(parts.firsts, place)? ^ first;
    if least(differ) > PDQ_DISTANCE_MAX {
        return None;
    }
    let distance = differ.count_ones() + (halves(parts.seconds, place)? ^ second).count_ones();
    (distance <= PDQ_DISTANCE_MAX).then_some(distance)
}

fn look(parts: &Parts<'_>, hash: [u128; 2], place: usize, give: &mut impl FnMut(NearEntry)) {
    if let Some(distance) = distance(parts, hash, place) {
        give(found(parts, place, distance));
    }
}

pub(super) fn found(parts: &Parts<'_>, place: usize, distance: u32) -> NearEntry {
    let tag = parts.tags.get(place).copied().unwrap_or_default();
    NearEntry { place: u32::try_from(place).unwrap_or(u32::MAX), distance, tag }
}
