//! What devices bring back to a server that was put back from a backup, and what it then gives them.

use jiff::civil::date;
use proviso_model::order::{OrderEnd, OrderEndKind};
use proviso_model::wire::SignedPolicy;
use proviso_server::app::force::case;
use proviso_server::app::late::order_end::{self, NewEnd};
use proviso_store::DeviceNoticeKind;
use reqwest::{Method, StatusCode};

use crate::backup::{Kept, records};
use crate::device::{Device, DeviceKeys};
use crate::rig::{ORDER, Rig};

#[tokio::test]
async fn policies_and_devices_that_came_after_the_backup_come_back_on_the_force_s_own_signature() {
    let mut rig = Rig::start().await;
    rig.restart(|config| config.require_backup = true).await;
    let (kept, mut old) = (Kept::new(), Device::enrol(&rig).await);
    let first = records(&mut old, &rig, 1);
    old.send(&rig, &[&first[0]]).await.receipt();
    kept.take(&rig).await;

    rig.clock.forward_seconds(60);
    case::order_change(&rig.ctx, rig.case, ORDER, "order.toml").await.expect("entered again");
    let second = old.fetch_policy(&rig).await;
    let late = records(&mut old, &rig, 1);
    old.send(&rig, &[&late[0]]).await.receipt();
    let mut new = Device::enrol(&rig).await;
    let unknown = records(&mut new, &rig, 1);
    new.send(&rig, &[&unknown[0]]).await.receipt();

    let plan = kept.plan(&rig);
    kept.restore(&mut rig, &plan).await;
    let answer = old.send(&rig, &[&late[0]]).await;
    let refusal = answer.refusal();
    assert_eq!((answer.status, refusal.code.as_str()), (StatusCode::CONFLICT, "policy-unknown"));
    assert_eq!(refusal.policy.map(|policy| policy.0), Some(old.policy_hash));
    let bring = |signed: &SignedPolicy| serde_json::to_vec(signed).expect("JSON");
    let mut forged = second.clone();
    forged.policy = forged.policy.replace("\"serial\":2", "\"serial\":3");
    assert_ne!(forged, second);
    let answer = old.ask(&rig, Method::POST, "/v1/policy", bring(&forged)).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "not what the force signed");
    let answer = new.ask(&rig, Method::GET, "/v1/nonce", Vec::new()).await;
    assert_eq!(answer.refusal().code, "device-unknown");

    for _ in 0..2 {
        let answer = old.ask(&rig, Method::POST, "/v1/policy", bring(&second)).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "also when it comes twice");
    }
    assert_eq!(old.send(&rig, &[&late[0]]).await.receipt().durable_seq, Some(1));

    let mut stranger = new.shown();
    stranger.record_key = DeviceKeys::make().record.public().to_hex();
    let answer =
        new.ask(&rig, Method::POST, "/v1/return", serde_json::to_vec(&stranger).expect("JSON")).await;
    assert_eq!(answer.refusal().code, "signature-bad", "the key it names must have signed");
    let mut another = new.shown();
    another.policy = second;
    let answer = new.ask(&rig, Method::POST, "/v1/return", serde_json::to_vec(&another).expect("JSON")).await;
    assert_eq!(answer.refusal().code, "request-bad", "the policy must be its own");
    let body = serde_json::to_vec(&new.shown()).expect("JSON");
    let answer = new.ask(&rig, Method::POST, "/v1/return", body).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(new.send(&rig, &[&unknown[0]]).await.receipt().durable_seq, Some(0));

    let told = rig.ctx.store.device_notice_list(Some(rig.case), None, true).await.expect("read");
    let mut told: Vec<_> = told.iter().map(|notice| (notice.device, notice.kind)).collect();
    told.sort_unstable();
    let mut wanted = vec![
        (old.id, DeviceNoticeKind::ServerRestored),
        (old.id, DeviceNoticeKind::PolicyReturned),
        (new.id, DeviceNoticeKind::DeviceReturned),
    ];
    wanted.sort_unstable();
    assert_eq!(told, wanted, "and the officer is told of each");
    assert_eq!(rig.ctx.store.policy_current(old.id).await.expect("read").map(|row| row.serial), Some(2));
    rig.stop().await;
}

/// A server that was put back from before a device's newest policy, the folder it now lives in, that device, and the
/// policy.
async fn with_a_policy_lost() -> (Rig, Kept, Device, SignedPolicy) {
    let mut rig = Rig::start().await;
    let (kept, mut device) = (Kept::new(), Device::enrol(&rig).await);
    kept.take(&rig).await;
    rig.clock.forward_seconds(60);
    case::order_change(&rig.ctx, rig.case, ORDER, "order.toml").await.expect("entered");
    let lost = device.fetch_policy(&rig).await;

    let plan = kept.plan(&rig);
    kept.restore(&mut rig, &plan).await;
    rig.clock.forward_seconds(60);
    (rig, kept, device, lost)
}

#[tokio::test]
async fn an_order_entered_after_a_restore_wins_over_an_older_policy_that_comes_back() {
    let (mut rig, _kept, mut device, lost) = with_a_policy_lost().await;
    // The officer is quicker than the device: two policies have number 2 now.
    case::order_change(&rig.ctx, rig.case, ORDER, "order.toml").await.expect("entered again");
    let body = serde_json::to_vec(&lost).expect("JSON");
    let answer = device.ask(&rig, Method::POST, "/v1/policy", body).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    device.fetch_policy(&rig).await;
    assert_eq!(device.policy.serial, 3, "signed anew, above what the device has");
    let sent = records(&mut device, &rig, 1);
    assert_eq!(device.send(&rig, &[&sent[0]]).await.receipt().durable_seq, Some(0));
    rig.stop().await;
}

#[tokio::test]
async fn a_paragraph_struck_out_after_a_restore_stays_out_of_the_policy_signed_anew() {
    let (mut rig, _kept, mut device, lost) = with_a_policy_lost().await;
    let end = OrderEnd {
        kind: OrderEndKind::Struck,
        paragraph: Some("3".to_owned()),
        from: date(2026, 11, 24),
        until: None,
    };
    let new = NewEnd { end, reason: "An invented court, an invented number.".to_owned() };
    order_end::enter(&rig.ctx, "command-line", rig.case, new).await.expect("entered");
    let body = serde_json::to_vec(&lost).expect("JSON");
    let answer = device.ask(&rig, Method::POST, "/v1/policy", body).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    device.fetch_policy(&rig).await;
    assert_eq!(device.policy.serial, 3, "signed anew, above what the device has");
    let paragraphs: Vec<_> = device.policy.conditions.iter().map(|one| one.paragraph.as_str()).collect();
    assert!(!paragraphs.contains(&"3") && paragraphs.contains(&"4"), "{paragraphs:?}");
    rig.stop().await;
}
