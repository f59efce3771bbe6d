//! Findings about pictures on an alert's page: facts and digests, and never the picture. There is no picture here either.

use proviso_engine::{CompileInputs, Engine, compile};
use proviso_model::hash::Digest;
use proviso_model::ids::AlertId;
use proviso_model::observation::{
    Act, Attribution, Fact, ListedHow, Observation, Picture, PictureElement, PictureFrom, PictureListed,
    Source,
};
use proviso_model::policy::{HashSetRef, PackRef};
use proviso_model::{Md5, Order, PdqHash, PictureSeen, Timestamp};
use proviso_store::Priority;

use super::client::{Client, Force, force};

const CONTENT: &str = "bm8gcGljdHVyZQ==";
const LIST: Digest = Digest([4; 32]);

/// Paragraph 7 of the case's order as one about pictures, with one list.
fn engine(kind: &str, child_abuse: bool) -> Engine {
    let order = include_str!("seed/order.toml").replace("PERSON", "P").replace("REFERENCE", "R");
    let order = Order::from_toml(&order.replace("sexualised-chat", kind)).expect("an order");
    let set = PackRef { name: "harbour".to_owned(), version: "3".to_owned(), sha256: LIST };
    let category = if child_abuse { "child-abuse" } else { "pornography" }.to_owned();
    let hash_sets = vec![HashSetRef { set, category, child_abuse, device_ok: false }];
    let packs = crate::open::packs(None).expect("packs");
    let inputs = CompileInputs { hash_sets, ..CompileInputs::offline() };
    Engine::new(&compile(&order, &packs, &inputs).expect("a policy"), Digest([1; 32])).expect("an engine")
}

fn observation(at: Timestamp, from: PictureFrom, how: ListedHow) -> Observation {
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
    };
    let seen = PictureSeen {
        pdq: Some(PdqHash([0x1234_5678_9abc_def0; 4])),
        pdq_quality: 90,
        listed: vec![PictureListed { set: LIST, how, category: 2, entry: Some(17) }],
        content: Some(CONTENT.to_owned()),
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
        },
        fact: Fact::Picture(Box::new(picture)),
    }
}

async fn raised(force: &mut Force, engine: &Engine, from: PictureFrom, how: ListedHow) -> AlertId {
    let whole = observation(force.seed.ctx.now(), from, how);
    let findings = engine.evaluate(&whole);
    assert_eq!(findings.len(), 1, "{findings:?}");
    force.seed.put(&engine.reduce(&whole, &findings), &findings, Priority::Today).await
}

/// The page with its content hidden, then opened.
async fn pages(force: &Force, alert: AlertId) -> [String; 2] {
    let mut officer = Client::signed_in(force, "om1").await;
    let hidden = officer.get(&format!("/alerts/{alert}")).await.body;
    let opened = officer.post(&format!("/alerts/{alert}/content"), &[]).await.body;
    for page in [&hidden, &opened] {
        assert!(!page.contains(CONTENT) && !page.contains("data:image"), "{page}");
    }
    [hidden, opened]
}

fn holds(page: &str, all: &[&str]) {
    for words in all {
        assert!(page.contains(words), "missing: {words}\n{page}");
    }
}

#[tokio::test]
async fn a_picture_s_facts_are_shown_once_its_content_is_opened_and_the_picture_is_not() {
    let mut force = force().await;
    let similar = ListedHow::Pdq { distance: 12 };
    let engine = engine("pornography", false);
    let alert = raised(&mut force, &engine, PictureFrom::FetchedAgain, similar).await;
    let [hidden, opened] = pages(&force, alert).await;
    for captured in ["cdn.example", "pictures.example", "Gallery", &"ab".repeat(32)] {
        assert!(!hidden.contains(captured), "shown: {captured}");
    }
    holds(
        &opened,
        &[
            "looks similar to",
            "https://cdn.example/41.jpg",
            "600 by 400 pixels on the page, 1200 by 800 in itself",
            "another file",
            &"ab".repeat(32),
            &"cd".repeat(16),
            "quality 90 of 100",
            "This version shows no picture on a page",
        ],
    );
}

#[tokio::test]
async fn pixels_that_were_drawn_once_more_have_no_digest_that_tells_anything() {
    let mut force = force().await;
    let similar = ListedHow::Pdq { distance: 12 };
    let engine = engine("pornography", false);
    let alert = raised(&mut force, &engine, PictureFrom::TabPixels, similar).await;
    let [_, opened] = pages(&force, alert).await;
    holds(&opened, &["cut from a picture of the visible page", "the file is not the page’s"]);
    assert!(!opened.contains(&"ab".repeat(32)));
}

#[tokio::test]
async fn invariant_14_a_picture_that_a_list_of_child_abuse_has_to_do_with_is_digest_and_facts_only() {
    let mut force = force().await;
    for how in [ListedHow::Sha256, ListedHow::Pdq { distance: 12 }] {
        let engine = engine("child-images", true);
        let alert = raised(&mut force, &engine, PictureFrom::FetchedAgain, how).await;
        let [_, opened] = pages(&force, alert).await;
        holds(&opened, &[&"ab".repeat(32), "This picture is not shown here, in no preview and in no bundle"]);
    }
}
