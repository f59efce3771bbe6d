//! Proofs against one checkpoint, with the nodes read together: that leaves are in it, and that it continues earlier ones.

use std::collections::BTreeSet;

use proviso_evidence::format::{EarlierLog, LeafProof, LeafWord};
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

/// Earlier states that one bundle names.
const EARLIER_MAX: usize = 64;
/// Of those, the ones given to somebody last; the others are spread over all the rest.
const LATEST_MAX: usize = 48;

/// The states of the log that somebody was given before, as far as a bundle names them, smaller ones first.
pub(super) async fn earlier(ctx: &AppContext, size: u64) -> Result<Vec<EarlierLog>, BundleError> {
    let given = ctx.store.checkpoint_given_list().await?;
    let sizes = chosen(given.into_iter().filter(|given| (1..size).contains(given)).collect());
    let wanted: Vec<Wanted> = sizes
        .iter()
        .flat_map(|from| [Wanted::Root { size: *from }, Wanted::Consistency { from: *from, to: size }])
        .collect();
    let mut proofs = prove(ctx, &wanted).await?.into_iter();
    let mut found = Vec::with_capacity(sizes.len());
    for size in sizes {
        let (Some(root), Some(hashes)) = (proofs.next(), proofs.next()) else { break };
        let root = Digest(root.first().copied().unwrap_or_default());
        found.push(EarlierLog { size, root, hashes: hashes.into_iter().map(Digest).collect() });
    }
    Ok(found)
}

/// Which sizes a bundle names, of all that were given, the latest first.
fn chosen(mut given: Vec<u64>) -> BTreeSet<u64> {
    let mut rest = given.split_off(given.len().min(LATEST_MAX));
    rest.sort_unstable();
    let room = EARLIER_MAX - LATEST_MAX;
    let step = rest.len().div_ceil(room).max(1);
    given.into_iter().chain(rest.into_iter().step_by(step)).collect()
}

#[cfg(test)]
mod tests {
    use super::{EARLIER_MAX, LATEST_MAX, chosen};

    #[test]
    fn a_bundle_names_the_latest_given_and_some_of_all_before_and_never_too_many() {
        for count in [0, 1, 47, 48, 49, 64, 65, 200, 10_000] {
            let given: Vec<u64> = (1..=count).rev().collect();
            let named = chosen(given.clone());
            assert!(named.len() <= EARLIER_MAX, "{count}: {}", named.len());
            assert!(given.iter().take(LATEST_MAX).all(|size| named.contains(size)), "{count}");
            assert_eq!(named.contains(&1), count > 0, "{count}: the first one too");
        }
    }
}
