//! Secrets of the force in files of `keys/`, each sealed under the master key for its own name.

use std::path::{Path, PathBuf};

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{KeyError, MasterKey, files};

/// The folder of the force's keys.
#[must_use]
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("keys")
}

fn purpose(name: &str) -> String {
    format!("proviso/key-file/v1 {name}")
}

/// Writes a secret to a new file.
///
/// # Errors
/// [`KeyError::File`], also when the file exists.
pub fn write(
    data_dir: &Path,
    master: &MasterKey,
    rng: &mut dyn CryptoRng,
    name: &str,
    secret: &[u8],
) -> Result<(), KeyError> {
    let sealed = master.seal(rng, &purpose(name), secret);
    files::write_new(&folder(data_dir).join(name), format!("{}\n", hex::encode(sealed)).as_bytes())
}

/// Seals a secret anew that the master key before sealed, in place of the old file. Says whether that was needed.
///
/// # Errors
/// [`KeyError`]; then the file is as it was.
pub fn seal_anew(
    data_dir: &Path,
    master: &MasterKey,
    rng: &mut dyn CryptoRng,
    name: &str,
) -> Result<bool, KeyError> {
    let path = folder(data_dir).join(name);
    let Some(sealed) = master.seal_anew(rng, &purpose(name), &sealed_bytes(&path)?)? else {
        return Ok(false);
    };
    files::replace(&path, format!("{}\n", hex::encode(sealed)).as_bytes())?;
    Ok(true)
}

/// Writes a secret in the place of the one in a file, whole or not at all.
///
/// # Errors
/// [`KeyError::File`].
pub fn replace(
    data_dir: &Path,
    master: &MasterKey,
    rng: &mut dyn CryptoRng,
    name: &str,
    secret: &[u8],
) -> Result<(), KeyError> {
    let sealed = master.seal(rng, &purpose(name), secret);
    files::replace(&folder(data_dir).join(name), format!("{}\n", hex::encode(sealed)).as_bytes())
}

fn sealed_bytes(path: &Path) -> Result<Vec<u8>, KeyError> {
    let text = files::read(path)?;
    hex::decode(text.trim_ascii()).map_err(|_| KeyError::Malformed {
        path: path.display().to_string(),
        what: "it is not hexadecimal".to_owned(),
    })
}

/// Reads a secret.
///
/// # Errors
/// [`KeyError`].
pub fn read(data_dir: &Path, master: &MasterKey, name: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    master.open(&purpose(name), &sealed_bytes(&folder(data_dir).join(name))?)
}

/// Reads a secret of 32 bytes.
///
/// # Errors
/// [`KeyError`].
pub fn read_seed(data_dir: &Path, master: &MasterKey, name: &str) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let bytes = read(data_dir, master, name)?;
    let seed: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KeyError::Malformed {
        path: folder(data_dir).join(name).display().to_string(),
        what: "its key has the wrong length".to_owned(),
    })?;
    Ok(Zeroizing::new(seed))
}
