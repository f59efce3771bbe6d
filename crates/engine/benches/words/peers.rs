//! Other programs on the same text and terms.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::peer::Peer;

type Fault = Box<dyn std::error::Error>;

/// A folder of this bench for files between programs.
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/words");

/// Hyperscan from the system's library, compiled here.
pub(crate) fn hyperscan(pages: &Path, terms: &Path) -> Result<Peer, Fault> {
    let program = Path::new(FOLDER).join("hyperscan-peer");
    let source = Path::new(SOURCES).join("hyperscan.c");
    let mut compiler = Command::new("cc");
    compiler.arg("-O2").arg("-o").arg(&program).arg(source).arg("-lhs").stderr(Stdio::null());
    if !compiler.status()?.success() {
        return Err("libhyperscan-dev is not installed".into());
    }
    Peer::start(Command::new(program).arg(pages).arg(terms), "Hyperscan")
}

/// A pipeline in Python, by the system's python.
pub(crate) fn python(pages: &Path, terms: &Path) -> Result<Peer, Fault> {
    let source = Path::new(SOURCES).join("keyword_pipeline.py");
    // One core, as for all others.
    let mut python = Command::new("/usr/bin/python3");
    python.env("OMP_NUM_THREADS", "1").env("OPENBLAS_NUM_THREADS", "1");
    Peer::start(python.arg(source).arg(pages).arg(terms).stderr(Stdio::null()), "Python")
}

/// Writes pages for peers to read.
pub(crate) fn write_pages(name: &str, pages: &[String]) -> Result<PathBuf, Fault> {
    let path = Path::new(FOLDER).join(name);
    let mut bytes = Vec::new();
    for page in pages {
        bytes.extend_from_slice(&u32::try_from(page.len())?.to_le_bytes());
        bytes.extend_from_slice(page.as_bytes());
    }
    std::fs::write(&path, bytes)?;
    Ok(path)
}

/// Writes terms for peers to read.
pub(crate) fn write_terms(name: &str, terms: &[String]) -> Result<PathBuf, Fault> {
    let path = Path::new(FOLDER).join(name);
    std::fs::write(&path, terms.join("\n"))?;
    Ok(path)
}
