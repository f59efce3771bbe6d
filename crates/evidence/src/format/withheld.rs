//! What is said of a record that may be privileged, or is, and is not shown.

use proviso_model::ids::{AuditId, DeviceId};
use proviso_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

/// `withheld/RECORD.json`: something is here that reads as between somebody and a lawyer, and is kept from the officers of the case and
/// from this bundle. Its header stays in `chains/`, its leaf in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithheldFile {
    /// The record.
    pub record: Digest,
    /// Its device.
    pub device: DeviceId,
    /// Its epoch.
    pub epoch: u32,
    /// Its number in the epoch.
    pub seq: u64,
    /// Whether it waits, or what was decided.
    pub state: WithheldState,
    /// Under which paragraphs a machine found something in it.
    pub paragraphs: Vec<String>,
    /// When it was observed; nothing where times are left out.
    pub observed_at: Option<Timestamp>,
    /// Since when it waits for a reviewer.
    pub held_at: Timestamp,
    /// When a reviewer decided.
    pub decided_at: Option<Timestamp>,
    /// The entry of `custody/log.json` for the decision.
    pub act: Option<AuditId>,
}

/// Why a record is withheld.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithheldState {
    /// It waits for an independent reviewer.
    Held,
    /// An independent reviewer decided that it is privileged.
    Privileged,
    /// A part of it is: the officers saw the rest, the record as sealed holds both.
    Partly,
}

impl WithheldState {
    /// As the act that decided has it among its objects.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Privileged => "privileged",
            Self::Partly => "partly",
        }
    }

    /// As a court reads it.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Held => "it waits for an independent reviewer",
            Self::Privileged => "an independent reviewer decided that it is privileged",
            Self::Partly => "an independent reviewer decided that a part of it is privileged",
        }
    }
}
