//! What an attacker may try on a bundle, and the check that names it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::common::{SAMPLE, SAMPLE_KEY, Sample, sample};
use proviso_evidence::container::{Files, pack, unpack};
use proviso_evidence::format::{Manifest, manifest_signed};
use proviso_evidence::{CheckState, Part, Report, Verdict, layout, verify};
use proviso_ledger::FieldSet;
use proviso_ledger::hash::sha256;
use proviso_model::Digest;
use serde_json::Value;

static MADE: LazyLock<Sample> = LazyLock::new(|| sample("sample bundle 1", |_| ()));

pub fn failed(report: &Report) -> BTreeSet<&'static str> {
    report.failed().map(|check| check.name).collect()
}

/// Lists the files as they are now, as an attacker would; `resign` with the force's own checkpoint key.
pub fn relist(files: &mut Files, resign: bool) {
    let mut manifest: Manifest = serde_json::from_slice(&files[layout::MANIFEST]).expect("a manifest");
    manifest.files = files
        .iter()
        .filter(|(path, _)| ![layout::MANIFEST, layout::MANIFEST_SIGNATURE].contains(&path.as_str()))
        .map(|(path, bytes)| proviso_evidence::format::FileEntry {
            path: path.clone(),
            bytes: bytes.len() as u64,
            sha256: Digest(sha256(bytes)),
        })
        .collect();
    let json = serde_json::to_vec_pretty(&manifest).expect("JSON");
    if resign {
        use base64::Engine as _;
        let signature = MADE.checkpoint_key.sign(&manifest_signed(&json));
        let text = base64::engine::general_purpose::STANDARD.encode(signature) + "\n";
        files.insert(layout::MANIFEST_SIGNATURE.to_owned(), text.into_bytes());
    }
    files.insert(layout::MANIFEST.to_owned(), json);
}

pub fn paths(files: &Files, folder: &str) -> Vec<String> {
    files.keys().filter(|path| path.starts_with(folder)).cloned().collect()
}

pub fn edit(files: &mut Files, path: &str, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&files[path]).expect("JSON");
    change(&mut value);
    files.insert(path.to_owned(), serde_json::to_vec_pretty(&value).expect("JSON"));
}

fn replace(files: &mut Files, path: &str, from: &str, to: &str) {
    let text = String::from_utf8(files[path].clone()).expect("text");
    assert!(text.contains(from), "{path} holds {from}");
    files.insert(path.to_owned(), text.replacen(from, to, 1).into_bytes());
}

fn swap_records(files: &mut Files) {
    let records = paths(files, layout::RECORDS);
    let (first, second) = (files[&records[0]].clone(), files[&records[1]].clone());
    files.insert(records[0].clone(), second);
    files.insert(records[1].clone(), first);
}

/// Takes the notice out, with all that shows it, and out of its chain too.
fn remove_record(files: &mut Files) {
    let record = paths(files, layout::RECORDS)[1].clone();
    let envelope = proviso_ledger::Envelope::decode(&files[&record]).expect("a record");
    files.remove(&record);
    files.remove(&layout::opened(layout::CAPTURED, &Digest(envelope.record_hash())));
    let chain = paths(files, layout::CHAINS)[0].clone();
    edit(files, &chain, |value| {
        value["links"].as_array_mut().expect("links").remove(1);
    });
}

fn forge_finding(files: &mut Files) {
    let path = paths(files, layout::GENERATED)[0].clone();
    replace(files, &path, "harbour lantern", "harbour cranes!");
}

fn finding_among_facts(files: &mut Files) {
    let path = paths(files, layout::GENERATED)[0].clone();
    let bytes = files[&path].clone();
    files.insert(path.replace(layout::GENERATED, layout::CAPTURED), bytes);
}

fn change_order(files: &mut Files) {
    let path =
        paths(files, layout::POLICIES).into_iter().find(|path| path.ends_with(".json")).expect("a policy");
    replace(files, &path, "harbour lanterns", "harbour cranes!!");
}

fn change_order_and_rename(files: &mut Files) {
    let path =
        paths(files, layout::POLICIES).into_iter().find(|path| path.ends_with(".json")).expect("a policy");
    change_order(files);
    let bytes = files.remove(&path).expect("the policy");
    let hash = Digest(proviso_ledger::hash::policy_hash(&bytes));
    let signature = files.remove(&path.replace(".json", ".sig")).expect("its signature");
    files.insert(layout::policy(&hash), bytes);
    files.insert(layout::policy_signature(&hash), signature);
}

fn other_device_key(files: &mut Files) {
    let path = paths(files, layout::DEVICES)[0].clone();
    replace(files, &path, "person014", "person015");
}

fn other_force_keys(files: &mut Files) {
    replace(files, layout::FORCE_KEYS, "Test Force", "Best Force");
}

fn other_checkpoint(files: &mut Files) {
    replace(files, layout::CHECKPOINT, "\n10\n", "\n11\n");
}

fn other_proof(files: &mut Files) {
    edit(files, layout::INCLUSION, |value| value["leaves"][0]["proof"]["index"] = 1.into());
}

fn proof_removed(files: &mut Files) {
    edit(files, layout::INCLUSION, |value| {
        value["leaves"].as_array_mut().expect("leaves").remove(0);
    });
}

fn other_act(files: &mut Files) {
    replace(files, layout::CUSTODY, "alert-open", "alert-read");
}

fn other_decision(files: &mut Files) {
    let path = paths(files, layout::DECISIONS)[0].clone();
    replace(files, &path, "discuss-at-visit", "suspected-breach");
}

/// Says that a record which is whole was destroyed.
fn whole_said_to_be_destroyed(files: &mut Files) {
    let path = paths(files, layout::DESTROYED)[0].clone();
    let bytes = files[&paths(files, layout::RECORDS)[3]].clone();
    let envelope = proviso_ledger::Envelope::decode(&bytes).expect("a record");
    let record = Digest(envelope.record_hash());
    edit(files, &path, |value| {
        value["record"] = record.to_string().into();
        value["seq"] = envelope.header.seq.into();
        value["act"] = Value::Null;
    });
    let bytes = files.remove(&path).expect("the file");
    files.insert(layout::destroyed(&record), bytes);
}

fn other_act_destroyed_it(files: &mut Files) {
    let path = paths(files, layout::DESTROYED)[0].clone();
    edit(files, &path, |value| {
        let act = value["act"].as_str().expect("an act");
        value["act"] = format!("{}0", &act[..act.len() - 1]).into();
    });
}

/// Takes the destroyed record out of its chain, as if it had never been.
fn destroyed_record_hidden(files: &mut Files) {
    let path = paths(files, layout::DESTROYED)[0].clone();
    files.remove(&path);
    let chain = paths(files, layout::CHAINS)[0].clone();
    edit(files, &chain, |value| {
        value["links"].as_array_mut().expect("links").remove(4);
    });
}

fn added_file(files: &mut Files) {
    files.insert("notes.txt".to_owned(), b"one more".to_vec());
}

fn readme_changed(files: &mut Files) {
    replace(files, layout::README, "Who used the device.", "Nothing at all.");
}

type Attack = (&'static str, fn(&mut Files), Option<&'static str>);

/// Each attack, and the check that fails even when the force's own server lists and signs the files anew.
const ATTACKS: [Attack; 19] = [
    ("records swapped", swap_records, Some("records")),
    ("a record removed, also from its chain", remove_record, Some("chain")),
    ("a finding forged", forge_finding, Some("exhibits")),
    ("an opinion among the facts", finding_among_facts, Some("exhibits")),
    ("the order changed", change_order, Some("policies")),
    ("the order changed and named anew", change_order_and_rename, Some("policies")),
    ("a device's statement changed", other_device_key, Some("devices")),
    ("the force's keys changed", other_force_keys, Some("force-keys")),
    ("the checkpoint changed", other_checkpoint, Some("checkpoint")),
    ("a proof changed", other_proof, Some("inclusion")),
    ("a proof removed", proof_removed, Some("inclusion")),
    ("an act in the custody log changed", other_act, Some("custody")),
    ("a decision changed", other_decision, Some("decisions")),
    ("a whole record said to be destroyed", whole_said_to_be_destroyed, Some("destroyed")),
    ("another act said to have destroyed it", other_act_destroyed_it, Some("destroyed")),
    ("a destroyed record hidden", destroyed_record_hidden, Some("chain")),
    ("a file added", added_file, Some("manifest")),
    ("nothing but the words of the page for the court", readme_changed, None),
    ("nothing", |_| (), None),
];

#[test]
fn every_attack_is_named_by_the_check_that_it_breaks() {
    for (what, attack, own_check) in ATTACKS {
        let mut files = unpack(&MADE.bundle).expect("the sample");
        let before = files.clone();
        attack(&mut files);
        let changed = files != before;

        let plain = verify(&pack(&files).expect("a zip"), Some(&MADE.trust)).expect("a bundle");
        assert_eq!(
            failed(&plain).contains("manifest"),
            changed,
            "{what}, files as they were listed: {plain:#?}"
        );

        relist(&mut files, false);
        let listed = verify(&pack(&files).expect("a zip"), Some(&MADE.trust)).expect("a bundle");
        assert_eq!(listed.verdict, Verdict::Failed, "{what}, listed anew");
        let broken = failed(&listed);
        assert!(broken.contains("manifest-signature") || broken.contains("force-keys"), "{what}: {broken:?}");

        relist(&mut files, true);
        let signed = verify(&pack(&files).expect("a zip"), Some(&MADE.trust)).expect("a bundle");
        let expected: BTreeSet<&str> = own_check.into_iter().collect();
        assert_eq!(failed(&signed), expected, "{what}, listed and signed anew: {signed:#?}");
    }
}

/// Invariant 5: captured facts and generated opinions never mix, in the bundle's folders either.
#[test]
fn invariant_05_facts_and_opinions_lie_in_folders_of_their_own() {
    let files = unpack(&MADE.bundle).expect("the sample");
    let mut seen = BTreeSet::new();
    for (folder, generated) in [(layout::CAPTURED, false), (layout::GENERATED, true)] {
        for path in paths(&files, folder) {
            let file: Value = serde_json::from_slice(&files[&path]).expect("JSON");
            for field in file["opened"].as_array().expect("fields") {
                let name = field["name"].as_str().expect("a name");
                assert_eq!(name.starts_with("body.generated."), generated, "{path}: {name}");
                seen.insert(folder);
            }
        }
    }
    assert_eq!(seen.len(), 2);
}

/// A field that belongs to no part in words would be shown or left out by accident.
#[test]
fn every_field_of_every_kind_of_record_belongs_to_a_part_in_words() {
    let mut parts = BTreeSet::new();
    for (name, _) in MADE.fields.iter().flat_map(FieldSet::iter) {
        let part = Part::of_field(name);
        assert!(part != Part::Rest, "{name} belongs to no part");
        assert_eq!(part == Part::Findings, layout::is_generated(name), "{name}");
        parts.insert(part);
    }
    // Facts that the sample does not hold: what is left out with the words or the address must not be shown by these.
    for (field, part) in [
        ("listed", Part::Address),
        ("fact.messages", Part::Passage),
        ("fact.earlier", Part::Passage),
        ("fact.channel", Part::Passage),
        ("fact.search.typed", Part::Passage),
        ("fact.search.by", Part::Attribution),
        ("fact.window", Part::Attribution),
        ("fact.address", Part::Address),
        ("fact.shown_width", Part::Picture),
        ("fact.md5", Part::Picture),
        ("picture.pdq", Part::Picture),
        ("picture.listed", Part::Picture),
        ("picture.earlier", Part::Address),
        ("picture.content", Part::PictureBytes),
        ("fact.called", Part::Passage),
        ("fact.how", Part::Attribution),
        ("fact.used_at", Part::Times),
        ("fact.name", Part::Device),
        ("fact.detail", Part::Device),
    ] {
        assert_eq!(Part::of_field(&format!("body.captured.{field}")), part, "{field}");
    }
    assert_eq!(Part::of_field("body.statement.text"), Part::Statement);
    let of_no_record = [Part::Reasons, Part::Rest, Part::Picture, Part::PictureBytes, Part::Statement];
    assert_eq!(parts.len() + of_no_record.len(), Part::ALL.len(), "{parts:?}");
    for part in Part::ALL {
        assert_eq!(part.as_str().parse(), Ok(part));
    }
    let unknown = "adress".parse::<Part>().expect_err("no such part").to_string();
    assert!(unknown.contains("adress") && unknown.contains("address"), "{unknown}");
}

/// Invariant 9: the bytes that a device sealed reach the court untouched.
#[test]
fn invariant_09_records_in_a_bundle_are_the_bytes_that_the_device_sealed() {
    let files = unpack(&MADE.bundle).expect("the sample");
    let shown: Vec<&Vec<u8>> = paths(&files, layout::RECORDS).iter().map(|path| &files[path]).collect();
    let sealed = &MADE.sealed;
    assert_eq!(shown, [&sealed[0], &sealed[1], &sealed[3], &sealed[5]]);
}

/// Invariant 6: findings are reproducible, so one that a device made up is found out.
#[test]
fn invariant_06_a_finding_that_the_facts_do_not_give_fails_the_replay() {
    let forged = sample("sample bundle 1", |findings| {
        for finding in findings {
            finding.strength_permille = 999;
        }
    });
    let report = verify(&forged.bundle, Some(&forged.trust)).expect("a bundle");
    assert_eq!(failed(&report), BTreeSet::from(["findings"]));
}

#[test]
fn findings_of_another_engine_semantics_are_not_replayed_and_never_differ() {
    let older = sample("sample bundle 1", |findings| {
        for finding in findings {
            finding.engine_semantics = 0;
        }
    });
    let report = verify(&older.bundle, Some(&older.trust)).expect("a bundle");
    assert_eq!(report.verdict, Verdict::Verified);
    let check = report.checks.iter().find(|check| check.name == "findings").expect("the check");
    assert!(check.says.contains("not replayed"), "{}", check.says);
}

/// The zip library writes, our own code reads: both must keep to the same form, with ZIP64 records too.
#[test]
fn a_zip_of_more_files_than_its_end_record_can_count_reads_back_and_a_byte_less_does_not() {
    for count in [0_u32, 1, 65_535, 65_536] {
        let files: Files = (0..count).map(|number| (format!("records/{number:06}"), vec![7])).collect();
        let bytes = pack(&files).expect("a zip");
        assert!(unpack(&bytes).expect("the same files") == files, "{count} files");
        let step = if count > 1 { 49 } else { 1 };
        for at in (bytes.len().saturating_sub(98)..bytes.len()).step_by(step) {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(unpack(&changed).is_err(), "{count} files: byte {at} of {} may be changed", bytes.len());
        }
        assert!(unpack(&bytes[..bytes.len() - 1]).is_err());
    }
}

#[test]
fn without_a_key_a_bundle_is_only_self_consistent_and_a_strangers_bundle_fails_under_ours() {
    let stranger = sample("another force's seed", |_| ());
    let alone = verify(&stranger.bundle, None).expect("a bundle");
    assert_eq!(alone.verdict, Verdict::SelfConsistentOnly);
    assert!(alone.checks.iter().all(|check| check.state == CheckState::Passed || check.name == "trust"));
    let under_ours = verify(&stranger.bundle, Some(&MADE.trust)).expect("a bundle");
    assert!(failed(&under_ours).contains("trust"));
}

#[test]
fn the_sample_is_what_its_command_makes_and_verifies_under_its_key() {
    let held = std::fs::read(SAMPLE).expect("testdata/bundles/sample.zip");
    let key = std::fs::read(SAMPLE_KEY).expect("testdata/bundles/sample.key");
    assert!(held == MADE.bundle, "make it anew: cargo run -p proviso-evidence --example make-sample");
    let trust = serde_json::from_slice(&key).expect("a trust file");
    let report = verify(&held, Some(&trust)).expect("a bundle");
    assert_eq!(report.verdict, Verdict::Verified, "{report:#?}");
    let replay = report.checks.iter().find(|check| check.name == "findings").expect("the check");
    assert!(!replay.says.starts_with("0 "), "the sample's finding is replayed: {}", replay.says);
}

#[test]
fn a_flipped_byte_at_any_position_fails_and_the_check_is_named() {
    let held = std::fs::read(SAMPLE).expect("testdata/bundles/sample.zip");
    let half = held.len() / 2;
    let flip_all = |range: std::ops::Range<usize>| {
        let mut bytes = held.clone();
        for at in range {
            bytes[at] ^= 1 << (at % 8);
            let report = verify(&bytes, Some(&MADE.trust)).expect("still a zip to look at");
            assert!(!failed(&report).is_empty(), "byte {at} may be changed");
            bytes[at] ^= 1 << (at % 8);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| flip_all(0..half));
        scope.spawn(|| flip_all(half..held.len()));
    });
    let cut = verify(&held[..held.len() - 1], Some(&MADE.trust)).expect("still a zip to look at");
    assert_eq!(cut.verdict, Verdict::Failed);
    let longer =
        verify(&[held.as_slice(), b"\0"].concat(), Some(&MADE.trust)).expect("still a zip to look at");
    assert_eq!(longer.verdict, Verdict::Failed);
    assert!(verify(b"plain text", None).is_err());
    assert!(verify(b"", None).is_err());
}
