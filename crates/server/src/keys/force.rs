//! Keys of the force: the root that devices pin, what it certifies, and the certificate authority.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_ledger::sign::SignKey;
use proviso_model::Timestamp;
use proviso_model::ids::ForceId;
use proviso_model::wire::{ForceKeys, ForceKeysStatement, TrustFile, signed_keys};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{KeyError, MasterKey, files};
use crate::keys::certificates::{self, Authority};

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
    /// What devices, courts and experts pin.
    pub trust: TrustFile,
    /// Nonces and hashes of codes and addresses are made with it.
    pub server_secret: Zeroizing<[u8; 32]>,
}

/// Settings of a force that its key files go with.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForceFile {
    force: ForceId,
    name: String,
    origin: String,
    statement: ForceKeys,
}

/// What `admin init` is told.
pub struct ForceInit<'a> {
    /// The force's name.
    pub name: &'a str,
    /// Names and addresses under which the server is reached.
    pub hosts: &'a [String],
    /// Now.
    pub now: Timestamp,
}

fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("keys")
}

/// Where the file to hand out lies.
#[must_use]
pub fn trust_path(data_dir: &Path) -> PathBuf {
    data_dir.join("trust.json")
}

fn purpose(name: &str) -> String {
    format!("proviso/key-file/v1 {name}")
}

fn write_sealed(
    data_dir: &Path,
    master: &MasterKey,
    rng: &mut dyn CryptoRng,
    name: &str,
    secret: &[u8],
) -> Result<(), KeyError> {
    let sealed = master.seal(rng, &purpose(name), secret);
    files::write_new(&folder(data_dir).join(name), format!("{}\n", hex::encode(sealed)).as_bytes())
}

fn read_sealed(data_dir: &Path, master: &MasterKey, name: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let path = folder(data_dir).join(name);
    let text = files::read(&path)?;
    let sealed = hex::decode(text.trim_ascii()).map_err(|_| KeyError::Malformed {
        path: path.display().to_string(),
        what: "it is not hexadecimal".to_owned(),
    })?;
    master.open(&purpose(name), &sealed)
}

fn read_seed(data_dir: &Path, master: &MasterKey, name: &str) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let bytes = read_sealed(data_dir, master, name)?;
    let seed: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KeyError::Malformed {
        path: folder(data_dir).join(name).display().to_string(),
        what: "its key has the wrong length".to_owned(),
    })?;
    Ok(Zeroizing::new(seed))
}

fn utf8(bytes: &[u8]) -> Zeroizing<String> {
    Zeroizing::new(String::from_utf8_lossy(bytes).into_owned())
}

/// A host-like word made of the force's name, for the origin line of checkpoints.
fn origin(name: &str) -> String {
    let word: String = name
        .to_lowercase()
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    format!("proviso.{}.example/log", word.trim_matches('-'))
}

/// Makes every key of a force in an empty data folder and writes `trust.json` to hand out.
///
/// The root's secret key is kept, sealed, beside the others; issue 2 moves it to a medium of its own.
///
/// # Errors
/// [`KeyError`]; keys that exist are never overwritten.
pub fn create(
    data_dir: &Path,
    master: &MasterKey,
    rng: &mut dyn CryptoRng,
    init: &ForceInit<'_>,
) -> Result<TrustFile, KeyError> {
    let mut random = [0; 16];
    rng.fill_bytes(&mut random);
    let force = ForceId::random(random);
    let root = SignKey::generate(rng);
    let (policy, checkpoint) = (SignKey::generate(rng), SignKey::generate(rng));
    let mut server_secret = Zeroizing::new([0; 32]);
    rng.fill_bytes(server_secret.as_mut());
    let made = certificates::authority(init.name, init.now)?;
    let server = certificates::server(&made, init.hosts, init.now)?;
    let statement = certify(
        &root,
        ForceKeysStatement {
            force,
            force_name: init.name.to_owned(),
            version: 1,
            issued_at: init.now,
            policy_key: policy.public().to_hex(),
            checkpoint_key: checkpoint.public().to_hex(),
            checkpoint_origin: origin(init.name),
            ca_pem: made.certificate_pem.clone(),
        },
    );
    for (name, secret) in [
        ("force-root.key", root.seed().as_slice()),
        ("policy.key", policy.seed().as_slice()),
        ("checkpoint.key", checkpoint.seed().as_slice()),
        ("server-secret.key", server_secret.as_slice()),
        ("ca.key", made.key_pem.as_bytes()),
        ("server-tls.key", server.key_pem.as_bytes()),
    ] {
        write_sealed(data_dir, master, rng, name, secret)?;
    }
    files::write_new(&folder(data_dir).join("ca.pem"), made.certificate_pem.as_bytes())?;
    files::write_new(&folder(data_dir).join("server.pem"), server.certificate_pem.as_bytes())?;
    let file = ForceFile { force, name: init.name.to_owned(), origin: origin(init.name), statement };
    files::write_new(&folder(data_dir).join("force.json"), &json(&file)?)?;
    let trust = TrustFile {
        force_name: init.name.to_owned(),
        force,
        root_key: root.public().to_hex(),
        ca_pem: made.certificate_pem,
    };
    files::write_new(&trust_path(data_dir), &json(&trust)?)?;
    Ok(trust)
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, KeyError> {
    serde_json::to_vec_pretty(value)
        .map_err(|error| KeyError::Malformed { path: "a new file".to_owned(), what: error.to_string() })
}

fn certify(root: &SignKey, statement: ForceKeysStatement) -> ForceKeys {
    let statement = serde_json::to_string(&statement).expect("a statement of plain strings is JSON");
    let signature = STANDARD.encode(root.sign(&signed_keys(&statement)));
    ForceKeys { statement, signature }
}

impl ForceKeyRing {
    /// Opens the keys that [`create`] made.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn load(data_dir: &Path, master: &MasterKey) -> Result<Self, KeyError> {
        let path = folder(data_dir).join("force.json");
        let file: ForceFile = serde_json::from_slice(&files::read(&path)?).map_err(|error| {
            KeyError::Malformed { path: path.display().to_string(), what: error.to_string() }
        })?;
        let ca_pem = utf8(&files::read(&folder(data_dir).join("ca.pem"))?);
        let ca_key = utf8(&read_sealed(data_dir, master, "ca.key")?);
        Ok(Self {
            force: file.force,
            name: file.name,
            origin: file.origin,
            statement: file.statement,
            trust: trust(data_dir)?,
            policy: SignKey::from_seed(*read_seed(data_dir, master, "policy.key")?),
            checkpoint: SignKey::from_seed(*read_seed(data_dir, master, "checkpoint.key")?),
            server_secret: read_seed(data_dir, master, "server-secret.key")?,
            authority: Authority { certificate_pem: ca_pem.to_string(), key_pem: ca_key },
            server_certificate_pem: utf8(&files::read(&folder(data_dir).join("server.pem"))?).to_string(),
            server_key_pem: utf8(&read_sealed(data_dir, master, "server-tls.key")?),
        })
    }
}

/// The hand-out that devices, courts and experts pin.
///
/// # Errors
/// [`KeyError`].
pub fn trust(data_dir: &Path) -> Result<TrustFile, KeyError> {
    let path = trust_path(data_dir);
    serde_json::from_slice(&files::read(&path)?)
        .map_err(|error| KeyError::Malformed { path: path.display().to_string(), what: error.to_string() })
}
