//! PDQ against the reference implementation: `tools/images/pdq_vectors.py` made the vectors.

mod waves;

use proptest::prelude::*;
use proviso_engine::image::{Luma, Pdq, PdqHash};
use serde::Deserialize;
use waves::waves;

#[derive(Deserialize)]
struct Vector {
    width: usize,
    height: usize,
    formula: [usize; 3],
    pdq: String,
    quality: u8,
}

#[test]
fn hashes_are_the_reference_s_to_the_bit() {
    let vectors = include_str!("../../../testdata/pdq/vectors.jsonl");
    let vectors: Vec<Vector> =
        vectors.lines().map(|line| serde_json::from_str(line).expect("a vector")).collect();
    assert!(vectors.len() >= 40);
    for vector in &vectors {
        let pixels = waves(vector.width, vector.height, vector.formula);
        let luma = Luma::from_rgb(vector.width, vector.height, &pixels).expect("a picture");
        let made = Pdq::of(&luma);
        let name = format!("{} x {}, {:?}", vector.width, vector.height, vector.formula);
        assert_eq!(
            (made.hash.to_string(), made.quality_percent),
            (vector.pdq.clone(), vector.quality),
            "{name}"
        );
    }
}

#[test]
fn what_is_no_picture_or_no_hash_is_refused() {
    assert!(Luma::from_rgb(2, 2, &[0; 11]).is_none(), "a byte is missing");
    assert!(Luma::from_rgb(0, 0, &[]).is_none(), "nothing to see");
    assert!(Luma::from_grey(3, 2, &[0; 5]).is_none());
    assert!(Luma::from_grey(usize::MAX, 2, &[0; 5]).is_none());
    for text in ["", "00", &"g".repeat(64), &"é".repeat(32), &"0".repeat(65), &format!("+{}", "0".repeat(63))]
    {
        assert!(text.parse::<PdqHash>().is_err(), "{text:?}");
    }
}

proptest! {
    #[test]
    fn a_hash_reads_back_as_written_and_distance_counts_bits(words: [u64; 4], other: [u64; 4]) {
        let (hash, other) = (PdqHash(words), PdqHash(other));
        prop_assert_eq!(hash.to_string().parse::<PdqHash>(), Ok(hash));
        prop_assert_eq!(hash.distance(&other), other.distance(&hash));
        let each_bit = (0..256).filter(|bit| (hash.0[bit / 64] ^ other.0[bit / 64]) >> (bit % 64) & 1 == 1);
        prop_assert_eq!(hash.distance(&other) as usize, each_bit.count());
    }

    #[test]
    fn any_picture_of_any_size_is_hashed(width in 1_usize..200, height in 1_usize..200, seed: u8) {
        let pixels: Vec<u8> = (0..width * height).map(|at| (at as u8).wrapping_mul(seed)).collect();
        prop_assert!(Pdq::of(&Luma::from_grey(width, height, &pixels).expect("a picture")).quality_percent <= 100);
    }
}
