//! Where model files are, and whether they are the ones that this build knows.

use std::borrow::Cow;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use proviso_model::Digest;
use sha2::{Digest as _, Sha256};

use crate::InferenceError;

/// Names a folder of models before any other, for tests and for forces that keep them elsewhere.
pub const FOLDER_VARIABLE: &str = "PROVISO_MODELS";
/// Where a Debian package puts models.
const SYSTEM_FOLDER: &str = "/usr/share/proviso/models";

/// Longest file of a model, in bytes.
const MODEL_BYTES_MAX: u64 = 160 << 20;

/// A file of a model, pinned by hash.
#[derive(Debug, Clone)]
pub struct ModelFile {
    /// Folder of the model and name of the file.
    pub path: Cow<'static, str>,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: Cow<'static, str>,
}

/// Folders in which models are looked for, the first that has a file wins: the one that `named` says, `models` beside the
/// program or one folder above it (as in a Cargo target folder), the system's.
#[must_use]
pub fn folders(named: Option<&Path>, program: Option<&Path>) -> Vec<PathBuf> {
    if let Some(named) = named {
        return vec![named.to_owned()];
    }
    let beside = program.into_iter().flat_map(|program| program.ancestors().skip(1).take(2));
    beside.map(|folder| folder.join("models")).chain([PathBuf::from(SYSTEM_FOLDER)]).collect()
}

impl ModelFile {
    /// Where the file is, if any of `folders` has it.
    #[must_use]
    pub fn find(&self, folders: &[PathBuf]) -> Option<PathBuf> {
        folders.iter().map(|folder| folder.join(self.path.as_ref())).find(|path| path.is_file())
    }

    /// Its bytes, checked, with their hash.
    ///
    /// # Errors
    /// [`InferenceError`] when it cannot be read or is another file.
    pub fn read(&self, path: &Path) -> Result<(Vec<u8>, Digest), InferenceError> {
        let bytes = read_at_most(path, MODEL_BYTES_MAX)?;
        let found = Digest(Sha256::digest(&bytes).into());
        if Digest::parse(&self.sha256) != Some(found) {
            let (found, pinned) = (found.to_string(), self.sha256.to_string());
            return Err(InferenceError::OtherFile { path: path.display().to_string(), found, pinned });
        }
        Ok((bytes, found))
    }
}

/// A file's bytes, which are at most so many.
pub(crate) fn read_at_most(path: &Path, bytes_max: u64) -> Result<Vec<u8>, InferenceError> {
    let fault = |source| InferenceError::Read { path: path.display().to_string(), source };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(fault)?;
    file.take(bytes_max + 1).read_to_end(&mut bytes).map_err(fault)?;
    if bytes.len() as u64 > bytes_max {
        return Err(fault(std::io::Error::other(format!("it is longer than {bytes_max} bytes"))));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{ModelFile, folders};
    use crate::InferenceError;
    use std::path::{Path, PathBuf};

    #[test]
    fn a_file_of_another_hash_is_refused_and_a_folder_that_is_named_is_the_only_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = ModelFile {
            path: "words.txt".into(),
            sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad".into(),
        };
        std::fs::write(folder.path().join("words.txt"), "abc").expect("written");
        let places = folders(Some(folder.path()), Some(Path::new("/opt/proviso/bin/proviso-agent")));
        let path = file.find(&places).expect("found");
        assert_eq!(file.read(&path).expect("the right file").0, b"abc");
        std::fs::write(&path, "abd").expect("written");
        let refused = file.read(&path);
        assert!(matches!(refused, Err(InferenceError::OtherFile { .. })), "{refused:?}");
        let places = folders(None, Some(Path::new("/opt/proviso/bin/proviso-agent")));
        let expected = ["/opt/proviso/bin/models", "/opt/proviso/models", "/usr/share/proviso/models"];
        assert_eq!(places, expected.map(PathBuf::from));
    }
}
