//! What the force signs: the manifest, its devices' keys; and the proofs that go with them.

use proviso_ledger::SignKey;
use proviso_ledger::merkle::LeafKind;
use proviso_model::ids::{BundleId, CaseId, DeviceId, ForceId};
use proviso_model::wire::InclusionProof;
use proviso_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::base64_text;

/// `manifest.json`: what the bundle is and every file in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`super::BUNDLE_FORMAT`].
    pub format: u32,
    /// Its id.
    pub bundle: BundleId,
    /// The force.
    pub force: ForceId,
    /// Its name.
    pub force_name: String,
    /// The case.
    pub case: CaseId,
    /// The force's reference of the case.
    pub case_reference: String,
    /// The court's reference of the order.
    pub order_reference: String,
    /// The officer who prepared it.
    pub prepared_by: String,
    /// When.
    pub created_at: Timestamp,
    /// The program that wrote it.
    pub program: String,
    /// What an expert cannot repeat from this bundle alone, one sentence each.
    pub cannot_be_repeated: Vec<String>,
    /// The parts of the records shown that the force left out, in words ([`crate::Part::in_words`]).
    pub left_out: Vec<String>,
    /// Every other file except the signature on this one, in order of path.
    pub files: Vec<FileEntry>,
}

/// A file as a manifest names it: of a bundle, or of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its path, parts joined by `/`.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Plain SHA-256 of its bytes.
    pub sha256: Digest,
}

/// The bytes that the force's checkpoint key signs for a manifest.
#[must_use]
pub fn manifest_signed(manifest_json: &[u8]) -> Vec<u8> {
    [b"proviso/bundle-manifest/v1\n", manifest_json].concat()
}

/// Ties a record key to a device, a case and a force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceStatement {
    /// The device.
    pub device: DeviceId,
    /// The force.
    pub force: ForceId,
    /// The case.
    pub case: CaseId,
    /// Its public record key (Ed25519, hexadecimal).
    pub record_key: String,
    /// Operating system and version, as told at enrolment.
    pub system: String,
    /// The supervised account on it.
    pub account: String,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
}

/// `devices/ID.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedDevice {
    /// The exact text that was signed ([`DeviceStatement`] as JSON).
    pub statement: String,
    /// Signature of the policy key over [`device_statement_signed`], base64.
    pub signature: String,
}

/// The bytes that the force's policy key signs for a device.
#[must_use]
pub fn device_statement_signed(statement: &str) -> Vec<u8> {
    format!("proviso/device-statement/v1\n{statement}").into_bytes()
}

impl SignedDevice {
    /// Signs a statement with the force's policy key.
    ///
    /// # Errors
    /// When the statement cannot be written as JSON.
    pub fn sign(statement: &DeviceStatement, policy_key: &SignKey) -> Result<Self, serde_json::Error> {
        let statement = serde_json::to_string(statement)?;
        let signature = base64_text(&policy_key.sign(&device_statement_signed(&statement)));
        Ok(Self { statement, signature })
    }
}

/// `chains/DEVICE/EPOCH.json`: the headers of a contiguous stretch, so that a missing record would show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainFile {
    /// In order, without gaps.
    pub links: Vec<LinkJson>,
}

/// One record's header and signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkJson {
    /// The encoded header, hexadecimal.
    pub header: String,
    /// The device's signature, hexadecimal.
    pub signature: String,
}

/// `proofs/inclusion.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    /// One for everything that the bundle shows.
    pub leaves: Vec<LeafProof>,
}

/// That one leaf is in the log at the checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeafProof {
    /// What it stands for.
    pub kind: LeafWord,
    /// Hash of the record, completed audit entry or decision.
    pub hash: Digest,
    /// Where it is.
    pub proof: InclusionProof,
}

/// What a leaf stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeafWord {
    /// A record.
    Record,
    /// An audit entry.
    Audit,
    /// A decision.
    Decision,
}

impl LeafWord {
    /// As the ledger counts it.
    #[must_use]
    pub fn kind(self) -> LeafKind {
        match self {
            Self::Record => LeafKind::Record,
            Self::Audit => LeafKind::Audit,
            Self::Decision => LeafKind::Decision,
        }
    }
}
