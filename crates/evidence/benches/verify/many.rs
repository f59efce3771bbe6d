//! A bundle of many findings of one device, on invented pages of harmless words.

use proviso_engine::Engine;
use proviso_evidence::format::{
    Completed, CustodyEntry, DecisionFile, LeafWord, audit_completed_hash, audit_hash,
};
use proviso_evidence::{BundleInput, BundleRecord, Exhibit, Shown, write};
use proviso_ledger::rand_core::Rng as _;
use proviso_ledger::{Envelope, SignKey, seal};
use proviso_model::ids::{AlertId, AuditId, CaseId, DecisionId};
use proviso_model::observation::{Attribution, Passage};
use proviso_model::record::{Generated, RecordBody, RecordContent};
use proviso_model::wire::TrustFile;
use proviso_model::{Act, Digest, Fact, Observation, Source};

use crate::common::force::{self, Force};
use crate::common::log::Log;
use crate::common::seeded::Seeded;
use crate::common::{Device, at, first_link, id, sample};

const SEED: &str = "a bench of the verifier";
/// Findings that one alert joins, and so one decision and two acts for each.
const FINDINGS_AN_ALERT: usize = 50;
/// Sizes of the log that somebody was shown before.
const EARLIER: [u64; 4] = [10, 1_000, 5_000, 9_999];
/// Words on a page, and the order's own words among them.
const WORDS: u32 = 300;
const ORDER_WORDS: [&str; 2] = ["harbour lantern", "brass compass"];
const OTHER_WORDS: [&str; 24] = [
    "rope",
    "quay",
    "tide",
    "a",
    "the",
    "of",
    "boats",
    "paint",
    "varnish",
    "for",
    "sale",
    "by",
    "yard",
    "old",
    "and",
    "new",
    "deliveries",
    "on",
    "Thursday",
    "with",
    "café",
    "open",
    "until",
    "five",
];

/// The bundle and the key that it is verified under.
pub fn bundle(records: u32) -> (Vec<u8>, TrustFile) {
    // The same seed gives the sample's force, device and policy; only what is on record is another.
    let base = sample(SEED, |_| ());
    let mut rng = Seeded::new(SEED);
    let force = Force::new(&mut rng);
    let key = SignKey::generate(&mut rng);
    let (secret, public) = seal::generate(&mut rng);
    let policy = force::policy(&public);
    let signed = force.sign_policy(&policy);
    let hash = proviso_ledger::hash::policy_hash(signed.policy.as_bytes());
    let engine = Engine::new(&policy, Digest(hash)).expect("a policy that the engine can run");
    let mut device = Device { key, rng, secret, hash, link: first_link() };

    let (mut log, mut sealed) = (Log::default(), Vec::new());
    for number in 0..records {
        let content = content(&engine, &mut device.rng, number);
        let (envelope, fields) = device.seal(&policy, &content);
        log.push(LeafWord::Record, envelope.record_hash());
        sealed.push((envelope, fields));
    }
    let example = base.input.decisions.first().expect("the sample's decision");
    let hashes: Vec<Digest> = sealed.iter().map(|(envelope, _)| Digest(envelope.record_hash())).collect();
    let decisions: Vec<DecisionFile> = hashes
        .chunks(FINDINGS_AN_ALERT)
        .zip(0..)
        .map(|(some, number)| decision(&mut log, example, some, number))
        .collect();
    let custody = custody(&mut log, &decisions);
    let (checkpoint, proofs) = log.close(&force);
    let links = sealed.iter().map(|(envelope, _)| (envelope.header, envelope.signature)).collect();
    let records = sealed.into_iter().map(|(envelope, fields)| BundleRecord {
        envelope: Envelope::encode(&envelope),
        exhibit: Some(Exhibit::new(fields, &Shown::Everything)),
    });
    let input = BundleInput {
        records: records.collect(),
        destroyed: Vec::new(),
        withheld: Vec::new(),
        lists: Vec::new(),
        coverage: Vec::new(),
        links,
        decisions,
        custody,
        checkpoint,
        proofs,
        earlier: log.earlier(&EARLIER),
        ..base.input
    };
    (write(&input, &force.checkpoint_key).expect("a bundle"), base.trust)
}

fn content(engine: &Engine, rng: &mut Seeded, number: u32) -> RecordContent {
    let seen = page(rng, number);
    let captured = engine.reduce(&seen, &engine.evaluate(&seen));
    let findings = engine.evaluate(&captured);
    assert!(!findings.is_empty(), "every page raises a finding");
    let body = RecordBody::Finding { captured, generated: Generated { findings } };
    RecordContent {
        recorded_at: at(number % 60, 30),
        last_checkpoint: Some(Digest([7; 32])),
        clock_in_doubt: false,
        body,
    }
}

fn page(rng: &mut Seeded, number: u32) -> Observation {
    let mut text = String::new();
    for place in 0..WORDS {
        let words: &[&str] = if place % 100 == number % 100 { &ORDER_WORDS } else { &OTHER_WORDS };
        let one = usize::try_from(rng.next_u32()).expect("32 bits fit") % words.len();
        text.push_str(words.get(one).expect("within"));
        text.push(' ');
    }
    Observation {
        listed: Vec::new(),
        picture: None,
        id: None,
        observed_at: at(number % 60, 0),
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
            url: format!("https://quay.example/shop/things/{number}?page={}", number % 7),
            title: format!("Things for the quay, page {number}"),
            text: Passage::whole(text),
            cut: false,
            search: None,
        },
    }
}

/// An id that no other of its kind has.
fn numbered(kind: u8, number: usize) -> [u8; 16] {
    let mut bytes = id(kind);
    for (byte, of_number) in bytes.iter_mut().zip(number.to_le_bytes().into_iter().take(4)) {
        *byte = of_number;
    }
    bytes
}

fn decision(log: &mut Log, example: &DecisionFile, records: &[Digest], number: usize) -> DecisionFile {
    let mut made = DecisionFile {
        id: DecisionId::from_bytes(numbered(7, number)),
        alert: AlertId::from_bytes(numbered(9, number)),
        records: records.to_vec(),
        ..example.clone()
    };
    made.hash = made.computed_hash().expect("a hash");
    log.push(LeafWord::Decision, made.hash.0);
    made
}

/// Each alert opened and decided.
fn custody(log: &mut Log, decisions: &[DecisionFile]) -> Vec<CustodyEntry> {
    let acts =
        decisions.iter().flat_map(|decision| ["content-open", "alert-decide"].map(|act| (act, decision)));
    let (mut entries, mut previous) = (Vec::new(), Digest([8; 32]));
    for (number, (act, decision)) in acts.enumerate() {
        let mut entry = CustodyEntry {
            seq: 41 + number as u64,
            id: AuditId::from_bytes(numbered(20, number)),
            opened_at: at(45, 0),
            actor: "officer:4412".to_owned(),
            act: act.to_owned(),
            case: Some(CaseId::from_bytes(id(3))),
            objects: decision.alert.to_string(),
            sealed: String::new(),
            previous,
            hash: Digest::default(),
            completed: None,
        };
        entry.hash = audit_hash(&entry).expect("a hash");
        let hash = audit_completed_hash(&entry.hash, "done", at(45, 1));
        log.push(LeafWord::Audit, hash.0);
        entry.completed = Some(Completed { at: at(45, 1), outcome: "done".to_owned(), hash });
        previous = entry.hash;
        entries.push(entry);
    }
    entries
}
