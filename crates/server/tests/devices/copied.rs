//! A device whose folder was copied to another machine, and both run (design section 4, "Forks").

use proviso_model::Digest;
use proviso_model::wire::LivenessPing;
use proviso_store::DeviceNoticeKind::{self, OtherMachine, TwoAtOnce};
use reqwest::{Method, StatusCode};

use crate::device::{Answer, Device};
use crate::rig::Rig;

/// One ping of a run of the agent, a minute after the last; the minute makes sure who spoke first.
async fn ping(rig: &Rig, device: &mut Device, run: u8, machine: u8) {
    rig.clock.forward_seconds(60);
    let answer = say(rig, device, hex::encode([run; 16]), machine).await;
    assert_eq!(answer.status, StatusCode::OK);
}

async fn say(rig: &Rig, device: &mut Device, run: String, machine: u8) -> Answer {
    let ping = LivenessPing {
        device_time: rig.ctx.now(),
        watching: true,
        spooled_seq: None,
        spool_bytes: 0,
        policy_serial: device.policy.serial,
        agent_version: "0.1.0".to_owned(),
        run: Some(run),
        machine: Some(Digest([machine; 32])),
    };
    device.ask(rig, Method::POST, "/v1/liveness", serde_json::to_vec(&ping).expect("JSON")).await
}

async fn told(rig: &Rig) -> Vec<DeviceNoticeKind> {
    let rows = rig.ctx.store.device_notice_list(Some(rig.case), None, true).await.expect("read");
    let mut kinds: Vec<_> = rows.into_iter().map(|row| row.kind).collect();
    kinds.sort_unstable();
    kinds
}

#[tokio::test]
async fn two_copies_that_speak_in_turn_and_a_move_to_another_machine_are_told_once_each_and_a_restart_is_not()
{
    let mut rig = Rig::start().await;
    let mut device = Device::enrol(&rig).await;
    ping(&rig, &mut device, 1, 1).await;
    ping(&rig, &mut device, 2, 1).await;
    assert_eq!(told(&rig).await, [], "the agent was started again");
    // The nonce of this request is from before run 2 began: it may have been under way for long.
    ping(&rig, &mut device, 1, 1).await;
    assert_eq!(told(&rig).await, [], "a request that came late");
    ping(&rig, &mut device, 1, 1).await;
    assert_eq!(told(&rig).await, [TwoAtOnce], "run 1 goes on although run 2 began after it");
    for _ in 0..2 {
        ping(&rig, &mut device, 2, 1).await;
        ping(&rig, &mut device, 1, 1).await;
    }
    assert_eq!(told(&rig).await, [TwoAtOnce], "told once, not at every turn");
    for _ in 0..2 {
        ping(&rig, &mut device, 3, 2).await;
    }
    let mut both = vec![TwoAtOnce, OtherMachine];
    both.sort_unstable();
    assert_eq!(told(&rig).await, both);
    let answer = say(&rig, &mut device, "not hexadecimal".to_owned(), 2).await;
    assert_eq!(answer.refusal().code, "request-bad");
    rig.stop().await;
}
