//! `admin backup`, `backup-keys`, `backup-prune` and `restore`. For administrators: `docs/backup.md`.

use std::path::PathBuf;

use clap::Args;
use proviso_model::ids::RestoreId;
use serde_json::json;

use crate::app::AppContext;
use crate::app::backup::{self, Plan};
use crate::cli::{Say, Wiring, open_context};
use crate::config::Config;
use crate::keys::MasterKey;

/// Options of `backup`.
#[derive(Debug, Args)]
pub(in crate::cli) struct BackupArgs {
    /// Make a backup of database and blobs, never of keys, in this new folder.
    #[arg(long, value_name = "DIR", conflicts_with = "check", required_unless_present = "check")]
    out: Option<PathBuf>,
    /// Read a backup back and compare every byte with its manifest.
    #[arg(long, value_name = "DIR")]
    check: Option<PathBuf>,
    /// A key backup made after it: then the checked backup counts for what devices may delete.
    #[arg(long, value_name = "DIR", requires = "check")]
    keys: Option<PathBuf>,
}

/// Options of `backup-keys`.
#[derive(Debug, Args)]
pub(in crate::cli) struct KeysArgs {
    /// The new folder. Keep it apart from backups of the database and from the master key.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Options of `backup-prune`.
#[derive(Debug, Args)]
pub(in crate::cli) struct PruneArgs {
    /// A key backup, or the folder in which key backups lie.
    #[arg(long = "in", value_name = "DIR")]
    folder: PathBuf,
}

/// Options of `restore`.
#[derive(Debug, Args)]
pub(in crate::cli) struct RestoreArgs {
    /// The backup of database and blobs.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The key backup; without it, put the keys back by hand before the server starts.
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// The destruction journal of the lost server: what it names is destroyed again first.
    #[arg(long, value_name = "FILE", conflicts_with = "no_journal", required_unless_present = "no_journal")]
    journal: Option<PathBuf>,
    /// Why there is no journal; the reason goes into the log.
    #[arg(long, value_name = "REASON")]
    no_journal: Option<String>,
}

impl BackupArgs {
    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        if let Some(out) = self.out {
            let made = backup::take(&open_context(wiring, config).await?, &out).await?;
            let (files, place) = (made.files.len() + 1, out.display());
            let words = format!(
                "wrote {files} files of {} to {place}\nnext: admin backup-keys --out ELSEWHERE, then \
                 admin backup --check {place} --keys ELSEWHERE",
                made.made_at
            );
            say.line(&words, &json!({"backup": made.id, "made_at": made.made_at, "out": out}))?;
            return Ok(0);
        }
        let Some(dir) = self.check else { anyhow::bail!("give --out or --check") };
        // Also where there is no server: a backup can be checked on any machine.
        let checked = backup::check(&dir).await?;
        let manifest = &checked.manifest;
        let mut words = format!(
            "{} is whole: {} of {}, schema {}, {} files, every hash compared",
            dir.display(),
            manifest.force_name,
            manifest.made_at,
            manifest.schema,
            manifest.files.len()
        );
        let mut counted = None;
        if let Some(keys) = self.keys {
            let ctx = open_context(wiring, config).await?;
            let devices = backup::count(&ctx, &dir, &checked, &keys).await?;
            counted = Some(devices);
            words.push_str(&format!(
                "\nit counts from now on for what {devices} of {} devices may delete",
                manifest.devices.len()
            ));
        } else {
            words.push_str("\nit does not yet count for what devices may delete: give --keys too");
        }
        say.line(&words, &json!({"backup": manifest.id, "made_at": manifest.made_at, "counted": counted}))?;
        Ok(0)
    }
}

impl KeysArgs {
    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let ctx = open_context(wiring, config).await?;
        let made = backup::take_keys(&ctx, config, &self.out).await?;
        let words = format!(
            "wrote {} key files to {}; it lapses on {} and is refused after that\n\
             the master key is not among them: keep a copy of it in yet another place",
            made.files.len(),
            self.out.display(),
            made.lapses_at
        );
        say.line(&words, &json!({"out": self.out, "made_at": made.made_at, "lapses_at": made.lapses_at}))?;
        Ok(0)
    }
}

impl PruneArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
        let removed = backup::prune(ctx, &self.folder).await?;
        let words = match removed.len() {
            0 => "no key backup there has lapsed".to_owned(),
            many => format!("removed {many} lapsed key backups"),
        };
        Ok((words, json!({"removed": removed})))
    }
}

impl RestoreArgs {
    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let now = wiring.clock.now();
        let mut random = [0; 10];
        (wiring.rng)().fill_bytes(&mut random);
        let plan = Plan {
            from: self.from,
            keys: self.keys,
            journal: self.journal.ok_or_else(|| self.no_journal.unwrap_or_default()),
            id: RestoreId::new(now, random),
            now,
        };
        let restored = backup::restore(config, &plan).await?;
        let mut words = format!(
            "put the backup of {} back into {}; {} entries of the destruction journal were applied first",
            restored.backup_made_at,
            config.store.as_ref().map_or(config.data_dir.display().to_string(), |_| config.store_place()),
            restored.destroyed_again
        );
        let master = config.master_key_file.clone().unwrap_or(MasterKey::usual_path(&config.data_dir));
        if plan.keys.is_some() && (wiring.master_key.is_some() || master.is_file()) {
            open_context(wiring, config).await?;
            words.push_str("\nthe restore is in the audit log, and officers see it beside each device");
        } else {
            words.push_str(&format!(
                "\nput the keys back before the server starts; the master key belongs to {}. \
                 The first start writes the restore into the audit log",
                master.display()
            ));
        }
        words.push_str(
            "\nwhat came after the backup comes again from devices that still hold it; enter again what officers \
             did since: orders, decisions, devices revoked",
        );
        say.line(&words, &json!({"restored": restored}))?;
        Ok(0)
    }
}
