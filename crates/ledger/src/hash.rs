//! SHA-256 with domain separation: a hash made for one purpose can never stand in for another.

use sha2::{Digest, Sha256};

/// Plain SHA-256, for file digests that outsiders compute with ordinary tools.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Plain SHA-256 of everything that `reader` gives, for files too long to hold in memory.
///
/// # Errors
/// As the reader.
pub fn sha256_of(reader: &mut dyn std::io::Read) -> std::io::Result<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut chunk = vec![0_u8; 64 * 1024];
    loop {
        match reader.read(&mut chunk) {
            Ok(0) => return Ok(hash.finalize().into()),
            Ok(read) => hash.update(chunk.get(..read).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Plain SHA-256 of bytes that come in pieces.
#[derive(Default)]
pub struct Sha256Stream(Sha256);

impl Sha256Stream {
    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The hash of all pieces.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
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
