//! The tree over a set's entries. Its root is signed with what the force says of the set and named by every policy, so that one entry
//! can be proven to whoever has no other.

use proviso_engine::image::set::HashSet;
use proviso_evidence::entries::{Entries, Proven};
use proviso_ledger::merkle::MerkleError;
use proviso_model::Digest;
use proviso_model::hash_set::{FileRef, SetTree};
use serde::{Deserialize, Serialize};

use super::stage::StagedFile;
use crate::app::AppContext;

/// What proofs about a set are made with, sealed in its row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForProofs {
    /// Salts come from it; whoever has it and an entry can look for that entry in a proof about another.
    key: Digest,
    /// As the statement has it.
    pub tree: SetTree,
    /// The nodes that are kept, where there are so many entries that any are.
    pub(super) nodes: Option<FileRef>,
}

/// Why an entry cannot be proven.
#[derive(Debug, thiserror::Error)]
pub enum ProofFault {
    /// The nodes are not there.
    #[error("the kept nodes of the set's tree cannot be read: {0}")]
    Nodes(#[from] std::io::Error),
    /// The tree is not the one that was signed.
    #[error("the set's file and the kept nodes of its tree do not give the root that was signed: {0}")]
    Tree(#[from] MerkleError),
}

impl ForProofs {
    /// Makes the tree of a set and keeps its nodes.
    ///
    /// # Errors
    /// What writing says.
    pub(super) fn make<B: AsRef<[u8]> + Clone>(
        ctx: &AppContext,
        set: &HashSet<B>,
    ) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let key: [u8; 32] = ctx.random();
        let (tree, kept) = Entries::new(set, &key).tree()?;
        let nodes = if kept.is_empty() {
            None
        } else {
            let (file, ()) = StagedFile::write(ctx, |out| out.write_all(&kept))?;
            Some(file.put(ctx)?)
        };
        Ok(Self { key: Digest(key), tree, nodes })
    }

    /// Proves the entry at a place among all.
    ///
    /// # Errors
    /// [`ProofFault`], also when what comes out does not lead to the root that was signed.
    pub fn prove<B: AsRef<[u8]> + Clone>(
        &self,
        ctx: &AppContext,
        set: &HashSet<B>,
        place: u64,
    ) -> Result<Proven, ProofFault> {
        let kept = match &self.nodes {
            Some(nodes) => std::fs::read(super::files::held(ctx, &nodes.sha256)?)?,
            None => Vec::new(),
        };
        Ok(self.entries(set).prove(&self.tree, &kept, place)?)
    }

    /// The set's entries as leaves.
    #[must_use]
    pub fn entries<'s, B: AsRef<[u8]> + Clone>(&'s self, set: &'s HashSet<B>) -> Entries<'s, B> {
        Entries::new(set, &self.key.0)
    }
}
