//! Every answer beside a plain comparison with all entries, by the tables and without them.

use proptest::prelude::*;

use super::build::write_chunks;
use super::search::{follow, planned};
use super::*;
use crate::image::PDQ_DISTANCE_MAX;

fn index(entries: &[(PdqHash, u8)], chunks: usize) -> NearIndex<Vec<u8>> {
    let mut bytes = Vec::new();
    write_chunks(entries.to_vec(), chunks, &mut bytes).expect("written");
    let index = NearIndex::open(bytes).expect("an index");
    index.check().expect("whole");
    index
}

/// What is found by going through the tables, whatever that costs, or by comparing all.
fn found(index: &NearIndex<Vec<u8>>, hash: &PdqHash) -> Vec<(PdqHash, u32, u8)> {
    let parts = index.parts().expect("parts");
    let mut found = Vec::new();
    let mut give = |near: NearEntry| found.push(near);
    match planned(&parts, index.chunks, split(hash)) {
        Some((plan, sizes)) => follow(&parts, index.chunks, split(hash), &plan, &sizes, &mut give),
        None => flat::each_near(&parts, split(hash), &mut give),
    }
    let mut found: Vec<_> = found
        .into_iter()
        .map(|near| {
            let (hash, tag) = index.entry(near.place as usize).expect("an entry");
            assert_eq!(tag, near.tag);
            (hash, near.distance, tag)
        })
        .collect();
    found.sort_unstable();
    found
}

fn compared(entries: &[(PdqHash, u8)], hash: &PdqHash) -> Vec<(PdqHash, u32, u8)> {
    let mut sorted = entries.to_vec();
    sorted.sort_unstable();
    sorted.dedup_by_key(|(hash, _)| *hash);
    let each = sorted.iter().map(|(entry, tag)| (*entry, entry.distance(hash), *tag));
    each.filter(|(_, distance, _)| *distance <= PDQ_DISTANCE_MAX).collect()
}

fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *seed;
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

fn random(seed: &mut u64) -> PdqHash {
    PdqHash(std::array::from_fn(|_| next(seed)))
}

/// A hash with so many bits changed, anywhere or all in one stretch.
fn changed(hash: &PdqHash, bits: u32, together: bool, seed: &mut u64) -> PdqHash {
    let mut changed = *hash;
    let begin = next(seed);
    while changed.distance(hash) < bits {
        let at = if together { begin + u64::from(changed.distance(hash)) } else { next(seed) } % 256;
        changed.0[at as usize / 64] ^= 1 << (at % 64);
    }
    changed
}

#[test]
fn a_pair_at_every_distance_up_to_31_is_found_and_none_beyond_whatever_the_number_of_chunks() {
    let mut seed = 5;
    let entries: Vec<(PdqHash, u8)> = (0..1000).map(|at| (random(&mut seed), at as u8)).collect();
    for chunks in [0, 12, 14, 16] {
        let index = index(&entries, chunks);
        for distance in 0..=40 {
            for together in [false, true] {
                for _ in 0..16 {
                    let (entry, _) = entries[next(&mut seed) as usize % entries.len()];
                    let query = changed(&entry, distance, together, &mut seed);
                    let found = found(&index, &query);
                    assert_eq!(found, compared(&entries, &query), "{chunks} chunks, {distance} bits");
                    assert_eq!(found.len(), usize::from(distance <= PDQ_DISTANCE_MAX));
                    let nearest = index.nearest(&query).map(|near| near.distance);
                    assert_eq!(nearest, (distance <= PDQ_DISTANCE_MAX).then_some(distance));
                }
            }
        }
    }
}

#[test]
fn a_long_list_is_searched_by_its_tables_and_one_of_hashes_that_are_alike_by_comparing_all() {
    let mut seed = 6;
    let mut bytes = Vec::new();
    let entries: Vec<(PdqHash, u8)> = (0..140_000).map(|_| (random(&mut seed), 7)).collect();
    write(entries.clone(), &mut bytes).expect("written");
    let long = NearIndex::open(bytes).expect("an index");
    assert_eq!((long.chunks, long.len()), (16, entries.len()));
    let parts = long.parts().expect("parts");
    let plan = |parts: &Parts<'_>, hash: &PdqHash| planned(parts, 16, split(hash)).expect("a plan").0;
    let cost = plan(&parts, &random(&mut seed)).cost;
    assert!(cost < 2_000, "{cost} of {} entries are looked at", entries.len());
    // As of plain pictures: few bits differ at all, so every value of a chunk is that of many.
    let alike: Vec<(PdqHash, u8)> = (0..4_000)
        .map(|_| (changed(&PdqHash([0; 4]), 2 + next(&mut seed) as u32 % 20, false, &mut seed), 0))
        .collect();
    let index = index(&alike, 16);
    let parts = index.parts().expect("parts");
    let cost = plan(&parts, &alike[0].0).cost;
    assert!(cost > 1_000, "{cost} of {} entries would be looked at", alike.len());
    for (hash, _) in alike.iter().step_by(400) {
        assert_eq!(found(&index, hash), compared(&alike, hash), "by the tables too nothing is missed");
        let mut all = 0;
        index.each_near(hash, |_| all += 1);
        assert_eq!(all, compared(&alike, hash).len());
    }
}

#[test]
fn a_hash_that_is_there_twice_is_kept_once_with_the_lower_tag_and_order_does_not_matter() {
    let mut seed = 7;
    let (one, two) = (random(&mut seed), random(&mut seed));
    let mut written = [Vec::new(), Vec::new()];
    let orders = [[(one, 3), (two, 1), (one, 2)], [(one, 2), (one, 3), (two, 1)]];
    for (entries, bytes) in orders.iter().zip(&mut written) {
        let counts = write(entries.to_vec(), bytes).expect("written");
        assert_eq!(counts, NearCounts { entries: 2, repeated: 1 });
    }
    assert_eq!(written[0], written[1]);
    let index = NearIndex::open(written[0].as_slice()).expect("an index");
    assert_eq!(index.nearest(&one).map(|near| (near.distance, near.tag)), Some((0, 2)));
    let mut empty = Vec::new();
    write(Vec::new(), &mut empty).expect("written");
    let empty = NearIndex::open(empty).expect("an index");
    assert!(empty.is_empty() && empty.nearest(&one).is_none() && empty.check().is_ok());
}

#[test]
fn a_file_that_was_cut_or_changed_anywhere_is_refused_and_says_so() {
    let mut seed = 8;
    let entries: Vec<(PdqHash, u8)> = (0..20).map(|at| (random(&mut seed), at)).collect();
    let mut bytes = Vec::new();
    write(entries, &mut bytes).expect("written");
    let opened = |bytes: &[u8]| NearIndex::open(bytes).and_then(|index| index.check());
    assert_eq!(opened(&bytes), Ok(()));
    for at in 0..bytes.len() {
        assert!(NearIndex::open(&bytes[..at]).is_err(), "cut to {at}");
        let mut other = bytes.clone();
        other[at] ^= 1 << (at % 8);
        assert!(opened(&other).is_err(), "byte {at}");
    }
    bytes.push(0);
    assert!(opened(&bytes).is_err(), "a byte too many");
    bytes.pop();
    bytes[8] = 2;
    let refused = opened(&bytes).expect_err("another version").to_string();
    assert!(refused.contains("format 2") && refused.contains("import"), "{refused}");
    let refused = opened(b"<html>").expect_err("a page").to_string();
    assert!(refused.contains("similar pictures") && refused.contains("hash-set import"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    /// Few bits are used, so that much is alike and every chunk has values with many entries.
    #[test]
    fn whatever_the_list_is_the_same_is_found_as_by_comparing_all(
        seed: u64, masks: [u64; 4], length in 0_usize..600, chunks in prop_oneof![Just(0_usize), 14_usize..=16],
    ) {
        let mut seed = seed;
        let mut one = || PdqHash(std::array::from_fn(|word| next(&mut seed) & masks[word] & next(&mut seed)));
        let entries: Vec<(PdqHash, u8)> = (0..length).map(|at| (one(), at as u8)).collect();
        let queries: Vec<PdqHash> = (0..8).map(|_| one()).chain(entries.first().map(|(hash, _)| *hash)).collect();
        let index = index(&entries, chunks);
        for query in queries {
            let expected = compared(&entries, &query);
            prop_assert_eq!(found(&index, &query), expected.clone());
            let mut count = 0;
            index.each_near(&query, |_| count += 1);
            prop_assert_eq!(count, expected.len());
        }
    }
}
