//! Key backups: apart from the database's, for thirty days, and never with the master key.

use std::path::{Path, PathBuf};

use proviso_model::Timestamp;
use proviso_store::sqlite::RECORD_KEYS_FILE;

use super::manifest::{self, FORMAT};
use super::take::write_manifest;
use super::{BackupError, KEYS_MANIFEST, KeysManifest, Result, folder};
use crate::app::AppContext;
use crate::app::destruction::KEY_BACKUP_DAYS;
use crate::app::force::COMMAND_LINE;
use crate::config::Config;
use crate::keys::force::trust_path;

/// Folder of the force's keys, in the data folder and in a key backup.
pub(super) const KEYS: &str = "keys";
/// Folder of case keys in a key backup.
pub(super) const CASE_KEYS: &str = "case-keys";
/// The hand-out, which devices and experts pin.
pub(super) const TRUST: &str = "trust.json";
/// Whoever holds the master key and a key backup opens everything: they never lie in one place.
const MASTER: &str = "master.key";
/// What waits to become one.
const MASTER_NEW: &str = "master.key.new";

/// Copies the keys, sealed as they lie, to a new folder. The master key is not among them.
///
/// # Errors
/// [`BackupError`].
pub async fn take_keys(ctx: &AppContext, config: &Config, out: &Path) -> Result<KeysManifest> {
    let made_at = ctx.now();
    ctx.logged(COMMAND_LINE, "backup-keys", None, &made_at.to_string(), async {
        folder::make_empty(out)?;
        for (from, to) in sources(config)? {
            folder::copy(&from, &out.join(to))?;
        }
        ctx.store.record_keys_write(&out.join(RECORD_KEYS_FILE)).await?;
        let names = folder::list(out)?;
        let files = names.iter().map(|name| folder::entry(out, name)).collect::<Result<_>>()?;
        let lapses_at = made_at.plus_days(KEY_BACKUP_DAYS);
        let manifest = KeysManifest { format: FORMAT, force: ctx.keys.force, made_at, lapses_at, files };
        write_manifest(&out.join(KEYS_MANIFEST), &manifest)?;
        Ok(manifest)
    })
    .await
}

/// What is copied, and under which name.
fn sources(config: &Config) -> Result<Vec<(PathBuf, String)>> {
    let keys = config.data_dir.join(KEYS);
    let master = config.master_key_file.clone();
    let mut sources = vec![(trust_path(&config.data_dir), TRUST.to_owned())];
    for name in folder::list(&keys)? {
        let path = keys.join(&name);
        if name != MASTER && name != MASTER_NEW && Some(&path) != master.as_ref() {
            sources.push((path, format!("{KEYS}/{name}")));
        }
    }
    let case_keys = config.case_keys();
    for name in folder::list(&case_keys)? {
        sources.push((case_keys.join(&name), format!("{CASE_KEYS}/{name}")));
    }
    Ok(sources)
}

/// Reads a key backup and compares every byte with its manifest.
///
/// # Errors
/// [`BackupError::Lapsed`] when it is beyond its date at `now`, or another [`BackupError`].
pub fn check_keys(dir: &Path, now: Timestamp) -> Result<KeysManifest> {
    let path = dir.join(KEYS_MANIFEST);
    let manifest: KeysManifest = manifest::read(&path)?;
    if manifest.format != FORMAT {
        let why = format!("format {}; this program reads {FORMAT}", manifest.format);
        return Err(BackupError::Manifest { path, why });
    }
    if manifest.lapses_at <= now {
        return Err(BackupError::Lapsed { lapses_at: manifest.lapses_at });
    }
    folder::compare(dir, KEYS_MANIFEST, &manifest.files)?;
    Ok(manifest)
}

/// Removes the lapsed key backups that lie in `folder`, or `folder` itself if it is one; gives their folders. What no
/// manifest names is left alone.
///
/// # Errors
/// [`BackupError`].
pub async fn prune(ctx: &AppContext, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = vec![folder.to_owned()];
    for entry in std::fs::read_dir(folder).map_err(folder::fault(folder))? {
        found.push(entry.map_err(folder::fault(folder))?.path());
    }
    found.retain(|dir| dir.join(KEYS_MANIFEST).is_file());
    found.sort();
    let mut removed = Vec::new();
    for dir in found {
        let manifest: KeysManifest = manifest::read(&dir.join(KEYS_MANIFEST))?;
        if manifest.lapses_at <= ctx.now() {
            let made_at = manifest.made_at.to_string();
            ctx.logged(COMMAND_LINE, "backup-prune", None, &made_at, async { remove(&dir, &manifest) })
                .await?;
            removed.push(dir);
        }
    }
    Ok(removed)
}

fn remove(dir: &Path, manifest: &KeysManifest) -> Result<()> {
    for entry in &manifest.files {
        let path = dir.join(folder::safe(entry)?);
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(folder::fault(&path)(error)),
        }
    }
    // Last, so that a removal that was cut short is begun again.
    let path = dir.join(KEYS_MANIFEST);
    std::fs::remove_file(&path).map_err(folder::fault(&path))?;
    for empty in [dir.join(KEYS), dir.join(CASE_KEYS), dir.to_owned()] {
        // One that still holds something else stays.
        let _ = std::fs::remove_dir(empty);
    }
    Ok(())
}
