//! Records: sealed once, unforgeable, erasable, linked.

mod common;

use std::path::Path;

use common::{Device, GOLDEN_FIELDS, GOLDEN_PATH, golden};
use proviso_ledger::envelope::ENVELOPE_VERSION;
use proviso_ledger::{
    ChainError, ChainLink, Envelope, EnvelopeError, FieldSet, Header, OpeningError, VerifyKey, hash,
};

#[test]
fn the_golden_record_reads_back_byte_for_byte_and_opens() {
    let held = std::fs::read(GOLDEN_PATH).expect("testdata/golden/record-v1.bin");
    let envelope = Envelope::decode(&held).expect("a record");
    let (device, rebuilt) = golden();
    assert_eq!(envelope.encode(), held);
    assert_eq!(rebuilt.encode(), held, "the same seed must give the same record for ever");
    envelope.check(&device.key.public()).expect("the device's signature");
    let fields = envelope.open(&device.secret).expect("the fields");
    assert_eq!(fields.iter().collect::<Vec<_>>(), GOLDEN_FIELDS);
}

/// The promise that older versions are readable for ever: for each version a file with the SHA-256 that it had when it was
/// made. Never change one; a new version gets a file and a line of its own.
#[test]
fn every_version_has_its_golden_file_and_no_golden_file_ever_changes() {
    let golden = [("record-v1.bin", "db4759f440199bac7dc0bfa2907489ac1905436852596d2c9d4c3eb428e4b894")];
    assert_eq!(golden.len(), usize::from(ENVELOPE_VERSION), "one file for each version so far");
    let folder = Path::new(GOLDEN_PATH).parent().expect("testdata/golden");
    for (name, sha256) in golden {
        let held = std::fs::read(folder.join(name)).expect("a golden file");
        let now: String = hash::sha256(&held).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(now, sha256, "{name} was changed: records of its version may no longer be readable");
        Envelope::decode(&held).expect("a record that every later build can read");
    }
}

#[test]
fn no_byte_of_a_record_can_be_changed_cut_or_added_unseen() {
    let (device, envelope) = golden();
    let (bytes, key) = (envelope.encode(), device.key.public());
    let holds = |bytes: &[u8]| Envelope::decode(bytes).is_ok_and(|envelope| envelope.check(&key).is_ok());
    assert!(holds(&bytes));
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 1 << (at % 8);
        assert!(!holds(&changed), "byte {at} may be changed");
        assert!(!holds(&bytes[..at]), "the record may be cut at {at}");
    }
    assert!(!holds(&[bytes, vec![0]].concat()));
}

#[test]
fn another_device_key_or_another_case_key_does_not_do() {
    let (device, envelope) = golden();
    let other = Device::new("another device");
    assert!(matches!(envelope.check(&other.key.public()), Err(EnvelopeError::Signature(_))));
    assert!(matches!(envelope.open(&other.secret), Err(EnvelopeError::Seal(_))));
    let mut moved = envelope;
    moved.header.seq = 7;
    assert!(moved.open(&device.secret).is_err(), "a body is bound to its place in the chain");
    assert!(VerifyKey::from_bytes(&[0; 32]).is_err(), "a weak key is refused");
}

#[test]
fn an_exhibit_opens_single_fields_and_hides_even_the_names_of_the_rest() {
    let (device, envelope) = golden();
    let fields = envelope.open(&device.secret).expect("the fields");
    let opening = fields.open(|name| name == "body.kind");
    assert_eq!(opening.root().expect("a root"), envelope.header.field_root);
    assert_eq!(opening.opened.len(), 1);
    assert!(!format!("{opening:?}").contains("lantern"));

    let mut forged = opening.clone();
    forged.opened[0].value = "\"gap\"".to_owned();
    assert_eq!(forged.root(), Err(OpeningError::Commitment("body.kind".to_owned())));
    let mut moved = opening.clone();
    moved.opened[0].index = 9;
    assert_eq!(moved.root(), Err(OpeningError::Place("body.kind".to_owned())));
    let mut dropped = opening;
    dropped.commitments.pop();
    assert_ne!(dropped.root().ok(), Some(envelope.header.field_root));
}

#[test]
fn fields_out_of_order_twice_or_with_bytes_left_over_are_refused() {
    let (device, envelope) = golden();
    let plain = envelope.open(&device.secret).expect("the fields").encode();
    assert!(FieldSet::decode(&plain).is_ok());
    assert!(FieldSet::decode(&[plain.as_slice(), &[0]].concat()).is_err());
    let field = |name: &str| [&1_u64.to_be_bytes(), name.as_bytes(), &0_u64.to_be_bytes(), &[0; 16]].concat();
    for names in [["b", "a"], ["a", "a"]] {
        let bytes = [b"PVF1".as_slice(), &2_u64.to_be_bytes(), &field(names[0]), &field(names[1])].concat();
        assert!(FieldSet::decode(&bytes).is_err(), "{names:?}");
    }
    let endless = [b"PVF1".as_slice(), &u64::MAX.to_be_bytes()].concat();
    assert!(FieldSet::decode(&endless).is_err());
}

/// Invariant 13: erasure is real, and what is left still proves that a record stood there.
#[test]
fn invariant_13_the_chain_still_verifies_when_a_body_is_erased() {
    let mut device = Device::new("erasure");
    let records: Vec<Envelope> = (0..3).map(|_| device.record(&[("body.kind", "\"liveness\"")])).collect();
    let left: Vec<(Header, [u8; 64])> =
        records.iter().map(|record| (record.header, record.signature)).collect();
    drop(records);
    let mut link = ChainLink::first([1; 16], [2; 16], 0);
    for (header, signature) in &left {
        header.check(&device.key.public(), signature).expect("the device's signature");
        link.follow(header).expect("the next record");
    }
    assert_eq!(link, device.link);
}

#[test]
fn a_missing_record_a_fork_a_repeat_and_a_foreign_record_are_told_apart() {
    let mut device = Device::new("chain");
    let first = device.record(&[("body.kind", "\"enrolment\"")]).header;
    let other_second = device.seal(&[("body.kind", "\"gap\"")]).header;
    let second = device.record(&[("body.kind", "\"notice\"")]).header;
    let third = device.record(&[("body.kind", "\"gap\"")]).header;
    let mut link = ChainLink::first([1; 16], [2; 16], 0);
    assert_eq!(link.follow(&second), Err(ChainError::Gap { expected: 0, found: 1 }));
    link.follow(&first).expect("the first record");
    assert_eq!(link.follow(&first), Err(ChainError::Repeat { seq: 0 }));
    link.follow(&second).expect("the second record");
    assert_eq!(link.follow(&other_second), Err(ChainError::Fork { seq: 1 }));
    assert_eq!(link.follow(&first), Err(ChainError::Behind { seq: 0, next: 2 }));
    assert_eq!(ChainLink::after(&other_second).follow(&third), Err(ChainError::WrongPrevious { seq: 2 }));
    let foreign = [
        (Header { force: [9; 16], ..third }, ChainError::WrongForce),
        (Header { device: [9; 16], ..third }, ChainError::WrongDevice),
        (Header { epoch: 1, ..third }, ChainError::WrongEpoch { expected: 0, found: 1 }),
    ];
    for (header, error) in foreign {
        assert_eq!(link.follow(&header), Err(error));
    }
    link.follow(&third).expect("a refused record does not move the chain");
}

#[test]
fn a_record_above_the_limits_is_never_sealed() {
    let device = &mut Device::new("limits");
    let long = "x".repeat(proviso_ledger::limits::ENVELOPE_BYTES_MAX);
    let fields = [("a".to_owned(), long)].into_iter().collect();
    let fields = FieldSet::new(&mut device.rng, fields);
    let ids = proviso_ledger::RecordIds { case_key_id: [3; 16], policy_hash: [4; 32] };
    let sealed = proviso_ledger::seal_record(
        &mut device.rng,
        &device.key,
        &device.public,
        &device.link,
        &ids,
        &fields,
    );
    assert!(matches!(sealed, Err(EnvelopeError::TooLarge { .. })));
}
