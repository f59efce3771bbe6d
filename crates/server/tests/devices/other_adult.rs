//! Another adult on a device: approved by an officer, in the device's policy without a name, told of with counts, withdrawn.

use proviso_engine::coverage::Cause;
use proviso_evidence::container::unpack;
use proviso_ledger::hash::domain_hash;
use proviso_model::code::normalise;
use proviso_model::gap::{Gap, GapCause};
use proviso_model::ids::OtherAdultId;
use proviso_model::other_adult::{OTHER_ADULT_CODE_CHARS, OTHER_ADULT_CODE_DOMAIN};
use proviso_model::record::RecordBody;
use proviso_model::{Digest, InputCounts, OtherAdultEnd, OtherAdultTold, Source, Timestamp};
use proviso_server::app::coverage::of_device;
use proviso_server::app::device_tasks::{Trouble, tasks};
use proviso_server::app::force::ForceError;
use proviso_server::app::late;
use proviso_server::app::other_adult::{self, Adult, Approved, Terms};
use proviso_server::jobs;
use proviso_store::Stretch;

use crate::device::Device;
use crate::late::{ACTOR, bundle};
use crate::rig::Rig;

const MINUTE: i64 = 60_000;
/// Must be in no policy, and in no file of the server but sealed.
const NAME: &str = "planted-name-5281";

fn adult() -> Adult {
    Adult {
        name: NAME.to_owned(),
        reason: "One device in an invented household; consent on file.".to_owned(),
    }
}

fn terms(rig: &Rig) -> Terms {
    Terms { minutes_max: 60, sessions_per_day_max: 2, until: rig.ctx.now().plus_days(30) }
}

async fn approve(rig: &Rig, device: &Device, terms: Terms) -> Result<Approved, String> {
    let row = rig.ctx.store.device_get(device.id).await.expect("read").expect("the device");
    match other_adult::approve(&rig.ctx, ACTOR, &row, terms, &adult()).await {
        Ok(made) => Ok(made),
        Err(ForceError::Refused(why)) => Err(why),
        Err(error) => panic!("{error}"),
    }
}

async fn withdraw(rig: &Rig, device: &Device, id: OtherAdultId) -> bool {
    let row = rig.ctx.store.device_get(device.id).await.expect("read").expect("the device");
    other_adult::withdraw(&rig.ctx, ACTOR, &row, id, "The adult moved out.").await.is_ok()
}

/// A session as a device puts it on record: the gap, and what is told beside it.
fn session(id: OtherAdultId, from: Timestamp, minutes: i64) -> [RecordBody; 2] {
    let until = from.plus_millis(minutes * MINUTE);
    let cause = GapCause::OtherAdult;
    let gap = Gap { from, until: Some(until), source: Source::Health, cause, detail: String::new() };
    let other_adult = OtherAdultTold::Session {
        approval: id,
        from,
        until,
        ended: OtherAdultEnd::Ended,
        input: Some(InputCounts { keys: 512, pointer: 40 }),
        uncounted: String::new(),
    };
    [RecordBody::Gap { gap }, RecordBody::OtherAdult { other_adult }]
}

#[tokio::test]
async fn another_adult_is_approved_in_the_policy_without_a_name_and_withdrawn_at_once() {
    let rig = Rig::start().await;
    let mut device = Device::enrol(&rig).await;
    assert!(!device.response.policy.policy.contains("other_adult"), "older agents read such a policy");
    let now = rig.ctx.now();
    for (wrong, says) in [
        (Terms { minutes_max: 121, ..terms(&rig) }, "120 minutes"),
        (Terms { minutes_max: 0, ..terms(&rig) }, "120 minutes"),
        (Terms { sessions_per_day_max: 7, ..terms(&rig) }, "6 sessions"),
        (Terms { until: now, ..terms(&rig) }, "last day"),
        (Terms { until: now.plus_days(400), ..terms(&rig) }, "last day"),
    ] {
        let why = approve(&rig, &device, wrong).await.expect_err(says);
        assert!(why.contains(says), "{why}");
    }
    let made = approve(&rig, &device, terms(&rig)).await.expect("approved");
    let signed = device.fetch_policy(&rig).await;
    let carried = device.policy.other_adult.expect("an approval");
    assert_eq!((carried.id, carried.minutes_max, carried.sessions_per_day_max), (made.id, 60, 2));
    assert_eq!(carried.code_until, now.plus_millis(72 * 60 * MINUTE));
    let code = normalise(&made.code, OTHER_ADULT_CODE_CHARS).expect("a code");
    let hash = domain_hash(OTHER_ADULT_CODE_DOMAIN, &[made.id.as_bytes().as_slice(), code.as_bytes()]);
    assert_eq!(carried.code_hash, Digest(hash), "the device can check the code");
    assert!(!signed.policy.contains(NAME) && !signed.policy.contains(&code));
    let twice = approve(&rig, &device, terms(&rig)).await.expect_err("one at a time");
    assert!(twice.contains("withdraw that approval first"), "{twice}");

    assert!(withdraw(&rig, &device, made.id).await);
    device.fetch_policy(&rig).await;
    assert_eq!(device.policy.other_adult, None);
    assert!(!withdraw(&rig, &device, made.id).await, "it is withdrawn");
    let log = rig.ctx.store.audit_list(None, 0, 1_000).await.expect("the log");
    let acts: Vec<&str> =
        log.iter().map(|row| row.entry.act.as_str()).filter(|act| act.contains("other-adult")).collect();
    assert_eq!(acts, ["other-adult-approve", "other-adult-withdraw"], "what was refused before is no act");
}

#[tokio::test]
async fn invariant_08_another_adult_s_session_is_a_gap_with_its_counts_in_the_ledger_the_tasks_and_the_bundle()
 {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let made = approve(&rig, &device, terms(&rig)).await.expect("approved");
    device.fetch_policy(&rig).await;
    let from = rig.ctx.now();
    rig.clock.forward_seconds(3_600);
    let mut records = session(made.id, from, 30).map(|body| device.seal(body)).to_vec();
    assert!(withdraw(&rig, &device, made.id).await);
    // It had not heard of that yet.
    let later = session(made.id, from.plus_millis(90 * MINUTE), 10);
    records.extend(later.map(|body| device.seal(body)));
    rig.clock.forward_seconds(3_600);
    device.send(&rig, &[]).await;
    device.send(&rig, &records.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");

    let row = rig.ctx.store.device_get(device.id).await.expect("read").expect("the device");
    let always = Stretch { from: Timestamp::from_micros(0), until: rig.ctx.now().plus_days(1) };
    let keys = rig.ctx.case_keys(rig.case).expect("keys");
    let in_force = late::known(&rig.ctx, &keys).await.expect("an order").order.stretches().expect("its days");
    let found = of_device(&rig.ctx, &in_force, &row, always).await.expect("reckoned");
    let entry = found.ledger.at(from.plus_millis(5 * MINUTE)).expect("a minute");
    assert_eq!((entry.gap, entry.minutes), (Some(Cause::Device(GapCause::OtherAdult)), 30));
    let says = other_adult::within(entry, &found.other_adult).expect("counts");
    assert_eq!(says, "in the whole session 512 key presses and 40 pointer presses were counted");
    let tasks = tasks(&found, &[], rig.ctx.now());
    let input = InputCounts { keys: 1_024, pointer: 80 };
    let trouble = Trouble::OtherAdult { input: Some(input), is_all: true };
    let task = tasks.iter().find(|task| task.trouble == trouble).expect("work for the officer");
    assert_eq!((task.times, task.minutes, task.since), (2, 40, from));
    let rows = rig.ctx.store.other_adult_list(rig.case).await.expect("read");
    let stood =
        |one: &OtherAdultTold| other_adult::was_approved(&rows, device.id, one.approval(), one.from());
    assert_eq!(found.other_adult.iter().map(stood).collect::<Vec<_>>(), [true, false], "it is seen which");
    assert!(rig.ctx.store.alert_list(Default::default()).await.expect("read").is_empty(), "never a finding");

    // Both verifiers' rules come to the same ledger, and a reader finds the counts.
    let files = unpack(&bundle(&rig).await).expect("a bundle");
    let holds = |text: &str| {
        files
            .iter()
            .any(|(name, bytes)| name.contains("captured") && String::from_utf8_lossy(bytes).contains(text))
    };
    assert!(
        holds("body.other_adult.input") && holds("other-adult"),
        "{:?}",
        files.keys().collect::<Vec<_>>()
    );
    assert!(!files.values().any(|bytes| String::from_utf8_lossy(bytes).contains(NAME)), "never the name");
    rig.stop().await;
}
