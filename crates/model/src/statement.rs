//! What the supervised person writes on the device's own page: sealed into the record, shown beside the alerts of that time.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// A statement of whoever used the account's page with the person's PIN. Nobody need make one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// When it was written.
    pub written_at: Timestamp,
    /// What it is.
    pub of: StatementKind,
    /// The time that it is about, as far as one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Timestamp>,
    /// The words, unchanged, at most [`crate::limits::STATEMENT_BYTES_MAX`] bytes.
    pub text: String,
}

/// What a statement is, as its writer chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatementKind {
    /// The program or the device does not work as it should.
    Fault,
    /// Something came up that was not meant.
    Accident,
    /// Anything else.
    Explanation,
    /// Somebody whose contact is to be protected: a lawyer, a doctor. For whoever keeps the shield list alone.
    Protect,
}

impl StatementKind {
    /// Every kind, in the order in which people are asked.
    pub const ALL: [Self; 4] = [Self::Fault, Self::Accident, Self::Explanation, Self::Protect];

    /// As in forms and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Accident => "accident",
            Self::Explanation => "explanation",
            Self::Protect => "protect",
        }
    }

    /// Reads [`StatementKind::as_str`] back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// As a person reads it.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Fault => "Something does not work",
            Self::Accident => "Something came up by accident",
            Self::Explanation => "An explanation",
            Self::Protect => "A contact to protect, such as a lawyer or a doctor",
        }
    }
}
