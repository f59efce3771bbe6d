//! The force's log as somebody was shown it before: earlier states that a bundle continues, and a witness's file.

use proviso_model::Digest;
use proviso_model::ids::ForceId;
use proviso_model::wire::ForceKeys;
use serde::{Deserialize, Serialize};

/// [`WitnessHeader::format`] of this build.
pub const WITNESS_FORMAT: &str = "proviso-witness/1";

/// `proofs/consistency.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsistencyFile {
    /// Earlier states of the log, smaller ones first.
    pub earlier: Vec<EarlierLog>,
}

/// An earlier state of the log, with the proof that the bundle's checkpoint continues it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlierLog {
    /// Leaves.
    pub size: u64,
    /// Root.
    pub root: Digest,
    /// RFC 6962 consistency proof to the bundle's checkpoint.
    pub hashes: Vec<Digest>,
}

/// First line of a witness file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessHeader {
    /// [`WITNESS_FORMAT`].
    pub format: String,
    /// The force.
    pub force: ForceId,
    /// Its name.
    pub force_name: String,
    /// Its keys as its root certified them; a checkpoint is signed by the checkpoint key of one of them.
    pub keys: Vec<ForceKeys>,
}

/// Every further line of a witness file: a signed state of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessLine {
    /// The signed note (C2SP checkpoint).
    pub checkpoint: String,
    /// RFC 6962 consistency proof from the line before; empty in the first.
    pub hashes: Vec<Digest>,
}
