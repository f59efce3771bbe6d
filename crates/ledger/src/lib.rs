//! Envelopes, chains, signatures, sealing and the Merkle log: bytes only.
