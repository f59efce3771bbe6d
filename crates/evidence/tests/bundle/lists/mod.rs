//! Entries of a force's list, each proven to whoever has no other, and what an attacker may try on their proofs. Both verifiers say the
//! same.

mod sample;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proviso_evidence::container::{Files, pack, unpack};
use proviso_evidence::{BundleInput, CheckState, Verdict, layout, verify, write};
use proviso_model::Digest;
use proviso_model::hash_set::{HashSetStatement, SetTree};
use proviso_model::wire::{ForceKeysStatement, signed_keys};
use serde_json::{Value, json};

use crate::common::at;
use crate::common::seeded::base64;
use crate::second_verifier::{MADE, both, flipped, nothing, one_more, without_first};
use crate::tampering::{edit, paths, relist};
use sample::{OLDER, proof, statement};

static INPUT: LazyLock<BundleInput> = LazyLock::new(sample::input);

fn made(input: &BundleInput) -> Vec<u8> {
    write(input, &MADE.checkpoint_key).expect("a bundle")
}

/// How the check `lists` ended and what it says, where the bundle is verified.
fn said(bytes: &[u8]) -> (CheckState, String) {
    let report = verify(bytes, Some(&MADE.trust)).expect("a bundle");
    assert_eq!(report.verdict, Verdict::Verified, "{report:#?}");
    let check = report.checks.into_iter().find(|check| check.name == "lists").expect("the check");
    (check.state, check.says)
}

#[test]
fn entries_that_exact_digests_and_a_look_alike_found_are_proven_and_what_is_not_is_said_and_never_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let proven = "The entries that 3 look-ups found stood in list harbour, version 3, as imported on \
                  2026-11-24T08:00:00.000000Z.";
    let older = "Not shown for 1 look-up: the list is older.";
    let whole = made(&INPUT);
    assert_eq!(both(folder.path(), "proven", &whole), Some(BTreeSet::new()));
    assert_eq!(said(&whole), (CheckState::Passed, format!("{proven} {older}")));
    let files = unpack(&whole).expect("the bundle");
    let readme = String::from_utf8_lossy(&files[layout::README]).into_owned();
    assert!(readme.contains(proven) && readme.contains(older) && readme.contains("lists/  "), "{readme}");

    // Proofs taken out, as in a bundle of before there were any; and a list that says only why there is none.
    let without = BundleInput { lists: Vec::new(), ..INPUT.clone() };
    let no_proof = BundleInput { lists: INPUT.lists[3..].to_vec(), ..INPUT.clone() };
    for (what, input, looked_up) in [("none", without, 4), ("only why there is none", no_proof, 3)] {
        let bytes = made(&input);
        assert_eq!(both(folder.path(), what, &bytes), Some(BTreeSet::new()));
        let (state, says) = said(&bytes);
        assert_eq!(state, CheckState::NotDone, "{what}");
        assert!(
            says.contains(&format!("Not shown for {looked_up} look-ups: the bundle says nothing")),
            "{says}"
        );
    }
}

/// A changed place in the first proof, and what is written there.
type Edit = (&'static str, fn(&Value) -> Value);

const EDITS: [Edit; 16] = [
    ("/record", flipped),
    ("/entries/0/set", flipped),
    ("/entries", |_| json!([])),
    ("/entries/0/proof", nothing),
    ("/entries/0/no_proof", |_| json!("none is needed.")),
    ("/entries/0/proof/kind", |_| json!("md5")),
    ("/entries/0/proof/category", one_more),
    ("/entries/0/proof/digest", flipped),
    ("/entries/0/proof/salt", flipped),
    ("/entries/0/proof/index", one_more),
    ("/entries/0/proof/index", |_| json!(1_000)),
    ("/entries/0/proof/hashes", without_first),
    ("/entries/0/proof/hashes/0", flipped),
    ("/entries/0/proof/signature", |_| json!("AAAA")),
    ("/entries/0/proof/statement", |text| json!(text.as_str().expect("text").replace("harbour", "harbor"))),
    ("/entries/0/proof/statement", |_| json!("{}")),
];

/// What only the force itself could sign, after the finding: another tree with the same list's name, another name, an older day.
fn signed_later() -> Vec<(&'static str, HashSetStatement)> {
    let with = |change: fn(&mut HashSetStatement)| {
        let mut says = statement();
        change(&mut says);
        says
    };
    vec![
        ("without a tree", with(|says| says.tree = None)),
        ("another root", with(|says| says.tree = Some(SetTree { size: 5, root: Digest([7; 32]) }))),
        ("another size", with(|says| says.tree = says.tree.map(|tree| SetTree { size: 6, ..tree }))),
        ("another file", with(|says| says.sha256 = OLDER)),
        ("another name", with(|says| says.name = "quay".to_owned())),
        ("another version", with(|says| says.version = 4)),
        ("imported after the policy was made", with(|says| says.imported_at = at(9, 0))),
        ("other counts of digests", with(|says| says.digests.sha1 = 2)),
    ]
}

#[test]
fn a_proof_that_was_changed_swapped_or_signed_later_fails_by_name_in_both_verifiers() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = unpack(&made(&INPUT)).expect("the bundle");
    let path = |of: usize| layout::lists(&INPUT.lists[of].record);
    let fails = |what: &str, mut files: Files| {
        relist(&mut files, true);
        let failed = both(folder.path(), what, &pack(&files).expect("a zip"));
        assert_eq!(failed, Some(BTreeSet::from(["lists".to_owned()])), "{what}");
    };
    for (place, change) in EDITS {
        let mut files = good.clone();
        edit(&mut files, &path(0), |file| {
            let value = file.pointer_mut(place).expect("a value there");
            *value = change(value);
        });
        fails(&format!("{place} changed"), files);
    }
    for (one, two) in [(0, 1), (1, 2), (0, 3)] {
        let mut files = good.clone();
        files.insert(path(one), good[&path(two)].clone());
        files.insert(path(two), good[&path(one)].clone());
        fails(&format!("files {one} and {two} swapped"), files.clone());
        // The same with the records' names put right.
        for of in [one, two] {
            edit(&mut files, &path(of), |file| file["record"] = json!(INPUT.lists[of].record));
        }
        fails(&format!("proofs {one} and {two} swapped"), files);
    }
    let mut files = good.clone();
    files.insert(layout::lists(&Digest([1; 32])), good[&path(0)].clone());
    fails("about a record that is not here", files);
    for (what, says) in signed_later() {
        // The look-alike names its place, so counts matter to it.
        let mut files = good.clone();
        let proof = serde_json::to_value(proof(&says, 4)).expect("JSON");
        edit(&mut files, &path(2), |file| file["entries"][0]["proof"] = proof);
        fails(what, files);
    }
    assert_eq!(paths(&good, layout::LISTS).len(), 4);
}

#[test]
fn a_proof_without_the_digest_that_it_is_about_or_without_a_pack_key_shows_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut closed = INPUT.clone();
    let exhibit = closed.records[0].exhibit.as_mut().expect("shown");
    exhibit.closed.insert("body.captured.fact.sha256".to_owned());
    let mut keyless = INPUT.clone();
    let mut says: ForceKeysStatement = serde_json::from_str(&keyless.keys.statement).expect("JSON");
    says.pack_key = None;
    keyless.keys.statement = serde_json::to_string(&says).expect("JSON");
    keyless.keys.signature = base64(&MADE.root.sign(&signed_keys(&keyless.keys.statement)));
    for (what, input) in [("the digest is closed", closed), ("the force has no pack key", keyless)] {
        let failed = both(folder.path(), what, &made(&input));
        assert_eq!(failed, Some(BTreeSet::from(["lists".to_owned()])), "{what}");
    }
}
