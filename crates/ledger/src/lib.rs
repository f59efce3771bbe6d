//! Envelopes, chains, signatures, sealing and the Merkle log: bytes only.
//!
//! Nothing here knows what a record says. A device turns its record into named fields ([`fields`]), seals and signs
//! them once ([`envelope`]), and links each record to the one before ([`chain`]); the server puts the hash of every
//! record into an append-only tree ([`merkle`]) and signs its state ([`checkpoint`]).
//! No clock and no source of randomness: both are arguments.

pub mod batch;
mod bytes;
pub mod chain;
pub mod checkpoint;
pub mod envelope;
pub mod fields;
pub mod hash;
pub mod limits;
pub mod merkle;
pub mod seal;
pub mod sign;

pub use bytes::Malformed;
pub use chain::{ChainError, ChainLink};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use envelope::{Envelope, EnvelopeError, Header, RecordIds, seal_record};
pub use fields::{FieldSet, OpenedField, Opening, OpeningError};
pub use rand_core::{self, CryptoRng};
pub use seal::{CasePublicKey, CaseSecretKey, SealError};
pub use sign::{SignError, SignKey, VerifyKey};
