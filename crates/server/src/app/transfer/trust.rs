//! What two forces exchange before a case goes from one to the other: each one's certificate, with the key that cases are sealed to. Its
//! fingerprint, which covers the force's root key, is read out on the telephone; who has compared it needs to believe nothing else.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_ledger::hash::{domain_hash, sha256};
use proviso_ledger::seal::{CasePublicKey, CaseSecretKey, generate};
use proviso_ledger::sign::VerifyKey;
use proviso_model::Timestamp;
use proviso_model::ids::ForceId;
use proviso_model::wire::{ForceKeys, ForceKeysStatement, TrustFile, newest_root, signed_keys};
use serde::{Deserialize, Serialize};

use super::refused::Refused;
use crate::app::AppContext;
use crate::app::force::{COMMAND_LINE, ForceError};
use crate::keys::KeyError;
use crate::keys::sealed_file;

/// The file of the secret half, among the force's keys.
const KEY_FILE: &str = "transfer.key";
/// Longest certificate, in bytes.
pub const CERTIFICATE_BYTES_MAX: u64 = 256 * 1024;
/// The format of certificates, files and receipts.
pub const FORMAT: u32 = 1;
/// Bytes of a key's id.
pub const KEY_ID_BYTES: usize = 16;

/// A force's certificate for transfers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferCertificate {
    /// The root's public key (Ed25519, hexadecimal): believed once the fingerprint was compared.
    pub root_key: String,
    /// The keys that the root certified.
    pub keys: ForceKeys,
    /// The exact text signed ([`CertificateStatement`] as JSON).
    pub statement: String,
    /// The checkpoint key's signature over [`signed_certificate`] of it, base64.
    pub signature: String,
}

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificateStatement {
    /// [`FORMAT`].
    pub format: u32,
    /// The force.
    pub force: ForceId,
    /// Its name.
    pub force_name: String,
    /// The key that cases are sealed to (X-Wing, hexadecimal).
    pub key: String,
    /// When the certificate was made.
    pub made_at: Timestamp,
}

/// The bytes that are signed for a certificate.
#[must_use]
pub fn signed_certificate(statement: &str) -> Vec<u8> {
    format!("proviso/transfer-certificate/v1\n{statement}").into_bytes()
}

/// What tells one key that cases are sealed to from another.
#[must_use]
pub fn key_id(key: &CasePublicKey) -> [u8; KEY_ID_BYTES] {
    let hash = domain_hash("proviso/transfer-key/v1", &[&key.to_bytes()]);
    hash.first_chunk().copied().unwrap_or_default()
}

/// Groups of four digits, as two people read them to each other.
fn in_groups(bytes: &[u8]) -> String {
    let digits = hex::encode(bytes);
    let groups: Vec<&str> =
        digits.as_bytes().chunks(4).filter_map(|four| std::str::from_utf8(four).ok()).collect();
    groups.join(" ")
}

impl TransferCertificate {
    /// What is read out: it covers root key and statement.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let root = self.root_key.to_lowercase();
        let parts = [root.as_bytes(), &sha256(self.statement.as_bytes())];
        let hash = domain_hash("proviso/transfer-certificate/v1", &parts);
        in_groups(hash.get(..16).unwrap_or_default())
    }
}

/// Another force, whose certificate was compared.
#[derive(Debug, Clone)]
pub struct OtherForce {
    /// The force.
    pub force: ForceId,
    /// Its name.
    pub name: String,
    /// The root that was compared (hexadecimal).
    pub root_key: String,
    /// The key that cases are sealed to.
    pub key: CasePublicKey,
}

impl OtherForce {
    /// As a bundle's verifier takes it.
    #[must_use]
    pub fn trust(&self) -> TrustFile {
        TrustFile {
            force_name: self.name.clone(),
            force: self.force,
            root_key: self.root_key.clone(),
            ca_pem: String::new(),
        }
    }
}

pub(super) fn holds(key: &str, bytes: &[u8], signature: &str) -> bool {
    match (VerifyKey::from_hex(key), proviso_evidence::signature_of(signature)) {
        (Ok(key), Some(signature)) => key.verify(bytes, &signature).is_ok(),
        _ => false,
    }
}

/// The keys that a force's root, or the one it handed over to, certified.
///
/// # Errors
/// [`Refused::Signature`].
pub(super) fn certified(
    root_key: &str,
    force: ForceId,
    keys: &ForceKeys,
) -> Result<ForceKeysStatement, Refused> {
    let root = newest_root(root_key, force, &keys.rotations, holds).map_err(Refused::Signature)?;
    if !holds(&root, &signed_keys(&keys.statement), &keys.signature) {
        return Err(Refused::Signature("its keys are not certified by the force's root".to_owned()));
    }
    let says: ForceKeysStatement = serde_json::from_str(&keys.statement)
        .map_err(|error| Refused::Signature(format!("the statement of its keys cannot be read: {error}")))?;
    match says.force == force {
        true => Ok(says),
        false => Err(Refused::Signature("its keys are those of another force".to_owned())),
    }
}

/// Another force's certificate, with the fingerprint that somebody there read out.
///
/// # Errors
/// [`Refused`]: it is not what was read out, or not signed as it should be, or its keys have lapsed.
pub fn other_force(bytes: &[u8], read_out: &str, now: Timestamp) -> Result<OtherForce, Refused> {
    let certificate: TransferCertificate = serde_json::from_slice(bytes)
        .map_err(|error| Refused::Certificate(format!("it is not what admin transfer-key wrote: {error}")))?;
    let plain = |text: &str| text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase();
    let fingerprint = certificate.fingerprint();
    if plain(read_out) != plain(&fingerprint) {
        return Err(Refused::Fingerprint(fingerprint));
    }
    let says: CertificateStatement = serde_json::from_str(&certificate.statement)
        .map_err(|error| Refused::Certificate(format!("what it says cannot be read: {error}")))?;
    if says.format != FORMAT {
        return Err(Refused::Version(says.format));
    }
    let keys = certified(&certificate.root_key, says.force, &certificate.keys)?;
    if !holds(&keys.checkpoint_key, &signed_certificate(&certificate.statement), &certificate.signature) {
        return Err(Refused::Signature("it is not signed with the force's key".to_owned()));
    }
    if let Some(until) = keys.valid_until.filter(|until| *until < now) {
        return Err(Refused::Certificate(format!(
            "the keys in it were good until {until}; ask that force for a new one"
        )));
    }
    let key = CasePublicKey::from_hex(&says.key).map_err(|error| Refused::Certificate(error.to_string()))?;
    let root_key = certificate.root_key.to_lowercase();
    Ok(OtherForce { force: says.force, name: says.force_name, root_key, key })
}

/// The key that opens what other forces send.
///
/// # Errors
/// [`Refused::NoKey`] where none was made yet; [`ForceError`].
pub fn own_key(ctx: &AppContext, data_dir: &Path) -> Result<CaseSecretKey, ForceError> {
    if !sealed_file::folder(data_dir).join(KEY_FILE).exists() {
        return Err(Refused::NoKey.into());
    }
    let seed = ctx.key_file_read(data_dir, KEY_FILE)?;
    let seed = <[u8; 32]>::try_from(seed.as_slice()).map_err(|_| KeyError::Malformed {
        path: KEY_FILE.to_owned(),
        what: "its key has the wrong length".to_owned(),
    })?;
    Ok(CaseSecretKey::from_bytes(seed))
}

/// This force's certificate, with the key in use; made where there is none yet, or `anew`: what was sealed to the key before does not
/// open any more then. Logged before it is done.
///
/// # Errors
/// [`ForceError`].
pub async fn certificate(
    ctx: &AppContext,
    data_dir: &Path,
    anew: bool,
) -> Result<TransferCertificate, ForceError> {
    let path = sealed_file::folder(data_dir).join(KEY_FILE);
    let did = if anew || !path.exists() { "new" } else { "same" };
    ctx.logged(COMMAND_LINE, "transfer-key", None, did, async {
        if did == "new" {
            let (secret, _) = ctx.with_rng(generate);
            ctx.key_file_write(data_dir, KEY_FILE, secret.to_bytes().as_slice())?;
        }
        let public = own_key(ctx, data_dir)?.public();
        let public = public.map_err(|error| ForceError::Refused(error.to_string()))?;
        let says = CertificateStatement {
            format: FORMAT,
            force: ctx.keys.force,
            force_name: ctx.force_name().to_owned(),
            key: public.to_hex(),
            made_at: ctx.now(),
        };
        let statement =
            serde_json::to_string(&says).map_err(|error| ForceError::Refused(error.to_string()))?;
        let signature = STANDARD.encode(ctx.keys.checkpoint.sign(&signed_certificate(&statement)));
        let root_key = ctx.keys.trust.root_key.to_lowercase();
        Ok(TransferCertificate { root_key, keys: ctx.keys.statement.clone(), statement, signature })
    })
    .await
}
