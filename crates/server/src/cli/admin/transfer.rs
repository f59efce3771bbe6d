//! `admin transfer-key`, `case-export`, `case-import`, `transfer-confirmed`, `received-export`: a case goes from one force to another.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use proviso_model::Digest;
use proviso_model::ids::CaseId;
use proviso_model::order::AuthorityBasis;
use proviso_store::StoreError;
use serde_json::json;

use super::officers::officer_id;
use crate::app::AppContext;
use crate::app::force::COMMAND_LINE;
use crate::app::transfer::file::FILE_BYTES_MAX;
use crate::app::transfer::kept::{self, Part};
use crate::app::transfer::{self, CERTIFICATE_BYTES_MAX, Looked, OtherForce, RECEIPT_BYTES_MAX};
use crate::cli::{Say, Wiring, open_context};
use crate::config::Config;
use crate::keys::files;

pub(super) const EXAMPLES: &str = "The two forces exchange certificates (admin transfer-key) and read their fingerprints to each other on the telephone. Then:\n  \
    proviso-server admin case-export --case CASE --to other.json --fingerprint \"0123 4567 ...\" --out case.pvct\n  \
    proviso-server admin case-import case.pvct --from other.json --fingerprint \"89ab cdef ...\" --dry-run\n  \
    proviso-server admin case-import case.pvct --from other.json --fingerprint \"89ab cdef ...\" --officer pat --receipt receipt.json\n  \
    proviso-server admin transfer-confirmed --case CASE --receipt receipt.json";

#[derive(Debug, Args)]
pub(in crate::cli) struct KeyArgs {
    /// The certificate, a new file. It holds no secret.
    #[arg(long)]
    out: PathBuf,
    /// Make a new key in place of the one in use: files that were sealed to that one open no more.
    #[arg(long)]
    new: bool,
}

/// The other force.
#[derive(Debug, Args)]
struct Fingerprint {
    /// The fingerprint of its certificate, as somebody there read it out.
    #[arg(long, value_name = "DIGITS")]
    fingerprint: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArgs {
    /// The case.
    #[arg(long)]
    case: CaseId,
    /// The certificate of the force that receives it.
    #[arg(long, value_name = "CERTIFICATE")]
    to: PathBuf,
    #[command(flatten)]
    read_out: Fingerprint,
    /// The file; it must not exist yet.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArgs {
    /// The file.
    file: PathBuf,
    /// The certificate of the force that hands over.
    #[arg(long, value_name = "CERTIFICATE")]
    from: PathBuf,
    #[command(flatten)]
    read_out: Fingerprint,
    /// Check the file and say what is in it; nothing is entered.
    #[arg(long)]
    dry_run: bool,
    /// Sign-in name of the officer in charge.
    #[arg(long)]
    officer: Option<String>,
    /// The case here to which an earlier file of the same case went.
    #[arg(long, value_name = "CASE")]
    into: Option<CaseId>,
    /// The signed receipt for the force that hands over, a new file.
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    receipt: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ConfirmArgs {
    /// The case.
    #[arg(long)]
    case: CaseId,
    /// The receipt that the other force's case-import wrote.
    #[arg(long, required_unless_present = "reason", conflicts_with = "reason")]
    receipt: Option<PathBuf>,
    /// Where there is no receipt: who of that force said so, when and how.
    #[arg(long)]
    reason: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ReceivedArgs {
    /// The file as it was received: its hash, as case-import and the person's page show it.
    #[arg(long, value_parser = digest)]
    received: Digest,
    /// The evidence bundle, a new file.
    #[arg(long)]
    out: PathBuf,
}

fn digest(text: &str) -> Result<Digest, String> {
    Digest::parse(text).ok_or_else(|| "a hash is 64 hexadecimal digits".to_owned())
}

/// Reads a file that may not be longer than `most`.
fn read(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    let bytes = std::fs::metadata(path).with_context(|| format!("{shown} cannot be read"))?.len();
    anyhow::ensure!(bytes <= most, "{shown} has {bytes} bytes; at most {most} are taken");
    std::fs::read(path).with_context(|| format!("{shown} cannot be read"))
}

/// Before anything is done: a file that could not be written would have been made for nothing.
fn refuse_existing(out: &Path) -> anyhow::Result<()> {
    anyhow::ensure!(!out.exists(), "{} is there already; choose another name", out.display());
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    anyhow::ensure!(folder.is_dir(), "{}: there is no such folder", folder.display());
    Ok(())
}

fn other(ctx: &AppContext, path: &Path, read_out: &Fingerprint) -> anyhow::Result<OtherForce> {
    let bytes = read(path, CERTIFICATE_BYTES_MAX)?;
    transfer::other_force(&bytes, &read_out.fingerprint, ctx.now())
        .with_context(|| path.display().to_string())
}

impl KeyArgs {
    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        refuse_existing(&self.out)?;
        let ctx = open_context(wiring, config).await?;
        let made = transfer::certificate(&ctx, &config.data_dir, self.new).await?;
        files::write_new(&self.out, &serde_json::to_vec_pretty(&made)?)?;
        let fingerprint = made.fingerprint();
        let words = format!(
            "wrote {}: send it to the other force\nfingerprint, to be read out on the telephone:\n  {fingerprint}",
            self.out.display()
        );
        say.line(&words, &json!({"file": self.out, "fingerprint": fingerprint}))?;
        Ok(0)
    }
}

impl ExportArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        refuse_existing(&self.out)?;
        let to = other(ctx, &self.to, &self.read_out)?;
        let made = transfer::export(ctx, self.case, &to).await?;
        files::write_new(&self.out, &made.file)?;
        let mut lines = vec![
            format!("wrote {} for {}", self.out.display(), to.name),
            format!("transfer {}, sha256 of what was signed {}", made.transfer, made.statement),
        ];
        if made.bundle_bytes == 0 {
            lines.push("there is no record in this case yet, so the file holds no evidence".to_owned());
        }
        if made.stays.held + made.stays.privileged > 0 {
            lines.push(format!(
                "not in it: {} records held unseen as outside the order, {} items that may be privileged",
                made.stays.held, made.stays.privileged
            ));
        }
        for device in &made.still_enrolled {
            lines.push(format!("device {device} has not said yet that its keys are gone: what it still sends is not in this file; once it has, write another"));
        }
        if made.received > 0 {
            lines.push(format!(
                "{} files of other forces came with this case: give them on beside this one (admin received-export)",
                made.received
            ));
        }
        lines.push("once the other force has it: admin transfer-confirmed --receipt FILE".to_owned());
        Ok((
            lines.join("\n"),
            json!({
                "file": self.out, "transfer": made.transfer, "statement": made.statement,
                "bytes": made.file.len(), "still_enrolled": made.still_enrolled,
            }),
        ))
    }
}

impl ImportArgs {
    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        if let Some(receipt) = &self.receipt {
            refuse_existing(receipt)?;
        }
        let file = read(&self.file, FILE_BYTES_MAX)?;
        let ctx = open_context(wiring, config).await?;
        let from = other(&ctx, &self.from, &self.read_out)?;
        let officer = match &self.officer {
            Some(username) => Some(officer_id(&ctx, username).await?),
            None => None,
        };
        let key = transfer::own_key(&ctx, &config.data_dir)?;
        let looked =
            transfer::look(&ctx, file, key, &from).await.with_context(|| self.file.display().to_string())?;
        let mut lines = described(&looked);
        if self.dry_run {
            match (&looked.known, looked.others.first()) {
                (Some(row), _) => lines.push(format!(
                    "This file was received before, on {}: nothing would be entered.",
                    row.received_at
                )),
                (None, Some(row)) => lines.push(format!(
                    "An earlier file of this case is case {} here: import it with --into {}.",
                    row.case, row.case
                )),
                (None, None) => lines.push("Every check holds. Nothing was entered.".to_owned()),
            }
            say.line(
                &lines.join("\n"),
                &json!({"dry_run": true, "statement": looked.opened.hash, "known": looked.known.is_some()}),
            )?;
            return Ok(0);
        }
        let done = transfer::receive(&ctx, &looked, officer, self.into).await?;
        let row = &done.row;
        lines.push(match done.is_new {
            true => format!("Entered as case {}; received as {}", row.case, row.statement),
            false => {
                format!("Received before, on {}, as case {}; it stays as it is.", row.received_at, row.case)
            }
        });
        if let Some(path) = &self.receipt {
            files::write_new(path, &serde_json::to_vec_pretty(&transfer::receipt(&ctx, row)?)?)?;
            lines.push(format!("receipt for {}: {}", from.name, path.display()));
        }
        let json = json!({
            "case": row.case, "new": done.is_new, "statement": row.statement, "transfer": row.transfer,
            "receipt": self.receipt,
        });
        say.line(&lines.join("\n"), &json)?;
        Ok(0)
    }
}

/// What is in a file, without the person's name: it may be read over a shoulder.
fn described(looked: &Looked) -> Vec<String> {
    let (facts, says) = (&looked.opened.facts, &looked.opened.says);
    let decided = facts.alerts.iter().filter(|alert| !alert.decisions.is_empty()).count();
    let authority = &looked.order.authority;
    let mut lines = vec![
        format!("From {}, made {}, its case {}", says.from_name, says.made_at, says.case),
        format!(
            "Evidence: {} records, {} checks made, none failed; every one that is shown opens with the key that came along",
            looked.records, looked.checks
        ),
        format!(
            "Order {}, {} versions, {} entries about its end; {} devices, {} alerts ({decided} decided on), {} statements, {} requests, {} visits",
            looked.order.reference,
            facts.orders.len(),
            facts.ends.len(),
            facts.devices.len(),
            facts.alerts.len(),
            facts.statements.len(),
            facts.rights.len(),
            facts.visits.len(),
        ),
        format!("Not in it: {} records held unseen there, {} items that may be privileged", facts.stays.held, facts.stays.privileged),
        "Read the order against the court's paper. Devices are enrolled anew: keys and certificates are each force's own.".to_owned(),
    ];
    lines.push(match authority.basis {
        AuthorityBasis::Consent => "Monitoring rested on consent given to the other force: no device may be enrolled here before the person has consented anew; enter that with admin order-change.".to_owned(),
        AuthorityBasis::Paragraph => format!("Legal basis, as {} recorded it: {}. Enter this force's own with admin order-change before a device is enrolled.", says.from_name, authority.legal_basis),
    });
    if let Some((since, reference)) = &facts.legal_hold {
        lines.push(format!("Under legal hold there since {since} ({reference}): decide whether it is to be held here too (admin legal-hold)."));
    }
    let open = facts.rights.iter().filter(|request| {
        !request.done.iter().any(|(kind, ..)| ["answer", "refuse", "withdraw"].contains(&kind.as_str()))
    });
    for request in open {
        lines.push(format!(
            "A request about data ({}) waits there for an answer until {}: agree who answers it.",
            request.kind, request.due_on
        ));
    }
    lines
}

impl ConfirmArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        let case = self.case;
        if let Some(path) = &self.receipt {
            let receipt = read(path, RECEIPT_BYTES_MAX)?;
            let says = transfer::confirm_by_receipt(ctx, COMMAND_LINE, case, &receipt).await?;
            let words = format!(
                "the receipt holds: {} has it since {}, as case {}; entered",
                says.by_name, says.received_at, says.case_there
            );
            return Ok((
                words,
                json!({"case": case, "transfer": says.transfer, "case_there": says.case_there}),
            ));
        }
        let reason = self.reason.unwrap_or_default();
        transfer::confirm(ctx, COMMAND_LINE, case, &reason).await?;
        Ok(("entered that the receiving force has the case".to_owned(), json!({"case": case})))
    }
}

impl ReceivedArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        refuse_existing(&self.out)?;
        let row = ctx.store.received_get(&self.received).await?;
        let row = row.ok_or(StoreError::Missing("a received file of this hash"))?;
        anyhow::ensure!(row.bundle_bytes > 0, "no evidence came with this file: the case had no record then");
        let objects = format!("{} {}", row.case, row.statement);
        let read = ctx.logged(COMMAND_LINE, "received-export", Some(row.case), &objects, async {
            kept::get(ctx, &row, Part::Bundle).await
        });
        let bytes = read.await?;
        files::write_new(&self.out, &bytes)?;
        let words = format!(
            "wrote {}\ncheck it: proviso-verify {0} --trust TRUST, with the trust file of the force that made it",
            self.out.display()
        );
        Ok((words, json!({"file": self.out, "bytes": bytes.len()})))
    }
}
