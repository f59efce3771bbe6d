//! Each invariant of ARCHITECTURE.md names a test that holds it, or says honestly which issue brings it.

use super::Problem;
use super::places::test_lines;
use crate::repo::SourceFile;
use std::collections::BTreeMap;

const MAP: &str = "ARCHITECTURE.md";
const THREATS: &str = "docs/threat-model.md";
const INVARIANTS: usize = 14;

/// What the check found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) problems: Vec<Problem>,
    /// What is promised for a later issue, to be shown each time.
    pub(super) promised: Vec<String>,
}

/// Compares the table of invariants with the tests in the tree, both ways.
pub(super) fn check(files: &[SourceFile]) -> Found {
    let mut found = Found::default();
    let Some(map) = files.iter().find(|file| file.path == MAP) else {
        return found; // Its absence is the documents' rule to report.
    };
    let tests = tests(files);
    let rows = rows(&map.text);
    for number in 1..=INVARIANTS {
        let Some((line, cell)) = rows.get(&number) else {
            found.problems.push(Problem::new(MAP, 0, format!("invariant {number} has no row")));
            continue;
        };
        let named = named_tests(cell);
        let promise = promised_issue(cell);
        for name in named.iter().filter(|name| !tests.contains_key(**name)) {
            found.problems.push(Problem::new(MAP, *line, format!("no test is called {name}")));
        }
        if let Some(issue) = promise {
            found.promised.push(format!("invariant {number}: a part comes with issue {issue}"));
        } else if named.is_empty() {
            let what = format!("invariant {number} names no test; name one, or write \"comes with issue N\"");
            found.problems.push(Problem::new(MAP, *line, what));
        }
        let prefix = format!("invariant_{number:02}_");
        for (name, path) in tests.iter().filter(|(name, _)| name.starts_with(&prefix)) {
            if !named.contains(&name.as_str()) {
                found.problems.push(Problem::new(
                    path,
                    0,
                    format!("{name} is missing from row {number} of {MAP}"),
                ));
            }
        }
    }
    found.problems.extend(threats(files, &tests));
    found
}

/// Each row of the threat model's tables names tests that exist, or says that there is none.
fn threats(files: &[SourceFile], tests: &BTreeMap<String, String>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let text = files.iter().find(|file| file.path == THREATS).map_or("", |file| &file.text);
    let rows =
        text.lines().enumerate().filter(|(_, line)| line.starts_with("| ") && !line.contains("shown by"));
    for (index, line) in rows {
        let cell = line.trim().trim_matches('|').rsplit('|').next().unwrap_or_default();
        let named = named_tests(cell);
        if named.is_empty() && !cell.trim().starts_with("no test: ") {
            problems.push(Problem::new(
                THREATS,
                index + 1,
                "the row names no test; name one, or say \"no test: \" and why",
            ));
        }
        for name in named.iter().filter(|name| !tests.contains_key(**name)) {
            problems.push(Problem::new(THREATS, index + 1, format!("no test is called {name}")));
        }
    }
    problems
}

/// Rows of the table: number, and the line and text of the last cell.
fn rows(text: &str) -> BTreeMap<usize, (usize, &str)> {
    let mut rows = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        if let [first, .., last] = cells.as_slice()
            && let Ok(number) = first.parse()
        {
            rows.entry(number).or_insert((index + 1, *last));
        }
    }
    rows
}

/// The tests that a cell names between back-quotes.
fn named_tests(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// N of "comes with issue N".
fn promised_issue(cell: &str) -> Option<u32> {
    let rest = cell.split("comes with issue ").nth(1)?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Every test of the tree and the file that holds it: Rust functions and titles of script tests.
fn tests(files: &[SourceFile]) -> BTreeMap<String, String> {
    let mut tests = BTreeMap::new();
    for file in files {
        let lines = test_lines(file);
        let mut marked = false;
        for (_, line) in lines {
            let text = line.trim();
            match file.kind() {
                "rs" => {
                    let function = text.split("fn ").nth(1).and_then(|rest| rest.split(['(', '<']).next());
                    marked |= text.starts_with("#[") && (text.contains("test]") || text.contains("test("));
                    if let Some(name) = function.filter(|_| !text.starts_with("//")) {
                        if marked {
                            tests.insert(name.to_owned(), file.path.clone());
                        }
                        marked = false;
                    }
                }
                "js" | "mjs" => {
                    let title = text.split("test(").nth(1).or_else(|| text.split("it(").nth(1));
                    let name = title
                        .and_then(|rest| rest.get(1..))
                        .and_then(|rest| rest.split(['\'', '"', '`', ':', ' ']).next());
                    if let Some(name) = name {
                        tests.insert(name.to_owned(), file.path.clone());
                    }
                }
                _ => {}
            }
        }
    }
    tests
}

#[cfg(test)]
mod tests {
    use super::{INVARIANTS, check};
    use crate::tidy::file;

    const TESTS: &str = "#[test]\nfn invariant_01_a() {}\nfn helper() {}\n";

    /// A map in which row 1 ends in `cell` and every other is promised.
    fn map(cell: &str) -> String {
        let others =
            (2..=INVARIANTS).map(|n| format!("| {n} | x | comes with issue 9 |\n")).collect::<String>();
        format!("| 1 | No authority, no capture | {cell} |\n{others}")
    }

    #[test]
    fn a_threat_names_tests_that_exist_or_says_why_there_is_none() {
        let cases = [
            ("| a | b | `invariant_01_a` |", 0),
            ("| a | b | no test: it is so |", 0),
            ("| what | comes | shown by |", 0),
            ("| a | b | `gone` |", 1),
            ("| a | b | trust us |", 1),
        ];
        for (row, problems) in cases {
            let files = [
                file("ARCHITECTURE.md", &map("`invariant_01_a`")),
                file("docs/threat-model.md", row),
                file("crates/x/tests/x.rs", TESTS),
            ];
            assert_eq!(check(&files).problems.len(), problems, "{row}");
        }
    }

    #[test]
    fn an_invariant_names_an_existing_test_or_the_issue_that_brings_it() {
        let cases = [
            ("`invariant_01_a`", 0),
            ("`invariant_01_a`; the rest comes with issue 3", 0),
            ("`invariant_01_gone`", 2), // the name is wrong, and the real test is not listed
            ("`helper`", 2),            // not a test
            ("later", 2),
            ("comes with issue some day, `invariant_01_a`", 0),
        ];
        for (cell, expected) in cases {
            let found = check(&[file("ARCHITECTURE.md", &map(cell)), file("crates/a/tests/x.rs", TESTS)]);
            assert_eq!(found.problems.len(), expected, "{cell}: {:?}", found.problems);
            assert!(found.promised.len() >= INVARIANTS - 1);
        }
    }

    #[test]
    fn a_script_test_counts_by_its_title_and_a_missing_row_is_found() {
        let script =
            file("tests/browser/x.test.mjs", "test('invariant_01_b: passwords stay', async () => {\n");
        assert!(check(&[file("ARCHITECTURE.md", &map("`invariant_01_b`")), script]).problems.is_empty());
        let found = check(&[file("ARCHITECTURE.md", "| 1 | x | comes with issue 2 |\n")]);
        assert_eq!(found.problems.len(), INVARIANTS - 1);
    }
}
