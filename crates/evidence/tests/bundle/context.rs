//! A picture of a window: both verifiers pass it where it names a record of its device before it and keeps its bytes closed, and no other.

use std::collections::BTreeSet;

use proviso_evidence::format::{DeviceStatement, LeafWord, SignedDevice};
use proviso_evidence::{BundleInput, BundleRecord, Exhibit, Part, Shown, write};
use proviso_ledger::hash::policy_hash;
use proviso_ledger::{SignKey, seal};
use proviso_model::record::{RecordBody, RecordContent};
use proviso_model::{
    ContextPicture, ContextPixels, ContextWindow, Digest, Gap, GapCause, Source, WithoutContext,
};

use crate::common::force::{self, Force};
use crate::common::log::Log;
use crate::common::seeded::Seeded;
use crate::common::{Device, at, first_link};
use crate::second_verifier::{MADE, both};

const CONTENT: &str = "body.captured.picture.content";

fn picture(finding: Digest) -> ContextPicture {
    ContextPicture {
        finding,
        observed_at: at(10, 2),
        after_ms: 1_400,
        fact: Some(ContextWindow { title: "Boats".to_owned(), ..ContextWindow::default() }),
        picture: Some(ContextPixels { content: "/9j/".to_owned(), bytes: 3, ..ContextPixels::default() }),
        without: None,
        detail: String::new(),
    }
}

fn without(finding: Digest) -> ContextPicture {
    let without = Some(WithoutContext::AnotherWindow);
    ContextPicture { fact: None, picture: None, without, ..picture(finding) }
}

/// Two records: something that the device told, and what it says of a window, which names the first or what `other` makes of its hash.
fn bundle(of: fn(Digest) -> ContextPicture, other: fn(Digest) -> Digest, open: fn(&mut Exhibit)) -> Vec<u8> {
    let mut rng = Seeded::new("sample bundle 1");
    let force = Force::new(&mut rng);
    let key = SignKey::generate(&mut rng);
    let (secret, public) = seal::generate(&mut rng);
    let policy = force::policy(&public);
    let signed = force.sign_policy(&policy);
    let hash = policy_hash(signed.policy.as_bytes());
    let mut device = Device { key, rng, secret, hash, link: first_link() };
    let mut log = Log::default();
    let mut made = BundleInput { policies: vec![signed], ..MADE.input.clone() };
    (made.records, made.links, made.lists) = (Vec::new(), Vec::new(), Vec::new());
    (made.destroyed, made.decisions, made.custody) = (Vec::new(), Vec::new(), Vec::new());
    (made.earlier, made.coverage) = (Vec::new(), Vec::new());
    let gap = Gap {
        from: at(2, 0),
        until: Some(at(4, 0)),
        source: Source::Browser,
        cause: GapCause::PowerOff,
        detail: String::new(),
    };
    let mut body = RecordBody::Gap { gap };
    for _ in 0..2 {
        let content =
            RecordContent { recorded_at: at(10, 3), clock_in_doubt: false, last_checkpoint: None, body };
        let (envelope, fields) = device.seal(&policy, &content);
        let record = Digest(envelope.record_hash());
        log.push(LeafWord::Record, record.0);
        made.links.push((envelope.header, envelope.signature));
        let mut exhibit = Exhibit::new(fields, &Shown::Everything);
        open(&mut exhibit);
        made.records.push(BundleRecord { envelope: envelope.encode(), exhibit: Some(exhibit) });
        body = RecordBody::ContextPicture { captured: of(other(record)) };
    }
    let mut statement: DeviceStatement =
        serde_json::from_str(&made.devices[0].statement).expect("the sample's device");
    statement.record_key = device.key.public().to_hex();
    made.devices = vec![SignedDevice::sign(&statement, &force.policy_key).expect("a statement")];
    (made.checkpoint, made.proofs) = log.close(&force);
    write(&made, &MADE.checkpoint_key).expect("a bundle")
}

#[test]
fn a_picture_of_a_window_names_a_record_before_it_and_its_bytes_stay_closed() {
    let folder = tempfile::tempdir().expect("a folder");
    let same: fn(Digest) -> Digest = |record| record;
    let kept: fn(&mut Exhibit) = |_| ();
    let unknown: fn(Digest) -> Digest = |_| Digest([7; 32]);
    let opened: fn(&mut Exhibit) = |exhibit| exhibit.closed.clear();
    let names_closed: fn(&mut Exhibit) =
        |exhibit| exhibit.closed.extend(["body.captured.finding".to_owned()]);
    let none = BTreeSet::new();
    let fails = BTreeSet::from(["exhibits".to_owned()]);
    for (story, made, expected) in [
        ("a picture", bundle(picture, same, kept), &none),
        ("none, and why", bundle(without, same, kept), &none),
        ("which record it names is closed", bundle(picture, unknown, names_closed), &none),
        ("a record that is not there", bundle(picture, unknown, kept), &fails),
        ("the bytes opened", bundle(picture, same, opened), &fails),
    ] {
        assert_eq!(both(folder.path(), story, &made).as_ref(), Some(expected), "{story}");
    }
}

#[test]
fn each_part_of_a_picture_of_a_window_is_left_out_with_the_part_that_people_choose() {
    for (name, part) in [
        (CONTENT, Part::PictureBytes),
        ("body.captured.picture.sha256", Part::Picture),
        ("body.captured.without", Part::Picture),
        ("body.captured.fact.title", Part::Title),
        ("body.captured.after_ms", Part::Times),
        ("body.captured.observed_at", Part::Times),
        ("body.captured.finding", Part::Kind),
    ] {
        assert_eq!(Part::of_field(name), part, "{name}");
    }
}
