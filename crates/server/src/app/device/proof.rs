//! Receipts: where a device's record ends, with a signed checkpoint, the proof that the record is in it, and the proof that
//! the log continues the one that the device accepted before.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use proviso_ledger::merkle::{self, MerkleError};
use proviso_model::hash::Digest;
use proviso_model::ids::DeviceId;
use proviso_model::wire::{ConsistencyProof, InclusionProof, Receipt};
use proviso_store::{Appended, StoreError};

use super::{DeviceRefusal, restored_log};
use crate::app::AppContext;

/// Nodes of the log by level and index.
type NodeMap = HashMap<(u32, u64), [u8; 32]>;

/// A part of the log that is to be proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// That a leaf is in the log of so many leaves.
    Inclusion {
        /// The leaf.
        leaf: u64,
        /// Leaves of the log.
        size: u64,
    },
    /// That the log of `to` leaves begins with that of `from`.
    Consistency {
        /// The earlier size.
        from: u64,
        /// The later size.
        to: u64,
    },
    /// The root of the log of so many leaves.
    Root {
        /// Leaves of the log.
        size: u64,
    },
}

impl Wanted {
    /// The hashes of the proof, or the one root.
    fn hashes(self, node: &dyn Fn(u32, u64) -> Option<[u8; 32]>) -> Result<Vec<[u8; 32]>, MerkleError> {
        let node = |level, index| node(level, index);
        match self {
            Self::Inclusion { leaf, size } => merkle::inclusion(leaf, size, &node),
            Self::Consistency { from, to } => merkle::consistency(from, to, &node),
            Self::Root { size } => merkle::root(size, &node).map(|root| vec![root]),
        }
    }

    /// The nodes that it is made from: those that the ledger asks for.
    fn nodes(self) -> BTreeSet<(u32, u64)> {
        let asked = RefCell::new(BTreeSet::new());
        let note = |level, index| {
            asked.borrow_mut().insert((level, index));
            Some([0; 32])
        };
        // What lies outside the tree asks for nothing, and fails when it is made.
        let _ = self.hashes(&note);
        asked.into_inner()
    }
}

/// Why a proof cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// It asks for what the log does not have.
    #[error("{0:?} cannot be proved: {1}")]
    Log(Wanted, MerkleError),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The hashes of each proof wanted, with the nodes read together.
///
/// # Errors
/// [`ProofError`].
pub async fn prove(ctx: &AppContext, wanted: &[Wanted]) -> Result<Vec<Vec<[u8; 32]>>, ProofError> {
    let asked: BTreeSet<(u32, u64)> = wanted.iter().flat_map(|wanted| wanted.nodes()).collect();
    let nodes: NodeMap = ctx.store.log_nodes(&asked.into_iter().collect::<Vec<_>>()).await?;
    let node = |level, index| nodes.get(&(level, index)).copied();
    wanted.iter().map(|one| one.hashes(&node).map_err(|error| ProofError::Log(*one, error))).collect()
}

/// The receipt of what is committed to the record of a device. `accepted_size` is the size of the last checkpoint that the
/// device accepted; one that is larger than the log is answered with the smaller checkpoint alone, for there is nothing to
/// prove.
///
/// # Errors
/// [`DeviceRefusal`].
pub async fn receipt(
    ctx: &AppContext,
    device: DeviceId,
    appended: &Appended,
    accepted_size: Option<u64>,
) -> Result<Receipt, DeviceRefusal> {
    let backed_up_seq = if ctx.require_backup {
        ctx.store.backed_up_seq(device, appended.epoch).await?
    } else {
        appended.durable_seq
    };
    let checkpoint = appended.checkpoint.as_ref();
    let size = checkpoint.map_or(0, |checkpoint| checkpoint.size);
    let leaf = appended.durable_leaf.filter(|leaf| *leaf < size);
    let from = accepted_size.filter(|from| (1..size).contains(from));
    let inclusion = leaf.map(|leaf| Wanted::Inclusion { leaf, size });
    let consistency = from.map(|from| Wanted::Consistency { from, to: size });
    let restored = match accepted_size {
        Some(accepted) => restored_log::statement(ctx).await?.filter(|said| said.size < accepted.min(size)),
        None => None,
    };
    let since = restored.as_ref().map(|said| Wanted::Consistency { from: said.size, to: size });
    let wanted: Vec<Wanted> = inclusion.into_iter().chain(consistency).chain(since).collect();
    let mut proofs = prove(ctx, &wanted)
        .await?
        .into_iter()
        .map(|hashes| hashes.into_iter().map(Digest).collect::<Vec<_>>());
    let proof = leaf.zip(leaf.and_then(|_| proofs.next()));
    let consistency = from.zip(from.and_then(|_| proofs.next()));
    let restored = restored.zip(proofs.next());
    Ok(Receipt {
        epoch: appended.epoch,
        durable_seq: appended.durable_seq,
        backed_up_seq,
        checkpoint: checkpoint.map(|checkpoint| checkpoint.note.clone()),
        proof: proof.map(|(index, hashes)| InclusionProof { index, hashes }),
        consistency: consistency.map(|(from, hashes)| ConsistencyProof { from, hashes }),
        restored: restored.map(|(said, hashes)| restored_log::signed(ctx, said, hashes)),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proviso_ledger::merkle;

    use super::Wanted;

    #[test]
    fn the_nodes_asked_for_are_kept_and_suffice_for_every_proof_of_a_small_tree() {
        let mut all = HashMap::new();
        for size in 1..=70_u64 {
            let leaf = merkle::leaf(merkle::LeafKind::Record, &[size as u8; 32]);
            let fresh = merkle::append(size - 1, &leaf, &|level, index| all.get(&(level, index)).copied())
                .expect("appended");
            all.extend(fresh.into_iter().map(|(level, index, hash)| ((level, index), hash)));
            let inclusions = (0..size).map(|leaf| Wanted::Inclusion { leaf, size });
            let consistencies = (1..=size).map(|from| Wanted::Consistency { from, to: size });
            for wanted in inclusions.chain(consistencies).chain([Wanted::Root { size }]) {
                let asked: HashMap<_, _> =
                    wanted.nodes().into_iter().map(|key| (key, *all.get(&key).expect("kept"))).collect();
                wanted.hashes(&|level, index| asked.get(&(level, index)).copied()).expect("a proof");
            }
        }
    }
}
