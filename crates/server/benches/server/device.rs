//! Simulated devices: each with its own keys, certificate, connection and chain, as the protocol page says.

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use getrandom::SysRng;
use proviso_engine::Engine;
use proviso_ledger::chain::ChainLink;
use proviso_ledger::envelope::{RecordIds, seal_record};
use proviso_ledger::fields::FieldSet;
use proviso_ledger::hash::{policy_hash, sha256};
use proviso_ledger::seal::CasePublicKey;
use proviso_ledger::sign::SignKey;
use proviso_model::ids::DeviceId;
use proviso_model::observation::{Act, Attribution, Fact, Observation, Passage, Source};
use proviso_model::policy::Capture;
use proviso_model::record::{Generated, Liveness, RecordBody, RecordContent};
use proviso_model::wire::{
    EnrolRequest, EnrolResponse, HEADER_CHECKPOINT_SIZE, HEADER_DEVICE, HEADER_NONCE, HEADER_PROTOCOL,
    HEADER_SIGNATURE, LivenessPing, Receipt, enrol_proof, signed_request,
};
use proviso_model::{Digest, Policy, Timestamp};
use proviso_server::app::{AppContext, device, force};
use proviso_server::keys::certificates::DeviceTerm;
use rand_core::UnwrapErr;
use reqwest::{Certificate, Client, Identity};

/// Characters of a page's text around the order's word: what a finding seals of a page.
const TEXT_BYTES: usize = 1_500;

/// A record ready to be sent.
pub struct Sealed {
    pub hash: [u8; 32],
    /// As in a batch: length and bytes.
    pub framed: Vec<u8>,
}

pub struct Device {
    enrolled: EnrolResponse,
    policy: Policy,
    key: SignKey,
    link: ChainLink,
    client: Client,
    nonce: String,
    accepted_size: Option<u64>,
    /// What it will send, in order.
    pub spool: std::collections::VecDeque<Sealed>,
}

impl Device {
    /// Opens a case with the demonstration's order and enrols a device under it; its keys are made on the way.
    pub async fn enrol(ctx: &AppContext, nth: usize, ca_pem: &str) -> Result<Self> {
        let order = include_str!("../../../../testdata/demo/order.toml");
        let order = order.replace("T20269014", &format!("T2026{nth:04}"));
        let order = order.replace("Test Person 014", &format!("Test Person{nth:04}"));
        let case = force::case::create(ctx, &order, "order.toml", None).await?;
        let (code, _) = force::device::enrolment_code(ctx, case).await?;
        let (key, tls) = (SignKey::generate(&mut UnwrapErr(SysRng)), rcgen::KeyPair::generate()?);
        let csr_pem = rcgen::CertificateParams::new(Vec::new())?.serialize_request(&tls)?.pem()?;
        let request = EnrolRequest {
            proof: STANDARD.encode(key.sign(&enrol_proof(&code, &csr_pem))),
            code,
            record_key: key.public().to_hex(),
            csr_pem,
            system: "bench".to_owned(),
            account: "test014".to_owned(),
            agent_version: "0".to_owned(),
        };
        let from = format!("192.0.{}.{}", nth / 250, nth % 250);
        let enrolled = device::enrol::enrol(ctx, (&from, DeviceTerm::Renewed), &request).await;
        let enrolled = enrolled.map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
        let pem = [enrolled.certificate_pem.as_bytes(), tls.serialize_pem().as_bytes()].concat();
        let client = Client::builder()
            .http1_only()
            .tls_certs_only([Certificate::from_pem(ca_pem.as_bytes())?])
            .identity(Identity::from_pem(&pem)?)
            .build()?;
        Ok(Self {
            policy: serde_json::from_str(&enrolled.policy.policy)?,
            link: ChainLink::first(*enrolled.force.as_bytes(), *enrolled.device.as_bytes(), 0),
            nonce: enrolled.nonce.clone(),
            enrolled,
            key,
            client,
            accepted_size: None,
            spool: std::collections::VecDeque::new(),
        })
    }

    pub fn id(&self) -> DeviceId {
        self.enrolled.device
    }

    /// Seals so many findings, as its own engine says them of a page each, into its spool.
    pub fn seal_findings(&mut self, count: usize, at: Timestamp) -> Result<()> {
        let hash = Digest(policy_hash(self.enrolled.policy.policy.as_bytes()));
        let engine = Engine::new(&self.policy, hash)?;
        for nth in 0..count {
            let at = at.plus_millis(i64::try_from(nth)?);
            let found = engine.evaluate_and_reduce(&page(at, nth)).context("a rule speaks")?;
            let (captured, findings) = found;
            self.seal(RecordBody::Finding { captured, generated: Generated { findings } }, at)?;
        }
        Ok(())
    }

    /// Seals that it watched for a minute.
    pub fn seal_watched(&mut self, at: Timestamp) -> Result<()> {
        let liveness = Liveness {
            from: at.plus_millis(-60_000),
            until: at,
            capture: Capture { pages: true, ..Capture::default() },
            sources: vec![Source::Browser],
            observed: 40,
            dropped: 40,
            shielded: 0,
            pictures: 0,
            pictures_unreadable: 0,
            trial: None,
        };
        self.seal(RecordBody::Liveness { liveness }, at)
    }

    fn seal(&mut self, body: RecordBody, at: Timestamp) -> Result<()> {
        let rng = &mut UnwrapErr(SysRng);
        let to = CasePublicKey::from_hex(&self.policy.case_key.public).context("the case's public key")?;
        let ids = RecordIds {
            case_key_id: *self.policy.case_key.id.as_bytes(),
            policy_hash: policy_hash(self.enrolled.policy.policy.as_bytes()),
        };
        let recorded_at = self.policy.issued_at.max(at);
        let content = RecordContent { recorded_at, clock_in_doubt: false, last_checkpoint: None, body };
        let fields = FieldSet::new(rng, content.to_fields()?);
        let envelope = seal_record(rng, &self.key, &to, &self.link, &ids, &fields)?;
        self.link.follow(&envelope.header)?;
        let bytes = envelope.encode();
        let length = u32::try_from(bytes.len())?.to_be_bytes();
        let framed = [length.as_slice(), &bytes].concat();
        self.spool.push_back(Sealed { hash: envelope.header.record_hash(), framed });
        Ok(())
    }

    async fn ask(&mut self, port: u16, path: &str, body: Vec<u8>) -> Result<Vec<u8>> {
        let statement = signed_request("POST", path, &Digest(sha256(&body)), &self.nonce);
        let mut request = self
            .client
            .post(format!("https://localhost:{port}{path}"))
            .header(HEADER_PROTOCOL, "1")
            .header(HEADER_DEVICE, self.enrolled.device.to_string())
            .header(HEADER_NONCE, &self.nonce)
            .header(HEADER_SIGNATURE, STANDARD.encode(self.key.sign(&statement)));
        if let Some(size) = self.accepted_size {
            request = request.header(HEADER_CHECKPOINT_SIZE, size.to_string());
        }
        let answer = request.body(body).send().await?;
        if let Some(nonce) = answer.headers().get(HEADER_NONCE) {
            nonce.to_str()?.clone_into(&mut self.nonce);
        }
        let (status, body) = (answer.status(), answer.bytes().await?);
        if !status.is_success() {
            bail!("{status}: {}", String::from_utf8_lossy(&body));
        }
        Ok(body.to_vec())
    }

    /// Sends the next `count` records of the spool in one batch and waits for the receipt. Their hashes.
    pub async fn send(&mut self, port: u16, count: usize) -> Result<Vec<[u8; 32]>> {
        let batch: Vec<Sealed> = (0..count).map_while(|_| self.spool.pop_front()).collect();
        let body = batch.iter().flat_map(|one| one.framed.clone()).collect();
        let receipt: Receipt = serde_json::from_slice(&self.ask(port, "/v1/records", body).await?)?;
        anyhow::ensure!(receipt.durable_seq.is_some(), "nothing is committed");
        let size = receipt.checkpoint.as_deref().and_then(|note| note.lines().nth(1)?.parse().ok());
        self.accepted_size = size.or(self.accepted_size);
        Ok(batch.into_iter().map(|one| one.hash).collect())
    }

    /// Gives all of the spool to the server's own code, without the network.
    pub async fn give(&mut self, ctx: &AppContext) -> Result<()> {
        let batch: Vec<u8> = self.spool.drain(..).flat_map(|one| one.framed).collect();
        let receipt = device::ingest::ingest(ctx, self.enrolled.device, &batch).await;
        receipt.map(drop).map_err(|refusal| anyhow::anyhow!("{refusal:?}"))
    }

    /// Says that it is on, as every minute.
    pub async fn ping(&mut self, port: u16, now: Timestamp) -> Result<()> {
        let ping = LivenessPing {
            device_time: now,
            watching: true,
            spooled_seq: None,
            spool_bytes: 0,
            policy_serial: self.policy.serial,
            agent_version: "0".to_owned(),
            run: Some(hex::encode(self.enrolled.device.as_bytes())),
            machine: Some(Digest(sha256(self.enrolled.device.as_bytes()))),
        };
        self.ask(port, "/v1/liveness", serde_json::to_vec(&ping)?).await?;
        Ok(())
    }
}

fn page(at: Timestamp, nth: usize) -> Observation {
    let filler = "an ordinary sentence about boats and the weather of the day. ".repeat(TEXT_BYTES / 61);
    Observation {
        listed: Vec::new(),
        picture: None,
        id: None,
        observed_at: at,
        source: Source::Browser,
        account: "test014".to_owned(),
        attribution: Attribution {
            act: Act::Opened,
            foreground: true,
            visible_ms: 4_000,
            since_input_ms: None,
            circumstances: None,
        },
        fact: Fact::Page {
            url: format!("https://boats.example/{nth}"),
            title: "A page".to_owned(),
            text: Passage::whole(format!("{filler}An old brass compass, number {nth}. {filler}")),
            cut: false,
            search: None,
        },
    }
}
