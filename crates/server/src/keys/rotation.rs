//! The change of the master key, as files tell it: that one is under way, which key is in use, and which were before.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use proviso_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{KeyError, MasterKey, files, sealed_file};

/// That a change is under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnderWay {
    /// Id of the key that goes.
    pub from: String,
    /// Id of the key that comes.
    pub to: String,
    /// Since when.
    pub begun_at: Timestamp,
}

/// Which key is in use, once one was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InUse {
    id: String,
    since: Timestamp,
    /// Those before, oldest first.
    before: Vec<Before>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    id: String,
    until: Timestamp,
}

fn under_way_path(data_dir: &Path) -> PathBuf {
    sealed_file::folder(data_dir).join("master-changing.json")
}

fn in_use_path(data_dir: &Path) -> PathBuf {
    sealed_file::folder(data_dir).join("master-in-use.json")
}

fn in_use(data_dir: &Path) -> Result<Option<InUse>, KeyError> {
    let path = in_use_path(data_dir);
    if path.exists() { files::read_json(&path).map(Some) } else { Ok(None) }
}

/// The change that is under way.
///
/// # Errors
/// [`KeyError`].
pub fn under_way(data_dir: &Path) -> Result<Option<UnderWay>, KeyError> {
    let path = under_way_path(data_dir);
    if path.exists() { files::read_json(&path).map(Some) } else { Ok(None) }
}

/// Refuses a key that is not in use, and every key while a change is under way.
///
/// # Errors
/// [`KeyError::BeingChanged`], [`KeyError::NotInUse`].
pub fn check(data_dir: &Path, master: &MasterKey) -> Result<(), KeyError> {
    if let Some(change) = under_way(data_dir)? {
        return Err(KeyError::BeingChanged { since: change.begun_at });
    }
    let Some(in_use) = in_use(data_dir)? else { return Ok(()) };
    let given = master.id();
    if given == in_use.id {
        return Ok(());
    }
    let was = in_use.before.iter().find(|before| before.id == given);
    let what = match was {
        Some(before) => format!(
            "it was replaced on {}; give the one that took its place ({}). It opens backups of keys made before then, and nothing else",
            before.until, in_use.id
        ),
        None => format!("it is {given}, and {} is", in_use.id),
    };
    Err(KeyError::NotInUse { what })
}

/// Writes down that a change begins, or finds that this one is under way.
///
/// # Errors
/// [`KeyError::NotInUse`] when another one is.
pub fn begin(data_dir: &Path, from: &MasterKey, to: &MasterKey, now: Timestamp) -> Result<(), KeyError> {
    let change = UnderWay { from: from.id(), to: to.id(), begun_at: now };
    if let Some(there) = under_way(data_dir)? {
        // Once the new key is in the place of the old one, it is given for both.
        return if there.to == change.to && (change.from == there.from || change.from == there.to) {
            Ok(())
        } else {
            let what = format!(
                "a change from {} to {} is under way; give these two, to bring it to its end",
                there.from, there.to
            );
            Err(KeyError::NotInUse { what })
        };
    }
    check(data_dir, from)?;
    if change.from == change.to {
        return Err(KeyError::NotInUse { what: "the new key is the old one".to_owned() });
    }
    let path = under_way_path(data_dir);
    files::write_new(&path, &files::json(&path, &change)?)
}

/// Writes down that the change is done: from now on only the new key is taken.
///
/// # Errors
/// [`KeyError`].
pub fn finish(data_dir: &Path, now: Timestamp) -> Result<(), KeyError> {
    let Some(change) = under_way(data_dir)? else { return Ok(()) };
    let known = in_use(data_dir)?;
    if known.as_ref().is_none_or(|known| known.id != change.to) {
        let mut before = known.map(|known| known.before).unwrap_or_default();
        before.push(Before { id: change.from, until: now });
        let path = in_use_path(data_dir);
        files::replace(&path, &files::json(&path, &InUse { id: change.to, since: now, before })?)?;
    }
    let path = under_way_path(data_dir);
    files::destroy(&path)
}

/// The lock of a data folder: shared by all that use it, held alone by a change of the master key. Given back when it is dropped, and
/// by the system when the process ends.
#[derive(Debug)]
pub struct FolderLock(#[expect(dead_code, reason = "held for its lock")] File);

fn lock(
    data_dir: &Path,
    take: impl FnOnce(&File) -> Result<(), TryLockError>,
    what: &'static str,
) -> Result<FolderLock, KeyError> {
    let keys = sealed_file::folder(data_dir);
    if !keys.is_dir() {
        // Nothing to lock: and a folder that is to be set up, or to take a backup, stays empty.
        return Err(KeyError::File {
            path: keys.display().to_string(),
            error: std::io::ErrorKind::NotFound.into(),
            advice: "run `proviso-server admin init` first, or give the right --data-dir",
        });
    }
    let path = data_dir.join("in-use.lock");
    let fault = |error| KeyError::File {
        path: path.display().to_string(),
        error,
        advice: "make sure that the account may write there",
    };
    let file = files::private().create(true).truncate(false).write(true).open(&path).map_err(fault)?;
    match take(&file) {
        Ok(()) => Ok(FolderLock(file)),
        Err(TryLockError::WouldBlock) => Err(KeyError::InUse { path: path.display().to_string(), what }),
        Err(TryLockError::Error(error)) => Err(fault(error)),
    }
}

/// Takes the lock beside others.
///
/// # Errors
/// [`KeyError::InUse`] while the master key is being changed.
pub fn lock_shared(data_dir: &Path) -> Result<FolderLock, KeyError> {
    lock(
        data_dir,
        File::try_lock_shared,
        "the master key is being changed by another process; wait until it has ended",
    )
}

/// Takes the lock alone.
///
/// # Errors
/// [`KeyError::InUse`] while another process uses the folder.
pub fn lock_alone(data_dir: &Path) -> Result<FolderLock, KeyError> {
    lock(data_dir, File::try_lock, "another process uses this data folder; stop every serve and worker first")
}
