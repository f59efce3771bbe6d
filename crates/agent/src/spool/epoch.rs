//! Why the chain goes on in a new epoch. The cause becomes the first record there: whoever reads the chain later must not
//! have to guess.

use proviso_model::gap::{Gap, GapCause};
use proviso_model::{Source, Timestamp};
use serde::{Deserialize, Serialize};

/// Name of the note with the cause that the next record must tell; written with the new epoch itself.
pub const NOTE_EPOCH_CAUSE: &str = "epoch-cause";

/// Why a new epoch began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EpochCause {
    /// In one word.
    pub cause: GapCause,
    /// In a sentence, without personal data.
    pub detail: String,
}

impl EpochCause {
    /// An older copy of this spool was put back.
    #[must_use]
    pub fn record_restored() -> Self {
        Self {
            cause: GapCause::RecordRestored,
            detail: "the server holds other or later records of this device than are kept here".to_owned(),
        }
    }

    /// The server was put back from a backup and misses records that are no longer here.
    #[must_use]
    pub fn server_restored() -> Self {
        Self {
            cause: GapCause::ServerRestored,
            detail: "the server no longer holds records that were deleted here on its word".to_owned(),
        }
    }

    /// The server takes the rest of the chain no more, for reasons of its own.
    #[must_use]
    pub fn refused() -> Self {
        Self {
            cause: GapCause::Unknown,
            detail: "the server refuses the rest of the chain; its records stay on the device".to_owned(),
        }
    }

    /// As a gap without length: nothing was missed, the chain broke.
    #[must_use]
    pub fn gap(&self, at: Timestamp) -> Gap {
        Gap {
            from: at,
            until: Some(at),
            source: Source::Health,
            cause: self.cause,
            detail: self.detail.clone(),
        }
    }
}
