//! The zip around a bundle: stored entries, sorted names, one fixed time, nothing else. The same contents always give
//! the same bytes, so a reader writes what it read once more and compares: no byte is left unchecked.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use proviso_model::limits::{BUNDLE_BYTES_MAX, BUNDLE_FILE_BYTES_MAX, BUNDLE_FILES_MAX};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipArchive, ZipWriter};

/// Contents by path, in byte order of the paths.
pub type Files = BTreeMap<String, Vec<u8>>;

/// How a zip begins, and how its last part does.
const LOCAL_MAGIC: &[u8] = b"PK\x03\x04";
const END_MAGIC: &[u8] = b"PK\x05\x06";
/// The last part of a zip with the longest comment.
const END_BYTES_MAX: usize = 22 + 65_535;

/// A container that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    /// The zip library's refusal.
    #[error("the zip cannot be read: {0}")]
    Zip(#[from] zip::result::ZipError),
    /// A file's bytes do not agree with the zip's own check sum, or the zip is cut.
    #[error("\"{path}\" in the zip is damaged: {error}")]
    Damaged {
        /// Which file.
        path: String,
        /// What the library says.
        error: std::io::Error,
    },
    /// Above a limit.
    #[error("the zip is above a limit: {0}")]
    TooLarge(&'static str),
    /// The zip holds bytes that the format does not allow.
    #[error(
        "the zip is not written as the format asks: its bytes differ at position {at} from its contents written anew"
    )]
    NotCanonical {
        /// The first byte that differs.
        at: usize,
    },
}

/// Whether these bytes are, or once were, a zip.
#[must_use]
pub fn looks_like_zip(bytes: &[u8]) -> bool {
    let tail = bytes.get(bytes.len().saturating_sub(END_BYTES_MAX)..).unwrap_or_default();
    bytes.starts_with(LOCAL_MAGIC) || tail.windows(END_MAGIC.len()).any(|window| window == END_MAGIC)
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
        writer.write_all(bytes).map_err(|error| ContainerError::Damaged { path: path.clone(), error })?;
    }
    Ok(writer.finish()?.into_inner())
}

/// Reads the zip and checks that it is exactly what [`pack`] makes of its contents.
///
/// # Errors
/// [`ContainerError`] says what is wrong and where.
pub fn unpack(bytes: &[u8]) -> Result<Files, ContainerError> {
    if bytes.len() as u64 > BUNDLE_BYTES_MAX {
        return Err(ContainerError::TooLarge("the whole is too long"));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    if archive.len() > BUNDLE_FILES_MAX {
        return Err(ContainerError::TooLarge("it has too many files"));
    }
    let mut files = Files::new();
    for index in 0..archive.len() {
        let file = archive.by_index(index)?;
        let path = file.name()?.into_owned();
        if file.compression() != CompressionMethod::Stored || file.size() > BUNDLE_FILE_BYTES_MAX {
            return Err(ContainerError::TooLarge("a file is compressed or too long"));
        }
        let mut content = Vec::new();
        file.take(BUNDLE_FILE_BYTES_MAX)
            .read_to_end(&mut content)
            .map_err(|error| ContainerError::Damaged { path: path.clone(), error })?;
        files.insert(path, content);
    }
    let anew = pack(&files)?;
    if anew == bytes {
        return Ok(files);
    }
    let same = anew.iter().zip(bytes).take_while(|(ours, theirs)| ours == theirs).count();
    Err(ContainerError::NotCanonical { at: same })
}
