//! The append-only tree of RFC 6962 over leaves of bytes, with its nodes kept by the caller.
//!
//! A node is named by its level (0 for leaves) and its index there, and is kept only once its subtree is full; it then
//! never changes. So an append reads and writes O(log n) nodes, and no tree is held in memory.

pub mod list;

use sha2::{Digest, Sha256};

use crate::limits::PROOF_HASHES_MAX;

/// A node to keep: level, index at that level, hash.
pub type NewNode = (u32, u64, [u8; 32]);

/// Where full nodes are kept.
pub trait Nodes {
    /// The hash of the full subtree `index` at `level`, if it is kept.
    fn node(&self, level: u32, index: u64) -> Option<[u8; 32]>;
}

impl<F: Fn(u32, u64) -> Option<[u8; 32]>> Nodes for F {
    fn node(&self, level: u32, index: u64) -> Option<[u8; 32]> {
        self(level, index)
    }
}

/// A tree that cannot be worked with, or a proof that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MerkleError {
    /// A node that should be kept is not.
    #[error("the log's node {index} at level {level} is missing")]
    Missing {
        /// Its level.
        level: u32,
        /// Its index.
        index: u64,
    },
    /// A leaf or a size outside the tree.
    #[error("the log has no such entry or earlier size")]
    Range,
    /// The proof does not lead to the root.
    #[error("the proof does not lead to the log's signed root")]
    Proof,
}

/// What a leaf of Proviso's log stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeafKind {
    /// A record's hash.
    Record,
    /// An audit entry's hash.
    Audit,
    /// A decision's hash.
    Decision,
}

/// The 33 bytes of a leaf: its kind (1 record, 2 audit entry, 3 decision), then the hash.
#[must_use]
pub fn leaf(kind: LeafKind, hash: &[u8; 32]) -> [u8; 33] {
    let mut bytes = [0; 33];
    let (first, rest) = bytes.split_at_mut(1);
    first.fill(match kind {
        LeafKind::Record => 1,
        LeafKind::Audit => 2,
        LeafKind::Decision => 3,
    });
    rest.copy_from_slice(hash);
    bytes
}

/// RFC 6962 hash of a leaf: SHA-256 of a zero byte and the leaf.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update([0]).chain_update(leaf).finalize().into()
}

fn pair_hash(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

fn kept(nodes: &impl Nodes, level: u32, index: u64) -> Result<[u8; 32], MerkleError> {
    nodes.node(level, index).ok_or(MerkleError::Missing { level, index })
}

/// The nodes that become full when `leaf` is appended to a tree of `size` leaves; the caller keeps them all at once.
///
/// # Errors
/// [`MerkleError::Missing`] when a node below is not kept.
pub fn append(size: u64, leaf: &[u8], nodes: &impl Nodes) -> Result<Vec<NewNode>, MerkleError> {
    let (mut level, mut index, mut hash) = (0, size, leaf_hash(leaf));
    let mut new = vec![(level, index, hash)];
    while index % 2 == 1 {
        hash = pair_hash(&kept(nodes, level, index - 1)?, &hash);
        level += 1;
        index /= 2;
        new.push((level, index, hash));
    }
    Ok(new)
}

/// The root of the first `size` leaves.
///
/// # Errors
/// [`MerkleError::Missing`] when a node is not kept.
pub fn root(size: u64, nodes: &impl Nodes) -> Result<[u8; 32], MerkleError> {
    if size == 0 { Ok(Sha256::digest([]).into()) } else { range_hash(0, size, nodes) }
}

/// The largest power of two below `size` (which is above 1).
fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

/// Hash of `size` leaves from `start`; every range that RFC 6962 asks for begins at a multiple of its largest part.
fn range_hash(start: u64, size: u64, nodes: &impl Nodes) -> Result<[u8; 32], MerkleError> {
    if size.is_power_of_two() {
        let level = size.trailing_zeros();
        return kept(nodes, level, start >> level);
    }
    let left = split(size);
    Ok(pair_hash(&range_hash(start, left, nodes)?, &range_hash(start + left, size - left, nodes)?))
}

/// The sibling hashes, from the leaf up, that prove leaf `index` in the tree of `size` leaves.
///
/// # Errors
/// [`MerkleError::Range`] outside the tree, [`MerkleError::Missing`] when a node is not kept.
pub fn inclusion(index: u64, size: u64, nodes: &impl Nodes) -> Result<Vec<[u8; 32]>, MerkleError> {
    if index >= size {
        return Err(MerkleError::Range);
    }
    let (mut start, mut width, mut down) = (0, size, Vec::new());
    while width > 1 {
        let left = split(width);
        if index - start < left {
            down.push(range_hash(start + left, width - left, nodes)?);
            width = left;
        } else {
            down.push(range_hash(start, left, nodes)?);
            start += left;
            width -= left;
        }
    }
    down.reverse();
    Ok(down)
}

/// The hashes that prove that the tree of `new` leaves begins with the tree of `old` leaves.
///
/// # Errors
/// [`MerkleError::Range`] unless `0 < old <= new`, [`MerkleError::Missing`] when a node is not kept.
pub fn consistency(old: u64, new: u64, nodes: &impl Nodes) -> Result<Vec<[u8; 32]>, MerkleError> {
    if old == 0 || old > new {
        return Err(MerkleError::Range);
    }
    let (mut start, mut width, mut wanted, mut whole) = (0, new, old, true);
    let mut down = Vec::new();
    while wanted != width {
        let left = split(width);
        if wanted <= left {
            down.push(range_hash(start + left, width - left, nodes)?);
            width = left;
        } else {
            down.push(range_hash(start, left, nodes)?);
            start += left;
            width -= left;
            wanted -= left;
            whole = false;
        }
    }
    if !whole {
        down.push(range_hash(start, width, nodes)?);
    }
    down.reverse();
    Ok(down)
}

/// Checks that `leaf` is leaf `index` of the tree of `size` leaves with this `root` (RFC 9162, 2.1.3.2).
///
/// # Errors
/// [`MerkleError`] when it is not.
pub fn verify_inclusion(
    leaf: &[u8],
    index: u64,
    size: u64,
    proof: &[[u8; 32]],
    root: &[u8; 32],
) -> Result<(), MerkleError> {
    if index >= size || proof.len() > PROOF_HASHES_MAX {
        return Err(MerkleError::Range);
    }
    let (mut place, mut last, mut hash) = (index, size - 1, leaf_hash(leaf));
    for sibling in proof {
        if last == 0 {
            return Err(MerkleError::Proof);
        }
        if place % 2 == 1 || place == last {
            hash = pair_hash(sibling, &hash);
            while place % 2 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            hash = pair_hash(&hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    if last == 0 && hash == *root { Ok(()) } else { Err(MerkleError::Proof) }
}

/// Checks that the tree of `new` leaves begins with the tree of `old` leaves (RFC 9162, 2.1.4.2).
///
/// # Errors
/// [`MerkleError`] when it does not.
pub fn verify_consistency(
    old: u64,
    old_root: &[u8; 32],
    new: u64,
    new_root: &[u8; 32],
    proof: &[[u8; 32]],
) -> Result<(), MerkleError> {
    if old == 0 || old > new || proof.len() > PROOF_HASHES_MAX {
        return Err(MerkleError::Range);
    }
    if old == new {
        return if proof.is_empty() && old_root == new_root { Ok(()) } else { Err(MerkleError::Proof) };
    }
    let mut hashes = proof.iter();
    let first = if old.is_power_of_two() { old_root } else { hashes.next().ok_or(MerkleError::Proof)? };
    let shift = (old - 1).trailing_ones();
    let (mut place, mut last) = ((old - 1) >> shift, (new - 1) >> shift);
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in hashes {
        if last == 0 {
            return Err(MerkleError::Proof);
        }
        if place % 2 == 1 || place == last {
            old_hash = pair_hash(sibling, &old_hash);
            new_hash = pair_hash(sibling, &new_hash);
            while place % 2 == 0 && place != 0 {
                place >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = pair_hash(&new_hash, sibling);
        }
        place >>= 1;
        last >>= 1;
    }
    if last == 0 && old_hash == *old_root && new_hash == *new_root { Ok(()) } else { Err(MerkleError::Proof) }
}
