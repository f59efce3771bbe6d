//! Files of at most 400 lines; functions of at most 70.
//!
//! Rust functions are measured by clippy (`too_many_lines`, threshold in clippy.toml), which knows the
//! grammar. Scripts have no such lint here, so their functions are found by indentation.

use super::Problem;
use crate::repo::SourceFile;

const FILE_LINES_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
const SIZED: [&str; 9] = ["rs", "js", "mjs", "css", "html", "md", "sql", "toml", "sh"];

/// Files and functions that are too long to be read at once.
pub(super) fn check(files: &[SourceFile]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files.iter().filter(|file| !file.is_vendored()) {
        let lines = file.text.lines().count();
        if SIZED.contains(&file.kind()) && lines > FILE_LINES_MAX {
            let what = format!("{lines} lines; at most {FILE_LINES_MAX}: split it by idea");
            problems.push(Problem::new(&file.path, 0, what));
        }
        if matches!(file.kind(), "js" | "mjs") {
            problems.extend(long_functions(file));
        }
    }
    problems
}

/// Functions of a script whose body has too many lines, blank lines and comments not counted.
fn long_functions(file: &SourceFile) -> Vec<Problem> {
    let mut open: Vec<(usize, usize, usize)> = Vec::new(); // indentation, line, lines of body
    let mut problems = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let text = line.trim();
        let indent = line.len() - line.trim_start().len();
        while let Some(&(depth, start, length)) = open.last() {
            if !(text.starts_with('}') && indent == depth) {
                break;
            }
            open.pop();
            if length > FUNCTION_LINES_MAX {
                let what = format!("a function of {length} lines; at most {FUNCTION_LINES_MAX}: split it");
                problems.push(Problem::new(&file.path, start, what));
            }
        }
        if !text.is_empty() && !text.starts_with("//") && !text.starts_with('*') && !text.starts_with("/*") {
            open.iter_mut().for_each(|(_, _, length)| *length += 1);
        }
        if opens_function(text) {
            open.push((indent, index + 1, 0));
        }
    }
    problems
}

/// Whether a function's body starts at the end of this line. A wrapper around a whole file and a group of
/// tests are not functions in this sense.
fn opens_function(text: &str) -> bool {
    let grouping = [
        "(",
        "describe(",
        "suite(",
        "if ",
        "if(",
        "for ",
        "while ",
        "switch ",
        "catch",
        "} catch",
        "else",
        "} else",
    ];
    if !text.ends_with('{') || grouping.iter().any(|start| text.starts_with(start)) {
        return false;
    }
    let words = ["async ", "static ", "get ", "set ", "export ", "default ", "#"];
    let name = words.iter().fold(text, |rest, word| rest.strip_prefix(word).unwrap_or(rest));
    let called = name.split('(').next().unwrap_or("");
    let method = text.ends_with(") {")
        && !called.is_empty()
        && called.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '$');
    method || text.contains("function") || text.ends_with("=> {") || text.starts_with(") {")
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::file;

    #[test]
    fn long_files_and_functions_are_found() {
        let body = "    work();\n".repeat(71);
        let cases = [
            ("a.rs", "//! x\n".repeat(401), 1),
            ("a.rs", "//! x\n".repeat(400), 0),
            ("vendor.json", "x\n".repeat(900), 0),
            ("x/vendor/a.js", "x\n".repeat(900), 0),
            ("a.js", format!("function f() {{\n{body}}}\n"), 1),
            ("a.js", format!("const f = async (a) => {{\n{body}}};\n"), 1),
            ("a.js", format!("class C {{\n  m(a, b) {{\n{body}  }}\n}}\n"), 1),
            ("a.js", format!("(() => {{\n{body}}})();\n"), 0),
            ("a.js", format!("function f() {{\n{}}}\n", "    work();\n\n    // why\n".repeat(70)), 0),
            (
                "a.js",
                format!("function f() {{\n{0}}}\nfunction g() {{\n{0}}}\n", "    work();\n".repeat(60)),
                0,
            ),
        ];
        for (path, text, expected) in cases {
            assert_eq!(
                check(&[file(path, &text)]).len(),
                expected,
                "{path}: {}",
                &text[..20.min(text.len())]
            );
        }
    }
}
