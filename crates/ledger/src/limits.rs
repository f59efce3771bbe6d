//! Caps on what is decoded. Equal in meaning to the caps in `proviso-model`, which this crate may not import.

/// One envelope, whole.
pub const ENVELOPE_BYTES_MAX: usize = 512 * 1024;
/// Fields in one record.
pub const FIELDS_MAX: usize = 4_096;
/// A field's name.
pub const FIELD_NAME_BYTES_MAX: usize = 256;
/// A checkpoint's text.
pub const CHECKPOINT_BYTES_MAX: usize = 8 * 1024;
/// Hashes in one proof: enough for a tree of 2^63 leaves.
pub const PROOF_HASHES_MAX: usize = 128;
