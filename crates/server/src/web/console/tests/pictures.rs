//! Pictures on an alert's page: facts, a veiled preview where there may be one, and one picture at a time unveiled. Every picture is
//! of two plain halves.

use std::io::Cursor;

use axum::body::to_bytes;
use axum::http::{Method, StatusCode, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use jiff::civil::date;
use proviso_engine::{CompileInputs, Engine, compile};
use proviso_model::hash::Digest;
use proviso_model::ids::AlertId;
use proviso_model::observation::{
    Act, Attribution, Fact, ListedHow, Observation, Picture, PictureElement, PictureFile, PictureFrom,
    PictureListed, PictureWindow, Source,
};
use proviso_model::order::{OrderEnd, OrderEndKind};
use proviso_model::policy::{HashSetRef, PackRef};
use proviso_model::{Md5, Order, PdqHash, PictureSeen, Timestamp};
use proviso_store::Priority;

use super::client::{Client, Force, acts, between, force, has_ended, two_at_night};
use super::seed::{TestClock, seed_within};
use crate::app::late::order_end::{self, NewEnd};
use crate::web::console::router;

pub(super) const LIST: Digest = Digest([4; 32]);

/// Paragraph 7 of the case's order as one about pictures, with one list.
pub(super) fn engine(kind: &str, child_abuse: bool) -> Engine {
    let order = include_str!("seed/order.toml").replace("PERSON", "P").replace("REFERENCE", "R");
    let order = Order::from_toml(&order.replace("sexualised-chat", kind)).expect("an order");
    let set = PackRef { name: "harbour".to_owned(), version: "3".to_owned(), sha256: LIST };
    let category = if child_abuse { "child-abuse" } else { "pornography" }.to_owned();
    let hash_sets = vec![HashSetRef { set, category, child_abuse, device_ok: false, tree: None }];
    let packs = crate::open::packs(None).expect("packs");
    let inputs = CompileInputs { hash_sets, ..CompileInputs::offline() };
    Engine::new(&compile(&order, &packs, &inputs).expect("a policy"), Digest([1; 32])).expect("an engine")
}

/// White and red halves of 1,200 by 800 pixels, as a file.
fn content() -> String {
    let halves = RgbImage::from_fn(1200, 800, |x, _| Rgb(if x < 600 { [255; 3] } else { [120, 0, 0] }));
    let mut png = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(halves).write_to(&mut png, ImageFormat::Png).expect("written");
    STANDARD.encode(png.into_inner())
}

fn observation(at: Timestamp, from: PictureFrom, how: ListedHow, content: String) -> Observation {
    let picture = Picture {
        url: "https://pictures.example/gallery".to_owned(),
        title: "Gallery".to_owned(),
        address: "https://cdn.example/41.jpg".to_owned(),
        element: PictureElement::Img,
        width: 1200,
        height: 800,
        shown_width: 600,
        shown_height: 400,
        from,
        sha256: Digest([0xab; 32]),
        md5: Md5([0xcd; 16]),
        bytes: 34_512,
        file_type: "jpeg".to_owned(),
        window: (from == PictureFrom::WindowPixels).then(|| PictureWindow {
            application: "Viewer".to_owned(),
            program: "/usr/bin/viewer".to_owned(),
            width: 800,
            height: 600,
        }),
        file: (from == PictureFrom::Disk)
            .then(|| PictureFile { name: "sails.jpg".to_owned(), folder: "~/Downloads".to_owned() }),
    };
    let seen = PictureSeen {
        pdq: Some(PdqHash([0x1234_5678_9abc_def0; 4])),
        pdq_quality: 90,
        listed: vec![PictureListed { set: LIST, how, category: 2, entry: Some(17) }],
        content: Some(content),
        ..PictureSeen::default()
    };
    Observation {
        id: None,
        observed_at: at,
        source: Source::Browser,
        account: "account-a".to_owned(),
        listed: Vec::new(),
        picture: Some(Box::new(seen)),
        attribution: Attribution {
            act: Act::Shown,
            foreground: true,
            visible_ms: 4_000,
            since_input_ms: Some(400),
            circumstances: None,
        },
        fact: Fact::Picture(Box::new(picture)),
    }
}

pub(super) async fn raised(force: &mut Force, engine: &Engine, from: PictureFrom, how: ListedHow) -> AlertId {
    raised_with(force, engine, from, how, content()).await
}

async fn raised_with(
    force: &mut Force,
    engine: &Engine,
    from: PictureFrom,
    how: ListedHow,
    content: String,
) -> AlertId {
    let whole = observation(force.seed.ctx.now(), from, how, content);
    let findings = engine.evaluate(&whole);
    assert_eq!(findings.len(), 1, "{findings:?}");
    force.seed.put(&engine.reduce(&whole, &findings), &findings, Priority::Today).await
}

/// The page with its content hidden, then opened. No page holds a picture itself.
pub(super) async fn pages(officer: &mut Client, alert: AlertId) -> [String; 2] {
    let hidden = officer.get(&format!("/alerts/{alert}")).await.body;
    let opened = officer.post(&format!("/alerts/{alert}/content"), &[]).await.body;
    for page in [&hidden, &opened] {
        assert!(!page.contains(&content()[..40]) && !page.contains("data:"), "{page}");
    }
    [hidden, opened]
}

pub(super) fn holds(page: &str, all: &[&str]) {
    for words in all {
        assert!(page.contains(words), "missing: {words}\n{page}");
    }
}

/// What comes from an address: a picture with its size and whether it is grey, or a refusal.
async fn picture(officer: &Client, path: &str) -> Result<(u32, u32, bool), StatusCode> {
    let response = officer.raw(Method::GET, path, String::new(), &[]).await;
    if response.status() != StatusCode::OK {
        return Err(response.status());
    }
    for (name, value) in [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        assert_eq!(
            response.headers().get(&name).and_then(|found| found.to_str().ok()),
            Some(value),
            "{name}"
        );
    }
    let bytes = to_bytes(response.into_body(), 4 << 20).await.expect("a body");
    let image = image::load_from_memory_with_format(&bytes, ImageFormat::Png).expect("a PNG");
    let is_grey = image.to_rgb8().pixels().all(|Rgb([red, green, blue])| red == green && green == blue);
    Ok((image.width(), image.height(), is_grey))
}

fn src(page: &str) -> String {
    let figure = between(page, "<figure", "</figure>").unwrap_or_else(|| panic!("no figure in {page}"));
    between(figure, "<img src=\"", "\"").expect("a picture").to_owned()
}

#[tokio::test]
async fn a_picture_s_facts_and_its_veiled_preview_are_shown_once_content_is_opened() {
    let mut force = force().await;
    let similar = ListedHow::Pdq { distance: 12 };
    let engine = engine("pornography", false);
    let alert = raised(&mut force, &engine, PictureFrom::FetchedAgain, similar).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let [hidden, opened] = pages(&mut officer, alert).await;
    for captured in ["cdn.example", "pictures.example", "Gallery", "<figure", &"ab".repeat(32)] {
        assert!(!hidden.contains(captured), "shown: {captured}");
    }
    holds(
        &opened,
        &[
            "<h1>A picture was shown on screen</h1>",
            "Whether anybody looked at it is not known.",
            "looks similar to",
            "https://cdn.example/41.jpg",
            "600 by 400 pixels on the page, 1200 by 800 in itself",
            "another file",
            &"ab".repeat(32),
            &"cd".repeat(16),
            "quality 90 of 100",
            "Veiled preview, grey and blurred. The picture has 1200 by 800 pixels. It is from https://cdn.example/41.jpg. It looks \
             similar to an entry of harbour 3, PDQ distance 12.",
            "Nobody has unveiled this picture so far. You have unveiled no picture this week.",
        ],
    );
    let before = acts(&force).await.len();
    assert_eq!(picture(&officer, &src(&opened)).await, Ok((160, 107, true)));
    assert_eq!(acts(&force).await[before..], ["picture-preview"], "each view is in the log");
    let other = Client::signed_in(&force, "om2").await;
    assert_eq!(picture(&other, &src(&opened)).await, Err(StatusCode::NOT_FOUND), "another officer's case");
}

#[tokio::test]
async fn an_officer_unveils_one_picture_once_and_page_and_log_say_who_did_when_and_how_often() {
    let mut force = force().await;
    let engine = engine("pornography", false);
    let similar = ListedHow::Pdq { distance: 12 };
    let alert = raised(&mut force, &engine, PictureFrom::FetchedAgain, similar).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let [_, opened] = pages(&mut officer, alert).await;
    let unveil = format!("{}/unveil", src(&opened));

    let before = acts(&force).await.len();
    let led = officer.post(&unveil, &[]).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER, "{}", led.body);
    assert_eq!(acts(&force).await[before..], ["picture-unveil"], "in the log before anything is shown");
    let (unveiled, place) = led.location.split_once('#').expect("a place on the page");
    let page = officer.get(unveiled).await.body;
    assert!(page.contains(&format!("id=\"{place}\"")), "{place}");
    holds(
        &page,
        &[
            "<strong>Unveiled, and logged with your name.</strong>",
            "Unveiled once: DC Test Officer 01 on 24 Nov 2026, 02:00.",
            "You have unveiled 1 picture this week, 1 of them today.",
            "DC Test Officer 01 unveiled a picture",
        ],
    );
    let supervisor = Client::supervising(&force).await;
    assert_eq!(
        picture(&supervisor, &src(&page)).await,
        Err(StatusCode::NOT_FOUND),
        "unveiled for one officer"
    );
    assert_eq!(picture(&officer, &src(&page)).await, Ok((1024, 683, false)));

    assert_eq!(picture(&officer, &src(&page)).await, Err(StatusCode::NOT_FOUND), "shown once");
    let reloaded = officer.get(unveiled).await;
    assert_eq!((reloaded.status, reloaded.location), (StatusCode::SEE_OTHER, format!("/alerts/{alert}")));
    let log = force.seed.ctx.store.audit_list(None, 0, 10_000).await.expect("log");
    let outcomes = log.iter().filter(|row| row.entry.act == "picture-unveil").map(|row| &row.completed);
    assert_eq!(outcomes.flatten().map(|(_, outcome, _, _)| outcome.as_str()).collect::<Vec<_>>(), ["done"]);

    // The next day another looks, and asks too late.
    force.clock.advance_millis(24 * 3_600_000);
    let mut supervisor = Client::supervising(&force).await;
    let [_, opened] = pages(&mut supervisor, alert).await;
    holds(&opened, &["Unveiled once: DC Test Officer 01", "You have unveiled no picture this week."]);
    let led = supervisor.post(&unveil, &[]).await.location;
    force.clock.advance_millis(61_000);
    let (unveiled, _) = led.split_once('#').expect("a place");
    assert_eq!(supervisor.get(unveiled).await.location, format!("/alerts/{alert}"));
    assert_eq!(picture(&supervisor, &format!("{unveiled}/picture")).await, Err(StatusCode::NOT_FOUND));
    let page = officer.get("/account").await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "a day later nobody is signed in any more");
    let mut officer = Client::signed_in(&force, "om1").await;
    let page = officer.get("/account").await.body;
    holds(&page, &["You have unveiled 1 picture this week, 0 of them today."]);
}

#[tokio::test]
async fn a_picture_that_cannot_be_decoded_says_so() {
    let mut force = force().await;
    let engine = engine("pornography", false);
    let similar = ListedHow::Pdq { distance: 12 };
    let whole = STANDARD.decode(content()).expect("base64");
    for (bytes, says) in [
        (whole[..whole.len() / 2].to_vec(), "damaged or cannot be decoded"),
        (b"<svg onload=alert(1)>".to_vec(), "no picture in a format that is read"),
    ] {
        let content = STANDARD.encode(bytes);
        let alert = raised_with(&mut force, &engine, PictureFrom::FetchedAgain, similar, content).await;
        let mut officer = Client::signed_in(&force, "om1").await;
        let [_, opened] = pages(&mut officer, alert).await;
        holds(&opened, &["This picture cannot be shown: ", says, &"ab".repeat(32)]);
        assert!(!opened.contains("<figure") && !opened.contains("<svg onload"));
        // One open alert takes what comes later; it must not stand in the way.
        decided(&mut officer, alert).await;
    }
}

#[tokio::test]
async fn a_picture_that_the_order_turns_out_not_to_cover_is_veiled_for_good() {
    let mut force = force().await;
    let similar = ListedHow::Pdq { distance: 12 };
    let alert = raised(&mut force, &engine("pornography", false), PictureFrom::Loaded, similar).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let [_, opened] = pages(&mut officer, alert).await;
    let preview = src(&opened);
    assert!(picture(&officer, &preview).await.is_ok());

    let (paragraph, from) = (Some("7".to_owned()), date(2026, 11, 23));
    let end = OrderEnd { kind: OrderEndKind::Struck, paragraph, from, until: None };
    let new = NewEnd { end, reason: "An invented court’s number.".to_owned() };
    order_end::enter(&force.seed.ctx, "command-line", force.seed.case, new).await.expect("entered");

    let [_, opened] = pages(&mut officer, alert).await;
    holds(&opened, &["This picture is not shown: the order as it is known now does not cover"]);
    assert!(!opened.contains("<figure"), "{opened}");
    assert_eq!(picture(&officer, &preview).await, Err(StatusCode::CONFLICT));
    assert_eq!(officer.post(&format!("{preview}/unveil"), &[]).await.status, StatusCode::CONFLICT);
}

async fn decided(officer: &mut Client, alert: AlertId) {
    let form = [("outcome", "no-concern"), ("reason", "A test.")];
    let page = officer.post(&format!("/alerts/{alert}/decision"), &form).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
}

#[tokio::test]
async fn invariant_11_no_picture_is_shown_when_the_log_cannot_be_written() {
    let folder = tempfile::tempdir().expect("folder");
    let clock = TestClock::new(two_at_night());
    let seed = seed_within(folder.path(), clock.clone(), Some(400)).await;
    let router = router(seed.ctx.clone());
    let mut force = Force { seed, clock, router, _folder: folder };
    let engine = engine("pornography", false);
    let similar = ListedHow::Pdq { distance: 12 };
    let alert = raised(&mut force, &engine, PictureFrom::FetchedAgain, similar).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let [_, opened] = pages(&mut officer, alert).await;
    let preview = src(&opened);
    assert!(picture(&officer, &preview).await.is_ok());
    let begun = officer.post(&format!("{preview}/unveil"), &[]).await.location;
    let (unveiled, _) = begun.split_once('#').expect("a place");
    let filler = "x".repeat(64 * 1024);
    while force.seed.ctx.note("test", "fill", None, &filler).await.is_ok() {}
    // An index may have room left for one act and none for another: it is full when the same acts find none.
    let case = Some(force.seed.case);
    for act in ["fill", "picture-preview", "picture-unveil", "picture-preview", "picture-unveil"] {
        while force.seed.ctx.note("test", act, case, "x").await.is_ok() {}
    }
    assert_eq!(picture(&officer, &preview).await, Err(StatusCode::SERVICE_UNAVAILABLE));
    // Room may be left for the entry and not for its end: then a picture that was begun is not shown. One that is has its end.
    let again = officer.post(&format!("{preview}/unveil"), &[]).await;
    let again = again.location.split_once('#').map(|(page, _)| page.to_owned());
    for page in again.iter().map(String::as_str).chain([unveiled]) {
        let shown = picture(&officer, &format!("{page}/picture")).await;
        let is_held_back = shown == Err(StatusCode::SERVICE_UNAVAILABLE);
        assert!(is_held_back || has_ended(&force, page).await, "{shown:?}");
    }
}

#[tokio::test]
async fn a_file_that_arrived_is_shown_with_its_name_its_folder_and_its_own_digest() {
    let mut force = force().await;
    let engine = engine("pornography", false);
    let alert = raised(&mut force, &engine, PictureFrom::Disk, ListedHow::Pdq { distance: 12 }).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let [_, opened] = pages(&mut officer, alert).await;
    holds(
        &opened,
        &["sails.jpg", "~/Downloads", "as it lay on the disk", "picture file that arrived", "has no window"],
    );
    assert!(opened.contains(&"ab".repeat(32)), "the digest of the file itself");
}

#[tokio::test]
async fn pixels_that_were_drawn_once_more_have_no_digest_that_tells_anything() {
    let mut force = force().await;
    let similar = ListedHow::Pdq { distance: 12 };
    let engine = engine("pornography", false);
    let window = "of Viewer (/usr/bin/viewer), 800 by 600 pixels";
    for (from, says) in [
        (
            PictureFrom::TabPixels,
            ["cut from a picture of the visible page", "the file is not the page’s", "on a web page"],
        ),
        (PictureFrom::WindowPixels, ["read from the screen", "there is no file of the program’s", window]),
    ] {
        let alert = raised(&mut force, &engine, from, similar).await;
        let mut officer = Client::signed_in(&force, "om1").await;
        let [_, opened] = pages(&mut officer, alert).await;
        holds(&opened, &says);
        assert!(!opened.contains(&"ab".repeat(32)));
    }
}

#[tokio::test]
async fn invariant_14_a_picture_that_a_list_of_child_abuse_has_to_do_with_is_digest_and_facts_only() {
    let mut force = force().await;
    for how in [ListedHow::Sha256, ListedHow::Pdq { distance: 12 }] {
        let engine = engine("child-images", true);
        let alert = raised(&mut force, &engine, PictureFrom::FetchedAgain, how).await;
        let mut officer = Client::signed_in(&force, "om1").await;
        let [_, opened] = pages(&mut officer, alert).await;
        holds(&opened, &[&"ab".repeat(32), "This picture is not shown here, in no preview and in no bundle"]);
        assert!(!opened.contains("<figure") && !opened.contains("unveil\""));
        // Nor to somebody who makes up the addresses.
        let found = force.seed.ctx.store.alert_findings(alert, 1).await.expect("read");
        let path = format!("/alerts/{alert}/pictures/{}", hex::encode(found[0].0.record));
        assert_eq!(picture(&officer, &path).await, Err(StatusCode::CONFLICT));
        let refused = officer.post(&format!("{path}/unveil"), &[]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(
            refused.body.contains("a list of child abuse has to do with this picture"),
            "{}",
            refused.body
        );
        let log = force.seed.ctx.store.audit_list(None, 0, 10_000).await.expect("log");
        let last = log.last().and_then(|row| row.completed.as_ref()).expect("an end");
        assert_eq!(last.1, "failed", "the try is in the log");
        decided(&mut officer, alert).await;
    }
}
