//! Enrolment and who may ask at all.

use proviso_ledger::sign::VerifyKey;
use proviso_model::limits::{ENROL_CODE_MINUTES, ENROL_TRIES_MAX, NONCE_SECONDS};
use proviso_model::policy::Policy;
use proviso_model::wire::{ForceKeysStatement, LivenessAnswer, LivenessPing, SignedPolicy, time_statement};
use proviso_server::app::force::{case, device as acts};
use reqwest::{Method, StatusCode};

use crate::device::{Device, DeviceKeys, post_enrolment};
use crate::rig::{ORDER, Rig};

pub fn signature(text: &str) -> [u8; 64] {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(text).expect("base64");
    bytes.try_into().expect("64 bytes")
}

#[tokio::test]
async fn an_enrolled_device_holds_a_policy_that_leads_back_to_the_pinned_root() {
    let mut rig = Rig::start().await;
    let device = Device::enrol(&rig).await;
    let keys = &device.response.keys;
    let root = VerifyKey::from_hex(&rig.trust.root_key).expect("the pinned root");
    root.verify(&proviso_model::wire::signed_keys(&keys.statement), &signature(&keys.signature))
        .expect("the root certified the keys");
    let statement: ForceKeysStatement = serde_json::from_str(&keys.statement).expect("a statement");
    let policy_key = VerifyKey::from_hex(&statement.policy_key).expect("a key");
    let policy = &device.response.policy;
    policy_key
        .verify(&proviso_model::wire::signed_policy(&policy.policy), &signature(&policy.signature))
        .expect("the policy is signed");
    assert_eq!((device.policy.device, device.policy.case), (device.id, rig.case));
    assert_eq!(statement.ca_pem, rig.trust.ca_pem);
    rig.stop().await;
}

#[tokio::test]
async fn wrong_used_and_expired_codes_get_one_answer_and_too_many_tries_another() {
    let mut rig = Rig::start().await;
    let keys = DeviceKeys::make();
    let used = rig.code().await;
    post_enrolment(&rig, &keys.request(&used)).await.expect("a good code enrols");
    let expired = rig.code().await;
    rig.clock.forward_seconds(ENROL_CODE_MINUTES * 60);
    let mut answers = Vec::new();
    for code in [used.as_str(), expired.as_str(), "00000-00000", "no code at all"] {
        let (status, refusal) = post_enrolment(&rig, &keys.request(code)).await.expect_err(code);
        answers.push((status, refusal));
    }
    assert_eq!(answers[0].0, StatusCode::FORBIDDEN);
    assert_eq!(answers[0].1.code, "code-wrong");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "one answer for all: {answers:?}");

    let mut status = StatusCode::FORBIDDEN;
    for _ in answers.len()..=usize::try_from(ENROL_TRIES_MAX).expect("small") {
        status = post_enrolment(&rig, &keys.request("00000-00000")).await.expect_err("refused").0;
    }
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    let good = rig.code().await;
    let (status, refusal) = post_enrolment(&rig, &keys.request(&good)).await.expect_err("must wait");
    assert_eq!((status, refusal.code.as_str()), (StatusCode::TOO_MANY_REQUESTS, "too-many-tries"));
    rig.clock.forward_seconds(601);
    post_enrolment(&rig, &keys.request(&good)).await.expect("after ten minutes the code still works");
    rig.stop().await;
}

#[tokio::test]
async fn an_enrolment_that_does_not_show_the_record_key_leaves_the_code_unused() {
    let mut rig = Rig::start().await;
    let (keys, other) = (DeviceKeys::make(), DeviceKeys::make());
    let code = rig.code().await;
    let mut request = keys.request(&code);
    request.record_key = other.record.public().to_hex();
    let (status, refusal) = post_enrolment(&rig, &request).await.expect_err("not its key");
    assert_eq!((status, refusal.code.as_str()), (StatusCode::BAD_REQUEST, "request-bad"));
    let one = DeviceKeys::one_for_both().request(&code);
    let (_, refusal) = post_enrolment(&rig, &one).await.expect_err("TLS key and record key are one");
    assert!(refusal.message.contains("one key for each"), "{}", refusal.message);
    post_enrolment(&rig, &keys.request(&code)).await.expect("the code is still good");
    rig.stop().await;
}

#[tokio::test]
async fn only_the_device_itself_is_answered() {
    let mut rig = Rig::start().await;
    let mut device = Device::enrol(&rig).await;
    assert_eq!(device.ask(&rig, Method::GET, "/v1/keys", Vec::new()).await.status, StatusCode::OK);

    let mut thief = Device::enrol(&rig).await;
    thief.forget_certificate(&rig);
    let answer = thief.ask(&rig, Method::GET, "/v1/policy", Vec::new()).await;
    assert_eq!(
        (answer.status, answer.refusal().code.as_str()),
        (StatusCode::UNAUTHORIZED, "certificate-missing")
    );

    let own = device.id;
    device.id = thief.id;
    let answer = device.ask(&rig, Method::GET, "/v1/policy", Vec::new()).await;
    assert_eq!(answer.refusal().code, "certificate-missing", "the certificate names another device");
    device.id = own;

    rig.clock.forward_seconds(NONCE_SECONDS + 1);
    let answer = device.ask(&rig, Method::GET, "/v1/policy", Vec::new()).await;
    assert_eq!((answer.status, answer.refusal().code.as_str()), (StatusCode::UNAUTHORIZED, "nonce-stale"));
    let answer = device.ask(&rig, Method::GET, "/v1/policy", Vec::new()).await;
    assert_eq!(answer.status, StatusCode::OK, "the refusal brought a fresh nonce");
    device.use_nonce("AAAA");
    let answer = device.ask(&rig, Method::GET, "/v1/policy", Vec::new()).await;
    assert_eq!(answer.refusal().code, "nonce-stale");

    acts::revoke(&rig.ctx, device.id, rig.ctx.now()).await.expect("revoked");
    let answer = device.ask(&rig, Method::GET, "/v1/policy", Vec::new()).await;
    assert_eq!((answer.status, answer.refusal().code.as_str()), (StatusCode::FORBIDDEN, "revoked"));
    rig.stop().await;
}

#[tokio::test]
async fn a_changed_order_reaches_the_device_as_a_policy_with_a_higher_serial() {
    let mut rig = Rig::start().await;
    let mut device = Device::enrol(&rig).await;
    case::order_change(&rig.ctx, rig.case, &ORDER.replace("tide bell", "tide gauge"), "order.toml")
        .await
        .expect("the order changes");
    let ping = LivenessPing {
        device_time: rig.ctx.now(),
        watching: true,
        spooled_seq: None,
        spool_bytes: 0,
        policy_serial: device.policy.serial,
        agent_version: "0.1.0".to_owned(),
        run: None,
        machine: None,
    };
    let nonce = device.response.nonce.clone();
    let body = serde_json::to_vec(&ping).expect("JSON");
    let answer = device.ask(&rig, Method::POST, "/v1/liveness", body).await;
    let answer: LivenessAnswer = serde_json::from_slice(&answer.body).expect("an answer");
    assert_eq!(answer.policy_serial, device.policy.serial + 1);
    let statement: ForceKeysStatement =
        serde_json::from_str(&device.response.keys.statement).expect("a statement");
    VerifyKey::from_hex(&statement.checkpoint_key)
        .expect("a key")
        .verify(&time_statement(&device.id, &nonce, answer.server_time), &signature(&answer.time_signature))
        .expect("the time is signed for this device and this request");
    let policy = device.ask(&rig, Method::GET, "/v1/policy", Vec::new()).await;
    let text = String::from_utf8(policy.body).expect("text");
    assert!(text.contains("tide gauge") && !text.contains("tide bell"), "the new order's words");
    rig.stop().await;
}

#[tokio::test]
async fn when_an_order_has_ended_the_device_is_given_a_policy_under_which_nothing_is_captured() {
    let mut rig = Rig::start().await;
    let mut device = Device::enrol(&rig).await;
    let now = rig.ctx.now();
    assert!(!device.policy.capture_at(now).is_nothing());
    let ended = ORDER.replace("expires_on = 2031-01-11", "expires_on = 2026-11-01");
    case::order_change(&rig.ctx, rig.case, &ended, "order.toml").await.expect("the order changes");
    let answer = device.ask(&rig, Method::GET, "/v1/policy", Vec::new()).await;
    let signed: SignedPolicy = serde_json::from_slice(&answer.body).expect("a policy");
    let policy: Policy = serde_json::from_str(&signed.policy).expect("a policy");
    assert!(policy.serial > device.policy.serial);
    assert!(policy.expires_at <= now && policy.capture_at(now).is_nothing(), "{policy:?}");
    let late = DeviceKeys::make();
    let (status, refusal) =
        post_enrolment(&rig, &late.request(&rig.code().await)).await.expect_err("refused");
    assert_eq!((status, refusal.code.as_str()), (StatusCode::FORBIDDEN, "no-authority"));
    rig.stop().await;
}

#[tokio::test]
async fn an_order_without_authority_opens_no_case() {
    let mut rig = Rig::start().await;
    let start = ORDER.find("[authority]").expect("the demonstration order has one");
    let end = ORDER[start..].find("[[condition]]").expect("a condition") + start;
    let without = format!("{}{}", &ORDER[..start], &ORDER[end..]);
    let refused =
        case::create(&rig.ctx, &without, "order.toml", None).await.expect_err("refused").to_string();
    assert!(refused.contains("order.toml") && refused.contains("authority"), "{refused}");
    assert_eq!(rig.ctx.store.case_list(None).await.expect("read").len(), 1, "only the rig's own case");
    rig.stop().await;
}
