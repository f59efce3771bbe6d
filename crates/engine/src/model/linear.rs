//! A linear model as `tools/train` writes it: one file of whole-number weights, one of facts about them.

use std::ops::Range;
use std::sync::OnceLock;

use proviso_model::Digest;
use proviso_model::policy::PackRef;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::calibration::Calibration;
use super::counts::Counts;
use super::features::{Features, Kind, TextFeatures};
use super::sums::Weights;
use super::windows::units;

/// Stretches of text that a reading names.
const SPANS_MAX: usize = 16;
/// A stretch tells why a text scores when it weighs at least one of so many parts of the weightiest.
const TELLING_SHARE: i64 = 4;
/// The one feature specification that this code carries out.
const FEATURES: &str = "text features v1";

/// A model that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The manifest is not TOML of the known form.
    #[error("the model manifest cannot be read: {0}")]
    Manifest(#[from] toml::de::Error),
    /// The manifest and the weights do not belong together or are out of range.
    #[error("the model {name} cannot be used: {problem}; run tools/train again and commit both of its files")]
    Unusable {
        /// The model's name.
        name: String,
        /// What is wrong.
        problem: String,
    },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    name: String,
    version: String,
    #[expect(dead_code, reason = "written for readers of the file")]
    about: String,
    features: String,
    #[serde(default)]
    reads: Reads,
    weights_sha256: String,
    margin: Margin,
    calibration: Calibration,
}

/// `margin = bias + weight_scale * sum / length + keyword_scale * keywords`, all in millionths.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Margin {
    bias_millionths: i64,
    weight_scale: i64,
    keyword_scale: i64,
}

/// What a model reads as one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Reads {
    /// All of a text.
    #[default]
    Texts,
    /// Single sentences and pairs of them, of which the strongest counts.
    Sentences,
}

/// A stretch of the text that raised the score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSpan {
    /// Which of the texts, from 0.
    pub text: usize,
    /// Bytes of that text.
    pub range: Range<usize>,
}

/// What a model makes of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// Calibrated chance, in millionths.
    pub chance_millionths: u32,
    /// At most 16 stretches that weighed most towards it, in the order of the text.
    pub spans: Vec<ModelSpan>,
}

/// The chance that a model gives a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Judged {
    /// Calibrated chance, in millionths; 0 for a text without tokens.
    pub chance_millionths: u32,
    /// Words, numbers and signs of the text.
    pub tokens: usize,
}

/// Some tokens of one of the texts.
type Stretch = (usize, Range<usize>);

/// What a model read as one.
struct Strongest {
    stretches: Vec<Stretch>,
    /// The sum of its weights over its length, times 1,000.
    share: i64,
}

/// Room that judging needs, to be used again.
#[derive(Debug, Default)]
pub struct Scratch(Counts);

/// A linear model made ready.
#[derive(Debug, Clone)]
pub struct LinearModel {
    manifest: Manifest,
    /// Of the weights.
    sha256: Digest,
    weights: Weights,
}

impl LinearModel {
    /// The model of sexual content that comes with the engine.
    ///
    /// # Errors
    /// [`ModelError`]; a test reads it, so never in a build that passed.
    pub fn sexual() -> Result<Self, ModelError> {
        Self::read(
            include_str!("../../../../packs/models/sexual-linear-2.toml"),
            include_bytes!("../../../../packs/models/sexual-linear-2.bin"),
        )
    }

    /// The model of asking for and offering sexual pictures, acts and meetings that comes with the engine.
    ///
    /// # Errors
    /// [`ModelError`]; a test reads it, so never in a build that passed.
    pub fn solicitation() -> Result<Self, ModelError> {
        Self::read(
            include_str!("../../../../packs/models/solicitation-linear-1.toml"),
            include_bytes!("../../../../packs/models/solicitation-linear-1.bin"),
        )
    }

    /// The model of that name that comes with the engine, read once.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        static BUILT_IN: OnceLock<Vec<LinearModel>> = OnceLock::new();
        let read = || [Self::sexual(), Self::solicitation()].into_iter().filter_map(Result::ok).collect();
        BUILT_IN.get_or_init(read).iter().find(|model| model.manifest.name == name)
    }

    /// Name, version and hash of the weights, as findings and policies name it.
    #[must_use]
    pub fn reference(&self) -> PackRef {
        PackRef {
            name: self.manifest.name.clone(),
            version: self.manifest.version.clone(),
            sha256: self.sha256,
        }
    }

    /// Reads a model from its manifest and its weights.
    ///
    /// # Errors
    /// [`ModelError`] when the two do not belong together or are not of the known form.
    pub fn read(manifest: &str, weights: &[u8]) -> Result<Self, ModelError> {
        let manifest: Manifest = toml::from_str(manifest)?;
        let fault =
            |problem: &str| ModelError::Unusable { name: manifest.name.clone(), problem: problem.to_owned() };
        if manifest.features != FEATURES {
            return Err(fault("it was trained on features other than \"text features v1\""));
        }
        let sha256 = Digest(Sha256::digest(weights).into());
        if sha256.to_string() != manifest.weights_sha256 {
            return Err(fault("the weights are not those that the manifest names"));
        }
        if !manifest.calibration.is_usable() {
            return Err(fault("its calibration is not a curve that rises within bounds"));
        }
        let margin = &manifest.margin;
        let scales = [margin.bias_millionths, margin.weight_scale, margin.keyword_scale];
        if scales.iter().any(|scale| scale.abs() > 1 << 32) {
            return Err(fault("a scale of its margin is out of bounds"));
        }
        let weights = Weights::read(weights)
            .ok_or_else(|| fault("its weights are not one for each bucket, or for each of a part of them"))?;
        Ok(Self { manifest, sha256, weights })
    }

    /// Name and version, for example `sexual-linear-2`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}-{}", self.manifest.name, self.manifest.version)
    }

    /// SHA-256 of the weights.
    pub(crate) fn digest(&self) -> Digest {
        self.sha256
    }

    /// SHA-256 of the weights, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.manifest.weights_sha256
    }

    /// Reads texts with the strength in permille of the key words found in them.
    #[must_use]
    pub fn reading(&self, texts: &Features, keywords_permille: u32) -> Reading {
        self.reading_moved(texts, keywords_permille, |_| None)
    }

    /// The same, its margin moved by what `moved` says of the chance, in millionths.
    #[must_use]
    pub fn reading_moved(
        &self,
        texts: &Features,
        keywords_permille: u32,
        moved: impl FnOnce(u32) -> Option<i64>,
    ) -> Reading {
        let Some(strongest) = self.strongest(texts, &mut Scratch::default()) else {
            return Reading::default();
        };
        let margin = self.margin(&strongest, keywords_permille);
        let curve = &self.manifest.calibration;
        let chance = curve.chance(margin);
        let moved = moved(chance).map_or(chance, |by| curve.chance(margin.saturating_add(by)));
        let spans = self.spans(texts, &strongest.stretches, SPANS_MAX, i64::MAX);
        Reading { chance_millionths: moved, spans }
    }

    /// The chance that texts get, without what weighed in it. `scratch` saves work where many are judged.
    #[must_use]
    pub fn judge(&self, texts: &Features, keywords_permille: u32, scratch: &mut Scratch) -> Judged {
        let judged = self.strongest(texts, scratch).map(|strongest| Judged {
            chance_millionths: self.manifest.calibration.chance(self.margin(&strongest, keywords_permille)),
            tokens: texts.tokens(),
        });
        judged.unwrap_or_default()
    }

    fn margin(&self, strongest: &Strongest, keywords_permille: u32) -> i64 {
        let margin = &self.manifest.margin;
        margin.bias_millionths
            + margin.keyword_scale * i64::from(keywords_permille) / 1000
            + strongest.share * margin.weight_scale / 1_000_000
    }

    /// What the model reads as one, and of several the first that weighs most; nothing without tokens.
    fn strongest(&self, texts: &Features, scratch: &mut Scratch) -> Option<Strongest> {
        if texts.tokens() == 0 {
            return None;
        }
        let each = texts.0.iter().enumerate();
        if self.manifest.reads == Reads::Sentences {
            let all = each.flat_map(|(number, text)| self.strongest_sentences(number, text, &mut scratch.0));
            // The last of several that weigh the same is not the first.
            return all.reduce(|known, found| if found.share > known.share { found } else { known });
        }
        let stretches: Vec<Stretch> = each.map(|(number, text)| (number, 0..text.tokens.len())).collect();
        let buckets = || texts.0.iter().flat_map(|text| text.buckets(0..text.tokens.len()));
        let mut sum = self.weights.sum(&mut scratch.0);
        sum.take_in(buckets());
        let share = sum.share();
        sum.forget(buckets());
        Some(Strongest { stretches, share })
    }

    /// The single sentence of a text that weighs most, and the pair of them. What a sentence adds is worked out once: it
    /// comes to the one before, and stays when that leaves.
    fn strongest_sentences(
        &self,
        number: usize,
        text: &TextFeatures,
        counts: &mut Counts,
    ) -> impl Iterator<Item = Strongest> + use<> {
        let (mut single, mut pair): (Option<Strongest>, Option<Strongest>) = (None, None);
        let offer = |known: &mut Option<Strongest>, tokens: Range<usize>, share: i64| {
            if known.as_ref().is_none_or(|known| share > known.share) {
                *known = Some(Strongest { stretches: vec![(number, tokens)], share });
            }
        };
        let mut sum = self.weights.sum(counts);
        let mut before: Option<Range<usize>> = None;
        for unit in units(&text.tokens) {
            if let Some(before) = before {
                sum.take_in(text.buckets_joined(unit.clone()));
                offer(&mut pair, before.start..unit.end, sum.share());
                sum.let_go(text.buckets_joining(before));
            } else {
                sum.take_in(text.buckets(unit.clone()));
            }
            offer(&mut single, unit.clone(), sum.share());
            before = Some(unit);
        }
        if let Some(last) = before {
            sum.forget(text.buckets(last));
        }
        single.into_iter().chain(pair)
    }

    /// At most `most` stretches that weigh most towards the score, in the order of the text; none that weighs less than a
    /// quarter of the weightiest, for it would not tell a reader why.
    #[must_use]
    pub fn weighed(&self, texts: &Features, most: usize, scratch: &mut Scratch) -> Vec<ModelSpan> {
        let strongest = self.strongest(texts, scratch);
        strongest.map_or_else(Vec::new, |read| self.spans(texts, &read.stretches, most, TELLING_SHARE))
    }

    /// The sum of the weights of everything in a passage: how much it matters to the score.
    #[must_use]
    pub fn weigh(&self, passage: &str) -> i64 {
        let texts = Features::of(&[passage]);
        let all = texts.0.iter().flat_map(|text| text.within(0..text.tokens.len()));
        all.map(|(_, _, bucket)| self.weights.of(bucket)).sum()
    }

    /// The tokens and pairs with the largest sums of positive weights, down to one `share`th of the largest.
    fn spans(&self, texts: &Features, stretches: &[Stretch], most: usize, share: i64) -> Vec<ModelSpan> {
        let mut found = Vec::new();
        for (number, tokens) in stretches {
            let Some(text) = texts.0.get(*number) else { continue };
            let (mut alone, mut pairs) = (vec![0_i64; text.tokens.len()], vec![0_i64; text.tokens.len()]);
            for (token, kind, bucket) in text.within(tokens.clone()) {
                let weights = if kind == Kind::Pair { &mut pairs } else { &mut alone };
                if let Some(weight) = weights.get_mut(token) {
                    *weight += self.weights.of(bucket);
                }
            }
            for (reach, weights) in [alone, pairs].into_iter().enumerate() {
                let weighed = weights.into_iter().enumerate().filter(|(_, weight)| *weight > 0);
                found.extend(weighed.map(|(token, weight)| ((*number, token, token + reach), weight)));
            }
        }
        found.sort_by_key(|(place, weight)| (-weight, *place));
        found.truncate(most);
        let least = found.first().map_or(0, |(_, weight)| weight / share);
        found.retain(|(_, weight)| *weight >= least);
        let mut spans: Vec<ModelSpan> = found
            .into_iter()
            .filter_map(|((number, first, last), _)| {
                let text = texts.0.get(number)?;
                let (_, first) = text.tokens.iter().nth(first)?;
                let (_, last) = text.tokens.iter().nth(last)?;
                Some(ModelSpan { text: number, range: first.original.start..last.original.end })
            })
            .collect();
        spans.sort_by_key(|span| (span.text, span.range.start, span.range.end));
        spans
    }
}
