//! `admin root init|sign|rotate`: on the machine where the root's medium is; no server, no data folder, no network.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, Subcommand};
use proviso_ledger::sign::VerifyKey;
use proviso_model::wire::ForceKeysStatement;
use serde_json::json;

use super::secret::Secrets;
use crate::cli::{Say, Wiring};
use crate::config::Config;
use crate::keys::files;
use crate::keys::root::{self, PUBLIC_FILE, Root};

/// Passphrases are lines of standard input, or asked for.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum RootCommand {
    /// Make the root of a force on a medium that is kept offline.
    Init(InitArgs),
    /// Certify the keys that a server asks for, after you have compared them.
    Sign(SignArgs),
    /// Hand over to a new root on a new medium. First the old passphrase, then the new one.
    Rotate(RotateArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct InitArgs {
    /// Folder on the medium.
    #[arg(long)]
    medium: PathBuf,
    /// The force's name.
    #[arg(long)]
    force_name: String,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SignArgs {
    /// Folder on the medium.
    #[arg(long)]
    medium: PathBuf,
    /// What the server asks for, from admin init or admin keys-renew.
    #[arg(long)]
    request: PathBuf,
    /// What admin keys-install takes, a new file.
    #[arg(long)]
    out: PathBuf,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct RotateArgs {
    /// Folder on the medium of the old root.
    #[arg(long)]
    medium: PathBuf,
    /// Folder on the medium of the new root.
    #[arg(long)]
    new_medium: PathBuf,
}

/// A public key (hexadecimal) in the form that people compare.
pub(super) fn fingerprint(key: &str) -> String {
    VerifyKey::from_hex(key).map_or_else(|_| "not a key".to_owned(), |key| key.fingerprint())
}

fn made(root: &Root, medium: &Path) -> String {
    format!(
        "made the root of {}\nfingerprint: {}\nset the server up with {}",
        root.public.force_name,
        fingerprint(&root.public.root_key),
        medium.join(PUBLIC_FILE).display()
    )
}

impl RootCommand {
    pub(super) fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        let mut secrets = Secrets::default();
        let mut rng = (wiring.rng)();
        match self {
            Self::Init(args) => {
                root::apart(&args.medium, &config.data_dir)?;
                let passphrase = secrets.next("Passphrase of the root: ")?;
                let root = Root::create(&args.medium, &passphrase, &mut *rng, &args.force_name)?;
                say.line(&made(&root, &args.medium), &serde_json::to_value(&root.public)?)?;
            }
            Self::Sign(args) => sign(&args, &mut secrets, say)?,
            Self::Rotate(args) => {
                root::apart(&args.new_medium, &config.data_dir)?;
                let old = Root::open(&args.medium, &secrets.next("Passphrase of the old root: ")?)?;
                let passphrase = secrets.next("Passphrase of the new root: ")?;
                let new = old.rotate(&args.new_medium, &passphrase, &mut *rng, wiring.clock.now())?;
                let words = format!(
                    "{}\nnext: admin keys-renew on the server, admin root sign with the new medium, admin keys-install; \
                     keep the old medium until every device has heard of it (admin keys-status)",
                    made(&new, &args.new_medium)
                );
                say.line(&words, &serde_json::to_value(&new.public)?)?;
            }
        }
        Ok(0)
    }
}

fn sign(args: &SignArgs, secrets: &mut Secrets, say: &mut Say) -> anyhow::Result<()> {
    let request: ForceKeysStatement =
        serde_json::from_slice(&files::read(&args.request)?).with_context(|| {
            format!("{}: not a request of admin init or admin keys-renew", args.request.display())
        })?;
    let root = Root::open(&args.medium, &secrets.next("Passphrase of the root: ")?)?;
    let last = root.signed()?.last().cloned();
    let signed = root.sign(&request)?;
    files::write_new(&args.out, &serde_json::to_vec_pretty(&signed)?)?;
    let key = |key: &str, before: Option<&str>| {
        let kept = before.is_some_and(|before| before == key);
        format!("{}{}", fingerprint(key), if kept { " (as before)" } else { " (new)" })
    };
    let words = format!(
        "signed version {} of the keys of {}, good until {}\npolicy key      {}\ncheckpoint key  {}\n\
         compare these with what the server printed; if they differ, do not install {}",
        request.version,
        request.force_name,
        request.valid_until.map_or_else(|| "further notice".to_owned(), |until| until.to_string()),
        key(&request.policy_key, last.as_ref().map(|one| one.policy_key.as_str())),
        key(&request.checkpoint_key, last.as_ref().map(|one| one.checkpoint_key.as_str())),
        args.out.display(),
    );
    say.line(&words, &json!({"version": request.version, "file": args.out}))?;
    Ok(())
}
