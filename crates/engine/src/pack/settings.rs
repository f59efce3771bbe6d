//! What packs say beside words: `[[score]]` (when a model's chance speaks), `[[context]]` (innocent settings) and
//! `[[wording]]` (doubts about a paragraph's wording).

use proviso_model::ConditionKind;
use proviso_model::limits::{PICTURE_MINUTES_MAX, TERM_BYTES_MAX};
use proviso_model::policy::{PackRef, Term};
use proviso_model::setting::{Alone, ContextRule, RestsOn};
use serde::Deserialize;

use crate::text::{is_searchable, normalise_term};

/// When a model's chance speaks for a category.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreFacts {
    /// For example `sexual`.
    pub category: String,
    /// For readers of the file: how the threshold was chosen.
    pub about: String,
    /// Name of a model that comes with the engine.
    pub model: String,
    /// Category of the words whose strength the model takes in.
    pub keywords: String,
    /// What else a passage must show.
    #[serde(default)]
    pub beside: Option<BesideFacts>,
    /// Chance at which a passage counts.
    pub threshold_permille: u16,
    /// Passages that must count.
    pub passages_min: u16,
    /// Words, numbers and signs that a passage has at least.
    pub tokens_min: u16,
    /// From which chance it speaks without listed words.
    #[serde(default)]
    pub alone: Option<Alone>,
    /// When it speaks against the words.
    #[serde(default)]
    pub against: Option<AgainstFacts>,
}

/// When a model speaks against the words of its category; see [`proviso_model::setting::Against`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgainstFacts {
    /// Chance below which it does.
    pub below_permille: u16,
    /// What it takes off.
    pub by_permille: u16,
    /// Words, numbers and signs that a passage has at least.
    pub tokens_min: u16,
    /// The language that the model knows, as groups of words name it.
    pub language: String,
    /// Frequent words of that language, in small letters.
    pub language_words: Vec<String>,
    /// The part of a passage's words that they are at least.
    pub language_permille: u16,
}

/// Words that a passage must hold beside its score.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BesideFacts {
    /// Their category.
    pub category: String,
    /// Sum of weights of distinct ones in the passage.
    pub weight_permille: u16,
}

/// An innocent setting.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextFacts {
    /// For example `health`.
    pub name: String,
    /// For the officer, after "likely:".
    pub reason: String,
    /// Categories that it lowers.
    pub lowers: Vec<String>,
    /// What it takes off, permille.
    #[serde(default)]
    pub by_permille: u16,
    /// Sum of weights that shows it.
    #[serde(default = "one_thousand")]
    pub needs_permille: u16,
    /// Sites that are such a setting.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Names within which a word does not count.
    #[serde(default)]
    pub names: Vec<String>,
    /// Terms by weight.
    #[serde(default)]
    pub group: Vec<ContextGroup>,
}

/// Terms of one weight.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContextGroup {
    /// 1 to 1000.
    pub weight_permille: u16,
    /// The terms.
    pub terms: Vec<String>,
}

/// A doubt about wording.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordingFacts {
    /// Kinds of condition that it is about; any when empty.
    #[serde(default)]
    pub condition: Vec<ConditionKind>,
    /// Words with one of these beginnings must be in the court's words; any wording when empty.
    #[serde(default)]
    pub says: Vec<String>,
    /// None of the court's words may begin so.
    #[serde(default)]
    pub says_not: Vec<String>,
    /// What the finding rests on.
    pub rests_on: Vec<RestsOn>,
    /// How the meanings differ.
    pub doubt: String,
    /// What the officer should settle.
    pub question: String,
}

/// When the scores of models of pictures speak.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PictureScoreFacts {
    /// For example `pornography`.
    pub category: String,
    /// For readers of the file: how the thresholds were chosen.
    #[serde(rename = "about")]
    _about: String,
    /// The model that looks first.
    pub model: PackRef,
    /// The model whose agreement is enough.
    #[serde(default)]
    pub second: Option<PackRef>,
    /// Score at which a picture counts.
    pub threshold_permille: u16,
    /// Score that both must reach to speak of one picture.
    pub together_permille: u16,
    /// Different pictures that must count.
    pub pictures_min: u16,
    /// Minutes within which.
    pub within_minutes: u16,
}

impl PictureScoreFacts {
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn check(&self) -> Result<(), String> {
        let fault = |problem: String| Err(format!("picture_score \"{}\": {problem}", self.category));
        if [self.threshold_permille, self.together_permille].iter().any(|at| !(500..=1000).contains(at)) {
            return fault("thresholds are from 500 to 1000; below, a device remembers no picture".to_owned());
        }
        if !(2..=20).contains(&self.pictures_min) {
            return fault("write pictures_min from 2 to 20: one picture is never enough".to_owned());
        }
        if !(1..=PICTURE_MINUTES_MAX).contains(&self.within_minutes) {
            return fault(format!("write within_minutes from 1 to {PICTURE_MINUTES_MAX}"));
        }
        if self.second.as_ref().is_some_and(|second| second.sha256 == self.model.sha256) {
            return fault(
                "second is the same file as model; two looks of one model are no agreement".to_owned(),
            );
        }
        Ok(())
    }
}

fn one_thousand() -> u16 {
    1000
}

impl ScoreFacts {
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn check(&self) -> Result<(), String> {
        if !(500..1000).contains(&self.threshold_permille) || self.passages_min == 0 {
            return Err(format!(
                "score \"{}\": write a threshold from 500 to 999 and passages_min of 1 or more",
                self.category
            ));
        }
        if self
            .alone
            .as_ref()
            .is_some_and(|alone| !(self.threshold_permille..1000).contains(&alone.threshold_permille))
        {
            return Err(format!(
                "score \"{}\": alone it speaks from a chance of threshold_permille or more, and of 999 at most",
                self.category
            ));
        }
        let is_sound = |against: &AgainstFacts| {
            against.below_permille < self.threshold_permille
                && against.by_permille < 1000
                && (1..=1000).contains(&against.language_permille)
                && !against.language_words.is_empty()
        };
        if !self.against.as_ref().is_none_or(is_sound) {
            return Err(format!(
                "score \"{}\", against: below_permille is below threshold_permille, by_permille below 1000 (it never takes all off), language_permille within 1 to 1000; and write language_words",
                self.category
            ));
        }
        Ok(())
    }
}

impl ContextFacts {
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn check(&self) -> Result<(), String> {
        let fault = |problem: String| Err(format!("context \"{}\": {problem}", self.name));
        if self.by_permille >= 1000 {
            return fault("by_permille is below 1000, for a setting never takes all off".to_owned());
        }
        if self.needs_permille == 0 || self.lowers.is_empty() {
            return fault("write lowers, and needs_permille above 0".to_owned());
        }
        let words = self.group.iter().flat_map(|group| &group.terms).chain(&self.names);
        if let Some(word) = words
            .into_iter()
            .find(|word| word.len() > TERM_BYTES_MAX || !is_searchable(&normalise_term(word)))
        {
            return fault(format!("\"{word}\" is not a term; write a word or a phrase"));
        }
        match self.group.iter().find(|group| !(1..=1000).contains(&group.weight_permille)) {
            Some(group) => fault(format!("weight {} is not within 1 to 1000", group.weight_permille)),
            None => Ok(()),
        }
    }

    /// As a policy carries it, but for its hosts and its pack.
    pub(crate) fn rule(&self) -> ContextRule {
        let terms = self.group.iter().flat_map(|group| {
            group.terms.iter().map(|text| Term {
                text: text.clone(),
                weight_permille: group.weight_permille,
                ..Term::default()
            })
        });
        ContextRule {
            name: self.name.clone(),
            reason: self.reason.clone(),
            pack: PackRef {
                name: String::new(),
                version: String::new(),
                sha256: proviso_model::Digest([0; 32]),
            },
            lowers: self.lowers.clone(),
            by_permille: self.by_permille,
            needs_permille: self.needs_permille,
            terms: terms.collect(),
            hosts: Vec::new(),
            names: self.names.clone(),
        }
    }
}

impl WordingFacts {
    /// Whether the doubt applies to a condition of that kind with those words, in the form in which text is compared.
    pub(crate) fn applies_to(&self, kind: ConditionKind, words: &[&str]) -> bool {
        let says = |beginnings: &[String]| {
            words.iter().any(|word| beginnings.iter().any(|begin| word.starts_with(begin.as_str())))
        };
        (self.condition.is_empty() || self.condition.contains(&kind))
            && (self.says.is_empty() || says(&self.says))
            && !says(&self.says_not)
    }
}
