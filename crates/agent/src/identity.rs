//! Who this device is to its force: made at enrolment, kept in the state folder, readable by the agent only.

use proviso_ledger::hash::domain_hash;
use proviso_ledger::sign::{SignKey, VerifyKey};
use proviso_model::Digest;
use proviso_model::ids::{DeviceId, ForceId};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::state_dir::{Readers, StateDir, StateError};

const IDENTITY: &str = "identity.json";
const ACCOUNT: &str = "account";
const RECORD_KEY: &str = "record.key";
const TLS_KEY: &str = "tls.key";

/// The public part of an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The force.
    pub force: ForceId,
    /// The device.
    pub device: DeviceId,
    /// The supervised account on it.
    pub account: String,
    /// `https://HOST:PORT` of the force's device port.
    pub server: String,
    /// Client certificate, PEM.
    pub certificate_pem: String,
    /// The record key's public half, hexadecimal.
    pub record_key: String,
}

/// The secret part of an enrolment: two keys that never meet (design section 4).
pub struct DeviceKeys {
    /// Signs records and requests.
    pub record: SignKey,
    /// TLS key, PEM.
    pub tls_pem: Zeroizing<String>,
}

/// An enrolment that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// There is none.
    #[error(
        "this device is not enrolled (nothing in {0}); run `proviso-agent enrol` with the officer's code"
    )]
    NotEnrolled(std::path::PathBuf),
    /// A file is unreadable.
    #[error(transparent)]
    State(#[from] StateError),
    /// A key file does not hold a key of this enrolment.
    #[error("{0} does not hold this enrolment's key; enrol again (docs/agent.md, \"Enrol again\")")]
    Key(std::path::PathBuf),
}

impl Identity {
    /// Reads the identity.
    ///
    /// # Errors
    /// [`IdentityError::NotEnrolled`] when there is none.
    pub fn load(dir: &StateDir) -> Result<Self, IdentityError> {
        dir.read_json(IDENTITY)?.ok_or_else(|| IdentityError::NotEnrolled(dir.root().to_owned()))
    }

    /// Writes keys first and the identity last, so that an identity on disk always has its keys.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn store(&self, keys: &DeviceKeys, dir: &StateDir) -> Result<(), StateError> {
        let seed = Zeroizing::new(hex::encode(*keys.record.seed()));
        dir.write(RECORD_KEY, Readers::Agent, seed.as_bytes())?;
        dir.write(TLS_KEY, Readers::Agent, keys.tls_pem.as_bytes())?;
        // For the notice at log-on, which must know whom to tell; it holds nothing but the account's name.
        dir.write(ACCOUNT, Readers::Everyone, format!("{}\n", self.account).as_bytes())?;
        dir.write_json(IDENTITY, Readers::Agent, self)
    }

    /// Writes a renewed certificate and its key over those of the enrolment. Not both at once, so what is in use stands in
    /// [`crate::client_certificate::RENEWED`].
    ///
    /// # Errors
    /// [`StateError`].
    pub fn store_certificate(&self, key_pem: &str, dir: &StateDir) -> Result<(), StateError> {
        dir.write(TLS_KEY, Readers::Agent, key_pem.as_bytes())?;
        dir.write_json(IDENTITY, Readers::Agent, self)
    }

    /// Reads the keys and checks that the record key is the enrolled one.
    ///
    /// # Errors
    /// [`IdentityError`].
    pub fn keys(&self, dir: &StateDir) -> Result<DeviceKeys, IdentityError> {
        let path = dir.file(RECORD_KEY);
        let wrong = || IdentityError::Key(path.clone());
        let text = Zeroizing::new(read(&path)?);
        let mut seed = Zeroizing::new([0_u8; 32]);
        hex::decode_to_slice(text.trim(), &mut *seed).map_err(|_| wrong())?;
        let record = SignKey::from_seed(*seed);
        let enrolled = VerifyKey::from_hex(&self.record_key).map_err(|_| wrong())?;
        if record.public().to_hex() != enrolled.to_hex() {
            return Err(wrong());
        }
        Ok(DeviceKeys { record, tls_pem: Zeroizing::new(read(&dir.file(TLS_KEY))?) })
    }
}

/// Hash of a system's own id (`/etc/machine-id` or what a platform has like it), keyed by the force, so that forces cannot
/// compare. It is no fingerprint of hardware: a copied disk carries it along, a new installation changes it.
#[must_use]
pub fn machine_hash(force: ForceId, machine_id: &str) -> Digest {
    Digest(domain_hash("proviso/machine/v1", &[force.as_bytes(), machine_id.trim().as_bytes()]))
}

/// Files that only the agent's account may read; `doctor` checks their modes.
pub const SECRET_FILES: [&str; 3] = [RECORD_KEY, TLS_KEY, crate::pin::PIN_FILE];

fn read(path: &std::path::Path) -> Result<String, StateError> {
    std::fs::read_to_string(path).map_err(|source| StateError::Io {
        act: "read",
        path: path.to_owned(),
        source,
    })
}
