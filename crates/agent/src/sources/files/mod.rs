//! Files arriving in the folders of the person's own session (`docs/decisions/0024-the-person-s-session.md`): pictures and videos,
//! once they are whole. What lay there before is never read, nor what is no plain file. A file for each platform behind [`Platform`]: `linux.rs`.

#[cfg(target_os = "linux")]
mod linux;
mod look;
mod pending;
mod source;
mod tree;

use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::time::Duration;

use proviso_model::native::{FileDigests, PictureWithout};

#[cfg(target_os = "linux")]
pub use linux::Linux;
pub use source::Files;

/// What differs from system to system.
pub trait Platform: Send + Sync {
    /// The folders in which files arrive: downloads, pictures, videos, the desktop, documents. They need not be there.
    fn folders(&self) -> Vec<PathBuf>;

    /// The account's home: folders are named from there on.
    fn home(&self) -> &Path;

    /// Opens a plain file without following a link and without waiting for anybody.
    ///
    /// # Errors
    /// As the file system.
    fn open(&self, path: &Path) -> std::io::Result<File>;

    /// What tells a file from another, whatever it is called.
    fn identity(&self, of: &Metadata) -> Identity;
}

/// A file whatever it is called: its device, its number there, and when it was made, for numbers are given anew.
pub type Identity = (u64, u64, u64);

/// Periods.
#[derive(Debug, Clone, Copy)]
pub struct FilesSettings {
    /// So long a file that was closed stays as it is before it is read: a browser's own word of it comes first then.
    pub settled: Duration,
    /// So long one that nobody is known to have closed does not grow.
    pub quiet: Duration,
    /// So long one that is named like a part of a download stays as it is before it is taken for the whole.
    pub part: Duration,
    /// Between looks at all folders, for what the system did not tell of.
    pub look_again: Duration,
}

impl Default for FilesSettings {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { settled: seconds(3), quiet: seconds(10), part: seconds(3_600), look_again: seconds(600) }
    }
}

/// A picture or a video that has arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Its name.
    pub name: String,
    /// Its folder, from the home on.
    pub folder: String,
    /// What is in it, or why that is not told.
    pub content: Result<FileContent, PictureWithout>,
}

/// What is told of the content of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// A picture's bytes.
    Bytes(Vec<u8>),
    /// A video, or a picture larger than is handed over: what lists can be asked about, and nothing to look at.
    Digests(FileDigests),
}

/// What the source tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Why folders cannot be watched, or not all; nothing where they can.
    Sight(Option<String>),
    /// A file has arrived.
    Arrived(Arrival),
    /// So many have, and could not be told of.
    Missed(u64, PictureWithout),
}
