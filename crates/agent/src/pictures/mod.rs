//! Pictures of strangers, looked at in a process of their own: a decoder that hangs, crashes or takes too much memory ends
//! there, and the next picture gets a new process. Bytes go in, a line of JSON comes out; neither touches the disk.

pub mod backlog;
mod contained;
mod facts;
mod known;
mod looker;
mod strain;
mod told;
mod worker;

use serde::{Deserialize, Serialize};

pub(crate) use facts::{file_type, is_video};

pub use contained::{Contained, Failed, LookLimits};
pub use looker::Looker;
pub use strain::Strain;
pub use worker::{WorkerSettings, serve};

/// What the process says of one picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum Looked {
    /// It could be decoded.
    Seen(Seen),
    /// It could not.
    Unreadable {
        /// Why.
        error: String,
    },
}

/// What was made of a picture's pixels.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// Perceptual hash, 64 hexadecimal digits.
    pub pdq: String,
    /// How much there was to hash, 0 to 100.
    pub pdq_quality: u8,
    /// Pixels in a row; 0 where it was not said.
    #[serde(default)]
    pub width: u32,
    /// Rows.
    #[serde(default)]
    pub height: u32,
    /// What models made of it, in the order in which they were asked; nothing where none is on this machine or can be used.
    pub scores: Vec<Scored>,
    /// What is wrong with models that are here and cannot be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
    /// Why the onnxruntime library that is here does not run them: pure Rust does instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime_fault: Option<String>,
}

/// What a model made of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scored {
    /// Name and version.
    pub model: String,
    /// SHA-256 of its file, hexadecimal.
    pub sha256: String,
    /// Name and version of what ran it.
    pub runtime: String,
    /// Millionths of a chance that it is sexually explicit, as the model says it.
    pub explicit_millionths: u32,
    /// Millionths that are read out of that as explicit and as neutral; what is left of a million is suggestive.
    pub read_as: [u32; 2],
}
