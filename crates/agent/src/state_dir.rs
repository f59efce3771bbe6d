//! The state folder: where each file lies, and how files are written so that a power cut leaves the old or the new one.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A file of the state folder that could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The operating system refused.
    #[error("cannot {act} {path}: {source}; run the agent as the account that owns the state folder")]
    Io {
        /// What was tried.
        act: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The content is not what the agent writes.
    #[error("{path} is damaged: {source}; restore it, or enrol again (docs/agent.md, \"Enrol again\")")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// The agent's account only.
    Agent,
    /// Every account on the machine.
    Everyone,
}

/// The state folder (`--state-dir`, by default `/var/lib/proviso`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateDir {
    root: PathBuf,
}

impl StateDir {
    /// Names a state folder; touches nothing.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Makes the folder, open to pass through (the browser's relay must reach the socket) and closed to listing.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn create(&self) -> Result<(), StateError> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o711)
            .create(&self.root)
            .map_err(|source| StateError::Io { act: "make", path: self.root.clone(), source })
    }

    /// A file in it.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Who this device is ([`crate::identity::Identity`]).
    #[must_use]
    pub fn identity(&self) -> PathBuf {
        self.file("identity.json")
    }

    /// The socket that native-host talks to.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.file("agent.sock")
    }

    /// The address that the loopback page really has.
    #[must_use]
    pub fn page_address(&self) -> PathBuf {
        self.file("page.address")
    }

    /// The records that wait for the server.
    #[must_use]
    pub fn spool(&self) -> PathBuf {
        self.file("spool.redb")
    }

    /// What the running agent last said of itself.
    #[must_use]
    pub fn status(&self) -> PathBuf {
        self.file("status.json")
    }

    /// Reads a file whole; `None` when it is not there.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StateError> {
        let path = self.file(name);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StateError::Io { act: "read", path, source }),
        }
    }

    /// Reads a JSON file; `None` when it is not there.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StateError> {
        let damaged = |source| StateError::Damaged { path: self.file(name), source };
        self.read(name)?.map(|bytes| serde_json::from_slice(&bytes)).transpose().map_err(damaged)
    }

    /// Writes a JSON file.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn write_json<T: Serialize>(
        &self,
        name: &str,
        readers: Readers,
        value: &T,
    ) -> Result<(), StateError> {
        let bytes = serde_json::to_vec_pretty(value)
            .map_err(|source| StateError::Damaged { path: self.file(name), source })?;
        self.write(name, readers, &bytes)
    }

    /// Writes a file whole or not at all as far as a running machine goes; a power cut may lose it. For what is written
    /// anew at every start.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn write_fleeting(&self, name: &str, bytes: &[u8]) -> Result<(), StateError> {
        let path = self.file(name);
        let fresh = self.file(&format!("{name}.new"));
        let failed = |source| StateError::Io { act: "write", path: path.clone(), source };
        std::fs::write(&fresh, bytes).map_err(failed)?;
        std::fs::set_permissions(&fresh, std::fs::Permissions::from_mode(0o644)).map_err(failed)?;
        std::fs::rename(&fresh, &path).map_err(failed)
    }

    /// Deletes a file, durably; one that is not there is no error.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn remove(&self, name: &str) -> Result<(), StateError> {
        let path = self.file(name);
        let failed = |source| StateError::Io { act: "delete", path: path.clone(), source };
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => return Err(failed(source)),
            _ => {}
        }
        std::fs::File::open(&self.root).and_then(|folder| folder.sync_all()).map_err(failed)
    }

    /// Writes a file whole or not at all: a new file, synced, renamed over the old one, the folder synced.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn write(&self, name: &str, readers: Readers, bytes: &[u8]) -> Result<(), StateError> {
        let fresh = self.file(&format!("{name}.new"));
        let failed = |source| StateError::Io { act: "write", path: self.file(name), source };
        let mut file = writing().truncate(true).open(&fresh).map_err(failed)?;
        file.write_all(bytes).map_err(failed)?;
        drop(file);
        self.put_in_place(&fresh, name, readers)
    }

    /// Syncs a file that is whole, lets only `readers` read it, and renames it to its place.
    fn put_in_place(&self, fresh: &Path, name: &str, readers: Readers) -> Result<(), StateError> {
        let path = self.file(name);
        let failed = |source| StateError::Io { act: "write", path: path.clone(), source };
        let mode = if readers == Readers::Agent { 0o600 } else { 0o644 };
        let file = std::fs::OpenOptions::new().write(true).open(fresh).map_err(failed)?;
        // The mode it was made with is cut by the umask and ignored for a left-over file.
        file.set_permissions(std::fs::Permissions::from_mode(mode)).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        std::fs::rename(fresh, &path).map_err(failed)?;
        std::fs::File::open(&self.root).and_then(|folder| folder.sync_all()).map_err(failed)
    }

    /// How many bytes of a file that comes in parts are here.
    #[must_use]
    pub fn parts_bytes(&self, name: &str) -> u64 {
        std::fs::metadata(self.file(&parts_name(name))).map_or(0, |meta| meta.len())
    }

    /// Puts a part after the first `at` bytes; what lies beyond them is cut off. Not durable: after a power cut only the hash of the
    /// whole says whether the parts are what they were.
    ///
    /// # Errors
    /// [`StateError::Io`]; all parts are deleted then, so that a full disk has room again.
    pub fn parts_add(&self, name: &str, at: u64, part: &[u8]) -> Result<(), StateError> {
        let path = self.file(&parts_name(name));
        let write = || {
            let mut file = writing().open(&path)?;
            file.set_len(at)?;
            file.seek(SeekFrom::Start(at))?;
            file.write_all(part)
        };
        write().map_err(|source| {
            let _ = std::fs::remove_file(&path);
            StateError::Io { act: "write", path: path.clone(), source }
        })
    }

    /// Puts the parts in place of the file, whole or not at all, durably.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn parts_whole(&self, name: &str, readers: Readers) -> Result<(), StateError> {
        self.put_in_place(&self.file(&parts_name(name)), name, readers)
    }

    /// Deletes the parts.
    ///
    /// # Errors
    /// [`StateError::Io`].
    pub fn parts_drop(&self, name: &str) -> Result<(), StateError> {
        self.remove(&parts_name(name))
    }
}

/// Where the parts of a file gather.
#[must_use]
pub fn parts_name(name: &str) -> String {
    format!("{name}.part")
}

/// Opens for writing what only the agent may read.
fn writing() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    options
}
