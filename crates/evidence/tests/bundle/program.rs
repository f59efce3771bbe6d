//! `proviso-verify` as a stranger runs it.

use std::process::{Command, Output};

use crate::common::{SAMPLE, SAMPLE_KEY, sample};

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_proviso-verify")).args(arguments).output().expect("proviso-verify runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), output.stderr.as_slice()].concat()).into_owned()
}

#[test]
fn the_exit_code_and_the_words_follow_the_contract() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path.display().to_string()
    };
    let mut bytes = std::fs::read(SAMPLE).expect("the sample");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let damaged = write("damaged.zip", &bytes);
    let text = write("letter.txt", b"not a bundle");
    let key = std::fs::read_to_string(SAMPLE_KEY).expect("the key");
    let other = sample("another force's seed", |_| ()).trust;
    let other = write("other.key", &serde_json::to_vec(&other).expect("JSON"));
    assert!(key.contains("root_key"));
    let cases: [(&[&str], i32, &str); 8] = [
        (&[SAMPLE, "--trust", SAMPLE_KEY], 0, "Verified."),
        (&[SAMPLE], 0, "Self-consistent only."),
        (&[SAMPLE, "--trust", &other], 1, "Not verified: trust"),
        (&[&damaged, "--trust", SAMPLE_KEY], 1, "Not verified: container failed"),
        (&[&text, "--trust", SAMPLE_KEY], 2, "not an evidence bundle"),
        (&[SAMPLE, "--trust", &text], 2, "is not a key file"),
        (&["/no/such/bundle.zip"], 2, "/no/such/bundle.zip cannot be opened"),
        (&[], 2, "Usage"),
    ];
    for (arguments, code, words) in cases {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", said(&output));
        assert!(said(&output).contains(words), "{arguments:?}: {}", said(&output));
        assert!(!said(&output).contains('\u{1b}'), "no colour codes where there is no terminal");
    }
}

#[test]
fn the_result_as_json_names_every_check_and_the_roots_fingerprint() {
    let output = run(&[SAMPLE, "--trust", SAMPLE_KEY, "--json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["verdict"], "verified");
    assert_eq!(report["root_fingerprint"].as_str().map(str::len), Some(39));
    let checks = report["checks"].as_array().expect("checks");
    assert_eq!(checks.len(), 20);
    assert!(checks.iter().all(|check| check["state"] == "passed"), "{checks:#?}");
}
