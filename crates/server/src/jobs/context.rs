//! A picture of a window goes with the finding that it is of, also where it comes only after that was destroyed.

use proviso_model::Digest;
use proviso_model::record::{RecordBody, RecordContent};
use proviso_store::RecordRow;

use super::JobError;
use crate::app::AppContext;
use crate::app::destruction::{self, DestructionError, Grounds, Why};

/// The actor in the log.
const ACTOR: &str = "worker";

/// Whether a record is such a picture, its finding was destroyed, and it was destroyed now too. Under legal hold it stays; no page and no
/// bundle shows it without its finding.
pub(super) async fn is_gone_with_its_finding(
    ctx: &AppContext,
    record: &RecordRow,
    content: &RecordContent,
) -> Result<bool, JobError> {
    let RecordBody::ContextPicture { captured } = &content.body else { return Ok(false) };
    let finding = ctx.store.record_get(&captured.finding.0).await?;
    let Some(why) = finding.and_then(|finding| finding.destroyed_at.and(finding.destroyed_why)) else {
        return Ok(false);
    };
    let reference = format!("with the finding of record {}", Digest(captured.finding.0));
    let grounds = Grounds { why: Why::of(&why), reference, actor: ACTOR.to_owned() };
    match destruction::record(ctx, record.hash, &grounds).await {
        Ok(_) | Err(DestructionError::Already(_)) => Ok(true),
        Err(DestructionError::Held { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
