//! What packs say of suspected privilege: `[[privilege]]`.

use proviso_model::language::is_language_tag;
use proviso_model::limits::TERM_BYTES_MAX;
use proviso_model::policy::PackRef;
use proviso_model::privilege::{LookIn, PrivilegeHosts, PrivilegeRule, PrivilegeSign};
use serde::Deserialize;

use crate::text::{is_searchable, normalise_term};

/// How far a sign may stand from what a finding rests on, in bytes, at most.
const WITHIN_BYTES_MAX: u32 = 16 * 1024;

/// How text between somebody and a lawyer is recognised; see [`PrivilegeRule`].
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrivilegeFacts {
    /// For example `lawyer`.
    pub name: String,
    /// For the reviewer: `it reads as between somebody and a lawyer`.
    pub reason: String,
    /// Sum of weights that marks what is written to somebody.
    pub needs_permille: u16,
    /// Sum of weights that marks any other page.
    pub page_needs_permille: u16,
    /// How far from what a finding rests on a sign may stand, in bytes.
    pub within_bytes: u32,
    /// Words.
    pub sign: Vec<SignFacts>,
    /// Hosts.
    #[serde(default)]
    pub hosts: PrivilegeHosts,
}

/// Words of one kind and weight.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignFacts {
    /// Its kind.
    pub kind: String,
    /// For the reviewer, after the words.
    pub says: String,
    /// Where it is looked for.
    pub look_in: LookIn,
    /// 1 to 1000.
    pub weight_permille: u16,
    /// Language of the terms, BCP 47, for readers of the file: privilege is recognised in every language.
    #[serde(default)]
    pub language: Option<String>,
    /// The terms.
    pub terms: Vec<String>,
}

impl PrivilegeFacts {
    /// # Errors
    /// What is wrong, in words.
    pub(super) fn check(&self) -> Result<(), String> {
        let fault = |problem: String| Err(format!("privilege \"{}\": {problem}", self.name));
        if self.needs_permille == 0 || self.page_needs_permille < self.needs_permille {
            return fault("write needs_permille above 0, and page_needs_permille no lower".to_owned());
        }
        if !(1..=WITHIN_BYTES_MAX).contains(&self.within_bytes) {
            return fault(format!("within_bytes is from 1 to {WITHIN_BYTES_MAX}"));
        }
        let weights = self.sign.iter().map(|sign| sign.weight_permille);
        if let Some(weight) = weights.chain([self.hosts.weight_permille]).find(|weight| *weight > 1000) {
            return fault(format!("weight {weight} is above 1000"));
        }
        let tag = self.sign.iter().filter_map(|sign| sign.language.as_ref());
        if let Some(tag) = tag.into_iter().find(|tag| !is_language_tag(tag)) {
            return fault(format!("\"{tag}\" is not a language tag; write BCP 47, such as \"pl\""));
        }
        let not_a_term =
            |word: &&String| word.len() > TERM_BYTES_MAX || !is_searchable(&normalise_term(word));
        match self.sign.iter().flat_map(|sign| &sign.terms).find(not_a_term) {
            Some(word) => fault(format!("\"{word}\" is not a term; write a word or a phrase")),
            None => Ok(()),
        }
    }

    /// As a policy carries it.
    pub(crate) fn rule(&self, pack: PackRef) -> PrivilegeRule {
        let sign = |sign: &SignFacts| PrivilegeSign {
            kind: sign.kind.clone(),
            says: sign.says.clone(),
            look_in: sign.look_in,
            weight_permille: sign.weight_permille,
            terms: sign.terms.clone(),
        };
        PrivilegeRule {
            name: self.name.clone(),
            reason: self.reason.clone(),
            pack,
            needs_permille: self.needs_permille,
            page_needs_permille: self.page_needs_permille,
            within_bytes: self.within_bytes,
            signs: self.sign.iter().map(sign).collect(),
            hosts: self.hosts.clone(),
        }
    }
}
