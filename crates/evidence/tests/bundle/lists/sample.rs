//! A bundle with pictures that look-ups in a list found, and proofs as the plain definition of the tree makes them. Every digest is of a
//! harmless line of text.

use proviso_engine::Engine;
use proviso_evidence::format::{
    DeviceStatement, EntryProof, LeafWord, ListedEntry, ListsFile, LookedUp, SignedDevice,
};
use proviso_evidence::{BundleInput, BundleRecord, Exhibit, Shown};
use proviso_ledger::hash::{policy_hash, sha256};
use proviso_ledger::{CaseSecretKey, FieldSet, SignKey, seal};
use proviso_model::hash_set::{
    EntryKind, HashSetStatement, SetDigests, SetTree, entry_leaf, signed_hash_set,
};
use proviso_model::observation::{
    Attribution, ListedHow, Picture, PictureElement, PictureFrom, PictureListed,
};
use proviso_model::policy::{HashSetRef, PackRef, Policy, Rule};
use proviso_model::record::{Generated, RecordBody, RecordContent};
use proviso_model::wire::{ForceKeysStatement, signed_keys};
use proviso_model::{Act, ConditionKind, Digest, Fact, Md5, Observation, PdqHash, PictureSeen, Source};
use serde_json::json;

use crate::common::force::{self, Force};
use crate::common::log::Log;
use crate::common::seeded::{Seeded, base64};
use crate::common::{Device, at, first_link};
use crate::second_verifier::MADE;

const LIST: Digest = Digest([4; 32]);
/// Imported before there were proofs.
pub const OLDER: Digest = Digest([5; 32]);
const PDQ: PdqHash = PdqHash([0x0f0f_1234_5678_9abc; 4]);
/// Five bits from it.
const NEAR: PdqHash = PdqHash([0x0f0f_1234_5678_9abc ^ 0x1f, PDQ.0[1], PDQ.0[2], PDQ.0[3]]);

fn pack_key() -> SignKey {
    SignKey::from_seed([11; 32])
}

fn file(name: &str) -> [u8; 32] {
    sha256(name.as_bytes())
}

fn md5() -> Md5 {
    Md5(*file("stands for an MD5").first_chunk().expect("16 bytes"))
}

/// The list: its entries in the order of the tree, each with its category.
fn entries() -> Vec<(EntryKind, u8, Vec<u8>)> {
    vec![
        (EntryKind::Md5, 2, md5().0.to_vec()),
        (EntryKind::Sha1, 1, vec![9; 20]),
        (EntryKind::Sha256, 1, file("one harmless line").to_vec()),
        (EntryKind::Sha256, 3, file("another harmless line").to_vec()),
        (EntryKind::Pdq, 2, NEAR.to_bytes().to_vec()),
    ]
}

fn leaf((kind, category, digest): &(EntryKind, u8, Vec<u8>)) -> Vec<u8> {
    entry_leaf(*kind, *category, &salt(digest), digest)
}

fn salt(digest: &[u8]) -> [u8; 16] {
    *sha256(digest).first_chunk().expect("16 bytes")
}

/// Root, and the proof of one leaf, as RFC 6962 defines them.
fn tree(leaves: &[Vec<u8>], place: usize) -> ([u8; 32], Vec<Digest>) {
    let [leaf] = leaves else {
        let left = leaves.len().next_power_of_two() / 2;
        let (one, two) = leaves.split_at(left);
        let first = tree(one, place.min(left - 1));
        let second = tree(two, place.saturating_sub(left));
        let root = sha256(&[&[1_u8][..], &first.0, &second.0].concat());
        let (mut path, beside) = if place < left { (first.1, second.0) } else { (second.1, first.0) };
        path.push(Digest(beside));
        return (root, path);
    };
    (sha256(&[&[0_u8][..], leaf].concat()), Vec::new())
}

pub fn statement() -> HashSetStatement {
    let leaves: Vec<Vec<u8>> = entries().iter().map(leaf).collect();
    let root = Digest(tree(&leaves, 0).0);
    HashSetStatement {
        force: MADE.trust.force,
        name: "harbour".to_owned(),
        version: 3,
        sha256: LIST,
        bytes: 1_000,
        entries: 5,
        digests: SetDigests { md5: 1, sha1: 1, sha256: 2, pdq: 1 },
        tree: Some(SetTree { size: 5, root }),
        child_abuse: false,
        device_ok: true,
        country: None,
        format: "vics".to_owned(),
        source: "an invented source".to_owned(),
        licence: "none".to_owned(),
        dated: serde_json::from_value(json!("2026-11-01")).expect("a day"),
        imported_at: at(0, 0),
    }
}

/// The proof of one entry under what the force says of the list.
pub fn proof(says: &HashSetStatement, place: usize) -> EntryProof {
    let entries = entries();
    let (kind, category, digest) = entries[place].clone();
    let leaves: Vec<Vec<u8>> = entries.iter().map(leaf).collect();
    let statement = serde_json::to_string(says).expect("JSON");
    EntryProof {
        signature: base64(&pack_key().sign(&signed_hash_set(&statement))),
        statement,
        kind,
        category,
        salt: hex::encode(salt(&digest)),
        digest: hex::encode(digest),
        index: place as u64,
        hashes: tree(&leaves, place).1,
    }
}

fn listed(set: Digest, how: ListedHow, category: u8, entry: Option<u64>) -> PictureListed {
    PictureListed { set, how, category, entry }
}

fn picture(minute: u32, listed: Vec<PictureListed>) -> Observation {
    Observation {
        listed: Vec::new(),
        picture: Some(Box::new(PictureSeen {
            pdq: Some(PDQ),
            pdq_quality: 90,
            listed,
            ..PictureSeen::default()
        })),
        id: None,
        observed_at: at(minute, 0),
        source: Source::Browser,
        account: "person014".to_owned(),
        attribution: Attribution {
            act: Act::Shown,
            foreground: true,
            visible_ms: 4_200,
            since_input_ms: Some(900),
            circumstances: None,
        },
        fact: Fact::Picture(Box::new(Picture {
            url: "https://quay.example/gallery".to_owned(),
            title: "Boats".to_owned(),
            address: format!("https://quay.example/{minute}.png"),
            element: PictureElement::Img,
            width: 320,
            height: 200,
            shown_width: 320,
            shown_height: 200,
            from: PictureFrom::Loaded,
            sha256: Digest(file("one harmless line")),
            md5: md5(),
            bytes: 4_000,
            file_type: "png".to_owned(),
            window: None,
            file: None,
        })),
    }
}

/// What each record's look-ups found, and the place of the proven entry.
fn look_ups() -> [(Vec<PictureListed>, Option<usize>); 4] {
    [
        (vec![listed(LIST, ListedHow::Sha256, 1, None)], Some(2)),
        (vec![listed(LIST, ListedHow::Md5, 2, None)], Some(0)),
        (vec![listed(LIST, ListedHow::Pdq { distance: 5 }, 2, Some(0))], Some(4)),
        (vec![listed(OLDER, ListedHow::Sha256, 1, None)], None),
    ]
}

/// The invented force with a pack key, and the policy that names both lists.
fn force_and_policy(rng: &mut Seeded) -> (Force, SignKey, CaseSecretKey, Policy) {
    let mut force = Force::new(rng);
    let mut says: ForceKeysStatement = serde_json::from_str(&force.keys.statement).expect("JSON");
    says.pack_key = Some(pack_key().public().to_hex());
    force.keys.statement = serde_json::to_string(&says).expect("JSON");
    force.keys.signature = base64(&force.root.sign(&signed_keys(&force.keys.statement)));
    let key = SignKey::generate(rng);
    let (secret, public) = seal::generate(rng);
    let mut policy = force::policy(&public);
    let set = |name: &str, version: &str, sha256, tree| HashSetRef {
        set: PackRef { name: name.to_owned(), version: version.to_owned(), sha256 },
        category: "pornography".to_owned(),
        child_abuse: false,
        device_ok: true,
        tree,
    };
    let sets = vec![set("harbour", "3", LIST, statement().tree), set("older", "1", OLDER, None)];
    let (pack, category) = (sets[0].set.clone(), "pornography".to_owned());
    policy.conditions[0].kind = ConditionKind::Pornography;
    policy.conditions[0].rules.push(Rule::HashSets {
        id: "pictures/listed".to_owned(),
        category,
        pack,
        sets,
    });
    (force, key, secret, policy)
}

/// What the force's own program would say of the look-ups of a record.
fn lists_of(record: Digest, fields: &FieldSet, place: Option<usize>) -> ListsFile {
    let up = LookedUp::from_fields(fields.iter()).expect("JSON").expect("a look-up");
    let entries = up.listed.iter().map(|listed| ListedEntry {
        set: listed.set,
        proof: place.map(|place| proof(&statement(), place)),
        no_proof: place.is_none().then(|| "the list is older.".to_owned()),
    });
    ListsFile { record, entries: entries.collect() }
}

/// Pictures that look-ups found, sealed and logged, with a proof for each list that has a tree.
pub fn input() -> BundleInput {
    let mut rng = Seeded::new("sample bundle 1");
    let (force, key, secret, policy) = force_and_policy(&mut rng);
    let signed = force.sign_policy(&policy);
    let hash = policy_hash(signed.policy.as_bytes());
    let engine = Engine::new(&policy, Digest(hash)).expect("a policy that the engine can run");
    let mut device = Device { key, rng, secret, hash, link: first_link() };
    let mut log = Log::default();
    let mut made = BundleInput { policies: vec![signed], ..MADE.input.clone() };
    (made.records, made.links, made.lists) = (Vec::new(), Vec::new(), Vec::new());
    (made.destroyed, made.decisions, made.custody) = (Vec::new(), Vec::new(), Vec::new());
    (made.earlier, made.coverage, made.keys) = (Vec::new(), Vec::new(), force.keys.clone());
    for ((found, place), minute) in look_ups().into_iter().zip(10..) {
        let captured = picture(minute, found);
        let findings = engine.evaluate(&captured);
        assert_eq!(findings.len(), 1, "{findings:?}");
        let body = RecordBody::Finding { captured, generated: Generated { findings } };
        let content =
            RecordContent { recorded_at: at(minute, 1), clock_in_doubt: false, last_checkpoint: None, body };
        let (envelope, fields) = device.seal(&policy, &content);
        let record = Digest(envelope.record_hash());
        made.lists.push(lists_of(record, &fields, place));
        log.push(LeafWord::Record, record.0);
        made.links.push((envelope.header, envelope.signature));
        let exhibit = Some(Exhibit::new(fields, &Shown::Everything));
        made.records.push(BundleRecord { envelope: envelope.encode(), exhibit });
    }
    let mut statement: DeviceStatement =
        serde_json::from_str(&made.devices[0].statement).expect("the sample's device");
    statement.record_key = device.key.public().to_hex();
    made.devices = vec![SignedDevice::sign(&statement, &force.policy_key).expect("a statement")];
    (made.checkpoint, made.proofs) = log.close(&force);
    made
}
