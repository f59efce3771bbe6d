//! A force whose root key was handed over, and one whose keys had lapsed. Both verifiers say the same.

use std::collections::BTreeSet;

use proviso_evidence::write;
use proviso_ledger::SignKey;
use proviso_model::wire::{
    ForceKeysStatement, RootRotation, RootRotationStatement, signed_keys, signed_root_rotation,
};

use crate::common::seeded::base64;
use crate::second_verifier::{MADE, both};

/// The sample made anew under a new root, to which `by` hands over; `None` hands nothing over.
fn under_a_new_root(by: Option<&SignKey>) -> Vec<u8> {
    let mut input = MADE.input.clone();
    let new = SignKey::from_seed([77; 32]);
    input.keys.signature = base64(&new.sign(&signed_keys(&input.keys.statement)));
    if let Some(by) = by {
        let statement = serde_json::to_string(&RootRotationStatement {
            force: input.trust.force,
            from_key: MADE.trust.root_key.clone(),
            to_key: new.public().to_hex(),
            issued_at: input.created_at,
        })
        .expect("JSON");
        let signature = base64(&by.sign(&signed_root_rotation(&statement)));
        input.keys.rotations.push(RootRotation { statement, signature });
    }
    input.trust.root_key = new.public().to_hex();
    write(&input, &MADE.checkpoint_key).expect("a bundle")
}

fn lapsed() -> Vec<u8> {
    let mut input = MADE.input.clone();
    let mut statement: ForceKeysStatement = serde_json::from_str(&input.keys.statement).expect("JSON");
    statement.valid_until = Some(input.created_at.plus_millis(-1));
    input.keys.statement = serde_json::to_string(&statement).expect("JSON");
    input.keys.signature = base64(&MADE.root.sign(&signed_keys(&input.keys.statement)));
    write(&input, &MADE.checkpoint_key).expect("a bundle")
}

#[test]
fn an_old_key_file_vouches_for_the_root_that_it_handed_over_to_and_for_no_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let stranger = SignKey::from_seed([78; 32]);
    let good = both(folder.path(), "handed over", &under_a_new_root(Some(&MADE.root)));
    assert_eq!(good, Some(BTreeSet::new()));
    let cases = [
        ("handed over by a stranger", under_a_new_root(Some(&stranger)), "trust"),
        ("not handed over", under_a_new_root(None), "trust"),
        ("keys that had lapsed", lapsed(), "manifest-signature"),
    ];
    for (what, bytes, check) in cases {
        let failed = both(folder.path(), what, &bytes).expect("a bundle");
        assert!(failed.contains(check), "{what}: {failed:?}");
    }
}
