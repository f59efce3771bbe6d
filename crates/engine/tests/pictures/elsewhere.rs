//! Pictures that no page showed: in windows of other programs, and files that arrived.

use proviso_engine::image::PictureMemory;
use proviso_model::observation::{PictureElement, PictureFile, PictureFrom, PictureWindow};
use proviso_model::{Act, Attribution, Observation};

use super::common::pictures::{PORNOGRAPHY, engine, found, listed, picture, score, scored, sealed, set};
use super::{NEAR, SHA256};

/// The same as a file that arrived in this folder.
fn arrived(mut observation: Observation, folder: &str) -> Observation {
    let picture = picture(&mut observation);
    picture.url.clear();
    picture.address.clear();
    (picture.element, picture.from) = (PictureElement::File, PictureFrom::Disk);
    picture.file = Some(PictureFile { name: "sails.jpg".to_owned(), folder: folder.to_owned() });
    observation.attribution = Attribution {
        act: Act::Received,
        foreground: false,
        visible_ms: 0,
        since_input_ms: None,
        circumstances: None,
    };
    observation
}

#[test]
fn a_file_that_arrived_is_no_background_activity_and_is_neither_said_to_be_shown_nor_opened() {
    let engine = engine(PORNOGRAPHY, &[set(1, false)]);
    let observation = arrived(found(1, vec![listed(1, SHA256)]), "~/Downloads");
    let findings = engine.evaluate(&observation);
    let said = &findings.first().expect("a finding").explanation;
    for words in ["arrived as the file \"sails.jpg\" in the folder \"~/Downloads\"", "is not known from that"]
    {
        assert!(said.contains(words), "{said}");
    }
    assert!(!said.contains("was shown") && !said.contains("on a page"), "{said}");
    sealed(&engine, &observation, &findings);
    let mut background = observation;
    background.attribution.act = Act::Background;
    assert!(engine.evaluate(&background).is_empty());

    let high =
        |number: u8, folder| arrived(scored(number, i64::from(number), vec![score("first", 900)]), folder);
    for (third, raised) in [("~/Downloads", true), ("~/Pictures", false)] {
        let mut memory = PictureMemory::default();
        let mut last = Vec::new();
        for (number, folder) in [(1, "~/Downloads"), (2, "~/Downloads"), (3, third)] {
            let joined = memory.join(high(number, folder));
            memory.keep(&joined);
            last = engine.evaluate(&joined);
        }
        assert_eq!(!last.is_empty(), raised, "the third one in {third}");
        assert!(last.iter().all(|finding| finding.explanation.contains("pictures of this folder")));
    }
}

/// The same in a window of a program that calls itself so.
fn in_window(mut observation: Observation, application: &str) -> Observation {
    let picture = picture(&mut observation);
    picture.url.clear();
    picture.address.clear();
    (picture.element, picture.from) = (PictureElement::Window, PictureFrom::WindowPixels);
    let (application, program) = (application.to_owned(), "/usr/bin/viewer".to_owned());
    picture.window = Some(PictureWindow { application, program, width: 800, height: 600 });
    observation
}

#[test]
fn a_picture_in_a_window_says_which_program_showed_it_and_scores_come_together_by_application() {
    let engine = engine(PORNOGRAPHY, &[set(1, false)]);
    let observation = in_window(found(1, vec![listed(1, SHA256), listed(1, NEAR)]), "Viewer");
    let findings = engine.evaluate(&observation);
    let [finding] = &findings[..] else { panic!("its look alone: {findings:#?}") };
    let said = &finding.explanation;
    for words in ["looks similar to", "calls itself \"Viewer\"", "as the screen showed them: no file was had"]
    {
        assert!(said.contains(words), "{said}");
    }
    assert!(!said.contains("on a page of"), "{said}");
    sealed(&engine, &observation, &findings);

    let high = |number: u8, application| {
        in_window(scored(number, i64::from(number), vec![score("first", 900)]), application)
    };
    for (third, raised) in [("Viewer", true), ("Player", false)] {
        let mut memory = PictureMemory::default();
        let mut last = Vec::new();
        for observation in [high(1, "Viewer"), high(2, "Viewer"), high(3, third)] {
            let joined = memory.join(observation);
            memory.keep(&joined);
            last = engine.evaluate(&joined);
        }
        let said = last.first().map(|finding| finding.explanation.as_str()).unwrap_or_default();
        assert_eq!(
            said.contains("one of 3 different pictures of this application"),
            raised,
            "{third}: {said}"
        );
    }
}
