//! A word of a rule, and where it counts.

use serde::{Deserialize, Serialize};

/// A word or phrase and its weight.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// As a careful reader would write it.
    pub text: String,
    /// 1 to 1000; a rule's threshold is reached by one strong term or several weak ones.
    pub weight_permille: u16,
    /// Which pack of the rule it comes from: 0 for `pack`, n for the n-th of `more_packs`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub pack: u16,
    /// Whether it also counts within a longer word, as a compound or a script with attached articles needs.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inside_words: bool,
    /// Index of its context among the rule's `contexts`; without one it counts wherever it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<u32>,
}

/// What must or must not stand near a term for it to count.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermContext {
    /// How many words away still is near; 1 is the next word.
    pub within_words: u16,
    /// The term counts only where one of these stands near; anywhere when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// The term does not count where one of these stands near.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u16) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
