//! Files of a backup: written once, hashed on the way, and compared byte by byte on the way back.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use proviso_ledger::hash::sha256_of;
use proviso_model::hash::Digest;

use super::manifest::FileEntry;
use super::{BackupError, Result};

pub(super) fn fault(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    move |error| BackupError::File { path, error }
}

/// Makes a folder that must not be there yet, or be empty.
pub(super) fn make_empty(path: &Path) -> Result<()> {
    if let Ok(mut entries) = std::fs::read_dir(path)
        && entries.next().is_some()
    {
        return Err(BackupError::NotEmpty(path.to_owned()));
    }
    Ok(crate::keys::files::make_folder(path)?)
}

/// A new file that only this account may read.
pub(super) fn new_file(path: &Path) -> Result<std::fs::File> {
    if let Some(folder) = path.parent() {
        crate::keys::files::make_folder(folder)?;
    }
    crate::keys::files::private().write(true).create_new(true).open(path).map_err(fault(path))
}

/// Hash and length of a file.
pub(super) fn entry(root: &Path, name: &str) -> Result<FileEntry> {
    let path = root.join(name);
    let mut file = std::fs::File::open(&path).map_err(fault(&path))?;
    file.sync_all().map_err(fault(&path))?;
    let bytes = file.metadata().map_err(fault(&path))?.len();
    let sha256 = Digest(sha256_of(&mut file).map_err(fault(&path))?);
    Ok(FileEntry { path: name.to_owned(), bytes, sha256 })
}

/// Copies a file and syncs it; the original may go on being read.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut source = std::fs::File::open(from).map_err(fault(from))?;
    let mut target = new_file(to)?;
    std::io::copy(&mut source, &mut target).and_then(|_| target.sync_all()).map_err(fault(to))
}

/// Copies what a manifest names, and refuses bytes that are not the ones it was written for.
pub(super) fn copy_checked(root: &Path, entry: &FileEntry, to: &Path) -> Result<()> {
    let from = root.join(safe(entry)?);
    let mut source = std::fs::File::open(&from).map_err(fault(&from))?;
    let mut target = new_file(to)?;
    let mut copying = Copying { source: &mut source, target: &mut target };
    let sha256 = sha256_of(&mut copying).map_err(fault(&from))?;
    target.sync_all().map_err(fault(to))?;
    if sha256 == entry.sha256.0 {
        Ok(())
    } else {
        Err(BackupError::NotWhole(format!("{} was changed or damaged", from.display())))
    }
}

struct Copying<'f> {
    source: &'f mut std::fs::File,
    target: &'f mut std::fs::File,
}

impl Read for Copying<'_> {
    fn read(&mut self, chunk: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(chunk)?;
        self.target.write_all(chunk.get(..read).unwrap_or_default())?;
        Ok(read)
    }
}

/// A path of a manifest that leads nowhere but into its own folder.
pub(super) fn safe(entry: &FileEntry) -> Result<PathBuf> {
    let path = PathBuf::from(&entry.path);
    let inside = path.components().all(|part| matches!(part, std::path::Component::Normal(_)));
    if inside && !entry.path.is_empty() {
        Ok(path)
    } else {
        Err(BackupError::NotWhole(format!(
            "the manifest names a file outside its folder, \"{}\"",
            entry.path
        )))
    }
}

/// Every file below a folder, as paths joined by `/`, in order.
pub(super) fn list(root: &Path) -> Result<Vec<String>> {
    let (mut found, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(fault(&folder))? {
            let path = entry.map_err(fault(&folder))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(name) = path.strip_prefix(root) {
                let parts: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
                found.push(parts.join("/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Compares a folder with its manifest: every file named is there with those bytes, and no other file is.
pub(super) fn compare(root: &Path, manifest: &str, files: &[FileEntry]) -> Result<()> {
    for named in files {
        safe(named)?;
        let found = entry(root, &named.path).map_err(|error| match error {
            BackupError::File { path, error } => {
                BackupError::NotWhole(format!("{} cannot be read ({error})", path.display()))
            }
            other => other,
        })?;
        if found != *named {
            return Err(BackupError::NotWhole(format!(
                "{} was changed or damaged",
                root.join(&named.path).display()
            )));
        }
    }
    for name in list(root)? {
        if name != manifest && !files.iter().any(|named| named.path == name) {
            return Err(BackupError::NotWhole(format!(
                "{} is not in the manifest; nothing else may lie in the folder of a backup",
                root.join(name).display()
            )));
        }
    }
    Ok(())
}
