//! Hashing and signing for the store's log, over the ledger.

use proviso_ledger::checkpoint::Checkpoint;
use proviso_ledger::hash::domain_hash;
use proviso_ledger::merkle;
use proviso_ledger::sign::SignKey;
use proviso_model::Timestamp;
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
        let case = entry.case.map_or([0; 16], |case| *case.as_bytes());
        domain_hash(
            "proviso/audit/v1",
            &[
                &seq.to_be_bytes(),
                previous,
                entry.id.as_bytes(),
                &entry.opened_at.as_micros().to_be_bytes(),
                entry.actor.as_bytes(),
                entry.act.as_bytes(),
                &case,
                entry.objects.as_bytes(),
                &entry.sealed,
            ],
        )
    }

    fn audit_completed_hash(&self, hash: &[u8; 32], outcome: &str, at: Timestamp) -> [u8; 32] {
        domain_hash("proviso/audit-completed/v1", &[hash, outcome.as_bytes(), &at.as_micros().to_be_bytes()])
    }
}
