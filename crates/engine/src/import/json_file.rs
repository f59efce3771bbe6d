//! A list as JSON: an array of texts or objects.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{ImportError, Raw, Reading};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapped<'t> {
    #[serde(borrow)]
    terms: Vec<&'t RawValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Object {
    term: String,
    weight: Option<i64>,
    language: Option<String>,
    #[serde(default)]
    inside_words: bool,
    within_words: Option<i64>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
}

pub(super) fn read(text: &str, reading: &mut Reading<'_>) -> Result<(), ImportError> {
    let fault = |error: serde_json::Error| {
        ImportError::Shape(format!(
            "this is not a list as JSON: {error}; write [\"a word\", {{\"term\": \"a phrase\", \"weight\": 600}}]"
        ))
    };
    let entries: Vec<&RawValue> = if text.trim_start().starts_with('{') {
        serde_json::from_str::<Wrapped<'_>>(text).map_err(fault)?.terms
    } else {
        serde_json::from_str(text).map_err(fault)?
    };
    let (mut line, mut at) = (1, 0);
    for entry in entries {
        // Where an entry lies in the text says its line: what was parsed borrows from it.
        let start = (entry.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
        let between = text.as_bytes().get(at..start).unwrap_or_default();
        line += between.iter().filter(|byte| **byte == b'\n').count() as u64;
        at = start.max(at);
        reading.room(line)?;
        match object(entry.get()) {
            Ok(found) => reading.take(Raw {
                line,
                term: found.term.trim().to_owned(),
                weight: found.weight,
                language: found.language,
                inside_words: found.inside_words,
                within_words: found.within_words,
                needs: trimmed(found.needs),
                unless: trimmed(found.unless),
            }),
            // The place within the entry is no place in the file.
            Err(error) => {
                let problem = error.to_string();
                let problem = problem.split(" at line ").next().unwrap_or_default();
                reading.refuse(line, format!("{problem}; write a text, or an object with \"term\""));
            }
        }
    }
    Ok(())
}

fn object(entry: &str) -> Result<Object, serde_json::Error> {
    if !entry.starts_with('"') {
        return serde_json::from_str(entry);
    }
    serde_json::from_str(entry).map(|term| Object {
        term,
        weight: None,
        language: None,
        inside_words: false,
        within_words: None,
        needs: Vec::new(),
        unless: Vec::new(),
    })
}

fn trimmed(words: Vec<String>) -> Vec<String> {
    words.into_iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}
