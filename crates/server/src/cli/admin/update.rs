//! `admin update-...` and `admin publish`: releases of the agent and of packs for the force's devices.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use proviso_model::update::{ReleaseKind, STAGE_ALL};
use serde_json::{Value, json};

use super::secret::Secrets;
use crate::app::AppContext;
use crate::app::updates::publish::{self, NewRelease};
use crate::app::updates::{archive, fleet};
use crate::keys::files;
use crate::keys::root::Root;

/// The passphrase of the root is the first line of standard input, or asked for.
#[derive(Debug, Args)]
pub(in crate::cli) struct RootArgs {
    /// Folder on the medium of the force's root, plugged in for this act.
    #[arg(long)]
    medium: PathBuf,
}

/// What is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The agent's program.
    Agent,
    /// A pack of detection data.
    Pack,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct PublishArgs {
    /// Folder on the medium of the force's root, plugged in for this act.
    #[arg(long)]
    medium: PathBuf,
    /// What it is.
    #[arg(long, value_enum, default_value_t = Kind::Agent)]
    kind: Kind,
    /// Name of a pack.
    #[arg(long, required_if_eq("kind", "pack"))]
    name: Option<String>,
    /// Its version, three numbers.
    #[arg(long)]
    version: String,
    /// Which machines it runs on.
    #[arg(long, default_value = "linux-x86_64")]
    platform: String,
    /// The file; without it, only the stage and what follows of a release published before are changed.
    #[arg(long)]
    file: Option<PathBuf>,
    /// For how many thousandths of the devices: 10 is one in a hundred, 1000 all.
    #[arg(long, default_value_t = STAGE_ALL)]
    stage: u16,
    /// Devices with a version below this take it whatever the stage.
    #[arg(long)]
    minimum: Option<String>,
    /// Devices with this version go back to the release, although it is older; may be repeated.
    #[arg(long = "back-from")]
    back_from: Vec<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct FetchArgs {
    /// Its name, from admin update-list.
    name: String,
    /// A new file.
    #[arg(long)]
    out: PathBuf,
}

impl RootArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let root = Root::open(&self.medium, &Secrets::default().next("Passphrase of the root: ")?)?;
        let version = publish::root(ctx, &root).await?;
        let words = format!(
            "made update root {version}; take {} away again\ndevices follow it from their next question on",
            self.medium.display()
        );
        Ok((words, json!({ "version": version })))
    }
}

impl PublishArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let (kind, name) = match self.kind {
            Kind::Agent => (ReleaseKind::Agent, "proviso-agent".to_owned()),
            Kind::Pack => (ReleaseKind::Pack, self.name.context("a pack needs --name")?),
        };
        let file = self.file.as_deref().map(files::read).transpose()?;
        let root = Root::open(&self.medium, &Secrets::default().next("Passphrase of the root: ")?)?;
        let stage = self.stage;
        let new = NewRelease {
            kind,
            name,
            version: self.version,
            platform: self.platform,
            stage,
            minimum: self.minimum,
            back_from: self.back_from,
            file: file.map(|file| file.to_vec()),
        };
        let made = publish::release(ctx, &root, new).await?;
        let words = format!(
            "published {} for {stage} in 1000 devices\nSHA-256 {}\ntake {} away again",
            made.name,
            made.sha256,
            self.medium.display()
        );
        let value = json!({"name": made.name, "sha256": made.sha256, "stage": stage, "list_version": made.list_version});
        Ok((words, value))
    }
}

/// `admin update-list`: what was published, and how far devices have come.
pub(super) async fn list(ctx: &AppContext) -> anyhow::Result<(String, Value)> {
    let listed = archive::list(ctx).await?;
    let fleet = fleet::of(ctx).await?;
    let mut lines: Vec<String> = listed
        .iter()
        .map(|one| {
            let back = one.says.back_from.join(", ");
            let back = if back.is_empty() { back } else { format!("  for those with {back} too") };
            let semantics = one.says.engine_semantics;
            format!("{}  {} in 1000  engine {semantics}  {}{back}", one.name, one.says.stage, one.sha256)
        })
        .collect();
    if lines.is_empty() {
        lines.push("nothing was published".to_owned());
    }
    lines.extend(fleet.versions.iter().map(|row| {
        format!(
            "{} devices with {}; {} of them are meant by a newer release",
            row.devices, row.version, row.behind
        )
    }));
    let releases: Vec<Value> = listed
        .iter()
        .map(|one| json!({"name": one.name, "sha256": one.sha256, "bytes": one.bytes, "says": one.says}))
        .collect();
    let versions: Vec<Value> = fleet
        .versions
        .iter()
        .map(|row| json!({"version": row.version, "devices": row.devices, "behind": row.behind}))
        .collect();
    Ok((lines.join("\n"), json!({"releases": releases, "devices": versions})))
}

impl FetchArgs {
    pub(super) async fn act(self, ctx: &AppContext) -> anyhow::Result<(String, Value)> {
        let (listed, file) = archive::whole(ctx, &self.name).await?;
        files::write_new(&self.out, &file)?;
        let words = format!("wrote {} to {}, SHA-256 {}", listed.name, self.out.display(), listed.sha256);
        Ok((words, json!({"name": listed.name, "sha256": listed.sha256, "file": self.out})))
    }
}
