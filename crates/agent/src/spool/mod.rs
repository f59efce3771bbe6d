//! The records that wait for the server, kept until the server says that they are backed up.
//!
//! One redb file holds the sealed records, the state of the chain and the agent's own notes, so that a record, the link
//! that follows it and the acknowledgement that it allows are durable together or not at all. Nothing here can be read
//! back: values are sealed to the case key, which the device does not hold.

mod disk;
mod epoch;
mod fault;
mod tables;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use proviso_ledger::chain::ChainLink;
use proviso_ledger::envelope::Envelope;
use proviso_model::ids::{DeviceId, ForceId};
use proviso_model::limits::SPOOL_BYTES_MAX;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use disk::{OnDisk, SpoolFile, builder};
pub use epoch::{EpochCause, NOTE_EPOCH_CAUSE};
pub use tables::{Note, Stored};

pub(crate) use fault::io;

use fault::OpenError;
use tables::{ChainState, Store};

/// How much a spool may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpoolLimits {
    /// Sealed bytes in all.
    pub spool_bytes_max: u64,
    /// Of those, kept free for gap records, so that a full spool can still say that it is full.
    pub reserve_bytes: u64,
}

impl Default for SpoolLimits {
    fn default() -> Self {
        Self { spool_bytes_max: SPOOL_BYTES_MAX, reserve_bytes: SPOOL_BYTES_MAX / 256 }
    }
}

/// Which room a record may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// What is left outside the reserve.
    Ordinary,
    /// The reserve too: gap records.
    Reserve,
}

/// Why the spool did not do as asked. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The spool has its largest size, or the disk has no room.
    #[error(
        "no room to keep records ({0}); free disk space, or bring the device to where it can reach its server"
    )]
    Full(&'static str),
    /// Another agent runs with the same state folder.
    #[error("the spool is in use by another running agent; stop it first, or choose another --state-dir")]
    InUse,
    /// The record could not be sealed.
    #[error("the record could not be sealed: {0}")]
    Seal(String),
    /// A record is longer than any that the server takes.
    #[error("a record of {0} bytes is longer than the server takes")]
    RecordTooLong(usize),
    /// The store failed.
    #[error("the spool could not be read or written: {0}; check the disk with `proviso-agent doctor`")]
    Store(#[source] Box<redb::Error>),
    /// A note does not have the shape that this version writes.
    #[error("the spool's note \"{0}\" is damaged: {1}")]
    Note(String, #[source] serde_json::Error),
    /// A new epoch has begun, and its first record must tell why.
    #[error("the chain goes on in a new epoch, and its cause is not on record yet: {}", .0.detail)]
    EpochBegins(Box<EpochCause>),
    /// The spool's file could not be put aside.
    #[error("a damaged spool could not be set aside: {0}")]
    SetAside(#[source] std::io::Error),
}

/// What was found when the spool was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// A new, empty spool.
    New,
    /// The spool as it was.
    Whole,
    /// The old spool could not be read and was set aside; a new epoch of the chain begins.
    SetAside {
        /// What was wrong, in words.
        why: String,
    },
}

/// A record that has become durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Epoch of the chain.
    pub epoch: u32,
    /// Number in it.
    pub seq: u64,
    /// Its hash.
    pub record_hash: [u8; 32],
}

/// What the spool holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Records.
    pub records: u64,
    /// Their sealed bytes.
    pub bytes: u64,
    /// Epoch of the chain.
    pub epoch: u32,
    /// Highest number in the epoch, held or already deleted.
    pub highest_seq: Option<u64>,
}

/// The spool. Every method blocks on the disk; call none from an async task that must stay quick.
pub struct Spool {
    file: Arc<dyn SpoolFile>,
    limits: SpoolLimits,
    force: [u8; 16],
    device: [u8; 16],
    store: Mutex<Option<Store>>,
}

impl Spool {
    /// Opens the spool, or makes it. A spool that cannot be read is set aside, never reset in silence: the answer says
    /// so and the chain goes on in a new epoch.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn open(
        file: Arc<dyn SpoolFile>,
        limits: SpoolLimits,
        force: ForceId,
        device: DeviceId,
    ) -> Result<(Self, Opened), SpoolError> {
        let spool = Self {
            file,
            limits,
            force: *force.as_bytes(),
            device: *device.as_bytes(),
            store: Mutex::new(None),
        };
        let opened = spool.open_first()?;
        Ok((spool, opened))
    }

    /// Looks into a spool without changing anything: what it holds, and one note.
    ///
    /// # Errors
    /// [`SpoolError`], also for a damaged one.
    pub fn inspect(file: &dyn SpoolFile, note: &str) -> Result<(Figures, Option<Vec<u8>>), SpoolError> {
        let store = Store::open(file)?;
        if let Some(chain) = store.chain()?
            && let Some(why) = store.chain_fault(&chain)?
        {
            return Err(SpoolError::Store(Box::new(redb::Error::Corrupted(why))));
        }
        Ok((store.figures()?, store.note(note)?))
    }

    fn open_first(&self) -> Result<Opened, SpoolError> {
        let was_there = self.file.exists();
        let (store, opened) = match self.open_store() {
            Ok(store) => (store, if was_there { Opened::Whole } else { Opened::New }),
            Err(OpenError::Damaged(why)) => {
                self.file.set_aside().map_err(SpoolError::SetAside)?;
                let store = self.open_store().map_err(|error| match error {
                    OpenError::Spool(error) => error,
                    OpenError::Damaged(why) => SpoolError::Seal(why),
                })?;
                (store, Opened::SetAside { why })
            }
            Err(OpenError::Spool(error)) => return Err(error),
        };
        *self.lock() = Some(store);
        Ok(opened)
    }

    fn open_store(&self) -> Result<Store, OpenError> {
        let store = Store::open(&*self.file).map_err(OpenError::from)?;
        match store.chain().map_err(OpenError::from)? {
            Some(chain) => match store.chain_fault(&chain).map_err(OpenError::from)? {
                Some(why) => Err(OpenError::Damaged(why)),
                None => {
                    // The epoch's side file lags only if the process died between the two writes.
                    self.file.epoch_keep(chain.epoch).map_err(OpenError::io)?;
                    Ok(store)
                }
            },
            None => {
                let epoch = self.file.epoch_kept().map_err(OpenError::io)?.map_or(0, |last| last + 1);
                self.file.epoch_keep(epoch).map_err(OpenError::io)?;
                let link = ChainLink::first(self.force, self.device, epoch);
                store.start(&ChainState::from(&link), &[]).map_err(OpenError::from)?;
                Ok(store)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Store>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `act` on the store. After an I/O error redb refuses all further work until it is opened anew, so the
    /// handle is let go and the next call opens it.
    fn with<T>(&self, act: impl FnOnce(&Store) -> Result<T, SpoolError>) -> Result<T, SpoolError> {
        let mut held = self.lock();
        let store = match held.take() {
            Some(store) => store,
            None => self.open_store().map_err(|error| match error {
                OpenError::Spool(error) => error,
                OpenError::Damaged(why) => SpoolError::Store(Box::new(redb::Error::Corrupted(why))),
            })?,
        };
        let answer = act(&store);
        if !matches!(answer, Err(SpoolError::Store(_) | SpoolError::Full(DISK_FULL))) {
            *held = Some(store);
        }
        answer
    }

    /// Seals a record at the end of the chain and makes it durable together with `notes`.
    ///
    /// # Errors
    /// [`SpoolError::Full`] when there is no room; the chain is then as before.
    pub fn append(
        &self,
        room: Room,
        notes: &[Note],
        seal: &mut dyn FnMut(&ChainLink) -> Result<Envelope, String>,
    ) -> Result<Appended, SpoolError> {
        let limit = match room {
            Room::Ordinary => self.limits.spool_bytes_max.saturating_sub(self.limits.reserve_bytes),
            Room::Reserve => self.limits.spool_bytes_max,
        };
        let (force, device) = (self.force, self.device);
        self.with(|store| {
            // Under the same lock that begins an epoch, so that no other record comes first.
            let tells = notes.iter().any(|note| note.name == NOTE_EPOCH_CAUSE);
            if !tells && let Some(cause) = read_cause(store)? {
                return Err(SpoolError::EpochBegins(Box::new(cause)));
            }
            store.append(limit, force, device, notes, seal)
        })
    }

    /// Makes notes durable.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn keep(&self, notes: &[Note]) -> Result<(), SpoolError> {
        self.with(|store| store.keep(notes))
    }

    /// Reads a note.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn note<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, SpoolError> {
        let Some(bytes) = self.with(|store| store.note(name))? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| SpoolError::Note(name.to_owned(), error))
    }

    /// Records of one epoch in chain order, the first of them after `after`, within both limits (but at least one).
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn batch(
        &self,
        epoch: u32,
        after: Option<u64>,
        records_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<Stored>, SpoolError> {
        self.with(|store| store.batch(epoch, after, records_max, bytes_max))
    }

    /// Lowest number held of every epoch that has records.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn epochs(&self) -> Result<Vec<(u32, u64)>, SpoolError> {
        self.with(Store::epochs)
    }

    /// The hash of a record that is held, or of the last one deleted in its epoch.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn record_hash(&self, epoch: u32, seq: u64) -> Result<Option<[u8; 32]>, SpoolError> {
        self.with(|store| store.record_hash(epoch, seq))
    }

    /// The policy that the oldest record held was sealed under.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn oldest_policy(&self) -> Result<Option<[u8; 32]>, SpoolError> {
        let Some((epoch, _)) = self.epochs()?.first().copied() else { return Ok(None) };
        let oldest = self.batch(epoch, None, 1, 1)?;
        Ok(oldest
            .first()
            .and_then(|record| Envelope::decode(&record.envelope).ok())
            .map(|envelope| envelope.header.policy_hash))
    }

    /// Deletes the records of an epoch up to and including `seq`: only what the server has backed up.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn forget_up_to(&self, epoch: u32, seq: u64) -> Result<u64, SpoolError> {
        self.with(|store| store.forget_up_to(epoch, seq))
    }

    /// Begins a new epoch of the chain, above its own and above `above`, after a fork or a restored disk image. Its first
    /// record must tell the cause. Records of the old one stay until sent.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn new_epoch(&self, above: u32, cause: &EpochCause) -> Result<u32, SpoolError> {
        let (force, device) = (self.force, self.device);
        let note = note_of(NOTE_EPOCH_CAUSE, &Some(cause))?;
        self.with(|store| {
            let epoch = store.figures()?.epoch.max(above).saturating_add(1);
            self.file.epoch_keep(epoch).map_err(io)?;
            store.start(&ChainState::from(&ChainLink::first(force, device, epoch)), &[note])?;
            Ok(epoch)
        })
    }

    /// What it holds.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn figures(&self) -> Result<Figures, SpoolError> {
        self.with(Store::figures)
    }

    /// Whether capture may go on (again): room for two of the longest records outside the reserve.
    ///
    /// # Errors
    /// [`SpoolError`].
    pub fn has_room(&self) -> Result<bool, SpoolError> {
        let room_bytes = 2 * proviso_model::limits::RECORD_BYTES_MAX as u64;
        let limit = self.limits.spool_bytes_max.saturating_sub(self.limits.reserve_bytes);
        Ok(self.figures()?.bytes.saturating_add(room_bytes.min(limit / 4)) <= limit)
    }
}

fn read_cause(store: &Store) -> Result<Option<EpochCause>, SpoolError> {
    let Some(bytes) = store.note(NOTE_EPOCH_CAUSE)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map_err(|error| SpoolError::Note(NOTE_EPOCH_CAUSE.to_owned(), error))
}

/// A note from a value.
///
/// # Errors
/// [`SpoolError::Note`] when the value cannot be written as JSON.
pub fn note_of<T: Serialize>(name: &str, value: &T) -> Result<Note, SpoolError> {
    let value = serde_json::to_vec(value).map_err(|error| SpoolError::Note(name.to_owned(), error))?;
    Ok(Note { name: name.to_owned(), value })
}

pub(crate) const DISK_FULL: &str = "the disk is full";
pub(crate) const SPOOL_FULL: &str = "the spool has its largest size";
