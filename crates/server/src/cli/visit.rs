//! `visit`: what an officer takes along to look at a device, and whether what came back holds.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use proviso_model::visit::SignedVisitRecord;
use serde_json::json;

use super::{Say, Wiring, open_context};
use crate::app::visit::{Beside, NewVisit, check, prepare};
use crate::config::Config;
use crate::keys::files;
use crate::keys::force::trust;

/// Longest record, page or log that is read.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

#[derive(Debug, Subcommand)]
pub(super) enum VisitCommand {
    /// Make a folder to take along on a stick: a signed pass for one visit, its key, and the force's trust file.
    Prepare(PrepareArgs),
    /// Check a record that came back: that this force's pass and key made it, and that nothing was changed since.
    Check(CheckArgs),
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
    /// When the visit before was, as 2026-10-01T00:00:00Z; without it, the visit compares with the beginning of the order.
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
        }
    }
}

impl PrepareArgs {
    async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let ctx = open_context(wiring, config).await?;
        let out = &self.out;
        anyhow::ensure!(!out.exists(), "{} is there already; give a new folder", out.display());
        let new = NewVisit { case: self.case, officer: &self.officer, days: self.days, since: self.since };
        let prepared = prepare(&ctx, &new).await?;
        std::fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
        files::write_new(&out.join("trust.json"), &serde_json::to_vec_pretty(&trust(&config.data_dir)?)?)?;
        files::write_new(&out.join("visit.key"), hex::encode(*prepared.key.seed()).as_bytes())?;
        files::write_new(&out.join("visit-pass.json"), &serde_json::to_vec_pretty(&prepared.signed)?)?;
        let pass = &prepared.pass;
        let words = format!(
            "visit {} for officer {}, good until {}: {} paragraphs, {} enrolled devices\n\
             {} has the pass, its key and the trust file. On the device: proviso-agent visit --pass {}",
            pass.visit,
            pass.officer,
            pass.expires_at,
            pass.order.conditions.len(),
            pass.devices.len(),
            out.display(),
            out.display(),
        );
        say.line(&words, &json!({"visit": pass.visit, "expires_at": pass.expires_at, "folder": out}))?;
        Ok(0)
    }
}

impl CheckArgs {
    async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let signed: SignedVisitRecord = serde_json::from_slice(&read(&self.file)?)
            .with_context(|| format!("{} is no record of a visit", self.file.display()))?;
        let beside = |name: &str| {
            let path = self.file.with_file_name(name);
            path.exists().then(|| read(&path)).transpose()
        };
        let beside = Beside { page: beside("visit-page.html")?, touched: beside("touched.jsonl")? };
        let ctx = open_context(wiring, config).await?;
        let (record, checks) = check(&ctx, &signed, &beside).await?;
        let holds = checks.iter().all(|check| check.holds);
        let mut lines: Vec<String> = checks
            .iter()
            .map(|check| format!("{}  {}", if check.holds { "ok " } else { "NOT" }, check.name))
            .collect();
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
