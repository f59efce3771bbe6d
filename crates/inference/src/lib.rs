//! Runs neural models behind one trait each and hands what they give to the engine.
//!
//! A score of a neural model is recorded input: it differs by less than 0.001 between machines, so what is decided from it
//! replays from the recorded score, never by running the model again (design section 1, invariant 6). Models are files
//! that a set-up command or the force puts in place; one of another hash than pinned here is refused.

pub mod files;
mod graph;
pub mod picture;
mod picture_model;
mod runtime;
mod sentence;

pub use picture_model::{
    Channels, Class, Input, Label, Layout, Manifest, ManifestFile, NetworkForm, PictureLook, PictureModel,
    PictureModels, PictureSaid, Settles, Shares,
};
pub use runtime::Runtime;
pub use sentence::{MiniLm, SentenceModel, TOKENS_MAX, VECTOR_LENGTH, Vector};

/// Why a model gives nothing. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum InferenceError {
    /// A file of the model cannot be read.
    #[error("the model file {path} cannot be read: {source}; run `cargo xtask setup` or copy it there")]
    Read {
        /// Where.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file with another hash.
    #[error(
        "the model file {path} has SHA-256 {found}, and {pinned} is the one this build knows; put the right file there"
    )]
    OtherFile {
        /// Where.
        path: String,
        /// Its hash, hexadecimal.
        found: String,
        /// The one wanted, hexadecimal.
        pinned: String,
    },
    /// A manifest of a model that cannot be used.
    #[error("the manifest {path} cannot be used: {problem}; mend it or take it away")]
    Manifest {
        /// Where.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// A file that is not what it should be.
    #[error("the model {model} cannot be used: {problem}")]
    Model {
        /// Name of the model.
        model: String,
        /// What is wrong.
        problem: String,
    },
    /// The model was run and failed.
    #[error("the model {model} gave no answer: {problem}")]
    Run {
        /// Name of the model.
        model: String,
        /// What is wrong.
        problem: String,
    },
}
