//! A second verifier, `tests/verifier/verify.py`, written in another language from `docs/bundle-format.md` alone,
//! agrees with ours on every bundle here.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use crate::common::{Sample, sample};
use crate::tampering::{edit, failed, paths, relist};
use proviso_evidence::container::{Files, pack, unpack};
use proviso_evidence::{Exhibit, Part, layout, verify, write};
use serde_json::{Value, json};

const VERIFIER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/verifier/verify.py");
const BAD_BUNDLES_MIN: usize = 60;

pub static MADE: LazyLock<Sample> = LazyLock::new(|| sample("sample bundle 1", |_| ()));
static OTHER: LazyLock<Sample> = LazyLock::new(|| sample("another force's seed", |_| ()));

/// Debian's own python has the libraries; one that a developer put before it may not.
static PYTHON: LazyLock<&str> = LazyLock::new(|| {
    let has_library = |python: &&str| {
        let asked = Command::new(python).args(["-c", "import jsonschema, nacl"]).output();
        asked.is_ok_and(|out| out.status.success())
    };
    let python = ["/usr/bin/python3", "python3"].into_iter().find(has_library);
    python.expect("python3 with the libraries jsonschema and nacl: run cargo xtask setup")
});

/// Exit code of the second verifier and the checks that it says failed.
fn second(folder: &Path, bytes: &[u8]) -> (Option<i32>, BTreeSet<String>) {
    let (bundle, key) = (folder.join("bundle.zip"), folder.join("force.key"));
    std::fs::write(&bundle, bytes).expect("a file");
    std::fs::write(&key, serde_json::to_vec(&MADE.trust).expect("JSON")).expect("a file");
    let output = Command::new(*PYTHON)
        .arg(VERIFIER)
        .arg(&bundle)
        .arg("--trust")
        .arg(&key)
        .output()
        .expect("python3 runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.stderr.is_empty() || output.status.code() == Some(2),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let failed = said.lines().filter_map(|line| line.strip_prefix("FAIL ")?.split_whitespace().next());
    (output.status.code(), failed.map(str::to_owned).collect())
}

/// Both verifiers' failed checks, which must be the same; `None` when both say that it is no bundle.
pub fn both(folder: &Path, what: &str, bytes: &[u8]) -> Option<BTreeSet<String>> {
    let (code, theirs) = second(folder, bytes);
    let Ok(report) = verify(bytes, Some(&MADE.trust)) else {
        assert_eq!(code, Some(2), "{what}: ours says that this is not a bundle");
        return None;
    };
    let ours: BTreeSet<String> = failed(&report).into_iter().map(str::to_owned).collect();
    assert_eq!(theirs, ours, "{what}: the checks that fail in the second verifier, and in ours: {report:#?}");
    assert_eq!(code, Some(i32::from(!ours.is_empty())), "{what}");
    Some(ours)
}

/// A changed place in a JSON file: the first file in this folder, where in it, and what is written there.
type Edit = (&'static str, &'static str, fn(&Value) -> Value);

pub fn flipped(value: &Value) -> Value {
    let text = value.as_str().expect("text");
    let last = if text.ends_with('0') { "1" } else { "0" };
    json!(format!("{}{last}", &text[..text.len() - 1]))
}

pub fn one_more(value: &Value) -> Value {
    json!(value.as_u64().expect("a number") + 1)
}

pub fn without_first(value: &Value) -> Value {
    json!(value.as_array().expect("a list")[1..])
}

fn first_twice(value: &Value) -> Value {
    let list = value.as_array().expect("a list");
    json!([&list[..1], list].concat())
}

fn reversed(value: &Value) -> Value {
    json!(value.as_array().expect("a list").iter().rev().collect::<Vec<_>>())
}

pub fn nothing(_: &Value) -> Value {
    Value::Null
}

const EDITS: [Edit; 77] = [
    ("coverage/", "/entries", without_first),
    ("coverage/", "/entries", reversed),
    ("coverage/", "/entries/0/minutes", one_more),
    ("coverage/", "/entries/0/gap", |_| json!("power-off")),
    ("coverage/", "/entries/1/watched_by/0", |_| json!("health")),
    ("coverage/", "/minutes/watched", one_more),
    ("coverage/", "/stretches/0/until", |_| json!("2026-11-24T08:41:00Z")),
    ("coverage/", "/stretches/0/from", |_| json!("2026-11-24T08:00:30Z")),
    ("coverage/", "/stretches", first_twice),
    ("coverage/", "/device", flipped),
    ("captured/", "/commitments/2", flipped),
    ("captured/", "/commitments", without_first),
    ("captured/", "/commitments", first_twice),
    ("captured/", "/opened/0/value", |_| json!("\"of another kind\"")),
    ("captured/", "/opened/0/name", |_| json!("body.kinds")),
    ("captured/", "/opened/0/salt", flipped),
    ("captured/", "/opened/0/index", one_more),
    ("captured/", "/opened", reversed),
    ("captured/", "/record", flipped),
    ("captured/", "/opened/0", nothing),
    ("generated/", "/commitments/0", flipped),
    ("generated/", "/opened/0/value", |_| json!("[]")),
    ("generated/", "/opened/0/index", |_| json!(99)),
    ("chains/", "/links", reversed),
    ("chains/", "/links", first_twice),
    ("chains/", "/links", without_first),
    ("chains/", "/links/2/signature", flipped),
    ("chains/", "/links/2/header", flipped),
    ("chains/", "/links/0", nothing),
    ("custody/", "/entries", reversed),
    ("custody/", "/entries", first_twice),
    ("custody/", "/entries/0/actor", |_| json!("officer:4413")),
    ("custody/", "/entries/0/opened_at", |_| json!("2026-11-24T08:45:01Z")),
    ("custody/", "/entries/0/sealed", |_| json!("AAAA")),
    ("custody/", "/entries/0/case", nothing),
    ("custody/", "/entries/1/previous", flipped),
    ("custody/", "/entries/1/hash", flipped),
    ("custody/", "/entries/0/completed/outcome", |_| json!("refused")),
    ("custody/", "/entries/0/completed/hash", flipped),
    ("custody/", "/entries/0/seq", one_more),
    ("decisions/", "/outcome", |_| json!("no-concern")),
    ("decisions/", "/outcome", |_| json!("perhaps")),
    ("decisions/", "/officer", flipped),
    ("decisions/", "/decided_at", |_| json!("2026-11-24T08:50:01Z")),
    ("decisions/", "/sealed", |_| json!("AAAA")),
    ("decisions/", "/hash", flipped),
    ("decisions/", "/records/0", flipped),
    ("destroyed/", "/record", flipped),
    ("destroyed/", "/device", flipped),
    ("destroyed/", "/epoch", one_more),
    ("destroyed/", "/seq", one_more),
    ("destroyed/", "/seq", nothing),
    ("destroyed/", "/destroyed_at", |_| json!("yesterday")),
    ("destroyed/", "/why", |_| json!(7)),
    ("destroyed/", "/certificate", flipped),
    ("destroyed/", "/certificate", |_| json!("17")),
    ("destroyed/", "/act", flipped),
    ("custody/", "/entries/2/objects", |_| json!("another record")),
    ("devices/", "/signature", |_| json!("AAAA")),
    ("devices/", "/statement", |text| json!(text.as_str().expect("text").replace("person014", "person015"))),
    ("proofs/inclusion.json", "/leaves", without_first),
    ("proofs/inclusion.json", "/leaves/0/proof/index", one_more),
    ("proofs/inclusion.json", "/leaves/0/proof/index", |_| json!(1_000)),
    ("proofs/inclusion.json", "/leaves/0/proof/hashes", without_first),
    ("proofs/inclusion.json", "/leaves/0/proof/hashes", first_twice),
    ("proofs/inclusion.json", "/leaves/0/proof/hashes/1", flipped),
    ("proofs/inclusion.json", "/leaves/0/kind", |_| json!("decision")),
    ("proofs/consistency.json", "/earlier", reversed),
    ("proofs/consistency.json", "/earlier", first_twice),
    ("proofs/consistency.json", "/earlier/0/size", one_more),
    ("proofs/consistency.json", "/earlier/0/size", |_| json!(0)),
    ("proofs/consistency.json", "/earlier/3/size", |_| json!(1_000)),
    ("proofs/consistency.json", "/earlier/1/root", flipped),
    ("proofs/consistency.json", "/earlier/2/root", flipped),
    ("proofs/consistency.json", "/earlier/2/hashes", without_first),
    ("proofs/consistency.json", "/earlier/2/hashes", first_twice),
    ("proofs/consistency.json", "/earlier/0/hashes/0", flipped),
];

/// Bundles that must fail: each file taken away, changed, or another force's; places in JSON changed, under the
/// force's own signature too; files added and swapped; and the zip's own bytes.
fn bad_bundles() -> Vec<(String, Vec<u8>)> {
    let good = unpack(&MADE.bundle).expect("the sample");
    let others = unpack(&OTHER.bundle).expect("the other sample");
    let mut bad: Vec<(String, Vec<u8>)> = Vec::new();
    let mut add = |what: String, mut files: Files, resign: bool| {
        if resign {
            relist(&mut files, true);
        }
        bad.push((what, pack(&files).expect("a zip")));
    };
    for path in good.keys() {
        let listed = ![layout::README, layout::MANIFEST, layout::MANIFEST_SIGNATURE].contains(&path.as_str());
        let mut files = good.clone();
        files.remove(path);
        add(format!("{path} taken away"), files, false);
        let mut files = good.clone();
        files.get_mut(path).expect("a file").pop();
        add(format!("{path} a byte shorter"), files, false);
        let mut files = good.clone();
        let bytes = files.get_mut(path).expect("a file");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        add(format!("{path} changed and listed anew"), files, listed);
        let of_other = others.get(path).filter(|bytes| listed && **bytes != good[path]);
        if let Some(bytes) = of_other {
            let mut files = good.clone();
            files.insert(path.clone(), bytes.clone());
            add(format!("{path} of another force"), files, true);
        }
    }
    for (folder, place, change) in EDITS {
        let mut files = good.clone();
        let path = paths(&files, folder)[0].clone();
        edit(&mut files, &path, |file| {
            let value = file.pointer_mut(place).expect("a value there");
            *value = change(value);
        });
        add(format!("{path}, {place} changed"), files, true);
    }
    for (path, to) in [("notes.txt", false), ("records/note.record", true), ("policies/x.sig", true)] {
        let mut files = good.clone();
        files.insert(path.to_owned(), b"one more".to_vec());
        add(format!("{path} added"), files, to);
    }
    let records = paths(&good, layout::RECORDS);
    for (one, two) in [(0, 1), (1, 2), (2, 3)] {
        let mut files = good.clone();
        files.insert(records[one].clone(), good[&records[two]].clone());
        files.insert(records[two].clone(), good[&records[one]].clone());
        add(format!("records {one} and {two} swapped"), files, true);
    }
    bad.push(("another force's bundle".to_owned(), OTHER.bundle.clone()));
    let end = MADE.bundle.len();
    for at in [4, 10, 14, 40, end / 2, end - 22, end - 10, end - 1] {
        let mut bytes = MADE.bundle.clone();
        bytes[at] ^= 1;
        bad.push((format!("byte {at} of the zip changed"), bytes));
    }
    bad.push(("a byte behind the zip".to_owned(), [MADE.bundle.as_slice(), b"\0"].concat()));
    bad.push(("the zip cut".to_owned(), MADE.bundle[..end - 1].to_vec()));
    bad.push(("a letter".to_owned(), b"not a bundle".to_vec()));
    bad
}

#[test]
fn both_verifiers_agree_on_a_good_bundle_and_on_every_bad_one() {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(both(folder.path(), "the good one", &MADE.bundle), Some(BTreeSet::new()));
    let bad = bad_bundles();
    assert!(bad.len() >= BAD_BUNDLES_MIN, "{} bad bundles", bad.len());
    for (what, bytes) in &bad {
        let failed = both(folder.path(), what, bytes);
        assert!(failed.is_none_or(|checks| !checks.is_empty()), "{what} passes in both verifiers");
    }
}

/// Enrolment and notice have twelve fields, of which the court sees three.
#[test]
fn three_fields_opened_and_nine_closed_verify_and_a_changed_closed_one_does_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut input = MADE.input.clone();
    let shown = ["body.enrolment.system", "body.notice.response", "body.notice.shown_at"];
    let mut counts = (0, 0);
    for (place, record) in input.records.iter_mut().enumerate() {
        let fields = MADE.fields[place].clone();
        let names = fields.open(|_| true).opened.into_iter().map(|field| field.name);
        let closed: BTreeSet<String> = names.filter(|name| !shown.contains(&name.as_str())).collect();
        record.exhibit = (place < 2).then(|| {
            counts = (counts.0 + fields.len() - closed.len(), counts.1 + closed.len());
            Exhibit { fields, closed }
        });
    }
    assert_eq!(counts, (3, 9));
    let bytes = write(&input, &MADE.checkpoint_key).expect("a bundle");
    assert_eq!(both(folder.path(), "three of twelve", &bytes), Some(BTreeSet::new()));

    let files = unpack(&bytes).expect("the bundle");
    let readme = String::from_utf8_lossy(&files[layout::README]);
    assert!(readme.contains("Fields left closed: 9 of 12."), "{readme}");
    let report = verify(&bytes, Some(&MADE.trust)).expect("a bundle");
    let said = &report.checks.iter().find(|check| check.name == "exhibits").expect("the check").says;
    for words in ["closed: 9 of 12 fields", "Left out", Part::Account.in_words(), Part::Notice.in_words()] {
        assert!(said.contains(words), "{said}");
    }
    let mut changed = 0;
    for path in paths(&files, layout::CAPTURED) {
        let file: Value = serde_json::from_slice(&files[&path]).expect("JSON");
        let list = |name: &str| file[name].as_array().expect("a list").clone();
        let open: Vec<Value> = list("opened").iter().map(|field| field["index"].clone()).collect();
        for index in (0..list("commitments").len()).filter(|index| !open.contains(&json!(index))) {
            let mut files = files.clone();
            edit(&mut files, &path, |file| {
                let commitment = &mut file["commitments"][index];
                *commitment = flipped(commitment);
            });
            relist(&mut files, true);
            let failed = both(folder.path(), "a closed field changed", &pack(&files).expect("a zip"));
            assert_eq!(failed, Some(BTreeSet::from(["exhibits".to_owned()])), "{path}, closed field {index}");
            changed += 1;
        }
    }
    assert_eq!(changed, 9);
}
