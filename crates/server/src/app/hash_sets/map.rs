//! Files of hash sets, mapped into memory: far larger than a process should read, and looked up at a few places each time.

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

/// Maps a file that was put in its place whole, is never written again, and that only the server's account may open.
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
                "others than the server's account may write it; make it private (0400)",
            ));
        }
    }
    if !about.is_file() || about.len() == 0 {
        return Err(io::Error::other("it is no file, or an empty one"));
    }
    // SAFETY: the mapping must not change or shrink under the slice. Files of this folder are renamed into place whole and read-only
    // (0400) by `force::hash_set`, are never written or truncated by this program, and nobody but the account that
    // runs it may write them, which was looked at above.
    #[expect(unsafe_code, reason = "on xtask/unsafe-allowed.toml: mapping a file is unsafe by its nature")]
    let map = unsafe { Mmap::map(&file)? };
    Ok(Mapped(Arc::new(map)))
}
