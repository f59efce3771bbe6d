//! The picture of a window from the device that sealed it to the officer who looks, to a court and to its destruction with its finding.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use jiff::civil::date;
use proviso_evidence::container::{Files, unpack};
use proviso_evidence::{CheckState, Shown, layout, verify};
use proviso_ledger::envelope::Envelope;
use proviso_ledger::hash::sha256;
use proviso_model::ids::AlertId;
use proviso_model::observation::{
    Act, Attribution, Fact, Observation, Passage, PictureWindow, ProgramText, Source,
};
use proviso_model::order::{OrderEnd, OrderEndKind};
use proviso_model::record::RecordBody;
use proviso_model::{ContextPicture, ContextPixels, ContextWindow, Digest, Timestamp, WithoutContext};
use proviso_server::app::bundle::{self, Asker, Scope};
use proviso_server::app::destruction;
use proviso_server::app::force::case::order_change;
use proviso_server::app::late::order_end::{self, NewEnd};
use proviso_server::app::officer::alert::{self, AlertView};
use proviso_server::app::officer::error::ActError;
use proviso_server::app::officer::picture::{self, Withheld};
use proviso_server::jobs;
use proviso_store::AlertFilter;
use serde_json::Value;

use crate::destruction::{grounds, who};
use crate::device::Device;
use crate::facts::{sealed, watched};
use crate::rig::{ORDER, Rig};

const SCHEMA: &str = include_str!("../../../../docs/bundle-format.schema.json");
const CONTENT: &str = "body.captured.picture.content";
const OF_CHILDREN: &str = "[[condition]]\nparagraph = \"23\"\ntext = \"Must not have the pictures that the schedule names.\"\nkind = \"child-images\"\n";

/// White and black halves, as the agent makes a file of a window.
fn halves() -> Vec<u8> {
    let halves = RgbImage::from_fn(320, 200, |x, _| Rgb(if x < 160 { [255; 3] } else { [0; 3] }));
    let mut jpeg = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(halves).write_to(&mut jpeg, ImageFormat::Jpeg).expect("written");
    jpeg.into_inner()
}

fn text(at: Timestamp) -> Observation {
    Observation {
        id: None,
        observed_at: at,
        source: Source::Accessibility,
        account: "test-account-014".to_owned(),
        listed: Vec::new(),
        picture: None,
        attribution: Attribution {
            act: Act::Shown,
            foreground: true,
            visible_ms: 4_000,
            since_input_ms: Some(400),
            circumstances: None,
        },
        fact: Fact::Text(Box::new(ProgramText {
            application: "Editor".to_owned(),
            program: "/usr/bin/editor".to_owned(),
            title: "notes - Editor".to_owned(),
            text: Passage::whole("An old brass compass for a small boat."),
            ..ProgramText::default()
        })),
    }
}

/// What the device says of the window of a finding.
fn window(finding: &Envelope, at: Timestamp, without: Option<WithoutContext>) -> RecordBody {
    let bytes = halves();
    let picture = ContextPixels {
        width: 320,
        height: 200,
        shown_width: 640,
        shown_height: 400,
        sha256: Digest(sha256(&bytes)),
        bytes: bytes.len() as u64,
        pdq: None,
        pdq_quality: 0,
        content: STANDARD.encode(&bytes),
    };
    let of = PictureWindow {
        application: "Editor".to_owned(),
        program: "/usr/bin/editor".to_owned(),
        width: 640,
        height: 480,
    };
    let fact = ContextWindow { title: "notes - Editor".to_owned(), window: of };
    let has_picture = without.is_none();
    RecordBody::ContextPicture {
        captured: ContextPicture {
            finding: Digest(finding.record_hash()),
            observed_at: at.plus_millis(1_200),
            after_ms: 1_200,
            fact: has_picture.then_some(fact),
            picture: has_picture.then_some(picture),
            without,
            detail: String::new(),
        },
    }
}

/// A device that found words in a window and pictured it, and its two records.
async fn pictured(order: &str) -> (Rig, Device, [Envelope; 2]) {
    let rig = Rig::with_workers(0).await;
    if !order.is_empty() {
        order_change(&rig.ctx, rig.case, &format!("{ORDER}\n{order}"), "order.toml").await.expect("entered");
    }
    let mut device = Device::enrol(&rig).await;
    let at = rig.ctx.now();
    let finding = device.seal(sealed(&device, &text(at)));
    let context = device.seal(window(&finding, at, None));
    device.send(&rig, &[&finding, &context]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    (rig, device, [finding, context])
}

async fn opened(rig: &Rig) -> (AlertId, AlertView) {
    let alerts = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let [alert] = alerts.as_slice() else { panic!("one alert: {alerts:?}") };
    assert_eq!(alert.findings, 1, "a picture of a window counts as no finding");
    (alert.id, alert::open_content(&rig.ctx, &who(&rig.ctx).await, alert.id).await.expect("opened"))
}

/// A bundle that the verifier passes, by its files.
async fn bundle(rig: &Rig, scope: Scope) -> Files {
    let asker = Asker::machine("command-line".to_owned(), "Test Officer 014".to_owned());
    let made = bundle::make(&rig.ctx, &asker, scope, &Shown::Everything).await.expect("made");
    let report = verify(&made.bytes, Some(&rig.trust)).expect("a bundle");
    assert!(report.checks.iter().all(|check| check.state != CheckState::Failed), "{:#?}", report.checks);
    unpack(&made.bytes).expect("a bundle")
}

fn shows(files: &Files, record: &Envelope) -> Option<String> {
    let path = layout::opened(layout::CAPTURED, &Digest(record.record_hash()));
    files.get(&path).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
}

#[tokio::test]
async fn the_window_at_the_time_stands_beside_its_finding_veiled_and_in_the_bundle_by_digest_and_facts() {
    let (mut rig, mut device, [finding, context]) = pictured("").await;
    let (alert, view) = opened(&rig).await;
    let shown = view.contexts.get(&finding.record_hash()).expect("the window of its finding");
    let seen = shown.seen.as_ref().expect("a picture");
    assert_eq!((&seen.preview, seen.unveiled_times), (&Ok(()), 0));
    let kept = shown.captured.picture.as_ref().expect("a picture");
    assert_eq!((kept.content.as_str(), kept.width), ("", 320), "the page holds no bytes");
    let (who, hash) = (who(&rig.ctx).await, context.record_hash());
    let png = picture::preview(&rig.ctx, &who, alert, hash).await.expect("a preview");
    let made = image::load_from_memory_with_format(&png, ImageFormat::Png).expect("a PNG");
    assert_eq!((made.width(), made.height(), made.color()), (160, 100, image::ColorType::L8));
    let act = picture::unveil(&rig.ctx, &who, alert, hash).await.expect("unveiled");
    let png = picture::unveiled(&rig.ctx, &who, alert, act).await.expect("the picture");
    assert_eq!(image::load_from_memory(&png).expect("a PNG").width(), 320);
    assert!(picture::unveiled(&rig.ctx, &who, alert, act).await.is_err(), "once");

    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let known = schema.pointer("/$defs/fields-of-a-picture-of-a-window/properties").expect("its fields");
    for scope in [Scope::Alert(alert), Scope::Case(rig.case)] {
        let files = bundle(&rig, scope).await;
        let captured = shows(&files, &context).expect("its facts");
        let file: Value = serde_json::from_str(&captured).expect("JSON");
        let fields = file.get("opened").and_then(Value::as_array).expect("fields");
        let names: Vec<&str> = fields.iter().filter_map(|field| field.get("name")?.as_str()).collect();
        let is_known = |name: &&str| !name.starts_with("body.captured.") || known.get(name).is_some();
        assert!(names.iter().all(is_known), "each stands in the schema: {names:?}");
        assert!(names.contains(&"body.captured.picture.sha256") && !names.contains(&CONTENT));
        let text = STANDARD.encode(halves());
        let holds = |bytes: &[u8]| bytes.windows(60).any(|window| window == &text.as_bytes()[..60]);
        assert!(!files.values().any(|bytes| holds(bytes)), "no file holds the picture");
    }

    // A second finding, of which the device says that there is no picture.
    let at = rig.ctx.now();
    let second = device.seal(sealed(&device, &text(at)));
    let none = device.seal(window(&second, at, Some(WithoutContext::AnotherWindow)));
    device.send(&rig, &[&second, &none]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    let view = alert::open_content(&rig.ctx, &who, alert).await.expect("opened");
    let shown = view.contexts.get(&second.record_hash()).expect("what was said of it");
    assert_eq!((shown.captured.without, shown.seen.is_none()), (Some(WithoutContext::AnotherWindow), true));
    rig.stop().await;
}

#[tokio::test]
async fn invariant_14_where_the_order_is_about_children_a_picture_of_a_window_is_digest_and_facts_only() {
    let (mut rig, _, [finding, context]) = pictured(OF_CHILDREN).await;
    let (alert, view) = opened(&rig).await;
    let shown = view.contexts.get(&finding.record_hash()).expect("the window of its finding");
    let seen = shown.seen.as_ref().expect("what there is to see");
    assert_eq!(seen.preview, Err(Withheld::Children));
    assert!(shown.captured.picture.as_ref().is_some_and(|kept| kept.content.is_empty()));
    let (who, hash) = (who(&rig.ctx).await, context.record_hash());
    for refused in [
        picture::preview(&rig.ctx, &who, alert, hash).await.map(|_| ()),
        picture::unveil(&rig.ctx, &who, alert, hash).await.map(|_| ()),
    ] {
        assert!(matches!(&refused, Err(ActError::Conflict(why)) if why.contains("children")), "{refused:?}");
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_picture_of_a_window_goes_into_no_bundle_without_its_finding() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let (paragraph, from) = (Some("3".to_owned()), date(2026, 11, 23));
    let end = OrderEnd { kind: OrderEndKind::Struck, paragraph, from, until: None };
    let new = NewEnd { end, reason: "An invented court’s number.".to_owned() };
    order_end::enter(&rig.ctx, "command-line", rig.case, new).await.expect("entered");
    let at = rig.ctx.now();
    let finding = device.seal(sealed(&device, &text(at)));
    let context = device.seal(window(&finding, at, None));
    let after = device.seal(watched(at, 3));
    device.send(&rig, &[&finding, &context, &after]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    assert!(rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read").is_empty(), "held unseen");
    assert_eq!(rig.ctx.store.context_pictures_of(&finding.record_hash()).await.expect("read").len(), 1);

    let files = bundle(&rig, Scope::Case(rig.case)).await;
    assert!(shows(&files, &after).is_some());
    for held in [&finding, &context] {
        let is_here = |bytes: &Vec<u8>| bytes.windows(60).any(|part| part == &held.sealed[..60]);
        assert!(shows(&files, held).is_none() && !files.values().any(is_here));
    }
    rig.stop().await;
}

#[tokio::test]
async fn a_picture_of_a_window_is_destroyed_with_its_finding_also_where_it_comes_after() {
    let (mut rig, mut device, [finding, context]) = pictured("").await;
    destruction::record(&rig.ctx, finding.record_hash(), &grounds()).await.expect("destroyed");
    assert!(rig.ctx.store.record_key(&context.record_hash()).await.expect("read").is_none());
    let rows = rig.ctx.store.context_pictures_of(&finding.record_hash()).await.expect("read");
    assert!(rows.iter().all(|row| row.sealed.is_empty()) && rows.len() == 1);
    // One more comes late.
    let late = device.seal(window(&finding, rig.ctx.now(), None));
    device.send(&rig, &[&late]).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    assert!(rig.ctx.store.record_key(&late.record_hash()).await.expect("read").is_none());

    let files = bundle(&rig, Scope::Case(rig.case)).await;
    for record in [&finding, &context, &late] {
        let path = layout::destroyed(&Digest(record.record_hash()));
        assert!(files.contains_key(&path) && shows(&files, record).is_none(), "{path}");
    }
    rig.stop().await;
}
