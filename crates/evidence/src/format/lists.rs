//! Entries of a force's lists of known pictures, each with the proof that it stood in the version of the list that the policy names.

use std::collections::BTreeMap;

use proviso_model::hash_set::{EntryKind, EntrySalt, HashSetStatement, entry_leaf};
use proviso_model::observation::{ListedHow, PictureListed};
use proviso_model::{Digest, Md5, PdqHash, Timestamp};
use serde::{Deserialize, Serialize};

/// `lists/RECORD.json`: for every look-up that the record names, in its order, a proof or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListsFile {
    /// The record.
    pub record: Digest,
    /// One for each look-up.
    pub entries: Vec<ListedEntry>,
}

/// One look-up. Either there is a proof, or it is said why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListedEntry {
    /// SHA-256 of the set's file, as the record names it.
    pub set: Digest,
    /// That the entry stood in it.
    pub proof: Option<EntryProof>,
    /// Why there is no proof, in words.
    pub no_proof: Option<String>,
}

/// That one entry stood in a hash set. It shows no other entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryProof {
    /// What the force says of the set: the exact text that was signed ([`HashSetStatement`] as JSON).
    pub statement: String,
    /// Signature of the pack key over [`proviso_model::hash_set::signed_hash_set`], base64.
    pub signature: String,
    /// Which digest the entry is.
    pub kind: EntryKind,
    /// The number of its category; 0 where the list gave none.
    pub category: u8,
    /// The digest, hexadecimal.
    pub digest: String,
    /// The salt of its leaf: 16 bytes, hexadecimal.
    pub salt: String,
    /// The leaf's place in the set's tree, from 0.
    pub index: u64,
    /// RFC 6962 inclusion proof, from the leaf up.
    pub hashes: Vec<Digest>,
}

impl EntryProof {
    /// The leaf's bytes; `None` when digest or salt has another length than its kind.
    #[must_use]
    pub fn leaf(&self) -> Option<Vec<u8>> {
        let mut salt = EntrySalt::default();
        hex::decode_to_slice(&self.salt, &mut salt).ok()?;
        let digest = hex::decode(&self.digest).ok()?;
        let is_lower_case = hex::encode(salt) == self.salt && hex::encode(&digest) == self.digest;
        let width = match self.kind {
            EntryKind::Md5 => 16,
            EntryKind::Sha1 => 20,
            EntryKind::Sha256 | EntryKind::Pdq => 32,
        };
        (is_lower_case && digest.len() == width).then(|| entry_leaf(self.kind, self.category, &salt, &digest))
    }
}

/// What a record shows of look-ups of its picture in hash sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookedUp {
    /// The look-ups, at least one.
    pub listed: Vec<PictureListed>,
    /// SHA-256 of the picture's file, where it is shown.
    pub sha256: Option<Digest>,
    /// Its MD5.
    pub md5: Option<Md5>,
    /// Its PDQ hash.
    pub pdq: Option<PdqHash>,
}

impl LookedUp {
    /// Out of the names and values of a record's fields; nothing where they name no look-up.
    ///
    /// # Errors
    /// When a value is not what its name says.
    pub fn from_fields<'f>(
        fields: impl Iterator<Item = (&'f str, &'f str)>,
    ) -> Result<Option<Self>, serde_json::Error> {
        let mut found = Self { listed: Vec::new(), sha256: None, md5: None, pdq: None };
        for (name, value) in fields {
            match name {
                "body.captured.picture.listed" => found.listed = serde_json::from_str(value)?,
                "body.captured.fact.sha256" => found.sha256 = serde_json::from_str(value)?,
                "body.captured.fact.md5" => found.md5 = serde_json::from_str(value)?,
                "body.captured.picture.pdq" => found.pdq = serde_json::from_str(value)?,
                _ => {}
            }
        }
        Ok(Some(found).filter(|found| !found.listed.is_empty()))
    }

    /// Whether an entry is what a look-up found: the same digest or one so far from the picture's, of the same category.
    #[must_use]
    pub fn rests_on(&self, listed: &PictureListed, entry: &EntryProof) -> bool {
        let is_it = match (listed.how, entry.kind) {
            (ListedHow::Sha256, EntryKind::Sha256) => {
                self.sha256.is_some_and(|sha256| sha256.to_string() == entry.digest)
            }
            (ListedHow::Md5, EntryKind::Md5) => self.md5.is_some_and(|md5| md5.to_string() == entry.digest),
            (ListedHow::Pdq { distance }, EntryKind::Pdq) => {
                let of_entry: Option<PdqHash> = entry.digest.parse().ok();
                let apart = self.pdq.zip(of_entry).map(|(picture, entry)| picture.distance(&entry));
                apart == Some(u32::from(distance))
            }
            _ => false,
        };
        is_it && entry.category == listed.category
    }
}

/// What is proven of a bundle's look-ups, list by list, and what is not.
#[derive(Debug, Default)]
pub(crate) struct Told {
    proven: BTreeMap<(String, u32, Timestamp), usize>,
    without: BTreeMap<String, usize>,
}

impl Told {
    /// Adds a proven look-up.
    pub(crate) fn proven(&mut self, says: &HashSetStatement) {
        *self.proven.entry((says.name.clone(), says.version, says.imported_at)).or_default() += 1;
    }

    /// Adds look-ups without a proof.
    pub(crate) fn without(&mut self, why: &str, look_ups: usize) {
        *self.without.entry(why.to_owned()).or_default() += look_ups;
    }

    /// Whether a look-up is proven.
    pub(crate) fn has_proven(&self) -> bool {
        !self.proven.is_empty()
    }

    /// A sentence for each list, and for each reason why something is not proven.
    pub(crate) fn sentences(&self) -> Vec<String> {
        let proven = self.proven.iter().map(|((name, version, at), count)| {
            let look_ups = if *count == 1 { "The entry that a look-up found" } else { "The entries that" };
            let found = if *count == 1 { String::new() } else { format!(" {count} look-ups found") };
            format!("{look_ups}{found} stood in list {name}, version {version}, as imported on {at}.")
        });
        let without = self.without.iter().map(|(why, count)| {
            let look_ups = if *count == 1 { "look-up" } else { "look-ups" };
            format!("Not shown for {count} {look_ups}: {why}")
        });
        proven.chain(without).collect()
    }
}
