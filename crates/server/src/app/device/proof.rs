//! Receipts: where a device's record ends, with a signed checkpoint and the proof that the record is in it.

use std::collections::HashMap;

use proviso_ledger::merkle;
use proviso_model::hash::Digest;
use proviso_model::ids::DeviceId;
use proviso_model::wire::{InclusionProof, Receipt};
use proviso_store::Appended;

use super::DeviceRefusal;
use crate::app::AppContext;

/// Every complete node that a root or an inclusion proof of `leaf` in a tree of `size` leaves may ask for.
#[must_use]
pub fn nodes_needed(size: u64, leaf: Option<u64>) -> Vec<(u32, u64)> {
    let frontier = (0..u64::BITS)
        .filter(|level| (size >> level) & 1 == 1)
        .map(|level| (level, (size >> level).saturating_sub(1)));
    let siblings = leaf.into_iter().flat_map(|leaf| {
        (0..u64::BITS)
            .map(move |level| (level, (leaf >> level) ^ 1))
            .take_while(move |(level, _)| (size >> level) > 0)
            .filter(move |(level, sibling)| sibling.saturating_add(1) <= (size >> level))
    });
    frontier.chain(siblings).chain(leaf.map(|leaf| (0, leaf))).collect()
}

/// The inclusion proof of a leaf in the tree of `size` leaves; `None` when the leaf is not in it.
///
/// # Errors
/// [`proviso_store::StoreError`].
pub async fn inclusion(
    ctx: &AppContext,
    leaf: u64,
    size: u64,
) -> Result<Option<InclusionProof>, proviso_store::StoreError> {
    let nodes: HashMap<(u32, u64), [u8; 32]> = ctx.store.log_nodes(&nodes_needed(size, Some(leaf))).await?;
    let proof = merkle::inclusion(leaf, size, &|level, index| nodes.get(&(level, index)).copied());
    Ok(proof
        .ok()
        .map(|hashes| InclusionProof { index: leaf, hashes: hashes.into_iter().map(Digest).collect() }))
}

/// The receipt of what is committed to the record of a device.
///
/// # Errors
/// [`DeviceRefusal`].
pub async fn receipt(
    ctx: &AppContext,
    device: DeviceId,
    appended: &Appended,
) -> Result<Receipt, DeviceRefusal> {
    let backed_up_seq = if ctx.require_backup {
        ctx.store.backed_up_seq(device, appended.epoch).await?
    } else {
        appended.durable_seq
    };
    let checkpoint = appended.checkpoint.as_ref();
    let proof = match (appended.durable_leaf, checkpoint) {
        (Some(leaf), Some(checkpoint)) => inclusion(ctx, leaf, checkpoint.size).await?,
        _ => None,
    };
    Ok(Receipt {
        epoch: appended.epoch,
        durable_seq: appended.durable_seq,
        backed_up_seq,
        checkpoint: checkpoint.map(|checkpoint| checkpoint.note.clone()),
        proof,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proviso_ledger::merkle;

    use super::nodes_needed;

    #[test]
    fn the_nodes_asked_for_suffice_for_every_proof_of_a_small_tree() {
        let mut all = HashMap::new();
        for size in 1..=70_u64 {
            let leaf = merkle::leaf(merkle::LeafKind::Record, &[size as u8; 32]);
            let fresh = merkle::append(size - 1, &leaf, &|level, index| all.get(&(level, index)).copied())
                .expect("appended");
            all.extend(fresh.into_iter().map(|(level, index, hash)| ((level, index), hash)));
            for leaf in 0..size {
                let asked: HashMap<_, _> = nodes_needed(size, Some(leaf))
                    .into_iter()
                    .filter_map(|key| Some((key, *all.get(&key)?)))
                    .collect();
                let nodes = |level, index| asked.get(&(level, index)).copied();
                merkle::inclusion(leaf, size, &nodes).expect("a proof");
                merkle::root(size, &nodes).expect("a root");
            }
        }
    }
}
