//! SHA-256 with domain separation: a hash made for one purpose can never stand in for another.

use sha2::{Digest, Sha256};

/// Plain SHA-256, for file digests that outsiders compute with ordinary tools.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// SHA-256 over the domain and each part, every one preceded by its length as 64-bit big-endian.
#[must_use]
pub fn domain_hash(domain: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in std::iter::once(domain.as_bytes()).chain(parts.iter().copied()) {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// The hash that names a policy: over its exact JSON bytes.
#[must_use]
pub fn policy_hash(policy_json: &[u8]) -> [u8; 32] {
    domain_hash("proviso/policy/v1", &[policy_json])
}
