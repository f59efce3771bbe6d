//! Putting files of hash sets in their place: written beside it, made read-only, on disk, then renamed to their SHA-256.

use std::io::{self, BufWriter, Write as _};

use proviso_ledger::hash::sha256_of;
use proviso_model::Digest;
use proviso_model::hash_set::FileRef;
use tempfile::NamedTempFile;

use crate::app::AppContext;
use crate::keys::files;

/// A file that is whole and not yet in its place. Dropped, it is gone.
pub struct StagedFile {
    /// Its hash and length.
    pub about: FileRef,
    file: NamedTempFile,
}

impl StagedFile {
    /// Writes a file beside its place.
    ///
    /// # Errors
    /// What `write` or the system says.
    pub fn write<T>(
        ctx: &AppContext,
        write: impl FnOnce(&mut dyn io::Write) -> io::Result<T>,
    ) -> io::Result<(Self, T)> {
        // What ends in `#` and a number is no blob: a backup that is taken now passes over it.
        let mut file =
            tempfile::Builder::new().prefix("set-").suffix("#1").tempfile_in(ctx.hash_sets_dir())?;
        let mut out = BufWriter::new(file.as_file_mut());
        let made = write(&mut out)?;
        out.flush()?;
        drop(out);
        let bytes = file.as_file().metadata()?.len();
        let sha256 = Digest(sha256_of(&mut file.reopen()?)?);
        Ok((Self { about: FileRef { sha256, bytes }, file }, made))
    }

    /// Puts the file in its place. One that is there has the same bytes.
    ///
    /// # Errors
    /// What the system says.
    pub fn put(self, ctx: &AppContext) -> io::Result<FileRef> {
        let path = super::path(ctx, &self.about.sha256);
        let file = self.file.as_file();
        let mut permissions = file.metadata()?.permissions();
        permissions.set_readonly(true);
        file.set_permissions(permissions)?;
        file.sync_all()?;
        match self.file.persist_noclobber(&path) {
            Ok(_) => files::sync_folder(&path).map_err(io::Error::other)?,
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.error),
        }
        Ok(self.about)
    }
}
