//! Checking a backup: what nobody has read back is not a backup.

use std::path::Path;

use proviso_ledger::checkpoint::Checkpoint;
use proviso_store::sqlite::{CopyFacts, RECORD_KEYS_FILE, look_into, records_without_key};
use proviso_store::{CheckedBackup, SqliteStore};

use super::manifest::{self, FORMAT};
use super::{BackupError, DATABASE, MANIFEST, Manifest, Result, check_keys, folder};
use crate::app::AppContext;
use crate::app::force::COMMAND_LINE;

/// A backup that is what its manifest says.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Its manifest.
    pub manifest: Manifest,
    /// What its database holds.
    pub facts: CopyFacts,
}

/// Compares every byte with the manifest, and the manifest with what the database holds. Needs no key.
///
/// # Errors
/// [`BackupError`], naming the first thing that is not as it should be.
pub async fn check(dir: &Path) -> Result<Checked> {
    let manifest: Manifest = manifest::read(&dir.join(MANIFEST))?;
    let not_whole = |why: String| Err(BackupError::NotWhole(why));
    if manifest.format != FORMAT || manifest.schema > SqliteStore::schema_known() {
        return not_whole(format!(
            "it was made by a newer program (format {}, schema {}); use that program",
            manifest.format, manifest.schema
        ));
    }
    let known = |path: &str| path == DATABASE || path.starts_with("blobs/");
    if let Some(odd) = manifest.files.iter().find(|file| !known(&file.path)) {
        return not_whole(format!("{} does not belong into a backup of database and blobs", odd.path));
    }
    folder::compare(dir, MANIFEST, &manifest.files)?;
    let facts = look_into(&dir.join(DATABASE)).await?;
    let checkpoint = facts.checkpoint.as_ref().map(|checkpoint| &checkpoint.note);
    let same_positions = facts.positions.len() == manifest.devices.len()
        && facts.positions.iter().zip(&manifest.devices).all(|(held, named)| {
            (held.device, held.epoch, held.seq, held.hash)
                == (named.device, named.epoch, named.seq, named.record.0)
        });
    if facts.schema != manifest.schema || checkpoint != manifest.checkpoint.as_ref() || !same_positions {
        return not_whole("the database in it is not the one that its manifest describes".to_owned());
    }
    Ok(Checked { manifest, facts })
}

/// Lets a checked backup count for what devices may delete: it must be of this force, its checkpoint signed by this
/// server, and the key backup must hold a key for every record in it, or they could not be opened. Gives the number of
/// devices (by epoch) for which it counts.
///
/// # Errors
/// [`BackupError`].
pub async fn count(ctx: &AppContext, dir: &Path, checked: &Checked, keys_dir: &Path) -> Result<u64> {
    let manifest = &checked.manifest;
    let keys = check_keys(keys_dir, ctx.now())?;
    if manifest.force != ctx.keys.force || keys.force != ctx.keys.force {
        return Err(BackupError::Stranger(format!(
            "this is a backup of {} (force {}), and this server is of another force",
            manifest.force_name, manifest.force
        )));
    }
    if let Some(note) = &manifest.checkpoint {
        Checkpoint::parse_and_verify(note, &ctx.keys.checkpoint.public())
            .map_err(|error| BackupError::NotWhole(format!("its checkpoint does not hold ({error})")))?;
    }
    let missing = records_without_key(&dir.join(DATABASE), &keys_dir.join(RECORD_KEYS_FILE)).await?;
    if missing > 0 {
        return Err(BackupError::Stranger(format!(
            "the key backup of {} has no key for {missing} records of the backup of {}, so they could not be opened; \
             run `admin backup-keys` after `admin backup`",
            keys.made_at, manifest.made_at
        )));
    }
    let backup = CheckedBackup {
        id: manifest.id,
        made_at: manifest.made_at,
        checked_at: ctx.now(),
        positions: checked.facts.positions.clone(),
    };
    ctx.logged(COMMAND_LINE, "backup-check", None, &manifest.id.to_string(), async {
        Ok(ctx.store.backup_checked(&backup).await?)
    })
    .await
}
