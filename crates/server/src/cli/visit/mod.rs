//! `visit`: what an officer takes along to look at a device, whether what came back holds, and its filing.

mod file;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId};
use proviso_model::visit::SignedVisitRecord;
use serde_json::json;

use super::{Say, Wiring, open_context};
use crate::app::visit::{Beside, Check, NewVisit, check, prepare};
use crate::config::Config;
use crate::keys::files;
use crate::keys::force::trust;

/// The page beside a record.
const PAGE: &str = "visit-page.html";
/// The log of what was touched beside it.
const TOUCHED: &str = "touched.jsonl";
/// Longest record, page or log that is read.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(super) enum VisitCommand {
    /// Make a folder to take along on a stick: a signed pass for one visit, its key, and the force's trust file.
    Prepare(PrepareArgs),
    /// Check a record that came back: that this force's pass and key made it, and that nothing was changed since.
    Check(CheckArgs),
    /// Check a record that came back and file it into its case, with its page and its log. Filed again, it stays as it is.
    File(file::FileArgs),
    /// List the filed visits of a case: when, which device, hash.
    List(file::ListArgs),
    /// Write record, page and log of a filed visit out again, as they came.
    Export(file::ExportArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  \
    proviso-server visit prepare --case 0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57 --officer pat --since 2026-10-01T00:00:00Z --out /media/stick/visit\n  \
    then, on the device:  /media/stick/proviso-agent visit --pass /media/stick/visit")]
pub(super) struct PrepareArgs {
    /// The case.
    #[arg(long)]
    case: CaseId,
    /// Sign-in name of the officer who goes.
    #[arg(long)]
    officer: String,
    /// The enrolled device that will be looked at; where the case has one alone, it is that one. The visit compares with the last
    /// one of it that was filed.
    #[arg(long)]
    device: Option<DeviceId>,
    /// Compare with this time instead, as 2026-10-01T00:00:00Z. Without it and without a filed visit, it is the beginning of the order.
    #[arg(long, value_parser = |text: &str| Timestamp::parse(text))]
    since: Option<Timestamp>,
    /// Days for which the pass is good.
    #[arg(long, default_value_t = 7)]
    days: i64,
    /// A new folder. Keep the stick encrypted: the folder says whose order it is.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  proviso-server visit check /media/stick/visit/visit-20261129-190000/visit-record.json\n\n\
    Exit code 0: every check holds; 1: one does not; 2: it is no such record."
)]
pub(super) struct CheckArgs {
    /// visit-record.json; the page and the log beside it are checked with it.
    file: PathBuf,
}

impl VisitCommand {
    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        match self {
            Self::Prepare(args) => args.run(wiring, config, say).await,
            Self::Check(args) => args.run(wiring, config, say).await,
            Self::File(args) => args.run(wiring, config, say).await,
            Self::List(args) => args.run(wiring, config, say).await,
            Self::Export(args) => args.run(wiring, config, say).await,
        }
    }
}

impl PrepareArgs {
    async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let ctx = open_context(wiring, config).await?;
        let out = &self.out;
        anyhow::ensure!(!out.exists(), "{} is there already; give a new folder", out.display());
        let new = NewVisit {
            case: self.case,
            officer: &self.officer,
            days: self.days,
            since: self.since,
            device: self.device,
        };
        let prepared = prepare(&ctx, &new).await?;
        std::fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
        files::write_new(&out.join("trust.json"), &serde_json::to_vec_pretty(&trust(&config.data_dir)?)?)?;
        files::write_new(&out.join("visit.key"), hex::encode(*prepared.key.seed()).as_bytes())?;
        files::write_new(&out.join("visit-pass.json"), &serde_json::to_vec_pretty(&prepared.signed)?)?;
        let pass = &prepared.pass;
        let compares = match (pass.since, pass.since_of) {
            (Some(at), Some(device)) => format!(
                "the last filed visit to device {device}, of {at}; on another device it compares with the beginning of the order"
            ),
            (Some(at), None) => at.to_string(),
            (None, _) => {
                "the beginning of the order: no visit is filed of the device, or none was named with --device"
                    .to_owned()
            }
        };
        let words = format!(
            "visit {} for officer {}, good until {}: {} paragraphs, {} devices; it compares with {compares}\n\
             {} has the pass, its key and the trust file. On the device: proviso-agent visit --pass {}",
            pass.visit,
            pass.officer,
            pass.expires_at,
            pass.order.conditions.len(),
            pass.devices.len(),
            out.display(),
            out.display(),
        );
        say.line(&words, &json!({"visit": pass.visit, "expires_at": pass.expires_at, "since": pass.since, "since_of": pass.since_of, "folder": out}))?;
        Ok(0)
    }
}

impl CheckArgs {
    async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let (signed, beside) = record(&self.file)?;
        let ctx = open_context(wiring, config).await?;
        let (record, checks) = check(&ctx, &signed, &beside).await?;
        let holds = checks.iter().all(|check| check.holds);
        let mut lines = in_words(&checks);
        let stops = record.told.iter().filter(|told| told.stop).map(|told| told.paragraph.as_str());
        let stops: Vec<&str> = stops.collect();
        lines.push(format!(
            "visit under order {} on {}: {} paragraphs{}; {} places not reached",
            record.order_reference,
            record.started_at,
            record.told.len(),
            if stops.is_empty() {
                String::new()
            } else {
                format!(", found something under {}", stops.join(", "))
            },
            record.not_reached.len(),
        ));
        lines.push(
            if holds { "Verified: unchanged since it was signed at the visit." } else { "Not verified." }
                .to_owned(),
        );
        say.line(&lines.join("\n"), &json!({"holds": holds, "checks": checks, "record": record}))?;
        Ok(u8::from(!holds))
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let shown = path.display();
    let file = std::fs::File::open(path).with_context(|| format!("{shown} cannot be opened"))?;
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).with_context(|| format!("{shown} cannot be read"))?;
    anyhow::ensure!(bytes.len() as u64 <= BYTES_MAX, "{shown} has more than {BYTES_MAX} bytes");
    Ok(bytes)
}

/// A record and what lies beside it.
fn record(path: &Path) -> anyhow::Result<(SignedVisitRecord, Beside)> {
    let signed: SignedVisitRecord = serde_json::from_slice(&read(path)?)
        .with_context(|| format!("{} is no record of a visit", path.display()))?;
    let beside = |name: &str| {
        let path = path.with_file_name(name);
        path.exists().then(|| read(&path)).transpose()
    };
    Ok((signed, Beside { page: beside(PAGE)?, touched: beside(TOUCHED)? }))
}

/// A line for each check.
fn in_words(checks: &[Check]) -> Vec<String> {
    checks
        .iter()
        .map(|check| format!("{}  {}", if check.holds { "ok " } else { "NOT" }, check.name))
        .collect()
}
