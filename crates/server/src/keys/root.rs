//! The force root, offline: a key on a medium of its own, sealed under a passphrase. It signs which keys the force's server
//! works with, in rising versions, and hands over to the next root. It never lies in the server's data folder.

use std::path::{Path, PathBuf};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_ledger::sign::SignKey;
use proviso_model::Timestamp;
use proviso_model::ids::ForceId;
use proviso_model::wire::{
    ForceKeys, ForceKeysStatement, RootRotation, RootRotationStatement, signed_keys, signed_root_rotation,
};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::files::{self, json, malformed, read_json};
use super::{KeyError, sealed_box};

/// Fewest characters of a passphrase.
pub const PASSPHRASE_CHARS_MIN: usize = 12;
/// Name of the file with the sealed key.
const KEY_FILE: &str = "force-root.json";
/// Name of the file that the server is set up with; it holds no secret.
pub const PUBLIC_FILE: &str = "root-public.json";
/// Name of the list of what was signed.
const SIGNED_FILE: &str = "signed.json";
/// Argon2id with 64 MiB and 3 passes (RFC 9106, second recommended option).
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// The public half of a root, as the server is set up with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootPublic {
    /// The force.
    pub force: ForceId,
    /// Its name.
    pub force_name: String,
    /// The root's public key (Ed25519, hexadecimal).
    pub root_key: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    public: RootPublic,
    /// For the passphrase, hexadecimal.
    salt: String,
    /// The seed, sealed, hexadecimal.
    sealed: String,
    /// How the key was handed over up to this one.
    rotations: Vec<RootRotation>,
}

/// What a medium has signed, so that a version is never given twice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Version of the statement.
    pub version: u64,
    /// When it was made.
    pub issued_at: Timestamp,
    /// The policy key certified.
    pub policy_key: String,
    /// The checkpoint key certified.
    pub checkpoint_key: String,
}

/// A medium whose key is open.
pub struct Root {
    folder: PathBuf,
    key: SignKey,
    /// The public half.
    pub public: RootPublic,
    rotations: Vec<RootRotation>,
}

fn purpose(public: &RootPublic) -> Vec<u8> {
    format!("proviso/force-root/v1 {} {}", public.force, public.root_key).into_bytes()
}

fn stretched(passphrase: &str, salt: &[u8], path: &Path) -> Result<Zeroizing<[u8; 32]>, KeyError> {
    let params =
        Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(|error| malformed(path, error.to_string()))?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut())
        .map_err(|error| malformed(path, error.to_string()))?;
    Ok(key)
}

/// Refuses a medium that is, holds, or lies in the data folder of the server.
///
/// # Errors
/// [`KeyError::Medium`].
pub fn apart(medium: &Path, data_dir: &Path) -> Result<(), KeyError> {
    // What is not there yet is judged by the nearest folder that is.
    let real = |path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let there = path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)));
        there.map_or(path.clone(), |(above, real)| match path.strip_prefix(above) {
            Ok(rest) => real.join(rest),
            Err(_) => path.clone(),
        })
    };
    let (medium, data) = (real(medium), real(data_dir));
    if medium.starts_with(&data) || data.starts_with(&medium) {
        return Err(KeyError::Medium {
            medium: medium.display().to_string(),
            data: data.display().to_string(),
        });
    }
    Ok(())
}

impl Root {
    /// Makes a root on an empty medium.
    ///
    /// # Errors
    /// [`KeyError::File`] when the medium holds one already, [`KeyError::Passphrase`] when the passphrase is too short.
    pub fn create(
        medium: &Path,
        passphrase: &str,
        rng: &mut dyn CryptoRng,
        force_name: &str,
    ) -> Result<Self, KeyError> {
        let mut random = [0; 16];
        rng.fill_bytes(&mut random);
        Self::write(
            medium,
            passphrase,
            rng,
            (ForceId::random(random), force_name),
            Vec::new(),
            SignKey::generate,
        )
    }

    fn write(
        medium: &Path,
        passphrase: &str,
        rng: &mut dyn CryptoRng,
        (force, force_name): (ForceId, &str),
        rotations: Vec<RootRotation>,
        key: impl FnOnce(&mut dyn CryptoRng) -> SignKey,
    ) -> Result<Self, KeyError> {
        if passphrase.chars().count() < PASSPHRASE_CHARS_MIN {
            return Err(KeyError::Passphrase(PASSPHRASE_CHARS_MIN));
        }
        files::make_folder(medium)?;
        let key = key(rng);
        let root_key = key.public().to_hex();
        let public = RootPublic { force, force_name: force_name.to_owned(), root_key };
        let path = medium.join(KEY_FILE);
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        let stretched = stretched(passphrase, &salt, &path)?;
        let sealed = sealed_box::seal(&stretched, rng, &purpose(&public), key.seed().as_slice());
        let file = KeyFile {
            public: public.clone(),
            salt: hex::encode(salt),
            sealed: hex::encode(sealed),
            rotations: rotations.clone(),
        };
        files::write_new(&path, &json(&path, &file)?)?;
        files::write_new(&medium.join(PUBLIC_FILE), &json(&path, &public)?)?;
        Ok(Self { folder: medium.to_owned(), key, public, rotations })
    }

    /// Whether a medium holds a root.
    #[must_use]
    pub fn is_on(medium: &Path) -> bool {
        medium.join(KEY_FILE).exists()
    }

    /// Opens the root on a medium.
    ///
    /// # Errors
    /// [`KeyError::Sealed`] for a wrong passphrase, [`KeyError`] for a file that is no root.
    pub fn open(medium: &Path, passphrase: &str) -> Result<Self, KeyError> {
        let path = medium.join(KEY_FILE);
        let file: KeyFile = read_json(&path)?;
        let salt = hex::decode(&file.salt).map_err(|error| malformed(&path, error.to_string()))?;
        let sealed = hex::decode(&file.sealed).map_err(|error| malformed(&path, error.to_string()))?;
        let stretched = stretched(passphrase, &salt, &path)?;
        let what = format!("{} (or the passphrase is wrong)", path.display());
        let seed = sealed_box::open(&stretched, &purpose(&file.public), &sealed, &what)?;
        let seed: [u8; 32] =
            seed.as_slice().try_into().map_err(|_| malformed(&path, "its key has the wrong length"))?;
        let key = SignKey::from_seed(seed);
        if key.public().to_hex() != file.public.root_key {
            return Err(malformed(&path, "its two halves do not belong together"));
        }
        Ok(Self { folder: medium.to_owned(), key, public: file.public, rotations: file.rotations })
    }

    /// What was signed so far, oldest first.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn signed(&self) -> Result<Vec<Signed>, KeyError> {
        let path = self.folder.join(SIGNED_FILE);
        if path.exists() { read_json(&path) } else { Ok(Vec::new()) }
    }

    /// Certifies the keys that a server asks for.
    ///
    /// # Errors
    /// [`KeyError::Request`] for another force or a version that does not rise.
    pub fn sign(&self, request: &ForceKeysStatement) -> Result<ForceKeys, KeyError> {
        if request.force != self.public.force || request.force_name != self.public.force_name {
            return Err(KeyError::Request("it is of another force than this root".to_owned()));
        }
        let mut signed = self.signed()?;
        let last = signed.iter().map(|one| one.version).max().unwrap_or(0);
        if request.version <= last {
            return Err(KeyError::Request(format!(
                "it has version {}, and version {last} was signed already; make a new one with admin keys-renew",
                request.version
            )));
        }
        let path = self.folder.join(SIGNED_FILE);
        signed.push(Signed {
            version: request.version,
            issued_at: request.issued_at,
            policy_key: request.policy_key.clone(),
            checkpoint_key: request.checkpoint_key.clone(),
        });
        // Before the signature leaves: a version that was noted and not used is no harm.
        files::replace(&path, &json(&path, &signed)?)?;
        Ok(certify(&self.key, request, self.rotations.clone()))
    }

    /// The key, for what it signs of updates ([`crate::app::updates`]).
    pub(crate) fn update_key(&self) -> &SignKey {
        &self.key
    }

    /// Hands over to a new root on a new medium. Both media stay needed until every device has heard of it.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn rotate(
        &self,
        new_medium: &Path,
        passphrase: &str,
        rng: &mut dyn CryptoRng,
        now: Timestamp,
    ) -> Result<Self, KeyError> {
        let next = SignKey::generate(rng);
        let statement = serde_json::to_string(&RootRotationStatement {
            force: self.public.force,
            from_key: self.public.root_key.clone(),
            to_key: next.public().to_hex(),
            issued_at: now,
        })
        .map_err(|error| malformed(&self.folder, error.to_string()))?;
        let signature = STANDARD.encode(self.key.sign(&signed_root_rotation(&statement)));
        let mut rotations = self.rotations.clone();
        rotations.push(RootRotation { statement, signature });
        let names = (self.public.force, self.public.force_name.as_str());
        let new = Self::write(new_medium, passphrase, rng, names, rotations, |_| next)?;
        let path = new_medium.join(SIGNED_FILE);
        files::replace(&path, &json(&path, &self.signed()?)?)?;
        Ok(new)
    }
}

/// A statement signed by a root.
pub(super) fn certify(
    root: &SignKey,
    statement: &ForceKeysStatement,
    rotations: Vec<RootRotation>,
) -> ForceKeys {
    let statement = serde_json::to_string(statement).expect("a statement of plain strings is JSON");
    let signature = STANDARD.encode(root.sign(&signed_keys(&statement)));
    ForceKeys { statement, signature, rotations }
}
