//! The file with which a case goes to another force. Outside are a magic, the format, which key it is sealed to and how long it is; all
//! else is sealed. Inside are a signed statement, and what it names by length and digest: facts as JSON, and an evidence bundle.
//! Whoever reads one believes nothing before the key, the signature and both digests hold.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_ledger::hash::sha256;
use proviso_ledger::seal::{self, CasePublicKey, CaseSecretKey};
use proviso_ledger::sign::SignKey;
use proviso_model::ids::{CaseId, CaseKeyId, ForceId, TransferId};
use proviso_model::wire::ForceKeys;
use proviso_model::{Digest, Timestamp};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::facts::CaseFacts;
use super::refused::Refused;
use super::trust::{FORMAT, KEY_ID_BYTES, OtherForce, certified, holds, key_id};

const MAGIC: &[u8; 4] = b"PVCT";
/// Magic, format, id of the key, length of what is sealed.
const HEAD_BYTES: usize = 4 + 4 + KEY_ID_BYTES + 8;
/// Longest bundle: the limit of bundles themselves.
pub const BUNDLE_BYTES_MAX: u64 = 1 << 30;
/// Longest facts.
pub const FACTS_BYTES_MAX: u64 = 256 << 20;
/// Longest statement with signature and certified keys.
const SIGNED_BYTES_MAX: u64 = 1 << 20;
/// Longest file.
pub const FILE_BYTES_MAX: u64 = BUNDLE_BYTES_MAX + FACTS_BYTES_MAX + SIGNED_BYTES_MAX + 4_096;

/// What a force signs when it hands a case over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferStatement {
    /// [`FORMAT`].
    pub format: u32,
    /// This transfer.
    pub transfer: TransferId,
    /// The force that hands over.
    pub from: ForceId,
    /// Its name.
    pub from_name: String,
    /// The force that receives.
    pub to: ForceId,
    /// The case, by the number of the force that hands over.
    pub case: CaseId,
    /// When the file was made.
    pub made_at: Timestamp,
    /// The key pair that the case's records are sealed to.
    pub case_key: CaseKeyId,
    /// Digest of its public half.
    pub case_key_sha256: Digest,
    /// Length of the facts.
    pub facts_bytes: u64,
    /// Their digest.
    pub facts_sha256: Digest,
    /// Length of the evidence bundle; 0 where the case has no record yet.
    pub bundle_bytes: u64,
    /// Its digest.
    pub bundle_sha256: Digest,
}

/// The signed statement with all that is needed to check it, and the key that opens the records.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// The exact text signed ([`TransferStatement`] as JSON).
    pub statement: String,
    /// The checkpoint key's signature over [`signed_transfer`] of it, base64.
    pub signature: String,
    /// The keys of the force that hands over, certified by its root.
    pub keys: ForceKeys,
    /// The secret half of the key that the case's records are sealed to, hexadecimal.
    pub case_secret: String,
}

/// The bytes that are signed for a statement.
#[must_use]
pub fn signed_transfer(statement: &str) -> Vec<u8> {
    format!("proviso/case-transfer/v1\n{statement}").into_bytes()
}

/// What tells a file from every other.
#[must_use]
pub fn hash(statement: &str) -> Digest {
    Digest(sha256(statement.as_bytes()))
}

/// What a file is made of.
pub struct Content<'a> {
    /// Everything but lengths and digests, which are filled in.
    pub statement: TransferStatement,
    /// The facts as JSON.
    pub facts: &'a [u8],
    /// The evidence bundle; empty where there is none.
    pub bundle: &'a [u8],
    /// The key that opens the records.
    pub secret: &'a CaseSecretKey,
}

/// Signs what is handed over.
///
/// # Errors
/// [`Refused::TooLong`]; [`Refused::Content`] for a key that is none.
pub fn sign(content: &Content<'_>, keys: &ForceKeys, key: &SignKey) -> Result<Signed, Refused> {
    let long = |bytes: &[u8]| bytes.len() as u64;
    limit("evidence of the case", long(content.bundle), BUNDLE_BYTES_MAX)?;
    limit("list of facts of the case", long(content.facts), FACTS_BYTES_MAX)?;
    let statement = TransferStatement {
        case_key_sha256: public_sha256(content.secret)?,
        facts_bytes: long(content.facts),
        facts_sha256: Digest(sha256(content.facts)),
        bundle_bytes: long(content.bundle),
        bundle_sha256: Digest(sha256(content.bundle)),
        ..content.statement.clone()
    };
    let statement = serde_json::to_string(&statement).map_err(|error| Refused::Content(error.to_string()))?;
    let signature = STANDARD.encode(key.sign(&signed_transfer(&statement)));
    Ok(Signed { statement, signature, keys: keys.clone(), case_secret: content.secret.to_hex().to_string() })
}

/// Seals what was signed to the key of the force that receives it.
///
/// # Errors
/// [`Refused::Content`] when the cipher fails.
pub fn seal_to(
    rng: &mut dyn CryptoRng,
    to: &CasePublicKey,
    signed: &Signed,
    facts: &[u8],
    bundle: &[u8],
) -> Result<Vec<u8>, Refused> {
    let broken = |error: &dyn std::fmt::Display| Refused::Content(error.to_string());
    let text = Zeroizing::new(serde_json::to_vec(signed).map_err(|error| broken(&error))?);
    let length = u32::try_from(text.len()).map_err(|error| broken(&error))?;
    let mut plain = Zeroizing::new(Vec::with_capacity(4 + text.len() + facts.len() + bundle.len()));
    for part in [&length.to_be_bytes()[..], &text, facts, bundle] {
        plain.extend_from_slice(part);
    }
    let sealed_bytes = (plain.len() + seal::SEAL_OVERHEAD_BYTES) as u64;
    let mut file = Vec::with_capacity(HEAD_BYTES + plain.len() + seal::SEAL_OVERHEAD_BYTES);
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&FORMAT.to_be_bytes());
    file.extend_from_slice(&key_id(to));
    file.extend_from_slice(&sealed_bytes.to_be_bytes());
    let sealed = seal::seal(rng, to, &file, &plain).map_err(|error| broken(&error))?;
    file.extend_from_slice(&sealed);
    Ok(file)
}

/// A file that was opened, and whose key, signature and digests hold.
pub struct Opened {
    /// What was signed.
    pub says: TransferStatement,
    /// As it was signed.
    pub signed: Signed,
    /// SHA-256 of the signed text.
    pub hash: Digest,
    /// The facts as they came.
    pub facts_bytes: Vec<u8>,
    /// The facts.
    pub facts: CaseFacts,
    /// The evidence bundle; empty where there is none.
    pub bundle: Vec<u8>,
    /// The key that opens its records.
    pub secret: CaseSecretKey,
}

/// Opens a file from another force.
///
/// # Errors
/// [`Refused`]; each fault has one of its own.
pub fn open(file: &[u8], own: (ForceId, &CaseSecretKey), from: &OtherForce) -> Result<Opened, Refused> {
    let (own_force, own_key) = own;
    let plain = unsealed(file, own_key)?;
    let (signed, rest) = signed_part(&plain)?;
    let keys = certified(&from.root_key, from.force, &signed.keys)?;
    if !holds(&keys.checkpoint_key, &signed_transfer(&signed.statement), &signed.signature) {
        return Err(Refused::Signature(format!("{} did not sign what is in the file", from.name)));
    }
    let says: TransferStatement = serde_json::from_str(&signed.statement)
        .map_err(|error| Refused::Content(format!("its statement cannot be read: {error}")))?;
    check_parties(&says, own_force, from)?;
    limit("evidence in the file", says.bundle_bytes, BUNDLE_BYTES_MAX)?;
    limit("list of facts in the file", says.facts_bytes, FACTS_BYTES_MAX)?;
    let whole = says.facts_bytes + says.bundle_bytes;
    if rest.len() as u64 != whole {
        return Err(Refused::Content("its parts have other lengths than were signed".to_owned()));
    }
    let (facts, bundle) = rest.split_at(usize::try_from(says.facts_bytes).unwrap_or(rest.len()));
    for (what, bytes, expected) in
        [("facts", facts, says.facts_sha256), ("evidence", bundle, says.bundle_sha256)]
    {
        if Digest(sha256(bytes)) != expected {
            return Err(Refused::Content(format!("the {what} in it are not those that were signed")));
        }
    }
    let secret = CaseSecretKey::from_hex(&signed.case_secret);
    let secret = secret.map_err(|error| Refused::Content(error.to_string()))?;
    if public_sha256(&secret)? != says.case_key_sha256 {
        return Err(Refused::Content("the key to its records is not the one that was signed".to_owned()));
    }
    let facts_read = CaseFacts::read(facts, says.case)?;
    let hash = hash(&signed.statement);
    Ok(Opened {
        facts: facts_read,
        facts_bytes: facts.to_vec(),
        bundle: bundle.to_vec(),
        says,
        signed,
        hash,
        secret,
    })
}

fn check_parties(says: &TransferStatement, own: ForceId, from: &OtherForce) -> Result<(), Refused> {
    if says.format != FORMAT {
        return Err(Refused::Version(says.format));
    }
    if says.from != from.force {
        let why = format!(
            "the file was made by {}, not by {} whose certificate was given",
            says.from_name, from.name
        );
        return Err(Refused::NotForUs(why));
    }
    match says.to == own {
        true => Ok(()),
        false => Err(Refused::NotForUs("the file was made for another force than this one".to_owned())),
    }
}

fn limit(what: &'static str, bytes: u64, most: u64) -> Result<(), Refused> {
    if bytes > most { Err(Refused::TooLong { what, bytes, most }) } else { Ok(()) }
}

fn public_sha256(secret: &CaseSecretKey) -> Result<Digest, Refused> {
    let public = secret.public().map_err(|error| Refused::Content(error.to_string()))?;
    Ok(Digest(sha256(&public.to_bytes())))
}

/// What is sealed in a file, once its head was found to be right.
fn unsealed(file: &[u8], own: &CaseSecretKey) -> Result<Zeroizing<Vec<u8>>, Refused> {
    limit("file", file.len() as u64, FILE_BYTES_MAX)?;
    let (magic, rest) = file.split_first_chunk::<4>().ok_or(Refused::NotATransfer)?;
    if magic != MAGIC {
        return Err(Refused::NotATransfer);
    }
    let cut = |expected: u64| Refused::Length { found: file.len() as u64, expected };
    let (format, rest) = rest.split_first_chunk::<4>().ok_or_else(|| cut(HEAD_BYTES as u64))?;
    let format = u32::from_be_bytes(*format);
    if format != FORMAT {
        return Err(Refused::Version(format));
    }
    let (to, rest) = rest.split_first_chunk::<KEY_ID_BYTES>().ok_or_else(|| cut(HEAD_BYTES as u64))?;
    let (length, sealed) = rest.split_first_chunk::<8>().ok_or_else(|| cut(HEAD_BYTES as u64))?;
    let length = u64::from_be_bytes(*length);
    limit("file", length, FILE_BYTES_MAX)?;
    if sealed.len() as u64 != length {
        return Err(cut(HEAD_BYTES as u64 + length));
    }
    let public = own.public().map_err(|error| Refused::Content(error.to_string()))?;
    let own_id = key_id(&public);
    if *to != own_id {
        return Err(Refused::OtherKey { sealed_to: hex::encode(to), own: hex::encode(own_id) });
    }
    let head = file.get(..HEAD_BYTES).ok_or_else(|| cut(HEAD_BYTES as u64))?;
    seal::open(own, head, sealed).map_err(|_| Refused::Altered)
}

fn signed_part(plain: &[u8]) -> Result<(Signed, &[u8]), Refused> {
    let short = || Refused::Content("it is shorter than it says".to_owned());
    let (length, rest) = plain.split_first_chunk::<4>().ok_or_else(short)?;
    let length = u32::from_be_bytes(*length);
    limit("signed part of the file", u64::from(length), SIGNED_BYTES_MAX)?;
    let (signed, rest) = rest.split_at_checked(length as usize).ok_or_else(short)?;
    let signed = serde_json::from_slice(signed)
        .map_err(|error| Refused::Content(format!("its signed part cannot be read: {error}")))?;
    Ok((signed, rest))
}
