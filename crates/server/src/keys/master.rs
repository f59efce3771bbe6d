//! The master key: 32 bytes under which every other key of the force is sealed.

use std::path::{Path, PathBuf};

use proviso_ledger::hash::domain_hash;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use super::{KeyError, files, sealed_box};

/// Environment variable that may hold the master key, 64 hexadecimal digits, instead of a file.
pub const MASTER_KEY_ENV: &str = "PROVISO_MASTER_KEY";

/// The master key. While it is being changed, with the one before it: what that one sealed opens still, and nothing is sealed under it.
pub struct MasterKey {
    key: Zeroizing<[u8; 32]>,
    before: Option<Zeroizing<[u8; 32]>>,
}

/// What tells one master key from another, and nothing of it: a hash of 32 bytes of chance.
fn id(key: &[u8; 32]) -> String {
    let hash = domain_hash("proviso/master-key-id/v1", &[key]);
    hex::encode(hash).chars().take(ID_DIGITS).collect()
}

/// Digits of the id of a master key.
const ID_DIGITS: usize = 16;

impl MasterKey {
    /// Where it lies unless told otherwise.
    #[must_use]
    pub fn usual_path(data_dir: &Path) -> PathBuf {
        data_dir.join("keys").join("master.key")
    }

    /// Makes one and writes it to a file.
    ///
    /// # Errors
    /// [`KeyError::File`].
    pub fn create(path: &Path, rng: &mut dyn CryptoRng) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        rng.fill_bytes(bytes.as_mut());
        let text = Zeroizing::new(format!("{}\n", hex::encode(*bytes)));
        files::write_new(path, text.as_bytes())?;
        Ok(Self { key: bytes, before: None })
    }

    /// Reads it from 64 hexadecimal digits. `place` names where they came from.
    ///
    /// # Errors
    /// [`KeyError::Malformed`].
    pub fn from_hex(text: &str, place: &str) -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text.trim(), bytes.as_mut()).map_err(|_| KeyError::Malformed {
            path: place.to_owned(),
            what: "a master key is 64 hexadecimal digits".to_owned(),
        })?;
        Ok(Self { key: bytes, before: None })
    }

    /// Reads it from a file.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let bytes = Zeroizing::new(files::read(path)?);
        Self::from_hex(&String::from_utf8_lossy(&bytes), &path.display().to_string())
    }

    /// Runs a program that prints it. What the program says on standard error is shown, what it prints never.
    ///
    /// # Errors
    /// [`KeyError::Command`].
    pub fn from_command(command: &[String]) -> Result<Self, KeyError> {
        let (program, arguments) = command.split_first().ok_or_else(|| KeyError::Command {
            command: String::new(),
            what: "master_key_command is empty; name a program".to_owned(),
        })?;
        let fault = |what: String| KeyError::Command { command: program.clone(), what };
        let done = std::process::Command::new(program)
            .args(arguments)
            .stdin(std::process::Stdio::null())
            .output()
            .map_err(|error| fault(error.to_string()))?;
        let printed = Zeroizing::new(done.stdout);
        if !done.status.success() {
            let said: String = String::from_utf8_lossy(&done.stderr).trim().chars().take(200).collect();
            return Err(fault(format!("it ended with {}: {said}", done.status)));
        }
        let text = Zeroizing::new(String::from_utf8_lossy(&printed).into_owned());
        Self::from_hex(&text, program)
            .map_err(|_| fault("what it printed is not 64 hexadecimal digits".to_owned()))
    }

    /// Seals bytes for a purpose.
    #[must_use]
    pub fn seal(&self, rng: &mut dyn CryptoRng, purpose: &str, plaintext: &[u8]) -> Vec<u8> {
        sealed_box::seal(&self.key, rng, purpose.as_bytes(), plaintext)
    }

    /// Opens bytes sealed for a purpose.
    ///
    /// # Errors
    /// [`KeyError::Sealed`].
    pub fn open(&self, purpose: &str, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let opened = sealed_box::open(&self.key, purpose.as_bytes(), sealed, purpose);
        match &self.before {
            Some(before) if opened.is_err() => sealed_box::open(before, purpose.as_bytes(), sealed, purpose),
            _ => opened,
        }
    }

    /// What tells it from others.
    #[must_use]
    pub fn id(&self) -> String {
        id(&self.key)
    }

    /// This key, with that which it takes the place of: what that one sealed opens still.
    #[must_use]
    pub fn in_place_of(self, before: &Self) -> Self {
        Self { key: self.key, before: Some(before.key.clone()) }
    }

    /// Seals anew under this key what the one before sealed; `None` for what is under this key already.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] for what neither opens.
    pub fn seal_anew(
        &self,
        rng: &mut dyn CryptoRng,
        purpose: &str,
        sealed: &[u8],
    ) -> Result<Option<Vec<u8>>, KeyError> {
        if sealed_box::open(&self.key, purpose.as_bytes(), sealed, purpose).is_ok() {
            return Ok(None);
        }
        let plain = self.open(purpose, sealed)?;
        Ok(Some(self.seal(rng, purpose, &plain)))
    }
}
