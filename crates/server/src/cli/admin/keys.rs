//! `admin keys-renew`, `admin keys-install`, `admin keys-status`: the keys that the root certifies.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use proviso_model::wire::{ForceKeys, ForceKeysStatement};
use serde_json::json;

use super::root::fingerprint;
use crate::app::AppContext;
use crate::app::destruction::KEY_BACKUP_DAYS;
use crate::app::force::{COMMAND_LINE, ForceError, keys};
use crate::cli::{Say, Wiring, open_context};
use crate::config::Config;
use crate::keys::files;
use crate::keys::make::{self, Renew};
use crate::keys::{MasterKey, rotation};
use crate::master_key_change::{self, NewKey};
use crate::open;

#[derive(Debug, Args)]
pub(in crate::cli) struct RenewArgs {
    /// Change the key that signs policies.
    #[arg(long)]
    policy: bool,
    /// Change the key that signs checkpoints, the time and bundles.
    #[arg(long)]
    checkpoint: bool,
    /// Change the key that signs packs.
    #[arg(long)]
    pack: bool,
    /// What the root is to sign, a new file. With no key chosen it is only given a new date, and a new root where there is
    /// one.
    #[arg(long)]
    request: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct InstallArgs {
    /// What admin root sign wrote.
    #[arg(long)]
    signed: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ServerCertificateArgs {
    /// A name or address under which devices and officers reach the server; may be repeated [default: those of the certificate in use].
    #[arg(long = "host")]
    hosts: Vec<String>,
}

impl ServerCertificateArgs {
    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let master = open::master_key(config, wiring.master_key.as_deref())?;
        let ctx = open_context(wiring, config).await?;
        let now = wiring.clock.now();
        let hosts = ctx
            .logged(COMMAND_LINE, "server-certificate", None, "", async {
                let mut rng = (wiring.rng)();
                make::server_certificate(&config.data_dir, &master, &mut *rng, &self.hosts, now)
                    .map_err(ForceError::from)
            })
            .await?;
        let words = format!(
            "made a new TLS key and certificate of the server, for {}; start every serve again now",
            hosts.join(", ")
        );
        say.line(&words, &json!({ "hosts": hosts }))?;
        Ok(0)
    }
}

impl RenewArgs {
    pub(super) fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let _in_use = rotation::lock_shared(&config.data_dir)?;
        let master = open::master_key(config, wiring.master_key.as_deref())?;
        rotation::check(&config.data_dir, &master)?;
        let change = Renew { policy: self.policy, checkpoint: self.checkpoint, pack: self.pack };
        let mut rng = (wiring.rng)();
        let asked = make::renew(&config.data_dir, &master, &mut *rng, change, wiring.clock.now())?;
        files::write_new(&self.request, &serde_json::to_vec_pretty(&asked)?)?;
        let words = format!(
            "version {} waits for the root: {}\npolicy key      {}\ncheckpoint key  {}\n\
             where the root is: proviso-server admin root sign --medium MEDIUM --request {1} --out signed.json",
            asked.version,
            self.request.display(),
            fingerprint(&asked.policy_key),
            fingerprint(&asked.checkpoint_key),
        );
        say.line(&words, &json!({"version": asked.version, "request": self.request}))?;
        Ok(0)
    }
}

impl InstallArgs {
    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let signed: ForceKeys = serde_json::from_slice(&files::read(&self.signed)?)
            .with_context(|| format!("{}: not what admin root sign wrote", self.signed.display()))?;
        let trust = make::install(&config.data_dir, &signed)?;
        let ctx = open_context(wiring, config).await?;
        let policies = keys::installed(&ctx).await?;
        let words = format!(
            "installed; start the server again now\n{policies} devices get their policy anew, signed with the keys in use\n\
             hand out: {}\nroot key: {}",
            crate::keys::force::trust_path(&config.data_dir).display(),
            trust.root_key,
        );
        say.line(&words, &json!({"root_key": trust.root_key, "policies": policies}))?;
        Ok(0)
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RotateArgs {
    /// File with the new master key; made if it is not there. Name it in the settings afterwards.
    #[arg(long, value_name = "FILE", conflicts_with = "new_command")]
    new_file: Option<PathBuf>,
    /// Program and arguments that print the new master key. Name them in the settings afterwards.
    #[arg(long, num_args = 1.., allow_hyphen_values = true, value_name = "PROGRAM")]
    new_command: Vec<String>,
}

impl RotateArgs {
    fn new_key(self, wiring: &Wiring, config: &Config) -> anyhow::Result<NewKey> {
        if let Some(path) = self.new_file {
            return Ok(NewKey::File(path));
        }
        if !self.new_command.is_empty() {
            return Ok(NewKey::Command(self.new_command));
        }
        anyhow::ensure!(
            wiring.master_key.is_none() && config.master_key_command.is_none(),
            "the master key comes from the environment or a command: say where the new one is, with --new-file or --new-command"
        );
        let usual = MasterKey::usual_path(&config.data_dir);
        Ok(NewKey::Beside(config.master_key_file.clone().unwrap_or(usual)))
    }

    pub(super) async fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let new = self.new_key(wiring, config)?;
        let old = open::master_key(config, wiring.master_key.as_deref())?;
        let (clock, rng) = (std::sync::Arc::clone(&wiring.clock), (wiring.rng)());
        let done = master_key_change::change(config, old, &new, clock, rng, &mut || true).await?;
        let next = match &new {
            NewKey::Beside(path) => format!("the new key is in {}", path.display()),
            NewKey::File(path) => format!("set master_key_file to {} now", path.display()),
            NewKey::Command(command) => format!("set master_key_command to {command:?} now"),
        };
        let anew = done.anew;
        let words = format!(
            "sealed anew under master key {}: {} files of keys, keys of {} cases, {} values in the database, {} parts of lists\n{next}, and put a \
             copy of it in the safe\nthe old key is refused from now on. Backups of keys made before need it until they lapse, {KEY_BACKUP_DAYS} \
             days from now: keep it in the safe till then, make a backup of keys today, and destroy it after that",
            done.id, anew.key_files, anew.cases, anew.values, anew.parts,
        );
        say.line(&words, &json!({"master_key": done.id, "cases": anew.cases}))?;
        Ok(0)
    }
}

/// `admin keys-status`.
pub(super) fn status(ctx: &AppContext) -> anyhow::Result<(String, serde_json::Value)> {
    let says: ForceKeysStatement = serde_json::from_str(&ctx.keys.statement.statement)?;
    let days = says.valid_until.map(|until| until.millis_since(ctx.now()) / 86_400_000);
    let until = match (says.valid_until, days) {
        (Some(until), Some(days)) if days < 60 => {
            format!("good until {until}, {days} days from now: run admin keys-renew and let the root sign")
        }
        (Some(until), _) => format!("good until {until}"),
        _ => "good without end".to_owned(),
    };
    let words = format!(
        "keys of {}, version {}, {until}\nroot key        {}\npolicy key      {}\ncheckpoint key  {}\npack key        {}",
        says.force_name,
        says.version,
        fingerprint(&ctx.keys.trust.root_key),
        fingerprint(&says.policy_key),
        fingerprint(&says.checkpoint_key),
        says.pack_key.as_deref().map_or_else(|| "none".to_owned(), fingerprint),
    );
    Ok((words, json!({"version": says.version, "valid_until": says.valid_until, "days_left": days})))
}
