//! Pictures, as far as they can be judged without running a model: hashes of their pixels. Decoding and models are elsewhere;
//! here only numbers come in.

mod pdq;
mod scores;

pub use pdq::{Luma, PDQ_DISTANCE_MAX, PDQ_QUALITY_MIN, Pdq, PdqHash, PdqHashError};
pub use scores::PictureScores;
