//! The helper in the person's session as a program beside the running agent: a file that arrives in the person's folder, up to the spool.

use std::path::Path;
use std::process::{Command, Stdio};

use proviso_model::gap::GapCause;
use proviso_model::observation::{ListedHow, PictureElement, PictureFrom};
use proviso_model::policy::{MachineThing, PackRef, Rule};
use proviso_model::record::RecordBody;
use proviso_model::{Act, ConditionKind, Digest, Fact, Machine, MachineWhat, Source};

use super::support::sets::{TestSet, look};
use super::{Running, agent, begun_gaps, enrolled_as, open_notice, output, start, status_becomes, words};
use proviso_agent::SpoolLimits;

/// The look of `waves.png`, as a second implementation says it (`testdata/pictures/expected.jsonl`).
fn look_of_waves() -> String {
    let said = std::fs::read_to_string(testdata().join("expected.jsonl")).expect("the expected lines");
    let lines = said.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let line = lines
        .into_iter()
        .find(|line| line.get("file").is_some_and(|file| file == "waves.png"))
        .expect("its line");
    line.get("pdq").and_then(serde_json::Value::as_str).expect("a hash").to_owned()
}

fn testdata() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/pictures")
}

pub(super) fn account() -> String {
    let output = Command::new("id").arg("-un").output().expect("id runs");
    String::from_utf8(output.stdout).expect("a name").trim().to_owned()
}

/// How many records wait, by the agent's own word.
pub(super) fn records(dir: &proviso_agent::StateDir) -> u64 {
    let said = output(dir, &["status", "--json"], "");
    let said: serde_json::Value = serde_json::from_slice(&said.stdout).expect("JSON");
    said.get("spooled_records").and_then(serde_json::Value::as_u64).expect("a count")
}

#[tokio::test]
async fn a_listed_picture_that_arrives_in_the_person_s_folder_is_sealed_and_what_lay_there_is_not_read() {
    let mut set = None;
    let force = enrolled_as(&account(), |force| {
        let made = TestSet::new(force, 1, &[look(&look_of_waves(), 4)], true);
        let policy = force.policy_with_sets(1, 3_600, vec![made.named.clone()]);
        set = Some(made);
        policy
    });
    let (dir, set) = (force.dir(), set.expect("a set"));
    let put = |end: &str, bytes: &[u8]| {
        let name = format!("hash-set-{}.{end}", set.named.set.sha256);
        std::fs::write(dir.root().join(name), bytes).expect("written");
    };
    put("json", &serde_json::to_vec(&set.delivery).expect("json"));
    put("filter", &set.filter);
    put("near", set.near.as_deref().expect("its looks"));
    let home = tempfile::tempdir().expect("a folder");
    let downloads = home.path().join("Downloads");
    std::fs::create_dir(&downloads).expect("a folder");
    std::fs::copy(testdata().join("waves.png"), downloads.join("before.png")).expect("copied");

    // A display that is not there stands for somebody who is logged on.
    let (mut running, said) = start(&dir, &["run", "--page-port", "0", "--display", ":987"]);
    std::thread::spawn(move || std::io::Read::read_to_end(&mut { said }, &mut Vec::new()));
    open_notice(&dir).await;
    let said = status_says(&dir, "the helper does not run");
    assert!(said.contains("This account is monitored"), "{said}");
    let helper = agent(&dir, &["session"])
        .env("HOME", home.path())
        .env_remove("XDG_CONFIG_HOME")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the helper starts");
    let helper = Running(helper);
    status_says(&dir, "pictures among them are looked at");
    status_says(&dir, "cannot see: the display");
    // That its other source sees nothing is on record before anything is counted.
    status_says(&dir, "cannot see: the session's bus");
    let before = records(&dir);

    // As a browser saves it: first under another name.
    std::fs::copy(testdata().join("waves.png"), downloads.join("sails.png.part")).expect("copied");
    std::fs::rename(downloads.join("sails.png.part"), downloads.join("sails.png")).expect("whole");
    while records(&dir) == before {
        tokio::task::yield_now().await;
    }
    drop(helper);
    status_says(&dir, "the helper does not run");
    let asked = Command::new("kill").args(["-TERM", &running.0.id().to_string()]).status();
    assert!(asked.expect("asked to end").success());
    assert!(running.0.wait().expect("it ended").success());

    let (spool, _) = force.spool(SpoolLimits::default());
    holds_one_file(&force.records(&spool));
}

/// On record is one finding, of the file that arrived.
fn holds_one_file(records: &[RecordBody]) {
    let found: Vec<_> = records
        .iter()
        .filter_map(|body| match body {
            RecordBody::Finding { captured, generated } => Some((captured, generated)),
            _ => None,
        })
        .collect();
    let [(captured, generated)] = found.as_slice() else { panic!("one finding: {records:?}") };
    let Fact::Picture(picture) = &captured.fact else { panic!("a picture") };
    let file = picture.file.as_ref().expect("a file");
    assert_eq!((file.name.as_str(), file.folder.as_str()), ("sails.png", "~/Downloads"));
    assert_eq!((picture.element, picture.from), (PictureElement::File, PictureFrom::Disk));
    assert_eq!((picture.width, picture.height, picture.file_type.as_str()), (160, 120, "png"));
    assert_eq!((captured.source, captured.attribution.act), (Source::Files, Act::Received));
    let seen = captured.picture.as_ref().expect("what was found out of it");
    assert!(seen.listed.iter().all(|listed| matches!(listed.how, ListedHow::Pdq { .. })), "{seen:?}");
    let said = &generated.findings.first().expect("a finding").explanation;
    assert!(said.contains("arrived as the file \"sails.png\" in the folder \"~/Downloads\""), "{said}");
    assert!(!begun_gaps(records).contains(&GapCause::FilesUnseen));
}

/// Asks for the status until it says so; the agent writes it whenever it changes.
pub(super) fn status_says(dir: &proviso_agent::StateDir, wanted: &str) -> String {
    let mut said = String::new();
    for _ in 0..5_000 {
        said = words(&output(dir, &["status"], ""));
        if said.contains(wanted) {
            return said;
        }
    }
    panic!("{wanted}: {said}")
}

#[tokio::test]
async fn without_an_account_that_is_monitored_the_helper_is_sent_away_and_ends() {
    let force = enrolled_as("test-person-014", |force| force.policy_with_sets(1, 3_600, Vec::new()));
    let dir = force.dir();
    let (_running, said) = start(&dir, &["run", "--page-port", "0"]);
    std::thread::spawn(move || std::io::Read::read_to_end(&mut { said }, &mut Vec::new()));
    status_becomes(&dir, 1);
    let ended = output(&dir, &["session"], "");
    assert_eq!(ended.status.code(), Some(0), "{}", words(&ended));
    assert!(words(&ended).contains("not the one that is monitored here"), "{}", words(&ended));
}

/// A paragraph on proxies that KDE's settings set, and on nothing else.
fn proxies(force: &super::support::TestForce) -> proviso_model::Policy {
    let mut policy = force.policy(1, 3_600);
    policy.conditions.truncate(1);
    let paragraph = policy.conditions.first_mut().expect("a condition");
    paragraph.kind = ConditionKind::NoHiddenConnections;
    paragraph.rules = vec![Rule::Machine {
        id: "machine/proxy".to_owned(),
        category: "proxy".to_owned(),
        pack: PackRef { name: "machine".to_owned(), version: "1".to_owned(), sha256: Digest([3; 32]) },
        things: vec![MachineThing {
            label: "a proxy".to_owned(),
            what: MachineWhat::Proxy,
            names: vec!["kde".to_owned()],
            strength_permille: 600,
            care: String::new(),
        }],
        declared: Vec::new(),
    }];
    policy
}

#[tokio::test]
async fn a_proxy_that_the_person_s_own_settings_set_is_sealed_by_host_and_port_alone() {
    let force = enrolled_as(&account(), proxies);
    let dir = force.dir();
    let home = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(home.path().join(".config")).expect("a folder");
    let settings = "[Proxy Settings]\nProxyType=1\nhttpProxy=http://me:letmein@proxy.marina.example 3128\n";
    std::fs::write(home.path().join(".config/kioslaverc"), settings).expect("written");

    let (mut running, said) = start(&dir, &["run", "--page-port", "0"]);
    std::thread::spawn(move || std::io::Read::read_to_end(&mut { said }, &mut Vec::new()));
    open_notice(&dir).await;
    status_says(&dir, "This account is monitored");
    let before = records(&dir);
    let helper = agent(&dir, &["session"])
        .env("HOME", home.path())
        .env_remove("XDG_CONFIG_HOME")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the helper starts");
    let helper = Running(helper);
    while records(&dir) == before {
        tokio::task::yield_now().await;
    }
    drop(helper);
    let asked = Command::new("kill").args(["-TERM", &running.0.id().to_string()]).status();
    assert!(asked.expect("asked to end").success());
    assert!(running.0.wait().expect("it ended").success());

    let (spool, _) = force.spool(SpoolLimits::default());
    let records = force.records(&spool);
    let told = records.iter().find_map(|body| match body {
        RecordBody::Finding { captured, .. } => Some(captured.fact.clone()),
        _ => None,
    });
    let (what, name, detail) = (MachineWhat::Proxy, "kde".to_owned(), "proxy.marina.example:3128".to_owned());
    assert_eq!(told, Some(Fact::Machine(Machine { what, name, detail })), "{records:?}");
    assert!(!format!("{records:?}").contains("letmein"));
}
