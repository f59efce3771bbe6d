//! Finds and starts a real browser with the extension and a native-messaging manifest, in a throw-away profile.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};
use tokio::process::{Child, Command};

use super::tab::{self, Click};

/// Where Debian and other systems keep Chromium.
const PLACES: [&str; 4] =
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/snap/bin/chromium"];

/// Switches that keep a demonstration browser from calling home.
const QUIET: [&str; 8] = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--password-store=basic",
];

/// What a browser is started with.
pub struct BrowserStart<'a> {
    /// Folder of the built extension.
    pub extension: &'a Path,
    /// The agent's program.
    pub agent: &'a Path,
    /// The agent's state folder.
    pub agent_state: &'a Path,
    /// Throw-away profile.
    pub profile: &'a Path,
    /// What is opened once its extension runs.
    pub click: Click<'a>,
    /// Whether to run without a window.
    pub headless: bool,
}

/// The browser's program.
///
/// # Errors
/// When none of the known places has one.
pub fn find() -> anyhow::Result<PathBuf> {
    PLACES.iter().map(PathBuf::from).find(|place| place.exists()).context(
        "no Chromium was found; run `cargo xtask demo`, which installs it, or `apt-get install chromium`",
    )
}

/// Starts the browser and opens the page; it ends when the child is dropped.
///
/// # Errors
/// When there is no browser, the extension has not been built, or the profile cannot be written.
pub async fn start(what: &BrowserStart<'_>) -> anyhow::Result<Child> {
    let program = find()?;
    if !what.extension.join("manifest.json").exists() {
        bail!(
            "the extension is not built at {}; run `node extension/build.mjs` in the repository, or give --extension DIR",
            what.extension.display()
        );
    }
    write_host_manifest(what).await?;
    let mut command = Command::new(program);
    command
        .args(QUIET)
        .arg(format!("--user-data-dir={}", what.profile.display()))
        .arg(format!("--load-extension={}", what.extension.display()))
        .arg("--remote-debugging-port=0")
        .arg("about:blank")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    if what.headless {
        command.arg("--headless=new");
    }
    if is_root() {
        // Chromium's own sandbox refuses to start as root.
        command.arg("--no-sandbox");
    }
    // Of an earlier run in the same profile.
    let _ = tokio::fs::remove_file(what.profile.join("DevToolsActivePort")).await;
    let child = command.spawn().context("starting Chromium")?;
    tab::open(what.profile, &extension_id(what.extension)?, &what.click).await?;
    Ok(child)
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}

async fn write_host_manifest(what: &BrowserStart<'_>) -> anyhow::Result<()> {
    let folder = what.profile.join("NativeMessagingHosts");
    tokio::fs::create_dir_all(&folder).await.context("making the browser profile")?;
    let launcher = what.profile.join("native-host.sh");
    let script = format!(
        "#!/bin/sh\nexec '{}' --state-dir '{}' native-host\n",
        what.agent.display(),
        what.agent_state.display()
    );
    tokio::fs::write(&launcher, script).await.context("writing the native host's launcher")?;
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    tokio::fs::set_permissions(&launcher, mode).await.context("making the launcher executable")?;
    let manifest = serde_json::json!({
        "name": "org.proviso.agent",
        "description": "Proviso agent on this device",
        "path": launcher,
        "type": "stdio",
        "allowed_origins": [format!("chrome-extension://{}/", extension_id(what.extension)?)],
    });
    tokio::fs::write(folder.join("org.proviso.agent.json"), manifest.to_string())
        .await
        .context("writing the native host's manifest")
}

/// The extension's id, which `extension/ID` holds beside its sources and the build copies along.
fn extension_id(extension: &Path) -> anyhow::Result<String> {
    let places = [extension.join("ID"), extension.join("../../ID")];
    for place in &places {
        if let Ok(id) = std::fs::read_to_string(place) {
            return Ok(id.trim().to_owned());
        }
    }
    bail!("the extension's id was not found in {} or {}", places[0].display(), places[1].display())
}
