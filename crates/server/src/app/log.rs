//! Hashing and signing for the store's log, over the ledger.

use proviso_evidence::format::{AuditFacts, audit_completed_hash};
use proviso_ledger::checkpoint::Checkpoint;
use proviso_ledger::merkle;
use proviso_ledger::sign::SignKey;
use proviso_model::{Digest, Timestamp};
use proviso_store::{AuditEntry, LogHasher, Node};

/// The log's hashing and its signing key.
pub struct LedgerHasher {
    key: SignKey,
    origin: String,
}

impl LedgerHasher {
    /// A hasher that signs checkpoints as `origin`.
    #[must_use]
    pub fn new(key: SignKey, origin: String) -> Self {
        Self { key, origin }
    }

    /// The signer's name in a signed note: the origin without its path.
    fn signer(&self) -> &str {
        self.origin.split('/').next().unwrap_or(&self.origin)
    }
}

impl LogHasher for LedgerHasher {
    fn tree_append(&self, size: u64, leaf: &[u8], node: &dyn Fn(u32, u64) -> Option<[u8; 32]>) -> Vec<Node> {
        merkle::append(size, leaf, &|level, index| node(level, index))
            .expect("the store keeps every complete node in the transaction that makes it")
    }

    fn checkpoint(
        &self,
        size: u64,
        at: Timestamp,
        node: &dyn Fn(u32, u64) -> Option<[u8; 32]>,
    ) -> Option<String> {
        let root = merkle::root(size, &|level, index| node(level, index)).ok()?;
        let checkpoint = Checkpoint { origin: self.origin.clone(), size, root, at: at.to_string() };
        checkpoint.sign(&self.key, self.signer()).ok()
    }

    fn audit_hash(&self, seq: u64, previous: &[u8; 32], entry: &AuditEntry) -> [u8; 32] {
        let facts = AuditFacts {
            seq,
            previous: *previous,
            id: entry.id,
            opened_at: entry.opened_at,
            actor: &entry.actor,
            act: &entry.act,
            case: entry.case,
            objects: &entry.objects,
            sealed: &entry.sealed,
        };
        facts.hash()
    }

    fn audit_completed_hash(&self, hash: &[u8; 32], outcome: &str, at: Timestamp) -> [u8; 32] {
        audit_completed_hash(&Digest(*hash), outcome, at).0
    }
}
