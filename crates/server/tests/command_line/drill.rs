//! The drill for keys that may be known to others: the very commands of `docs/operations.md`, in their order.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::{ORDER, PASSPHRASE, done, force, program, run};

const PAGE: &str = include_str!("../../../../docs/operations.md");

/// The commands of the section, as words.
fn commands() -> Vec<Vec<String>> {
    let section = PAGE.split("## When a key may be known to others").nth(1).expect("the section");
    let section = section.split("\n## ").next().expect("its text");
    let lines = section.lines().filter_map(|line| line.strip_prefix("    proviso-server "));
    let words = |line: &str| line.split(' ').map(|word| word.trim_matches('"').to_owned()).collect();
    lines.map(words).collect()
}

#[test]
fn every_command_of_the_drill_exists_and_does_its_work_in_the_order_of_the_page() {
    let folder = force();
    let data = folder.path().join("data");
    let opened = done(&data, &["admin", "case-create", "--order", ORDER], "");
    let case = opened["case"].as_str().expect("a case").to_owned();
    let at = |name: &str| folder.path().join(name).display().to_string();
    std::fs::create_dir(at("backups")).expect("a folder");
    let tls = std::fs::read(data.join("keys/server.pem")).expect("a certificate");
    let before = done(&data, &["admin", "keys-status"], "");

    let commands = commands();
    assert!(commands.len() > 10, "{commands:?}");
    for words in &commands {
        let words: Vec<String> = words
            .iter()
            .map(|word| match word.as_str() {
                "MEDIUM" => at("medium"),
                "NEW-MEDIUM" => at("new-medium"),
                "BACKUPS" => at("backups"),
                "CASE" => case.clone(),
                "FROM" => "2026-11-20T09:00:00Z".to_owned(),
                "DEVICE" => "0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57".to_owned(),
                file if file.ends_with(".json") || file.ends_with(".jsonl") => at(file),
                other => other.to_owned(),
            })
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = run(&data, &words, &format!("{PASSPHRASE}\n"));
        let said = String::from_utf8_lossy(&output.stderr);
        if words.contains(&"device-revoke") {
            // No device of this force has that id: the command is there, and looked for it.
            assert!(said.contains("this device"), "{words:?}: {said}");
        } else {
            assert!(output.status.success(), "{words:?}: {said}");
        }
    }
    let after = done(&data, &["admin", "keys-status"], "");
    assert!(after["version"].as_u64() > before["version"].as_u64(), "{after}");
    assert_ne!(std::fs::read(data.join("keys/server.pem")).expect("a certificate"), tls);
    assert!(Path::new(&at("new-medium")).join("force-root.json").is_file());

    // With the new keys it still starts, and says by its own certificate who it is.
    let serving = ["--json", "serve", "--device-listen", "127.0.0.1:0", "--console-listen", "127.0.0.1:0"];
    let mut serving = program(&data, &serving).stdout(Stdio::piped()).spawn().expect("the program starts");
    let open = first_line(&mut serving);
    assert!(open["device_address"].is_string(), "{open}");
    end(serving);
}

#[test]
fn a_process_that_only_works_tells_monitoring_that_it_lives() {
    let folder = force();
    let data = folder.path().join("data");
    let working = ["--json", "worker", "--operations-listen", "127.0.0.1:0"];
    let mut working = program(&data, &working).stdout(Stdio::piped()).spawn().expect("the program starts");
    let open = first_line(&mut working);
    let address = open["operations_address"].as_str().expect("an address").to_owned();
    let ask = |path: &str| {
        let mut stream = std::net::TcpStream::connect(&address).expect("it listens");
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        std::io::Write::write_all(&mut stream, request.as_bytes()).expect("asked");
        let mut answer = String::new();
        std::io::Read::read_to_string(&mut stream, &mut answer).expect("an answer");
        answer
    };
    assert!(ask("/healthz").starts_with("HTTP/1.1 200"));
    assert!(ask("/readyz").contains("\"ready\":true"));
    assert!(ask("/metrics").contains("proviso_jobs{state=\"dead\"} 0"));
    assert!(ask("/openapi.json").contains("\"/v1/records\""));
    end(working);
}

fn first_line(child: &mut std::process::Child) -> Value {
    let mut line = String::new();
    let out = child.stdout.take().expect("a pipe");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).expect("it says where");
    serde_json::from_str(&line).expect("JSON")
}

fn end(mut child: std::process::Child) {
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
    assert!(told.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "SIGTERM is an orderly end");
}
