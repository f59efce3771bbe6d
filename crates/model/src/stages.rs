//! Stages of a conversation as a pack writes them and a policy carries them: spellings, word classes, patterns.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The part of a pack about conversations.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageFacts {
    /// A word, and the chat spellings that are read as it.
    #[serde(default)]
    pub spellings: BTreeMap<String, Vec<String>>,
    /// Names for sets of words, written `<name>` in a pattern.
    #[serde(default)]
    pub classes: BTreeMap<String, Vec<String>>,
    /// Combined evidence and the score that it stands for, both permille, rising.
    #[serde(default)]
    pub table: Vec<(u32, u32)>,
    /// The stages.
    #[serde(default)]
    pub stage: Vec<StageFile>,
}

/// What a stage is evidence of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// One of the people may be a child.
    Child,
    /// One of them draws the other closer.
    Approach,
    /// An innocent setting.
    Against,
    /// Counts for `minor_reference`.
    MinorReference,
}

/// What a stage tells of the people's ages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Says {
    /// Somebody says that they or the other are under 16.
    ChildAge,
    /// Somebody says that they are an adult.
    AdultAge,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageFile {
    /// For example `secrecy`.
    pub name: String,
    /// What it is evidence of.
    pub roles: Vec<Role>,
    /// Evidence of this stage never counts for more.
    pub most_permille: u32,
    /// What it tells of ages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<Says>,
    /// Patterns by weight.
    pub family: Vec<FamilyFile>,
}

/// Patterns of one weight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyFile {
    /// Weight of the first occurrence.
    pub weight_permille: u32,
    /// Patterns; `crates/engine/src/conversation/pattern.rs` says how they are written.
    pub patterns: Vec<String>,
}
