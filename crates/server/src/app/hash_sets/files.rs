//! Files of hash sets on this machine, where they are mapped. Where blobs lie in a folder, they are in it. Where they lie in a
//! bucket, these are copies, each checked when it is fetched, of which only so many bytes are kept.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use object_store::path::Path as Location;
use object_store::{ObjectStore, ObjectStoreExt as _};
use proviso_ledger::hash::Sha256Stream;
use proviso_model::Digest;
use tokio::runtime::Handle;
use tokio_stream::StreamExt as _;

use super::{FOLDER, path};
use crate::app::AppContext;
use crate::blobs::{self, BlobsError};

fn location(file: &Digest) -> Location {
    Location::from(format!("{FOLDER}/{file}"))
}

/// Puts files that lie on this machine into the bucket, where there is one. Done before the row that names them is there.
///
/// # Errors
/// [`BlobsError`].
pub async fn keep(ctx: &AppContext, files: &[Digest]) -> Result<(), BlobsError> {
    if ctx.hash_sets_cache_bytes_max().is_none() {
        return Ok(());
    }
    for file in files {
        let here = path(ctx, file);
        if here.exists() {
            blobs::send(&*ctx.blobs, &location(file), &here).await?;
        } else {
            // Taken over from an earlier version of the set, and let go of here since.
            ctx.blobs.head(&location(file)).await?;
        }
    }
    Ok(())
}

/// The place of a file on this machine; it is fetched first where it is not there. On a thread for what takes long.
///
/// # Errors
/// What the disk or the S3 server says, or that the bytes are not those of the file.
pub fn held(ctx: &AppContext, file: &Digest) -> io::Result<PathBuf> {
    let path = path(ctx, file);
    if let Some(bytes_max) = ctx.hash_sets_cache_bytes_max() {
        match File::open(&path) {
            // So that what was not used for longest goes first.
            Ok(open) => open.set_modified(now(ctx))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                fetch(ctx, file)?;
                make_room(ctx, bytes_max, file)?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(path)
}

/// Drops a copy that is not what it should be, so that it is fetched again; `false` where this is no copy.
pub(super) fn drop_copy(ctx: &AppContext, file: &Digest) -> bool {
    ctx.hash_sets_cache_bytes_max().is_some() && std::fs::remove_file(path(ctx, file)).is_ok()
}

fn now(ctx: &AppContext) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(ctx.now().as_micros()).unwrap_or(0))
}

fn fetch(ctx: &AppContext, file: &Digest) -> io::Result<()> {
    let runtime = Handle::try_current().map_err(io::Error::other)?;
    std::fs::create_dir_all(ctx.hash_sets_dir())?;
    let mut target = tempfile::Builder::new().prefix("set-").suffix("#1").tempfile_in(ctx.hash_sets_dir())?;
    let found = runtime.block_on(download(&*ctx.blobs, &location(file), target.as_file_mut()))?;
    if found != *file {
        let why = "what lies in the bucket under this name does not have this SHA-256";
        return Err(io::Error::new(io::ErrorKind::InvalidData, why));
    }
    let here = target.as_file();
    let mut permissions = here.metadata()?.permissions();
    permissions.set_readonly(true);
    here.set_permissions(permissions)?;
    here.set_modified(now(ctx))?;
    match target.persist_noclobber(path(ctx, file)) {
        Ok(_) => Ok(()),
        // Another thread was quicker.
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}

async fn download(store: &dyn ObjectStore, location: &Location, target: &mut File) -> io::Result<Digest> {
    let mut hash = Sha256Stream::default();
    let mut pieces = store.get(location).await.map_err(io::Error::other)?.into_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(io::Error::other)?;
        hash.update(&piece);
        target.write_all(&piece)?;
    }
    Ok(Digest(hash.finish()))
}

/// Lets go of the copies that were not used for longest, never of the one that was just fetched. What this process has mapped of
/// them goes with the last look that is under way.
fn make_room(ctx: &AppContext, bytes_max: u64, fetched: &Digest) -> io::Result<()> {
    let mut copies = Vec::new();
    for entry in std::fs::read_dir(ctx.hash_sets_dir())? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(file) = name.to_str().and_then(Digest::parse) else { continue };
        match entry.metadata() {
            Ok(about) => copies.push((about.modified()?, about.len(), file)),
            // Another process was quicker.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    copies.sort();
    let mut bytes: u64 = copies.iter().map(|(_, bytes, _)| bytes).sum();
    for (_, of_it, file) in copies.iter().filter(|(_, _, file)| file != fetched) {
        if bytes <= bytes_max {
            return Ok(());
        }
        ctx.hash_set_forget(file);
        let _ = std::fs::remove_file(path(ctx, file));
        bytes = bytes.saturating_sub(*of_it);
    }
    if bytes > bytes_max {
        tracing::warn!(bytes, bytes_max, "one file of a hash set takes more than the cache of blobs may");
    }
    Ok(())
}
