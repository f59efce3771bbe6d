//! Releases that a force signs, and what devices take of them, over the real device port with the agent's own code.

use std::time::SystemTime;

use proviso_agent::update::{Kept, UpdateFault};
use proviso_model::Timestamp;
use proviso_model::update::{RELEASE_KEY, ReleaseKind, UPDATE_PART_BYTES, UpdateOffer};
use proviso_server::app::updates::publish::{self, NewRelease};
use proviso_server::app::updates::{archive, fleet, offer};
use proviso_server::keys::root::Root;
use reqwest::{Method, StatusCode};
use tempfile::TempDir;

use crate::agent::Agent;
use crate::device::Device;
use crate::rig::Rig;

const DAY: i64 = 86_400;

/// The library that checks reads the machine's clock, so the rig goes by it too.
#[expect(clippy::disallowed_methods, reason = "what expires by the machine's clock is tried against it")]
async fn force() -> (Rig, Root, TempDir) {
    let (rig, root, medium) = Rig::with_root(0).await;
    let machine = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    let machine = i64::try_from(machine.as_secs()).expect("a time");
    rig.clock.forward_seconds(machine - rig.ctx.now().as_micros() / 1_000_000);
    (rig, root, medium)
}

/// A program of a little more than a part.
fn program(version: &str) -> Vec<u8> {
    let mut bytes = format!("#!/bin/sh\necho {version}\n").into_bytes();
    bytes.resize(UPDATE_PART_BYTES + 5, b'\n');
    bytes
}

fn release(version: &str, stage: u16) -> NewRelease {
    NewRelease {
        kind: ReleaseKind::Agent,
        name: "proviso-agent".to_owned(),
        version: version.to_owned(),
        platform: "linux-x86_64".to_owned(),
        stage,
        minimum: None,
        back_from: Vec::new(),
        file: Some(program(version)),
    }
}

async fn given(rig: &Rig) -> UpdateOffer {
    offer(&rig.ctx).await.expect("made").expect("published")
}

#[tokio::test]
async fn a_device_takes_the_release_that_its_force_signed_for_it_whole_and_tries_it_once_it_is_here() {
    let (mut rig, root, _medium) = force().await;
    let agent = Agent::enrol(&rig).await;
    agent.settle(&rig).await;
    assert_eq!(agent.update(&rig).await.expect("nothing was published"), None);
    let refused =
        publish::release(&rig.ctx, &root, release("99.0.0", 1000)).await.err().expect("no root yet");
    assert!(refused.to_string().contains("admin update-root"), "{refused}");

    assert_eq!(publish::root(&rig.ctx, &root).await.expect("made"), 1);
    publish::release(&rig.ctx, &root, release("99.0.0", 0)).await.expect("published");
    rig.clock.forward_seconds(6 * 3_600 + 1);
    assert_eq!(agent.update(&rig).await.expect("checked"), None, "it is for no device yet");
    let wider = NewRelease { file: None, ..release("99.0.0", 1000) };
    let made = publish::release(&rig.ctx, &root, wider).await.expect("the stage alone is changed");
    assert_eq!(made.list_version, 2);
    rig.clock.forward_seconds(6 * 3_600 + 1);
    assert_eq!(agent.update(&rig).await.expect("taken").as_deref(), Some("99.0.0"));
    let kept = Kept::load(&agent.dir()).expect("readable");
    let trying = kept.trying.as_ref().expect("it is to be tried");
    let file = agent.dir().file(&format!("agent-{}", trying.installed.sha256));
    assert_eq!(std::fs::read(file).expect("the program"), program("99.0.0"));

    // Who has which version, and no more.
    let fleet = fleet::of(&rig.ctx).await.expect("read");
    let versions: Vec<_> = fleet.versions.iter().map(|row| (row.devices, row.behind)).collect();
    assert_eq!((versions.as_slice(), fleet.behind_count), ([(1, 1)].as_slice(), 0));
    rig.clock.forward_seconds(3 * DAY);
    agent.settle(&rig).await;
    let fleet = fleet::of(&rig.ctx).await.expect("read");
    let behind: Vec<_> = fleet.behind.iter().map(|one| (one.device, one.wanted.as_str())).collect();
    assert_eq!(behind, [(agent.device(), "99.0.0")], "it has spoken since, and did not take it");
    // What was published stays, for whoever replays a finding.
    let (listed, bytes) = archive::whole(&rig.ctx, "proviso-agent-99.0.0-linux-x86_64").await.expect("kept");
    assert_eq!((bytes, listed.says.engine_semantics), (program("99.0.0"), proviso_engine::SEMANTICS));
    rig.stop().await;
}

#[tokio::test]
async fn what_is_older_forged_or_has_expired_is_not_taken_and_a_way_back_only_where_it_was_signed() {
    let (mut rig, root, _medium) = force().await;
    let agent = Agent::enrol(&rig).await;
    agent.settle(&rig).await;
    publish::root(&rig.ctx, &root).await.expect("made");
    publish::release(&rig.ctx, &root, release("0.0.1", 1000)).await.expect("published");
    let first = given(&rig).await;
    assert_eq!(agent.consider(first.clone()).await.expect("checked"), None, "older than what runs");
    let running = proviso_agent::update::launch::OWN_VERSION;
    let back = NewRelease { back_from: vec![running.to_owned()], file: None, ..release("0.0.1", 1000) };
    publish::release(&rig.ctx, &root, back).await.expect("published");
    let second = given(&rig).await;
    assert_eq!(agent.consider(second.clone()).await.expect("checked").as_deref(), Some("0.0.1"));

    let forged = UpdateOffer {
        targets: second.targets.replace("\"stage\": 1000", "\"stage\": 999"),
        ..second.clone()
    };
    assert_ne!(forged.targets, second.targets);
    assert!(second.targets.contains(RELEASE_KEY));
    let (other_rig, other, _other_medium) = force().await;
    publish::root(&other_rig.ctx, &other).await.expect("made");
    publish::release(&other_rig.ctx, &other, release("99.0.0", 1000)).await.expect("published");
    let stranger = given(&other_rig).await;
    assert!(matches!(agent.consider(stranger).await, Err(UpdateFault::Root)), "another force's");
    // Signed a fortnight ago, with a newer number: the server's clock is far behind.
    rig.clock.forward_seconds(-14 * DAY);
    publish::release(&rig.ctx, &root, release("99.0.0", 1000)).await.expect("published");
    let expired = given(&rig).await;
    rig.clock.forward_seconds(14 * DAY);
    for (what, offered) in [("forged", forged), ("older than one seen", first), ("expired", expired)] {
        let fault = agent.consider(offered).await.err();
        assert!(matches!(fault, Some(UpdateFault::Tuf(_))), "{what}: {fault:?}");
    }
    let now = agent.consider_at(given(&rig).await, rig.ctx.now().plus_millis(-2 * DAY * 1_000)).await;
    assert!(matches!(now, Err(UpdateFault::Clock)), "by a clock that is wrong nothing is judged");
    assert_eq!(
        agent.consider(given(&rig).await).await.expect("checked").as_deref(),
        Some("0.0.1"),
        "the way back first"
    );

    for (bad, says) in [
        (NewRelease { file: Some(b"other bytes".to_vec()), ..release("99.0.0", 1000) }, "another file"),
        (NewRelease { file: None, ..release("98.0.0", 1000) }, "never published"),
        (NewRelease { version: "newest".to_owned(), ..release("1.0.0", 1000) }, "no version"),
        (NewRelease { stage: 1001, ..release("1.0.0", 1000) }, "thousandths"),
        (NewRelease { back_from: vec!["0.0.1".to_owned()], ..release("1.0.0", 1) }, "go on from it"),
        (NewRelease { platform: "../../x".to_owned(), ..release("1.0.0", 1) }, "small letters"),
    ] {
        let refused = publish::release(&rig.ctx, &root, bad).await.err().expect("refused").to_string();
        assert!(refused.contains(says), "{refused}");
    }
    rig.stop().await;
}

#[tokio::test]
async fn the_device_port_gives_parts_of_what_was_published_and_of_nothing_else() {
    let (mut rig, root, _medium) = force().await;
    let mut device = Device::enrol(&rig).await;
    let nothing = device.ask(&rig, Method::GET, "/v1/update", Vec::new()).await;
    assert_eq!((nothing.status, nothing.refusal().code.as_str()), (StatusCode::NOT_FOUND, "no-update"));
    publish::root(&rig.ctx, &root).await.expect("made");
    let made = publish::release(&rig.ctx, &root, release("99.0.0", 1)).await.expect("published");
    let path = |part: u64| format!("/v1/update/{}/{part}", made.sha256);
    let mut whole = Vec::new();
    for part in 0..2 {
        let answer = device.ask(&rig, Method::GET, &path(part), Vec::new()).await;
        assert_eq!(answer.status, StatusCode::OK);
        whole.extend(answer.body);
    }
    assert_eq!(whole, program("99.0.0"));
    for missing in [path(2), path(u64::MAX), format!("/v1/update/{}/0", "ab".repeat(32))] {
        assert_eq!(device.ask(&rig, Method::GET, &missing, Vec::new()).await.refusal().code, "no-update");
    }
    // A key of the server was changed, and with it who signs what is current.
    assert_eq!(publish::root(&rig.ctx, &root).await.expect("made"), 2);
    let again = given(&rig).await;
    assert_eq!(again.roots.len(), 2);
    let anew: serde_json::Value = serde_json::from_str(&again.timestamp).expect("JSON");
    let until = anew["signed"]["expires"].as_str().and_then(|text| Timestamp::parse(text).ok());
    assert!(until.expect("an instant").millis_since(rig.ctx.now()) > 6 * DAY * 1_000);
    rig.stop().await;
}
