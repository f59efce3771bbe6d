//! Updates of this program that the force has signed (`docs/updates.md`): asked for by the uplink, checked by The Update Framework,
//! kept beside the one that runs, and tried. One that does not come up is left again by itself. What runs, and since when, stands on
//! the person's page.

mod kept;
pub mod launch;
mod repository;
mod trial;
mod work;

use std::sync::{Mutex, PoisonError};

use proviso_ledger::hash::domain_hash;
use proviso_model::Digest;
use proviso_model::ids::DeviceId;
use proviso_model::update::{Release, STAGE_ALL, UpdateOffer};
use tokio::sync::{Notify, watch};

pub use kept::{Failed, Installed, Kept, STATE_FILE, Trying, program_name};
pub use repository::{Repository, UpdateFault};
pub use trial::Trial;
pub use work::work;

use crate::state_dir::{StateDir, StateError};

/// The machines that this program runs on, as releases name them.
pub const PLATFORM: &str = "linux-x86_64";

/// A release that is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedUpdate {
    /// Its name in the repository.
    pub name: String,
    /// SHA-256 of its file.
    pub sha256: Digest,
    /// Its length.
    pub bytes: u64,
    /// What it says of itself.
    pub says: Release,
}

/// How far an update has come.
#[derive(Debug, Clone, Default)]
enum Stage {
    /// There is none.
    #[default]
    None,
    /// The server offered something, which is to be checked.
    Offered(Box<UpdateOffer>),
    /// A release is to be fetched.
    Wanted(Box<WantedUpdate>),
    /// All of it is here, and is to be checked.
    Whole(Box<WantedUpdate>),
}

/// Updates, shared by the uplink (asks and fetches), the work (checks) and the agent (starts anew).
pub struct Updates {
    dir: StateDir,
    device: DeviceId,
    stage: Mutex<Stage>,
    changed: Notify,
    installed: watch::Sender<bool>,
}

impl Updates {
    /// Nothing is under way yet.
    #[must_use]
    pub fn new(dir: StateDir, device: DeviceId) -> Self {
        let (installed, _) = watch::channel(false);
        Self { dir, device, stage: Mutex::default(), changed: Notify::new(), installed }
    }

    fn set(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
        self.changed.notify_one();
    }

    fn stage(&self) -> Stage {
        self.stage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The server offered this. What is under way goes first.
    pub fn offered(&self, offer: UpdateOffer) {
        if matches!(self.stage(), Stage::None) {
            self.set(Stage::Offered(Box::new(offer)));
        }
    }

    /// What was wanted is not to be had: the next offer says what is.
    pub fn begin_again(&self) {
        self.set(Stage::None);
    }

    /// What is to be fetched.
    #[must_use]
    pub fn wanted(&self) -> Option<WantedUpdate> {
        match self.stage() {
            Stage::Wanted(wanted) => Some(*wanted),
            _ => None,
        }
    }

    /// How many bytes of it are here.
    #[must_use]
    pub fn here(&self, wanted: &WantedUpdate) -> u64 {
        let here = self.dir.parts_bytes(&part_name(&wanted.sha256));
        // All of it, from before a power cut: the last part comes once more.
        if here < wanted.bytes { here } else { wanted.bytes.saturating_sub(1) }
    }

    /// One part has come. `true` when it was the last.
    ///
    /// # Errors
    /// [`StateError`] when there is no room for it.
    pub fn part(&self, wanted: &WantedUpdate, here: u64, part: &[u8]) -> Result<bool, StateError> {
        let name = part_name(&wanted.sha256);
        self.dir.parts_add(&name, here, part)?;
        let is_whole = here + part.len() as u64 >= wanted.bytes;
        if is_whole {
            self.dir.parts_whole(&name, crate::state_dir::Readers::Agent)?;
            self.set(Stage::Whole(Box::new(wanted.clone())));
        }
        Ok(is_whole)
    }

    /// Hears when one is installed and this program is to end, for the other to begin.
    pub fn installed(&self) -> watch::Receiver<bool> {
        self.installed.subscribe()
    }

    /// This device's place among 1000 under a release's key.
    fn place(&self, key: &Digest) -> u16 {
        let hash = domain_hash("proviso/update-stage/v1", &[&key.0, self.device.as_bytes()]);
        let first = hash.first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        u16::try_from(first % u64::from(STAGE_ALL)).unwrap_or_default()
    }
}

/// The file of a release, while it is fetched.
fn part_name(sha256: &Digest) -> String {
    format!("update-{sha256}")
}
