//! `admin record-destroy`, `admin case-destroy`, `admin legal-hold`.

use std::path::{Path, PathBuf};

use clap::Args;
use proviso_model::Digest;
use proviso_model::ids::CaseId;
use serde_json::json;

use crate::app::AppContext;
use crate::app::destruction::{self, Certificate, Grounds, Why};
use crate::app::force::COMMAND_LINE;
use crate::keys::files;

/// Under which reason and reference.
#[derive(Debug, Args)]
struct GroundsArgs {
    /// Why.
    #[arg(long, value_enum)]
    why: Why,
    /// A reference that a stranger can look up, such as the number of the review; no words about the person.
    #[arg(long)]
    reference: String,
    /// The certificate of erasure, a new file.
    #[arg(long)]
    out: PathBuf,
}

impl GroundsArgs {
    fn grounds(&self) -> Grounds {
        Grounds { why: self.why, reference: self.reference.clone(), actor: COMMAND_LINE.to_owned() }
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RecordArgs {
    /// The record's hash, 64 hexadecimal digits, as on the alert's page and in bundles.
    #[arg(long, value_parser = digest)]
    record: Digest,
    #[command(flatten)]
    grounds: GroundsArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CaseArgs {
    /// The case.
    #[arg(long)]
    case: CaseId,
    /// The same case once more: nothing brings it back.
    #[arg(long)]
    confirm: CaseId,
    #[command(flatten)]
    grounds: GroundsArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct HoldArgs {
    /// The case.
    #[arg(long)]
    case: CaseId,
    /// Begin the hold.
    #[arg(long, conflicts_with = "off", required_unless_present = "off")]
    on: bool,
    /// End the hold.
    #[arg(long)]
    off: bool,
    /// A reference that a stranger can look up.
    #[arg(long)]
    reference: String,
}

impl RecordArgs {
    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        refuse_existing(&self.grounds.out)?;
        let made = destruction::record(ctx, self.record.0, &self.grounds.grounds()).await?;
        done(&format!("record {}", self.record), &self.grounds.out, &made)
    }
}

impl CaseArgs {
    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        anyhow::ensure!(
            self.case == self.confirm,
            "--confirm names another case than --case; give the same id twice to destroy it"
        );
        refuse_existing(&self.grounds.out)?;
        let made = destruction::case(ctx, self.case, &self.grounds.grounds()).await?;
        done(&format!("case {}", self.case), &self.grounds.out, &made)
    }
}

impl HoldArgs {
    pub(super) async fn run(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        destruction::hold(ctx, self.case, self.on, &self.reference, COMMAND_LINE).await?;
        let words = if self.on { "nothing of it can be destroyed" } else { "no longer under legal hold" };
        Ok((format!("case {}: {words}", self.case), json!({"case": self.case, "legal_hold": self.on})))
    }
}

fn digest(text: &str) -> Result<Digest, String> {
    Digest::parse(text).ok_or_else(|| "a record's hash is 64 hexadecimal digits".to_owned())
}

/// Before anything is destroyed: a certificate that could not be written would be lost.
pub(super) fn refuse_existing(out: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(
        !out.exists(),
        "{}: a certificate goes to a new file; choose another name",
        out.display()
    );
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    anyhow::ensure!(folder.is_dir(), "{}: there is no such folder", folder.display());
    Ok(())
}

fn done(what: &str, out: &Path, made: &Certificate) -> anyhow::Result<(String, serde_json::Value)> {
    files::write_new(out, &serde_json::to_vec_pretty(made)?)?;
    let words = format!(
        "destroyed the content of {what}; its place in the log is kept\ncertificate: {}\n\
         backups of keys made before now can still open it until they lapse, {} days from now; run admin \
         backup-prune then",
        out.display(),
        destruction::KEY_BACKUP_DAYS,
    );
    Ok((words, json!({"certificate": made, "file": out})))
}
