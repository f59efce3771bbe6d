//! Lines in, lines out: the whole of `proviso-agent classify text` but the reading and writing.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Classification, Classifier};
use crate::conversation::Said;
use crate::model::Sentences;

/// A line of `--jsonl` that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "line {line}: {problem}; write {{\"id\":..,\"text\":..}} or {{\"id\":..,\"messages\":[{{\"author\":..,\"time\":..,\"text\":..}}]}}"
)]
pub struct ClassifyLineError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

/// Unknown members are let through: callers keep their own marks beside the text.
#[derive(Deserialize)]
struct Input {
    #[serde(default)]
    id: Value,
    text: Option<String>,
    messages: Option<Vec<Message>>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    author: Option<String>,
    text: String,
}

impl Message {
    fn said(&self) -> Said<'_> {
        Said { author: self.author.as_deref(), text: &self.text }
    }
}

#[derive(Serialize)]
struct Output<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a Value>,
    #[serde(flatten)]
    classification: &'a Classification,
}

/// Scores one line of plain text (its line feed taken off) and gives one line of JSON without line feed.
#[must_use]
pub fn text_line(classifier: &Classifier, text: &str, sentences: Option<&dyn Sentences>) -> String {
    to_json(None, &classifier.classify(&[Said { author: None, text }], false, sentences))
}

/// Scores one line of `--jsonl` and gives one line of JSON without line feed, with the same `id`.
///
/// # Errors
/// [`ClassifyLineError`] with `line` (from 1) when `text` is neither a text nor a conversation.
pub fn jsonl_line(
    classifier: &Classifier,
    line: usize,
    text: &str,
    sentences: Option<&dyn Sentences>,
) -> Result<String, ClassifyLineError> {
    let fault = |problem: String| ClassifyLineError { line, problem };
    let input: Input = serde_json::from_str(text).map_err(|error| fault(error.to_string()))?;
    let classification = match (&input.text, &input.messages) {
        (Some(text), None) => classifier.classify(&[Said { author: None, text }], false, sentences),
        (None, Some(messages)) => {
            let said: Vec<Said<'_>> = messages.iter().map(Message::said).collect();
            classifier.classify(&said, true, sentences)
        }
        (Some(_), Some(_)) => return Err(fault("it has both text and messages".to_owned())),
        (None, None) => return Err(fault("it has neither text nor messages".to_owned())),
    };
    Ok(to_json(Some(&input.id), &classification))
}

fn to_json(id: Option<&Value>, classification: &Classification) -> String {
    let id = id.filter(|id| !id.is_null());
    serde_json::to_string(&Output { id, classification })
        .expect("numbers from 0 to 1, texts and lists of them are always JSON")
}
