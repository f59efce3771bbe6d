//! Where the bytes of a bundle come from: memory, or a file that is read piece by piece, so that a large bundle need not
//! fit into memory.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::sync::{Mutex, PoisonError};

/// Bytes that can be read anywhere, from several threads.
pub trait Source: Sync {
    /// How many there are.
    fn bytes(&self) -> u64;

    /// Fills `into` with the bytes from position `at` on.
    ///
    /// # Errors
    /// When they cannot be read, or there are not so many.
    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<()>;
}

impl Source for &[u8] {
    fn bytes(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<()> {
        let from = usize::try_from(at).ok().and_then(|at| self.get(at..)?.get(..into.len()));
        into.copy_from_slice(from.ok_or_else(|| Error::from(ErrorKind::UnexpectedEof))?);
        Ok(())
    }
}

/// A file.
#[derive(Debug)]
pub struct FileSource {
    file: Mutex<File>,
    bytes: u64,
}

impl FileSource {
    /// A regular file, as long as it is now.
    ///
    /// # Errors
    /// When its length cannot be read.
    pub fn new(file: File) -> Result<Self> {
        let bytes = file.metadata()?.len();
        Ok(Self { file: Mutex::new(file), bytes })
    }
}

impl Source for FileSource {
    fn bytes(&self) -> u64 {
        self.bytes
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<()> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(into)
    }
}
