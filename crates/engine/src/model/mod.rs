//! Linear models over hashed n-grams: every token's share of the score is a sum of whole numbers, so a model explains
//! itself and gives the same bytes on every build.

mod calibration;
mod counts;
mod features;
mod linear;
mod sentence;
mod sums;
mod tokens;
mod windows;

pub use features::Features;
pub use linear::{Judged, LinearModel, ModelError, ModelSpan, Reading, Scratch};
pub use sentence::{SentenceHead, Sentences};

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::features::features;
    use super::tokens::tokens;
    use super::windows::units;
    use super::{Features, LinearModel, ModelError};

    /// Written by `tools/train/vectors.py` from the features' specification.
    #[derive(Deserialize)]
    struct Vector {
        text: String,
        tokens: Vec<String>,
        vector: BTreeMap<usize, u32>,
        windows: Vec<(usize, usize)>,
    }

    #[test]
    fn features_are_those_of_the_specification() {
        let lines = include_str!("../../testdata/model/features.jsonl").lines();
        for line in lines {
            let expected: Vector = serde_json::from_str(line).expect("a vector");
            let found = tokens(&expected.text);
            let words: Vec<&str> = found.iter().map(|(token, _)| token).collect();
            assert_eq!(words, expected.tokens, "{}", expected.text);
            let mut counts = BTreeMap::new();
            features(&found, |_, _, bucket| *counts.entry(bucket).or_default() += 1);
            assert_eq!(counts, expected.vector, "{}", expected.text);
            let units = units(&found);
            let pairs = units.iter().zip(units.iter().skip(1)).map(|(one, next)| (one.start, next.end));
            let windows: Vec<(usize, usize)> =
                units.iter().map(|unit| (unit.start, unit.end)).chain(pairs).collect();
            assert_eq!(windows, expected.windows, "{}", expected.text);
        }
    }

    #[test]
    fn a_model_of_sentences_reads_a_request_the_same_whatever_talk_stands_around_it() {
        let model = LinearModel::solicitation().expect("the model");
        let chance = |text: &str| model.reading(&Features::of(&[text]), 0).chance_millionths;
        let request = "Would you get undressed for me on camera tonight? ";
        let talk = "The bus leaves at seven from the old harbour. We had soup for lunch and it was good. ";
        let alone = chance(request);
        assert!(alone >= 800_000, "{alone}");
        assert!(chance(&format!("{talk}{talk}{request}{talk}{talk}")) >= alone);
        assert!(chance(&format!("{talk}{talk}")) < 100_000);
        let text = format!("{talk}{request}{talk}");
        let reading = model.reading(&Features::of(&[&text]), 0);
        let words: Vec<&str> = reading.spans.iter().filter_map(|span| text.get(span.range.clone())).collect();
        assert!(words.iter().any(|words| words.contains("undressed")), "{words:?}");
        assert!(reading.spans.iter().all(|span| span.range.start >= talk.len() - 40), "{words:?}");
    }

    #[test]
    fn a_token_knows_the_bytes_it_came_from() {
        for (text, place, original) in
            [("naïve ﬁne", 1, "ﬁne"), ("le cafe\u{301}.", 1, "cafe\u{301}"), ("日本 STRAßE!", 1, "STRAßE")]
        {
            let found = tokens(text);
            let (_, token) = found.iter().nth(place).expect("a token");
            assert_eq!(text.get(token.original.clone()), Some(original));
        }
    }

    #[test]
    fn the_built_in_model_explains_itself_in_the_original_text() {
        let model = LinearModel::sexual().expect("the model");
        let text = "Möwen am Hafen. She sent him an erotic story about their naked night together, with sex and sexy moaning.";
        let reading = model.reading(&Features::of(&[text]), 700);
        assert!(reading.chance_millionths > 500_000, "{reading:?}");
        let words: Vec<&str> = reading.spans.iter().filter_map(|span| text.get(span.range.clone())).collect();
        assert!(words.contains(&"sex"), "{words:?}");
        assert!(reading.spans.len() <= 16);
        assert_eq!(reading, model.reading(&Features::of(&[text]), 700));
        assert_eq!(model.reading(&Features::of(&["", " "]), 0).chance_millionths, 0);
        assert!(
            model
                .reading(&Features::of(&["The bus leaves at 7:15 from the old harbour."]), 0)
                .chance_millionths
                < 200_000
        );
    }

    #[test]
    fn weights_that_are_not_the_manifests_are_refused() {
        let manifest = include_str!("../../../../packs/models/sexual-linear-2.toml");
        let mut weights = include_bytes!("../../../../packs/models/sexual-linear-2.bin").to_vec();
        if let Some(last) = weights.last_mut() {
            *last ^= 1;
        }
        let error = LinearModel::read(manifest, &weights).expect_err("other weights");
        assert!(matches!(error, ModelError::Unusable { .. }), "{error}");
    }
}
