//! What officers enter about a device, or about its person: what it does to capture, keys, gaps and what was observed.

use proviso_engine::coverage::{Cause, Coverage};
use proviso_evidence::container::unpack;
use proviso_evidence::format::CoverageFile;
use proviso_evidence::layout;
use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::gap::Gap;
use proviso_model::ids::DeviceActId;
use proviso_model::record::RecordBody;
use proviso_model::{Policy, Timestamp};
use proviso_server::app::coverage::of_device;
use proviso_server::app::destruction::{self, DestructionError, Grounds, Why};
use proviso_server::app::device_acts::{self, Change};
use proviso_server::app::force::{device as force_device, keys as force_keys};
use proviso_server::app::late;
use proviso_server::app::late::quarantine::{self, About};
use proviso_server::app::late::review;
use proviso_server::app::transfer;
use proviso_server::jobs;
use proviso_server::keys::case::Purpose;
use proviso_store::{DeviceState, OutsideCause, Stretch};
use reqwest::Method;

use crate::device::{Device, DeviceKeys, post_enrolment};
use crate::facts::{finding, watched};
use crate::late::{ACTOR, alerts, at, bundle, send};
use crate::rig::Rig;

const REASON: &str = "An invented ward rang; its number is on file.";

async fn policy(rig: &Rig, device: &Device) -> Policy {
    let row = rig.ctx.store.policy_current(device.id).await.expect("read").expect("a policy");
    let text = rig.ctx.unseal(rig.case, Purpose::Policy, &row.sealed).expect("opened");
    serde_json::from_slice(&text).expect("a policy")
}

async fn ledger(rig: &Rig, device: &Device) -> Coverage {
    let row = rig.ctx.store.device_get(device.id).await.expect("read").expect("the device");
    let always = Stretch { from: Timestamp::from_micros(i64::MIN), until: Timestamp::from_micros(i64::MAX) };
    let keys = rig.ctx.case_keys(rig.case).expect("keys");
    let known = late::known(&rig.ctx, &keys).await.expect("an order");
    let in_force = known.order.stretches().expect("its days");
    of_device(&rig.ctx, &in_force, &row, always).await.expect("reckoned").ledger
}

async fn enter(rig: &Rig, device: &Device, act: DeviceAct) -> Result<DeviceActId, String> {
    let row = rig.ctx.store.device_get(device.id).await.expect("read").expect("the device");
    let entered = device_acts::enter(&rig.ctx, ACTOR, &row, act, REASON).await;
    entered.map(|(id, _)| id).map_err(|error| error.to_string())
}

async fn change(rig: &Rig, device: &Device, id: DeviceActId, change: Change) {
    let row = rig.ctx.store.device_get(device.id).await.expect("read").expect("the device");
    device_acts::change(&rig.ctx, ACTOR, &row, id, change, "The date was misheard.").await.expect("changed");
}

async fn held(rig: &Rig) -> Vec<OutsideCause> {
    let held = quarantine::of_case(&rig.ctx, rig.case).await.expect("read").held;
    held.iter().map(|group| group.outside.cause).collect()
}

/// What becomes of capture, as the design has it for each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Capture {
    GoesOn,
    Paused,
    Ends,
}

#[tokio::test]
async fn each_act_on_a_device_sets_capture_keys_gap_and_what_is_held_unseen() {
    let cases = [
        (DeviceActKind::WrongPerson, Capture::Paused),
        (DeviceActKind::InCustody, Capture::Paused),
        (DeviceActKind::Seized, Capture::Paused),
        (DeviceActKind::InRepair, Capture::Paused),
        (DeviceActKind::Lost, Capture::Paused),
        (DeviceActKind::InHospital, Capture::GoesOn),
        (DeviceActKind::Abroad, Capture::GoesOn),
        (DeviceActKind::Sold, Capture::Ends),
        (DeviceActKind::Replaced, Capture::Ends),
        (DeviceActKind::Transferred, Capture::Ends),
        (DeviceActKind::Death, Capture::Ends),
    ];
    let (from, until) = (at("2026-11-25T08:00:00Z"), at("2026-11-27T08:00:00Z"));
    let (before, within) = (at("2026-11-24T12:00:00Z"), at("2026-11-26T12:00:00Z"));
    for (kind, capture) in cases {
        let mut rig = Rig::with_workers(0).await;
        let mut device = Device::enrol(&rig).await;
        let records = vec![device.seal(finding(&device, before)), device.seal(finding(&device, within))];
        rig.clock.forward_seconds(6 * 86_400);
        let until = (capture != Capture::Ends).then_some(until);
        enter(&rig, &device, DeviceAct { kind, from, until }).await.expect("entered");

        let next = policy(&rig, &device).await;
        let captures = |at| !next.capture_at(at).is_nothing() && at < next.expires_at;
        let after = until.unwrap_or(from);
        let expected = match capture {
            Capture::GoesOn => (true, true, true),
            Capture::Paused => (true, false, true),
            Capture::Ends => (true, false, false),
        };
        assert_eq!((captures(before), captures(within), captures(after)), expected, "{kind:?}");
        let ends = next.expires_at != device.policy.expires_at;
        assert_eq!(ends.then_some(next.expires_at), (capture == Capture::Ends).then_some(from), "{kind:?}");
        force_keys::installed(&rig.ctx).await.expect("made anew");
        let again = policy(&rig, &device).await;
        assert_eq!(
            (again.pauses, again.expires_at),
            (next.pauses, next.expires_at),
            "new keys bring nothing back"
        );

        send(&rig, &mut device, records).await;
        let is_held = capture != Capture::GoesOn;
        assert_eq!(
            held(&rig).await,
            if is_held { vec![OutsideCause::DeviceAct] } else { vec![] },
            "{kind:?}"
        );
        assert_eq!(alerts(&rig).await.first().map(|alert| alert.findings), Some(if is_held { 1 } else { 2 }));

        let ledger = ledger(&rig, &device).await;
        let gap = |at| ledger.at(at).and_then(|entry| entry.gap);
        assert_eq!(gap(before), Some(Cause::NOTHING), "{kind:?}");
        let named = (capture != Capture::Ends).then_some(Cause::Act(kind));
        assert_eq!(gap(within), named, "{kind:?}: after its release no order asks anything of it");
        assert_eq!(ledger.at(at("2026-11-28T12:00:00Z")).is_some(), capture != Capture::Ends, "{kind:?}");
        bundle(&rig).await;
        rig.stop().await;
    }
}

#[tokio::test]
async fn an_entry_is_ended_corrected_and_withdrawn_without_erasing_and_what_was_held_comes_back() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let record = device.seal(finding(&device, at("2026-11-26T12:00:00Z")));
    rig.clock.forward_seconds(6 * 86_400);
    let from = at("2026-11-25T08:00:00Z");
    let act = DeviceAct { kind: DeviceActKind::InRepair, from, until: None };
    let id = enter(&rig, &device, act).await.expect("entered");
    send(&rig, &mut device, vec![record]).await;
    assert_eq!((held(&rig).await.len(), alerts(&rig).await.len()), (1, 0));
    let refused = review::release(&rig.ctx, ACTOR, &rig.permit().await, About::DeviceAct, "Why not.").await;
    assert!(refused.expect_err("not like that").to_string().contains("correct it on the device's page"));
    let twice = enter(&rig, &device, DeviceAct { from: at("2026-11-26T08:00:00Z"), ..act }).await;
    assert!(twice.expect_err("it is entered").contains("already"));
    let backwards = DeviceAct { until: Some(at("2026-11-24T08:00:00Z")), ..act };
    assert!(enter(&rig, &device, backwards).await.is_err());

    let in_bundle = async |rig: &Rig| -> Vec<(DeviceActKind, Timestamp, Option<Timestamp>)> {
        let files = unpack(&bundle(rig).await).expect("a bundle");
        let file = files.get(&layout::coverage(&device.id)).expect("a ledger");
        let file: CoverageFile = serde_json::from_slice(file).expect("a ledger");
        file.acts.iter().map(|act| (act.kind, act.from, act.until)).collect()
    };
    assert_eq!(in_bundle(&rig).await, [(DeviceActKind::InRepair, from, None)]);
    // It came back on the evening before.
    let until = Some(at("2026-11-25T20:00:00Z"));
    change(&rig, &device, id, Change::Times { from, until }).await;
    jobs::drain(&rig.ctx).await.expect("worked");
    assert_eq!(
        (held(&rig).await.len(), alerts(&rig).await.len()),
        (0, 1),
        "what was held is put before an officer"
    );
    assert_eq!(in_bundle(&rig).await, [(DeviceActKind::InRepair, from, until)]);
    let ledger_now = ledger(&rig, &device).await;
    let gap = |at| ledger_now.at(at).and_then(|entry| entry.gap);
    assert_eq!(gap(at("2026-11-25T19:59:00Z")), Some(Cause::Act(DeviceActKind::InRepair)));
    assert_eq!(gap(at("2026-11-25T20:00:00Z")), Some(Cause::NOTHING));

    change(&rig, &device, id, Change::Withdraw).await;
    assert_eq!(in_bundle(&rig).await, []);
    assert!(policy(&rig, &device).await.pauses.is_empty());
    let rows = rig.ctx.store.device_act_list(rig.case).await.expect("read");
    let told: Vec<_> = rows.iter().map(|row| (row.version, row.act.until, row.withdrawn)).collect();
    assert_eq!(told, [(1, None, false), (2, until, false), (3, until, true)], "nothing is overwritten");
    let log = rig.ctx.store.audit_about(rig.case, &id.to_string(), 10).await.expect("read");
    let log: Vec<_> = log.iter().rev().map(|row| row.entry.act.as_str()).collect();
    assert_eq!(log, ["device-act", "device-act-change", "device-act-withdraw"]);
    rig.stop().await;
}

#[tokio::test]
async fn what_happened_to_the_person_is_entered_once_for_all_their_devices() {
    let mut rig = Rig::with_workers(0).await;
    let (mut laptop, mut tablet) = (Device::enrol(&rig).await, Device::enrol(&rig).await);
    send(&rig, &mut laptop, Vec::new()).await;
    send(&rig, &mut tablet, Vec::new()).await;
    let from = at("2026-11-24T10:00:00Z");
    let act = |kind| DeviceAct { kind, from, until: None };
    let pauses =
        async |rig: &Rig| (policy(rig, &laptop).await.pauses.len(), policy(rig, &tablet).await.pauses.len());
    enter(&rig, &laptop, act(DeviceActKind::InRepair)).await.expect("entered");
    assert_eq!(pauses(&rig).await, (1, 0), "a repair is of one device");
    let custody = enter(&rig, &laptop, act(DeviceActKind::InCustody)).await.expect("entered");
    assert_eq!(pauses(&rig).await, (2, 1));
    // Ended from the page of the other device, for both.
    let until = Some(at("2026-11-24T18:00:00Z"));
    change(&rig, &tablet, custody, Change::Times { from, until }).await;
    let both = [policy(&rig, &laptop).await, policy(&rig, &tablet).await];
    assert!(both.iter().all(|policy| policy.pauses.iter().any(|pause| pause.until == until)), "{both:?}");
    bundle(&rig).await;
    rig.stop().await;
}

#[tokio::test]
async fn what_happened_to_the_person_is_about_a_device_that_is_enrolled_later_too() {
    let mut rig = Rig::with_workers(0).await;
    let mut laptop = Device::enrol(&rig).await;
    send(&rig, &mut laptop, Vec::new()).await;
    let act = |kind, from, until| DeviceAct { kind, from: at(from), until };
    let custody = act(DeviceActKind::InCustody, "2026-11-24T10:00:00Z", None);
    let id = enter(&rig, &laptop, custody).await.expect("entered");
    enter(&rig, &laptop, act(DeviceActKind::InRepair, "2026-11-24T10:00:00Z", None)).await.expect("entered");
    let over = act(DeviceActKind::Abroad, "2026-11-20T10:00:00Z", Some(at("2026-11-24T08:00:00Z")));
    enter(&rig, &laptop, over).await.expect("entered");
    rig.clock.forward_seconds(86_400);

    let mut tablet = Device::enrol(&rig).await;
    let pauses = |policy: &Policy| policy.pauses.iter().map(|pause| pause.because).collect::<Vec<_>>();
    assert_eq!(
        pauses(&tablet.policy),
        [DeviceActKind::InCustody],
        "from its first policy on; no other's repair"
    );
    assert_eq!(pauses(&policy(&rig, &laptop).await).len(), 2, "nothing of the laptop is changed");
    send(&rig, &mut tablet, Vec::new()).await;
    rig.clock.forward_seconds(86_400);
    let ledger_now = ledger(&rig, &tablet).await;
    let gap = |at| ledger_now.at(at).and_then(|entry| entry.gap);
    assert_eq!(gap(at("2026-11-26T08:00:00Z")), Some(Cause::Act(DeviceActKind::InCustody)));
    // Its end is entered once, on the page of either, and every bundle shows what the log says.
    let until = Some(at("2026-11-26T08:00:00Z"));
    change(&rig, &tablet, id, Change::Times { from: custody.from, until }).await;
    let both = [policy(&rig, &laptop).await, policy(&rig, &tablet).await];
    assert!(both.iter().all(|policy| policy.pauses.iter().any(|pause| pause.until == until)), "{both:?}");
    let log = rig.ctx.store.audit_about(rig.case, &id.to_string(), 10).await.expect("read");
    let log: Vec<_> =
        log.iter().rev().map(|row| (row.entry.actor.as_str(), row.entry.act.as_str())).collect();
    assert_eq!(log, [(ACTOR, "device-act"), ("device", "device-act"), (ACTOR, "device-act-change")]);
    bundle(&rig).await;
    rig.stop().await;
}

#[tokio::test]
async fn a_case_that_another_force_took_over_enrols_nothing_ends_its_devices_and_keeps_its_keys_until_that_force_has_it()
 {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    send(&rig, &mut device, Vec::new()).await;
    let code = rig.code().await;
    let from = rig.ctx.now();
    enter(&rig, &device, DeviceAct { kind: DeviceActKind::Transferred, from, until: None })
        .await
        .expect("entered");
    let refused = force_device::enrolment_code(&rig.ctx, rig.case).await.expect_err("no code");
    assert!(refused.to_string().contains("another force has the case"), "{refused}");
    let late =
        post_enrolment(&rig, &DeviceKeys::make().request(&code)).await.expect_err("a code from before");
    assert_eq!(late.1.code, "no-authority");

    // It is still told of its end; its last word ends its enrolment.
    rig.clock.forward_seconds(60);
    device.send(&rig, &[]).await;
    device.fetch_policy(&rig).await;
    assert_eq!(device.policy.expires_at, from);
    let row = rig.ctx.store.device_get(device.id).await.expect("read").expect("the device");
    assert_eq!(row.state, DeviceState::Active);
    let gap = Gap::of_release(rig.ctx.now(), "the server confirmed that the time of the monitoring is over");
    let last = device.seal(RecordBody::Gap { gap });
    device.send(&rig, &[&last]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    let row = rig.ctx.store.device_get(device.id).await.expect("read").expect("the device");
    assert_eq!((row.state, row.revoked_at), (DeviceState::Released, None));
    assert_eq!(device.ask(&rig, Method::GET, "/v1/policy", Vec::new()).await.refusal().code, "revoked");
    let held = device.seal(watched(from, 1));
    device.send(&rig, &[&held]).await.receipt();

    let grounds = Grounds {
        why: Why::RetentionEnded,
        reference: "an invented review".to_owned(),
        actor: ACTOR.to_owned(),
    };
    let kept = destruction::case(&rig.ctx, rig.case, &grounds).await.expect_err("for disclosure");
    assert!(matches!(kept, DestructionError::Transferred { .. }), "{kept}");
    assert!(rig.ctx.case_keys(rig.case).is_ok());
    bundle(&rig).await;
    transfer::confirm(&rig.ctx, ACTOR, rig.case, "An invented officer there rang.").await.expect("entered");
    let over = transfer::of_case(&rig.ctx, rig.case).await.expect("read").expect("transferred");
    assert!(over.confirmed_at.is_some());
    assert!(transfer::confirm(&rig.ctx, ACTOR, rig.case, "Again.").await.is_err(), "once");
    destruction::case(&rig.ctx, rig.case, &grounds).await.expect("destroyed");
    rig.stop().await;
}
