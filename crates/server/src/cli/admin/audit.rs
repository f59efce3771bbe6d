//! `admin audit verify`, `admin audit export`.

use std::io::BufWriter;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use serde_json::{Value, json};

use crate::app::AppContext;
use crate::app::audit_export::Which;
use crate::app::force::COMMAND_LINE;
use crate::app::{audit_check, audit_export};
use crate::cli::bar;

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
        let which = Which { case: self.case, from: self.from, until: self.until };
        let mut writer = BufWriter::new(file);
        let count = match audit_export::export(ctx, COMMAND_LINE, &which, &mut writer).await {
            Ok(count) => count,
            Err(error) => {
                // Half a file would be taken for a whole one.
                let _ = std::fs::remove_file(&self.out);
                return Err(error.into());
            }
        };
        writer.into_inner()?.sync_all()?;
        Ok((format!("wrote {place}: {count} entries"), json!({"file": self.out, "entries": count}), true))
    }
}
