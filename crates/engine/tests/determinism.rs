//! The same observations give the same bytes from an engine made anew and in a process started anew, whose hash tables are
//! in another order. That two builds agree is compared by `cargo xtask test --full`.

#[path = "../examples/findings/corpus.rs"]
mod corpus;

use std::process::Command;

/// Where a second process of this test writes what it found.
const SECOND: &str = "PROVISO_FINDINGS_TO";

#[test]
fn invariant_06_the_same_observations_give_the_same_bytes_in_a_process_made_anew() {
    let lines = corpus::lines().expect("lines");
    if let Some(path) = std::env::var_os(SECOND) {
        std::fs::write(path, lines.join("\n")).expect("written");
        return;
    }
    let with_findings = lines.iter().filter(|line| line.starts_with("[{")).count();
    assert!(with_findings >= 200, "only {with_findings} observations have findings");
    assert!(corpus::lines().expect("lines") == lines, "an engine made anew says otherwise");
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("findings-of-a-second-process");
    let program = std::env::current_exe().expect("this program");
    let status = Command::new(program).env(SECOND, &path).status().expect("a second process");
    assert!(status.success());
    let second = std::fs::read_to_string(&path).expect("what it wrote");
    for (nth, (first, second)) in lines.iter().zip(second.split('\n')).enumerate() {
        assert_eq!(first, second, "line {nth}");
    }
    assert_eq!(second.split('\n').count(), lines.len());
}
