//! Files of hash sets, mapped into memory: far larger than a process should read, and looked up at a few places each time. Server and
//! agent both need it, and it is the only unsafe code of ours.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;

/// The bytes of a mapped file.
#[derive(Debug, Clone)]
pub struct Mapped(Arc<Mmap>);

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// Maps a file that was put in its place whole, is never written again, and that only the account of its owner may write.
///
/// # Errors
/// What the system says; a file that others may write.
pub fn map(path: &Path) -> io::Result<Mapped> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if about.permissions().mode() & 0o022 != 0 {
            return Err(io::Error::other(
                "others than the account that owns it may write it; make it private (0400)",
            ));
        }
    }
    if !about.is_file() || about.len() == 0 {
        return Err(io::Error::other("it is no file, or an empty one"));
    }
    // SAFETY: the mapping must not change or shrink under the slice. What callers map is named by its SHA-256, was renamed into place
    // whole, and is never written or truncated again (server: `app/hash_sets/stage.rs`, agent: `fetched/`); nobody but the
    // account that owns it may write it, which was looked at above. Deleting it leaves the mapping as it is.
    #[expect(unsafe_code, reason = "on xtask/unsafe-allowed.toml: mapping a file is unsafe by its nature")]
    let map = unsafe { Mmap::map(&file)? };
    Ok(Mapped(Arc::new(map)))
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(unix)]
    fn a_file_is_mapped_as_it_is_and_one_that_others_may_write_or_that_is_empty_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        let cases = [(b"bytes".as_slice(), 0o400, true), (b"bytes", 0o602, false), (b"", 0o400, false)];
        for (bytes, mode, is_good) in cases {
            let _ = std::fs::remove_file(&path);
            std::fs::write(&path, bytes).expect("written");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("set");
            let mapped = super::map(&path);
            assert_eq!(mapped.is_ok_and(|mapped| mapped.as_ref() == bytes), is_good, "{mode:o}");
        }
    }
}
