//! The window at the time of a finding about text, on the alert's page.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use proviso_model::finding::Finding;
use proviso_model::observation::{Act, Fact, Observation, Passage, PictureWindow, ProgramText};
use proviso_model::order::ConditionKind;
use proviso_model::{ContextPicture, ContextPixels, ContextWindow, Digest, WithoutContext};
use proviso_store::Priority;

use super::client::{Client, between, force};
use super::pictures::{holds, pages};
use super::seed::{Raise, facts};

fn raise() -> Raise {
    Raise {
        paragraph: "4",
        condition: ConditionKind::SpecifiedWords,
        priority: Priority::ThisWeek,
        act: Act::Shown,
        ago_millis: 60_000,
    }
}

fn found(observed: &Observation) -> (Observation, Finding) {
    let text = ProgramText {
        application: "Editor".to_owned(),
        program: "/usr/bin/editor".to_owned(),
        title: "Letter to lee@boats.example".to_owned(),
        text: Passage::whole("See you on Friday, blue heron."),
        ..ProgramText::default()
    };
    let captured = Observation { fact: Fact::Text(Box::new(text)), ..observed.clone() };
    let finding = facts::finding(&raise(), &captured, captured.observed_at);
    (captured, finding)
}

fn context(without: Option<WithoutContext>, at: &Observation) -> ContextPicture {
    let mut jpeg = Cursor::new(Vec::new());
    let halves = RgbImage::from_fn(800, 600, |x, _| Rgb(if x < 400 { [255; 3] } else { [9; 3] }));
    DynamicImage::ImageRgb8(halves).write_to(&mut jpeg, ImageFormat::Jpeg).expect("written");
    let bytes = jpeg.into_inner();
    let window = PictureWindow {
        application: "Editor".to_owned(),
        program: "/usr/bin/editor".to_owned(),
        width: 800,
        height: 700,
    };
    let picture = ContextPixels {
        width: 800,
        height: 600,
        shown_width: 800,
        shown_height: 600,
        sha256: Digest([0x3c; 32]),
        bytes: bytes.len() as u64,
        pdq: None,
        pdq_quality: 0,
        content: STANDARD.encode(&bytes),
    };
    let is_there = without.is_none();
    ContextPicture {
        finding: Digest::default(),
        observed_at: at.observed_at.plus_millis(2_300),
        after_ms: 2_300,
        fact: is_there.then(|| ContextWindow { title: "Letter to lee@boats.example".to_owned(), window }),
        picture: is_there.then_some(picture),
        without,
        detail: String::new(),
    }
}

#[tokio::test]
async fn the_window_at_the_time_is_shown_folded_away_and_veiled_with_title_program_size_and_delay() {
    let mut force = force().await;
    let at = force.seed.ctx.now().plus_millis(-60_000);
    let observed = facts::observation(&raise(), at);
    let (captured, finding) = found(&observed);
    let alert = force.seed.put(&captured, &[finding], Priority::ThisWeek).await;
    force.seed.window(alert, context(None, &captured)).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let [hidden, opened] = pages(&mut officer, alert).await;
    assert!(!hidden.contains("Window at the time") && !hidden.contains("/usr/bin/editor"));
    holds(
        &opened,
        &[
            "Window at the time</h3>",
            "of Editor (/usr/bin/editor), 800 by 700 pixels",
            "2 seconds after the text was read",
            "800 by 600 pixels of it: the rest was covered or off the screen",
            &"3c".repeat(32),
            "It is no finding, and nothing was looked for in it.",
        ],
    );
    let section = between(&opened, "Window at the time", "</section>").expect("its section");
    assert!(!section.contains("lee@boats.example"), "an address of somebody is covered: {section}");
    let folded = between(section, "<details>", "</details>").expect("folded away");
    assert!(folded.contains("<figure") && folded.contains("Veiled preview"), "{folded}");
}

#[tokio::test]
async fn where_there_is_no_picture_of_the_window_the_page_says_why_and_nothing_that_came_is_said_too() {
    let mut force = force().await;
    let at = force.seed.ctx.now().plus_millis(-60_000);
    let observed = facts::observation(&raise(), at);
    let (captured, finding) = found(&observed);
    let alert = force.seed.put(&captured, &[finding], Priority::ThisWeek).await;
    let mut officer = Client::signed_in(&force, "om1").await;
    let [_, opened] = pages(&mut officer, alert).await;
    holds(&opened, &["No picture of the window has come."]);
    force.seed.window(alert, context(Some(WithoutContext::AnotherWindow), &captured)).await;
    let [_, opened] = pages(&mut officer, alert).await;
    holds(&opened, &["No picture of the window: another window was in front by then."]);
    assert!(!opened.contains("<figure"));
}
