//! Stories about the program itself, as a person or a service manager runs it.

mod arriving;
mod evaluating;
mod histories;
#[cfg(target_os = "linux")]
mod pictured;
#[cfg(target_os = "linux")]
mod reading;
#[cfg(target_os = "linux")]
#[path = "../support/screen.rs"]
mod screen;
mod session;
#[path = "../support/mod.rs"]
mod support;
mod updated;
mod visiting;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStderr, Command, Output, Stdio};

use base64::Engine as _;
use proviso_agent::identity::{DeviceKeys, Identity};
use proviso_agent::pin::PinKeep;
use proviso_agent::{PolicyKeep, SpoolLimits, StateDir};
use proviso_ledger::SignKey;
use proviso_model::gap::GapCause;
use proviso_model::wire::{SignedPack, signed_pack};
use proviso_model::{Policy, Timestamp};
use rcgen::{CertificateParams, KeyPair};
use support::{TestForce, begun_gaps, ended_gaps, kinds, rng};

fn agent(dir: &StateDir, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proviso-agent"));
    command.arg("--state-dir").arg(dir.root()).args(args);
    command
}

fn output(dir: &StateDir, args: &[&str], input: &str) -> Output {
    let mut child = agent(dir, args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that refuses its arguments reads nothing.
    let _ = child.stdin.take().expect("its input").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A device enrolled with a policy that the real clock lies in, and a server that nobody runs.
fn enrolled() -> TestForce {
    enrolled_as("test-person-014", |force| force.policy(1, 3_600))
}

/// The same of this account, under such a policy.
fn enrolled_as(account: &str, policy: impl FnOnce(&TestForce) -> Policy) -> TestForce {
    let mut force = TestForce::new();
    let mut params = CertificateParams::new(Vec::<String>::new()).expect("params");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    force.trust.ca_pem = certificate.pem();
    let dir = force.dir();
    dir.create().expect("a folder");
    let mut policy = policy(&force);
    policy.expires_at = Timestamp::parse("2199-01-01T00:00:00Z").expect("an instant");
    for condition in &mut policy.conditions {
        condition.valid_from = Timestamp::parse("2001-01-01T00:00:00Z").expect("an instant");
        condition.valid_until = policy.expires_at;
    }
    PolicyKeep::first(&dir, &force.trust, &force.keys, &force.sign(&policy), force.device).expect("kept");
    PinKeep::new(dir.clone()).set("4711", &mut *rng(5)).expect("a PIN");
    let identity = Identity {
        force: force.force,
        device: force.device,
        account: account.to_owned(),
        server: "https://127.0.0.1:1".to_owned(),
        certificate_pem: certificate.pem(),
        record_key: force.record_key().public().to_hex(),
    };
    let record = SignKey::from_seed(force.record_seed);
    let tls_pem = key.serialize_pem().into();
    identity.store(&DeviceKeys { record, tls_pem }, &dir).expect("kept");
    force
}

/// A running agent; it ends with the story, however that ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the agent and waits until it says that it runs.
fn run(dir: &StateDir) -> Running {
    let (child, mut said) = start(dir, &["run", "--page-port", "0"]);
    // Goes on reading, so that the agent never waits for a full pipe.
    std::thread::spawn(move || said.read_to_end(&mut Vec::new()));
    child
}

/// The same, and whoever read its log goes.
fn run_unread(dir: &StateDir) -> Running {
    start(dir, &["run", "--page-port", "0"]).0
}

fn start(dir: &StateDir, args: &[&str]) -> (Running, BufReader<ChildStderr>) {
    let mut child =
        agent(dir, args).stderr(Stdio::piped()).stdin(Stdio::null()).spawn().expect("the program starts");
    let mut said = BufReader::new(child.stderr.take().expect("its words"));
    let mut line = String::new();
    while !line.contains("the agent runs") {
        line.clear();
        assert!(said.read_line(&mut line).expect("words") > 0, "it ended before it ran");
    }
    (Running(child), said)
}

async fn open_notice(dir: &StateDir) {
    let page = std::fs::read_to_string(dir.page_address()).expect("an address");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let notice = client.get(format!("{}/notice", page.trim())).send().await.expect("the notice");
    assert!(notice.status().is_success());
}

/// Asks for the status until it is as wanted: the agent writes it whenever it changes.
fn status_becomes(dir: &StateDir, code: i32) -> String {
    // Each try starts a program, which takes some milliseconds.
    for _ in 0..5_000 {
        let output = output(dir, &["status"], "");
        if output.status.code() == Some(code) {
            return words(&output);
        }
    }
    panic!("the status never became {code}")
}

#[tokio::test]
async fn the_agent_runs_is_killed_starts_again_and_every_absence_is_on_record() {
    let force = enrolled();
    let dir = force.dir();
    let mut child = run(&dir);
    let said = status_becomes(&dir, 1);
    assert!(said.contains("notice had not been shown yet"), "{said}");
    open_notice(&dir).await;
    let said = status_becomes(&dir, 0);
    assert!(said.contains("This account is monitored"), "{said}");
    let second = output(&dir, &["run", "--page-port", "0"], "");
    assert_eq!(second.status.code(), Some(2));
    assert!(words(&second).contains("in use by another running agent"), "{}", words(&second));
    child.0.kill().expect("killed");
    child.0.wait().expect("it ended");
    let said = status_becomes(&dir, 1);
    assert!(said.contains("not running"), "{said}");

    let mut child = run_unread(&dir);
    status_becomes(&dir, 0);
    let asked =
        Command::new("kill").args(["-TERM", &child.0.id().to_string()]).status().expect("asked to end");
    assert!(asked.success());
    assert!(child.0.wait().expect("it ended").success(), "asked to end, it ends in order");
    let (spool, _) = force.spool(SpoolLimits::default());
    let records = force.records(&spool);
    let gaps = ended_gaps(&records);
    assert!(gaps.contains(&GapCause::NoticeNotShown) && gaps.contains(&GapCause::AgentStopped), "{gaps:?}");
    assert!(kinds(&records).contains(&"notice"));
}

#[test]
fn without_an_enrolment_every_command_says_what_to_do() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = StateDir::new(folder.path());
    let cases: [(&[&str], i32, &str); 6] = [
        (&["run"], 2, "proviso-agent enrol"),
        (&["status"], 1, "not running"),
        (&["native-host"], 2, "systemctl start proviso-agent"),
        (&["enrol", "--server", "https://f.example", "--trust", "none.json", "--code", "x"], 2, "trust file"),
        (&["doctor"], 1, "enrolment"),
        (&["evaluate", "--order", "none.toml"], 2, "none.toml"),
    ];
    for (args, code, wanted) in cases {
        let output = output(&dir, args, "");
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}", words(&output));
        assert!(words(&output).contains(wanted), "{args:?}: {}", words(&output));
    }
}

#[test]
fn doctor_finds_keys_that_others_can_read_and_names_the_command_that_mends_it() {
    use std::os::unix::fs::PermissionsExt;
    let force = enrolled();
    let key = force.dir().file("record.key");
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).expect("opened");
    let output = output(&force.dir(), &["doctor", "--json"], "");
    assert_eq!(output.status.code(), Some(1));
    let checks: serde_json::Value = serde_json::from_slice(&output.stdout).expect("json");
    let advice = |name: &str| {
        let checks = checks.as_array().expect("a list");
        let check = checks.iter().find(|check| check["name"] == name).expect("looked at");
        (check["good"].as_bool().expect("a word"), check["advice"].as_str().expect("words").to_owned())
    };
    assert_eq!(advice("key files"), (false, format!("chmod 600 {}", key.display())));
    assert!(advice("enrolment").0 && advice("trust").0 && advice("policy").0);
    assert!(!advice("server").0, "nobody runs it");
}

#[test]
fn a_program_of_the_host_s_name_is_the_host() {
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join("proviso-native-host");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_proviso-agent"), &link).expect("a link");
    let output = Command::new(link)
        .arg("/usr/lib/mozilla/native-messaging-hosts/org.proviso.agent.json")
        .env("PROVISO_STATE_DIR", folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("it ends");
    assert_eq!(output.status.code(), Some(2));
    assert!(words(&output).contains("the monitoring agent is not running"), "{}", words(&output));
}

#[test]
fn classify_text_scores_each_line_and_echoes_the_id_of_each_object() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = StateDir::new(folder.path());
    let plain = output(&dir, &["classify", "text"], "a walk in the park\n\nanother line\n");
    assert_eq!(plain.status.code(), Some(0), "{}", words(&plain));
    let answers = String::from_utf8(plain.stdout).expect("text");
    assert_eq!(answers.lines().count(), 3, "an empty line is a text too");
    for answer in answers.lines() {
        let answer: serde_json::Value = serde_json::from_str(answer).expect("json");
        for name in ["sexual", "minor_reference", "grooming", "solicitation"] {
            let score = answer["scores"][name].as_f64().expect("a score");
            assert!((0.0..=1.0).contains(&score));
        }
        assert!(answer["spans"].is_array());
    }
    let objects = "{\"id\":7,\"text\":\"a walk\"}\n{\"id\":\"x\",\"messages\":[{\"author\":\"a\",\"time\":\"t\",\"text\":\"a walk\"}]}\n";
    let jsonl = output(&dir, &["classify", "text", "--jsonl"], objects);
    let answers = String::from_utf8(jsonl.stdout).expect("text");
    let ids: Vec<serde_json::Value> = answers
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("json")["id"].clone())
        .collect();
    assert_eq!(ids, [serde_json::json!(7), serde_json::json!("x")]);
    assert_eq!(output(&dir, &["classify", "text", "--jsonl"], "{}\n").status.code(), Some(2));
}

#[test]
fn the_sentence_model_is_asked_about_a_doubtful_text_and_its_absence_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = StateDir::new(folder.path());
    let nowhere = folder.path().to_str().expect("a path");
    let doubtful = "She asked him what he was wearing and said she wanted him tonight.\n";
    let sexual = |asked: &Output| {
        let answer: serde_json::Value = serde_json::from_slice(&asked.stdout).expect("json");
        answer["scores"]["sexual"].as_f64().expect("a score")
    };
    let alone = output(&dir, &["classify", "text", "--models", nowhere], doubtful);
    assert!((0.05..0.95).contains(&sexual(&alone)), "the linear model is in doubt: {}", words(&alone));
    assert!(words(&alone).contains("no sentence model in"), "{}", words(&alone));
    // Where set-up puts it: beside what cargo builds.
    let asked = output(&dir, &["classify", "text"], doubtful);
    assert!(asked.stderr.is_empty(), "{}: run cargo xtask setup", words(&asked));
    assert!((sexual(&asked) - sexual(&alone)).abs() > 0.01, "{} and {}", sexual(&asked), sexual(&alone));
    assert_eq!(output(&dir, &["classify", "text"], doubtful).stdout, asked.stdout, "the same again");
    let plain = output(&dir, &["classify", "text", "--models", nowhere], "The ferry leaves at seven.\n");
    assert!(plain.stderr.is_empty(), "where there is no doubt it is not missed: {}", words(&plain));
}

#[test]
fn a_pack_that_the_force_signed_is_verified_and_a_changed_byte_is_refused() {
    let force = TestForce::new();
    let dir = force.dir();
    let pack = "name = \"harbour-list\"\nversion = \"1\"\nabout = \"\"\n[[category]]\nname = \"sexual\"\nabout = \"\"\n\
        threshold_permille = 1000\n[[category.group]]\nweight_permille = 1000\nterms = [\"blue anchor\"]\n";
    let signature = SignKey::from_seed([11; 32]).sign(&signed_pack(pack));
    let good = SignedPack {
        pack: pack.to_owned(),
        signature: base64::engine::general_purpose::STANDARD.encode(signature),
        keys: force.keys.clone(),
    };
    let changed = SignedPack { pack: pack.replace("anchor", "anchos"), ..good.clone() };
    let mut stranger = force.trust.clone();
    stranger.root_key = SignKey::from_seed([99; 32]).public().to_hex();
    let write = |name: &str, bytes: Vec<u8>| {
        let path = force.folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path.display().to_string()
    };
    let trust = write("trust.json", serde_json::to_vec(&force.trust).expect("json"));
    let other = write("other.json", serde_json::to_vec(&stranger).expect("json"));
    let good = write("good.json", serde_json::to_vec(&good).expect("json"));
    let changed = write("changed.json", serde_json::to_vec(&changed).expect("json"));
    let plain = write("plain.toml", pack.as_bytes().to_vec());
    let cases = [
        (&good, &trust, 0, "verified: pack harbour-list version 1, 1 terms"),
        (&changed, &trust, 1, "not verified: the signature of the pack does not hold"),
        (&good, &other, 1, "not verified: the signature of the force's key statement"),
        (&plain, &trust, 2, "is no signed pack"),
    ];
    for (file, root, code, said) in cases {
        let output = output(&dir, &["packs", "verify", file, "--trust", root], "");
        assert_eq!(output.status.code(), Some(code), "{}", words(&output));
        assert!(words(&output).contains(said), "{said}: {}", words(&output));
    }
}

#[test]
fn invariant_02_the_notice_is_shown_at_log_on_to_the_supervised_account_and_to_no_other() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packaging/linux/log-on/proviso-log-on-notice");
    let me =
        String::from_utf8(Command::new("id").arg("-un").output().expect("id runs").stdout).expect("a name");
    let folder = tempfile::tempdir().expect("a folder");
    let shown = |account: &str| {
        std::fs::write(folder.path().join("account"), account).expect("written");
        std::fs::write(folder.path().join("page.address"), "http://127.0.0.1:47600\n").expect("written");
        let output = Command::new(script).env("PROVISO_STATE_DIR", folder.path()).output().expect("it runs");
        words(&output)
    };
    assert_eq!(shown(&me), "This account is monitored. The notice: http://127.0.0.1:47600/notice\n");
    assert_eq!(shown("somebody-else\n"), "", "another account is told nothing of whose it is");
}
