//! One line of JSON in, lines of JSON out: the whole of `proviso-agent evaluate` but the reading and writing.

use proviso_model::Observation;

use super::Engine;
use crate::conversation::Contexts;

/// A line that is not an observation.
#[derive(Debug, thiserror::Error)]
#[error(
    "line {line}: this is not an observation: {problem}; write one JSON object per line as docs/protocol.md shows"
)]
pub struct LineError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong, in the parser's words.
    pub problem: String,
}

/// The findings of one observation, each as a line of JSON without line feed; none for an empty line. Messages are read
/// with what earlier lines said in the same conversation, as a device does.
///
/// # Errors
/// [`LineError`] with `line` (from 1) when `text` is not an observation.
pub fn evaluate_line(
    engine: &Engine,
    contexts: &mut Contexts,
    line: usize,
    text: &str,
) -> Result<Vec<String>, LineError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Vec::new());
    }
    let fault = |error: serde_json::Error| LineError { line, problem: error.to_string() };
    let observation: Observation = serde_json::from_str(text).map_err(fault)?;
    let joined = contexts.join(observation);
    let findings = engine.evaluate(&joined);
    if !engine.is_shielded(&joined) {
        contexts.keep(&joined);
    }
    findings.iter().map(|finding| serde_json::to_string(finding).map_err(fault)).collect()
}
