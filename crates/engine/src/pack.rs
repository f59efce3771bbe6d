//! Detection packs: versioned data with terms by category, or facts about search addresses.

use std::collections::BTreeSet;

use proviso_model::Digest;
use proviso_model::limits::TERM_BYTES_MAX;
use proviso_model::policy::{PackRef, Term};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::conversation::{StageFacts, Stages};
use crate::text::{is_searchable, normalise_term};

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
}

/// Terms of one category.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Category {
    /// For example `sexual`.
    pub name: String,
    /// Sum of weights of distinct terms at which a rule speaks.
    pub threshold_permille: u16,
    /// The terms.
    pub terms: Vec<Term>,
}

/// Facts about search addresses.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchFacts {
    /// Search engines, and sites with a search of their own.
    pub engines: Vec<SearchSite>,
    /// What a search on any other site looks like.
    pub in_site: InSite,
}

/// A search engine or a site with a search of its own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SearchSite {
    /// As people know it.
    pub name: String,
    /// `host.example` with its sub-domains, or `name.*` for a name under any public suffix.
    pub hosts: Vec<String>,
    /// Paths that are searches, with what lies below them; any path when empty.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Parameters that hold the query, the first that is there wins.
    #[serde(default)]
    pub params: Vec<String>,
    /// Paths whose next segment is the query.
    #[serde(default)]
    pub path_queries: Vec<String>,
}

/// What a search on a site that is not listed looks like.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InSite {
    /// Path segments that name a search, such as `search`.
    pub segments: Vec<String>,
    /// Parameters that hold the query where such a segment is in the path.
    pub params: Vec<String>,
    /// Parameters that hold a query on any path.
    pub sure_params: Vec<String>,
}

/// What is wrong with a pack file.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Not the shape of a pack; the message has line and column.
    #[error("the pack cannot be read: {0}")]
    Shape(#[from] toml::de::Error),
    /// A value that a pack may not have.
    #[error("pack \"{pack}\": {problem}")]
    Value {
        /// Name of the pack.
        pack: String,
        /// What is wrong and what to write.
        problem: String,
    },
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
        if file.category.is_empty() && file.engine.is_empty() && file.conversation.stage.is_empty() {
            return Err(fault(
                "it holds nothing; add [[category]], [[engine]] or [[conversation.stage]]".to_owned(),
            ));
        }
        Stages::new(&file.conversation).map_err(&fault)?;
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
        })
    }

    /// The packs that come with the engine: `words-core`, `search`, then `stages-core`.
    ///
    /// # Errors
    /// [`PackError`]; a test reads them, so never in a build that passed.
    pub fn built_in() -> Result<Vec<Self>, PackError> {
        [
            include_str!("../../../packs/words-core.toml"),
            include_str!("../../../packs/search.toml"),
            include_str!("../../../packs/stages-core.toml"),
        ]
        .into_iter()
        .map(Self::from_toml)
        .collect()
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
        let mut terms = Vec::new();
        let mut seen = BTreeSet::new();
        for group in &self.group {
            if !(1..=1000).contains(&group.weight_permille) {
                return Err(format!("weight {} is not within 1 to 1000", group.weight_permille));
            }
            for pattern in &group.terms {
                for text in group.numbered(pattern)? {
                    let normal = normalise_term(&text);
                    if text.len() > TERM_BYTES_MAX || !is_searchable(&normal) {
                        return Err(format!("\"{text}\" is not a term; write a word or a phrase"));
                    }
                    if !seen.insert(normal) {
                        return Err(format!("\"{text}\" is twice in category \"{}\"; remove one", self.name));
                    }
                    terms.push(Term { text, weight_permille: group.weight_permille });
                }
            }
        }
        Ok(Category { name: self.name.clone(), threshold_permille: self.threshold_permille, terms })
    }
}

impl GroupFile {
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
    fn the_built_in_packs_are_read() {
        let packs = Pack::built_in().expect("the packs");
        for name in ["sexual", "solicitation", "minor-reference"] {
            assert!(packs[0].category(name).is_some_and(|category| !category.terms.is_empty()), "{name}");
        }
        assert!(packs[1].search.engines.len() >= 24);
        assert!(packs[2].conversation.stage.len() >= 12);
    }

    #[test]
    fn a_pack_with_a_wrong_key_says_where() {
        let text = "name = \"x\"\nversion = \"1\"\nabout = \"\"\n\n[[category]]\nname = \"a\"\nabout = \"\"\nthreshold = 5\ngroup = []\n";
        let error = Pack::from_toml(text).expect_err("an unknown key").to_string();
        assert!(error.contains("line 8, column 1") && error.contains("threshold"), "{error}");
    }
}
