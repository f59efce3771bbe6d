//! The names that everybody uses (design.md section 7): words that must not stand in code, templates or pages.

use super::Problem;
use super::allowed::Allowed;
use crate::repo::SourceFile;

/// Never, in code, comments or text on a page: the word, and what to say instead.
const NEVER: [(&str, &str); 21] = [
    (
        "offender",
        "\"subject\" in code, \"supervised person\" on screens; \"offender manager\" is a role and allowed",
    ),
    ("offenders", "\"subjects\" in code, \"supervised people\" on screens"),
    ("perpetrator", "\"subject\" in code, \"supervised person\" on screens"),
    ("perpetrators", "\"subjects\" in code, \"supervised people\" on screens"),
    ("culprit", "\"subject\" in code, \"supervised person\" on screens"),
    ("suspect", "\"subject\" in code, \"supervised person\" on screens"),
    ("suspects", "\"subjects\" in code, \"supervised people\" on screens"),
    ("violation", "\"finding\": people decide what is a breach"),
    ("violations", "\"findings\": people decide what is a breach"),
    ("alarm", "\"alert\""),
    ("alarms", "\"alerts\""),
    ("verdict", "\"decision\""),
    ("verdicts", "\"decisions\""),
    ("disposition", "\"decision\""),
    ("downtime", "\"gap\", with its cause"),
    ("heartbeat", "\"liveness\""),
    ("blacklist", "what it is: a hash set, a pack, a shield list"),
    ("whitelist", "what it is: a hash set, a pack, a shield list"),
    ("endpoint", "\"device\", or \"route\" for an address of the server"),
    ("endpoints", "\"devices\", or \"routes\" for addresses of the server"),
    ("analyst", "\"officer\""),
];

/// Never in the name of a type, module or table, where the word would stand for one of our nouns.
const NEVER_DECLARED: [(&str, &str); 14] = [
    ("hit", "finding"),
    ("match", "finding"),
    ("detection", "finding"),
    ("ticket", "alert"),
    ("incident", "alert"),
    ("target", "subject"),
    ("user", "officer, or subject"),
    ("users", "officers, or subjects"),
    ("restriction", "condition"),
    ("registration", "enrolment"),
    ("sensor", "source"),
    ("cache", "spool"),
    ("attachment", "exhibit"),
    ("project", "case"),
];

/// Pairs in which a word means something else: a role of ours, and a header of the web.
const PAIRS: [(&str, &str); 3] =
    [("offender", "manager"), ("offender", "managers"), ("content", "disposition")];

const KINDS: [&str; 8] = ["rs", "js", "mjs", "html", "txt", "json", "sql", "toml"];

/// Words against the table of names, in what we write for machines and for people's screens.
pub(super) fn check(files: &[SourceFile], allowed: &mut Allowed) -> Vec<Problem> {
    let ours = files.iter().filter(|file| {
        let place = file.path.starts_with("crates/") || file.path.starts_with("extension/");
        place && KINDS.contains(&file.kind()) && !file.is_vendored()
    });
    let mut problems = Vec::new();
    for file in ours {
        for (index, line) in file.text.lines().enumerate() {
            for (word, instead) in faults(line) {
                if !allowed.allows(&file.path, word) {
                    problems.push(Problem::new(
                        &file.path,
                        index + 1,
                        format!("never {word:?}; say {instead}"),
                    ));
                }
            }
        }
    }
    problems
}

/// What is wrong with one line's words.
fn faults(line: &str) -> Vec<(&'static str, &'static str)> {
    let words = words(line);
    let mut found = Vec::new();
    for (position, word) in words.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|at| words.get(at));
        let after = words.get(position + 1);
        let paired = PAIRS.iter().any(|(first, second)| {
            (word == first && after.is_some_and(|next| next == second))
                || (word == second && before.is_some_and(|last| last == first))
        });
        if !paired {
            found.extend(NEVER.iter().filter(|(never, _)| word == never));
        }
    }
    if let Some(declared) = declared(line) {
        for word in crate::tidy::names::words(declared) {
            found.extend(NEVER_DECLARED.iter().filter(|(never, _)| word == *never));
        }
    }
    found
}

/// The name that this line declares, if it declares a type, module or table.
fn declared(line: &str) -> Option<&str> {
    let text = line.trim_start();
    let text = text.strip_prefix("pub(crate) ").or_else(|| text.strip_prefix("pub ")).unwrap_or(text);
    let forms = [
        "struct ",
        "enum ",
        "trait ",
        "mod ",
        "type ",
        "class ",
        "CREATE TABLE IF NOT EXISTS ",
        "CREATE TABLE ",
    ];
    let rest = forms.iter().find_map(|form| text.strip_prefix(form))?;
    rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()
}

/// The words of a line, in lower case: `snake_case`, `camelCase` and plain text alike.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut last_lower = false;
    for c in line.chars() {
        let boundary = !c.is_alphabetic() || (c.is_uppercase() && last_lower);
        if boundary && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        last_lower = c.is_lowercase();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::allowed::Allowed;
    use crate::tidy::file;

    #[test]
    fn words_outside_the_table_of_names_are_found() {
        let cases = [
            ("crates/a/src/x.rs", "fn offender_name() {}", 1),
            ("crates/a/src/x.rs", "let offenderName = 1;", 1),
            ("crates/a/src/x.rs", "Role::OffenderManager", 0),
            ("crates/a/src/x.rs", "a suspected breach", 0),
            ("crates/a/src/x.rs", "header::CONTENT_DISPOSITION", 0),
            ("crates/a/src/x.rs", "match state {", 0),
            ("crates/a/src/x.rs", "pub struct RuleMatch {", 1),
            ("crates/a/src/x.rs", "use aho_corasick::Match;", 0),
            ("crates/a/migrations/0001.sql", "CREATE TABLE users (", 1),
            ("crates/a/templates/x.html", "<h1>Violation</h1>", 1),
            ("extension/src/x.js", "const HEARTBEAT_MS = 1;", 1),
            ("docs/x.md", "never say blacklist", 0),
        ];
        for (path, text, expected) in cases {
            let found = check(&[file(path, text)], &mut Allowed::parse("none", "").unwrap());
            assert_eq!(found.len(), expected, "{path}: {text}: {found:?}");
        }
    }

    #[test]
    fn an_exception_lets_one_word_stand_in_one_place() {
        let list =
            "[[allowed]]\npath = \"crates/a/\"\nword = \"endpoint\"\nreason = \"the library's own name\"\n";
        let mut allowed = Allowed::parse("l", list).unwrap();
        let files = [file("crates/a/x.rs", "endpoint"), file("crates/b/x.rs", "endpoint")];
        assert_eq!(check(&files, &mut allowed).len(), 1);
    }
}
