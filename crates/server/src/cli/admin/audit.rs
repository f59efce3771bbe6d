//! `admin audit verify`, `admin audit export`.

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use serde_json::{Value, json};

use crate::app::AppContext;
use crate::app::audit_check;
use crate::app::force::COMMAND_LINE;
use crate::cli::bar;

/// Rows read at a time.
const ROWS: u32 = 1000;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Audit {
    /// Check that the audit table is as it was written: its chain, the log's tree made anew, and every state of it that was signed.
    Verify,
    /// Write entries to a new file, a JSON object a line, oldest first. Reasons stay sealed; ids stand for people.
    Export(ExportArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArgs {
    /// The file; it must not exist yet.
    #[arg(long)]
    out: PathBuf,
    /// Only entries about this case.
    #[arg(long)]
    case: Option<CaseId>,
    /// Not before this instant, as 2026-03-03T21:00:00Z.
    #[arg(long, value_parser = instant)]
    from: Option<Timestamp>,
    /// Before this instant.
    #[arg(long, value_parser = instant)]
    until: Option<Timestamp>,
}

fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).map_err(|_| "write an instant as 2026-03-03T21:00:00Z".to_owned())
}

impl Audit {
    /// What is to be said, and whether the answer is yes.
    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, Value, bool)> {
        match self {
            Self::Verify => verify(ctx).await,
            Self::Export(args) => args.run(ctx).await,
        }
    }
}

async fn verify(ctx: &AppContext) -> anyhow::Result<(String, Value, bool)> {
    let total = ctx.store.audit_last().await? + ctx.store.log_size().await?;
    let bar = bar::counted(total, "entries and leaves");
    ctx.note(COMMAND_LINE, "audit-verify", None, "").await?;
    let checked = audit_check::check(ctx, &mut |read| bar.set_position(read)).await?;
    bar.finish_and_clear();
    let mut words = format!(
        "{} audit entries ({} begun and not ended), {} leaves of the log, {} signed states of it",
        checked.entries, checked.not_ended, checked.leaves, checked.signed_states
    );
    match checked.holds() {
        true => words.push_str("\nall of it is as it was written and signed"),
        false => {
            words.push_str(&format!("\nNOT as it was written: {} faults", checked.faults));
            for fault in &checked.told {
                words.push_str(&format!("\n- {fault}"));
            }
            words.push_str("\nkeep this database as it is, tell the data protection officer, and compare with a backup and with what a witness holds");
        }
    }
    let value = json!({
        "holds": checked.holds(),
        "entries": checked.entries,
        "not_ended": checked.not_ended,
        "leaves": checked.leaves,
        "signed_states": checked.signed_states,
        "faults": checked.faults,
        "first_faults": checked.told,
    });
    Ok((words, value, checked.holds()))
}

impl ExportArgs {
    async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, Value, bool)> {
        let place = self.out.display();
        let file = std::fs::File::create_new(&self.out).with_context(|| {
            format!("{place}: choose a file that does not exist yet, in a folder that does")
        })?;
        let written = ctx.logged(COMMAND_LINE, "audit-export", self.case, "", self.write(ctx, file)).await;
        let count = match written {
            Ok(count) => count,
            Err(error) => {
                // Half a file would be taken for a whole one.
                let _ = std::fs::remove_file(&self.out);
                return Err(error);
            }
        };
        Ok((format!("wrote {place}: {count} entries"), json!({"file": self.out, "entries": count}), true))
    }

    async fn write(&self, ctx: &AppContext, file: std::fs::File) -> anyhow::Result<u64> {
        let mut out = BufWriter::new(file);
        let (mut after, mut count) = (0, 0);
        let last = ctx.store.audit_last().await?;
        while after < last {
            let rows = ctx.store.audit_list(self.case, after, ROWS).await?;
            let Some(end) = rows.last().map(|row| row.seq) else { break };
            for row in rows {
                let at = row.entry.opened_at;
                if self.from.is_some_and(|from| at < from) || self.until.is_some_and(|until| at >= until) {
                    continue;
                }
                let line = json!({
                    "seq": row.seq,
                    "at": at,
                    "actor": row.entry.actor,
                    "act": row.entry.act,
                    "case": row.entry.case,
                    "objects": row.entry.objects,
                    "has_reason": !row.entry.sealed.is_empty(),
                    "ended_at": row.completed.as_ref().map(|end| end.0),
                    "outcome": row.completed.as_ref().map(|end| end.1.clone()),
                    "hash": hex::encode(row.hash),
                });
                serde_json::to_writer(&mut out, &line)?;
                out.write_all(b"\n")?;
                count += 1;
            }
            after = end;
        }
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
        Ok(count)
    }
}
