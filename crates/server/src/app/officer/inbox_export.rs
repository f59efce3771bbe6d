//! The log's part of taking a view of the inbox out as a file: who, why, by which filter, and the hash of the file, for each case in it.

use std::collections::BTreeSet;

use proviso_ledger::hash::sha256;
use proviso_model::ids::{AuditId, CaseId};

use super::allowed::Action;
use super::error::ActError;
use super::inbox::Inbox;
use super::inbox_query::InboxQuery;
use super::who::Who;
use crate::app::AppContext;
use crate::keys::case::Purpose;

/// Longest reason, in bytes.
const REASON_BYTES_MAX: usize = 1_024;

/// Writes into the log that this file goes out: an entry for each case that is in it, with the reason sealed under the case.
///
/// # Errors
/// [`ActError::Conflict`] without a reason; the log's, and then nothing goes out.
pub async fn goes_out(
    ctx: &AppContext,
    who: &Who,
    inbox: &Inbox,
    (query, reason, file): (&InboxQuery, &str, &[u8]),
) -> Result<(), ActError> {
    who.require(Action::Export)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
        return Err(ActError::Conflict("write what the file is for, in at most 1 KiB"));
    }
    let cases: BTreeSet<CaseId> = inbox.threads.iter().map(|thread| thread.case()).collect();
    let objects = format!("sha256:{} rows:{} {query}", hex::encode(sha256(file)), inbox.threads.len());
    let mut entries: Vec<AuditId> = Vec::with_capacity(cases.len());
    for case in cases {
        let because = ctx.seal(case, Purpose::Audit, reason.as_bytes())?;
        let allowed = async { Ok::<_, ActError>(()) };
        entries.push(ctx.begin(&who.actor(), "inbox-export", (case, because), &objects, allowed).await?);
    }
    for entry in entries {
        ctx.end(entry, true).await?;
    }
    Ok(())
}
