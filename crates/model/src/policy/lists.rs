//! Lists too big for a policy: it names them by hash.

use serde::{Deserialize, Serialize};

use super::{PackRef, Policy, PolicyCondition, Rule};
use crate::hash_set::SetTree;
use crate::time::Timestamp;

impl Policy {
    /// Every list of sites that a rule names, each once.
    #[must_use]
    pub fn site_lists(&self) -> Vec<&SiteListRef> {
        Self::lists_of(self.conditions.iter())
    }

    /// The same of the conditions that run at `at`.
    #[must_use]
    pub fn site_lists_at(&self, at: Timestamp) -> Vec<&SiteListRef> {
        Self::lists_of(self.in_force(at))
    }

    fn lists_of<'p>(conditions: impl Iterator<Item = &'p PolicyCondition>) -> Vec<&'p SiteListRef> {
        let lists = conditions.flat_map(|condition| &condition.rules).filter_map(|rule| match rule {
            Rule::SiteLists { lists, lowered_by, .. } => Some(lists.iter().chain(lowered_by)),
            _ => None,
        });
        each_once(lists.flatten(), |list| list.list.sha256)
    }

    /// Every hash set that a rule names, each once.
    #[must_use]
    pub fn hash_sets(&self) -> Vec<&HashSetRef> {
        Self::sets_of(self.conditions.iter())
    }

    /// The same of the conditions that run at `at`.
    #[must_use]
    pub fn hash_sets_at(&self, at: Timestamp) -> Vec<&HashSetRef> {
        Self::sets_of(self.in_force(at))
    }

    fn sets_of<'p>(conditions: impl Iterator<Item = &'p PolicyCondition>) -> Vec<&'p HashSetRef> {
        let sets = conditions.flat_map(|condition| &condition.rules).filter_map(|rule| match rule {
            Rule::HashSets { sets, .. } => Some(sets),
            _ => None,
        });
        each_once(sets.flatten(), |set| set.set.sha256)
    }

    /// The models of pictures that the conditions in force at `at` need, each once, in the order in which they are tried. No
    /// model runs that is not among them: a condition about child images alone has none.
    #[must_use]
    pub fn picture_models_at(&self, at: Timestamp) -> Vec<&PackRef> {
        let rules = self.in_force(at).flat_map(|condition| &condition.rules);
        let models = rules.filter_map(|rule| match rule {
            Rule::PictureScore { model, second, .. } => Some(std::iter::once(model).chain(second)),
            _ => None,
        });
        each_once(models.flatten(), |model| *model)
    }
}

/// The first of those that have the same key, in order.
fn each_once<'p, T, K: PartialEq>(all: impl Iterator<Item = &'p T>, key: impl Fn(&&'p T) -> K) -> Vec<&'p T> {
    let mut once: Vec<&T> = Vec::new();
    for one in all {
        if once.iter().all(|known| key(known) != key(&one)) {
            once.push(one);
        }
    }
    once
}

/// A list of sites by name, version and hash. It is too big for a policy: a device fetches the file and checks it against the
/// hash before use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteListRef {
    /// Name, version and SHA-256 of the file.
    pub list: PackRef,
    /// The category that the force gave it, for example `pornography` or `sexual_education`.
    pub category: String,
    /// Whether it is known to hold ordinary sites too, so that an explanation says so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub coarse: bool,
}

/// A hash set by name, version and hash of its file. The file stays on the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HashSetRef {
    /// Name, version and SHA-256 of the file.
    pub set: PackRef,
    /// The category that the force gave it, for example `pornography` or `child-abuse`.
    pub category: String,
    /// Whether its entries are known or suspected pictures of child abuse. A picture that it brings up is never shown (invariant 14). The
    /// same file is never sealed; one that only looks similar is, for two people to look at. Only such sets serve a condition
    /// about child images.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub child_abuse: bool,
    /// Whether its PDQ hashes may lie on devices.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub device_ok: bool,
    /// The tree over its entries. A record names the policy by its hash, so what a proof leads to was fixed before the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<SetTree>,
}
