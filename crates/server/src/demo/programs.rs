//! The other programs of the product, started as a person would start them.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};

/// How long a program may take to end after it was asked to.
const END: Duration = Duration::from_secs(10);

/// Where the programs lie.
pub(super) struct Programs {
    pub(super) agent: PathBuf,
    pub(super) verifier: PathBuf,
    folder: PathBuf,
}

impl Programs {
    /// The programs that were built together with this one.
    pub(super) fn beside_this_one() -> anyhow::Result<Self> {
        let me = std::env::current_exe().context("finding this program's own folder")?;
        let folder = me.parent().context("finding this program's own folder")?.to_owned();
        let found = |name: &str| -> anyhow::Result<PathBuf> {
            let path = folder.join(name);
            if path.exists() {
                return Ok(path);
            }
            bail!(
                "{name} is not in {}; run `cargo xtask demo`, which builds all three programs",
                folder.display()
            )
        };
        Ok(Self {
            agent: found("proviso-agent")?,
            verifier: found("proviso-verify")?,
            folder: folder.clone(),
        })
    }

    /// The extension that the repository builds, seen from `target/<profile>`.
    pub(super) fn extension(&self) -> anyhow::Result<PathBuf> {
        let built = self.folder.join("../../extension/dist/chromium");
        built.canonicalize().with_context(|| {
            format!(
                "the extension is not built at {}; run `node extension/build.mjs`, or give --extension DIR",
                built.display()
            )
        })
    }

    pub(super) async fn enrol(
        &self,
        state: &Path,
        server: &str,
        trust: &Path,
        code: &str,
        pin: &str,
    ) -> anyhow::Result<()> {
        let mut child = Command::new(&self.agent)
            .arg("--state-dir")
            .arg(state)
            .args(["enrol", "--server", server, "--code", code, "--account", "demonstration"])
            .args(["--pin-stdin", "--notice", "acknowledged", "--notice-by", "the demonstration"])
            .arg("--trust")
            .arg(trust)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("starting proviso-agent enrol")?;
        let mut stdin = child.stdin.take().context("talking to proviso-agent enrol")?;
        stdin.write_all(format!("{pin}\n").as_bytes()).await.context("giving the PIN")?;
        drop(stdin);
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            bail!("proviso-agent enrol failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    pub(super) async fn run_agent(&self, state: &Path, log: &Path) -> anyhow::Result<Child> {
        let log_file = std::fs::File::create(log).with_context(|| format!("writing {}", log.display()))?;
        Command::new(&self.agent)
            .arg("--state-dir")
            .arg(state)
            .args(["run", "--page-port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log_file)
            .kill_on_drop(true)
            .spawn()
            .context("starting proviso-agent run")
    }

    /// The verifier's answer and its words.
    pub(super) async fn verify(&self, bundle: &Path, trust: &Path) -> anyhow::Result<(bool, String)> {
        let output = Command::new(&self.verifier)
            .arg(bundle)
            .arg("--trust")
            .arg(trust)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .await
            .context("starting proviso-verify")?;
        let words = [output.stdout, output.stderr].concat();
        Ok((output.status.success(), String::from_utf8_lossy(&words).into_owned()))
    }
}

/// Asks a program to end, and ends it when it does not.
pub(super) async fn end(child: &mut Child) {
    if let Some(pid) = child.id() {
        let asked = Command::new("kill").arg("-TERM").arg(pid.to_string()).status().await;
        if asked.is_ok() && tokio::time::timeout(END, child.wait()).await.is_ok() {
            return;
        }
    }
    if let Err(error) = child.kill().await {
        tracing::warn!(%error, "a program of the demonstration could not be ended");
    }
}
