//! Faults of pack files.

/// What is wrong with a pack file.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// Not the shape of a pack; the message has line and column.
    #[error("the pack cannot be read: {0}")]
    Shape(#[from] toml::de::Error),
    /// A value that a pack may not have.
    #[error("pack \"{pack}\": {problem}")]
    Value {
        /// Name of the pack.
        pack: String,
        /// What is wrong and what to write.
        problem: String,
    },
}
