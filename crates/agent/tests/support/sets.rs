//! A force's hash sets as its server gives them to devices, made of digests of harmless bytes.

use std::io::Cursor;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_agent::{WireAnswer, WireRequest};
use proviso_engine::image::exact::ExactOptions;
use proviso_engine::image::keyed::{KEY_BYTES, keyed_md5, push_keyed, write_filter};
use proviso_engine::image::lists::ListEntry;
use proviso_engine::image::set::{Digests, HashSet, SetBuilder};
use proviso_ledger::SignKey;
use proviso_ledger::hash::sha256;
use proviso_model::Digest;
use proviso_model::hash_set::{
    AskedDigest, FileRef, HASH_SET_ASK_PATH, HashSetAnswer, HashSetDelivery, HashSetFile, HashSetQuestion,
    SignedHashSetDelivery, hash_set_part_path, hash_set_path, signed_hash_set_delivery,
};
use proviso_model::limits::SITE_LIST_PART_BYTES;
use proviso_model::order::ConditionKind;
use proviso_model::policy::{HashSetRef, PackRef, Policy, Rule};

use super::TestForce;

/// Key of every set here.
pub const KEY: [u8; KEY_BYTES] = [7; KEY_BYTES];

/// A set on the server.
pub struct TestSet {
    pub named: HashSetRef,
    pub filter: Vec<u8>,
    pub delivery: SignedHashSetDelivery,
    pub near: Option<Vec<u8>>,
    asked: HashSet<Arc<[u8]>>,
}

/// An entry with the SHA-256 of a file.
pub fn file(bytes: &[u8], category: u8) -> ListEntry {
    ListEntry { sha256: Some(sha256(bytes)), category, ..ListEntry::default() }
}

/// One with how a picture looks.
pub fn look(pdq: &str, category: u8) -> ListEntry {
    ListEntry { pdq: pdq.parse().ok(), category, ..ListEntry::default() }
}

fn made(push: impl FnOnce(&mut SetBuilder<Cursor<Vec<u8>>>)) -> HashSet<Arc<[u8]>> {
    let scratch = || Ok(Cursor::new(Vec::new()));
    let mut builder = SetBuilder::new(ExactOptions::default(), scratch).expect("a builder");
    push(&mut builder);
    let mut bytes = Vec::new();
    builder.finish(&mut bytes).expect("written");
    HashSet::open(bytes.into()).expect("a set")
}

impl TestSet {
    /// Version `version` of the set "marina", its PDQ hashes for devices where `device_ok`.
    pub fn new(force: &TestForce, version: u32, entries: &[ListEntry], device_ok: bool) -> Self {
        let set = made(|builder| entries.iter().for_each(|entry| builder.push(entry).expect("pushed")));
        let asked = made(|builder| push_keyed(&set, &KEY, builder).expect("pushed"));
        let mut filter = Vec::new();
        write_filter(&asked, &mut filter).expect("written");
        let near = set.near_bytes().filter(|_| device_ok).map(<[u8]>::to_vec);
        let about = |bytes: &[u8]| FileRef { sha256: Digest(sha256(bytes)), bytes: bytes.len() as u64 };
        let name = Digest(sha256(format!("{version} {entries:?}").as_bytes()));
        let delivery = HashSetDelivery {
            force: force.force,
            set: name,
            key: Digest(KEY),
            filter: about(&filter),
            near: near.as_deref().map(about),
        };
        let statement = serde_json::to_string(&delivery).expect("json");
        let key = SignKey::from_seed([11; 32]);
        let signature = STANDARD.encode(key.sign(&signed_hash_set_delivery(&statement)));
        let pack = PackRef { name: "marina".to_owned(), version: version.to_string(), sha256: name };
        let category = "child-abuse".to_owned();
        let named = HashSetRef { set: pack, category, child_abuse: true, device_ok, tree: None };
        Self { named, filter, delivery: SignedHashSetDelivery { statement, signature }, near, asked }
    }

    fn answer(&self, path: &str) -> Option<Vec<u8>> {
        let set = &self.named.set.sha256;
        if path == hash_set_path(set) {
            return Some(serde_json::to_vec(&self.delivery).expect("json"));
        }
        let files = [(HashSetFile::Filter, Some(&self.filter)), (HashSetFile::Near, self.near.as_ref())];
        for (file, bytes) in files {
            let parts = bytes.map(|bytes| bytes.chunks(SITE_LIST_PART_BYTES));
            for (number, part) in (0..).zip(parts.into_iter().flatten()) {
                if path == hash_set_part_path(set, file, number) {
                    return Some(part.to_vec());
                }
            }
        }
        None
    }

    fn listed(&self, question: &HashSetQuestion) -> HashSetAnswer {
        let keyed = question.keyed.0;
        let digests = match question.of {
            AskedDigest::Sha256 => Digests { sha256: Some(keyed), ..Digests::default() },
            AskedDigest::Md5 => Digests { md5: Some(keyed_md5(&keyed)), ..Digests::default() },
        };
        HashSetAnswer { listed: self.asked.look_up(&digests).first().map(|listed| listed.category) }
    }
}

/// What a server with these sets answers; nothing where it names none such.
pub fn answer(sets: &[TestSet], request: &WireRequest) -> Option<WireAnswer> {
    let body = if request.path == HASH_SET_ASK_PATH {
        let question: HashSetQuestion = serde_json::from_slice(&request.body).expect("a question");
        let set = sets.iter().find(|set| set.named.set.sha256 == question.set)?;
        serde_json::to_vec(&set.listed(&question)).expect("json")
    } else {
        sets.iter().find_map(|set| set.answer(&request.path))?
    };
    Some(WireAnswer { status: 200, nonce: Some("nonce".to_owned()), body })
}

impl TestForce {
    /// The policy of all stories with a paragraph for which pictures are compared with these sets, and judged by no model.
    pub fn policy_with_sets(&self, serial: u64, seconds: i64, sets: Vec<HashSetRef>) -> Policy {
        let mut policy = self.policy(serial, seconds);
        let mut pictures = policy.conditions[0].clone();
        pictures.paragraph = "8".to_owned();
        pictures.kind = ConditionKind::ChildImages;
        let first = sets.first().map(|set| set.set.clone());
        let (id, category) = ("pictures/listed".to_owned(), "child-images".to_owned());
        pictures.rules = first
            .into_iter()
            .map(|pack| Rule::HashSets {
                id: id.clone(),
                category: category.clone(),
                pack,
                sets: sets.clone(),
            })
            .collect();
        policy.conditions.push(pictures);
        policy
    }
}
