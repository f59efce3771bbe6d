//! Lists too big for a policy: it names them by hash.

use serde::{Deserialize, Serialize};

use super::{PackRef, Policy, PolicyCondition, Rule};
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
        let mut all: Vec<&SiteListRef> = Vec::new();
        for rule in conditions.flat_map(|condition| &condition.rules) {
            let Rule::SiteLists { lists, lowered_by, .. } = rule else { continue };
            for list in lists.iter().chain(lowered_by) {
                if all.iter().all(|known| known.list.sha256 != list.list.sha256) {
                    all.push(list);
                }
            }
        }
        all
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

    /// The models of pictures that the conditions in force at `at` need, each once, in the order in which they are tried. No
    /// model runs that is not among them: a condition about child images alone has none.
    #[must_use]
    pub fn picture_models_at(&self, at: Timestamp) -> Vec<&PackRef> {
        let mut all: Vec<&PackRef> = Vec::new();
        for rule in self.in_force(at).flat_map(|condition| &condition.rules) {
            let Rule::PictureScore { model, second, .. } = rule else { continue };
            for model in std::iter::once(model).chain(second) {
                if !all.contains(&model) {
                    all.push(model);
                }
            }
        }
        all
    }

    fn sets_of<'p>(conditions: impl Iterator<Item = &'p PolicyCondition>) -> Vec<&'p HashSetRef> {
        let mut all: Vec<&HashSetRef> = Vec::new();
        for rule in conditions.flat_map(|condition| &condition.rules) {
            let Rule::HashSets { sets, .. } = rule else { continue };
            for set in sets {
                if all.iter().all(|known| known.set.sha256 != set.set.sha256) {
                    all.push(set);
                }
            }
        }
        all
    }
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
    /// Whether its entries are known or suspected pictures of child abuse. Such a picture is never sealed and never shown
    /// (invariant 14), and only such sets serve a condition about child images.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub child_abuse: bool,
    /// Whether its PDQ hashes may lie on devices.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub device_ok: bool,
}
