//! Printing for people, or for programs when asked.

use std::io::{self, Write};

/// Where answers go.
pub struct Say {
    /// Whether to print JSON.
    pub json: bool,
    out: Box<dyn Write + Send>,
}

impl Say {
    /// Prints to standard output.
    #[must_use]
    pub fn stdout() -> Self {
        Self { json: false, out: Box::new(io::stdout()) }
    }

    /// One answer: a line of words, or one JSON value.
    ///
    /// # Errors
    /// When standard output is closed.
    pub fn line(&mut self, words: &str, value: &serde_json::Value) -> io::Result<()> {
        if self.json {
            writeln!(self.out, "{value}")?
        } else {
            writeln!(self.out, "{words}")?
        }
        self.out.flush()
    }
}
