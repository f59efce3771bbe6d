//! What a finding says beside its rule: passages that a model scored, a child or an age spoken of in the same passage,
//! innocent settings, and doubts about the paragraph's wording. Machine opinions, all of them.

use serde::{Deserialize, Serialize};

use crate::finding::{Span, TextField};
use crate::observation::PictureScore;
use crate::policy::PackRef;

/// A passage with the chance that a model gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassageScore {
    /// Which text.
    pub field: TextField,
    /// First byte in the original text.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
    /// Number of the message, in a conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<u32>,
    /// The model's calibrated chance, in millionths.
    pub chance_millionths: u32,
}

/// What a linear model adds to a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelScore {
    /// The rule of scores, for example `score/sexual`.
    pub rule: String,
    /// The model by name, version and SHA-256 of its weights.
    pub model: PackRef,
    /// Where the threshold comes from.
    pub pack: PackRef,
    /// Chance at which a passage counts, permille.
    pub threshold_permille: u16,
    /// The strongest passages that reached it, in the order of the text; at most [`crate::limits::SCORED_PASSAGES_MAX`].
    pub passages: Vec<PassageScore>,
}

/// A model that reads passages as something else than the words found in them, and what that took off the strength.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelAgainst {
    /// The model by name, version and SHA-256 of its weights.
    pub model: PackRef,
    /// Where the figures come from.
    pub pack: PackRef,
    /// Chance below which a passage is read so, permille.
    pub below_permille: u16,
    /// Taken off the strength, permille of it.
    pub lowered_permille: u16,
    /// The first passages that are read so, in the order of the text; at most [`crate::limits::SCORED_PASSAGES_MAX`].
    pub passages: Vec<PassageScore>,
}

/// The same passage refers to a child or states an age. Says nothing of anyone's true age.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinorReference {
    /// In words, without captured text.
    pub says: String,
    /// The references, in the order of the text.
    pub spans: Vec<Span>,
    /// Where the words and patterns come from.
    pub packs: Vec<PackRef>,
}

/// An innocent setting that the text speaks of, and what it took off the strength.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InnocentContext {
    /// For example `health`.
    pub name: String,
    /// For the officer: `it reads as health information`.
    pub reason: String,
    /// Taken off the strength, permille of it; 0 for names, which only keep a word from counting.
    pub lowered_permille: u16,
    /// What shows it, in the order of the text; none where the site shows it.
    pub spans: Vec<Span>,
    /// Where it comes from.
    pub pack: PackRef,
}

/// The paragraph's literal and technical meanings differ here: a question for the officer, no statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordingDoubt {
    /// How the meanings differ.
    pub doubt: String,
    /// What the officer should settle.
    pub question: String,
}

/// What is said of a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureOpinion {
    /// What it rests on: one kind of agreement, never several.
    pub rests_on: PictureBasis,
    /// Whether a list of known or suspected child abuse has to do with this picture. Nothing of it is then shown anywhere
    /// (invariant 14), whatever else is found of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub child_abuse: bool,
}

/// The kinds of finding about a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PictureBasis {
    /// Its file has the SHA-256 of an entry.
    SameSha256 {
        /// Sets with such an entry.
        sets: Vec<PackRef>,
    },
    /// Its file has the MD5 of an entry.
    SameMd5 {
        /// Sets with such an entry.
        sets: Vec<PackRef>,
    },
    /// It looks similar to an entry.
    LooksSimilar {
        /// Sets with such an entry.
        sets: Vec<PackRef>,
        /// The smallest PDQ distance, of 256.
        distance: u16,
    },
    /// Models say so.
    Scored {
        /// What they say of this picture.
        scores: Vec<PictureScore>,
        /// Different pictures of the site that count together, this one among them; 1 where two models agree.
        pictures: u16,
    },
}

impl PictureBasis {
    /// Whether somebody has to look at the picture to judge: not where the same file is known already.
    #[must_use]
    pub fn needs_a_look(&self) -> bool {
        matches!(self, Self::LooksSimilar { .. } | Self::Scored { .. })
    }
}
