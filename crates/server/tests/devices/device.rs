//! A device as the protocol page describes it, written here from that page and not from the agent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use proviso_ledger::chain::ChainLink;
use proviso_ledger::envelope::{Envelope, RecordIds, seal_record};
use proviso_ledger::fields::FieldSet;
use proviso_ledger::hash::{policy_hash, sha256};
use proviso_ledger::seal::CasePublicKey;
use proviso_ledger::sign::SignKey;
use proviso_model::Digest;
use proviso_model::ids::DeviceId;
use proviso_model::policy::Policy;
use proviso_model::record::{EnrolmentFacts, RecordBody, RecordContent};
use proviso_model::wire::{
    DeviceReturn, EnrolRequest, EnrolResponse, HEADER_CHECKPOINT_SIZE, HEADER_DEVICE, HEADER_NONCE,
    HEADER_PROTOCOL, HEADER_SIGNATURE, Receipt, Refusal, SignedPolicy, enrol_proof, signed_request,
};
use reqwest::header::{HeaderMap, HeaderName};
use reqwest::{Certificate, Client, Identity, Method, StatusCode};

use crate::rig::Rig;

fn client(rig: &Rig, identity: Option<Identity>) -> Client {
    let root = Certificate::from_pem(rig.trust.ca_pem.as_bytes()).expect("the pinned authority");
    let builder = Client::builder().tls_certs_only([root]).https_only(true);
    let builder = match identity {
        Some(identity) => builder.identity(identity),
        None => builder,
    };
    builder.build().expect("a client")
}

/// Keys that a device makes for itself.
pub struct DeviceKeys {
    pub record: SignKey,
    tls: rcgen::KeyPair,
}

impl DeviceKeys {
    pub fn make() -> Self {
        let tls = rcgen::KeyPair::generate().expect("a TLS key");
        Self { record: SignKey::generate(&mut UnwrapErr(SysRng)), tls }
    }

    /// One key for both, as no device should have.
    pub fn one_for_both() -> Self {
        let tls = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).expect("a key");
        let der = tls.serialized_der();
        // RFC 8410: the seed is an octet string of 32 bytes within an octet string.
        let begin = [0x04, 0x22, 0x04, 0x20];
        let at = der.windows(4).position(|four| four == begin).expect("a seed") + begin.len();
        let seed = der.get(at..at + 32).and_then(|seed| seed.try_into().ok()).expect("32 bytes");
        Self { record: SignKey::from_seed(seed), tls }
    }

    pub fn request(&self, code: &str) -> EnrolRequest {
        let csr = rcgen::CertificateParams::default().serialize_request(&self.tls).expect("a request");
        let csr_pem = csr.pem().expect("PEM");
        EnrolRequest {
            code: code.to_owned(),
            record_key: self.record.public().to_hex(),
            proof: STANDARD.encode(self.record.sign(&enrol_proof(code, &csr_pem))),
            csr_pem,
            system: "Test Linux 14".to_owned(),
            account: "test-account-014".to_owned(),
            agent_version: "0.1.0".to_owned(),
        }
    }
}

/// Posts an enrolment request without any certificate.
pub async fn post_enrolment(
    rig: &Rig,
    request: &EnrolRequest,
) -> Result<EnrolResponse, (StatusCode, Refusal)> {
    let response = client(rig, None)
        .post(rig.device_url("/v1/enrol"))
        .header(HEADER_PROTOCOL, "1")
        .body(serde_json::to_vec(request).expect("JSON"))
        .send()
        .await
        .expect("an answer");
    let status = response.status();
    let body = response.bytes().await.expect("a body");
    if status.is_success() {
        Ok(serde_json::from_slice(&body).expect("an enrolment"))
    } else {
        Err((status, serde_json::from_slice(&body).expect("a refusal")))
    }
}

/// What somebody is refused who asks for a nonce with this certificate and key.
pub async fn shows(rig: &Rig, device: DeviceId, pem: &str) -> String {
    let identity = Identity::from_pem(pem.as_bytes()).expect("certificate and key belong together");
    let asked = client(rig, Some(identity))
        .get(rig.device_url("/v1/nonce"))
        .header(HEADER_PROTOCOL, "1")
        .header(HEADER_DEVICE, device.to_string());
    let body = asked.send().await.expect("an answer").bytes().await.expect("a body");
    serde_json::from_slice::<Refusal>(&body).expect("a refusal").code
}

/// An answer to a request.
pub struct Answer {
    pub status: StatusCode,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn receipt(&self) -> Receipt {
        serde_json::from_slice(&self.body).expect("a receipt")
    }

    pub fn refusal(&self) -> Refusal {
        serde_json::from_slice(&self.body).expect("a refusal")
    }
}

/// An enrolled device.
pub struct Device {
    pub id: DeviceId,
    pub policy: Policy,
    pub policy_hash: [u8; 32],
    pub link: ChainLink,
    pub response: EnrolResponse,
    record: SignKey,
    client: Client,
    nonce: String,
    identity_pem: String,
    to: CasePublicKey,
    /// Size of the last checkpoint that it accepted.
    pub accepted_size: Option<u64>,
}

impl Device {
    pub async fn enrol(rig: &Rig) -> Self {
        let keys = DeviceKeys::make();
        let response = post_enrolment(rig, &keys.request(&rig.code().await)).await.expect("enrolled");
        let pem = [response.certificate_pem.as_str(), &keys.tls.serialize_pem()].concat();
        let identity = Identity::from_pem(pem.as_bytes()).expect("certificate and key belong together");
        let policy: Policy = serde_json::from_str(&response.policy.policy).expect("a policy");
        let hash = policy_hash(response.policy.policy.as_bytes());
        Self {
            id: response.device,
            to: CasePublicKey::from_hex(&policy.case_key.public).expect("the case's public key"),
            link: ChainLink::first(*response.force.as_bytes(), *response.device.as_bytes(), 0),
            nonce: response.nonce.clone(),
            identity_pem: pem,
            accepted_size: None,
            client: client(rig, Some(identity)),
            record: keys.record,
            policy_hash: hash,
            policy,
            response,
        }
    }

    /// Fetches the newest policy and seals under it from now on.
    pub async fn fetch_policy(&mut self, rig: &Rig) -> SignedPolicy {
        let answer = self.ask(rig, Method::GET, "/v1/policy", Vec::new()).await;
        let signed: SignedPolicy = serde_json::from_slice(&answer.body).expect("a policy");
        self.policy = serde_json::from_str(&signed.policy).expect("a policy");
        self.policy_hash = policy_hash(signed.policy.as_bytes());
        signed
    }

    /// What a device shows to a server that no longer knows it.
    pub fn shown(&self) -> DeviceReturn {
        DeviceReturn {
            record_key: self.record.public().to_hex(),
            policy: self.response.policy.clone(),
            facts: EnrolmentFacts {
                system: "Test Linux 14".to_owned(),
                account: "test-account-014".to_owned(),
                agent_version: "0.1.0".to_owned(),
            },
        }
    }

    /// The same keys and identity without the client certificate: what a thief of the record key has.
    pub fn forget_certificate(&mut self, rig: &Rig) {
        self.client = client(rig, None);
    }

    /// Its certificate and TLS key, as a file for another program.
    pub fn identity_pem(&self) -> &str {
        &self.identity_pem
    }

    /// Its record key, hexadecimal.
    pub fn record_seed(&self) -> String {
        hex::encode(*self.record.seed())
    }

    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// Shows this certificate from now on, PEM with its key.
    pub fn show(&mut self, rig: &Rig, pem: &str) {
        let identity = Identity::from_pem(pem.as_bytes()).expect("certificate and key belong together");
        self.client = client(rig, Some(identity));
    }

    pub fn use_nonce(&mut self, nonce: &str) {
        nonce.clone_into(&mut self.nonce);
    }

    pub async fn ask(&mut self, rig: &Rig, method: Method, path: &str, body: Vec<u8>) -> Answer {
        self.try_ask(rig, method, path, body).await.expect("an answer")
    }

    /// As [`Device::ask`] where the server may be away.
    pub async fn try_ask(
        &mut self,
        rig: &Rig,
        method: Method,
        path: &str,
        body: Vec<u8>,
    ) -> reqwest::Result<Answer> {
        let statement = signed_request(method.as_str(), path, &Digest(sha256(&body)), &self.nonce);
        let signature = STANDARD.encode(self.record.sign(&statement));
        let size = self.accepted_size.map(|size| size.to_string().parse().expect("a value"));
        let size = size.map(|size| (HeaderName::from_static(HEADER_CHECKPOINT_SIZE), size));
        let response = self
            .client
            .request(method, rig.device_url(path))
            .header(HEADER_PROTOCOL, "1")
            .header(HEADER_DEVICE, self.id.to_string())
            .header(HEADER_NONCE, &self.nonce)
            .header(HEADER_SIGNATURE, signature)
            .headers(HeaderMap::from_iter(size))
            .body(body)
            .send()
            .await?;
        if let Some(nonce) = response.headers().get(HEADER_NONCE) {
            self.nonce = nonce.to_str().expect("text").to_owned();
        }
        let status = response.status();
        Ok(Answer { status, body: response.bytes().await?.to_vec() })
    }

    pub async fn send(&mut self, rig: &Rig, records: &[&Envelope]) -> Answer {
        self.ask(rig, Method::POST, "/v1/records", batch(records)).await
    }

    /// Seals what comes next in the chain and moves on.
    pub fn seal(&mut self, body: RecordBody) -> Envelope {
        let envelope = self.seal_at(&self.link.clone(), body);
        self.link = ChainLink::after(&envelope.header);
        envelope
    }

    /// As [`Device::seal`], while its clock is in doubt.
    pub fn seal_in_doubt(&mut self, body: RecordBody) -> Envelope {
        let envelope = self.seal_content(&self.link.clone(), body, true);
        self.link = ChainLink::after(&envelope.header);
        envelope
    }

    /// Seals a record at any place of a chain.
    pub fn seal_at(&self, link: &ChainLink, body: RecordBody) -> Envelope {
        self.seal_content(link, body, false)
    }

    fn seal_content(&self, link: &ChainLink, body: RecordBody, clock_in_doubt: bool) -> Envelope {
        // As soon as it could tell of all of it.
        let over_at = match &body {
            RecordBody::Liveness { liveness } => Some(liveness.until),
            RecordBody::Gap { gap } => gap.until,
            RecordBody::OtherAdult { other_adult } => Some(other_adult.until()),
            other => other.observed_at(),
        };
        let recorded_at = self.policy.issued_at.max(over_at.unwrap_or_default());
        let content = RecordContent { recorded_at, clock_in_doubt, last_checkpoint: None, body };
        let rng = &mut UnwrapErr(SysRng);
        let fields = FieldSet::new(rng, content.to_fields().expect("fields"));
        let ids =
            RecordIds { case_key_id: *self.policy.case_key.id.as_bytes(), policy_hash: self.policy_hash };
        seal_record(rng, &self.record, &self.to, link, &ids, &fields).expect("sealed")
    }
}

/// The bytes of a batch.
pub fn batch(records: &[&Envelope]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for record in records {
        let record = record.encode();
        bytes.extend(u32::try_from(record.len()).expect("small").to_be_bytes());
        bytes.extend(record);
    }
    bytes
}
