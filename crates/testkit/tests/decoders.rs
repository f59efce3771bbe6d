//! Every decoder of outside bytes, without the nightly toolchain that `cargo fuzz` needs: the fuzz targets of `fuzz/`
//! on their seeds, on every input that ever broke one, and on a few thousand changes of both.

#[path = "../../../fuzz/src/targets.rs"]
mod targets;

use std::path::Path;

use proviso_agent::sources::browser::frames::read_frame;
use proviso_agent::sources::machine::proxies;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};

const FUZZ: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz");
const CHANGED_INPUTS: usize = 3_000;
/// A bundle is checked whole each time, so fewer of those.
const CHANGED_BUNDLES: usize = 200;

fn inputs(folder: &str, target: &str) -> Vec<Vec<u8>> {
    let Ok(entries) = std::fs::read_dir(Path::new(FUZZ).join(folder).join(target)) else { return Vec::new() };
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a file").path()).collect();
    paths.sort();
    paths.iter().map(|path| std::fs::read(path).expect("a file")).collect()
}

/// One to four small changes: a byte set, taken away or put in, a stretch repeated, the end cut off.
fn change(chance: &mut StdRng, input: &[u8]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..chance.random_range(1..=4) {
        let at = chance.random_range(0..=bytes.len());
        match chance.random_range(0..5) {
            0 => bytes.get_mut(at).into_iter().for_each(|byte| *byte = chance.random()),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.insert(at, *b"\0\xff0\"[{\n".get(chance.random_range(0..7)).expect("a byte")),
            3 => {
                let end = bytes.len().min(at + chance.random_range(0..64));
                bytes.splice(at..at, bytes.get(at..end).unwrap_or_default().to_vec());
            }
            _ => bytes.truncate(at.max(bytes.len() / 2)),
        }
    }
    bytes
}

#[test]
fn every_decoder_survives_its_seeds_what_once_broke_it_and_thousands_of_changes() {
    for (name, target) in targets::TARGETS {
        let seeds = inputs("corpus-committed", name);
        assert!(!seeds.is_empty(), "{name} has no seeds in fuzz/corpus-committed");
        let known: Vec<Vec<u8>> = [seeds, inputs("regressions", name)].concat();
        known.iter().for_each(|input| target(input));
        let mut chance = StdRng::seed_from_u64(7);
        let whole = name.starts_with("bundle") || name == "witness";
        let count = if whole { CHANGED_BUNDLES } else { CHANGED_INPUTS };
        for turn in 0..count {
            target(&change(&mut chance, &known[turn % known.len()]));
        }
    }
}

#[test]
fn frames_of_the_browser_end_in_an_error_or_are_read_to_their_end() {
    let mut chance = StdRng::seed_from_u64(8);
    for input in inputs("corpus-committed", "native_message") {
        let whole = [&u32::try_from(input.len()).expect("short").to_ne_bytes()[..], &input].concat();
        assert_eq!(read_frame(&mut whole.as_slice()).expect("a frame"), Some(input));
        for _ in 0..1_000 {
            let changed = change(&mut chance, &whole);
            let mut rest = changed.as_slice();
            while let Ok(Some(frame)) = read_frame(&mut rest) {
                targets::native_message(&frame);
            }
        }
    }
}

#[test]
fn settings_of_proxies_give_short_hosts_or_nothing_whatever_their_bytes() {
    let seeds: [&[u8]; 4] = [
        include_bytes!("../../../testdata/proxies/gnome-user"),
        b"[Proxy Settings]\nProxyType=1\nhttpProxy=http://proxy.example 8080\n",
        b"user_pref(\"network.proxy.type\", 1);\nuser_pref(\"network.proxy.http\", \"proxy.example\");\n",
        br#"{"proxy":{"mode":"fixed_servers","server":"http=a:1"},"ProxyMode":"pac_script","ProxyPacUrl":"http://a/p"}"#,
    ];
    let readers = [
        proxies::kde,
        proxies::gnome_keyfile,
        proxies::firefox_preferences,
        proxies::environment_lines,
        proxies::chromium_preferences,
        proxies::chromium_policy,
        proxies::firefox_policy,
    ];
    let mut chance = StdRng::seed_from_u64(9);
    for turn in 0..CHANGED_INPUTS {
        let bytes = change(&mut chance, seeds[turn % seeds.len()]);
        let text = String::from_utf8_lossy(&bytes);
        let found = readers.iter().flat_map(|read| read(&text)).chain(proxies::gnome(&bytes));
        assert!(found.into_iter().all(|host| host.len() <= 270 && !host.contains(['@', '/'])), "{text}");
    }
}

#[test]
fn a_seed_takes_the_checkpoint_decoder_past_its_signature_check() {
    let seed = include_str!("../../../fuzz/corpus-committed/checkpoint/signed.txt");
    let key = proviso_ledger::sign::SignKey::from_seed([7; 32]).public();
    let checkpoint = proviso_ledger::checkpoint::Checkpoint::parse_and_verify(seed, &key).expect("signed");
    assert_eq!(checkpoint.size, 3);
}

#[test]
fn seeds_take_the_envelope_and_witness_decoders_past_their_signature_checks() {
    let golden = include_bytes!("../../../fuzz/corpus-committed/envelope/golden-v1");
    let key = proviso_ledger::VerifyKey::from_hex(targets::GOLDEN_KEY).expect("a key");
    proviso_ledger::Envelope::decode(golden).expect("a record").check(&key).expect("signed by this device");

    let bundle: &[u8] = include_bytes!("../../../testdata/bundles/sample.zip");
    let trust =
        serde_json::from_slice(include_bytes!("../../../testdata/bundles/sample.key")).expect("a key");
    let bytes = include_bytes!("../../../fuzz/corpus-committed/witness/sample.jsonl");
    let beside = [proviso_evidence::Beside::Witness { name: "the seed", bytes }];
    let report = proviso_evidence::verify_beside(&bundle, Some(&trust), &beside).expect("a bundle");
    assert!(
        report.checks.iter().all(|check| check.state == proviso_evidence::CheckState::Passed),
        "{report:#?}"
    );

    let keys = include_str!("../../../fuzz/corpus-committed/force_keys/handed-over.json");
    let keys: proviso_model::wire::ForceKeys = serde_json::from_str(keys).expect("keys");
    assert_eq!(keys.rotations.len(), 1);
    let receipt = include_str!("../../../fuzz/corpus-committed/receipt/receipt.json");
    serde_json::from_str::<proviso_model::wire::Receipt>(receipt).expect("a receipt");
}
