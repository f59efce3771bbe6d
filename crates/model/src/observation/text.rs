//! Text in windows of other programs than a browser with the extension, as the accessibility bus tells it.

use serde::{Deserialize, Serialize};

use super::{Passage, text_or_passages};

/// Text of a window in front. Which part of it somebody looked at is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProgramText {
    /// What the program calls itself. A program may say what it likes.
    #[serde(default)]
    pub application: String,
    /// The program's file, or its name where the system tells no more.
    #[serde(default)]
    pub program: String,
    /// Title of the window.
    #[serde(default)]
    pub title: String,
    /// Whether it came in short pieces into the field that had the keyboard, as it does when somebody types.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub typed: bool,
    /// What is new of its text, with the lines around it. Offsets count from the first character read.
    #[serde(deserialize_with = "text_or_passages")]
    pub text: Vec<Passage>,
    /// Whether there was more than is read at once.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}
