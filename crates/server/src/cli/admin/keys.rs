//! `admin keys-renew`, `admin keys-install`, `admin keys-status`: the keys that the root certifies.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use proviso_model::wire::{ForceKeys, ForceKeysStatement};
use serde_json::json;

use super::root::fingerprint;
use crate::app::AppContext;
use crate::app::force::{COMMAND_LINE, ForceError, keys};
use crate::cli::{Say, Wiring, open_context};
use crate::config::Config;
use crate::keys::files;
use crate::keys::make::{self, Renew};
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
        let master = open::master_key(config, wiring.master_key.as_deref())?;
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
