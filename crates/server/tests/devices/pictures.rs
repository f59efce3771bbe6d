//! A picture from the device that sealed it to the officer who looks, to a court and to its destruction. It is of two plain halves, and
//! is decoded by the program that a force runs.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use proviso_engine::Engine;
use proviso_engine::image::lists::ListFormat;
use proviso_evidence::container::{Files, unpack};
use proviso_evidence::format::ListsFile;
use proviso_evidence::{CheckState, Shown, layout, verify};
use proviso_ledger::hash::sha256;
use proviso_ledger::merkle::leaf_hash;
use proviso_model::hash_set::{EntryKind, entry_leaf};
use proviso_model::observation::{
    Act, Attribution, Fact, ListedHow, Observation, Picture, PictureElement, PictureFrom, PictureListed,
    Source,
};
use proviso_model::record::{Generated, RecordBody};
use proviso_model::{Digest, Md5, PdqHash, PictureSeen};
use proviso_server::app::bundle::{self, Asker, Scope};
use proviso_server::app::destruction::{self, Grounds, Why};
use proviso_server::app::force::case::order_change;
use proviso_server::app::force::hash_set;
use proviso_server::app::officer::error::ActError;
use proviso_server::app::officer::picture::{self, SeenPicture, Withheld};
use proviso_server::app::officer::{alert, who::Who};
use proviso_server::jobs;
use proviso_store::AlertFilter;
use serde_json::Value;

use crate::device::Device;
use crate::hash_sets::import;
use crate::rig::{ORDER, Rig};

const CONDITIONS: &str = "[[condition]]\nparagraph = \"22\"\ntext = \"Must not view pornography.\"\nkind = \"pornography\"\n
[[condition]]\nparagraph = \"23\"\ntext = \"Must not have the pictures that the schedule names.\"\nkind = \"child-images\"\n";
const CONTENT: &str = "body.captured.picture.content";
const SCHEMA: &str = include_str!("../../../../docs/bundle-format.schema.json");
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// White and black halves.
fn halves() -> Vec<u8> {
    let halves = RgbImage::from_fn(320, 200, |x, _| Rgb(if x < 160 { [255; 3] } else { [0; 3] }));
    let mut png = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(halves).write_to(&mut png, ImageFormat::Png).expect("written");
    png.into_inner()
}

/// What a device seals of a picture that looks like the first entry of a list.
fn similar(device: &Device, list: &str, rig: &Rig) -> RecordBody {
    let engine = Engine::new(&device.policy, Digest(device.policy_hash)).expect("an engine");
    let sets = device.policy.hash_sets();
    let set = sets.iter().find(|set| set.set.name == list).expect("the policy names it").set.sha256;
    let bytes = halves();
    let picture = Picture {
        url: "https://boats.example/gallery".to_owned(),
        title: "Gallery".to_owned(),
        address: "https://boats.example/14.png".to_owned(),
        element: PictureElement::Img,
        width: 320,
        height: 200,
        shown_width: 320,
        shown_height: 200,
        from: PictureFrom::Loaded,
        sha256: Digest(sha256(&bytes)),
        md5: Md5([0xcd; 16]),
        bytes: bytes.len() as u64,
        file_type: "png".to_owned(),
        window: None,
        file: None,
    };
    let listed = PictureListed { set, how: ListedHow::Pdq { distance: 12 }, category: 0, entry: Some(0) };
    let seen = Observation {
        id: None,
        observed_at: rig.ctx.now(),
        source: Source::Browser,
        account: "test-account-014".to_owned(),
        listed: Vec::new(),
        picture: Some(Box::new(PictureSeen {
            pdq: Some(PdqHash([0x1f1f_1f1f_1f1f_1f18; 4])),
            pdq_quality: 90,
            listed: vec![listed],
            content: Some(STANDARD.encode(&bytes)),
            ..PictureSeen::default()
        })),
        attribution: Attribution {
            act: Act::Shown,
            foreground: true,
            visible_ms: 4_000,
            since_input_ms: Some(400),
            circumstances: None,
        },
        fact: Fact::Picture(Box::new(picture)),
    };
    let findings = engine.evaluate(&seen);
    assert_eq!(findings.len(), 1, "{findings:?}");
    RecordBody::Finding { captured: engine.reduce(&seen, &findings), generated: Generated { findings } }
}

/// A force with a list of look-alikes, of child abuse or not, and a device that found a picture on it.
async fn found(child_abuse: bool) -> (Rig, proviso_ledger::envelope::Envelope) {
    let rig = Rig::with_workers(0).await;
    order_change(&rig.ctx, rig.case, &format!("{ORDER}\n{CONDITIONS}"), "order.toml").await.expect("entered");
    let mut device = Device::enrol(&rig).await;
    let pdq = format!("{}\n{}\n", "1f".repeat(32), "e3".repeat(32));
    import(&rig, "similar", &pdq, ListFormat::Pdq, child_abuse, true).await;
    device.fetch_policy(&rig).await;
    let body = similar(&device, "similar", &rig);
    let record = device.seal(body);
    device.send(&rig, &[&record]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    (rig, record)
}

async fn officer(rig: &Rig) -> Who {
    let row = rig.ctx.store.officer_by_username("test.officer.014").await.expect("read");
    row.expect("the officer").into()
}

/// The picture as the page of its alert shows it.
async fn seen(rig: &Rig) -> (proviso_model::ids::AlertId, SeenPicture) {
    let alerts = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let alert = alerts.first().expect("an alert").id;
    let view = alert::open_content(&rig.ctx, &officer(rig).await, alert).await.expect("opened");
    let seen = view.pictures.into_values().next();
    (alert, seen.expect("the record has a picture"))
}

#[tokio::test]
async fn invariant_14_a_list_of_child_abuse_that_comes_later_veils_a_picture_for_good() {
    let (mut rig, record) = found(false).await;
    let (who, hash) = (officer(&rig).await, record.record_hash());
    let (alert, shown) = seen(&rig).await;
    assert_eq!(shown.preview, Ok(()));
    let png = picture::preview(&rig.ctx, &who, alert, hash).await.expect("a preview");
    let made = image::load_from_memory_with_format(&png, ImageFormat::Png).expect("a PNG");
    assert_eq!((made.width(), made.height(), made.color()), (160, 100, image::ColorType::L8));
    let act = picture::unveil(&rig.ctx, &who, alert, hash).await.expect("unveiled");
    let png = picture::unveiled(&rig.ctx, &who, alert, act).await.expect("the picture");
    assert_eq!(image::load_from_memory(&png).expect("a PNG").to_rgb8().into_raw(), {
        image::load_from_memory(&halves()).expect("a PNG").to_rgb8().into_raw()
    });

    let act = picture::unveil(&rig.ctx, &who, alert, hash).await.expect("unveiled");
    let text = format!("{}\n{}\n", hex::encode(sha256(&halves())), "00".repeat(31) + "01");
    import(&rig, "restricted", &text, ListFormat::Sha256, true, true).await;
    let (_, shown) = seen(&rig).await;
    assert_eq!((shown.preview, shown.unveiled_times), (Err(Withheld::ChildAbuse), 2));
    let refusals = [
        picture::preview(&rig.ctx, &who, alert, hash).await.map(|_| ()),
        picture::unveil(&rig.ctx, &who, alert, hash).await.map(|_| ()),
        picture::unveiled(&rig.ctx, &who, alert, act).await.map(|_| ()),
    ];
    for refused in refusals {
        assert!(
            matches!(&refused, Err(ActError::Conflict(why)) if why.contains("child abuse")),
            "{refused:?}"
        );
    }

    // A list that is not there cannot say that it does not know a picture.
    let lists = hash_set::list(&rig.ctx).await.expect("listed");
    let restricted = lists.iter().find(|(row, _)| row.name == "restricted").expect("the list");
    let file = rig.ctx.hash_sets_dir().join(restricted.0.sha256.to_string());
    std::fs::remove_file(file).expect("removed");
    rig.restart(|_| {}).await;
    assert_eq!(seen(&rig).await.1.preview, Err(Withheld::ListsNotRead));
    rig.stop().await;
}

/// Every field that is opened of a picture stands in the format's schema.
fn names_are_in_the_schema(captured: &str) {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let known = schema.pointer("/$defs/fields-of-a-picture/properties").expect("the fields of a picture");
    let file: Value = serde_json::from_str(captured).expect("JSON");
    for field in file.get("opened").and_then(Value::as_array).expect("fields") {
        let name = field.get("name").and_then(Value::as_str).expect("a name");
        let of_picture =
            ["body.captured.fact.", "body.captured.picture"].iter().any(|of| name.starts_with(of));
        assert!(!of_picture || known.get(name).is_some(), "{name} is not in the schema");
    }
}

/// The one proof about a list: of its entries the digest and the number of the category of the one that was found.
fn proves_digest_and_category_alone(files: &Files) {
    let lists: Vec<_> = files.iter().filter(|(path, _)| path.starts_with(layout::LISTS)).collect();
    let [(_, file)] = lists[..] else { panic!("{} files of lists", lists.len()) };
    let file: ListsFile = serde_json::from_slice(file).expect("JSON");
    let proof = file.entries.first().and_then(|entry| entry.proof.as_ref()).expect("a proof");
    assert_eq!((proof.kind, proof.category, proof.digest.as_str()), (EntryKind::Pdq, 0, &*"1f".repeat(32)));
    assert_eq!(proof.hashes.len(), 1, "of the other entry a salted hash");
    let guess = entry_leaf(EntryKind::Pdq, 0, &[0; 16], &[0xe3; 32]);
    assert!(!proof.hashes.contains(&Digest(leaf_hash(&guess))));
}

#[tokio::test]
async fn invariant_14_no_bundle_opens_the_bytes_of_a_picture_whatever_list_it_is_on() {
    let asker = Asker::machine("command-line".to_owned(), "Test Officer 014".to_owned());
    for child_abuse in [false, true] {
        let (mut rig, _) = found(child_abuse).await;
        let (alert, shown) = seen(&rig).await;
        assert_eq!(shown.preview, if child_abuse { Err(Withheld::ChildAbuse) } else { Ok(()) });
        assert!(matches!(&shown.lists[..], [(set, true)] if set.name == "similar"), "{:?}", shown.lists);
        for scope in [Scope::Alert(alert), Scope::Case(rig.case)] {
            let made = bundle::make(&rig.ctx, &asker, scope, &Shown::Everything).await.expect("made");
            let report = verify(&made.bytes, Some(&rig.trust)).expect("a bundle");
            assert!(
                report.checks.iter().all(|check| check.state == CheckState::Passed),
                "{:#?}",
                report.checks
            );
            let files = unpack(&made.bytes).expect("a bundle");
            let text = STANDARD.encode(halves());
            for (path, bytes) in &files {
                let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
                assert!(!holds(CONTENT.as_bytes()), "{path} opens the field");
                assert!(!holds(&text.as_bytes()[..60]) && !holds(PNG), "{path} holds the picture");
                assert!(
                    !holds("e3".repeat(32).as_bytes()),
                    "{path} holds an entry that nothing was found on"
                );
            }
            let captured = files.iter().filter(|(path, _)| path.starts_with("captured/"));
            let captured: Vec<_> = captured.map(|(_, bytes)| String::from_utf8_lossy(bytes)).collect();
            captured.iter().for_each(|file| names_are_in_the_schema(file));
            let digest = hex::encode(sha256(&halves()));
            assert!(captured.iter().any(|file| file.contains(&digest)), "its digest is a fact that is shown");
            proves_digest_and_category_alone(&files);
            let readme = String::from_utf8_lossy(&files["README.txt"]);
            assert!(readme.contains("the bytes of pictures"), "{readme}");
            let replayed = report.checks.iter().find(|check| check.name == "findings").expect("a check");
            assert!(replayed.says.starts_with("1 finding replayed"), "without the bytes: {}", replayed.says);
        }
        rig.stop().await;
    }
}

#[tokio::test]
async fn invariant_13_a_destroyed_picture_is_in_no_file_and_can_neither_be_previewed_nor_unveiled() {
    let (mut rig, record) = found(false).await;
    let (who, hash) = (officer(&rig).await, record.record_hash());
    let (alert, _) = seen(&rig).await;
    let act = picture::unveil(&rig.ctx, &who, alert, hash).await.expect("begun");
    let row = rig.ctx.store.alert_findings(alert, 1).await.expect("read").remove(0).1;
    // The middle of the record as the device sealed it, and of the observation as it is kept opened and sealed once more.
    let planted = [&record.sealed, &row.sealed].map(|sealed| sealed[sealed.len() / 2..][..48].to_vec());
    let holders = |rig: &Rig| -> usize {
        let stored = rig.stored_files().into_iter().map(|path| std::fs::read(path).expect("read"));
        let holds = |file: &[u8]| planted.iter().any(|part| file.windows(48).any(|window| window == part));
        stored.filter(|file| holds(file)).count()
    };
    assert!(holders(&rig) > 0, "the search finds what is there");
    let grounds = Grounds {
        why: Why::CourtOrder,
        reference: "review 14 of 2026".to_owned(),
        actor: "command-line".to_owned(),
    };
    destruction::record(&rig.ctx, hash, &grounds).await.expect("destroyed");
    assert_eq!(holders(&rig), 0);
    let view = alert::open_content(&rig.ctx, &who, alert).await.expect("shown");
    assert!(view.pictures.is_empty() && view.destroyed.len() == 1);
    for refused in [
        picture::preview(&rig.ctx, &who, alert, hash).await.map(|_| ()),
        picture::unveil(&rig.ctx, &who, alert, hash).await.map(|_| ()),
        picture::unveiled(&rig.ctx, &who, alert, act).await.map(|_| ()),
    ] {
        assert!(matches!(&refused, Err(ActError::Conflict(_))), "{refused:?}");
    }
    rig.stop().await;
}
