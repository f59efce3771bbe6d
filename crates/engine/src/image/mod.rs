//! Pictures, as far as they can be judged without running a model: hashes of their pixels, and lists of hashes that are
//! searched for the same file (`exact/`) or one that looks similar (`near/`). Decoding and models are elsewhere; here only
//! numbers come in, and lists are bytes that the caller has mapped or read.

pub mod exact;
mod index_file;
pub mod keyed;
pub mod lists;
mod memory;
pub mod near;
mod pdq;
pub mod set;

pub use index_file::IndexError;
pub use memory::PictureMemory;
pub(crate) use memory::place;
pub use pdq::{Luma, PDQ_DISTANCE_MAX, PDQ_QUALITY_MIN, Pdq, PdqHash, PdqHashError};
