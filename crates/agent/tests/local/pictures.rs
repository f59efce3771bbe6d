//! Pictures on their way from a browser through the backlog to the process that looks at them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use proviso_agent::daemon::core_thread::Ask;
use proviso_agent::pictures::backlog::{Waiting, backlog};
use proviso_agent::pictures::{Contained, LookLimits, Strain};
use proviso_model::Timestamp;
use proviso_model::gap::GapCause;
use proviso_model::limits::PICTURE_SENT_BYTES_MAX;
use proviso_model::native::{ToExtension, ToHost};
use proviso_model::record::RecordBody;

use super::support::browser::picture;
use super::support::{LISTED, TestForce, kinds};
use super::{Machine, browser, machine_under, with_socket, with_worker};

/// Pictures that may wait (docs/protocol.md).
const WAITING_MAX: u64 = 64;

/// The program as a process for pictures.
pub fn worker(arguments: &[&str]) -> Contained {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_proviso-agent"));
    Contained::new(program, arguments.iter().map(Into::into).collect(), LookLimits::default())
}

/// One that takes a picture and never answers.
fn stuck() -> Contained {
    let limits = LookLimits { look: Duration::from_secs(600), ..LookLimits::default() };
    Contained::new("/bin/sleep".into(), vec!["600".into()], limits)
}

fn waves() -> Vec<u8> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/pictures/waves.png");
    std::fs::read(file).expect("a picture")
}

#[tokio::test]
async fn pictures_are_looked_at_in_turn_and_acknowledged_then_and_a_damaged_one_stops_nothing() {
    let force = TestForce::new();
    let policy = force.policy_with_pictures(86_400);
    let machine = with_socket(machine_under(force, &policy, true), |machine| {
        let waves = waves();
        let mut browser = browser(machine);
        browser.hello(1);
        let ToExtension::State { capture, .. } = browser.hear() else { panic!("a state") };
        assert!(capture.pictures);
        browser.say(&picture(1, machine.force.now(), &waves[..waves.len() / 2]));
        browser.say(&picture(2, machine.force.now(), &waves));
        browser.observe(3, machine.force.now(), LISTED);
        let mut acknowledged = Vec::new();
        while acknowledged.last() != Some(&3) {
            let ToExtension::Ack { n } = browser.hear() else { panic!("an acknowledgement") };
            acknowledged.push(n);
        }
        assert!(acknowledged.is_sorted(), "{acknowledged:?}");
        assert!(kinds(&machine.force.records(&machine.spool)).contains(&"finding"), "durable before the ack");
    })
    .await;
    assert_eq!(looked_at(&ended(machine).await), [(3, 2, 1)]);
}

/// What is on record once the agent has ended.
async fn ended(machine: Machine) -> Vec<RecordBody> {
    machine.core.ask(|reply| Ask::Stop { by_order: true, reply }).await.expect("it ends");
    machine.force.records(&machine.spool)
}

/// Of each stretch: what was observed, pictures looked at, and those of them that could not be decoded.
fn looked_at(records: &[RecordBody]) -> Vec<(u64, u64, u64)> {
    let stretches = records.iter().filter_map(|body| match body {
        RecordBody::Liveness { liveness } => {
            Some((liveness.observed, liveness.pictures, liveness.pictures_unreadable))
        }
        _ => None,
    });
    stretches.collect()
}

/// What the ended gaps of pictures that were not looked at say.
fn lost(records: &[RecordBody]) -> Vec<&str> {
    let gaps = records.iter().filter_map(|body| match body {
        RecordBody::Gap { gap } if gap.cause == GapCause::PicturesDropped && gap.until.is_some() => {
            Some(gap.detail.as_str())
        }
        _ => None,
    });
    gaps.collect()
}

#[tokio::test]
async fn pictures_beyond_the_backlog_are_counted_in_a_gap_and_those_that_wait_are_not_acknowledged() {
    let force = TestForce::new();
    let policy = force.policy_with_pictures(86_400);
    let machine = with_worker(machine_under(force, &policy, true), stuck(), |machine| {
        let mut browser = browser(machine);
        browser.hello(1);
        assert!(matches!(browser.hear(), ToExtension::State { .. }));
        for n in 1..=WAITING_MAX + 3 {
            browser.say(&picture(n, machine.force.now(), &waves()));
        }
        for _ in 0..3 {
            assert_eq!(browser.hear(), ToExtension::Ack { n: 0 }, "the first one waits still");
        }
    })
    .await;
    let records = ended(machine).await;
    assert_eq!(looked_at(&records), [], "none was looked at");
    assert_eq!(lost(&records), ["pictures not looked at, or not wholly: 3 (3 too many at once)"]);
}

#[test]
fn the_pictures_that_wait_have_no_more_bytes_than_fit_into_memory() {
    let nowhere = Path::new("/nowhere");
    let keep = TestForce::new().enrol(86_400);
    let (line, _looker) = backlog(stuck(), Strain::at(nowhere, nowhere, 1), keep);
    let waiting = |n: u64| {
        let ToHost::Picture { observed_at, attribution, shown, .. } = picture(n, Timestamp::default(), b"")
        else {
            panic!("a picture")
        };
        let (instance, bytes) = ("one".to_owned(), vec![0; PICTURE_SENT_BYTES_MAX].into());
        Waiting {
            instance,
            n,
            shown_at: observed_at,
            attribution,
            shown,
            window: None,
            bytes,
            models: Vec::new(),
        }
    };
    let put: Vec<bool> = (1..=9).map(|n| line.put(waiting(n)).is_some()).collect();
    assert_eq!(put, [true, true, true, true, true, true, true, true, false]);
    assert!(line.put(waiting(8)).is_some(), "one that waits already takes no more room");
}

/// What is on record of one picture that a condition has judged by a model, looked at by `worker`.
async fn one_to_be_judged(worker: Contained) -> Vec<RecordBody> {
    let force = TestForce::new();
    let policy = force.policy_with_picture_model(86_400);
    let machine = with_worker(machine_under(force, &policy, true), worker, |machine| {
        let mut browser = browser(machine);
        browser.hello(1);
        assert!(matches!(browser.hear(), ToExtension::State { .. }));
        browser.say(&picture(1, machine.force.now(), &waves()));
        assert_eq!(browser.hear(), ToExtension::Ack { n: 1 });
    })
    .await;
    ended(machine).await
}

#[tokio::test]
async fn a_model_that_cannot_be_used_is_a_gap_in_part_and_no_fault_of_the_pictures() {
    let folder = tempfile::tempdir().expect("a folder");
    let model = folder.path().join("open-nsfw/open-nsfw.onnx");
    std::fs::create_dir_all(model.parent().expect("a folder")).expect("made");
    std::fs::write(&model, "no model").expect("written");
    let worker = worker(&["picture-worker", "--models", folder.path().to_str().expect("UTF-8")]);
    let records = one_to_be_judged(worker).await;
    assert_eq!(looked_at(&records), [(1, 1, 0)], "it was looked at, and is readable");
    let said = "pictures not looked at, or not wholly: 1 (1 judged by no model, only hashes compared)";
    assert_eq!(lost(&records), [said]);
}

#[tokio::test]
async fn a_model_that_takes_its_process_with_it_costs_the_score_and_not_the_hash() {
    // Asked for a score it ends; asked for a hash only it is the program itself.
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("worker");
    let program = env!("CARGO_BIN_EXE_proviso-agent");
    std::fs::write(
        &script,
        format!(
            "#!/bin/sh\n[ -e '{0}/asked' ] && exec '{program}' picture-worker\ntouch '{0}/asked'\n",
            folder.path().display()
        ),
    )
    .expect("written");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).expect("set");
    let worker = Contained::new(script, Vec::new(), LookLimits::default());
    let records = one_to_be_judged(worker).await;
    assert_eq!(looked_at(&records), [(1, 1, 0)]);
    assert_eq!(lost(&records).len(), 1, "not judged");
}
