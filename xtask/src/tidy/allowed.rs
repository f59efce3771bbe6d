//! Lists of exceptions: each has a reason, and one that nothing needs any more is itself a fault.

use super::Problem;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    allowed: Vec<Entry>,
}

/// One exception.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// A file, or a folder when it ends in a slash.
    path: String,
    /// The word or construct that is allowed there.
    word: String,
    reason: String,
    #[serde(skip)]
    used: bool,
}

/// The exceptions of one rule.
pub(super) struct Allowed {
    list: String,
    entries: Vec<Entry>,
}

impl Allowed {
    /// Reads a list; a list that is absent or has an exception without a reason is an error.
    pub(super) fn read(root: &Path, list: &str) -> Result<Self> {
        let text = std::fs::read_to_string(root.join(list)).with_context(|| format!("cannot read {list}"))?;
        Self::parse(list, &text)
    }

    pub(super) fn parse(list: &str, text: &str) -> Result<Self> {
        let entries = toml::from_str::<List>(text)
            .with_context(|| format!("{list} is not a list of exceptions"))?
            .allowed;
        if let Some(entry) = entries.iter().find(|entry| entry.reason.trim().len() < 10) {
            bail!("{list}: the exception for {:?} in {} needs a reason in words", entry.word, entry.path);
        }
        Ok(Self { list: list.to_owned(), entries })
    }

    /// Whether `word` may stand in `path`; remembers that the exception was needed.
    pub(super) fn allows(&mut self, path: &str, word: &str) -> bool {
        let mut found = false;
        for entry in &mut self.entries {
            let here = entry.path == path || (entry.path.ends_with('/') && path.starts_with(&entry.path));
            if here && entry.word == word {
                entry.used = true;
                found = true;
            }
        }
        found
    }

    /// Exceptions that nothing needed.
    pub(super) fn unused(&self) -> Vec<Problem> {
        let unused = self.entries.iter().filter(|entry| !entry.used);
        unused
            .map(|entry| {
                let what = format!(
                    "nothing in {} needs the exception for {:?} any more; remove it",
                    entry.path, entry.word
                );
                Problem::new(&self.list, 0, what)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Allowed;

    const LIST: &str = "[[allowed]]\npath = \"a/\"\nword = \"w\"\nreason = \"the protocol's own word\"\n";

    #[test]
    fn an_exception_that_nothing_needs_is_a_fault() {
        let mut list = Allowed::parse("l.toml", LIST).unwrap();
        assert_eq!(list.unused().len(), 1);
        assert!(!list.allows("b/x.rs", "w"));
        assert!(list.allows("a/x.rs", "w"));
        assert!(list.unused().is_empty());
    }

    #[test]
    fn an_exception_without_a_reason_is_refused() {
        assert!(Allowed::parse("l.toml", &LIST.replace("the protocol's own word", " ")).is_err());
    }
}
