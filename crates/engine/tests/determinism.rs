//! The same observations give the same bytes from an engine made anew and in a process started anew, whose hash tables are
//! in another order. That two builds agree is compared by `cargo xtask test --full`.

#[path = "../examples/findings/corpus.rs"]
mod corpus;

use std::process::Command;

use proviso_engine::Engine;

/// Where a second process of this test writes what it found.
const SECOND: &str = "PROVISO_FINDINGS_TO";

#[test]
fn invariant_06_the_same_observations_give_the_same_bytes_in_a_process_made_anew() {
    let lines = corpus::lines(Engine::new).expect("lines");
    if let Some(path) = std::env::var_os(SECOND) {
        std::fs::write(path, lines.join("\n")).expect("written");
        return;
    }
    let with_findings = lines.iter().filter(|line| line.starts_with("[{")).count();
    assert!(with_findings >= 200, "only {with_findings} observations have findings");
    assert!(corpus::lines(Engine::new).expect("lines") == lines, "an engine made anew says otherwise");
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

/// What a server keeps of one person's engine for another's (decision 0067) changes no byte.
#[test]
fn invariant_06_an_engine_with_rules_made_ready_for_another_person_says_the_same_bytes() {
    let alone = corpus::lines(Engine::new).expect("lines");
    let shared = corpus::lines(|policy, hash| {
        let mut others = policy.clone();
        others.pauses.clear();
        others.shield.push("friend.example".to_owned());
        for condition in &mut others.conditions {
            condition.paragraph.push_str(" of another order");
            condition.valid_until = condition.valid_from;
        }
        let others = Engine::new(&others, hash)?;
        assert!(others.rules().serves(policy));
        Engine::with(policy, hash, others.rules())
    });
    for (nth, (alone, shared)) in alone.iter().zip(shared.expect("lines")).enumerate() {
        assert_eq!(*alone, shared, "line {nth}");
    }
}
