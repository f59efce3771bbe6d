//! What devices are told when the server was put back from a backup: its log goes on from a shorter one than they were shown.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_model::hash::Digest;
use proviso_model::wire::{RestoredLog, RestoredLogStatement, signed_restored_log};
use proviso_store::{RestoredRow, StoreError};

use super::proof::{ProofError, Wanted, prove};
use crate::app::AppContext;

/// Name of the setting with what the last restore left of the log.
const SETTING: &str = "restored-log";

/// What is kept of a restore.
pub(super) struct Said {
    /// Leaves of the log in the backup.
    pub size: u64,
    statement: String,
}

/// Keeps the state of the log as the backup left it. Call it before anything is logged after the restore; once it is
/// kept for this restore, it does nothing.
///
/// # Errors
/// [`ProofError`].
pub async fn keep(ctx: &AppContext, restored: &RestoredRow) -> Result<(), ProofError> {
    let known = kept(ctx).await?.is_some_and(|said| said.restored_at == restored.restored_at);
    let size = ctx.store.log_size().await?;
    if known || size == 0 {
        return Ok(());
    }
    let roots = prove(ctx, &[Wanted::Root { size }]).await?;
    let root = Digest(roots.into_iter().flatten().next().unwrap_or_default());
    let statement = RestoredLogStatement {
        force: ctx.keys.force,
        size,
        root,
        backup_made_at: restored.backup_made_at,
        restored_at: restored.restored_at,
    };
    let text = serde_json::to_string(&statement).unwrap_or_default();
    Ok(ctx.store.setting_set(SETTING, &text).await?)
}

async fn kept(ctx: &AppContext) -> Result<Option<RestoredLogStatement>, StoreError> {
    let text = ctx.store.setting_get(SETTING).await?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

/// What the last restore left of the log, if there was one.
pub(super) async fn statement(ctx: &AppContext) -> Result<Option<Said>, StoreError> {
    let Some(said) = kept(ctx).await? else { return Ok(None) };
    Ok(serde_json::to_string(&said).ok().map(|statement| Said { size: said.size, statement }))
}

/// The statement as sent, signed with the key in use.
pub(super) fn signed(ctx: &AppContext, said: Said, hashes: Vec<Digest>) -> RestoredLog {
    let signature = STANDARD.encode(ctx.keys.checkpoint.sign(&signed_restored_log(&said.statement)));
    RestoredLog { statement: said.statement, signature, hashes }
}
