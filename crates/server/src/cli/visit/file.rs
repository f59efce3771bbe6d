//! Filing the record of a visit, listing what is filed, and writing it out again.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use proviso_model::Digest;
use proviso_model::ids::{CaseId, DeviceId};
use serde_json::json;

use super::{PAGE, TOUCHED, in_words, record};
use crate::app::visit::{self, NewFiled};
use crate::cli::{Say, Wiring, open_context};
use crate::config::Config;
use crate::keys::files;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  proviso-server visit file /media/stick/visit/visit-20261129-190000/visit-record.json\n\n\
    Exit code 0: it is filed, now or before; 1: a check does not hold, and nothing was filed; 2: it cannot be filed, with why."
)]
pub(in crate::cli) struct FileArgs {
    /// visit-record.json; the page and the log must lie beside it.
    file: PathBuf,
    /// Which enrolled device it was, where the record does not say: the person's own account cannot read that.
    #[arg(long, conflicts_with = "not_enrolled")]
    device: Option<DeviceId>,
    /// The device is not enrolled.
    #[arg(long)]
    not_enrolled: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ListArgs {
    /// The case.
    #[arg(long)]
    case: CaseId,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArgs {
    /// The record's hash, as `visit list` and the console show it.
    #[arg(value_parser = digest)]
    hash: Digest,
    /// A new folder for the three files.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

fn digest(text: &str) -> Result<Digest, String> {
    Digest::parse(text).ok_or_else(|| "a hash is 64 hexadecimal digits".to_owned())
}

impl FileArgs {
    pub(in crate::cli) async fn run(
        self,
        wiring: &Wiring,
        config: &Config,
        say: &mut Say,
    ) -> anyhow::Result<u8> {
        let (signed, beside) = record(&self.file)?;
        let ctx = open_context(wiring, config).await?;
        let device = self.device.map(Some).or(self.not_enrolled.then_some(None));
        let new = NewFiled { signed: &signed, beside: &beside, device };
        let filed = match visit::file(&ctx, &new).await? {
            Ok(filed) => filed,
            Err(checks) => {
                let mut lines = in_words(&checks);
                lines.push("Not verified, and not filed.".to_owned());
                say.line(&lines.join("\n"), &json!({"filed": false, "checks": checks}))?;
                return Ok(1);
            }
        };
        let row = &filed.row;
        let device = row
            .device
            .map_or_else(|| "a device that is not enrolled".to_owned(), |id| format!("device {id}"));
        let when = if filed.is_new { "is filed" } else { "was filed before, and stays as it is" };
        let words = format!("the visit of {} to {device} {when}: {}", row.started_at, row.hash);
        let json = json!({
            "filed": true, "new": filed.is_new, "hash": row.hash, "case": row.case, "device": row.device,
            "filed_at": row.filed_at,
        });
        say.line(&words, &json)?;
        Ok(0)
    }
}

impl ListArgs {
    pub(in crate::cli) async fn run(
        self,
        wiring: &Wiring,
        config: &Config,
        say: &mut Say,
    ) -> anyhow::Result<u8> {
        let ctx = open_context(wiring, config).await?;
        let rows = visit::list(&ctx, self.case).await?;
        if rows.is_empty() {
            say.line("no visit is filed", &json!([]))?;
            return Ok(0);
        }
        let lines = rows.iter().map(|row| {
            let device = row.device.map_or_else(|| "not enrolled".to_owned(), |id| id.to_string());
            format!("{}  {device}  {}", row.started_at, row.hash)
        });
        let lines: Vec<String> = lines.collect();
        let json = rows.iter().map(|row| {
            json!({"hash": row.hash, "visit": row.visit, "device": row.device, "started_at": row.started_at, "filed_at": row.filed_at})
        });
        say.line(&lines.join("\n"), &json.collect())?;
        Ok(0)
    }
}

impl ExportArgs {
    pub(in crate::cli) async fn run(
        self,
        wiring: &Wiring,
        config: &Config,
        say: &mut Say,
    ) -> anyhow::Result<u8> {
        let out = &self.out;
        anyhow::ensure!(!out.exists(), "{} is there already; give a new folder", out.display());
        let ctx = open_context(wiring, config).await?;
        let filed = visit::export(&ctx, &self.hash).await?;
        std::fs::create_dir_all(out).with_context(|| format!("{} cannot be made", out.display()))?;
        files::write_new(&out.join("visit-record.json"), &serde_json::to_vec_pretty(&filed.signed)?)?;
        files::write_new(&out.join(PAGE), filed.files.page.as_bytes())?;
        files::write_new(&out.join(TOUCHED), filed.files.touched.as_bytes())?;
        let words = format!("record, page and log are in {}; visit check verifies them there", out.display());
        say.line(&words, &json!({"folder": out}))?;
        Ok(0)
    }
}
