//! `admin init`: the keys of a new force, certified by a root that lies on a medium of its own.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use proviso_model::wire::TrustFile;
use serde_json::json;

use super::secret::Secrets;
use crate::cli::{Say, Wiring};
use crate::config::Config;
use crate::keys::files;
use crate::keys::force::{ForceInit, trust_path};
use crate::keys::make;
use crate::keys::root::{self, Root, RootPublic};
use crate::open;

/// Either the root's medium is here, and all is done at once, or the root stays elsewhere and is asked.
#[derive(Debug, Args)]
pub(in crate::cli) struct InitArgs {
    /// The force's name; the root's own when --root-public is given.
    #[arg(long, required_unless_present = "root_public")]
    force_name: Option<String>,
    /// A name or address under which devices and officers reach the server; may be repeated.
    #[arg(long = "host", default_values = ["localhost", "127.0.0.1"])]
    hosts: Vec<String>,
    /// Folder on a medium that is taken away afterwards, outside the data folder: the root is made there, or used from
    /// there. Its passphrase is the first line of standard input, or asked for.
    #[arg(long, required_unless_present = "root_public")]
    root_medium: Option<PathBuf>,
    /// root-public.json of a root made elsewhere with admin root init. The keys then wait for its signature.
    #[arg(long, conflicts_with_all = ["root_medium", "force_name"], requires = "request")]
    root_public: Option<PathBuf>,
    /// What the root is to sign, a new file.
    #[arg(long, requires = "root_public")]
    request: Option<PathBuf>,
}

impl InitArgs {
    pub(super) fn run(self, wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
        if let (Some(public), Some(request)) = (&self.root_public, &self.request) {
            let public: RootPublic = serde_json::from_slice(&files::read(public)?)
                .with_context(|| format!("{}: not the root-public.json of a root", public.display()))?;
            let init = ForceInit { name: &public.force_name, hosts: &self.hosts, now: wiring.clock.now() };
            let mut rng = (wiring.rng)();
            let master = open::folders(config, wiring.master_key.as_deref(), &mut *rng)?;
            let asked = make::prepare(&config.data_dir, &master, &mut *rng, &init, &public)?;
            files::write_new(request, &serde_json::to_vec_pretty(&asked)?)?;
            let words = format!(
                "made the keys of {}; they wait for the root\nwhere the root is: proviso-server admin root sign \
                 --medium MEDIUM --request {} --out signed.json\nthen here: proviso-server admin keys-install --signed \
                 signed.json",
                public.force_name,
                request.display()
            );
            say.line(&words, &json!({"force": public.force, "request": request}))?;
            return Ok(0);
        }
        let (Some(name), Some(medium)) = (self.force_name, self.root_medium) else {
            anyhow::bail!("give --force-name and --root-medium, or --root-public and --request");
        };
        root::apart(&medium, &config.data_dir)?;
        let mut rng = (wiring.rng)();
        let passphrase = Secrets::default().next("Passphrase of the root: ")?;
        // The folder first: a root on a medium for a data folder that is in use already would be of no use.
        let master = open::folders(config, wiring.master_key.as_deref(), &mut *rng)?;
        let root = if Root::is_on(&medium) {
            Root::open(&medium, &passphrase)?
        } else {
            Root::create(&medium, &passphrase, &mut *rng, &name)?
        };
        let init = ForceInit { name: &name, hosts: &self.hosts, now: wiring.clock.now() };
        let asked = make::prepare(&config.data_dir, &master, &mut *rng, &init, &root.public)?;
        let trust = make::install(&config.data_dir, &root.sign(&asked)?)?;
        say_made(config, say, &trust, &medium)
    }
}

fn say_made(
    config: &Config,
    say: &mut Say,
    trust: &TrustFile,
    medium: &std::path::Path,
) -> anyhow::Result<u8> {
    let path = trust_path(&config.data_dir);
    let words = format!(
        "made the keys of {} in {}\nhand out: {}\nroot key: {}\n\
         take {} away and lock it up with its passphrase elsewhere; the server does not need it\n\
         keep a copy of the master key apart from backups of the database",
        trust.force_name,
        config.data_dir.display(),
        path.display(),
        trust.root_key,
        medium.display(),
    );
    say.line(&words, &json!({"force": trust.force, "trust": path, "root_key": trust.root_key}))?;
    Ok(0)
}
