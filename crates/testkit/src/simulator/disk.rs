//! A disk under the spool that can lose power: what was not synced is lost, or written in part.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use proviso_agent::spool::SpoolFile;
use redb::{Database, DatabaseError, StorageBackend};

use crate::chance::Chance;

/// A disk that outlives the machine around it.
#[derive(Clone)]
pub struct SimDisk {
    state: Arc<Mutex<State>>,
}

struct State {
    /// What a read gives.
    current: Vec<u8>,
    /// What outlives a power cut for certain.
    durable: Vec<u8>,
    pending: Vec<Change>,
    /// Operations left before the power goes; `None` while it stays on.
    power: Option<u64>,
    /// Rises at every power cut, so that a handle from before can do nothing any more.
    life: u64,
    epoch: Option<u32>,
    /// Whether a sync only says that it has happened.
    lies: bool,
    /// Whether nothing can grow any more.
    full: bool,
}

/// All that a disk held at one moment.
#[derive(Clone)]
pub struct Image {
    bytes: Vec<u8>,
    epoch: Option<u32>,
}

enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Length(usize),
}

impl Change {
    fn apply(&self, to: &mut Vec<u8>, torn_at: Option<usize>) {
        match self {
            Self::Length(length) => to.resize(*length, 0),
            Self::Write { offset, bytes } => {
                let kept = torn_at.map_or(bytes.len(), |at| at.min(bytes.len()));
                let end = offset + kept;
                if to.len() < end {
                    to.resize(end, 0);
                }
                if let (Some(place), Some(source)) = (to.get_mut(*offset..end), bytes.get(..kept)) {
                    place.copy_from_slice(source);
                }
            }
        }
    }
}

impl State {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.current, None);
        self.pending.push(change);
    }

    fn sync(&mut self) {
        if self.lies {
            return;
        }
        for change in std::mem::take(&mut self.pending) {
            change.apply(&mut self.durable, None);
        }
    }
}

fn no_room() -> std::io::Error {
    std::io::Error::from(std::io::ErrorKind::StorageFull)
}

fn dead() -> std::io::Error {
    std::io::Error::other("the power is off")
}

impl Default for SimDisk {
    fn default() -> Self {
        let state = State {
            current: Vec::new(),
            durable: Vec::new(),
            pending: Vec::new(),
            power: None,
            life: 0,
            epoch: None,
            lies: false,
            full: false,
        };
        Self { state: Arc::new(Mutex::new(state)) }
    }
}

impl SimDisk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The power goes after so many more writes and syncs.
    pub fn power_off_after(&self, operations: u64) {
        self.lock().power = Some(operations);
    }

    /// From now on a sync only says that it has happened.
    pub fn lie(&self) {
        self.lock().lies = true;
    }

    /// From now on there is no room, or there is again.
    pub fn set_full(&self, full: bool) {
        self.lock().full = full;
    }

    /// Whether there is no room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.lock().full
    }

    /// Takes an image of what is certainly on the disk.
    #[must_use]
    pub fn image(&self) -> Image {
        let state = self.lock();
        Image { bytes: state.durable.clone(), epoch: state.epoch }
    }

    /// Puts an image back, as from a backup of the whole machine.
    pub fn restore(&self, image: &Image) {
        let mut state = self.lock();
        state.current.clone_from(&image.bytes);
        state.durable.clone_from(&image.bytes);
        state.epoch = image.epoch;
        state.pending.clear();
        state.power = None;
        state.full = false;
        state.life += 1;
    }

    /// Whether the power has gone.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.lock().power == Some(0)
    }

    /// Cuts the power now and brings the machine back: of what was not synced, chance decides what reached the disk.
    pub fn power_cycle(&self, chance: &Chance) {
        let mut state = self.lock();
        let pending = std::mem::take(&mut state.pending);
        for change in &pending {
            match chance.below(3) {
                0 => {}
                1 => change.apply(&mut state.durable, None),
                _ => {
                    let torn_at = usize::try_from(chance.below(4_096)).unwrap_or(0);
                    change.apply(&mut state.durable, Some(torn_at));
                }
            }
        }
        state.current = state.durable.clone();
        state.power = None;
        state.life += 1;
    }
}

impl SpoolFile for SimDisk {
    fn exists(&self) -> bool {
        let state = self.lock();
        !state.current.is_empty()
    }

    fn open(&self) -> Result<Database, DatabaseError> {
        let life = self.lock().life;
        proviso_agent::spool::builder().create_with_backend(Handle { disk: self.clone(), life })
    }

    fn set_aside(&self) -> std::io::Result<()> {
        let mut state = self.lock();
        state.current.clear();
        state.durable.clear();
        state.pending.clear();
        Ok(())
    }

    fn epoch_kept(&self) -> std::io::Result<Option<u32>> {
        Ok(self.lock().epoch)
    }

    fn epoch_keep(&self, epoch: u32) -> std::io::Result<()> {
        self.lock().epoch = Some(epoch);
        Ok(())
    }
}

/// What a database holds of the disk: good for one life of the machine.
struct Handle {
    disk: SimDisk,
    life: u64,
}

impl std::fmt::Debug for Handle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "simulated disk, life {}", self.life)
    }
}

impl Handle {
    fn alive(&self) -> Result<MutexGuard<'_, State>, std::io::Error> {
        let state = self.disk.lock();
        if state.life != self.life || state.power == Some(0) { Err(dead()) } else { Ok(state) }
    }

    /// Counts one operation; the one on which the power goes fails.
    fn spend(&self) -> Result<MutexGuard<'_, State>, std::io::Error> {
        let mut state = self.alive()?;
        if let Some(left) = state.power.as_mut() {
            *left -= 1;
            if *left == 0 {
                return Err(dead());
            }
        }
        Ok(state)
    }
}

impl StorageBackend for Handle {
    fn len(&self) -> Result<u64, std::io::Error> {
        Ok(self.alive()?.current.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), std::io::Error> {
        let state = self.alive()?;
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        let bytes = start.checked_add(out.len()).and_then(|end| state.current.get(start..end));
        out.copy_from_slice(bytes.ok_or_else(|| std::io::Error::other("past the end"))?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> Result<(), std::io::Error> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let mut state = self.spend()?;
        if state.full && length > state.current.len() {
            return Err(no_room());
        }
        state.change(Change::Length(length));
        Ok(())
    }

    fn sync_data(&self) -> Result<(), std::io::Error> {
        self.spend()?.sync();
        Ok(())
    }

    fn write(&self, offset: u64, bytes: &[u8]) -> Result<(), std::io::Error> {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let mut state = self.spend()?;
        // A disk that fills up is copied on write by many file systems: what overwrites fails as well.
        if state.full {
            return Err(no_room());
        }
        state.change(Change::Write { offset, bytes: bytes.to_vec() });
        Ok(())
    }
}
