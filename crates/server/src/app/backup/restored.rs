//! That a server was put back from a backup: written down by the restore, logged before anything else is done there.

use std::path::Path;

use proviso_model::Timestamp;
use proviso_model::ids::{BackupId, RestoreId};
use proviso_store::RestoredRow;
use serde::{Deserialize, Serialize};

use super::{BackupError, Result, folder, manifest};
use crate::app::AppContext;
use crate::app::device::proof::ProofError;
use crate::app::device::restored_log;
use crate::app::force::COMMAND_LINE;

/// Name of the file in a restored data folder, until it is logged.
pub const RESTORED_FILE: &str = "restored.json";

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restored {
    /// Id of the restore.
    pub id: RestoreId,
    /// The backup.
    pub backup: BackupId,
    /// When that was made.
    pub backup_made_at: Timestamp,
    /// When it was put back.
    pub restored_at: Timestamp,
    /// Records and cases destroyed again by the journal.
    pub destroyed_again: u64,
    /// Why there was no journal, where there was none.
    pub no_journal: Option<String>,
    /// Whether the restore came to its end.
    pub complete: bool,
}

/// Logs a restore that is not logged yet, before anything else is done with the data folder. The audit entry names the
/// backup and its time; officers see the restore as a notice about each device.
///
/// # Errors
/// [`BackupError::Unfinished`], or the log's: then nothing may be done here.
pub(crate) async fn log_restored(ctx: &AppContext, data_dir: &Path) -> Result<()> {
    let path = data_dir.join(RESTORED_FILE);
    if !path.exists() {
        return Ok(());
    }
    let restored: Restored = manifest::read(&path)?;
    if !restored.complete {
        return Err(BackupError::Unfinished(data_dir.to_owned()));
    }
    let row = RestoredRow {
        id: restored.id,
        backup: restored.backup,
        backup_made_at: restored.backup_made_at,
        restored_at: restored.restored_at,
    };
    let mut objects = format!("{} of {}", restored.backup, restored.backup_made_at);
    if let Some(reason) = &restored.no_journal {
        objects.push_str(" without a destruction journal: ");
        objects.push_str(reason);
    }
    restored_log::keep(ctx, &row).await.map_err(|error| match error {
        ProofError::Store(error) => error.into(),
        ProofError::Log(..) => BackupError::NotWhole(error.to_string()),
    })?;
    if ctx.store.restored_add(&row).await? {
        ctx.note(COMMAND_LINE, "restore", None, &objects).await?;
    }
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(folder::fault(&path)(error)),
        _ => Ok(()),
    }
}
