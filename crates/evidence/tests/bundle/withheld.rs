//! Records that may be privileged and are withheld: both verifiers say of them what is so, and nothing else passes.

use std::collections::BTreeSet;

use proviso_evidence::container::{pack, unpack};
use proviso_evidence::format::{WithheldFile, WithheldState};
use proviso_evidence::{BundleInput, layout, write};
use proviso_model::Digest;
use proviso_model::ids::{AuditId, DeviceId};
use serde_json::{Value, json};

use crate::common::id;
use crate::second_verifier::{MADE, both, flipped, one_more};
use crate::tampering::{edit, paths, relist};

/// The sample's record that is a link of the chain alone, said to wait for a reviewer.
fn file() -> WithheldFile {
    let (header, _) = MADE.input.links[2];
    WithheldFile {
        record: Digest(header.record_hash()),
        device: DeviceId::from_bytes(header.device),
        epoch: header.epoch,
        seq: header.seq,
        state: WithheldState::Held,
        paragraphs: vec!["3".to_owned()],
        observed_at: None,
        held_at: MADE.input.created_at,
        decided_at: None,
        act: None,
    }
}

fn bundle(file: WithheldFile) -> Vec<u8> {
    let input = BundleInput { withheld: vec![file], ..MADE.input.clone() };
    write(&input, &MADE.checkpoint_key).expect("a bundle")
}

type Edit = (&'static str, fn(&Value) -> Value);

#[test]
fn a_withheld_record_is_listed_by_digest_and_facts_and_any_other_word_of_it_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let made = bundle(file());
    assert_eq!(both(folder.path(), "as the force says it", &made), Some(BTreeSet::new()));
    let readme = unpack(&made).expect("files").remove(layout::README).expect("a page");
    assert!(String::from_utf8_lossy(&readme).contains("privileged, or may be, see withheld/: 1."));

    let edits: [Edit; 6] = [
        ("/record", flipped),
        ("/seq", one_more),
        ("/epoch", one_more),
        ("/state", |_| json!("privileged")),
        ("/state", |_| json!("released")),
        ("/act", |_| json!(AuditId::from_bytes(id(22)).to_string())),
    ];
    for (at, change) in edits {
        let mut files = unpack(&made).expect("files");
        let path = paths(&files, layout::WITHHELD)[0].clone();
        edit(&mut files, &path, |value| {
            let place = value.pointer_mut(at).expect("a member");
            *place = change(place);
        });
        relist(&mut files, true);
        let failed = both(folder.path(), at, &pack(&files).expect("a bundle")).expect("a bundle");
        assert!(failed.contains("withheld"), "{at}: {failed:?}");
    }

    // One that is whole in the bundle cannot be said to be withheld; nor is another act a decision on it.
    let (header, _) = MADE.input.links[3];
    let whole = WithheldFile { record: Digest(header.record_hash()), seq: header.seq, ..file() };
    let other = WithheldFile {
        state: WithheldState::Privileged,
        act: Some(AuditId::from_bytes(id(22))),
        decided_at: Some(MADE.input.created_at),
        ..file()
    };
    for (what, said) in [("whole", whole), ("another act", other)] {
        let failed = both(folder.path(), what, &bundle(said)).expect("a bundle");
        assert_eq!(failed, BTreeSet::from(["withheld".to_owned()]), "{what}");
    }
}
