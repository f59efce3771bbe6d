//! The end of an order's monitoring: when the device gives up its policy and its keys, and what the person is then told.
//!
//! Capture stops at the end by the device's own clock, also offline. To give something up for good takes more: a time that
//! the server signed, or fourteen days with power past the end by the reckoned time, which a clock set forward does not
//! move. The keys carry what waits to the server, so they go only when nothing waits.

use proviso_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client_certificate::RENEWED;
use crate::hash_sets;
use crate::policy_keep::{KeptPolicy, PolicyKeep};
use crate::site_lists;
use crate::state_dir::{Readers, StateDir, StateError};

/// Milliseconds awake past the end after which a device that reaches no server gives up its policy: 14 days.
pub const POWERED_MS_MIN: u64 = 14 * 86_400_000;
/// Name of the note with the time awake since the end.
pub const NOTE_POWERED: &str = "powered-since-end";
/// Name of the note with what the server signed about the end.
pub const NOTE_ORDER_OVER: &str = "order-over";
/// Name of the note that says that release is due.
pub const NOTE_RELEASE: &str = "release";

const RELEASED: &str = "released.json";
const RELEASED_TEXT: &str = "released.txt";
const POLICY: &str = "policy.json";
/// Signs what is sent; deleted first, so that its absence says that the others go too.
const RECORD_KEY: &str = "record.key";
/// Whatever could still speak for this device, or let somebody in.
const KEYS: [&str; 4] = [RECORD_KEY, "tls.key", RENEWED, "pin.json"];

/// What whoever has the device is told, and everybody on it may read. The device may have been sold, or its person may be dead: nothing
/// is said of an order, a person or a force.
pub const RELEASE_NOTE: &str = "Monitoring on this device has ended; nothing is watched any more. The program may be removed: the package proviso-agent with the folder /var/lib/proviso, and the Proviso extension of each browser.";

/// Time awake since the end of the policy with this serial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Powered {
    /// The policy.
    pub serial: u64,
    /// Milliseconds.
    pub powered_ms: u64,
}

/// The server signed a time past the end of the policy with this serial and had no newer policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderOver {
    /// The policy.
    pub serial: u64,
    /// The time signed.
    pub server_time: Timestamp,
}

/// Why the device may give up its policy and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grounds {
    /// The server signed a time past the end.
    ServerTime,
    /// Fourteen powered days past the end without a word from the server.
    PoweredDays,
}

impl Grounds {
    /// For a record and for people.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::ServerTime => "the server confirmed that the time of the monitoring is over",
            Self::PoweredDays => "the device ran for fourteen days past the end of the monitoring",
        }
    }
}

/// That the device gives up its policy and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Why.
    pub grounds: Grounds,
    /// When that was found, as reckoned.
    pub at: Timestamp,
}

/// Whether there are grounds to give up this policy, whose end has come.
#[must_use]
pub fn grounds(kept: &KeptPolicy, powered: Option<Powered>, over: Option<OrderOver>) -> Option<Grounds> {
    let policy = &kept.policy;
    if over.is_some_and(|over| over.serial == policy.serial && over.server_time >= policy.expires_at) {
        return Some(Grounds::ServerTime);
    }
    let long = powered
        .is_some_and(|powered| powered.serial == policy.serial && powered.powered_ms >= POWERED_MS_MIN);
    long.then_some(Grounds::PoweredDays)
}

/// What was released on this device, if anything was.
///
/// # Errors
/// [`StateError`] when the file cannot be read.
pub fn released(dir: &StateDir) -> Result<Option<Release>, StateError> {
    dir.read_json(RELEASED)
}

/// Says that the monitoring has ended, then deletes the policy and the lists that it named. Done again after a power cut it comes to the same.
///
/// # Errors
/// [`StateError`]; the policy is deleted only after the note is durable.
pub fn drop_policy(dir: &StateDir, release: &Release) -> Result<(), StateError> {
    dir.write(RELEASED_TEXT, Readers::Everyone, format!("{RELEASE_NOTE}\n").as_bytes())?;
    dir.write_json(RELEASED, Readers::Everyone, release)?;
    dir.remove(POLICY)?;
    site_lists::forget_all(dir)?;
    hash_sets::forget_all(dir)
}

/// Deletes the keys: nothing waits to be sent any more.
///
/// # Errors
/// [`StateError`]; the next start goes on with it.
pub fn drop_keys(dir: &StateDir) -> Result<(), StateError> {
    KEYS.into_iter().try_for_each(|name| dir.remove(name))
}

/// Whether the keys are gone, or begun to go, so that only the note is left.
#[must_use]
pub fn is_complete(dir: &StateDir) -> bool {
    !dir.file(RECORD_KEY).exists()
}

/// Gives up what may be given up now: the policy at once where no server was reached for so long, else when nothing
/// waits to be sent. `true` once nothing but the keys is left and nothing waits for them.
pub fn give_up(keep: &PolicyKeep, due: Option<Release>, unsent: bool) -> bool {
    if keep.released().is_none() {
        let Some(release) = due.filter(|due| due.grounds == Grounds::PoweredDays || !unsent) else {
            return false;
        };
        if let Err(error) = keep.release(release) {
            tracing::error!(%error, "the policy could not be given up; it is tried again");
            return false;
        }
        tracing::info!(grounds = release.grounds.in_words(), "{RELEASE_NOTE}");
    }
    !unsent
}

/// Goes on with a release that a power cut broke off. The release, where only its note is left and nothing runs any more.
///
/// # Errors
/// [`StateError`].
pub fn resume(dir: &StateDir) -> Result<Option<Release>, StateError> {
    let Some(release) = released(dir)? else { return Ok(None) };
    drop_policy(dir, &release)?;
    if !is_complete(dir) {
        return Ok(None);
    }
    drop_keys(dir)?;
    Ok(Some(release))
}
