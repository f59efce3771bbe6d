//! The supervised person's PIN: opens the details page, and nothing else. Kept as a slow hash; wrong tries lead to pauses.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use proviso_model::Timestamp;
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::state_dir::{Readers, StateDir, StateError};

/// Where the PIN's hash lies.
pub const PIN_FILE: &str = "pin.json";
/// Wrong tries before a pause.
pub const TRIES_MAX: u32 = 5;
const PAUSE_FIRST_MS: i64 = 60_000;
const PAUSE_LONGEST_MS: i64 = 3_600_000;
const PIN_CHARS_MIN: usize = 4;
const PIN_CHARS_MAX: usize = 64;

/// A PIN that cannot be set or checked.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// Too short or too long.
    #[error("a PIN has {PIN_CHARS_MIN} to {PIN_CHARS_MAX} characters; choose another")]
    Length,
    /// None was set.
    #[error("no PIN has been set on this device")]
    None,
    /// The hash could not be made or read.
    #[error("the PIN's hash could not be made or read: {0}")]
    Hash(String),
    /// The file.
    #[error(transparent)]
    State(#[from] StateError),
}

/// The answer to a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinAnswer {
    /// It is the PIN.
    Right,
    /// It is not.
    Wrong {
        /// Tries before a pause.
        tries_left: u32,
    },
    /// Too many wrong tries; not even looked at.
    Paused {
        /// Until when.
        until: Timestamp,
    },
}

#[derive(Serialize, Deserialize)]
struct Kept {
    hash: String,
    wrong_tries: u32,
    pauses: u32,
    paused_until: Option<Timestamp>,
}

/// Keeper of the PIN.
#[derive(Clone)]
pub struct PinKeep {
    dir: StateDir,
    file: &'static str,
    /// One try at a time: otherwise many at once would slip past the count.
    one: Arc<Mutex<()>>,
}

impl PinKeep {
    /// A keeper in this state folder.
    #[must_use]
    pub fn new(dir: StateDir) -> Self {
        Self::in_file(dir, PIN_FILE)
    }

    /// A keeper of another PIN than the person's own, in a file of its own.
    #[must_use]
    pub(crate) fn in_file(dir: StateDir, file: &'static str) -> Self {
        Self { dir, file, one: Arc::new(Mutex::new(())) }
    }

    /// Sets the PIN.
    ///
    /// # Errors
    /// [`PinError`].
    pub fn set(&self, pin: &str, rng: &mut dyn CryptoRng) -> Result<(), PinError> {
        let mut salt = [0_u8; 16];
        rng.fill_bytes(&mut salt);
        self.set_salted(pin, salt)
    }

    /// The same with a random salt from elsewhere.
    pub(crate) fn set_salted(&self, pin: &str, salt: [u8; 16]) -> Result<(), PinError> {
        check_length(pin)?;
        let hash: PasswordHash = Argon2::default()
            .hash_password_with_salt(pin.as_bytes(), &salt)
            .map_err(|error| PinError::Hash(error.to_string()))?;
        let kept = Kept { hash: hash.to_string(), wrong_tries: 0, pauses: 0, paused_until: None };
        Ok(self.dir.write_json(self.file, Readers::Agent, &kept)?)
    }

    /// Checks a try at `now`. Slow on purpose.
    ///
    /// # Errors
    /// [`PinError`]; a try whose count cannot be kept is not answered.
    pub fn check(&self, pin: &str, now: Timestamp) -> Result<PinAnswer, PinError> {
        let _one = self.one.lock().unwrap_or_else(PoisonError::into_inner);
        let mut kept: Kept = self.dir.read_json(self.file)?.ok_or(PinError::None)?;
        // A clock that was moved back does not make a pause longer than the longest.
        if let Some(until) = kept.paused_until
            && now < until
            && until.millis_since(now) <= PAUSE_LONGEST_MS
        {
            return Ok(PinAnswer::Paused { until });
        }
        // Counted before it is looked at, so that a power cut gives no free try.
        kept.wrong_tries += 1;
        if kept.wrong_tries >= TRIES_MAX {
            let pause_ms = (PAUSE_FIRST_MS << kept.pauses.min(16)).min(PAUSE_LONGEST_MS);
            kept.paused_until = Some(now.plus_millis(pause_ms));
            kept.pauses += 1;
            kept.wrong_tries = 0;
        }
        self.dir.write_json(self.file, Readers::Agent, &kept)?;
        let hash = PasswordHash::new(&kept.hash).map_err(|error| PinError::Hash(error.to_string()))?;
        let right = pin.chars().count() <= PIN_CHARS_MAX
            && Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok();
        if right {
            let kept = Kept { wrong_tries: 0, pauses: 0, paused_until: None, ..kept };
            self.dir.write_json(self.file, Readers::Agent, &kept)?;
            return Ok(PinAnswer::Right);
        }
        Ok(match kept.paused_until.filter(|until| now < *until) {
            Some(until) => PinAnswer::Paused { until },
            None => PinAnswer::Wrong { tries_left: TRIES_MAX - kept.wrong_tries },
        })
    }
}

/// Checks a PIN's length.
///
/// # Errors
/// [`PinError::Length`].
pub fn check_length(pin: &str) -> Result<(), PinError> {
    let fits = (PIN_CHARS_MIN..=PIN_CHARS_MAX).contains(&pin.chars().count());
    if fits { Ok(()) } else { Err(PinError::Length) }
}
