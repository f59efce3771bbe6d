//! A device renews its client certificate by itself; the one before is worth nothing then (`docs/decisions/0055-certificates-renewed.md`).

use proviso_agent::Next;
use proviso_agent::uplink::ask_for_certificate;
use proviso_model::Timestamp;
use proviso_model::certificate::{CERTIFICATE_PATH, CertificateAnswer, CertificateRequest};
use proviso_model::ids::DeviceId;
use proviso_server::app::force::device as acts;
use proviso_server::keys::certificates::{self, DeviceTerm, Shown};
use proviso_store::{AuditFilter, DeviceNoticeKind, DeviceState};
use reqwest::{Method, StatusCode};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::agent::Agent;
use crate::device::{Device, shows};
use crate::rig::Rig;

const DAY: i64 = 86_400;

fn says(pem: &str) -> Shown {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).expect("PEM");
    certificates::shown(&der).expect("a device's certificate")
}

/// How often an act of devices is in the log.
async fn logged(rig: &Rig, act: &str) -> u64 {
    let since = Timestamp::from_micros(0);
    let filter = AuditFilter { act: act.to_owned(), since, actor: None, object: None };
    rig.ctx.store.audit_count(&filter).await.expect("counted")
}

/// Asks by hand: what the device would show next, certificate and key.
async fn ask(rig: &Rig, device: &mut Device) -> Result<String, String> {
    let (key_pem, csr_pem) = ask_for_certificate().expect("a key");
    let body = serde_json::to_vec(&CertificateRequest { csr_pem }).expect("JSON");
    let answer = device.ask(rig, Method::POST, CERTIFICATE_PATH, body).await;
    if answer.status != StatusCode::OK {
        return Err(answer.refusal().code);
    }
    let given: CertificateAnswer = serde_json::from_slice(&answer.body).expect("a certificate");
    Ok(format!("{}\n{}", given.certificate_pem, *key_pem))
}

async fn nonce(rig: &Rig, device: &mut Device) -> Result<(), String> {
    let answer = device.ask(rig, Method::GET, "/v1/nonce", Vec::new()).await;
    if answer.status == StatusCode::NO_CONTENT { Ok(()) } else { Err(answer.refusal().code) }
}

async fn row(rig: &Rig, device: DeviceId) -> proviso_store::DeviceRow {
    rig.ctx.store.device_get(device).await.expect("read").expect("known")
}

#[tokio::test]
async fn an_agent_renews_its_certificate_in_time_comes_back_after_its_end_and_the_one_before_is_refused() {
    let mut rig = Rig::with_workers(0).await;
    let agent = Agent::enrol(&rig).await;
    let first = agent.certificate();
    let term = first.term().expect("dates");
    assert_eq!(term.until.millis_since(term.from) / 1_000 / DAY, 366, "a year and the day before");

    rig.clock.forward_seconds(200 * DAY);
    assert!(matches!(agent.settle(&rig).await, Next::Wait { backing_off: false, .. }));
    assert_eq!(agent.certificate().term(), Some(term), "more than a third of its time is left");
    rig.clock.forward_seconds(50 * DAY);
    assert!(matches!(agent.settle(&rig).await, Next::Wait { backing_off: false, .. }));
    let second = agent.certificate();
    let renewed = second.term().expect("dates");
    assert!(renewed.until > term.until && *second.pem() != *first.pem(), "with a key of its own");
    assert_eq!(
        row(&rig, agent.device()).await.certificate_sha256,
        says(&second.pem()).sha256,
        "and it was used"
    );
    assert_eq!(
        (logged(&rig, "device-certificate").await, logged(&rig, "device-certificate-change").await),
        (1, 1)
    );

    // What a copy of the disk from before holds.
    assert_eq!(shows(&rig, agent.device(), &first.pem()).await, "certificate-replaced");
    assert_eq!(shows(&rig, agent.device(), &first.pem()).await, "certificate-replaced");
    let told = rig.ctx.store.device_notice_list(Some(rig.case), None, true).await.expect("read");
    let told: Vec<_> = told.iter().map(|notice| notice.kind).collect();
    assert_eq!(told, [DeviceNoticeKind::OldCertificate], "an officer is told of a copy, once");
    // Also one that ended long ago gets through the handshake, and is told in words.
    let dated = (Timestamp::parse("2021-01-04T09:00:00Z").expect("an instant"), DeviceTerm::Renewed);
    let (key_pem, csr_pem) = ask_for_certificate().expect("a key");
    let old =
        certificates::device(&rig.ctx.keys.authority, &csr_pem, agent.device(), dated, None).expect("made");
    let old = format!("{}\n{}", old.pem, *key_pem);
    assert_eq!(shows(&rig, agent.device(), &old).await, "certificate-replaced");

    // Away for longer than the certificate runs.
    rig.clock.forward_seconds(400 * DAY);
    assert!(renewed.until < rig.ctx.now());
    assert!(
        matches!(agent.settle(&rig).await, Next::Wait { backing_off: false, .. }),
        "it comes back by itself"
    );
    assert!(agent.certificate().term().expect("dates").until > rig.ctx.now());
    assert_eq!(logged(&rig, "device-certificate-change").await, 2);

    // The server's clock is set back: its word and the certificate are those of the same device still.
    rig.clock.forward_seconds(-300 * DAY);
    assert!(matches!(agent.settle(&rig).await, Next::Wait { backing_off: false, .. }));
    assert_eq!(logged(&rig, "device-certificate-change").await, 2);
    rig.stop().await;
}

#[tokio::test]
async fn a_certificate_is_asked_for_by_the_device_alone_and_never_given_to_one_that_is_revoked() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let enrolled = says(&device.response.certificate_pem);
    let years = enrolled.until.millis_since(enrolled.from) / 1_000 / DAY / 365;
    assert_eq!(years, 6, "an agent that does not say that it renews gets one that outlasts the device");

    // An answer is lost, and it asks again: the first that is used counts, and what is not later than it is refused.
    let lost = ask(&rig, &mut device).await.expect("given");
    let next = ask(&rig, &mut device).await.expect("given");
    assert_eq!(nonce(&rig, &mut device).await, Ok(()), "the one in use is good until then");
    assert!(says(&next).from > enrolled.from && says(&lost).from > enrolled.from);
    // The clock goes back by more than a year: the next one is later all the same.
    rig.clock.forward_seconds(-400 * DAY);
    assert_eq!(nonce(&rig, &mut device).await, Ok(()));
    let by_a_clock_set_back = ask(&rig, &mut device).await.expect("given");
    assert!(says(&by_a_clock_set_back).from > enrolled.from);
    rig.clock.forward_seconds(400 * DAY + 60);
    device.show(&rig, &next);
    assert_eq!(nonce(&rig, &mut device).await, Ok(()));
    for before in [&by_a_clock_set_back, &lost] {
        device.show(&rig, before);
        assert_eq!(nonce(&rig, &mut device).await, Err("certificate-replaced".to_owned()));
    }
    device.show(&rig, &next);

    // A key of its own, and not too often.
    let body = br#"{"csr_pem":"no request"}"#.to_vec();
    nonce(&rig, &mut device).await.expect("good");
    assert_eq!(device.ask(&rig, Method::POST, CERTIFICATE_PATH, body).await.refusal().code, "request-bad");
    let mut given = 0;
    while ask(&rig, &mut device).await.is_ok() {
        given += 1;
        assert!(given < 20, "it is counted");
    }
    rig.clock.forward_seconds(3_601);
    nonce(&rig, &mut device).await.expect("good");

    acts::revoke(&rig.ctx, device.id, rig.ctx.now()).await.expect("revoked");
    assert_eq!(row(&rig, device.id).await.state, DeviceState::Revoked);
    assert_eq!(ask(&rig, &mut device).await, Err("revoked".to_owned()));
    // Its certificate has ended meanwhile: what it sealed before is still taken, and nothing else is answered.
    rig.clock.forward_seconds(500 * DAY);
    nonce(&rig, &mut device).await.expect("a nonce to deliver with");
    assert_eq!(device.send(&rig, &[]).await.status, StatusCode::OK);
    assert_eq!(ask(&rig, &mut device).await, Err("revoked".to_owned()));
    rig.stop().await;
}

#[tokio::test]
async fn an_agent_of_before_renewals_is_told_in_words_that_its_certificate_has_ended() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    rig.clock.forward_seconds(7 * 366 * DAY);
    nonce(&rig, &mut device).await.expect("a nonce to renew with");
    let answer = device.ask(&rig, Method::GET, "/v1/policy", Vec::new()).await;
    assert_eq!(
        (answer.status, answer.refusal().code.as_str()),
        (StatusCode::UNAUTHORIZED, "certificate-ended")
    );
    let next = ask(&rig, &mut device).await.expect("given");
    device.show(&rig, &next);
    nonce(&rig, &mut device).await.expect("good");
    let answer = device.ask(&rig, Method::GET, "/v1/keys", Vec::new()).await;
    assert_eq!(answer.status, StatusCode::OK);
    rig.stop().await;
}
