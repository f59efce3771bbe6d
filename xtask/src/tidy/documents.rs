//! Documents: the ones that must exist, a first page for each crate, and links that lead somewhere.

use super::Problem;
use crate::repo::SourceFile;

const NEEDED: [&str; 6] = [
    "README.md",
    "ARCHITECTURE.md",
    "docs/protocol.md",
    "docs/bundle-format.md",
    "docs/layers.toml",
    "testdata/README.md",
];

/// What is missing or leads nowhere. `exists` tells whether a path from the root is there, folder or file.
pub(super) fn check(files: &[SourceFile], exists: impl Fn(&str) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    for needed in NEEDED.iter().filter(|needed| !files.iter().any(|file| file.path == **needed)) {
        problems.push(Problem::new(needed, 0, "this document must exist"));
    }
    if !files.iter().any(|file| file.path.starts_with("docs/decisions/") && file.kind() == "md") {
        problems.push(Problem::new("docs/decisions", 0, "no decision is written down"));
    }
    for file in files {
        let first = file.path.ends_with("/src/lib.rs") || file.path.ends_with("/src/main.rs");
        if first && !file.text.starts_with("//!") {
            problems.push(Problem::new(&file.path, 1, "say in a first //! comment what this crate is for"));
        }
        if file.kind() == "md" && !file.is_vendored() {
            problems.extend(links(file, files, &exists));
        }
    }
    problems
}

/// Local links of one document that lead nowhere.
fn links(file: &SourceFile, files: &[SourceFile], exists: &impl Fn(&str) -> bool) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut in_code = false;
    for (index, line) in file.text.lines().enumerate() {
        in_code ^= line.trim_start().starts_with("```");
        if in_code {
            continue;
        }
        for link in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let link = link.split(' ').next().unwrap_or("");
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let path = if path.is_empty() { file.path.clone() } else { resolve(&file.path, path) };
            if !exists(&path) {
                problems.push(Problem::new(&file.path, index + 1, format!("link to {link:?} leads nowhere")));
            } else if let Some(there) = files.iter().find(|other| other.path == path && !anchor.is_empty())
                && !headings(&there.text).any(|heading| heading == anchor)
            {
                problems.push(Problem::new(&file.path, index + 1, format!("no heading #{anchor} in {path}")));
            }
        }
    }
    problems
}

/// A link's path from the root, seen from the document that holds it.
fn resolve(from: &str, link: &str) -> String {
    let mut parts: Vec<&str> = if link.starts_with('/') { Vec::new() } else { from.split('/').collect() };
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

/// The anchors of a document's headings.
fn headings(text: &str) -> impl Iterator<Item = String> {
    text.lines().filter_map(|line| line.strip_prefix('#')).map(|heading| {
        let kept = heading
            .trim_start_matches('#')
            .trim()
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::{NEEDED, check};
    use crate::tidy::file;

    #[test]
    fn missing_documents_and_dead_links_are_found() {
        let mut files: Vec<_> = NEEDED.iter().map(|path| file(path, "# Title\n")).collect();
        files.push(file("docs/decisions/0001-x.md", "# Why\n"));
        assert!(check(&files, |_| true).is_empty());

        let links = "[a](protocol.md) [b](../README.md#title) [c](gone.md) [d](../README.md#nothing) [e](https://x.example)";
        files.push(file("docs/x.md", links));
        files.push(file("crates/a/src/lib.rs", "pub mod x;\n"));
        let found = check(&files, |path| files.iter().any(|file| file.path == path));
        let said: Vec<_> = found.iter().map(|problem| problem.what.as_str()).collect();
        assert_eq!(said.len(), 3, "{said:?}");

        files.retain(|file| file.path != "docs/protocol.md" && file.path != "docs/x.md");
        assert!(check(&files, |_| true).iter().any(|problem| problem.path == "docs/protocol.md"));
    }
}
