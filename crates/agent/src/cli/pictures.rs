//! `classify image`: hashes and scores of pictures, one JSON line for each.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use md5::Md5;
use proviso_agent::pictures::{Contained, LookLimits, Looked, Scored, Seen, WorkerSettings, serve};
use proviso_inference::picture::{PICTURE_BYTES_MAX, PictureError};
use proviso_inference::{Manifest, Shares};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::args::PictureArgs;

/// What is said of a picture, as the contract has it (design section 5).
#[derive(Serialize)]
struct Line {
    file: String,
    sha256: String,
    md5: String,
    pdq: String,
    pdq_quality: u8,
    scores: Option<Scores>,
    model: Option<String>,
    /// Of each model that was asked; beyond the contract.
    models: Vec<ModelSaid>,
}

/// Shares of 1.
#[derive(Serialize)]
struct Scores {
    explicit: f64,
    suggestive: f64,
    neutral: f64,
}

/// What one model said.
#[derive(Serialize)]
struct ModelSaid {
    model: String,
    sha256: String,
    runtime: String,
    /// As the model was trained to say it.
    explicit: f64,
}

/// Says what is in each file; whether all could be read.
pub fn classify(named: &[PathBuf], asked: &[String], settings: &PictureArgs) -> anyhow::Result<bool> {
    let mut contained = contained(settings, false)?;
    let mut all_read = true;
    let (mut without_model, mut has_told) = (false, false);
    let known: Vec<String> = Manifest::built_in()?.iter().map(Manifest::reference).collect();
    let asked = if asked.is_empty() { known } else { asked.to_vec() };
    super::runtime()?.block_on(async {
        let mut out = std::io::stdout().lock();
        for file in named {
            let line = match one(&mut contained, file, &asked).await {
                Ok((line, runtime_fault)) => {
                    without_model |= line.model.is_none();
                    if let Some(fault) = runtime_fault.filter(|_| !std::mem::replace(&mut has_told, true)) {
                        let _ = writeln!(std::io::stderr(), "{fault}");
                    }
                    serde_json::to_string(&line)?
                }
                Err(error) => {
                    all_read = false;
                    json!({ "file": file.display().to_string(), "error": format!("{error:#}") }).to_string()
                }
            };
            writeln!(out, "{line}")?;
        }
        anyhow::Ok(())
    })?;
    if without_model {
        let places = super::listed(&super::model_folders(settings.models.as_deref()));
        let _ = writeln!(std::io::stderr(), "no picture model in {places}: pictures are hashed, not scored");
    }
    Ok(all_read)
}

/// The line of a file, and why the onnxruntime library that is there was not used, if so.
async fn one(
    contained: &mut Contained,
    file: &Path,
    asked: &[String],
) -> anyhow::Result<(Line, Option<String>)> {
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).context("the file cannot be opened")?;
    opened.take(PICTURE_BYTES_MAX + 1).read_to_end(&mut bytes).context("the file cannot be read")?;
    anyhow::ensure!(bytes.len() as u64 <= PICTURE_BYTES_MAX, PictureError::TooLong);
    let seen = match contained.look(&bytes, asked).await? {
        Looked::Seen(Seen { fault: Some(fault), .. }) => anyhow::bail!(fault),
        Looked::Seen(seen) => seen,
        Looked::Unreadable { error } => anyhow::bail!(error),
    };
    let line = Line {
        file: file.display().to_string(),
        sha256: hex::encode(Sha256::digest(&bytes)),
        md5: hex::encode(Md5::digest(&bytes)),
        pdq: seen.pdq,
        pdq_quality: seen.pdq_quality,
        scores: together(&seen.scores),
        model: named_together(&seen.scores),
        models: seen.scores.into_iter().map(said).collect(),
    };
    Ok((line, seen.runtime_fault))
}

/// What the models that were asked say together.
fn together(scores: &[Scored]) -> Option<Scores> {
    let shares = |scored: &Scored| {
        let [explicit, neutral] = scored.read_as;
        Shares { explicit, suggestive: 1_000_000_u32.saturating_sub(explicit + neutral), neutral }
    };
    let Shares { explicit, suggestive, neutral } =
        Shares::together(&scores.iter().map(shares).collect::<Vec<_>>())?;
    let [explicit, suggestive, neutral] = [explicit, suggestive, neutral].map(|share| f64::from(share) / 1e6);
    Some(Scores { explicit, suggestive, neutral })
}

/// One name and one version, as the contract has it: several are joined by `+` on both sides of the `@`.
fn named_together(scores: &[Scored]) -> Option<String> {
    let parts = scores.iter().filter_map(|scored| scored.model.split_once('@'));
    let (names, versions): (Vec<&str>, Vec<&str>) = parts.unzip();
    (!names.is_empty()).then(|| format!("{}@{}", names.join("+"), versions.join("+")))
}

fn said(scored: Scored) -> ModelSaid {
    let Scored { model, sha256, runtime, explicit_millionths, .. } = scored;
    ModelSaid { model, sha256, runtime, explicit: f64::from(explicit_millionths) / 1e6 }
}

/// The process for pictures, not started yet; one that gives way runs behind everything else on the machine.
pub fn contained(settings: &PictureArgs, gives_way: bool) -> anyhow::Result<Contained> {
    let program = std::env::current_exe().context("this program's own file")?;
    let mut arguments: Vec<std::ffi::OsString> = vec!["picture-worker".into()];
    if gives_way {
        arguments.push("--gives-way".into());
    }
    for (flag, path) in [("--models", &settings.models), ("--onnxruntime", &settings.onnxruntime)] {
        arguments.extend(path.iter().flat_map(|path| [flag.into(), path.into()]));
    }
    Ok(Contained::new(program, arguments, LookLimits::default()))
}

/// What the process for pictures does, started by [`contained`].
pub fn worker(settings: &PictureArgs, gives_way: bool) -> anyhow::Result<bool> {
    let folders = super::model_folders(settings.models.as_deref());
    let settings = WorkerSettings { folders, onnxruntime: settings.onnxruntime.clone(), gives_way };
    serve(&mut std::io::stdin().lock(), &mut std::io::stdout().lock(), &settings)?;
    Ok(true)
}
