//! Hash sets as a device meets them: named by its policy, a filter over keyed digests and never the digests, and questions that leave
//! nothing behind. Every digest is of a harmless line of text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::date;
use proviso_engine::image::exact::DigestKind;
use proviso_engine::image::keyed::{KeyedFilter, keyed};
use proviso_engine::image::lists::ListFormat;
use proviso_engine::image::near::NearIndex;
use proviso_ledger::hash::sha256;
use proviso_model::Digest;
use proviso_model::hash_set::{
    AskedDigest, HASH_SET_ASK_PATH, HashSetAnswer, HashSetDelivery, HashSetFile, HashSetQuestion,
    SignedHashSetDelivery, hash_set_part_path, hash_set_path, signed_hash_set_delivery,
};
use proviso_model::limits::{HASH_SET_ASKS_PER_MINUTE, SITE_LIST_PART_BYTES};
use proviso_server::app::force::case::order_change;
use proviso_server::app::force::hash_set::{self, NewHashSet};
use reqwest::{Method, StatusCode};

use crate::device::Device;
use crate::rig::{ORDER, Rig};

/// MD5 of the first two harmless files, the second of category 2.
const MD5: [&str; 2] = ["cce4436779c33ef11d614f9bfbcfb0d0", "0123456789abcdef0123456789abcdef"];
pub const CONDITIONS: &str = "[[condition]]\nparagraph = \"22\"\ntext = \"Must not view pornography.\"\nkind = \"pornography\"\n
[[condition]]\nparagraph = \"23\"\ntext = \"Must not have the pictures that the schedule names.\"\nkind = \"child-images\"\n";

pub fn new(name: &str, format: ListFormat, child_abuse: bool, device_ok: bool) -> NewHashSet<'_> {
    NewHashSet {
        name,
        format,
        source: "an invented source",
        licence: "none",
        dated: date(2026, 11, 1),
        country: None,
        child_abuse,
        device_ok,
    }
}

pub async fn import(
    rig: &Rig,
    name: &str,
    text: &str,
    format: ListFormat,
    child_abuse: bool,
    device_ok: bool,
) -> usize {
    let new = new(name, format, child_abuse, device_ok);
    let staged = hash_set::read(&rig.ctx, &new, text.as_bytes(), &mut |_| {}).expect("a list");
    hash_set::import(&rig.ctx, &new, staged).await.expect("imported").devices
}

async fn delivery(rig: &Rig, device: &mut Device, set: &Digest) -> HashSetDelivery {
    let answer = device.ask(rig, Method::GET, &hash_set_path(set), Vec::new()).await;
    assert_eq!(answer.status, StatusCode::OK);
    let signed: SignedHashSetDelivery = serde_json::from_slice(&answer.body).expect("a delivery");
    let signature = STANDARD.decode(&signed.signature).expect("base64").try_into().expect("a signature");
    let key = rig.ctx.keys.pack.public();
    assert!(key.verify(&signed_hash_set_delivery(&signed.statement), &signature).is_ok());
    serde_json::from_str(&signed.statement).expect("a statement")
}

async fn fetch(rig: &Rig, device: &mut Device, set: &Digest, file: HashSetFile) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in 0.. {
        let answer = device.ask(rig, Method::GET, &hash_set_part_path(set, file, part), Vec::new()).await;
        assert_eq!(answer.status, StatusCode::OK, "part {part}");
        bytes.extend_from_slice(&answer.body);
        if answer.body.len() < SITE_LIST_PART_BYTES {
            break;
        }
    }
    bytes
}

async fn ask(rig: &Rig, device: &mut Device, set: Digest, key: &Digest, md5: &str) -> (StatusCode, Vec<u8>) {
    let digest = hex::decode(md5).expect("digits");
    let question = HashSetQuestion { set, of: AskedDigest::Md5, keyed: Digest(keyed(&key.0, &digest)) };
    let body = serde_json::to_vec(&question).expect("JSON");
    let answer = device.ask(rig, Method::POST, HASH_SET_ASK_PATH, body).await;
    (answer.status, answer.body)
}

/// The category that the server says of a digest, asked for as a device does.
pub async fn answer_about(rig: &Rig, device: &mut Device, set: Digest, md5: &str) -> Option<u8> {
    let given = delivery(rig, device, &set).await;
    listed(&ask(rig, device, set, &given.key, md5).await)
}

fn listed(answer: &(StatusCode, Vec<u8>)) -> Option<u8> {
    assert_eq!(answer.0, StatusCode::OK);
    serde_json::from_slice::<HashSetAnswer>(&answer.1).expect("an answer").listed
}

#[tokio::test]
async fn a_device_gets_a_filter_and_never_the_digests_and_its_questions_leave_nothing() {
    let mut rig = Rig::with_workers(0).await;
    order_change(&rig.ctx, rig.case, &format!("{ORDER}\n{CONDITIONS}"), "order.toml").await.expect("entered");
    let mut device = Device::enrol(&rig).await;
    assert_eq!(device.policy.hash_sets().len(), 0);
    let exact = format!("{}\n{},2\n", MD5[0], MD5[1]);
    assert_eq!(import(&rig, "restricted", &exact, ListFormat::Md5, true, false).await, 1);
    let pdq = format!("{}\n{}\n", "1f".repeat(32), "e3".repeat(32));
    assert_eq!(import(&rig, "similar", &pdq, ListFormat::Pdq, false, true).await, 1);
    device.fetch_policy(&rig).await;
    let sets = device.policy.hash_sets();
    let by_name = |name: &str| sets.iter().find(|set| set.set.name == name).expect("named");
    let (restricted, similar) = (by_name("restricted"), by_name("similar"));
    assert_eq!(
        (restricted.child_abuse, restricted.device_ok, restricted.category.as_str()),
        (true, false, "child-abuse")
    );
    assert_eq!(
        (similar.child_abuse, similar.device_ok, similar.category.as_str()),
        (false, true, "pornography")
    );
    let (restricted, similar) = (restricted.set.sha256, similar.set.sha256);

    // The filter knows keyed digests; nothing that the device gets holds one in the clear.
    let given = delivery(&rig, &mut device, &restricted).await;
    let filter = fetch(&rig, &mut device, &restricted, HashSetFile::Filter).await;
    assert_eq!((Digest(sha256(&filter)), filter.len() as u64), (given.filter.sha256, given.filter.bytes));
    assert_eq!(given.near, None);
    let ready = KeyedFilter::open(&filter).expect("a filter");
    for md5 in MD5 {
        let digest = hex::decode(md5).expect("digits");
        assert!(ready.may_have(DigestKind::Md5, &keyed(&given.key.0, &digest)), "{md5}");
        assert!(!filter.windows(8).any(|stretch| digest.starts_with(stretch)), "{md5} is in the clear");
    }
    let refused = device
        .ask(&rig, Method::GET, &hash_set_part_path(&restricted, HashSetFile::Near, 0), Vec::new())
        .await;
    assert_eq!(refused.refusal().code, "request-bad", "its PDQ hashes are not for devices");
    let near = delivery(&rig, &mut device, &similar).await.near.expect("marked for devices");
    let bytes = fetch(&rig, &mut device, &similar, HashSetFile::Near).await;
    assert_eq!(Digest(sha256(&bytes)), near.sha256);
    assert_eq!(NearIndex::open(bytes).expect("an index").len(), 2);

    // Questions: answered from the whole keyed digest, and in no log whatever the answer.
    let acts = rig.ctx.store.audit_list(None, 0, 1000).await.expect("read").len();
    let other = "00112233445566778899aabbccddeeff";
    for (md5, expected) in [(MD5[0], Some(0)), (MD5[1], Some(2)), (other, None)] {
        let answer = ask(&rig, &mut device, restricted, &given.key, md5).await;
        assert_eq!(listed(&answer), expected, "{md5}");
    }
    let answer = ask(&rig, &mut device, restricted, &Digest([1; 32]), MD5[0]).await;
    assert_eq!(listed(&answer), None, "under another key nothing is found");
    assert_eq!(rig.ctx.store.audit_list(None, 0, 1000).await.expect("read").len(), acts);

    // A limit for each minute.
    let mut refused = 0;
    for _ in 0..HASH_SET_ASKS_PER_MINUTE {
        let (status, _) = ask(&rig, &mut device, restricted, &given.key, other).await;
        refused += usize::from(status == StatusCode::TOO_MANY_REQUESTS);
    }
    assert_eq!(refused, 4, "four were asked before");
    rig.clock.forward_seconds(61);
    assert_eq!(listed(&ask(&rig, &mut device, restricted, &given.key, MD5[0]).await), Some(0));

    // The next version is there for the running server; a set that the policy no longer names is refused.
    assert_eq!(import(&rig, "restricted", &format!("{other}\n"), ListFormat::Md5, true, false).await, 1);
    device.fetch_policy(&rig).await;
    let (status, body) = ask(&rig, &mut device, restricted, &given.key, MD5[0]).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{}", String::from_utf8_lossy(&body));
    let next = device.policy.hash_sets().iter().find(|set| set.child_abuse).expect("named").set.clone();
    assert_eq!(next.version, "2");
    let given = delivery(&rig, &mut device, &next.sha256).await;
    assert_eq!(listed(&ask(&rig, &mut device, next.sha256, &given.key, other).await), Some(0));
    hash_set::retire(&rig.ctx, "restricted").await.expect("retired");
    device.fetch_policy(&rig).await;
    assert_eq!(device.policy.hash_sets().len(), 1);
    rig.stop().await;
}
