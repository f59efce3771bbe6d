//! Where a spool lies. A trait, so that tests can put a failing disk underneath.

use std::path::{Path, PathBuf};

use redb::{Builder, Database, DatabaseError};

/// Memory that redb may keep pages in. Small: the agent must stay under 60 MiB.
const PAGES_BYTES: usize = 2 * 1024 * 1024;

/// The file under a spool.
pub trait SpoolFile: Send + Sync {
    /// Whether there is one with content.
    fn exists(&self) -> bool;
    /// Opens or makes the database, checking every page of it.
    ///
    /// # Errors
    /// As redb.
    fn open(&self) -> Result<Database, DatabaseError>;
    /// Moves the file out of the way and keeps it, so that an examiner can look at it.
    ///
    /// # Errors
    /// As the file system.
    fn set_aside(&self) -> std::io::Result<()>;
    /// The last epoch begun, kept outside the database so that it outlives a damaged one.
    ///
    /// # Errors
    /// As the file system.
    fn epoch_kept(&self) -> std::io::Result<Option<u32>>;
    /// Keeps the epoch.
    ///
    /// # Errors
    /// As the file system.
    fn epoch_keep(&self, epoch: u32) -> std::io::Result<()>;
}

/// A spool in the state folder.
#[derive(Debug, Clone)]
pub struct OnDisk {
    path: PathBuf,
}

impl OnDisk {
    /// Names the file; touches nothing.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    fn epoch_path(&self) -> PathBuf {
        self.path.with_extension("epoch")
    }
}

/// A builder with the settings that every spool has.
#[must_use]
pub fn builder() -> Builder {
    let mut builder = Builder::new();
    builder.set_cache_size(PAGES_BYTES).set_check_integrity_on_open(true);
    builder
}

impl SpoolFile for OnDisk {
    fn exists(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|meta| meta.len() > 0)
    }

    fn open(&self) -> Result<Database, DatabaseError> {
        use std::os::unix::fs::OpenOptionsExt;
        // Made by hand so that it is closed to other accounts from its first byte.
        std::fs::OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&self.path)?;
        builder().create(&self.path)
    }

    fn set_aside(&self) -> std::io::Result<()> {
        let mut count = 1_u32;
        let aside = loop {
            let aside = self.path.with_extension(format!("damaged-{count}.redb"));
            if !aside.exists() {
                break aside;
            }
            count += 1;
        };
        std::fs::rename(&self.path, aside)?;
        sync_folder(&self.path)
    }

    fn epoch_kept(&self) -> std::io::Result<Option<u32>> {
        match std::fs::read_to_string(self.epoch_path()) {
            Ok(text) => text.trim().parse().map(Some).map_err(|_| {
                std::io::Error::new(std::io::ErrorKind::InvalidInput, "spool.epoch is not a number")
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn epoch_keep(&self, epoch: u32) -> std::io::Result<()> {
        if self.epoch_kept().is_ok_and(|kept| kept == Some(epoch)) {
            return Ok(());
        }
        let fresh = self.path.with_extension("epoch.new");
        std::fs::write(&fresh, format!("{epoch}\n"))?;
        std::fs::File::open(&fresh)?.sync_all()?;
        std::fs::rename(fresh, self.epoch_path())?;
        sync_folder(&self.path)
    }
}

fn sync_folder(file: &Path) -> std::io::Result<()> {
    match file.parent() {
        Some(folder) => std::fs::File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}
