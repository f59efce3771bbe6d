//! The head of a sentence model: how far the meaning of passages moves the linear model's margin where that is in doubt.
//!
//! The vectors come from outside and are recorded input; from them on everything is in whole numbers.

use std::ops::Range;

use serde::Deserialize;

use super::ModelError;

/// Passages of one text that are looked at.
const PASSAGES_MAX: usize = 2;
/// A vector has length 1, so no number of it is larger.
const ONE: i64 = 1_000_000;

/// Gives the meaning of passages. What it gives differs by less than a thousandth between machines.
pub trait Sentences {
    /// SHA-256 of the model's weights, hexadecimal.
    fn sha256(&self) -> String;

    /// The text cut into passages that the model can read whole, in order.
    fn passages(&self, text: &str) -> Vec<Range<usize>>;

    /// The meaning of a passage: a vector of length 1, in millionths. Nothing when the model fails.
    fn vector(&self, passage: &str) -> Option<Vec<i32>>;
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    name: String,
    #[expect(dead_code, reason = "written for readers of the file")]
    version: String,
    #[expect(dead_code, reason = "written for readers of the file")]
    about: String,
    #[expect(dead_code, reason = "written for readers of the file; the hash is what counts")]
    encoder: String,
    encoder_sha256: String,
    share_permille: i64,
    bias_millionths: i64,
    weights_millionths: Vec<i64>,
    asked: Asked,
}

/// Between which chances of the linear model the sentence model is asked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    chance_least_millionths: u32,
    chance_most_millionths: u32,
}

/// A logistic head on sentence vectors, made ready.
#[derive(Debug, Clone)]
pub struct SentenceHead {
    manifest: Manifest,
}

impl SentenceHead {
    /// The head of sexual content that comes with the engine.
    ///
    /// # Errors
    /// [`ModelError`]; a test reads it, so never in a build that passed.
    pub fn sexual() -> Result<Self, ModelError> {
        Self::read(include_str!("../../../../packs/models/sexual-sentence-1.toml"))
    }

    /// Reads a head.
    ///
    /// # Errors
    /// [`ModelError`] when it is not of the known form or out of range.
    pub fn read(manifest: &str) -> Result<Self, ModelError> {
        let manifest: Manifest = toml::from_str(manifest)?;
        let numbers = manifest.weights_millionths.iter().chain([&manifest.bias_millionths]);
        let fault =
            |problem: &str| ModelError::Unusable { name: manifest.name.clone(), problem: problem.to_owned() };
        if manifest.weights_millionths.is_empty() || numbers.into_iter().any(|number| number.abs() > 1 << 32)
        {
            return Err(fault("its weights are missing or out of bounds"));
        }
        if !(0..=10_000).contains(&manifest.share_permille) {
            return Err(fault("its share is out of bounds"));
        }
        Ok(Self { manifest })
    }

    /// Whether the sentence model is worth asking where the linear model gives this chance.
    #[must_use]
    pub fn is_asked(&self, chance_millionths: u32) -> bool {
        let asked = &self.manifest.asked;
        (asked.chance_least_millionths..=asked.chance_most_millionths).contains(&chance_millionths)
    }

    /// How far the linear model's margin moves, in millionths, for a text; `weigh` says how much a passage of it matters
    /// to the linear model. Nothing where the sentence model is not the one trained with, or gives no answer.
    #[must_use]
    pub fn margin(
        &self,
        sentences: &dyn Sentences,
        text: &str,
        weigh: impl Fn(&Range<usize>) -> i64,
    ) -> Option<i64> {
        if sentences.sha256() != self.manifest.encoder_sha256 {
            return None;
        }
        let passages = picked(sentences.passages(text), weigh);
        let mut sum = vec![0_i64; self.manifest.weights_millionths.len()];
        for passage in &passages {
            let vector = sentences.vector(text.get(passage.clone())?)?;
            if vector.len() != sum.len() {
                return None;
            }
            for (sum, value) in sum.iter_mut().zip(vector) {
                *sum += i64::from(value).clamp(-ONE, ONE);
            }
        }
        self.moved(&sum)
    }

    /// The head's margin for the mean direction of the vectors summed, times its share.
    fn moved(&self, sum: &[i64]) -> Option<i64> {
        let length = sum.iter().map(|value| value.unsigned_abs().pow(2)).sum::<u64>().isqrt();
        let length = i64::try_from(length).ok().filter(|length| *length > 0)?;
        // Weights of 32 bits times millionths of 21: each product and the sum of 384 of them stay below 2^63.
        let products = self.manifest.weights_millionths.iter().zip(sum);
        let raw: i128 = products.map(|(weight, value)| i128::from(weight * value)).sum();
        let margin = i64::try_from(raw / i128::from(length)).ok()?;
        Some((self.manifest.bias_millionths + margin) * self.manifest.share_permille / 1000)
    }
}

/// The passages that matter most to the linear model, either way, in the order of the text; all when there are few.
fn picked(mut passages: Vec<Range<usize>>, weigh: impl Fn(&Range<usize>) -> i64) -> Vec<Range<usize>> {
    if passages.len() > PASSAGES_MAX {
        passages.sort_by_cached_key(|passage| (-weigh(passage), passage.start));
        passages.truncate(PASSAGES_MAX);
        passages.sort_by_key(|passage| passage.start);
    }
    passages
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::{SentenceHead, Sentences};

    const HEAD: &str = "name = \"test\"\nversion = \"1\"\nabout = \"\"\nencoder = \"two numbers\"\nencoder_sha256 = \"aa\"\n\
        share_permille = 500\nbias_millionths = -1000000\nweights_millionths = [4000000, -2000000]\n\
        [asked]\nchance_least_millionths = 30000\nchance_most_millionths = 970000\n";

    /// Passages are words; a word with an `o` points one way, others the other way.
    struct Words;

    impl Sentences for Words {
        fn sha256(&self) -> String {
            "aa".to_owned()
        }

        fn passages(&self, text: &str) -> Vec<Range<usize>> {
            let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
            text.split_whitespace().map(|word| start(word)..start(word) + word.len()).collect()
        }

        fn vector(&self, passage: &str) -> Option<Vec<i32>> {
            Some(if passage.contains('o') { vec![1_000_000, 0] } else { vec![0, 1_000_000] })
        }
    }

    #[test]
    fn the_margin_is_moved_by_the_mean_direction_of_the_two_passages_that_weigh_most() {
        let head = SentenceHead::read(HEAD).expect("a head");
        let by_length = |passage: &Range<usize>| i64::try_from(passage.len()).unwrap_or_default();
        for (text, moved) in [
            ("compass", Some(1_500_000)),
            ("brass", Some(-1_500_000)),
            ("compass brass", Some(207_107)),
            ("a compass an old harbour in it", Some(1_500_000)),
            ("", None),
        ] {
            assert_eq!(head.margin(&Words, text, by_length), moved, "{text}");
        }
        assert!(head.is_asked(500_000) && !head.is_asked(29_999) && !head.is_asked(970_001));
    }

    #[test]
    fn another_encoder_and_a_head_out_of_bounds_are_not_used() {
        let other = SentenceHead::read(&HEAD.replace("\"aa\"", "\"bb\"")).expect("a head");
        assert_eq!(other.margin(&Words, "compass", |_| 0), None);
        assert!(SentenceHead::read(&HEAD.replace("4000000", "9999999999")).is_err());
    }
}
