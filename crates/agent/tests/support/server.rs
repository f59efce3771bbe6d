//! A server of memory behind a bad line: it checks every request as the protocol says, and loses, doubles or delays
//! answers when the story says so.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_agent::{Transport, TransportError, WireAnswer, WireRequest};
use proviso_ledger::hash::sha256;
use proviso_ledger::merkle::{self, LeafKind, Nodes};
use proviso_ledger::{ChainError, ChainLink, Checkpoint, Envelope, SignKey, VerifyKey};
use proviso_model::certificate::CERTIFICATE_PATH;
use proviso_model::ids::DeviceId;
use proviso_model::limits::SITE_LIST_PART_BYTES;
use proviso_model::looked::{LOOKED_PATH, Looked};
use proviso_model::update::UPDATE_PATH;
use proviso_model::wire::{
    ConsistencyProof, ForceKeys, HEADER_CHECKPOINT_SIZE, InclusionProof, LivenessAnswer, Receipt, Refusal,
    RestoredLog, RestoredLogStatement, SignedPolicy, signed_request, signed_restored_log, time_statement,
};
use proviso_model::{Digest, Timestamp};

use super::TestForce;
use super::sets::{self, TestSet};

/// What the line does to the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The request never arrives.
    RequestLost,
    /// The server acts, and its answer is lost.
    AnswerLost,
    /// The server acts twice, and the second answer arrives.
    Doubled,
    /// The answer to the request before comes instead of this one's.
    Stale,
}

#[derive(Default)]
struct Tree(HashMap<(u32, u64), [u8; 32]>);

impl Nodes for Tree {
    fn node(&self, level: u32, index: u64) -> Option<[u8; 32]> {
        self.0.get(&(level, index)).copied()
    }
}

/// The server's memory.
pub struct Memory {
    pub records: Vec<Envelope>,
    /// Up to where it says that records are backed up, as how many behind the last; `None` for not at all.
    pub backed_up_behind: Option<u64>,
    pub policy: Option<SignedPolicy>,
    /// What it gives as a list of sites, by the hash asked for.
    pub lists: HashMap<String, Vec<u8>>,
    /// The hash sets that it has.
    pub sets: Vec<TestSet>,
    /// How often officers looked; a server of before that was told has nothing to say.
    pub looked: Option<Looked>,
    pub serial: u64,
    pub revoked: bool,
    /// Not even records are taken of a revoked device: its case is gone.
    pub case_gone: bool,
    pub clock_at: Timestamp,
    pub faults: Vec<Fault>,
    pub requests: Vec<String>,
    /// What they carried.
    pub bodies: Vec<Vec<u8>>,
    /// Signs checkpoints with another key.
    pub forged: bool,
    /// Gives no proof that the log continues the one that the device accepted.
    pub silent: bool,
    /// What the force says of a restore, and whether its own key signs that.
    pub said_restored: Option<(RestoredLogStatement, bool)>,
    accepted_size: Option<u64>,
    link: ChainLink,
    tree: Tree,
    size: u64,
    leaves: HashMap<[u8; 32], u64>,
    checkpoint_key: SignKey,
    record_key: VerifyKey,
    device: DeviceId,
    keys: ForceKeys,
    last_answer: WireAnswer,
}

/// The server and the line to it.
#[derive(Clone)]
pub struct TestServer(pub Arc<Mutex<Memory>>);

impl TestServer {
    pub fn new(force: &TestForce) -> Self {
        Self(Arc::new(Mutex::new(Memory {
            records: Vec::new(),
            backed_up_behind: None,
            policy: None,
            lists: HashMap::new(),
            sets: Vec::new(),
            looked: None,
            serial: 1,
            revoked: false,
            case_gone: false,
            clock_at: force.now(),
            faults: Vec::new(),
            requests: Vec::new(),
            bodies: Vec::new(),
            forged: false,
            silent: false,
            said_restored: None,
            accepted_size: None,
            link: ChainLink::first(*force.force.as_bytes(), *force.device.as_bytes(), 0),
            tree: Tree::default(),
            size: 0,
            leaves: HashMap::new(),
            checkpoint_key: SignKey::from_seed(*force.checkpoint_key.seed()),
            record_key: force.record_key().public(),
            device: force.device,
            keys: force.keys.clone(),
            last_answer: WireAnswer { status: 204, nonce: Some("nonce".to_owned()), body: Vec::new() },
        })))
    }

    pub fn with<T>(&self, act: impl FnOnce(&mut Memory) -> T) -> T {
        act(&mut self.0.lock().expect("memory"))
    }
}

impl Transport for TestServer {
    async fn request(&mut self, request: WireRequest) -> Result<WireAnswer, TransportError> {
        self.with(|memory| {
            memory.requests.push(request.path.clone());
            memory.bodies.push(request.body.clone());
            let fault = if memory.faults.is_empty() { None } else { Some(memory.faults.remove(0)) };
            if fault == Some(Fault::RequestLost) {
                return Err(TransportError("the request was lost".to_owned()));
            }
            let mut answer = memory.answer(&request);
            if fault == Some(Fault::Doubled) {
                answer = memory.answer(&request);
            }
            let before = std::mem::replace(&mut memory.last_answer, answer.clone());
            match fault {
                Some(Fault::AnswerLost) => Err(TransportError("the answer was lost".to_owned())),
                Some(Fault::Stale) => Ok(before),
                _ => Ok(answer),
            }
        })
    }
}

impl Memory {
    fn answer(&mut self, request: &WireRequest) -> WireAnswer {
        let delivers = ["/v1/nonce", "/v1/records"].contains(&request.path.as_str());
        if self.revoked && (self.case_gone || !delivers) {
            return self.refuse(403, "revoked", None);
        }
        if request.path == "/v1/nonce" {
            return self.good(204, Vec::new());
        }
        if !self.is_signed(request) {
            return self.refuse(401, "signature", None);
        }
        self.accepted_size = header(request, HEADER_CHECKPOINT_SIZE).parse().ok();
        match request.path.as_str() {
            "/v1/liveness" => {
                let nonce = header(request, "proviso-nonce");
                let statement = time_statement(&self.device, nonce, self.clock_at);
                let answer = LivenessAnswer {
                    server_time: self.clock_at,
                    time_signature: STANDARD.encode(self.checkpoint_key.sign(&statement)),
                    policy_serial: self.serial,
                    receipt: self.receipt(),
                };
                self.good(200, serde_json::to_vec(&answer).expect("json"))
            }
            "/v1/policy" => {
                let policy = self.policy.clone().expect("a policy to give");
                self.good(200, serde_json::to_vec(&policy).expect("json"))
            }
            path if path.split('?').next() == Some(LOOKED_PATH) => match &self.looked {
                Some(looked) => self.good(200, serde_json::to_vec(looked).expect("json")),
                None => self.refuse(400, "request-bad", None),
            },
            // A server of before there were any.
            CERTIFICATE_PATH | UPDATE_PATH => self.refuse(400, "request-bad", None),
            "/v1/keys" => self.good(200, serde_json::to_vec(&self.keys).expect("json")),
            "/v1/records" => self.ingest(&request.body),
            path if path.starts_with("/v1/site-lists/") => self.site_list(path),
            path if path.starts_with("/v1/hash-sets/") => match sets::answer(&self.sets, request) {
                Some(answer) => answer,
                None => self.refuse(403, "list-not-named", None),
            },
            other => panic!("nobody should ask for {other}"),
        }
    }

    fn site_list(&self, path: &str) -> WireAnswer {
        let (sha256, part) = path.trim_start_matches("/v1/site-lists/").split_once('/').expect("two parts");
        let Some(bytes) = self.lists.get(sha256) else { return self.refuse(404, "list-not-held", None) };
        let start = part.parse::<usize>().expect("a number") * SITE_LIST_PART_BYTES;
        let end = bytes.len().min(start + SITE_LIST_PART_BYTES);
        self.good(200, bytes.get(start..end).expect("a part").to_vec())
    }

    fn is_signed(&self, request: &WireRequest) -> bool {
        let nonce = header(request, "proviso-nonce");
        let body = Digest(sha256(&request.body));
        let statement = signed_request(request.method, &request.path, &body, nonce);
        let signature: [u8; 64] = STANDARD
            .decode(header(request, "proviso-signature"))
            .expect("base64")
            .try_into()
            .expect("64 bytes");
        self.record_key.verify(&statement, &signature).is_ok()
    }

    fn ingest(&mut self, body: &[u8]) -> WireAnswer {
        let mut rest = body;
        while let Some((head, after)) = rest.split_first_chunk::<4>() {
            let length = usize::try_from(u32::from_be_bytes(*head)).expect("small");
            let (bytes, after) = after.split_at(length);
            rest = after;
            let Ok(envelope) = Envelope::decode(bytes) else {
                return self.refuse(400, "record-bad", Some(self.receipt()));
            };
            envelope.check(&self.record_key).expect("signed");
            if self.records.iter().any(|held| held.record_hash() == envelope.record_hash()) {
                continue;
            }
            if envelope.header.epoch == self.link.epoch + 1 && envelope.header.seq == 0 {
                let (force, device) = (self.link.force, self.link.device);
                self.link = ChainLink::first(force, device, self.link.epoch + 1);
            }
            match self.link.follow(&envelope.header) {
                Ok(()) => self.take(envelope),
                Err(ChainError::Fork { .. } | ChainError::Behind { .. }) => {
                    return self.refuse(409, "fork", Some(self.receipt()));
                }
                Err(_) => return self.refuse(409, "chain-broken", Some(self.receipt())),
            }
        }
        let receipt = serde_json::to_vec(&self.receipt()).expect("json");
        self.good(200, receipt)
    }

    fn take(&mut self, envelope: Envelope) {
        self.leaves.insert(envelope.record_hash(), self.size);
        self.push(LeafKind::Record, envelope.record_hash());
        self.records.push(envelope);
    }

    fn push(&mut self, kind: LeafKind, hash: [u8; 32]) {
        let bytes = merkle::leaf(kind, &hash);
        for (level, index, hash) in merkle::append(self.size, &bytes, &self.tree).expect("appended") {
            self.tree.0.insert((level, index), hash);
        }
        self.size += 1;
    }

    /// The server is put back to its first records, and other entries follow there; the force says so.
    pub fn restore_and_say(&mut self, count: usize, by_the_force: bool) {
        self.restore_to(count);
        let says = RestoredLogStatement {
            force: proviso_model::ids::ForceId::from_bytes(self.link.force),
            size: self.size,
            root: Digest(merkle::root(self.size, &self.tree).expect("a root")),
            backup_made_at: self.clock_at,
            restored_at: self.clock_at,
        };
        self.said_restored = Some((says, by_the_force));
        self.push(LeafKind::Audit, [11; 32]);
    }

    /// Another log with the same records: the first entry is one that was never there before, and one more follows if
    /// it is to be longer.
    pub fn rewrite(&mut self, longer: bool) {
        let (tree, size) = (std::mem::take(&mut self.tree), std::mem::take(&mut self.size));
        let records = std::mem::take(&mut self.records);
        self.push(LeafKind::Audit, [9; 32]);
        for envelope in records.into_iter().skip(1) {
            self.take(envelope);
        }
        assert!(self.size == size && self.tree.0 != tree.0, "as long as before, and another one");
        if longer {
            self.push(LeafKind::Audit, [10; 32]);
        }
    }

    /// Forgets the last records, as a server restored from a backup does.
    pub fn restore_to(&mut self, count: usize) {
        let kept: Vec<Envelope> = self.records.drain(..).take(count).collect();
        self.link = ChainLink::first(self.link.force, self.link.device, 0);
        (self.tree, self.size) = (Tree::default(), 0);
        self.leaves.clear();
        for envelope in kept {
            self.link.follow(&envelope.header).expect("a chain");
            self.take(envelope);
        }
    }

    fn receipt(&self) -> Receipt {
        let last = self.records.iter().rfind(|held| held.header.epoch == self.link.epoch);
        let durable_seq = last.map(|envelope| envelope.header.seq);
        let root = merkle::root(self.size, &self.tree).expect("a root");
        let key = if self.forged {
            SignKey::from_seed([99; 32])
        } else {
            SignKey::from_seed(*self.checkpoint_key.seed())
        };
        let checkpoint = Checkpoint {
            origin: "test-force.example/log".to_owned(),
            size: self.size,
            root,
            at: self.clock_at.to_string(),
        };
        let proof = last.map(|envelope| {
            let index = *self.leaves.get(&envelope.record_hash()).expect("a leaf");
            let hashes = merkle::inclusion(index, self.size, &self.tree).expect("a proof");
            InclusionProof { index, hashes: hashes.into_iter().map(Digest).collect() }
        });
        Receipt {
            epoch: self.link.epoch,
            durable_seq,
            backed_up_seq: self.backed_up_behind.and_then(|behind| durable_seq?.checked_sub(behind)),
            checkpoint: (self.size > 0)
                .then(|| checkpoint.sign(&key, "test-force.example/log").expect("signed")),
            proof,
            consistency: self.accepted_size.filter(|from| (1..self.size).contains(from) && !self.silent).map(
                |from| {
                    let hashes = merkle::consistency(from, self.size, &self.tree).expect("a proof");
                    ConsistencyProof { from, hashes: hashes.into_iter().map(Digest).collect() }
                },
            ),
            restored: self.said_restored.as_ref().map(|(says, by_the_force)| {
                let statement = serde_json::to_string(says).expect("json");
                let other = SignKey::from_seed([99; 32]);
                let key = if *by_the_force { &self.checkpoint_key } else { &other };
                let signature = STANDARD.encode(key.sign(&signed_restored_log(&statement)));
                let hashes = merkle::consistency(says.size, self.size, &self.tree).expect("a proof");
                RestoredLog { statement, signature, hashes: hashes.into_iter().map(Digest).collect() }
            }),
        }
    }

    fn good(&self, status: u16, body: Vec<u8>) -> WireAnswer {
        WireAnswer { status, nonce: Some("nonce".to_owned()), body }
    }

    fn refuse(&self, status: u16, code: &str, receipt: Option<Receipt>) -> WireAnswer {
        let refusal =
            Refusal { code: code.to_owned(), message: format!("refused: {code}"), receipt, policy: None };
        self.good(status, serde_json::to_vec(&refusal).expect("json"))
    }
}

fn header<'r>(request: &'r WireRequest, name: &str) -> &'r str {
    request.headers.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
}
