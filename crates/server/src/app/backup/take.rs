//! Making a backup of database and blobs, while the server runs.

use std::io::Write as _;
use std::path::Path;

use object_store::ObjectStore as _;
use object_store::ObjectStoreExt as _;
use proviso_model::hash::Digest;
use proviso_model::ids::BackupId;
use proviso_store::sqlite::look_into;
use tokio_stream::StreamExt as _;

use super::manifest::FORMAT;
use super::{BLOBS, BackupError, DATABASE, DevicePosition, MANIFEST, Manifest, Result, folder};
use crate::app::AppContext;
use crate::app::force::COMMAND_LINE;
use crate::keys::files;

/// Makes a backup in a new folder. The manifest is written last: a folder without one is no backup.
///
/// # Errors
/// [`BackupError`].
pub async fn take(ctx: &AppContext, out: &Path) -> Result<Manifest> {
    let id = BackupId::new(ctx.now(), ctx.random());
    ctx.logged(COMMAND_LINE, "backup", None, &id.to_string(), async {
        folder::make_empty(out)?;
        let made_at = ctx.now();
        // The database first: blobs are written before the rows that name them and never change.
        let database = out.join(DATABASE);
        ctx.store.backup_write(&database).await?;
        let facts = look_into(&database).await?;
        let mut files = vec![folder::entry(out, DATABASE)?];
        for name in copy_blobs(ctx, out).await? {
            files.push(folder::entry(out, &name)?);
        }
        let position = |position: &proviso_store::Position| DevicePosition {
            device: position.device,
            epoch: position.epoch,
            seq: position.seq,
            record: Digest(position.hash),
        };
        let manifest = Manifest {
            format: FORMAT,
            id,
            force: ctx.keys.force,
            force_name: ctx.force_name().to_owned(),
            made_at,
            schema: facts.schema,
            checkpoint: facts.checkpoint.map(|checkpoint| checkpoint.note),
            devices: facts.positions.iter().map(position).collect(),
            files,
        };
        write_manifest(&out.join(MANIFEST), &manifest)?;
        Ok(manifest)
    })
    .await
}

pub(super) fn write_manifest<T: serde::Serialize>(path: &Path, manifest: &T) -> Result<()> {
    let text = serde_json::to_vec_pretty(manifest)
        .map_err(|error| BackupError::Manifest { path: path.to_owned(), why: error.to_string() })?;
    Ok(files::write_new(path, &text)?)
}

async fn copy_blobs(ctx: &AppContext, out: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut listed = ctx.blobs.list(None);
    while let Some(object) = listed.next().await {
        let location = object?.location;
        let name = format!("{BLOBS}/{location}");
        let path = out.join(&name);
        let mut file = folder::new_file(&path)?;
        let mut pieces = ctx.blobs.get(&location).await?.into_stream();
        while let Some(piece) = pieces.next().await {
            file.write_all(&piece?).map_err(folder::fault(&path))?;
        }
        file.sync_all().map_err(folder::fault(&path))?;
        names.push(name);
    }
    names.sort();
    Ok(names)
}
