//! Reading an order file.

use super::Order;

/// What is wrong with an order file, where, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}; {advice}")]
pub struct OrderError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: String,
    /// What to write instead.
    pub advice: String,
}

impl Order {
    /// Reads an order file (TOML, at most [`crate::limits::ORDER_BYTES_MAX`] bytes).
    ///
    /// # Errors
    /// Every fault that was found, each with line and column.
    pub fn from_toml(text: &str) -> Result<Self, Vec<OrderError>> {
        let _ = text;
        Err(Vec::new())
    }
}
