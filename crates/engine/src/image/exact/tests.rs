//! Lists of digests, beside a set of the same.

use std::collections::BTreeMap;
use std::io::Cursor;

use proptest::prelude::*;

use super::*;

type Entries = Vec<(Vec<u8>, u8)>;

/// Entries of a part of the filter: few, so that a short list has many.
const PART_ENTRIES: usize = 3_000;

fn written(kind: DigestKind, options: ExactOptions, entries: &Entries) -> (Vec<u8>, ExactCounts) {
    let mut builder = ExactBuilder::new(kind, options, Cursor::new(Vec::new()));
    builder.part_entries = PART_ENTRIES;
    entries.iter().for_each(|(digest, tag)| builder.push(digest, *tag).expect("taken"));
    let mut bytes = Vec::new();
    let counts = builder.finish(&mut bytes).expect("written");
    (bytes, counts)
}

/// Digests, of which some begin alike, as if somebody had made them so.
fn digests(seed: u64, kind: DigestKind, count: usize) -> Vec<Vec<u8>> {
    use sha2::{Digest as _, Sha256};
    let digest = |at: usize| {
        let mut digest = Sha256::digest([seed.to_le_bytes(), (at as u64).to_le_bytes()].concat()).to_vec();
        digest.truncate(kind.width());
        match at % 8 {
            0 => digest[..8].fill(0xAB),
            1 => digest[..2].fill(0),
            _ => {}
        }
        digest
    };
    (0..count).map(digest).collect()
}

#[test]
fn a_list_of_many_parts_is_written_the_same_in_little_memory_and_in_much() {
    let kind = DigestKind::Sha256;
    let entries: Entries = digests(1, kind, 40_000).into_iter().map(|digest| (digest, 1)).collect();
    let (bytes, counts) = written(kind, ExactOptions::default(), &entries);
    assert_eq!(counts, ExactCounts { entries: entries.len(), repeated: 0 });
    let small = ExactOptions { memory_bytes: 1 << 16, ..ExactOptions::default() };
    let backwards: Entries = entries.iter().rev().cloned().collect();
    assert!(written(kind, small, &backwards).0 == bytes, "in another order and {} bytes", small.memory_bytes);
    let index = ExactIndex::open(bytes).expect("an index");
    index.check().expect("whole");
    assert!((index.filter_bytes() as f64) < 1.4 * entries.len() as f64, "{}", index.filter_bytes());
    for (digest, _) in entries.iter().step_by(3) {
        let found = index.find(digest).expect("listed");
        assert_eq!(index.entry(found.place), Some((digest.as_slice(), 1)));
    }
    assert!(digests(2, kind, 10_000).iter().all(|digest| index.find(digest).is_none()));
}

#[test]
fn a_digest_of_another_length_is_neither_taken_nor_found() {
    let entries = vec![(vec![7; 16], 1)];
    let (bytes, _) = written(DigestKind::Md5, ExactOptions::default(), &entries);
    let index = ExactIndex::open(bytes).expect("an index");
    assert_eq!(index.find(&[7; 16]), Some(ExactEntry { place: 0, tag: 1 }));
    assert!([&[][..], &[7; 15], &[7; 17], &[7; 32]].iter().all(|digest| index.find(digest).is_none()));
    let mut builder = ExactBuilder::new(DigestKind::Md5, ExactOptions::default(), Cursor::new(Vec::new()));
    let refused = builder.push(&[7; 20], 0).expect_err("too long").to_string();
    assert!(refused.contains("20 bytes"), "{refused}");
}

#[test]
fn a_file_that_was_cut_or_changed_anywhere_is_refused_and_no_question_to_it_panics() {
    let kind = DigestKind::Sha1;
    let entries: Entries = digests(3, kind, 60).into_iter().map(|digest| (digest, 9)).collect();
    for filter in [false, true] {
        let (bytes, _) = written(kind, ExactOptions { filter, ..ExactOptions::default() }, &entries);
        for at in 0..bytes.len() {
            assert!(ExactIndex::open(&bytes[..at]).is_err(), "cut to {at}");
            let mut other = bytes.clone();
            other[at] ^= 1 << (at % 8);
            if let Ok(index) = ExactIndex::open(other) {
                assert!(index.check().is_err(), "byte {at}");
                entries.iter().for_each(|(digest, _)| {
                    assert!(index.find(digest).is_none_or(|found| found.place < entries.len()))
                });
            }
        }
        let other = ExactIndex::open([&bytes[..], &[0]].concat());
        assert!(other.is_err(), "a byte too many");
    }
    let refused = ExactIndex::open(b"PVO-NEAR".as_slice()).expect_err("another kind").to_string();
    assert!(refused.contains("exact hashes") && refused.contains("hash-set import"), "{refused}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn every_entry_is_found_with_its_lowest_tag_and_nothing_else(
        seed: u64, length in 0_usize..700, filter: bool, memory_bytes in 0_usize..20_000,
        kind in prop_oneof![Just(DigestKind::Md5), Just(DigestKind::Sha1), Just(DigestKind::Sha256)],
    ) {
        let all = digests(seed, kind, length);
        // Every third one comes again with another tag.
        let again = all.iter().step_by(3).map(|digest| (digest.clone(), 1));
        let entries: Entries = all.iter().map(|digest| (digest.clone(), 2)).chain(again).collect();
        let (bytes, counts) = written(kind, ExactOptions { filter, memory_bytes }, &entries);
        let index = ExactIndex::open(bytes).expect("an index");
        index.check().expect("whole");
        let mut set: BTreeMap<Vec<u8>, u8> = BTreeMap::new();
        for (digest, tag) in &entries {
            set.entry(digest.clone()).and_modify(|least| *least = (*least).min(*tag)).or_insert(*tag);
        }
        prop_assert_eq!((index.len(), index.kind(), index.filter_bytes() > 0), (set.len(), kind, filter));
        prop_assert_eq!(counts.repeated, entries.len() - set.len());
        for (place, (digest, tag)) in set.iter().enumerate() {
            prop_assert_eq!(index.find(digest), Some(ExactEntry { place, tag: *tag }));
        }
        for digest in digests(!seed, kind, 300) {
            prop_assert!(index.find(&digest).is_none() || set.contains_key(&digest));
        }
    }
}
