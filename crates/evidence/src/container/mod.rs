//! The zip around a bundle: stored entries, sorted names, one fixed time, nothing else. The same contents always give
//! the same bytes, so a reader knows of every byte what it must be: none is left unchecked.

mod canonical;
mod source;

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

pub use source::{FileSource, Source};

use canonical::Place;

/// Contents by path, in byte order of the paths.
pub type Files = BTreeMap<String, Vec<u8>>;

/// How a zip begins, and how its last part does.
const LOCAL_MAGIC: &[u8] = b"PK\x03\x04";
const END_MAGIC: &[u8] = b"PK\x05\x06";
/// The last part of a zip with the longest comment.
const END_BYTES_MAX: u64 = 22 + 65_535;

/// A container that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    /// The zip library's refusal to write.
    #[error("the zip cannot be written: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// The bytes cannot be read or written.
    #[error("the zip cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
    /// Above a limit.
    #[error("the zip is above a limit: {0}")]
    TooLarge(&'static str),
    /// The zip holds bytes that the format does not allow.
    #[error(
        "the zip is not written as the format asks, or it is damaged: its byte at position {at} is not what must stand there"
    )]
    NotCanonical {
        /// The first byte that differs; of a damaged file, one of its header.
        at: u64,
    },
}

/// Whether these bytes are, or once were, a zip.
///
/// # Errors
/// When they cannot be read.
pub fn looks_like_zip(source: &dyn Source) -> std::io::Result<bool> {
    let mut begin = [0; LOCAL_MAGIC.len()];
    if source.bytes() >= begin.len() as u64 {
        source.read_at(0, &mut begin)?;
    }
    let tail_bytes = source.bytes().min(END_BYTES_MAX);
    let mut tail = vec![0; usize::try_from(tail_bytes).unwrap_or_default()];
    source.read_at(source.bytes() - tail_bytes, &mut tail)?;
    Ok(begin == LOCAL_MAGIC || tail.windows(END_MAGIC.len()).any(|window| window == END_MAGIC))
}

/// Writes the zip.
///
/// # Errors
/// [`ContainerError`] when there is more than the format allows.
pub fn pack(files: &Files) -> Result<Vec<u8>, ContainerError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .system(System::Unix)
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        writer.start_file(path.as_str(), options)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish()?.into_inner())
}

/// The files of a bundle, read when they are asked for.
pub struct Contents<'a> {
    source: &'a dyn Source,
    places: BTreeMap<String, Place>,
}

impl<'a> Contents<'a> {
    /// Finds the files and checks that the zip is exactly what [`pack`] makes of its contents.
    ///
    /// # Errors
    /// [`ContainerError`] says what is wrong and where.
    pub fn open(source: &'a dyn Source) -> Result<Self, ContainerError> {
        Ok(Self { source, places: canonical::places(source)? })
    }

    /// The paths, in order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.places.keys().map(String::as_str)
    }

    /// The paths in a folder, in order.
    pub fn under(&self, folder: &str) -> impl Iterator<Item = &str> {
        let places = self.places.range(folder.to_owned()..).map(|(path, _)| path.as_str());
        places.take_while(move |path| path.starts_with(folder))
    }

    /// A file's bytes; `None` where there is none.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn read(&self, path: &str) -> std::io::Result<Option<Vec<u8>>> {
        let Some(place) = self.places.get(path) else { return Ok(None) };
        let mut bytes = vec![0; usize::try_from(place.bytes).unwrap_or(usize::MAX)];
        self.source.read_at(place.at, &mut bytes)?;
        Ok(Some(bytes))
    }
}

/// All files of a zip that is exactly what [`pack`] makes of its contents.
///
/// # Errors
/// [`ContainerError`] says what is wrong and where.
pub fn unpack(bytes: &[u8]) -> Result<Files, ContainerError> {
    let contents = Contents::open(&bytes)?;
    let read = |path: &str| Ok((path.to_owned(), contents.read(path)?.unwrap_or_default()));
    contents.paths().map(read).collect()
}
