//! Putting a backup back into an empty data folder: nothing is written over, every byte is checked, and what was
//! destroyed is destroyed again before anybody can look.

use std::path::{Path, PathBuf};

use proviso_model::Timestamp;
use proviso_model::ids::RestoreId;
use proviso_store::sqlite::{RECORD_KEYS_FILE, destroy_copied_keys};
use proviso_store::{PostgresOptions, SqliteStore, copy_store};

use super::keys::{CASE_KEYS, KEYS, TRUST};
use super::take::write_manifest;
use super::{
    BLOBS, BackupError, Checked, DATABASE, KeysManifest, RESTORED_FILE, Restored, Result, check, check_keys,
    folder,
};
use crate::app::destruction::{Journal, JournalEntry, What};
use crate::blobs;
use crate::config::Config;
use crate::keys::force::trust_path;
use crate::open;

/// What is put back.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The backup of database and blobs.
    pub from: PathBuf,
    /// The key backup; without it keys are put back by hand.
    pub keys: Option<PathBuf>,
    /// The destruction journal, or why there is none.
    pub journal: std::result::Result<PathBuf, String>,
    /// Id of this restore.
    pub id: RestoreId,
    /// Now.
    pub now: Timestamp,
}

/// Puts a backup back. The first opening of the folder logs it.
///
/// # Errors
/// [`BackupError`]. What a failed restore leaves is never opened: remove it and begin again.
pub async fn restore(config: &Config, plan: &Plan) -> Result<Restored> {
    let checked = check(&plan.from).await?;
    let keys = plan.keys.as_deref().map(|dir| check_keys(dir, plan.now)).transpose()?;
    if let Some(keys) = &keys
        && keys.force != checked.manifest.force
    {
        return Err(BackupError::Stranger("the key backup is of another force than the backup".to_owned()));
    }
    let postgres = config.postgres()?;
    if postgres.is_some() && keys.is_none() {
        return Err(BackupError::KeysToo);
    }
    let (journal, no_journal) = match &plan.journal {
        Ok(path) if !path.is_file() => return Err(BackupError::NoJournal(path.clone())),
        Ok(path) => (Journal::at(path).read()?, None),
        Err(reason) => (Vec::new(), Some(reason.clone())),
    };
    folder::make_empty(&config.data_dir)?;
    folder::make_empty(&config.case_keys())?;
    let mut restored = Restored {
        id: plan.id,
        backup: checked.manifest.id,
        backup_made_at: checked.manifest.made_at,
        restored_at: plan.now,
        destroyed_again: journal.len() as u64,
        no_journal,
        complete: false,
    };
    // First, so that a folder that was filled half-way is never taken for a server's.
    let note = config.data_dir.join(RESTORED_FILE);
    write_manifest(&note, &restored)?;
    if let Ok(path) = &plan.journal {
        // Before the data: whoever opens this folder destroys again what the journal names, before anything else.
        folder::copy(path, Journal::of(&config.data_dir).path())?;
    }
    if let (Some(dir), Some(keys)) = (&plan.keys, &keys) {
        copy_keys(config, dir, keys, &journal)?;
        destroy_keys(config, &journal, plan.now).await?;
    }
    copy_data(config, plan, &checked).await?;
    if let Some(options) = &postgres {
        put_into(config, options).await?;
    }
    restored.complete = true;
    let done = config.data_dir.join(format!("{RESTORED_FILE}.new"));
    write_manifest(&done, &restored)?;
    std::fs::rename(&done, &note).map_err(folder::fault(&note))?;
    Ok(restored)
}

async fn copy_data(config: &Config, plan: &Plan, checked: &Checked) -> Result<()> {
    let bucket = config.blobs.s3.is_some();
    let blobs = blobs::open(config)?;
    for entry in &checked.manifest.files {
        let path = folder::safe(entry)?;
        let to = match path.strip_prefix(BLOBS) {
            // Every byte of the file was compared with the manifest, and the blob is compared with the file.
            Ok(blob) if bucket => {
                let location = blob.to_string_lossy().into_owned();
                blobs::send(&*blobs.store, &location.into(), &plan.from.join(&path)).await?;
                continue;
            }
            Ok(blob) => config.blobs_dir().join(blob),
            Err(_) if path == Path::new(DATABASE) => config.database(),
            Err(_) => config.data_dir.join(&path),
        };
        folder::copy_checked(&plan.from, entry, &to)?;
    }
    Ok(())
}

/// Moves the files, as they were put back, into the databases of the settings, compares every row, and removes the files. Keys that the
/// journal names were destroyed before.
async fn put_into(config: &Config, options: &PostgresOptions) -> Result<()> {
    let files = open::sqlite(config);
    SqliteStore::bring_up_copy(&files).await?;
    copy_store(&files, options, &mut |_| {}).await?;
    for path in [&files.path, &files.record_keys] {
        std::fs::remove_file(path).map_err(folder::fault(path))?;
    }
    Ok(())
}

async fn destroy_keys(config: &Config, journal: &[JournalEntry], now: Timestamp) -> Result<()> {
    let record = |entry: &JournalEntry| match entry.what {
        What::Record { record } => Some(record.0),
        What::Case { .. } => None,
    };
    let records: Vec<[u8; 32]> = journal.iter().filter_map(record).collect();
    Ok(destroy_copied_keys(&config.data_dir.join(RECORD_KEYS_FILE), &records, now).await?)
}

fn copy_keys(config: &Config, dir: &Path, keys: &KeysManifest, journal: &[JournalEntry]) -> Result<()> {
    let case = |entry: &JournalEntry| match entry.what {
        What::Case { case } => Some(PathBuf::from(format!("{case}.json"))),
        What::Record { .. } => None,
    };
    let destroyed: Vec<PathBuf> = journal.iter().filter_map(case).collect();
    for entry in &keys.files {
        let path = folder::safe(entry)?;
        let to = match path.strip_prefix(CASE_KEYS) {
            Ok(case) if destroyed.iter().any(|gone| gone == case) => continue,
            Ok(case) => config.case_keys().join(case),
            Err(_) if path == Path::new(TRUST) => trust_path(&config.data_dir),
            Err(_) if path.starts_with(KEYS) || path == Path::new(RECORD_KEYS_FILE) => {
                config.data_dir.join(&path)
            }
            Err(_) => {
                let why = format!("{} does not belong into a key backup", entry.path);
                return Err(BackupError::NotWhole(why));
            }
        };
        folder::copy_checked(dir, entry, &to)?;
    }
    Ok(())
}
