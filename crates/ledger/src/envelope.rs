//! Envelope v1: a signed header in the clear and a sealed body. Made once, on the device; never re-encoded after.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::bytes::{Malformed, Reader};
use crate::chain::ChainLink;
use crate::fields::FieldSet;
use crate::hash::domain_hash;
use crate::limits::{ENVELOPE_BYTES_MAX, FIELD_NAME_BYTES_MAX, FIELDS_MAX};
use crate::seal::{self, CasePublicKey, CaseSecretKey, SUITE_X_WING, SealError};
use crate::sign::{SignError, SignKey, VerifyKey};

/// Version of the envelope that this build writes. Readers accept older ones for ever.
pub const ENVELOPE_VERSION: u8 = 1;
/// Bytes of an encoded header.
pub const HEADER_BYTES: usize = AAD_BYTES + 32;
/// Bytes of an envelope around its sealed body.
pub const ENVELOPE_OVERHEAD_BYTES: usize = 4 + HEADER_BYTES + 64 + 4;
const AAD_BYTES: usize = 2 + 16 + 16 + 4 + 8 + 32 + 16 + 32 + 32;
const MAGIC: &[u8; 4] = b"PVR1";
const SIGN_DOMAIN: &[u8] = b"proviso/record/v1\n";

/// Something wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Bytes that are no envelope.
    #[error("these bytes are not a record: {0}")]
    Malformed(#[from] Malformed),
    /// The device did not sign this header.
    #[error("the record's header was not signed by this device key")]
    Signature(#[from] SignError),
    /// The sealed body is not the one that the header names.
    #[error("the record's sealed body is not the one that its header names")]
    Body,
    /// The body does not open.
    #[error("the record does not open: {0}")]
    Seal(#[from] SealError),
    /// The opened fields are not the ones that the header commits to.
    #[error("the record's fields are not the ones that its header commits to")]
    Fields,
    /// More than one record may hold.
    #[error(
        "the record would be {bytes} bytes in {fields} fields; at most {ENVELOPE_BYTES_MAX} bytes in {FIELDS_MAX} fields fit"
    )]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// Its fields.
        fields: usize,
    },
}

/// The clear part of a record. Chain and Merkle tree hash only this, so that a body can be erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// [`ENVELOPE_VERSION`].
    pub version: u8,
    /// [`SUITE_X_WING`].
    pub suite: u8,
    /// The force.
    pub force: [u8; 16],
    /// The device.
    pub device: [u8; 16],
    /// The epoch.
    pub epoch: u32,
    /// Its number in the epoch.
    pub seq: u64,
    /// Hash of the record before.
    pub previous: [u8; 32],
    /// The key that the body is sealed to.
    pub case_key_id: [u8; 16],
    /// The policy in force.
    pub policy_hash: [u8; 32],
    /// Commitment to the fields of the body.
    pub field_root: [u8; 32],
    /// Domain hash `proviso/body/v1` of the sealed body.
    pub body_hash: [u8; 32],
}

impl Header {
    /// The header in its fixed layout: the members in order, numbers big-endian.
    #[must_use]
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend_from_slice(&[self.version, self.suite]);
        bytes.extend_from_slice(&self.force);
        bytes.extend_from_slice(&self.device);
        bytes.extend_from_slice(&self.epoch.to_be_bytes());
        bytes.extend_from_slice(&self.seq.to_be_bytes());
        bytes.extend_from_slice(&self.previous);
        bytes.extend_from_slice(&self.case_key_id);
        bytes.extend_from_slice(&self.policy_hash);
        bytes.extend_from_slice(&self.field_root);
        bytes.extend_from_slice(&self.body_hash);
        bytes.try_into().expect("the members' sizes add up to HEADER_BYTES")
    }

    /// Reads a header; exactly [`HEADER_BYTES`].
    ///
    /// # Errors
    /// [`Malformed`] for another length, version or suite.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let version = reader.u8()?;
        if version != ENVELOPE_VERSION {
            return Err(reader.wrong("a record version that this build does not know"));
        }
        let suite = reader.u8()?;
        if suite != SUITE_X_WING {
            return Err(reader.wrong("a sealing suite that this build does not know"));
        }
        let header = Self {
            version,
            suite,
            force: reader.array()?,
            device: reader.array()?,
            epoch: reader.u32()?,
            seq: reader.u64()?,
            previous: reader.array()?,
            case_key_id: reader.array()?,
            policy_hash: reader.array()?,
            field_root: reader.array()?,
            body_hash: reader.array()?,
        };
        reader.end()?;
        Ok(header)
    }

    /// The hash that names the record: in the next record, in the tree, in receipts.
    #[must_use]
    pub fn record_hash(&self) -> [u8; 32] {
        domain_hash("proviso/record-hash/v1", &[&self.encode()])
    }

    /// Checks the device's signature over this header alone; it holds also when the body has been erased.
    ///
    /// # Errors
    /// [`SignError::Signature`] when it does not hold.
    pub fn check(&self, key: &VerifyKey, signature: &[u8; 64]) -> Result<(), SignError> {
        key.verify(&self.signed_bytes(), signature)
    }

    fn signed_bytes(&self) -> Vec<u8> {
        [SIGN_DOMAIN, &self.encode()].concat()
    }

    /// What the sealed body is bound to: everything but the body's own hash.
    fn aad(&self) -> Vec<u8> {
        let mut bytes = self.encode().to_vec();
        bytes.truncate(AAD_BYTES);
        bytes
    }
}

/// A record as it travels and is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// In the clear.
    pub header: Header,
    /// The device's signature over `proviso/record/v1`, a line feed and the header.
    pub signature: [u8; 64],
    /// The sealed fields.
    pub sealed: Vec<u8>,
}

impl Envelope {
    /// `PVR1`, header, signature, 32-bit length of the body, body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let length = u32::try_from(self.sealed.len()).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(ENVELOPE_OVERHEAD_BYTES + self.sealed.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.header.encode());
        bytes.extend_from_slice(&self.signature);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&self.sealed);
        bytes
    }

    /// Reads what [`Envelope::encode`] wrote, and nothing else.
    ///
    /// # Errors
    /// [`Malformed`] for bytes that it would not have written, or above the limit.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        if bytes.len() > ENVELOPE_BYTES_MAX {
            return Err(reader.wrong("a record above its size limit"));
        }
        if &reader.array::<4>()? != MAGIC {
            return Err(reader.wrong("a beginning that is not that of a record"));
        }
        let header = Header::decode(reader.take(HEADER_BYTES)?)?;
        let signature = reader.array()?;
        let length = usize::try_from(reader.u32()?).unwrap_or(usize::MAX);
        let sealed = reader.take(length)?.to_vec();
        reader.end()?;
        Ok(Self { header, signature, sealed })
    }

    /// Checks the device's signature and that the body is the one signed for.
    ///
    /// # Errors
    /// [`EnvelopeError::Signature`] or [`EnvelopeError::Body`].
    pub fn check(&self, key: &VerifyKey) -> Result<(), EnvelopeError> {
        self.header.check(key, &self.signature)?;
        if body_hash(&self.sealed) == self.header.body_hash { Ok(()) } else { Err(EnvelopeError::Body) }
    }

    /// Opens the body and checks that its fields are those that the header commits to.
    ///
    /// # Errors
    /// [`EnvelopeError`] when the key is another, or bytes were changed.
    pub fn open(&self, key: &CaseSecretKey) -> Result<FieldSet, EnvelopeError> {
        let plain: Zeroizing<Vec<u8>> = seal::open(key, &self.header.aad(), &self.sealed)?;
        let fields = FieldSet::decode(&plain)?;
        if fields.root() == self.header.field_root { Ok(fields) } else { Err(EnvelopeError::Fields) }
    }

    /// The hash that names the record.
    #[must_use]
    pub fn record_hash(&self) -> [u8; 32] {
        self.header.record_hash()
    }
}

/// Whom and what a record belongs to, beside its place in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordIds {
    /// The key that `to` is.
    pub case_key_id: [u8; 16],
    /// The policy in force.
    pub policy_hash: [u8; 32],
}

/// Seals and signs the record that comes next in a chain. The caller moves the link on once the record is kept.
///
/// # Errors
/// [`EnvelopeError::TooLarge`] above the limits, [`EnvelopeError::Seal`] when the cipher fails.
pub fn seal_record(
    rng: &mut dyn CryptoRng,
    key: &SignKey,
    to: &CasePublicKey,
    link: &ChainLink,
    ids: &RecordIds,
    fields: &FieldSet,
) -> Result<Envelope, EnvelopeError> {
    let plain = fields.encode();
    let bytes = ENVELOPE_OVERHEAD_BYTES + seal::SEAL_OVERHEAD_BYTES + plain.len();
    let names_fit = fields.iter().all(|(name, _)| name.len() <= FIELD_NAME_BYTES_MAX);
    if bytes > ENVELOPE_BYTES_MAX || fields.len() > FIELDS_MAX || !names_fit {
        return Err(EnvelopeError::TooLarge { bytes, fields: fields.len() });
    }
    let mut header = Header {
        version: ENVELOPE_VERSION,
        suite: SUITE_X_WING,
        force: link.force,
        device: link.device,
        epoch: link.epoch,
        seq: link.next_seq,
        previous: link.previous,
        case_key_id: ids.case_key_id,
        policy_hash: ids.policy_hash,
        field_root: fields.root(),
        body_hash: [0; 32],
    };
    let sealed = seal::seal(rng, to, &header.aad(), &plain)?;
    header.body_hash = body_hash(&sealed);
    let signature = key.sign(&header.signed_bytes());
    Ok(Envelope { header, signature, sealed })
}

fn body_hash(sealed: &[u8]) -> [u8; 32] {
    domain_hash("proviso/body/v1", &[sealed])
}
