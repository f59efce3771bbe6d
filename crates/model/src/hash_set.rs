//! What a force says of a set of hashes of known pictures.

use serde::{Deserialize, Serialize};

use crate::hash::Digest;
use crate::ids::ForceId;
use crate::time::Timestamp;

/// What a force says of one version of a hash set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HashSetStatement {
    /// The force.
    pub force: ForceId,
    /// Name.
    pub name: String,
    /// Version under this name.
    pub version: u32,
    /// SHA-256 of the set's file.
    pub sha256: Digest,
    /// Bytes of that file.
    pub bytes: u64,
    /// Entries of the list that were taken.
    pub entries: u64,
    /// Different digests by kind.
    pub digests: SetDigests,
    /// Whether its pictures are known or suspected to show the abuse of children: then none of them is ever shown.
    pub child_abuse: bool,
    /// Whether its PDQ hashes may be kept on devices.
    pub device_ok: bool,
    /// The country whose categories its numbers follow, as "UK".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// How the list was written: vics, caid, md5, sha1, sha256, pdq, or auto for lines of several digests.
    pub format: String,
    /// Where the list comes from, as whoever imported it said.
    pub source: String,
    /// Under which licence or agreement.
    pub licence: String,
    /// The day of the list.
    pub dated: jiff::civil::Date,
    /// When it was imported.
    pub imported_at: Timestamp,
}

/// Different digests of a set by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetDigests {
    /// MD5.
    pub md5: u64,
    /// SHA-1.
    pub sha1: u64,
    /// SHA-256.
    pub sha256: u64,
    /// PDQ.
    pub pdq: u64,
}

/// The bytes that the pack key signs for a [`HashSetStatement`] as JSON.
#[must_use]
pub fn signed_hash_set(statement: &str) -> Vec<u8> {
    format!("proviso/hash-set/v1\n{statement}").into_bytes()
}
