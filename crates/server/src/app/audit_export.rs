//! The audit log as lines of JSON, oldest first: for an auditor, or a collector of logs. Reasons stay sealed; ids stand for people.

use std::io::Write;

use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use proviso_store::{AuditRow, StoreError};
use serde_json::{Value, json};

use super::AppContext;
use super::officer::acts::ActKind;

/// Rows read at a time.
const ROWS: u32 = 1000;

/// Which entries.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which {
    /// Only those about this case.
    pub case: Option<CaseId>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub until: Option<Timestamp>,
}

impl Which {
    fn has(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from) && self.until.is_none_or(|until| at < until)
    }
}

/// Why the log was not written out.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be written.
    #[error("the audit log cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// Writes entries to `out`, logged before it is done; how many. What is logged while this runs is not among them.
///
/// # Errors
/// [`ExportError`]; then `out` holds a part.
pub async fn export(
    ctx: &AppContext,
    actor: &str,
    which: &Which,
    out: &mut (dyn Write + Send),
) -> Result<u64, ExportError> {
    ctx.logged(actor, "audit-export", which.case, "", async {
        let (mut after, mut count) = (0, 0);
        let last = ctx.store.audit_last().await?;
        while after < last {
            let rows = ctx.store.audit_list(which.case, after, ROWS).await?;
            let Some(end) = rows.last().map(|row| row.seq) else { break };
            for row in rows.iter().filter(|row| row.seq <= last && which.has(row.entry.opened_at)) {
                let mut line = serde_json::to_vec(&line(row)).map_err(std::io::Error::from)?;
                line.push(b'\n');
                out.write_all(&line)?;
                count += 1;
            }
            after = end;
        }
        out.flush()?;
        Ok(count)
    })
    .await
}

fn line(row: &AuditRow) -> Value {
    json!({
        "seq": row.seq,
        "at": row.entry.opened_at,
        "actor": row.entry.actor,
        "act": row.entry.act,
        "operation": ActKind::of(&row.entry.act).as_str(),
        "case": row.entry.case,
        "objects": row.entry.objects,
        "has_reason": !row.entry.sealed.is_empty(),
        "ended_at": row.completed.as_ref().map(|end| end.0),
        "outcome": row.completed.as_ref().map(|end| end.1.clone()),
        "hash": hex::encode(row.hash),
    })
}
