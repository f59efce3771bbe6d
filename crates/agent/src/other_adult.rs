//! Another adult's PIN on this device: set by that adult with the one-time code that an officer gave them, kept as a slow hash beside
//! the approval it belongs to. Another approval needs another PIN.

use proviso_ledger::hash::domain_hash;
use proviso_model::code::normalise;
use proviso_model::ids::OtherAdultId;
use proviso_model::other_adult::{OTHER_ADULT_CODE_CHARS, OTHER_ADULT_CODE_DOMAIN};
use proviso_model::{Digest, OtherAdult, Timestamp};
use serde::{Deserialize, Serialize};

use crate::pin::{PinAnswer, PinError, PinKeep, check_length};
use crate::state_dir::{Readers, StateDir};

/// Where it stands to which approval the PIN belongs.
pub const OTHER_ADULT_FILE: &str = "other-adult.json";
/// Where the PIN's hash lies.
pub const OTHER_ADULT_PIN_FILE: &str = "other-adult-pin.json";

#[derive(Serialize, Deserialize)]
struct Belongs {
    approval: OtherAdultId,
}

/// Why no PIN is set.
#[derive(Debug, thiserror::Error)]
pub enum SetPinError {
    /// It is not the code.
    #[error("that is not the code; it has 16 letters and digits, and works for the newest approval only")]
    WrongCode,
    /// It was used, or is too old.
    #[error(
        "the code was used already or is too old; ask the officer to approve you anew, which gives another"
    )]
    CodeOver,
    /// The PIN.
    #[error(transparent)]
    Pin(#[from] PinError),
}

/// Keeper of that PIN.
#[derive(Clone)]
pub struct OtherAdultKeep {
    dir: StateDir,
    pin: PinKeep,
}

impl OtherAdultKeep {
    /// A keeper in this state folder.
    #[must_use]
    pub fn new(dir: StateDir) -> Self {
        Self { pin: PinKeep::in_file(dir.clone(), OTHER_ADULT_PIN_FILE), dir }
    }

    /// Whether a PIN was set for this approval.
    ///
    /// # Errors
    /// [`PinError::State`].
    pub fn is_set(&self, approval: OtherAdultId) -> Result<bool, PinError> {
        let belongs: Option<Belongs> = self.dir.read_json(OTHER_ADULT_FILE)?;
        Ok(belongs.is_some_and(|belongs| belongs.approval == approval))
    }

    /// Sets the PIN with the one-time code as typed, at `now`, with a random `salt`. The code works once.
    ///
    /// # Errors
    /// [`SetPinError`]; then nothing was set.
    pub fn set(
        &self,
        approval: &OtherAdult,
        (code, pin): (&str, &str),
        now: Timestamp,
        salt: [u8; 16],
    ) -> Result<(), SetPinError> {
        if self.is_set(approval.id)? || now >= approval.code_until {
            return Err(SetPinError::CodeOver);
        }
        let code = normalise(code, OTHER_ADULT_CODE_CHARS).ok_or(SetPinError::WrongCode)?;
        if code_hash(approval.id, &code) != approval.code_hash {
            return Err(SetPinError::WrongCode);
        }
        check_length(pin)?;
        self.pin.set_salted(pin, salt)?;
        // Last: until it stands there, the PIN belongs to nobody and the code still works.
        let belongs = Belongs { approval: approval.id };
        self.dir.write_json(OTHER_ADULT_FILE, Readers::Agent, &belongs).map_err(PinError::State)?;
        Ok(())
    }

    /// Checks a try at `now`. Slow on purpose; wrong tries lead to pauses, as with the person's own PIN.
    ///
    /// # Errors
    /// [`PinError`]; [`PinError::None`] where none was set for this approval.
    pub fn check(&self, approval: OtherAdultId, pin: &str, now: Timestamp) -> Result<PinAnswer, PinError> {
        if !self.is_set(approval)? {
            return Err(PinError::None);
        }
        self.pin.check(pin, now)
    }
}

/// What the policy has of a code, written as [`normalise`] gives it.
#[must_use]
pub fn code_hash(approval: OtherAdultId, code: &str) -> Digest {
    Digest(domain_hash(OTHER_ADULT_CODE_DOMAIN, &[approval.as_bytes().as_slice(), code.as_bytes()]))
}
