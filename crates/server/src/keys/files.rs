//! Key files: written once, readable by the server's account only, on disk before anybody relies on them.

use std::io::Write as _;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::KeyError;

fn fault(path: &Path, advice: &'static str) -> impl FnOnce(std::io::Error) -> KeyError {
    let path = path.display().to_string();
    move |error| KeyError::File { path, error, advice }
}

/// Options for a file that only the server's account may read (mode 0600).
#[must_use]
pub fn private() -> std::fs::OpenOptions {
    let mut options = std::fs::OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

/// Writes a file that must not be there yet, mode 0600, and syncs it and its folder.
///
/// # Errors
/// [`KeyError::File`], also when the file exists: a key is never overwritten.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let advice = "keys are never overwritten; choose another data folder, or move the old file away";
    let mut file = private().write(true).create_new(true).open(path).map_err(fault(path, advice))?;
    file.write_all(bytes)
        .and_then(|()| file.sync_all())
        .map_err(fault(path, "free some space and try again"))?;
    sync_folder(path)
}

/// Writes a file in place of the one there, so that at any kill either the old or the new one is there whole.
///
/// # Errors
/// [`KeyError::File`].
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let beside = path.with_extension("new");
    if beside.exists() {
        std::fs::remove_file(&beside).map_err(fault(&beside, "check the folder"))?;
    }
    write_new(&beside, bytes)?;
    std::fs::rename(&beside, path).map_err(fault(path, "check the folder"))?;
    sync_folder(path)
}

/// Makes a folder that only the server's account may look into; one that exists is left as it is.
///
/// # Errors
/// [`KeyError::File`].
pub fn make_folder(path: &Path) -> Result<(), KeyError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path).map_err(fault(path, "make sure that the account may write there"))
}

/// Overwrites a file with zeros and removes it; one that is not there is no fault. On a disk that writes elsewhere (flash,
/// copy on write) the old bytes may outlive this: the key files are sealed under the master key for that reason.
///
/// # Errors
/// [`KeyError::File`].
pub fn destroy(path: &Path) -> Result<(), KeyError> {
    let advice = "the key is not destroyed yet; mend the folder's permissions and try again";
    let length = match std::fs::metadata(path) {
        Ok(found) => found.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(fault(path, advice)(error)),
    };
    let zeros = vec![0; usize::try_from(length).unwrap_or(0)];
    let mut file = std::fs::OpenOptions::new().write(true).open(path).map_err(fault(path, advice))?;
    file.write_all(&zeros).and_then(|()| file.sync_all()).map_err(fault(path, advice))?;
    std::fs::remove_file(path).map_err(fault(path, advice))?;
    sync_folder(path)
}

/// Reads a file.
///
/// # Errors
/// [`KeyError::File`].
pub fn read(path: &Path) -> Result<Vec<u8>, KeyError> {
    std::fs::read(path)
        .map_err(fault(path, "run `proviso-server admin init` first, or give the right --data-dir"))
}

/// A value as it is written to a file of this folder.
///
/// # Errors
/// [`KeyError::Malformed`], naming `path`.
pub fn json<T: Serialize>(path: &Path, value: &T) -> Result<Vec<u8>, KeyError> {
    serde_json::to_vec_pretty(value).map_err(|error| malformed(path, error.to_string()))
}

/// Reads a value that [`json`] wrote.
///
/// # Errors
/// [`KeyError`].
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, KeyError> {
    serde_json::from_slice(&read(path)?).map_err(|error| malformed(path, error.to_string()))
}

/// A file that is not what it should be.
pub(super) fn malformed(path: &Path, what: impl Into<String>) -> KeyError {
    KeyError::Malformed { path: path.display().to_string(), what: what.into() }
}

/// Waits until a folder's entry for `path` is on disk.
///
/// # Errors
/// [`KeyError::File`].
pub fn sync_folder(path: &Path) -> Result<(), KeyError> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let opened = std::fs::File::open(folder).map_err(fault(folder, "check the folder"))?;
        opened.sync_all().map_err(fault(folder, "check the disk"))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
