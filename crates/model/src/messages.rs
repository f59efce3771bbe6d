//! Messages of a conversation as a page shows them.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// One message. Nothing here names a person: an author is a name that a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// The author's name as the page shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Whether it is the watched account's own (`true`) or another's (`false`); absent where that cannot be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<bool>,
    /// Whether it was seen being typed in the watched account on this device. `own` without `typed` is the page's word.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub typed: bool,
    /// Whether it was only typed and has not been seen to appear in the conversation.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsent: bool,
    /// When it was written, in the page's own words or as its data say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Its text.
    pub text: String,
    /// Its number: from 0 on one showing of a page; numbered anew over all showings by the agent.
    #[serde(default)]
    pub index: u32,
    /// When the device first saw it, where that was before the observation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// Whether its text was longer than the limit and was cut.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}
