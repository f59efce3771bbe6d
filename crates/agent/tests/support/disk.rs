//! A disk of memory that loses power at a chosen write: what was not synced is lost, or half of it is.

use std::io::{Error, ErrorKind};
use std::sync::{Arc, Mutex};

use proviso_agent::spool::SpoolFile;
use redb::{Database, DatabaseError, StorageBackend};

#[derive(Debug, Default)]
struct Platter {
    /// What a power cut leaves.
    synced: Vec<u8>,
    /// What the program sees.
    now: Vec<u8>,
    /// Writes and syncs so far.
    acts: u64,
    /// The act at which it fails, and every one after.
    fails_at: Option<u64>,
    /// Whether writes fail for want of room.
    full: bool,
    /// The last write before the cut reaches the platter although it was not synced.
    tears: bool,
    epoch: Option<u32>,
}

/// The disk; clones are the same disk.
#[derive(Debug, Clone, Default)]
pub struct TestDisk(Arc<Mutex<Platter>>);

impl TestDisk {
    fn with<T>(&self, act: impl FnOnce(&mut Platter) -> T) -> T {
        act(&mut self.0.lock().expect("a platter"))
    }

    pub fn acts(&self) -> u64 {
        self.with(|platter| platter.acts)
    }

    pub fn fail_at(&self, act: u64, tears: bool) {
        self.with(|platter| (platter.fails_at, platter.tears) = (Some(act), tears));
    }

    /// Power goes and comes back.
    pub fn power_cycle(&self) {
        self.with(|platter| {
            platter.now = platter.synced.clone();
            platter.fails_at = None;
        });
    }

    pub fn set_full(&self, full: bool) {
        self.with(|platter| platter.full = full);
    }

    /// Overwrites a stretch in the middle, as a failing disk does.
    pub fn damage(&self) {
        self.with(|platter| {
            let middle = platter.now.len() / 2;
            for byte in platter.now.iter_mut().skip(middle.min(8_192)) {
                *byte ^= 0x5a;
            }
            platter.synced = platter.now.clone();
        });
    }

    fn act<T>(&self, act: impl FnOnce(&mut Platter) -> T) -> Result<T, std::io::Error> {
        self.with(|platter| {
            platter.acts += 1;
            if platter.full {
                return Err(Error::from(ErrorKind::StorageFull));
            }
            if platter.fails_at.is_some_and(|at| platter.acts >= at) {
                return Err(Error::other("the power is gone"));
            }
            Ok(act(platter))
        })
    }
}

impl StorageBackend for TestDisk {
    fn len(&self) -> Result<u64, std::io::Error> {
        Ok(self.with(|platter| platter.now.len() as u64))
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), std::io::Error> {
        self.with(|platter| {
            let from = usize::try_from(offset).expect("small");
            match platter.now.get(from..from + out.len()) {
                Some(bytes) => {
                    out.copy_from_slice(bytes);
                    Ok(())
                }
                None => Err(Error::from(ErrorKind::UnexpectedEof)),
            }
        })
    }

    fn set_len(&self, len: u64) -> Result<(), std::io::Error> {
        self.act(|platter| platter.now.resize(usize::try_from(len).expect("small"), 0))
    }

    fn sync_data(&self) -> Result<(), std::io::Error> {
        self.act(|platter| platter.synced = platter.now.clone())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), std::io::Error> {
        let torn = self.act(|platter| {
            let from = usize::try_from(offset).expect("small");
            platter.now[from..from + data.len()].copy_from_slice(data);
            platter.tears && platter.fails_at == Some(platter.acts + 1)
        })?;
        if torn {
            self.with(|platter| {
                let from = usize::try_from(offset).expect("small");
                let half = data.len() / 2;
                if platter.synced.len() >= from + half {
                    platter.synced[from..from + half].copy_from_slice(&data[..half]);
                }
            });
        }
        Ok(())
    }
}

impl SpoolFile for TestDisk {
    fn exists(&self) -> bool {
        self.with(|platter| !platter.now.is_empty())
    }

    fn open(&self) -> Result<Database, DatabaseError> {
        proviso_agent::spool::builder().create_with_backend(self.clone())
    }

    fn set_aside(&self) -> std::io::Result<()> {
        self.with(|platter| (platter.now, platter.synced) = (Vec::new(), Vec::new()));
        Ok(())
    }

    fn epoch_kept(&self) -> std::io::Result<Option<u32>> {
        Ok(self.with(|platter| platter.epoch))
    }

    fn epoch_keep(&self, epoch: u32) -> std::io::Result<()> {
        self.with(|platter| platter.epoch = Some(epoch));
        Ok(())
    }
}
