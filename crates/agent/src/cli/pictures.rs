//! `classify image`: hashes and scores of pictures, one JSON line for each.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use md5::Md5;
use proviso_agent::pictures::{Contained, LookLimits, Looked, Seen, serve};
use proviso_engine::image::PictureScores;
use proviso_inference::picture::{PICTURE_BYTES_MAX, PictureError};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

/// What is said of a picture, as the contract has it (design section 5).
#[derive(Serialize)]
struct Line {
    file: String,
    sha256: String,
    md5: String,
    pdq: String,
    pdq_quality: u8,
    scores: Option<PictureScores>,
    model: Option<String>,
}

/// Says what is in each file; whether all could be read.
pub fn classify(named: &[PathBuf], models: Option<&Path>) -> anyhow::Result<bool> {
    let mut contained = contained(models, false)?;
    let mut all_read = true;
    let mut without_model = false;
    super::runtime()?.block_on(async {
        let mut out = std::io::stdout().lock();
        for file in named {
            let line = match one(&mut contained, file).await {
                Ok(line) => {
                    without_model |= line.model.is_none();
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
        let places = super::listed(&super::model_folders(models));
        let _ = writeln!(std::io::stderr(), "no picture model in {places}: pictures are hashed, not scored");
    }
    Ok(all_read)
}

async fn one(contained: &mut Contained, file: &Path) -> anyhow::Result<Line> {
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file).context("the file cannot be opened")?;
    opened.take(PICTURE_BYTES_MAX + 1).read_to_end(&mut bytes).context("the file cannot be read")?;
    anyhow::ensure!(bytes.len() as u64 <= PICTURE_BYTES_MAX, PictureError::TooLong);
    let seen = match contained.look(&bytes, true).await? {
        Looked::Seen(Seen { fault: Some(fault), .. }) => anyhow::bail!(fault),
        Looked::Seen(seen) => seen,
        Looked::Unreadable { error } => anyhow::bail!(error),
    };
    Ok(Line {
        file: file.display().to_string(),
        sha256: hex::encode(Sha256::digest(&bytes)),
        md5: hex::encode(Md5::digest(&bytes)),
        pdq: seen.pdq,
        pdq_quality: seen.pdq_quality,
        scores: seen.scores.as_ref().map(|scored| PictureScores::of(scored.explicit_millionths)),
        model: seen.scores.map(|scored| scored.model),
    })
}

/// The process for pictures, not started yet; one that gives way runs behind everything else on the machine.
pub fn contained(models: Option<&Path>, gives_way: bool) -> anyhow::Result<Contained> {
    let program = std::env::current_exe().context("this program's own file")?;
    let mut arguments: Vec<std::ffi::OsString> = vec!["picture-worker".into()];
    if gives_way {
        arguments.push("--gives-way".into());
    }
    if let Some(models) = models {
        arguments.extend(["--models".into(), models.into()]);
    }
    Ok(Contained::new(program, arguments, LookLimits::default()))
}

/// What the process for pictures does, started by [`contained`].
pub fn worker(models: Option<&Path>, gives_way: bool) -> anyhow::Result<bool> {
    let folders = super::model_folders(models);
    serve(&mut std::io::stdin().lock(), &mut std::io::stdout().lock(), &folders, gives_way)?;
    Ok(true)
}
