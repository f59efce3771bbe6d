//! The entries of a hash set as leaves of a tree, and the proof of one of them. Each leaf has a salt of its own, so that the hashes of a
//! proof say nothing of the entries beside it, not even to whoever guesses one.

use proviso_engine::image::set::{HashSet, SetEntry};
use proviso_ledger::hash::sha256;
use proviso_ledger::merkle::list::{ListTree, kept_nodes};
use proviso_ledger::merkle::{self, MerkleError};
use proviso_model::Digest;
use proviso_model::hash_set::{EntrySalt, SetTree, entry_leaf};

/// The entries of a set, salted with a key that no one else has.
#[derive(Debug, Clone, Copy)]
pub struct Entries<'s, B> {
    set: &'s HashSet<B>,
    key: &'s [u8; 32],
}

/// An entry with what proves that it stands in its set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The entry.
    pub entry: SetEntry,
    /// Its salt.
    pub salt: EntrySalt,
    /// RFC 6962 inclusion proof.
    pub hashes: Vec<[u8; 32]>,
}

impl<'s, B: AsRef<[u8]> + Clone> Entries<'s, B> {
    /// The entries of `set` under `key`.
    #[must_use]
    pub fn new(set: &'s HashSet<B>, key: &'s [u8; 32]) -> Self {
        Self { set, key }
    }

    /// The tree, and the nodes of it that proofs need, 32 bytes for every 4096 entries. Reads every entry once.
    ///
    /// # Errors
    /// [`MerkleError`] when the set's file does not hold what it counts.
    pub fn tree(&self) -> Result<(SetTree, Vec<u8>), MerkleError> {
        let counts = self.set.counts();
        let size = [counts.md5, counts.sha1, counts.sha256, counts.pdq].iter().sum();
        let hash = |place| self.hash(place);
        let kept = kept_nodes(size, &hash).collect::<Result<Vec<_>, _>>()?.concat();
        let root = Digest(merkle::root(size, &ListTree::new(&kept, hash))?);
        Ok((SetTree { size, root }, kept))
    }

    /// Proves the entry at a place among all.
    ///
    /// # Errors
    /// [`MerkleError`] when there is no such entry, or when set and kept nodes do not lead to the tree's root.
    pub fn prove(&self, tree: &SetTree, kept: &[u8], place: u64) -> Result<Proven, MerkleError> {
        let hashes = merkle::inclusion(place, tree.size, &ListTree::new(kept, |place| self.hash(place)))?;
        let entry = self.set.entry(place).ok_or(MerkleError::Range)?;
        let leaf = self.leaf(place).ok_or(MerkleError::Range)?;
        merkle::verify_inclusion(&leaf, place, tree.size, &hashes, &tree.root.0)?;
        Ok(Proven { entry, salt: self.salt(place), hashes })
    }

    /// The leaf at a place among all.
    #[must_use]
    pub fn leaf(&self, place: u64) -> Option<Vec<u8>> {
        let entry = self.set.entry(place)?;
        Some(entry_leaf(entry.kind, entry.category, &self.salt(place), entry.digest()))
    }

    fn hash(&self, place: u64) -> Option<[u8; 32]> {
        Some(merkle::leaf_hash(&self.leaf(place)?))
    }

    /// All that goes in has one length, so a key before it is enough.
    fn salt(&self, place: u64) -> EntrySalt {
        let mut salted = [0; 40];
        let (first, rest) = salted.split_at_mut(self.key.len());
        first.copy_from_slice(self.key);
        rest.copy_from_slice(&place.to_be_bytes());
        sha256(&salted).first_chunk().copied().unwrap_or_default()
    }
}
