//! What devices and the server say to each other (`docs/protocol.md` part 2).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::hash::Digest;
use crate::ids::{DeviceId, ForceId};
use crate::record::EnrolmentFacts;
use crate::time::Timestamp;

/// Protocol version, sent as header `proviso-protocol`; another major version is refused with a plain message.
pub const WIRE_PROTOCOL: u32 = 1;
/// Header with [`WIRE_PROTOCOL`].
pub const HEADER_PROTOCOL: &str = "proviso-protocol";
/// Header with the device id.
pub const HEADER_DEVICE: &str = "proviso-device";
/// Header with the nonce that the signature covers (requests) or that the next request uses (responses).
pub const HEADER_NONCE: &str = "proviso-nonce";
/// Header with the signature over [`signed_request`], base64.
pub const HEADER_SIGNATURE: &str = "proviso-signature";
/// Header with the size of the last checkpoint that the device accepted; absent while it has none. The signature does
/// not cover it, because it only asks for a proof: whoever could change it inside TLS could as well take the proof out of
/// the answer, and a device that gets none accepts no new checkpoint.
pub const HEADER_CHECKPOINT_SIZE: &str = "proviso-checkpoint-size";

/// The bytes that a device signs for a request: method, path with query, body hash and nonce, one a line.
#[must_use]
pub fn signed_request(method: &str, path: &str, body_sha256: &Digest, nonce: &str) -> Vec<u8> {
    format!("proviso/request/v1\n{method}\n{path}\n{body_sha256}\n{nonce}\n").into_bytes()
}

/// `POST /v1/enrol`, the only request without a client certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolRequest {
    /// The one-time code, as typed.
    pub code: String,
    /// Public record key, hexadecimal (Ed25519, 32 bytes).
    pub record_key: String,
    /// Certificate signing request for the TLS key, PEM.
    pub csr_pem: String,
    /// Signature of the record key over [`enrol_proof`], base64: shows that the device holds it.
    pub proof: String,
    /// Operating system and version.
    pub system: String,
    /// The supervised account.
    pub account: String,
    /// The agent's version.
    pub agent_version: String,
}

/// The bytes that the record key signs at enrolment.
#[must_use]
pub fn enrol_proof(code: &str, csr_pem: &str) -> Vec<u8> {
    format!("proviso/enrol/v1\n{code}\n{csr_pem}").into_bytes()
}

/// Answer to an enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EnrolResponse {
    /// The force.
    pub force: ForceId,
    /// The device.
    pub device: DeviceId,
    /// Client certificate, PEM.
    pub certificate_pem: String,
    /// The first policy.
    pub policy: SignedPolicy,
    /// The server's keys, certified by the force root that the device has pinned.
    pub keys: ForceKeys,
    /// The server's clock.
    pub server_time: Timestamp,
    /// First nonce.
    pub nonce: String,
}

/// Public keys of a force, certified by its root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForceKeys {
    /// The exact text that the root signed ([`ForceKeysStatement`] as JSON).
    pub statement: String,
    /// Root signature over [`signed_keys`] of it, base64.
    pub signature: String,
    /// How the root key was handed over since the first one, oldest first; at most [`ROTATIONS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rotations: Vec<RootRotation>,
}

/// Hand-overs of the root key that are followed.
pub const ROTATIONS_MAX: usize = 32;

/// One root key hands over to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RootRotation {
    /// The exact text that the old root signed ([`RootRotationStatement`] as JSON).
    pub statement: String,
    /// The old root's signature over [`signed_root_rotation`] of it, base64.
    pub signature: String,
}

/// What an old root signs when it hands over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootRotationStatement {
    /// The force.
    pub force: ForceId,
    /// The old root's public key (Ed25519, hexadecimal).
    pub from_key: String,
    /// The new root's.
    pub to_key: String,
    /// When it was made.
    pub issued_at: Timestamp,
}

/// The bytes that the old root signs for a [`RootRotation::statement`].
#[must_use]
pub fn signed_root_rotation(statement: &str) -> Vec<u8> {
    format!("proviso/root-rotation/v1\n{statement}").into_bytes()
}

/// The root key in force for whoever pinned `pinned` (hexadecimal): that one, or what it was handed over to. `holds`
/// says whether a key (hexadecimal) signed bytes with a signature (base64).
///
/// # Errors
/// Why a hand-over is not followed, in words.
pub fn newest_root(
    pinned: &str,
    force: ForceId,
    rotations: &[RootRotation],
    holds: impl Fn(&str, &[u8], &str) -> bool,
) -> Result<String, String> {
    if rotations.len() > ROTATIONS_MAX {
        return Err(format!("the root key was handed over more than {ROTATIONS_MAX} times"));
    }
    let mut root = pinned.to_lowercase();
    for rotation in rotations {
        let says: RootRotationStatement = serde_json::from_str(&rotation.statement)
            .map_err(|error| format!("a hand-over of the root key cannot be read: {error}"))?;
        // Hand-overs from before the pinned key was made say nothing to whoever pinned it.
        if says.from_key != root {
            continue;
        }
        if says.force != force
            || !holds(&root, &signed_root_rotation(&rotation.statement), &rotation.signature)
        {
            return Err("a hand-over of the root key was not signed by the key that was pinned".to_owned());
        }
        root = says.to_key;
    }
    Ok(root)
}

/// The bytes that the root signs for a [`ForceKeys::statement`].
#[must_use]
pub fn signed_keys(statement: &str) -> Vec<u8> {
    format!("proviso/force-keys/v1\n{statement}").into_bytes()
}

/// What the force root certifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForceKeysStatement {
    /// The force.
    pub force: ForceId,
    /// Its name, for screens.
    pub force_name: String,
    /// Rises with every statement; an older one is refused.
    pub version: u64,
    /// When it was made.
    pub issued_at: Timestamp,
    /// Signs policies (Ed25519, hexadecimal).
    pub policy_key: String,
    /// Signs checkpoints (Ed25519, hexadecimal).
    pub checkpoint_key: String,
    /// Signs packs of detection data (Ed25519, hexadecimal).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pack_key: Option<String>,
    /// Until when new policies, packs and checkpoints signed with these keys are taken. What was taken before stays good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Timestamp>,
    /// Origin line of checkpoints, for example `proviso.test-force.example/log`.
    pub checkpoint_origin: String,
    /// Certificate authority of servers and devices, PEM.
    pub ca_pem: String,
}

/// A pinned root, as in the file that a device, a court or an expert is given beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustFile {
    /// The force's name, for screens.
    pub force_name: String,
    /// The force.
    pub force: ForceId,
    /// The root's public key (Ed25519, hexadecimal).
    pub root_key: String,
    /// Certificate authority of the enrolment server, PEM.
    pub ca_pem: String,
}

/// A policy's exact bytes and the signature over them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedPolicy {
    /// The exact JSON text of the policy.
    pub policy: String,
    /// Signature of the policy key over [`signed_policy`], base64.
    pub signature: String,
}

/// The bytes that the policy key signs for a [`SignedPolicy::policy`].
#[must_use]
pub fn signed_policy(policy: &str) -> Vec<u8> {
    format!("proviso/policy/v1\n{policy}").into_bytes()
}

/// A pack of a force's own words with what shows that the force signed it: a file that anyone can check against the force's
/// root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedPack {
    /// The exact text of the pack file.
    pub pack: String,
    /// Signature of the pack key over [`signed_pack`], base64.
    pub signature: String,
    /// The keys in use when it was signed, certified by the root.
    pub keys: ForceKeys,
}

/// The bytes that the pack key signs for a [`SignedPack::pack`].
#[must_use]
pub fn signed_pack(pack: &str) -> Vec<u8> {
    format!("proviso/pack/v1\n{pack}").into_bytes()
}

/// `POST /v1/return`: a device that the server no longer knows, because it was enrolled after the backup from which the server
/// was restored, shows what the force gave it. Signed with the record key that it names, over the client certificate that
/// names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeviceReturn {
    /// Public record key, hexadecimal.
    pub record_key: String,
    /// The policy that it obeys.
    pub policy: SignedPolicy,
    /// What it said of itself at enrolment.
    pub facts: EnrolmentFacts,
}

/// `POST /v1/liveness`: the device is on. Carries no observation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LivenessPing {
    /// The device's clock.
    pub device_time: Timestamp,
    /// Whether it watches now.
    pub watching: bool,
    /// Highest sequence number in its spool.
    pub spooled_seq: Option<u64>,
    /// Bytes in its spool.
    pub spool_bytes: u64,
    /// Serial of the policy it obeys.
    pub policy_serial: u64,
    /// The agent's version.
    pub agent_version: String,
    /// Random name of this run of the agent, 32 hexadecimal digits: two copies of one device show by taking turns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Hash, keyed by the force, of the id of the system that it runs on; absent where that has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Digest>,
}

/// Answer to a liveness ping.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LivenessAnswer {
    /// The server's clock; signed as part of `time_note`.
    pub server_time: Timestamp,
    /// Signature of the checkpoint key over [`time_statement`], base64.
    pub time_signature: String,
    /// Serial of the newest policy; a higher one is to be fetched.
    pub policy_serial: u64,
    /// Where the server's record of this device ends.
    pub receipt: Receipt,
}

/// The bytes that the checkpoint key signs for the time.
#[must_use]
pub fn time_statement(device: &DeviceId, nonce: &str, server_time: Timestamp) -> Vec<u8> {
    format!("proviso/time/v1\n{device}\n{nonce}\n{server_time}\n").into_bytes()
}

/// Answer to `POST /v1/records`: sent only after commit (invariant 10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Epoch of the device's chain.
    pub epoch: u32,
    /// Highest sequence number committed in it; absent when none.
    pub durable_seq: Option<u64>,
    /// The device may delete up to this.
    pub backed_up_seq: Option<u64>,
    /// Signed checkpoint of the log (C2SP signed note), once there is one.
    pub checkpoint: Option<String>,
    /// Inclusion proof of the record `durable_seq` in that checkpoint: leaf index and sibling hashes.
    pub proof: Option<InclusionProof>,
    /// That the log of `checkpoint` begins with the one that the device named in [`HEADER_CHECKPOINT_SIZE`]; absent when it
    /// named none, or none smaller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consistency: Option<ConsistencyProof>,
    /// That the server was restored from a backup and its log goes on from there; only for a device that named a larger size
    /// than that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<RestoredLog>,
}

/// RFC 6962 inclusion proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InclusionProof {
    /// Leaf index.
    pub index: u64,
    /// Sibling hashes from the leaf up.
    pub hashes: Vec<Digest>,
}

/// RFC 6962 consistency proof between an earlier size of the log and the checkpoint that it comes with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyProof {
    /// The earlier size, in leaves.
    pub from: u64,
    /// Hashes, in the RFC's order.
    pub hashes: Vec<Digest>,
}

/// The force's word that its log was put back to a shorter one, with the proof that the checkpoint continues that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoredLog {
    /// The exact text that was signed ([`RestoredLogStatement`] as JSON).
    pub statement: String,
    /// Signature of the checkpoint key over [`signed_restored_log`], base64.
    pub signature: String,
    /// RFC 6962 consistency proof from the statement's log to the receipt's checkpoint.
    pub hashes: Vec<Digest>,
}

/// What a force says of a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestoredLogStatement {
    /// The force.
    pub force: ForceId,
    /// Leaves of the log in the backup.
    pub size: u64,
    /// Its root.
    pub root: Digest,
    /// When the backup was made.
    pub backup_made_at: Timestamp,
    /// When it was put back.
    pub restored_at: Timestamp,
}

/// The bytes that the checkpoint key signs for a [`RestoredLog::statement`].
#[must_use]
pub fn signed_restored_log(statement: &str) -> Vec<u8> {
    format!("proviso/restored-log/v1\n{statement}").into_bytes()
}

/// Any refusal on the device port: what happened and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// A stable word for programs: `chain-broken`, `code-wrong`, `revoked` and so on.
    pub code: String,
    /// For people.
    pub message: String,
    /// Where the server's record of this device ends, when the device should go on from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
    /// With `policy-unknown`: the policy that the device should bring to `POST /v1/policy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Digest>,
}
