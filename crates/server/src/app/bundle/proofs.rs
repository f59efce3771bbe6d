//! Inclusion proofs of many leaves against one checkpoint, with the nodes read together.

use proviso_evidence::format::{LeafProof, LeafWord};
use proviso_model::hash::Digest;
use proviso_model::wire::InclusionProof;

use super::BundleError;
use crate::app::AppContext;
use crate::app::device::proof::{Wanted, prove};

/// Kind, hash and place of a leaf.
pub(super) type Leaf = (LeafWord, Digest, u64);

pub(super) async fn of(ctx: &AppContext, leaves: &[Leaf], size: u64) -> Result<Vec<LeafProof>, BundleError> {
    let wanted: Vec<Wanted> =
        leaves.iter().map(|(_, _, leaf)| Wanted::Inclusion { leaf: *leaf, size }).collect();
    let proofs = prove(ctx, &wanted).await?;
    let proven = leaves.iter().zip(proofs).map(|((kind, hash, index), hashes)| {
        let hashes = hashes.into_iter().map(Digest).collect();
        LeafProof { kind: *kind, hash: *hash, proof: InclusionProof { index: *index, hashes } }
    });
    Ok(proven.collect())
}
