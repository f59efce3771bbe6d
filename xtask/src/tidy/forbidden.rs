//! Constructs that must not be committed: sleeps and switched-off tests, `unsafe` outside its list, hosts of
//! package registries.

use super::Problem;
use super::allowed::Allowed;
use super::places::test_lines;
use crate::repo::SourceFile;

/// What a test must not hold, what to do instead, and in which languages.
const IN_TESTS: [(&str, &str, &[&str]); 10] = [
    ("#[ignore", "a test runs or is removed", &["rs"]),
    ("thread::sleep", "wait on a condition, with a deadline", &["rs"]),
    ("time::sleep", "wait on a condition, with a deadline", &["rs"]),
    ("todo!", "write it, or leave it out", &["rs"]),
    ("unimplemented!", "write it, or leave it out", &["rs"]),
    ("setTimeout", "wait on a condition, with a deadline", &["js", "mjs"]),
    ("test.skip", "a test runs or is removed", &["js", "mjs"]),
    ("it.skip", "a test runs or is removed", &["js", "mjs"]),
    ("skip: true", "a test runs or is removed", &["js", "mjs"]),
    ("test.only", "run the others too", &["js", "mjs"]),
];

/// Sleeps, switched-off tests and unwritten code in tests.
pub(super) fn in_tests(files: &[SourceFile], allowed: &mut Allowed) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files.iter().filter(|file| !file.path.starts_with("xtask/") && !file.is_vendored()) {
        for (number, line) in test_lines(file) {
            for (word, instead, kinds) in IN_TESTS {
                if kinds.contains(&file.kind()) && line.contains(word) && !allowed.allows(&file.path, word) {
                    problems.push(Problem::new(&file.path, number, format!("{word:?} in a test: {instead}")));
                }
            }
        }
    }
    problems
}

/// `unsafe` outside the list of files that may hold it, or without saying why it is sound.
pub(super) fn unsafe_code(files: &[SourceFile], allowed: &mut Allowed) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files.iter().filter(|file| file.kind() == "rs" && !file.path.starts_with("xtask/")) {
        let lines: Vec<&str> = file.text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            let found = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern", "unsafe trait"];
            if !found.iter().any(|form| code.contains(form)) {
                continue;
            }
            if !allowed.allows(&file.path, "unsafe") {
                let what = "unsafe code here is not on xtask/unsafe-allowed.toml";
                problems.push(Problem::new(&file.path, index + 1, what));
            } else if !lines.iter().take(index + 1).rev().take(6).any(|above| above.contains("SAFETY:")) {
                problems.push(Problem::new(
                    &file.path,
                    index + 1,
                    "say in a SAFETY comment why this is sound",
                ));
            }
        }
    }
    problems
}

/// Registries' hosts: a lock file that names one ties everybody to one mirror. Written in halves, or this
/// file would find itself.
const HOSTS: [(&str, &str); 9] = [
    ("registry.npmjs", ".org"),
    ("registry.yarnpkg", ".com"),
    ("files.pythonhosted", ".org"),
    ("pypi", ".org"),
    ("static.crates", ".io"),
    ("index.crates", ".io"),
    ("deb.debian", ".org"),
    ("security.debian", ".org"),
    ("proxy.golang", ".org"),
];

/// Names of package registries or mirrors in any file.
pub(super) fn hosts(files: &[SourceFile]) -> Vec<Problem> {
    let mut problems = Vec::new();
    for file in files {
        let lock = file.path.ends_with("package-lock.json") || file.path.ends_with(".npmrc");
        let cargo_lock = file.path.ends_with("Cargo.lock");
        for (index, line) in file.text.lines().enumerate() {
            let mut said = |what: &str| problems.push(Problem::new(&file.path, index + 1, what));
            if HOSTS.iter().any(|(host, end)| line.contains(&format!("{host}{end}"))) {
                said("names a package registry's host; leave it to each machine's settings");
            } else if lock
                && (line.contains("\"resolved\": \"http") || line.trim_start().starts_with("registry"))
            {
                said("records a download address; npm config set omit-lockfile-registry-resolved true");
            } else if cargo_lock
                && line.starts_with("source = ")
                && !line.contains("rust-lang/crates.io-index\"")
            {
                said("a crate from elsewhere than the public registry");
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::{hosts, in_tests, unsafe_code};
    use crate::tidy::allowed::Allowed;
    use crate::tidy::file;

    fn nothing() -> Allowed {
        Allowed::parse("none", "").unwrap()
    }

    #[test]
    fn sleeps_and_switched_off_tests_are_found_in_tests_only() {
        let sleep = "tokio::time::sleep(pause).await;\n";
        let cases = [
            ("crates/a/src/x.rs", sleep.to_owned(), 0),
            ("crates/a/src/x.rs", format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{ {sleep} }}\n"), 1),
            ("crates/a/tests/all/x.rs", sleep.to_owned(), 1),
            ("crates/a/tests/x.rs", "#[ignore = \"slow\"]\n".to_owned(), 1),
            ("tests/browser/page.test.mjs", "await new Promise(r => setTimeout(r, 500));\n".to_owned(), 1),
            ("tests/browser/page.test.mjs", "test.skip('later', f);\n".to_owned(), 1),
            ("extension/src/x.js", "setTimeout(f, 500);\n".to_owned(), 0),
        ];
        for (path, text, expected) in cases {
            assert_eq!(in_tests(&[file(path, &text)], &mut nothing()).len(), expected, "{path}: {text}");
        }
    }

    #[test]
    fn unsafe_code_needs_its_place_on_the_list_and_a_reason() {
        let list =
            "[[allowed]]\npath = \"a.rs\"\nword = \"unsafe\"\nreason = \"the window system's own calls\"\n";
        let bare = file("a.rs", "let x = unsafe { f() };\n");
        assert_eq!(unsafe_code(std::slice::from_ref(&bare), &mut nothing()).len(), 1);
        assert_eq!(unsafe_code(&[bare], &mut Allowed::parse("l", list).unwrap()).len(), 1);
        let explained = file("a.rs", "// SAFETY: f has no conditions.\nlet x = unsafe { f() };\n");
        assert!(unsafe_code(&[explained], &mut Allowed::parse("l", list).unwrap()).is_empty());
    }

    #[test]
    fn registry_hosts_are_found_in_lock_files() {
        let address = format!("\"resolved\": \"https://mirror.{}/x.tgz\",\n", "example");
        assert_eq!(hosts(&[file("tests/browser/package-lock.json", &address)]).len(), 1);
        let host = format!("see {}{}", "pypi", ".org");
        assert_eq!(hosts(&[file("README.md", &host)]).len(), 1);
        assert_eq!(hosts(&[file("Cargo.lock", "source = \"git+https://forge.example/x\"\n")]).len(), 1);
        let usual = "source = \"registry+https://github.com/rust-lang/crates.io-index\"\n";
        assert!(hosts(&[file("Cargo.lock", usual)]).is_empty());
    }
}
