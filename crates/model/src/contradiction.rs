//! What a device puts on record when the server's log is not the one that it was shown before.

use serde::{Deserialize, Serialize};

use crate::hash::Digest;
use crate::time::Timestamp;

/// Two signed states of the force's log that do not go together. Both notes are whole, so that whoever can read the record
/// can check the force's signatures on them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogContradiction {
    /// When the device was shown the second, by its corrected clock.
    pub seen_at: Timestamp,
    /// In which way they do not go together.
    pub how: LogConflict,
    /// The last state that the device accepted.
    pub accepted: SignedLog,
    /// The state that it was shown instead of one that continues it.
    pub shown: SignedLog,
    /// What the force said of it, if it says that it restored its server from a backup.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<SaidRestored>,
}

/// A force's signed word that it restored its server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SaidRestored {
    /// The exact text signed ([`crate::wire::RestoredLogStatement`] as JSON).
    pub statement: String,
    /// Its signature, base64.
    pub signature: String,
}

/// A signed state of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedLog {
    /// Leaves.
    pub size: u64,
    /// Root.
    pub root: Digest,
    /// The signed note (C2SP), whole.
    pub note: String,
}

/// In which way a log is not the one shown before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogConflict {
    /// Fewer entries than shown before: a server restored from a backup does this, and so does one that forgets.
    Shorter,
    /// As many entries as shown before, with another root: one of them was changed.
    OtherRoot,
    /// More entries than shown before, and no proof that it begins with the ones shown before: asked for and not given, or
    /// given and wrong.
    NotContinued,
}

impl LogConflict {
    /// The conflict in plain words, for officers and for the supervised person alike.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Shorter => {
                "the server's log has fewer entries than it showed before; a server restored from a backup does this"
            }
            Self::OtherRoot => "the server's log contradicts what it showed before: an entry was changed",
            Self::NotContinued => {
                "the server's log contradicts what it showed before: it does not continue the log shown then"
            }
        }
    }
}
