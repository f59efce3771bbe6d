//! Detection packs: versioned data with terms by category, or facts about search addresses.

mod built_in;
mod error;
pub mod machine;
pub mod privilege;
pub mod settings;

use std::collections::BTreeSet;

use proviso_model::Digest;
use proviso_model::language::is_language_tag;
use proviso_model::limits::{CONTEXT_TERMS_MAX, NEAR_WORDS_MAX, TERM_BYTES_MAX};
use proviso_model::policy::{PackRef, Term, TermContext};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

pub use built_in::BUILT_IN;
pub use error::PackError;

use self::machine::MachineFacts;
use self::privilege::PrivilegeFacts;
use self::settings::{ContextFacts, PictureScoreFacts, ScoreFacts, WordingFacts};
use crate::conversation::{StageFacts, Stages};
use crate::search::{InSite, SearchFacts, SearchSite};
use crate::text::{is_searchable, normalise_term};

/// The pack that gives thresholds and comes first, wherever packs are put together.
pub const LEADING_PACK: &str = "words-core";

/// Words within which another is near, where a group does not say.
const WITHIN_WORDS: u16 = 8;
/// Letters that a term looked for within longer words has at least.
const INSIDE_WORDS_CHARS_MIN: usize = 3;

/// A pack as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Its name, for example `words-core`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the file's bytes.
    pub sha256: Digest,
    /// Terms by category.
    pub categories: Vec<Category>,
    /// Facts about search addresses.
    pub search: SearchFacts,
    /// Stages of conversations.
    pub conversation: StageFacts,
    /// When a model's chance speaks.
    pub scores: Vec<ScoreFacts>,
    /// When the scores of models of pictures speak.
    pub picture_scores: Vec<PictureScoreFacts>,
    /// Innocent settings.
    pub contexts: Vec<ContextFacts>,
    /// Doubts about wording.
    pub wording: Vec<WordingFacts>,
    /// What is prohibited on the device itself.
    pub machine: Vec<MachineFacts>,
    /// How suspected privilege is recognised.
    pub privilege: Vec<PrivilegeFacts>,
}

/// Terms of one category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// For example `sexual`.
    pub name: String,
    /// Sum of weights of distinct terms at which a rule speaks.
    pub threshold_permille: u16,
    /// The terms. Their `pack` is 0.
    pub terms: Vec<Term>,
    /// What must or must not stand near some of them.
    pub contexts: Vec<TermContext>,
    /// Stretches of `terms` in one language (BCP 47), or in none that is named: how many, in order.
    pub languages: Vec<(Option<String>, usize)>,
}

impl Category {
    /// The terms by the language that they are tagged with.
    pub fn by_language(&self) -> impl Iterator<Item = (Option<&str>, &[Term])> {
        let mut from = 0;
        self.languages.iter().map(move |(language, count)| {
            let terms = self.terms.get(from..from + count).unwrap_or_default();
            from += count;
            (language.as_deref(), terms)
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackFile {
    name: String,
    version: String,
    /// For readers of the file.
    #[serde(rename = "about")]
    _about: String,
    #[serde(default)]
    category: Vec<CategoryFile>,
    #[serde(default)]
    engine: Vec<SearchSite>,
    #[serde(default)]
    in_site: InSite,
    #[serde(default)]
    conversation: StageFacts,
    #[serde(default)]
    score: Vec<ScoreFacts>,
    #[serde(default)]
    picture_score: Vec<PictureScoreFacts>,
    #[serde(default)]
    context: Vec<ContextFacts>,
    #[serde(default)]
    wording: Vec<WordingFacts>,
    #[serde(default)]
    machine: Vec<MachineFacts>,
    #[serde(default)]
    privilege: Vec<PrivilegeFacts>,
}

impl PackFile {
    fn is_empty(&self) -> bool {
        self.category.is_empty()
            && self.engine.is_empty()
            && self.conversation.stage.is_empty()
            && self.score.is_empty()
            && self.picture_score.is_empty()
            && self.context.is_empty()
            && self.wording.is_empty()
            && self.machine.is_empty()
            && self.privilege.is_empty()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryFile {
    name: String,
    #[serde(rename = "about")]
    _about: String,
    threshold_permille: u16,
    group: Vec<GroupFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    weight_permille: u16,
    /// Language of the terms, BCP 47; none for terms of any.
    #[serde(default)]
    language: Option<String>,
    /// Whether the terms count within longer words.
    #[serde(default)]
    inside_words: bool,
    /// Words within which another is near.
    #[serde(default)]
    within_words: Option<u16>,
    /// The terms count only near one of these.
    #[serde(default)]
    needs: Vec<String>,
    /// The terms do not count near one of these.
    #[serde(default)]
    unless: Vec<String>,
    /// First and last number that `{n}` in a term stands for.
    #[serde(default)]
    numbers: Option<(u8, u8)>,
    terms: Vec<String>,
}

impl Pack {
    /// Reads a pack file.
    ///
    /// # Errors
    /// [`PackError`] naming line and column, or the value that is wrong.
    pub fn from_toml(text: &str) -> Result<Self, PackError> {
        let file: PackFile = toml::from_str(text)?;
        let fault = |problem: String| PackError::Value { pack: file.name.clone(), problem };
        if file.name.trim().is_empty() || file.version.trim().is_empty() {
            return Err(fault("name and version are needed; write both".to_owned()));
        }
        if file.is_empty() {
            return Err(fault(
                "it holds nothing; add [[category]], [[engine]], [[conversation.stage]], [[score]], [[picture_score]], [[context]], [[wording]], [[machine]] or [[privilege]]".to_owned(),
            ));
        }
        Stages::new(&file.conversation).map_err(&fault)?;
        file.score.iter().try_for_each(ScoreFacts::check).map_err(&fault)?;
        file.picture_score.iter().try_for_each(PictureScoreFacts::check).map_err(&fault)?;
        file.context.iter().try_for_each(ContextFacts::check).map_err(&fault)?;
        file.machine.iter().try_for_each(MachineFacts::checked).map_err(&fault)?;
        file.privilege.iter().try_for_each(PrivilegeFacts::check).map_err(&fault)?;
        let mut categories: Vec<Category> = Vec::new();
        for category in &file.category {
            if categories.iter().any(|earlier| earlier.name == category.name) {
                return Err(fault(format!("category \"{}\" is there twice; join the two", category.name)));
            }
            categories.push(category.read().map_err(&fault)?);
        }
        Ok(Self {
            name: file.name.clone(),
            version: file.version.clone(),
            sha256: sha256(text.as_bytes()),
            categories,
            search: SearchFacts { engines: file.engine, in_site: file.in_site },
            conversation: file.conversation,
            scores: file.score,
            picture_scores: file.picture_score,
            contexts: file.context,
            wording: file.wording,
            machine: file.machine,
            privilege: file.privilege,
        })
    }

    /// Name, version and hash.
    #[must_use]
    pub fn reference(&self) -> PackRef {
        PackRef { name: self.name.clone(), version: self.version.clone(), sha256: self.sha256 }
    }

    /// A category by name.
    #[must_use]
    pub fn category(&self, name: &str) -> Option<&Category> {
        self.categories.iter().find(|category| category.name == name)
    }
}

impl CategoryFile {
    fn read(&self) -> Result<Category, String> {
        if self.threshold_permille == 0 {
            return Err(format!("category \"{}\" speaks at 0; write a threshold above 0", self.name));
        }
        let mut category = Category {
            name: self.name.clone(),
            threshold_permille: self.threshold_permille,
            terms: Vec::new(),
            contexts: Vec::new(),
            languages: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for group in &self.group {
            let before = category.terms.len();
            category.contexts.extend(group.context()?);
            let last = category.contexts.len().checked_sub(1).and_then(|last| u32::try_from(last).ok());
            let context = last.filter(|_| group.has_context());
            for pattern in &group.terms {
                for text in group.numbered(pattern)? {
                    let normal = normalise_term(&text);
                    checked(&text, &normal)?;
                    if group.inside_words && normal.chars().count() < INSIDE_WORDS_CHARS_MIN {
                        return Err(format!(
                            "\"{text}\" is too short to be looked for within words; it needs {INSIDE_WORDS_CHARS_MIN} letters"
                        ));
                    }
                    if !seen.insert(normal) {
                        return Err(format!("\"{text}\" is twice in category \"{}\"; remove one", self.name));
                    }
                    category.terms.push(Term {
                        text,
                        weight_permille: group.weight_permille,
                        pack: 0,
                        inside_words: group.inside_words,
                        context,
                    });
                }
            }
            category.languages.push((group.language.clone(), category.terms.len() - before));
        }
        Ok(category)
    }
}

fn checked(text: &str, normal: &str) -> Result<(), String> {
    if text.len() > TERM_BYTES_MAX || !is_searchable(normal) {
        return Err(format!("\"{text}\" is not a term; write a word or a phrase"));
    }
    Ok(())
}

impl GroupFile {
    fn has_context(&self) -> bool {
        !self.needs.is_empty() || !self.unless.is_empty()
    }

    /// What is said of the whole group, checked; its context where it has one.
    fn context(&self) -> Result<Option<TermContext>, String> {
        if !(1..=1000).contains(&self.weight_permille) {
            return Err(format!("weight {} is not within 1 to 1000", self.weight_permille));
        }
        if let Some(tag) = self.language.as_ref().filter(|tag| !is_language_tag(tag)) {
            return Err(format!(
                "\"{tag}\" is not a language tag; write BCP 47, such as \"pl\" or \"pa-Guru\""
            ));
        }
        if !self.has_context() {
            return match self.within_words {
                Some(_) => Err("within_words goes with needs or unless in the same group".to_owned()),
                None => Ok(None),
            };
        }
        let within_words = self.within_words.unwrap_or(WITHIN_WORDS);
        if !(1..=NEAR_WORDS_MAX).contains(&within_words) {
            return Err(format!("within_words {within_words} is not within 1 to {NEAR_WORDS_MAX}"));
        }
        if self.needs.len() + self.unless.len() > CONTEXT_TERMS_MAX {
            return Err(format!("needs and unless name more than {CONTEXT_TERMS_MAX} words; shorten them"));
        }
        for text in self.needs.iter().chain(&self.unless) {
            checked(text, &normalise_term(text))?;
        }
        Ok(Some(TermContext { within_words, needs: self.needs.clone(), unless: self.unless.clone() }))
    }

    fn numbered(&self, pattern: &str) -> Result<Vec<String>, String> {
        match (self.numbers, pattern.contains("{n}")) {
            (None, false) => Ok(vec![pattern.to_owned()]),
            (Some((first, last)), true) if first <= last => {
                Ok((first..=last).map(|n| pattern.replace("{n}", &n.to_string())).collect())
            }
            _ => Err(format!("\"{pattern}\": {{n}} goes with numbers = [first, last] in the same group")),
        }
    }
}

/// SHA-256 of bytes.
pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::Pack;

    #[test]
    fn a_pack_with_a_wrong_key_says_where() {
        let text = "name = \"x\"\nversion = \"1\"\nabout = \"\"\n\n[[category]]\nname = \"a\"\nabout = \"\"\nthreshold = 5\ngroup = []\n";
        let error = Pack::from_toml(text).expect_err("an unknown key").to_string();
        assert!(error.contains("line 8, column 1") && error.contains("threshold"), "{error}");
    }
}
