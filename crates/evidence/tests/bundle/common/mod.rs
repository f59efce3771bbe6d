//! The sample bundle: an invented force, case, device and person, benign words, and seeds instead of chance.

pub mod force;
pub mod log;
pub mod seeded;

use std::collections::BTreeSet;

use proviso_engine::{Engine, SEMANTICS};
use proviso_evidence::format::{
    AskedStretch, CoverageAsked, DestroyedFile, DeviceStatement, LeafWord, SignedDevice,
};
use proviso_evidence::{BundleInput, BundleRecord, Exhibit, write};
use proviso_ledger::hash::{policy_hash, sha256};
use proviso_ledger::{CaseSecretKey, ChainLink, Envelope, FieldSet, RecordIds, SignKey, seal, seal_record};
use proviso_model::ids::{AlertId, AuditId, BundleId, CaseId, CertificateId, DeviceId, ForceId};
use proviso_model::observation::{Attribution, Passage};
use proviso_model::policy::{Capture, Policy};
use proviso_model::record::{
    EnrolmentFacts, Generated, Liveness, Notice, NoticeResponse, RecordBody, RecordContent,
};
use proviso_model::wire::{SignedPolicy, TrustFile};
use proviso_model::{Act, Digest, Fact, Finding, Gap, GapCause, Observation, Source, Timestamp};

pub use force::Force;
use log::Log;
use seeded::Seeded;

pub const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/bundles/sample.zip");
pub const SAMPLE_KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/bundles/sample.key");

/// A bundle with all that made it.
pub struct Sample {
    pub bundle: Vec<u8>,
    pub trust: TrustFile,
    pub root: SignKey,
    pub checkpoint_key: SignKey,
    /// Every record as the device sealed it, in order.
    pub sealed: Vec<Vec<u8>>,
    /// The fields of each.
    pub fields: Vec<FieldSet>,
    /// What the bundle was written from.
    pub input: BundleInput,
}

/// An instant on the morning of the sample.
pub fn at(minute: u32, second: u32) -> Timestamp {
    Timestamp::parse(&format!("2026-11-24T08:{minute:02}:{second:02}Z")).expect("an instant")
}

pub fn id(last: u8) -> [u8; 16] {
    let mut bytes = [0; 16];
    let [.., version, _, variant, _, _, _, _, _, _, end] = &mut bytes;
    (*version, *variant, *end) = (0x40, 0x80, last);
    bytes
}

/// The sample. `forge` may change the findings before the device seals them; the real sample changes nothing.
pub fn sample(seed: &str, forge: impl Fn(&mut Vec<Finding>)) -> Sample {
    let mut rng = Seeded::new(seed);
    let force = Force::new(&mut rng);
    let device_key = SignKey::generate(&mut rng);
    let (case_secret, case_public) = seal::generate(&mut rng);
    let policy = force::policy(&case_public);
    let signed = force.sign_policy(&policy);
    let hash = policy_hash(signed.policy.as_bytes());
    let mut device = Device { key: device_key, rng, secret: case_secret, hash, link: first_link() };
    let contents = contents(&policy, Digest(hash), forge);
    let sealed = contents.map(|content| device.seal(&policy, &content));

    let mut log = Log::default();
    for (envelope, _) in &sealed {
        log.push(LeafWord::Record, envelope.record_hash());
    }
    let [_, _, _, finding, destroyed, _] = &sealed;
    let finding = Digest(finding.0.record_hash());
    let decision =
        log.decision(&mut device.rng, &case_public, vec![finding, Digest(destroyed.0.record_hash())]);
    let destroyed = destroyed_file(&destroyed.0);
    let custody = log.custody(AlertId::from_bytes(id(9)), &destroyed);
    let (checkpoint, proofs) = log.close(&force);
    let statement = DeviceStatement {
        device: DeviceId::from_bytes(id(2)),
        force: force.trust.force,
        case: CaseId::from_bytes(id(3)),
        record_key: device.key.public().to_hex(),
        system: "Debian GNU/Linux 13".to_owned(),
        account: "person014".to_owned(),
        enrolled_at: at(0, 0),
    };
    let input = BundleInput {
        bundle: BundleId::from_bytes(id(5)),
        created_at: at(55, 0),
        prepared_by: "Officer 4412 (invented)".to_owned(),
        case: CaseId::from_bytes(id(3)),
        case_reference: "TF-2026-0014".to_owned(),
        order_reference: policy.order_reference.clone(),
        trust: force.trust.clone(),
        keys: force.keys.clone(),
        policies: vec![signed],
        devices: vec![SignedDevice::sign(&statement, &force.policy_key).expect("a statement")],
        records: records(&sealed),
        destroyed: vec![destroyed],
        withheld: Vec::new(),
        lists: Vec::new(),
        coverage: vec![asked()],
        links: sealed.iter().map(|(envelope, _)| (envelope.header, envelope.signature)).collect(),
        decisions: vec![decision],
        custody,
        checkpoint,
        proofs,
        earlier: log.earlier(&[2, 4, 5, 7]),
        cannot_be_repeated: vec![
            "Sealing: only the force can open the sealed records and see that they hold the fields shown."
                .to_owned(),
        ],
    };
    let bundle = write(&input, &force.checkpoint_key).expect("a bundle");
    let (sealed, fields) = sealed.into_iter().map(|(envelope, fields)| (envelope.encode(), fields)).unzip();
    Sample {
        bundle,
        trust: force.trust,
        root: force.root,
        checkpoint_key: force.checkpoint_key,
        sealed,
        fields,
        input,
    }
}

/// The first forty minutes of the morning.
fn asked() -> CoverageAsked {
    let stretch = AskedStretch { from: at(0, 0), until: at(40, 0) };
    CoverageAsked { device: DeviceId::from_bytes(id(2)), stretches: vec![stretch], acts: Vec::new() }
}

/// Whole records but for the gap, which stays a header in the chain, and a finding that was destroyed; the notice, the
/// other finding and the watched time are opened.
fn records(sealed: &[Sealed; 6]) -> Vec<BundleRecord> {
    let [enrolment, notice, _gap, finding, _destroyed, liveness] = sealed;
    let whole = |(envelope, fields): &Sealed, closed: Option<&[&str]>| BundleRecord {
        envelope: envelope.encode(),
        exhibit: closed.map(|names| Exhibit {
            fields: fields.clone(),
            closed: names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>(),
        }),
    };
    vec![
        whole(enrolment, None),
        whole(notice, Some(&["body.notice.by"])),
        whole(finding, Some(&[])),
        whole(liveness, Some(&[])),
    ]
}

/// What the force says of the finding whose content it destroyed.
fn destroyed_file(envelope: &Envelope) -> DestroyedFile {
    DestroyedFile {
        record: Digest(envelope.record_hash()),
        device: DeviceId::from_bytes(envelope.header.device),
        epoch: envelope.header.epoch,
        seq: envelope.header.seq,
        destroyed_at: Some(at(53, 0)),
        why: Some("It should never have been captured or kept.".to_owned()),
        certificate: Some(CertificateId::from_bytes(id(8))),
        act: Some(AuditId::from_bytes(id(22))),
    }
}

type Sealed = (Envelope, FieldSet);

pub fn first_link() -> ChainLink {
    ChainLink::first(id(1), id(2), 0)
}

pub struct Device {
    pub key: SignKey,
    pub rng: Seeded,
    pub secret: CaseSecretKey,
    pub hash: [u8; 32],
    pub link: ChainLink,
}

impl Device {
    pub fn seal(&mut self, policy: &Policy, content: &RecordContent) -> (Envelope, FieldSet) {
        let fields = FieldSet::new(&mut self.rng, content.to_fields().expect("fields"));
        let ids = RecordIds { case_key_id: *policy.case_key.id.as_bytes(), policy_hash: self.hash };
        let to = self.secret.public().expect("a public key");
        let envelope =
            seal_record(&mut self.rng, &self.key, &to, &self.link, &ids, &fields).expect("a record");
        self.link.follow(&envelope.header).expect("the next record");
        (envelope, fields)
    }
}

/// Enrolment, notice, gap, finding, another finding, liveness.
fn contents(policy: &Policy, hash: Digest, forge: impl Fn(&mut Vec<Finding>)) -> [RecordContent; 6] {
    let enrolment = EnrolmentFacts {
        system: "Debian GNU/Linux 13".to_owned(),
        account: "person014".to_owned(),
        agent_version: "0.1.0".to_owned(),
    };
    let notice = Notice {
        shown_at: at(1, 0),
        shown_on: "terminal".to_owned(),
        text_sha256: Digest(sha256(b"the notice of the sample")),
        response: NoticeResponse::Acknowledged,
        by: "Test Person 014".to_owned(),
    };
    let gap = Gap {
        from: at(2, 0),
        until: Some(at(4, 0)),
        source: Source::Browser,
        cause: GapCause::PowerOff,
        detail: "The device was asleep.".to_owned(),
    };
    let engine = Engine::new(policy, hash).expect("a policy that the engine can run");
    let found = |minute| {
        let seen = page(minute);
        let captured = engine.reduce(&seen, &engine.evaluate(&seen));
        let mut findings = engine.evaluate(&captured);
        assert!(
            findings.iter().any(|finding| finding.engine_semantics == SEMANTICS),
            "the page raises a finding"
        );
        forge(&mut findings);
        RecordBody::Finding { captured, generated: Generated { findings } }
    };
    let liveness = Liveness {
        from: at(5, 0),
        until: at(35, 0),
        capture: Capture { pages: true, typed: true, ..Capture::default() },
        sources: vec![Source::Browser],
        observed: 12,
        dropped: 11,
        shielded: 0,
        pictures: 0,
        pictures_unreadable: 0,
        trial: None,
    };
    let bodies = [
        (at(0, 30), RecordBody::Enrolment { enrolment }),
        (at(1, 5), RecordBody::Notice { notice }),
        (at(4, 1), RecordBody::Gap { gap }),
        (at(30, 1), found(30)),
        (at(32, 1), found(32)),
        (at(35, 0), RecordBody::Liveness { liveness }),
    ];
    bodies.map(|(recorded_at, body)| RecordContent {
        recorded_at,
        clock_in_doubt: false,
        last_checkpoint: None,
        body,
    })
}

fn page(minute: u32) -> Observation {
    Observation {
        listed: Vec::new(),
        picture: None,
        id: None,
        observed_at: at(minute, 0),
        source: Source::Browser,
        account: "person014".to_owned(),
        attribution: Attribution {
            act: Act::Opened,
            foreground: true,
            visible_ms: 4_200,
            since_input_ms: Some(900),
            circumstances: None,
        },
        fact: Fact::Page {
            url: "https://quay.example/shop".to_owned(),
            title: "Things for the quay".to_owned(),
            text: Passage::whole(
                "On this page you can buy a harbour lantern made of brass, and rope by the yard.",
            ),
            cut: false,
            search: None,
        },
    }
}

pub fn force_id() -> ForceId {
    ForceId::from_bytes(id(1))
}

/// A policy as signed: its exact text and the signature.
pub fn signed_policy(policy: &Policy, key: &SignKey) -> SignedPolicy {
    let policy = serde_json::to_string(policy).expect("JSON");
    let signature = seeded::base64(&key.sign(&proviso_model::wire::signed_policy(&policy)));
    SignedPolicy { policy, signature }
}
