//! What a device observed after it was revoked is destroyed unopened: nobody sees it, no row is made of it. The program
//! itself reads one time of it in memory, for nothing else says when it was made.

use proviso_ledger::envelope::{Envelope, Header};
use proviso_model::Timestamp;
use proviso_model::ids::DeviceId;
use proviso_model::record::RecordContent;
use proviso_store::RecordRow;

use super::{DestructionError, Grounds, Why};
use crate::app::AppContext;
use crate::keys::CaseKeys;

/// The actor in the log.
const ACTOR: &str = "worker";

/// The content of a record; `None` when it does not open or its body is gone.
#[must_use]
pub fn content(keys: &CaseKeys, record: &RecordRow) -> Option<RecordContent> {
    let header = Header::decode(&record.header).ok()?;
    let envelope = Envelope { header, signature: record.signature, sealed: record.body.clone()? };
    let fields = envelope.open(&keys.secret).ok()?;
    RecordContent::from_fields(fields.iter()).ok()
}

/// Whether a record was made after its device was revoked.
#[must_use]
pub fn is_after(content: &RecordContent, revoked_at: Option<Timestamp>) -> bool {
    revoked_at.is_some_and(|from| content.body.observed_at().unwrap_or(content.recorded_at) >= from)
}

/// Destroys one such record. Says whether that was allowed: under legal hold it stays, sealed and unseen.
///
/// # Errors
/// [`DestructionError`].
pub async fn destroy(
    ctx: &AppContext,
    record: &RecordRow,
    revoked_at: Option<Timestamp>,
) -> Result<bool, DestructionError> {
    let since = revoked_at.map(|from| from.to_string()).unwrap_or_default();
    let reference = format!("device {} revoked from {since}", record.device);
    let grounds = Grounds { why: Why::Revoked, reference, actor: ACTOR.to_owned() };
    match super::record(ctx, record.hash, &grounds).await {
        Ok(_) | Err(DestructionError::Already(_)) => Ok(true),
        Err(DestructionError::Held { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Destroys what came in already. Gives how many records.
///
/// # Errors
/// [`DestructionError`].
pub async fn sweep(ctx: &AppContext, device: DeviceId) -> Result<u64, DestructionError> {
    let Some(row) = ctx.store.device_get(device).await? else { return Ok(0) };
    let keys = ctx.case_keys(row.case)?;
    let mut done = 0;
    for record in ctx.store.record_by_case(row.case).await? {
        if record.device != device {
            continue;
        }
        let after = content(&keys, &record).is_some_and(|content| is_after(&content, row.revoked_at));
        if after && destroy(ctx, &record, row.revoked_at).await? {
            done += 1;
        }
    }
    Ok(done)
}
