//! Which part of a file is a test.

use crate::repo::SourceFile;

/// The lines of a Rust or script file that are test code, with their numbers from 1.
pub(super) fn test_lines(file: &SourceFile) -> Vec<(usize, &str)> {
    let lines = file.text.lines().enumerate().map(|(index, line)| (index + 1, line));
    let path = &file.path;
    let name = path.rsplit('/').next().unwrap_or(path);
    let whole = path.starts_with("tests/")
        || path.contains("/tests/")
        || path.starts_with("crates/testkit/")
        || name == "tests.rs"
        || name.ends_with("_tests.rs")
        || name.contains(".test.");
    if whole {
        return lines.collect();
    }
    // Unit tests close a file, so everything from the first mark on is test code.
    lines.skip_while(|(_, line)| !line.trim_start().starts_with("#[cfg(test)]")).collect()
}
