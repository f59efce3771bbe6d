//! What a force says of a set of hashes of known pictures.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// The tree over its entries, in which each can be proven by itself; absent in statements of before there were trees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<SetTree>,
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

impl SetDigests {
    /// How many of a kind.
    #[must_use]
    pub fn of(&self, kind: EntryKind) -> u64 {
        match kind {
            EntryKind::Md5 => self.md5,
            EntryKind::Sha1 => self.sha1,
            EntryKind::Sha256 => self.sha256,
            EntryKind::Pdq => self.pdq,
        }
    }

    /// The place among all of the entry that has this place among those of its kind.
    #[must_use]
    pub fn place_of(&self, kind: EntryKind, place: u64) -> Option<u64> {
        let before = EntryKind::ALL.iter().take_while(|before| **before != kind);
        before.map(|before| self.of(*before)).try_fold(place, u64::checked_add)
    }
}

/// The tree of RFC 6962 over all entries of a set: MD5 first, then SHA-1, SHA-256 and PDQ, each in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetTree {
    /// Entries.
    pub size: u64,
    /// Root over [`entry_leaf`] of each.
    pub root: Digest,
}

/// Which digest an entry of a set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// MD5 of a file.
    Md5,
    /// SHA-1 of a file.
    Sha1,
    /// SHA-256 of a file.
    Sha256,
    /// PDQ hash of a picture.
    Pdq,
}

impl EntryKind {
    /// All of them, in the order in which they stand in a set and its tree.
    pub const ALL: [Self; 4] = [Self::Md5, Self::Sha1, Self::Sha256, Self::Pdq];

    /// As people write it.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Pdq => "PDQ hash",
        }
    }
}

/// Salt of an entry's leaf: without it the hashes of a proof would tell whoever guesses an entry beside it that the guess is right.
pub type EntrySalt = [u8; 16];

/// The leaf of an entry: its kind (1 MD5, 2 SHA-1, 3 SHA-256, 4 PDQ), the number of its category, the salt, the digest.
#[must_use]
pub fn entry_leaf(kind: EntryKind, category: u8, salt: &EntrySalt, digest: &[u8]) -> Vec<u8> {
    let mut leaf = Vec::with_capacity(2 + salt.len() + digest.len());
    let number = match kind {
        EntryKind::Md5 => 1,
        EntryKind::Sha1 => 2,
        EntryKind::Sha256 => 3,
        EntryKind::Pdq => 4,
    };
    leaf.extend_from_slice(&[number, category]);
    leaf.extend_from_slice(salt);
    leaf.extend_from_slice(digest);
    leaf
}

/// The bytes that the pack key signs for a [`HashSetStatement`] as JSON.
#[must_use]
pub fn signed_hash_set(statement: &str) -> Vec<u8> {
    format!("proviso/hash-set/v1\n{statement}").into_bytes()
}

/// A file that a device or the server keeps, by its hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRef {
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// How many.
    pub bytes: u64,
}

/// What a device gets of a set: never its digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HashSetDelivery {
    /// The force.
    pub force: ForceId,
    /// SHA-256 of the set's file, as the policy names it.
    pub set: Digest,
    /// The key of 32 bytes under which the device computes HMAC-SHA256 of a picture's digests.
    pub key: Digest,
    /// The filter over the set's keyed digests.
    pub filter: FileRef,
    /// The index of its PDQ hashes, where these may lie on devices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<FileRef>,
}

/// A [`HashSetDelivery`] as JSON and the pack key's signature over it, base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedHashSetDelivery {
    /// The JSON, to the byte.
    pub statement: String,
    /// Over [`signed_hash_set_delivery`].
    pub signature: String,
}

/// The bytes that the pack key signs for a [`HashSetDelivery`] as JSON.
#[must_use]
pub fn signed_hash_set_delivery(statement: &str) -> Vec<u8> {
    format!("proviso/hash-set-delivery/v1\n{statement}").into_bytes()
}

/// Path at which a device fetches the [`SignedHashSetDelivery`] of a set that its policy names.
#[must_use]
pub fn hash_set_path(set: &Digest) -> String {
    format!("/v1/hash-sets/{set}")
}

/// Path at which a device fetches a part of the filter or of the index of PDQ hashes: from part 0 on, until one is shorter than
/// [`crate::limits::SITE_LIST_PART_BYTES`].
#[must_use]
pub fn hash_set_part_path(set: &Digest, file: HashSetFile, part: usize) -> String {
    let file = match file {
        HashSetFile::Filter => "filter",
        HashSetFile::Near => "near",
    };
    format!("/v1/hash-sets/{set}/{file}/{part}")
}

/// Which file of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HashSetFile {
    /// The filter over keyed digests.
    Filter,
    /// The index of PDQ hashes.
    Near,
}

/// Path at which a device asks.
pub const HASH_SET_ASK_PATH: &str = "/v1/hash-sets/ask";

/// A device's question whether a picture is listed, asked only where the filter says "perhaps".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HashSetQuestion {
    /// The set.
    pub set: Digest,
    /// Which digest was keyed.
    pub of: AskedDigest,
    /// HMAC-SHA256 of that digest's bytes under the set's key.
    pub keyed: Digest,
}

/// Which digest of a file a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AskedDigest {
    /// SHA-256.
    Sha256,
    /// MD5.
    Md5,
}

/// The answer to a [`HashSetQuestion`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HashSetAnswer {
    /// The number of the entry's category; absent where the set has no such entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed: Option<u8>,
}
