//! The keys that the server works with, as its root certified them.

use std::path::{Path, PathBuf};

use proviso_ledger::sign::SignKey;
use proviso_model::ids::ForceId;
use proviso_model::wire::{ForceKeys, TrustFile};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

pub use super::make::{ForceInit, create};
use super::{KeyError, MasterKey, files, sealed_file};
use crate::keys::certificates::Authority;

pub(super) const SERVER_SECRET: &str = "server-secret.key";
pub(super) const AUTHORITY_KEY: &str = "ca.key";
pub(super) const AUTHORITY: &str = "ca.pem";
pub(super) const SERVER_KEY: &str = "server-tls.key";
pub(super) const SERVER: &str = "server.pem";

/// The keys that the server works with.
pub struct ForceKeyRing {
    /// The force.
    pub force: ForceId,
    /// Its name, for screens.
    pub name: String,
    /// Signs policies.
    pub policy: SignKey,
    /// Signs checkpoints and the time.
    pub checkpoint: SignKey,
    /// Signs packs.
    pub pack: SignKey,
    /// Origin line of checkpoints.
    pub origin: String,
    /// Issues certificates of devices.
    pub authority: Authority,
    /// The server's certificate, PEM.
    pub server_certificate_pem: String,
    /// The server's TLS key, PEM.
    pub server_key_pem: Zeroizing<String>,
    /// What the root certified, as handed to devices.
    pub statement: ForceKeys,
    /// Statements of keys that were in use before, oldest first: what they signed stays good.
    pub retired: Vec<ForceKeys>,
    /// What devices, courts and experts pin.
    pub trust: TrustFile,
    /// Nonces and hashes of codes and addresses are made with it.
    pub server_secret: Zeroizing<[u8; 32]>,
}

/// Names of the files of keys that are changed over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyFiles {
    pub policy: String,
    pub checkpoint: String,
    pub pack: String,
}

impl KeyFiles {
    pub(super) fn first() -> Self {
        Self {
            policy: "policy.key".to_owned(),
            checkpoint: "checkpoint.key".to_owned(),
            pack: "pack.key".to_owned(),
        }
    }

    pub(super) fn names(&self) -> [&str; 3] {
        [&self.policy, &self.checkpoint, &self.pack]
    }
}

/// Settings of a force that its key files go with.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ForceFile {
    pub force: ForceId,
    pub name: String,
    pub origin: String,
    pub statement: ForceKeys,
    /// Statements in use before, oldest first.
    #[serde(default)]
    pub retired: Vec<ForceKeys>,
    pub files: KeyFiles,
}

/// Where the file to hand out lies.
#[must_use]
pub fn trust_path(data_dir: &Path) -> PathBuf {
    data_dir.join("trust.json")
}

pub(super) fn file_path(data_dir: &Path) -> PathBuf {
    sealed_file::folder(data_dir).join("force.json")
}

pub(super) fn read_file(data_dir: &Path) -> Result<ForceFile, KeyError> {
    let path = file_path(data_dir);
    if !path.exists() && sealed_file::folder(data_dir).join("pending.json").exists() {
        return Err(KeyError::Request(
            "the keys of this force wait for its root; sign the request with admin root sign, then admin keys-install"
                .to_owned(),
        ));
    }
    files::read_json(&path)
}

fn utf8(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(String::from_utf8_lossy(bytes).into_owned())
}

impl ForceKeyRing {
    /// Opens the keys in use.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn load(data_dir: &Path, master: &MasterKey) -> Result<Self, KeyError> {
        let file = read_file(data_dir)?;
        let folder = sealed_file::folder(data_dir);
        let seed = |name: &str| {
            Ok::<_, KeyError>(SignKey::from_seed(*sealed_file::read_seed(data_dir, master, name)?))
        };
        Ok(Self {
            policy: seed(&file.files.policy)?,
            checkpoint: seed(&file.files.checkpoint)?,
            pack: seed(&file.files.pack)?,
            force: file.force,
            name: file.name,
            origin: file.origin,
            statement: file.statement,
            retired: file.retired,
            trust: trust(data_dir)?,
            server_secret: sealed_file::read_seed(data_dir, master, SERVER_SECRET)?,
            authority: Authority {
                certificate_pem: utf8(&files::read(&folder.join(AUTHORITY))?).to_string(),
                key_pem: utf8(&sealed_file::read(data_dir, master, AUTHORITY_KEY)?),
            },
            server_certificate_pem: utf8(&files::read(&folder.join(SERVER))?).to_string(),
            server_key_pem: utf8(&sealed_file::read(data_dir, master, SERVER_KEY)?),
        })
    }
}

/// The hand-out that devices, courts and experts pin.
///
/// # Errors
/// [`KeyError`].
pub fn trust(data_dir: &Path) -> Result<TrustFile, KeyError> {
    files::read_json(&trust_path(data_dir))
}
