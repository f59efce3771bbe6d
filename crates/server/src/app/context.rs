//! What every act is given: store, keys, clock, randomness.

mod sealing;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use object_store::ObjectStore;
use proviso_engine::Pack;
use proviso_engine::image::set::HashSet;
use proviso_engine::privilege::PrivilegeTest;
use proviso_model::ids::DeviceId;
use proviso_model::limits::HASH_SET_ASKS_PER_MINUTE;
use proviso_model::{Digest, Timestamp};
use proviso_store::{Permit, Permitted, PermittedCaseload, Store};
use rand_core::CryptoRng;
use tokio::sync::Notify;

use crate::app::destruction::Journal;
use crate::app::hash_sets::Mapped;
use crate::app::officer::passkeys::Passkeys;
use crate::app::officer::provider::Provider;
use crate::app::retention::RetentionRules;
use crate::app::rights::RightsRules;
use crate::jobs::Engines;
use crate::keys::case::Purpose;
use crate::keys::rotation::FolderLock;
use crate::keys::{ForceKeyRing, KeyError, MasterKey};
use crate::notify::carrier::Carrier;
use crate::notify::{Hub, TellingRules};
use crate::pictures::Viewer;

/// Tells the time. The binary wires the system's clock, tests a fake.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// What a context is made of.
pub struct Parts {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub rng: Box<dyn CryptoRng + Send>,
    /// The store.
    pub store: Arc<dyn Store>,
    /// Blobs.
    pub blobs: Arc<dyn ObjectStore>,
    /// Keys of the force.
    pub keys: ForceKeyRing,
    /// The master key.
    pub master: MasterKey,
    /// Folder of the case keys.
    pub case_keys_dir: PathBuf,
    /// The destruction journal.
    pub journal: Journal,
    /// Folder of the files of hash sets.
    pub hash_sets_dir: PathBuf,
    /// What it may take, where it only holds copies of what is in a bucket.
    pub hash_sets_cache_bytes_max: Option<u64>,
    /// Detection data, as built in or from the folder of the settings.
    pub packs: Vec<Pack>,
    /// Languages whose words are looked for where an order names none (BCP 47); all when empty.
    pub languages: Vec<String>,
    /// Whether devices keep records until a checked backup holds them.
    pub require_backup: bool,
    /// Whether officers must set up codes for signing in before anything else.
    pub require_second_factor: bool,
    /// Decodes pictures that officers look at.
    pub viewer: Viewer,
    /// Where supervised persons find their own pages, as their browsers reach it; none where the force offers none.
    pub personal_address: Option<String>,
    /// What was settled about notifications.
    pub telling: TellingRules,
    /// How they leave the server.
    pub carrier: Arc<dyn Carrier>,
    /// How often a case is reviewed.
    pub retention: RetentionRules,
    /// The clock of what people ask about their data.
    pub rights: RightsRules,
}

/// What every act is given. Cheap to clone.
#[derive(Clone)]
pub struct AppContext {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Blobs.
    pub blobs: Arc<dyn ObjectStore>,
    /// Keys of the force.
    pub keys: Arc<ForceKeyRing>,
    /// Detection data, as built in or from the folder of the settings.
    pub packs: Arc<[Arc<Pack>]>,
    /// Languages whose words are looked for where an order names none (BCP 47); all when empty.
    pub languages: Arc<[String]>,
    /// Whether devices keep records until a checked backup holds them.
    pub require_backup: bool,
    /// Whether officers must set up codes for signing in before anything else.
    pub require_second_factor: bool,
    /// Decodes pictures that officers look at.
    pub viewer: Arc<Viewer>,
    /// Where supervised persons find their own pages; none where the force offers none.
    pub personal_address: Option<Arc<str>>,
    /// What was settled about notifications.
    pub telling: Arc<TellingRules>,
    /// How they leave the server.
    pub carrier: Arc<dyn Carrier>,
    /// How often a case is reviewed.
    pub retention: RetentionRules,
    /// The clock of what people ask about their data.
    pub rights: RightsRules,
    /// Passkeys, where the console has an address with a name.
    pub passkeys: Option<Arc<Passkeys>>,
    /// The force's own OpenID Connect provider, where there is one.
    pub provider: Option<Arc<Provider>>,
    /// Wakes open consoles.
    pub hub: Arc<Hub>,
    /// Wakes the workers of this process.
    pub work: Arc<Notify>,
    /// Engines of policies, kept between jobs.
    pub engines: Arc<Engines>,
    /// Packs of the force as read, by the hash of their text, which was checked before each look.
    read_packs: Arc<Mutex<BTreeMap<Digest, Arc<Pack>>>>,
    /// The test for what may be privileged, by the packs in use here: made once, for it is asked of every finding.
    privilege_test: Arc<OnceLock<Arc<PrivilegeTest>>>,
    /// Hash sets as mapped, by the hash of their file, which was compared then.
    open_sets: Arc<Mutex<BTreeMap<Digest, Arc<HashSet<Mapped>>>>>,
    hash_sets_dir: Arc<PathBuf>,
    hash_sets_cache_bytes_max: Option<u64>,
    /// Since when each device asks, and how often: a limit for each process, kept in memory only.
    questions: Arc<Mutex<BTreeMap<DeviceId, (Timestamp, u32)>>>,
    master: Arc<MasterKey>,
    case_keys_dir: Arc<PathBuf>,
    journal: Arc<Journal>,
    /// Held while this process uses the data folder.
    lock: Option<Arc<FolderLock>>,
    clock: Arc<dyn Clock>,
    rng: Arc<Mutex<Box<dyn CryptoRng + Send>>>,
}

impl AppContext {
    /// Puts a context together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        Self {
            store: parts.store,
            blobs: parts.blobs,
            keys: Arc::new(parts.keys),
            packs: parts.packs.into_iter().map(Arc::new).collect(),
            languages: parts.languages.into(),
            require_backup: parts.require_backup,
            require_second_factor: parts.require_second_factor,
            viewer: Arc::new(parts.viewer),
            personal_address: parts.personal_address.map(Arc::from),
            passkeys: Passkeys::of(&parts.telling.console_address).map(Arc::new),
            provider: None,
            telling: Arc::new(parts.telling),
            carrier: parts.carrier,
            retention: parts.retention,
            rights: parts.rights,
            hub: Arc::new(Hub::default()),
            work: Arc::new(Notify::new()),
            engines: Arc::default(),
            read_packs: Arc::default(),
            privilege_test: Arc::default(),
            open_sets: Arc::default(),
            questions: Arc::default(),
            hash_sets_dir: Arc::new(parts.hash_sets_dir),
            hash_sets_cache_bytes_max: parts.hash_sets_cache_bytes_max,
            master: Arc::new(parts.master),
            case_keys_dir: Arc::new(parts.case_keys_dir),
            journal: Arc::new(parts.journal),
            lock: None,
            clock: parts.clock,
            rng: Arc::new(Mutex::new(parts.rng)),
        }
    }

    /// The store within the case of a permit: what officers' acts read and write of a case.
    #[must_use]
    pub fn of<'s>(&'s self, permit: &'s Permit) -> Permitted<'s> {
        Permitted::new(&*self.store, permit)
    }

    /// The store within the cases of permits: what lists over cases read.
    #[must_use]
    pub fn of_all<'s>(&'s self, permits: &[Permit]) -> PermittedCaseload<'s> {
        PermittedCaseload::new(&*self.store, permits)
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Random bytes.
    #[must_use]
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.with_rng(|rng| rng.fill_bytes(&mut bytes));
        bytes
    }

    /// Lends the source of randomness.
    pub fn with_rng<T>(&self, work: impl FnOnce(&mut dyn CryptoRng) -> T) -> T {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut **rng)
    }

    /// Says to whoever changes the master key that this context is in use, while any clone of it is.
    #[must_use]
    pub fn in_use(mut self, lock: FolderLock) -> Self {
        self.lock = Some(Arc::new(lock));
        self
    }

    /// The pack whose text has this hash, read once in the life of the process.
    pub(super) fn pack_read_once<E>(
        &self,
        sha256: Digest,
        read: impl FnOnce() -> Result<Pack, E>,
    ) -> Result<Arc<Pack>, E> {
        once(&self.read_packs, sha256, read)
    }

    /// The test for what may be privileged, made once in the life of the process.
    pub(super) fn privilege_test_made_once<E>(
        &self,
        make: impl FnOnce() -> Result<PrivilegeTest, E>,
    ) -> Result<Arc<PrivilegeTest>, E> {
        match self.privilege_test.get() {
            Some(made) => Ok(Arc::clone(made)),
            // Two at once make it twice; one is kept.
            None => {
                let made = Arc::new(make()?);
                Ok(Arc::clone(self.privilege_test.get_or_init(|| made)))
            }
        }
    }

    /// The hash set whose file has this hash, mapped and compared once in the life of the process.
    pub(super) fn hash_set_opened_once<E>(
        &self,
        sha256: Digest,
        open: impl FnOnce() -> Result<HashSet<Mapped>, E>,
    ) -> Result<Arc<HashSet<Mapped>>, E> {
        once(&self.open_sets, sha256, open)
    }

    /// Whether a device may ask about hash sets once more in this minute. Only counts are kept.
    pub(super) fn question_allowed(&self, device: DeviceId) -> bool {
        let now = self.now();
        let mut questions = self.questions.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, count) = questions.entry(device).or_insert((now, 0));
        if now.as_micros() - since.as_micros() >= 60_000_000 {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        *count <= HASH_SET_ASKS_PER_MINUTE
    }

    /// Folder of the files of hash sets.
    #[must_use]
    pub fn hash_sets_dir(&self) -> &Path {
        &self.hash_sets_dir
    }

    /// What that folder may take, where it only holds copies of what is in a bucket.
    #[must_use]
    pub fn hash_sets_cache_bytes_max(&self) -> Option<u64> {
        self.hash_sets_cache_bytes_max
    }

    /// Lets go of a hash set that was mapped; the next look opens and compares it again.
    pub(super) fn hash_set_forget(&self, sha256: &Digest) {
        self.open_sets.lock().unwrap_or_else(PoisonError::into_inner).remove(sha256);
    }

    /// The force's name, for screens.
    #[must_use]
    pub fn force_name(&self) -> &str {
        &self.keys.name
    }
}

/// What is kept under a hash, made where it is not there.
fn once<T, E>(
    kept: &Mutex<BTreeMap<Digest, Arc<T>>>,
    sha256: Digest,
    make: impl FnOnce() -> Result<T, E>,
) -> Result<Arc<T>, E> {
    let kept = || kept.lock().unwrap_or_else(PoisonError::into_inner);
    let known = kept().get(&sha256).cloned();
    if let Some(known) = known {
        return Ok(known);
    }
    let made = Arc::new(make()?);
    kept().insert(sha256, Arc::clone(&made));
    Ok(made)
}

fn malformed(purpose: Purpose, error: &serde_json::Error) -> KeyError {
    // The position only: the message of a JSON error may quote what was sealed.
    let what = format!("not the JSON expected (line {}, column {})", error.line(), error.column());
    KeyError::Malformed { path: format!("a sealed {purpose:?} column"), what }
}
