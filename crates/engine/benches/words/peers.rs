//! Other programs on the same text and terms: each is started once, makes itself ready, and reads the text when told to.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

type Fault = Box<dyn std::error::Error>;

/// A folder of this bench for files between programs.
const FOLDER: &str = env!("CARGO_TARGET_TMPDIR");
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/words");

/// A program that waits to be told to read the text.
pub(crate) struct Peer {
    child: Child,
    told: ChildStdin,
    says: BufReader<ChildStdout>,
    /// What it is, with its version.
    pub(crate) name: String,
}

impl Peer {
    /// Hyperscan from the system's library, compiled here.
    pub(crate) fn hyperscan(pages: &Path, terms: &Path) -> Result<Self, Fault> {
        let program = Path::new(FOLDER).join("hyperscan-peer");
        let source = Path::new(SOURCES).join("hyperscan.c");
        let mut compiler = Command::new("cc");
        compiler.arg("-O2").arg("-o").arg(&program).arg(source).arg("-lhs").stderr(Stdio::null());
        if !compiler.status()?.success() {
            return Err("libhyperscan-dev is not installed".into());
        }
        Self::start(Command::new(program).arg(pages).arg(terms), "Hyperscan")
    }

    /// A pipeline in Python, by the system's python.
    pub(crate) fn python(pages: &Path, terms: &Path) -> Result<Self, Fault> {
        let source = Path::new(SOURCES).join("keyword_pipeline.py");
        // One core, as for all others.
        let mut python = Command::new("/usr/bin/python3");
        python.env("OMP_NUM_THREADS", "1").env("OPENBLAS_NUM_THREADS", "1");
        Self::start(python.arg(source).arg(pages).arg(terms).stderr(Stdio::null()), "Python")
    }

    fn start(command: &mut Command, name: &str) -> Result<Self, Fault> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let (told, says) = (child.stdin.take(), child.stdout.take());
        let told = told.ok_or("no way in")?;
        let mut says = BufReader::new(says.ok_or("no way out")?);
        let mut ready = String::new();
        says.read_line(&mut ready)?;
        let version = ready.trim().strip_prefix("ready ").ok_or("it did not start")?;
        let name = format!("{name} {}", version.trim_start_matches("scikit-learn").trim());
        Ok(Self { child, told, says, name })
    }

    /// Reads the text once: seconds and matches.
    pub(crate) fn read(&mut self) -> Result<(f64, u64), Fault> {
        self.told.write_all(b"go\n")?;
        let mut line = String::new();
        self.says.read_line(&mut line)?;
        let (seconds, matches) = line.trim().split_once(' ').ok_or("it broke off")?;
        Ok((seconds.parse()?, matches.parse()?))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
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
