//! Reading the audit log, newest entries first.

use proviso_store::AuditRow;

use super::allowed::Action;
use super::error::ActError;
use super::history;
use super::who::Who;
use crate::app::AppContext;

/// Entries on one page.
pub const PAGE_ENTRIES: u32 = 50;

/// What stands in the place of an act on a case whose person the reader knows.
const WITHHELD: &str = "withheld-from-reader";

/// One page of the log.
#[derive(Debug, Clone)]
pub struct LogPage {
    /// Newest first, each with the name of who acted.
    pub rows: Vec<(AuditRow, String)>,
    /// The newest entry's number in the whole log.
    pub last_seq: u64,
    /// Whether each entry of this page names the hash of the one before it.
    pub chained: bool,
}

/// The page whose newest entry is `before_seq - 1`, or the newest page. Reading the log is logged too, once per visit
/// to its first page, so that paging does not fill it.
///
/// # Errors
/// [`ActError`].
pub async fn page(ctx: &AppContext, who: &Who, before_seq: Option<u64>) -> Result<LogPage, ActError> {
    who.require(Action::ReadAudit)?;
    if before_seq.is_none() {
        ctx.note(&who.actor(), "audit-read", None, "").await?;
    }
    let last_seq = ctx.store.audit_last().await?;
    let newest = before_seq.map_or(last_seq, |before| before.saturating_sub(1).min(last_seq));
    let after = newest.saturating_sub(u64::from(PAGE_ENTRIES));
    let count = u32::try_from(newest - after).unwrap_or(PAGE_ENTRIES);
    let rows = if count == 0 { Vec::new() } else { ctx.store.audit_list(None, after, count).await? };
    let chained = rows.iter().zip(rows.iter().skip(1)).all(|(earlier, later)| later.previous == earlier.hash);
    let mut shown = Vec::with_capacity(rows.len());
    for mut row in rows.into_iter().rev() {
        if row.entry.case.is_some_and(|case| who.conflicts.contains(&case)) {
            // Number and hash stay, so that the chain can be followed.
            row.entry.act = WITHHELD.to_owned();
            row.entry.objects = String::new();
            shown.push((row, "Not shown to you".to_owned()));
            continue;
        }
        let name = history::actor_name(ctx, &row.entry.actor).await?;
        shown.push((row, name));
    }
    Ok(LogPage { rows: shown, last_seq, chained })
}
