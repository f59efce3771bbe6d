//! Stories about enrolment: what the server may say, and what then lies in the state folder.

mod support;

use proviso_agent::enrol::{EnrolError, EnrolParts, ask};
use proviso_agent::identity::Identity;
use proviso_agent::{PolicyKeep, SpoolLimits, StateDir, Transport, TransportError, WireAnswer, WireRequest};
use proviso_ledger::Envelope;
use proviso_model::ids::ForceId;
use proviso_model::record::{NoticeResponse, RecordBody, RecordContent};
use proviso_model::wire::{EnrolRequest, EnrolResponse, Refusal};
use support::{TestForce, rng};

/// A server that gives one answer, whatever it is asked.
struct OneAnswer {
    answer: WireAnswer,
    asked: Vec<EnrolRequest>,
}

impl OneAnswer {
    fn new(status: u16, body: Vec<u8>) -> Self {
        Self { answer: WireAnswer { status, nonce: None, body }, asked: Vec::new() }
    }

    fn refusing(status: u16, code: &str) -> Self {
        let refusal =
            Refusal { code: code.to_owned(), message: "no".to_owned(), receipt: None, policy: None };
        Self::new(status, serde_json::to_vec(&refusal).expect("json"))
    }
}

impl Transport for OneAnswer {
    async fn request(&mut self, request: WireRequest) -> Result<WireAnswer, TransportError> {
        assert_eq!((request.method, request.path.as_str()), ("POST", "/v1/enrol"));
        self.asked.push(serde_json::from_slice(&request.body).expect("a request"));
        Ok(self.answer.clone())
    }
}

fn response(force: &TestForce) -> EnrolResponse {
    EnrolResponse {
        force: force.force,
        device: force.device,
        certificate_pem: "a certificate".to_owned(),
        policy: force.sign(&force.policy(1, 86_400)),
        keys: force.keys.clone(),
        server_time: force.now(),
        nonce: "nonce".to_owned(),
    }
}

async fn enrol(force: &TestForce, dir: &StateDir, server: &mut OneAnswer) -> Result<(), EnrolError> {
    let parts = EnrolParts {
        dir,
        server: "https://force.example:8443",
        trust: &force.trust,
        code: " 7K3M-Q2XP ",
        account: "test-person-014",
    };
    let granted = ask(&parts, server, &mut *rng(40)).await?;
    let mut enrolled = granted.keep(&parts, SpoolLimits::default(), &force.clock, rng(41))?;
    enrolled.notice(force.now(), NoticeResponse::Acknowledged, "officer 4412")?;
    Ok(())
}

#[tokio::test]
async fn the_first_records_are_the_enrolment_and_the_notice_and_the_two_keys_never_meet() {
    let force = TestForce::new();
    let dir = force.dir();
    let mut server = OneAnswer::new(200, serde_json::to_vec(&response(&force)).expect("json"));
    enrol(&force, &dir, &mut server).await.expect("enrolled");
    let [asked] = server.asked.as_slice() else { panic!("one request") };
    assert_eq!(asked.code, "7K3M-Q2XP", "typed with spaces around it");
    let identity = Identity::load(&dir).expect("an identity");
    let keys = identity.keys(&dir).expect("its keys");
    assert_eq!(keys.record.public().to_hex(), asked.record_key);
    assert!(!keys.tls_pem.contains(&hex::encode(*keys.record.seed())));
    PolicyKeep::load(&dir, force.device).expect("trust holds").policy().expect("a policy that holds");

    let (spool, _) = force.spool(SpoolLimits::default());
    let bodies: Vec<RecordBody> = spool
        .batch(0, None, 10, usize::MAX)
        .expect("records")
        .iter()
        .map(|stored| {
            let envelope = Envelope::decode(&stored.envelope).expect("an envelope");
            envelope.check(&keys.record.public()).expect("signed by the device");
            let fields = envelope.open(&force.case_secret).expect("opens");
            RecordContent::from_fields(fields.iter()).expect("a record").body
        })
        .collect();
    assert_eq!(support::kinds(&bodies), ["enrolment", "notice"]);
    drop(spool);
    let again = enrol(&force, &dir, &mut server).await.expect_err("it is enrolled already");
    assert!(again.to_string().contains("already enrolled"), "{again}");
    assert_eq!(server.asked.len(), 1, "and the code is not used up");
}

#[tokio::test]
async fn invariant_01_a_refused_or_forged_enrolment_leaves_nothing_that_could_be_obeyed() {
    let force = TestForce::new();
    let good = response(&force);
    let mut forged = good.clone();
    forged.policy.policy = forged.policy.policy.replace("TEST/2026/014", "TEST/2026/015");
    let mut foreign = good.clone();
    foreign.force = ForceId::from_bytes([9; 16]);
    let mut unrooted = good.clone();
    unrooted.keys.statement = unrooted.keys.statement.replace("Test Force", "Other Force");
    let answer = |response: &EnrolResponse| OneAnswer::new(200, serde_json::to_vec(response).expect("json"));
    let cases = [
        (OneAnswer::refusing(403, "code-wrong"), "ask the officer for a new one"),
        (OneAnswer::refusing(429, "too-many-tries"), "wait ten minutes"),
        (OneAnswer::refusing(403, "no-authority"), "refused the enrolment (403)"),
        (OneAnswer::new(200, b"<html>".to_vec()), "cannot be read"),
        (answer(&forged), "the signature of the policy does not hold"),
        (answer(&unrooted), "the signature of the force's key statement does not hold"),
        (answer(&foreign), "another force"),
    ];
    for (mut server, words) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = StateDir::new(folder.path());
        let refused = enrol(&force, &dir, &mut server).await.expect_err(words);
        assert!(refused.to_string().contains(words), "{refused}");
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
        assert!(left.is_empty(), "{words}: {left:?}");
    }
}
