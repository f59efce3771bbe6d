//! Checks on the text of the repository: quick, and each can fail (see the unit test of each rule).

mod allowed;
mod documents;
mod forbidden;
mod invariants;
mod names;
mod places;
mod sizes;

use crate::repo::{self, SourceFile};
use crate::say;
use allowed::Allowed;
use anyhow::Result;
use std::path::Path;

/// One thing to mend.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Problem {
    path: String,
    /// From 1; 0 when the whole file is meant.
    line: usize,
    what: String,
}

impl Problem {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

/// Runs every rule and prints what to mend; `false` when there is something.
pub(crate) fn run(root: &Path) -> Result<bool> {
    let files = repo::files(root)?;
    let mut problems = Vec::new();
    problems.extend(sizes::check(&files));
    problems.extend(forbidden::hosts(&files));
    problems.extend(documents::check(&files, |path| root.join(path).exists()));
    for (list, rule) in [
        ("xtask/names-allowed.toml", names::check as fn(&[SourceFile], &mut Allowed) -> Vec<Problem>),
        ("xtask/unsafe-allowed.toml", forbidden::unsafe_code),
        ("xtask/waits-allowed.toml", forbidden::in_tests),
    ] {
        let mut allowed = Allowed::read(root, list)?;
        problems.extend(rule(&files, &mut allowed));
        problems.extend(allowed.unused());
    }
    let invariants = invariants::check(&files);
    problems.extend(invariants.problems);
    problems.sort();
    problems.dedup();
    for problem in &problems {
        say::line(&format!("{}:{}: {}", problem.path, problem.line.max(1), problem.what));
    }
    for promised in &invariants.promised {
        say::line(&format!("note: {promised}"));
    }
    say::line(&match problems.len() {
        0 => format!("tidy: {} files, nothing to mend", files.len()),
        count => format!("tidy: {count} to mend"),
    });
    Ok(problems.is_empty())
}

/// A file for the unit tests of the rules.
#[cfg(test)]
fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.to_owned(), text: text.to_owned() }
}
