//! The repository on disk: where it is and which files are ours.

use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The repository's root folder.
pub(crate) fn root() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(Path::to_path_buf).context("xtask has no parent folder")
}

/// Where cargo puts what it builds.
pub(crate) fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |folder| root.join(folder))
}

/// One of our text files, as the checks read it.
#[derive(Debug, Clone)]
pub(crate) struct SourceFile {
    /// Path from the root, with forward slashes.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

impl SourceFile {
    /// The extension without the dot, or an empty text.
    pub(crate) fn kind(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, end)| end)
    }

    /// Whether somebody else wrote it: kept as it came, so our style does not apply.
    pub(crate) fn is_vendored(&self) -> bool {
        self.path.contains("/vendor/") || self.path.contains(".min.")
    }
}

/// Every file that git tracks or would track, as text; files that are not text are left out.
pub(crate) fn files(root: &Path) -> Result<Vec<SourceFile>> {
    let listing = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
        .current_dir(root)
        .output()
        .context("git is needed to list the repository's files; install it and try again")?;
    if !listing.status.success() {
        bail!("git ls-files failed in {}: {}", root.display(), String::from_utf8_lossy(&listing.stderr));
    }
    let mut paths: Vec<&[u8]> =
        listing.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    let mut files = Vec::new();
    for path in paths {
        let path = String::from_utf8_lossy(path).into_owned();
        // A tracked file may have been removed from the work tree; a picture or a bundle is not text.
        let Ok(bytes) = std::fs::read(root.join(&path)) else { continue };
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(SourceFile { path, text });
        }
    }
    Ok(files)
}
