//! Hashed n-grams, text features v1: tokens, pairs of tokens, and runs of 3 to 5 characters of each token in spaces.

use std::ops::Range;

use super::tokens::{Tokens, tokens};

/// Numbers that features are hashed to: 0 to this minus 1.
pub(super) const BUCKETS: usize = 1 << 18;

const FNV_OFFSET: u64 = 0xCBF2_9CE4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01B3;
const RUN_CHARACTERS: std::ops::RangeInclusive<usize> = 3..=5;

/// Kinds of feature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One token.
    Word,
    /// A token and the next.
    Pair,
    /// A run of characters.
    Run,
}

/// A kind and a bucket in four bytes: a page has some sixty thousand of them.
#[derive(Debug, Clone, Copy)]
struct Feature(u32);

/// Bits of a bucket; the kind stands above them.
const BUCKET_BITS: u32 = BUCKETS.trailing_zeros();

impl Feature {
    fn new(kind: Kind, bucket: usize) -> Self {
        let kind = match kind {
            Kind::Word => 0,
            Kind::Pair => 1,
            Kind::Run => 2,
        };
        // A bucket is below 2^18.
        Self(u32::try_from(bucket % BUCKETS).unwrap_or_default() | kind << BUCKET_BITS)
    }

    fn kind(self) -> Kind {
        match self.0 >> BUCKET_BITS {
            0 => Kind::Word,
            1 => Kind::Pair,
            _ => Kind::Run,
        }
    }

    fn bucket(self) -> usize {
        self.0 as usize % BUCKETS
    }
}

/// Texts that are read as one, with the features of each: worked out once, whatever models read them.
#[derive(Debug, Default)]
pub struct Features(pub(super) Vec<TextFeatures>);

impl Features {
    /// The features of `texts`.
    #[must_use]
    pub fn of(texts: &[&str]) -> Self {
        Self(texts.iter().map(|text| TextFeatures::of(tokens(text))).collect())
    }

    /// Words, numbers and signs of all texts.
    #[must_use]
    pub fn tokens(&self) -> usize {
        self.0.iter().map(|text| text.tokens.len()).sum()
    }
}

/// The features of one text, by token.
#[derive(Debug)]
pub(super) struct TextFeatures {
    pub(super) tokens: Tokens,
    /// In the order of the text: a pair stands before the word that ends it.
    features: Vec<Feature>,
    /// Where the word of each token stands among the features.
    words: Vec<usize>,
}

impl TextFeatures {
    fn of(tokens: Tokens) -> Self {
        let mut all = Vec::with_capacity(tokens.len() * FEATURES_PER_TOKEN);
        let mut words = Vec::with_capacity(tokens.len());
        features(&tokens, |_, kind, bucket| {
            if kind == Kind::Word {
                words.push(all.len());
            }
            all.push(Feature::new(kind, bucket));
        });
        Self { tokens, features: all, words }
    }

    /// Where the word of a token stands; behind the last one, the end.
    fn place(&self, token: usize) -> usize {
        self.words.get(token).copied().unwrap_or(self.features.len())
    }

    fn between(&self, start: usize, end: usize) -> &[Feature] {
        self.features.get(start..end.max(start)).unwrap_or_default()
    }

    fn slice(&self, tokens: Range<usize>) -> &[Feature] {
        self.between(self.place(tokens.start), self.end(tokens.end))
    }

    /// The end of what lies within the tokens before `token`: the pair that reaches out stands just before the next word.
    fn end(&self, token: usize) -> usize {
        self.words.get(token).map_or(self.features.len(), |next| next.saturating_sub(1))
    }

    /// Buckets of the features within some tokens, in the order of the text.
    pub(super) fn buckets(&self, tokens: Range<usize>) -> impl Iterator<Item = usize> {
        buckets(self.slice(tokens))
    }

    /// The same with the pair of the first token and the one before it.
    pub(super) fn buckets_joined(&self, tokens: Range<usize>) -> impl Iterator<Item = usize> {
        buckets(self.between(self.end(tokens.start), self.end(tokens.end)))
    }

    /// The same with the pair of the last token and the one behind it.
    pub(super) fn buckets_joining(&self, tokens: Range<usize>) -> impl Iterator<Item = usize> {
        buckets(self.between(self.place(tokens.start), self.place(tokens.end)))
    }

    /// Token, kind and bucket of the features within some tokens.
    pub(super) fn within(&self, tokens: Range<usize>) -> impl Iterator<Item = (usize, Kind, usize)> {
        // The pair before a word is that of the token before it, so only the word itself begins the next.
        let mut next = tokens.start;
        self.slice(tokens).iter().map(move |feature| {
            next += usize::from(feature.kind() == Kind::Word);
            (next.saturating_sub(1), feature.kind(), feature.bucket())
        })
    }
}

fn buckets(features: &[Feature]) -> impl Iterator<Item = usize> {
    features.iter().map(|feature| feature.bucket())
}

/// Features of a token of English, a little above the usual: room for a text's at first.
const FEATURES_PER_TOKEN: usize = 20;

/// Calls `emit` with the token's number, kind and bucket for each feature, in the order of the text.
pub(super) fn features(tokens: &Tokens, mut emit: impl FnMut(usize, Kind, usize)) {
    let (mut padded, mut padded_bytes) = (Vec::new(), Vec::with_capacity(32));
    let mut before: Option<u64> = None;
    for (number, (token, _)) in tokens.iter().enumerate() {
        if let Some(before) = before {
            emit(number - 1, Kind::Pair, bucket(hash(before, token.as_bytes())));
        }
        let word = hash(hash(FNV_OFFSET, b"w:"), token.as_bytes());
        emit(number, Kind::Word, bucket(word));
        before = Some(hash(word, b" "));
        if token.is_ascii() {
            padded_bytes.clear();
            padded_bytes.push(b' ');
            padded_bytes.extend_from_slice(token.as_bytes());
            padded_bytes.push(b' ');
            runs_of_bytes(&padded_bytes, |run| emit(number, Kind::Run, run));
            continue;
        }
        padded.clear();
        padded.push(' ');
        padded.extend(token.chars());
        padded.push(' ');
        runs(&padded, |run| emit(number, Kind::Run, run));
    }
}

fn runs(padded: &[char], mut emit: impl FnMut(usize)) {
    let prefix = hash(FNV_OFFSET, b"c:");
    for start in 0..padded.len() {
        let mut state = prefix;
        for (index, c) in padded.iter().skip(start).take(*RUN_CHARACTERS.end()).enumerate() {
            state = hash(state, c.encode_utf8(&mut [0; 4]).as_bytes());
            if index + 1 >= *RUN_CHARACTERS.start() {
                emit(bucket(state));
            }
        }
    }
}

/// The same for ASCII, where every character is a byte.
fn runs_of_bytes(padded: &[u8], mut emit: impl FnMut(usize)) {
    let prefix = hash(FNV_OFFSET, b"c:");
    let next = |state: u64, byte: u8| (state ^ u64::from(byte)).wrapping_mul(FNV_PRIME);
    let mut rest = padded;
    while let [a, b, c, ..] = *rest {
        let three = next(next(next(prefix, a), b), c);
        emit(bucket(three));
        if let [_, _, _, d, ..] = *rest {
            let four = next(three, d);
            emit(bucket(four));
            if let [_, _, _, _, e, ..] = *rest {
                emit(bucket(next(four, e)));
            }
        }
        rest = rest.get(1..).unwrap_or_default();
    }
}

/// FNV-1a, 64 bit, carried on from `state`.
fn hash(state: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(state, |state, byte| (state ^ u64::from(*byte)).wrapping_mul(FNV_PRIME))
}

fn bucket(state: u64) -> usize {
    usize::try_from(state % (BUCKETS as u64)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{runs, runs_of_bytes};

    #[test]
    fn runs_of_ascii_are_those_of_its_characters() {
        for token in [" a ", " it's ", " lanterns ", " ", ""] {
            let (mut of_bytes, mut of_characters) = (Vec::new(), Vec::new());
            runs_of_bytes(token.as_bytes(), |run| of_bytes.push(run));
            runs(&token.chars().collect::<Vec<_>>(), |run| of_characters.push(run));
            assert_eq!(of_bytes, of_characters, "{token:?}");
        }
    }
}
