//! Inclusion proofs of many leaves against one checkpoint, with the nodes read together.

use std::collections::{BTreeSet, HashMap};

use proviso_evidence::format::{LeafProof, LeafWord};
use proviso_ledger::merkle;
use proviso_model::hash::Digest;
use proviso_model::wire::InclusionProof;

use super::BundleError;
use crate::app::AppContext;
use crate::app::device::proof::nodes_needed;

/// Kind, hash and place of a leaf.
pub(super) type Leaf = (LeafWord, Digest, u64);

pub(super) async fn of(ctx: &AppContext, leaves: &[Leaf], size: u64) -> Result<Vec<LeafProof>, BundleError> {
    let wanted: BTreeSet<(u32, u64)> =
        leaves.iter().flat_map(|(_, _, leaf)| nodes_needed(size, Some(*leaf))).collect();
    let wanted: Vec<_> = wanted.into_iter().collect();
    let nodes: HashMap<(u32, u64), [u8; 32]> = ctx.store.log_nodes(&wanted).await?;
    leaves
        .iter()
        .map(|(kind, hash, index)| {
            let hashes = merkle::inclusion(*index, size, &|level, index| nodes.get(&(level, index)).copied())
                .map_err(|error| BundleError::Broken(format!("leaf {index} cannot be proved: {error}")))?;
            let hashes = hashes.into_iter().map(Digest).collect();
            Ok(LeafProof { kind: *kind, hash: *hash, proof: InclusionProof { index: *index, hashes } })
        })
        .collect()
}
