//! One function for each decoder of outside bytes. Each must return, whatever the bytes; where a decoder promises more
//! than that (what it reads it writes back the same; a bundle that was changed never verifies), it is asserted.
//! `crates/testkit/tests/decoders.rs` includes this file too, so that no nightly toolchain is needed to run it.

use std::sync::LazyLock;

use proviso_engine::image::exact::{DigestKind, ExactBuilder, ExactIndex, ExactOptions};
use proviso_engine::image::keyed::KeyedFilter;
use proviso_engine::image::lists::{self, ListFormat};
use proviso_engine::image::near::{self, NearIndex};
use proviso_engine::image::set::{Digests, HashSet};
use proviso_engine::image::{Luma, Pdq, PdqHash};
use proviso_engine::import::{Defaults, Format, pack_text, read};
use proviso_engine::sites::{Importer, SiteList};
use proviso_engine::{Engine, Pack};
use proviso_evidence::container::{Files, pack as zip, unpack};
use proviso_evidence::format::ListsFile;
use proviso_evidence::{Beside, CheckState, Verdict, verify, verify_beside};
use proviso_inference::picture::{PICTURE_PIXELS_MAX, Pixels, VEILED_SIDE_MAX, View, decode, view};
use proviso_ledger::hash::policy_hash;
use proviso_ledger::{Checkpoint, Envelope, FieldSet, SignKey, VerifyKey, batch::next_record};
use proviso_model::limits::RECORD_BYTES_MAX;
use proviso_model::native::ToHost;
use proviso_model::order::Order;
use proviso_model::wire::{
    EnrolRequest, ForceKeys, ForceKeysStatement, LivenessAnswer, Receipt, TrustFile, newest_root,
};
use proviso_model::{Digest, Observation, Policy};

/// A target's name and what it runs.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 20] = [
    ("order", order),
    ("policy", policy),
    ("envelope", envelope),
    ("field_set", field_set),
    ("checkpoint", checkpoint),
    ("batch", batch),
    ("native_message", native_message),
    ("bundle", bundle),
    ("bundle_file", bundle_file),
    ("pack", pack),
    ("site_list", site_list),
    ("pack_import", pack_import),
    ("observation", observation),
    ("enrol_request", enrol_request),
    ("force_keys", force_keys),
    ("receipt", receipt),
    ("witness", witness),
    ("picture", picture),
    ("hash_index", hash_index),
    ("picture_list", picture_list),
];

/// Whose record `testdata/golden/record-v1.bin` is.
pub const GOLDEN_KEY: &str = "e99e2e66543fee0ab4c90dabaa42d67ca7f4f3251b921525cb46a7b373898fba";

const SAMPLE: &[u8] = include_bytes!("../../testdata/bundles/sample.zip");
const SAMPLE_KEY: &[u8] = include_bytes!("../../testdata/bundles/sample.key");

static FILES: LazyLock<Files> = LazyLock::new(|| unpack(SAMPLE).expect("the sample bundle"));
static TRUST: LazyLock<TrustFile> =
    LazyLock::new(|| serde_json::from_slice(SAMPLE_KEY).expect("the sample's key"));
static DEVICE_KEY: LazyLock<VerifyKey> = LazyLock::new(|| VerifyKey::from_hex(GOLDEN_KEY).expect("a key"));
static KEY: LazyLock<VerifyKey> = LazyLock::new(|| SignKey::from_seed([7; 32]).public());
static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let is_policy = |path: &&String| path.starts_with("policies/") && path.ends_with(".json");
    let path = FILES.keys().find(is_policy).expect("a policy in the sample");
    let bytes = FILES.get(path).expect("the policy");
    let policy: Policy = serde_json::from_slice(bytes).expect("a policy");
    Engine::new(&policy, Digest(policy_hash(bytes))).expect("a policy that the engine can run")
});

fn text(data: &[u8], read: impl FnOnce(&str)) {
    if let Ok(text) = std::str::from_utf8(data) {
        read(text);
    }
}

/// An order file.
pub fn order(data: &[u8]) {
    text(data, |text| {
        let _ = Order::from_toml(text);
    });
}

/// A list of sites as a force imports it, and the compact form as a device fetches it.
pub fn site_list(data: &[u8]) {
    let mut importer = Importer::default();
    if data.split(|byte| *byte == b'\n').all(|line| importer.line(line).is_ok())
        && let Ok((list, counts)) = importer.finish()
    {
        assert_eq!(list.len(), counts.entries);
        let again = SiteList::from_bytes(list.as_bytes()).expect("what was written is read");
        text(data, |address| {
            assert_eq!(again.entry_of_address(address), list.entry_of_address(address));
        });
    }
    if let Ok(list) = SiteList::from_bytes(data) {
        let _ = list.entry_of_address("https://www.late.example/a");
    }
}

/// A policy, and the engine that it makes.
pub fn policy(data: &[u8]) {
    if let Ok(policy) = serde_json::from_slice::<Policy>(data) {
        let _ = Engine::new(&policy, Digest(policy_hash(data)));
    }
}

/// A sealed record.
pub fn envelope(data: &[u8]) {
    if let Ok(envelope) = Envelope::decode(data) {
        assert_eq!(envelope.encode(), data, "an envelope is written back as it was read");
        let _ = envelope.check(&DEVICE_KEY);
    }
}

/// The fields of an opened record.
pub fn field_set(data: &[u8]) {
    if let Ok(fields) = FieldSet::decode(data) {
        assert_eq!(fields.encode().as_slice(), data, "fields are written back as they were read");
        let opening = fields.open(|_| true);
        assert_eq!(opening.root().ok(), Some(fields.root()), "what is opened leads to the root");
    }
}

/// A checkpoint of the log.
pub fn checkpoint(data: &[u8]) {
    text(data, |text| {
        if let Ok(read) = Checkpoint::parse_and_verify(text, &KEY) {
            assert!(text.starts_with(&read.body()), "a checkpoint's body is written back as it was read");
        }
    });
}

/// A batch of records.
pub fn batch(data: &[u8]) {
    let mut rest = data;
    let mut again = Vec::new();
    while let Ok(record) = next_record(&mut rest, RECORD_BYTES_MAX) {
        again.extend_from_slice(&u32::try_from(record.len()).expect("under the limit").to_be_bytes());
        again.extend_from_slice(record);
        envelope(record);
    }
    again.extend_from_slice(rest);
    assert_eq!(again, data, "a batch is written back as it was read");
}

/// A message of the browser extension.
pub fn native_message(data: &[u8]) {
    if let Ok(message) = serde_json::from_slice::<ToHost>(data) {
        let again = serde_json::to_vec(&message).expect("JSON");
        assert_eq!(serde_json::from_slice::<ToHost>(&again).ok(), Some(message), "a message reads back");
    }
}

/// A bundle's bytes.
pub fn bundle(data: &[u8]) {
    if let Ok(report) = verify(data, Some(&TRUST)) {
        let verified = report.verdict == Verdict::Verified;
        assert!(!verified || data == SAMPLE, "a bundle that nobody signed verifies");
    }
}

/// One file of a bundle: the first byte chooses it, the rest is what it holds.
pub fn bundle_file(data: &[u8]) {
    let Some((choice, content)) = data.split_first() else { return };
    let mut files = FILES.clone();
    let path = files.keys().nth(usize::from(*choice) % files.len()).expect("a file").clone();
    files.insert(path, content.to_vec());
    let report = verify(&zip(&files).expect("a zip"), Some(&TRUST)).expect("a bundle");
    assert!(report.verdict != Verdict::Verified || files == *FILES, "a bundle that was changed verifies");
    // The sample shows no look-up in a list, so proofs of one are read by themselves.
    let lists = serde_json::from_slice::<ListsFile>(content).map(|file| file.entries).unwrap_or_default();
    for proof in lists.into_iter().filter_map(|entry| entry.proof) {
        assert!(proof.leaf().is_none_or(|leaf| leaf.len() == 2 + 16 + proof.digest.len() / 2));
    }
}

/// A pack of detection data.
pub fn pack(data: &[u8]) {
    text(data, |text| {
        let _ = Pack::from_toml(text);
    });
}

/// A force's own list: the first byte says how it is written. What is taken of it makes a pack that is read, term for term.
pub fn pack_import(data: &[u8]) {
    let Some((choice, file)) = data.split_first() else { return };
    let format = if choice % 2 == 0 { Format::Csv } else { Format::Json };
    let defaults = Defaults { weight_permille: 1000, language: None };
    let Ok(list) = read(file, format, &defaults) else { return };
    if list.entries.is_empty() {
        return;
    }
    let text = pack_text("fuzz", "1", "Fuzz.", "sexual", &list.entries);
    let pack = Pack::from_toml(&text).expect("a list that was taken is a pack");
    let written = pack.categories.iter().flat_map(|category| &category.terms);
    let mut terms: Vec<_> = written.map(|term| term.text.as_str()).collect();
    let mut entries: Vec<_> = list.entries.iter().map(|entry| entry.term.as_str()).collect();
    terms.sort_unstable();
    entries.sort_unstable();
    assert_eq!(terms, entries, "the pack holds the terms of the list");
}

/// An observation, evaluated and reduced.
pub fn observation(data: &[u8]) {
    if let Ok(seen) = serde_json::from_slice::<Observation>(data) {
        let findings = ENGINE.evaluate(&seen);
        if !findings.is_empty() {
            let reduced = ENGINE.reduce(&seen, &findings);
            assert_eq!(ENGINE.evaluate(&reduced), findings, "what is kept gives the same findings again");
        }
    }
}

/// A device's request to be enrolled.
pub fn enrol_request(data: &[u8]) {
    let _ = serde_json::from_slice::<EnrolRequest>(data);
}

/// A force's keys and the hand-overs of its root, as a device gets them.
pub fn force_keys(data: &[u8]) {
    if let Ok(keys) = serde_json::from_slice::<ForceKeys>(data) {
        let _ = serde_json::from_str::<ForceKeysStatement>(&keys.statement);
        // With signatures that hold, a hand-over is followed; with none that does, nobody gets past the root pinned.
        let _ = newest_root(&TRUST.root_key, TRUST.force, &keys.rotations, |_, _, _| true);
        let stays = newest_root(&TRUST.root_key, TRUST.force, &keys.rotations, |_, _, _| false);
        assert!(stays.is_err() || stays.as_deref() == Ok(TRUST.root_key.as_str()), "nobody handed over");
    }
}

/// What a server answers to records and to a ping.
pub fn receipt(data: &[u8]) {
    if let Ok(receipt) = serde_json::from_slice::<Receipt>(data) {
        let again = serde_json::to_vec(&receipt).expect("JSON");
        assert_eq!(serde_json::from_slice::<Receipt>(&again).ok(), Some(receipt), "a receipt reads back");
    }
    let _ = serde_json::from_slice::<LivenessAnswer>(data);
}

/// A witness file beside the sample bundle: the log that it shows is the sample's, or it does not count.
pub fn witness(data: &[u8]) {
    let beside = [Beside::Witness { name: "witness", bytes: data }];
    let report = verify_beside(&SAMPLE, Some(&TRUST), &beside).expect("a bundle");
    let passed =
        report.checks.iter().any(|check| check.name == "witness" && check.state == CheckState::Passed);
    assert!(!passed || data.starts_with(b"{"), "something else than a witness file passed");
}

/// A picture of a stranger: what is decoded has as many pixels as it says, no more than is allowed, and can be hashed; what is made of
/// it to look at is a small file that is decoded again.
fn picture(bytes: &[u8]) {
    if let Ok(veiled) = view(bytes, View::Veiled) {
        let veiled = decode(&veiled).expect("a new file");
        assert!(
            veiled.width.max(veiled.height) <= VEILED_SIDE_MAX && matches!(veiled.pixels, Pixels::Grey(_))
        );
    }
    let Ok(picture) = decode(bytes) else { return };
    let (width, height) = (picture.width as usize, picture.height as usize);
    assert!((width * height) as u64 <= PICTURE_PIXELS_MAX);
    let luma = match &picture.pixels {
        Pixels::Grey(pixels) => Luma::from_grey(width, height, pixels),
        Pixels::Rgb(pixels) => Luma::from_rgb(width, height, pixels),
    };
    assert!(Pdq::of(&luma.expect("as many pixels as it says")).quality_percent <= 100);
}

/// An index of hashes as a device fetches it: whatever it holds, questions end. And the bytes as entries: what was written is
/// found.
pub fn hash_index(data: &[u8]) {
    let ask_exact = |index: &ExactIndex<&[u8]>, digest: &[u8]| {
        index.find(digest).is_none_or(|found| index.entry(found.place) == Some((digest, found.tag)))
    };
    let (digests, _) = data.as_chunks::<32>();
    if let Ok(index) = ExactIndex::open(data) {
        for digest in digests.iter().take(64) {
            let (digest, _) = digest.split_at(index.kind().width());
            assert!(ask_exact(&index, digest), "what is found is in the list");
        }
    }
    if let Ok(index) = NearIndex::open(data) {
        for digest in digests.iter().take(4) {
            let hash = PdqHash::from_bytes(digest);
            index.each_near(&hash, |found| {
                let entry = index.entry(found.place as usize).expect("an entry");
                assert_eq!((entry.0.distance(&hash), entry.1), (found.distance, found.tag));
            });
        }
    }
    let scratch = std::io::Cursor::new(Vec::new());
    let options = ExactOptions { memory_bytes: 1 << 10, ..ExactOptions::default() };
    let mut builder = ExactBuilder::new(DigestKind::Sha256, options, scratch);
    digests.iter().for_each(|digest| builder.push(digest, 1).expect("taken"));
    let (mut exact, mut similar) = (Vec::new(), Vec::new());
    builder.finish(&mut exact).expect("written");
    let hashes = digests.iter().map(|digest| (PdqHash::from_bytes(digest), 1)).collect();
    near::write(hashes, &mut similar).expect("written");
    let exact = ExactIndex::open(exact.as_slice()).expect("what was written is read");
    let similar = NearIndex::open(similar).expect("what was written is read");
    for digest in digests.iter().take(64) {
        assert!(exact.find(digest).is_some() && ask_exact(&exact, digest));
        assert_eq!(similar.nearest(&PdqHash::from_bytes(digest)).map(|found| found.distance), Some(0));
    }
}

/// A hash set and a filter as a device or a server reads them, and a list of hashes of pictures, as each format in turn: what is taken can be looked up and is counted.
pub fn picture_list(data: &[u8]) {
    if let Ok(set) = HashSet::open(data) {
        let (sha256, pdq) = (Some([7; 32]), Some(PdqHash([7; 4])));
        let _ = set.look_up(&Digests { md5: Some([7; 16]), sha1: Some([7; 20]), sha256, pdq });
    }
    if let Ok(filter) = KeyedFilter::open(data.to_vec()) {
        let _ = filter.may_have(DigestKind::Sha256, &[7; 32]);
    }
    let formats = [
        ListFormat::Auto,
        ListFormat::Vics,
        ListFormat::Caid,
        ListFormat::Md5,
        ListFormat::Sha256,
        ListFormat::Pdq,
    ];
    for format in formats {
        let mut taken = 0;
        let mut keep = |entry: lists::ListEntry| {
            let is_bare = entry.md5.is_none() && entry.sha1.is_none() && entry.sha256.is_none();
            assert!(!is_bare || entry.pdq.is_some(), "an entry without anything to look up");
            taken += 1;
            Ok(())
        };
        if let Ok(read) = lists::read(data, format, None, &mut keep, &mut |_| {}) {
            assert_eq!(read.counts.taken, taken);
        }
    }
}
