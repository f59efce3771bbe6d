//! The same tree over a list that is there whole and never changes. Nodes of one level are kept; what lies below them is made again
//! from the list where a proof asks for it, and what lies above from them. So neither making the tree nor a proof holds leaves.

use super::{MerkleError, Nodes, pair_hash};

/// The level that is kept: a node for each 4096 leaves.
pub const KEPT_LEVEL: u32 = 12;

/// A list's tree: its kept nodes, 32 bytes each, and the hash of the leaf at a place.
#[derive(Debug, Clone, Copy)]
pub struct ListTree<B, L> {
    kept: B,
    leaf: L,
}

impl<B: AsRef<[u8]>, L: Fn(u64) -> Option<[u8; 32]>> ListTree<B, L> {
    /// Of the nodes that [`kept_nodes`] gave for the same list.
    pub fn new(kept: B, leaf: L) -> Self {
        Self { kept, leaf }
    }
}

/// The nodes to keep of a list of `size` leaves, in order.
pub fn kept_nodes(
    size: u64,
    leaf: &impl Fn(u64) -> Option<[u8; 32]>,
) -> impl Iterator<Item = Result<[u8; 32], MerkleError>> {
    (0..size >> KEPT_LEVEL).map(move |index| {
        from_leaves(KEPT_LEVEL, index, leaf).ok_or(MerkleError::Missing { level: KEPT_LEVEL, index })
    })
}

fn from_leaves(level: u32, index: u64, leaf: &impl Fn(u64) -> Option<[u8; 32]>) -> Option<[u8; 32]> {
    let Some(below) = level.checked_sub(1) else { return leaf(index) };
    let left = index.checked_mul(2)?;
    Some(pair_hash(&from_leaves(below, left, leaf)?, &from_leaves(below, left + 1, leaf)?))
}

impl<B: AsRef<[u8]>, L: Fn(u64) -> Option<[u8; 32]>> Nodes for ListTree<B, L> {
    fn node(&self, level: u32, index: u64) -> Option<[u8; 32]> {
        match level.checked_sub(KEPT_LEVEL) {
            None => from_leaves(level, index, &self.leaf),
            Some(0) => {
                let kept = self.kept.as_ref().as_chunks::<32>().0;
                kept.get(usize::try_from(index).ok()?).copied()
            }
            Some(_) => {
                let (below, left) = (level - 1, index.checked_mul(2)?);
                Some(pair_hash(&self.node(below, left)?, &self.node(below, left + 1)?))
            }
        }
    }
}
