//! What of packs and order a policy carries beside its rules: innocent settings, words for children, and doubts about a
//! paragraph's wording. They never capture anything; they change how strongly a rule speaks and what is said with it.

use serde::{Deserialize, Serialize};

use crate::policy::{PackRef, Rule, Term};
use crate::stages::StageFacts;

/// An innocent setting. Where a text shows it, it lowers the strength of a finding and says why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextRule {
    /// For example `health`.
    pub name: String,
    /// For the officer: `it reads as health information`.
    pub reason: String,
    /// Where it comes from.
    pub pack: PackRef,
    /// Categories of findings that it lowers.
    pub lowers: Vec<String>,
    /// How much it takes off the strength where all of the words found stand in it, permille of the strength.
    pub by_permille: u16,
    /// Sum of weights of distinct terms, in one passage and the title, that shows it.
    pub needs_permille: u16,
    /// The terms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<Term>,
    /// Sites that are such a setting as a whole; sub-domains are included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Names and phrases that hold such a word innocently: the word does not count within them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// How references to children and stated ages are found. By itself this raises nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinorRule {
    /// A rule of words.
    pub words: Rule,
    /// Stated ages and school years, as patterns, from these packs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<MinorPatterns>,
}

/// Patterns of one pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinorPatterns {
    /// The pack.
    pub pack: PackRef,
    /// Only stages that refer to children.
    pub stages: StageFacts,
}

/// A doubt that applies to a paragraph by its wording.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordingRule {
    /// Kinds of finding that it is about.
    pub rests_on: Vec<RestsOn>,
    /// How the literal and the technical meanings differ.
    pub doubt: String,
    /// What the officer should settle.
    pub question: String,
}

/// What a finding rests on, as far as a paragraph's wording may care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RestsOn {
    /// Words typed in the account, but for searches.
    TypedWords,
    /// Messages of a conversation of which none is known to be the account's own.
    ShownMessages,
    /// A search, typed or in an address.
    Search,
    /// Words of a page that was shown.
    PageWords,
    /// Words of a page at an address on the device itself, not on the internet.
    OfflineWords,
    /// A site on a list.
    Site,
    /// A private window, or the state of the software.
    State,
}

/// What else a passage must show for its score to count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beside {
    /// Id of a rule of words.
    pub rule: String,
    /// Sum of weights of its distinct terms in the passage.
    pub weight_permille: u16,
}

/// From which chance a score speaks in a passage without listed words that weigh enough together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alone {
    /// The chance, permille.
    pub threshold_permille: u16,
    /// Sum of weights of distinct listed words in the passage from which it does not stand alone.
    pub words_permille: u16,
}

/// When a model reads passages of a page as something else than the words found in them: the words lose a part of their
/// strength.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Against {
    /// A passage is read so below this chance, permille.
    pub below_permille: u16,
    /// What it takes off the strength where all of the words found stand in such passages, permille of the strength.
    pub by_permille: u16,
    /// Words, numbers and signs that a passage has at least.
    pub tokens_min: u16,
    /// Names of the packs whose words are all of the language that the model knows: no others are lowered.
    pub packs: Vec<String>,
    /// Frequent words of that language, in small letters.
    pub language_words: Vec<String>,
    /// The part of a passage's words that they are at least, permille: else it is not written in that language.
    pub language_permille: u16,
}

impl Rule {
    /// Its id, for example `words/sexual`.
    #[must_use]
    pub fn id(&self) -> &str {
        self.name().0
    }

    /// What it is about, for example `sexual`.
    #[must_use]
    pub fn category(&self) -> &str {
        self.name().1
    }

    /// Where it comes from.
    #[must_use]
    pub fn pack(&self) -> &PackRef {
        self.name().2
    }

    fn name(&self) -> (&str, &str, &PackRef) {
        match self {
            Self::Words { id, category, pack, .. }
            | Self::Sites { id, category, pack, .. }
            | Self::Score { id, category, pack, .. }
            | Self::Conversation { id, category, pack, .. }
            | Self::SiteLists { id, category, pack, .. }
            | Self::HashSets { id, category, pack, .. }
            | Self::PictureScore { id, category, pack, .. }
            | Self::Machine { id, category, pack, .. }
            | Self::Names { id, category, pack, .. }
            | Self::Contacts { id, category, pack, .. }
            | Self::State { id, category, pack } => (id, category, pack),
        }
    }
}
