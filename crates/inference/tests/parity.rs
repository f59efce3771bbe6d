//! The sentence model beside a second implementation of it, `tools/models/reference.py`.

mod common;

use common::models;
use proviso_inference::{MiniLm, SentenceModel};
use serde_json::Value;

const REFERENCE: &str = include_str!("../../../testdata/inference/minilm-reference.jsonl");
/// Design section 1, invariant 6: a neural score is the same within 0.001.
const DIFFERENCE_MAX: f64 = 0.001;

fn model() -> MiniLm {
    MiniLm::load(&models()).expect("the right files").expect("the sentence model: run cargo xtask setup")
}

#[test]
fn invariant_06_a_vector_is_that_of_a_second_implementation_within_a_thousandth() {
    let model = model();
    for line in REFERENCE.lines() {
        let expected: Value = serde_json::from_str(line).expect("JSON");
        let text = expected["text"].as_str().expect("a text");
        let vector = model.vector(text).expect("a vector").0;
        let sum: f64 = vector.iter().map(|value| f64::from(*value)).sum();
        let first = expected["first"].as_array().expect("a list");
        for (found, expected) in vector.iter().zip(first) {
            let expected = expected.as_f64().expect("a number");
            assert!((f64::from(*found) - expected).abs() < DIFFERENCE_MAX, "{text}: {found} and {expected}");
        }
        let expected = expected["sum"].as_f64().expect("a number");
        assert!((sum - expected).abs() < DIFFERENCE_MAX * 19.6, "{text}: sums {sum} and {expected}");
        assert_eq!(model.vector(text).expect("a vector").0, vector, "{text}: the same again");
    }
}

#[test]
fn a_megabyte_without_a_space_and_a_text_of_marks_are_answered() {
    let model = model();
    for text in ["x".repeat(1 << 20), "\u{0301}".repeat(5_000), "[SEP] [CLS] [MASK]".to_owned()] {
        assert!(model.vector(&text).expect("a vector").0.iter().all(|value| value.is_finite()));
    }
}

#[test]
fn a_short_text_of_one_word_in_many_pieces_is_cut_and_answered() {
    let model = model();
    for text in
        ["qzxjvkqzxjvkqzxjvk", "wordsthatnobodyputapartqzxj \u{0130}\u{0130}\u{0130}", "\u{0130}qzxjvkq"]
    {
        let passages = model.passages(text).expect("passages");
        assert!(passages.iter().all(|passage| text.get(passage.clone()).is_some()), "{text}: {passages:?}");
        assert!(model.vector(text).expect("a vector").0.iter().all(|value| value.is_finite()), "{text}");
    }
}
