//! Pictures: what recorded look-ups and scores say, what is sealed of a picture, and what is never kept of one. There is no
//! picture here, only figures.

#[path = "../common/mod.rs"]
mod common;
mod elsewhere;

use common::order;
use common::pictures::{
    CHILD_IMAGES, MINUTE_MS, PORNOGRAPHY, content, engine, found, listed, looks, picture, policy, score,
    scored, sealed, seen_at, set, shown, with_second,
};
use proviso_engine::image::PictureMemory;
use proviso_engine::{CompileInputs, Pack, compile};
use proviso_model::judgement::PictureBasis;
use proviso_model::limits::PICTURE_KEPT_BYTES_MAX;
use proviso_model::observation::{ListedHow, PictureElement, PictureFrom};
use proviso_model::{Act, Attribution, Finding, PictureSeen, Timestamp};

const SHA256: ListedHow = ListedHow::Sha256;
const MD5: ListedHow = ListedHow::Md5;
const NEAR: ListedHow = ListedHow::Pdq { distance: 12 };

#[test]
fn each_kind_of_agreement_is_a_finding_of_its_own_in_its_own_words() {
    let engine = engine(PORNOGRAPHY, &[set(1, false), set(2, false)]);
    for (listed, says) in [
        (vec![listed(1, SHA256)], vec!["the same SHA-256 as entry 17 of list \"set-1\" version 3"]),
        (vec![listed(1, MD5)], vec!["the same MD5 as entry 17 of list \"set-1\""]),
        (vec![listed(1, NEAR)], vec!["looks similar to entry 17 of list \"set-1\""]),
        // The same SHA-256 leaves nothing to say of the MD5 and of the look, in the same set.
        (vec![listed(1, NEAR), listed(1, SHA256), listed(1, MD5)], vec!["the same SHA-256"]),
        (vec![listed(1, SHA256), listed(2, NEAR)], vec!["the same SHA-256", "looks similar to"]),
        (vec![listed(1, SHA256), listed(2, SHA256)], vec!["of list \"set-2\""]),
        (vec![listed(1, ListedHow::Pdq { distance: 32 })], vec![]),
        (vec![listed(3, SHA256)], vec![]),
    ] {
        let observation = found(1, listed);
        let findings = engine.evaluate(&observation);
        assert_eq!(findings.len(), says.len(), "{findings:#?}");
        for (finding, says) in findings.iter().zip(says) {
            let said = &finding.explanation;
            assert!(said.contains(says), "{said}");
            let kinds = ["same SHA-256 as", "same MD5 as", "looks similar to", "a score of"];
            assert_eq!(
                kinds.iter().filter(|kind| said.contains(*kind)).count(),
                1,
                "kinds are mixed: {said}"
            );
            for never in ["on the list", "breach", "violat"] {
                assert!(!said.contains(never), "{said}");
            }
            assert_eq!(said.contains("PDQ distance 12"), says.contains("similar"), "{said}");
            let is_weaker = !says.contains("SHA-256") && !says.contains("set-2");
            assert_eq!(said.contains("weaker than"), is_weaker, "{said}");
        }
        sealed(&engine, &observation, &findings);
    }
}

#[test]
fn what_cannot_speak_for_a_picture_does_not() {
    let engine = engine(PORNOGRAPHY, &[set(1, false)]);
    for from in [PictureFrom::TabPixels, PictureFrom::ElementPixels, PictureFrom::WindowPixels] {
        let mut drawn = found(1, vec![listed(1, SHA256), listed(1, MD5)]);
        picture(&mut drawn).from = from;
        assert!(engine.evaluate(&drawn).is_empty(), "its digests are those of a file of our own");
    }
    let mut plain = found(1, vec![listed(1, NEAR)]);
    plain.picture.as_mut().expect("seen").pdq_quality = 49;
    assert!(engine.evaluate(&plain).is_empty(), "a hash of low quality stands for many pictures");
    let mut excepted = found(1, vec![listed(1, SHA256)]);
    picture(&mut excepted).url = "https://www.clinic.example/".to_owned();
    assert!(engine.evaluate(&excepted).is_empty(), "the order carves this site out");
    let mut unread = found(1, vec![listed(1, SHA256)]);
    unread.picture = None;
    assert!(engine.evaluate(&unread).is_empty());
}

#[test]
fn one_picture_raises_nothing_three_different_ones_of_a_site_within_a_quarter_of_an_hour_do() {
    let engine = engine(PORNOGRAPHY, &[]);
    let near_first = |number: u8| {
        let mut look = looks(1);
        look.0[2] ^= 0x7fff_ffff; // In 31 bits another.
        let first = score("first", 950);
        shown(number, 2, PictureSeen { pdq: Some(look), scores: vec![first], ..PictureSeen::default() })
    };
    let high = |number, minute| scored(number, minute, vec![score("first", 900)]);
    let mut elsewhere = high(3, 2);
    picture(&mut elsewhere).url = "https://news.example/".to_owned();
    let mut hidden = high(3, 2);
    hidden.attribution.act = Act::Background;
    for (what, pictures, findings) in [
        ("one", vec![high(1, 0)], vec![0]),
        ("three", vec![high(1, 0), high(2, 1), high(3, 2)], vec![0, 0, 1]),
        ("too late", vec![high(1, 0), high(2, 1), high(3, 16)], vec![0, 0, 0]),
        ("just in time", vec![high(1, 0), high(2, 1), high(3, 15)], vec![0, 0, 1]),
        ("the clock set back", vec![high(1, 20), high(2, 21), high(3, 2)], vec![0, 0, 0]),
        ("the same thrice", vec![high(1, 0), high(1, 1), high(1, 2)], vec![0, 0, 0]),
        ("a near-duplicate", vec![high(1, 0), high(2, 1), near_first(3)], vec![0, 0, 0]),
        ("another site", vec![high(1, 0), high(2, 1), elsewhere], vec![0, 0, 0]),
        ("never seen", vec![high(1, 0), high(2, 1), hidden], vec![0, 0, 0]),
        ("below", vec![high(1, 0), high(2, 1), scored(3, 2, vec![score("first", 849)])], vec![0, 0, 0]),
        (
            "another model",
            vec![high(1, 0), high(2, 1), scored(3, 2, vec![score("second", 990)])],
            vec![0, 0, 0],
        ),
    ] {
        let mut memory = PictureMemory::default();
        let raised: Vec<usize> = pictures
            .into_iter()
            .map(|observation| {
                let joined = memory.join(observation);
                memory.keep(&joined);
                let findings = engine.evaluate(&joined);
                for finding in &findings {
                    let said = &finding.explanation;
                    assert!(
                        said.contains("one of 3 different pictures of this site within 15 minutes"),
                        "{said}"
                    );
                    assert!(said.contains("\"open-nsfw\" version 0.0.6"), "{said}");
                    assert_eq!(finding.strength_permille, 900);
                }
                let kept = sealed(&engine, &joined, &findings);
                if !findings.is_empty() {
                    assert_eq!(kept.picture.as_ref().map(|seen| seen.earlier.len()), Some(2));
                    assert!(content(&kept).is_some(), "somebody has to look");
                }
                findings.len()
            })
            .collect();
        assert_eq!(raised, findings, "{what}");
    }
}

#[test]
fn two_models_that_agree_are_enough_and_one_is_not() {
    let policy = policy(PORNOGRAPHY, &[]);
    for (first, second, knows_second, speaks) in [
        (800, Some(900), true, true),
        (799, Some(990), true, false),
        (990, Some(799), true, false),
        (990, None, true, false),
        (990, Some(990), false, false),
    ] {
        let engine = with_second(&policy, knows_second);
        let scores = std::iter::once(score("first", first)).chain(second.map(|at| score("second", at)));
        let observation = scored(1, 0, scores.collect());
        let findings = engine.evaluate(&observation);
        assert_eq!(!findings.is_empty(), speaks, "{first} {second:?}");
        if let Some(finding) = findings.first() {
            assert_eq!(finding.strength_permille, 800);
            assert!(finding.explanation.contains("gives this picture a score of 0.800"), "{finding:?}");
        }
        sealed(&engine, &observation, &findings);
    }
}

#[test]
fn on_a_device_without_the_first_model_pictures_come_together_by_the_second() {
    let engine = with_second(&policy(PORNOGRAPHY, &[]), true);
    for (scores, speaks) in [
        (vec![score("second", 900)], true),
        (vec![score("second", 849)], false),
        (vec![score("first", 100), score("second", 900)], false),
    ] {
        let mut memory = PictureMemory::default();
        for number in 1..=3 {
            let joined = memory.join(scored(number, i64::from(number), scores.clone()));
            memory.keep(&joined);
            let findings = engine.evaluate(&joined);
            assert_eq!(!findings.is_empty(), speaks && number == 3, "{scores:?}, picture {number}");
            assert!(findings.iter().all(|one| one.explanation.contains("\"second\" version 1")));
            sealed(&engine, &joined, &findings);
        }
    }
}

#[test]
fn the_bytes_are_kept_only_where_somebody_has_to_look() {
    let policy =
        policy(&format!("{PORNOGRAPHY}{CHILD_IMAGES}"), &[set(1, false), set(2, false), set(8, true)]);
    let engine = with_second(&policy, true);
    let high = || vec![score("first", 900), score("second", 900)];
    for (what, listed, scores, kept) in [
        ("the same file", vec![listed(1, SHA256)], vec![], false),
        ("the same MD5", vec![listed(1, MD5)], vec![], false),
        ("similar", vec![listed(1, NEAR)], vec![], true),
        ("models", vec![], high(), true),
        ("the same file and models", vec![listed(1, SHA256)], high(), false),
        ("the same file and similar", vec![listed(1, SHA256), listed(2, NEAR)], vec![], false),
        ("child abuse, the same file, and models", vec![listed(8, SHA256)], high(), false),
        ("child abuse, similar", vec![listed(8, NEAR)], vec![], true),
    ] {
        let observation = shown(1, 0, PictureSeen { listed, scores, ..PictureSeen::default() });
        let findings = engine.evaluate(&observation);
        assert!(!findings.is_empty(), "{what}");
        assert_eq!(content(&sealed(&engine, &observation, &findings)).is_some(), kept, "{what}");
    }
    let mut huge = found(1, vec![listed(1, NEAR)]);
    picture(&mut huge).bytes = PICTURE_KEPT_BYTES_MAX as u64 + 1;
    let findings = engine.evaluate(&huge);
    assert!(findings[0].explanation.contains("more than 2097152 are not kept"), "{findings:#?}");
    assert_eq!(content(&sealed(&engine, &huge, &findings)), None);
}

#[test]
fn invariant_06_a_picture_cut_to_what_its_findings_rest_on_replays_to_the_byte() {
    let policy = policy(PORNOGRAPHY, &[set(1, false), set(2, false)]);
    let engine = with_second(&policy, false);
    let mut memory = PictureMemory::default();
    for number in 1..=5 {
        let mut other = scored(10 + number, i64::from(number), vec![score("first", 600)]);
        other.picture.as_mut().expect("seen").listed = vec![listed(3, SHA256)];
        let joined = memory.join(other);
        memory.keep(&joined);
        let high = scored(number, i64::from(number), vec![score("first", 910), score("second", 20)]);
        let joined = memory.join(high);
        memory.keep(&joined);
    }
    let mut last = scored(6, 6, vec![score("first", 930), score("second", 20)]);
    last.picture.as_mut().expect("seen").listed = vec![listed(2, NEAR), listed(3, SHA256)];
    let joined = memory.join(last);
    assert_eq!(joined.picture.as_ref().map(|seen| seen.earlier.len()), Some(10));
    let findings = engine.evaluate(&joined);
    assert_eq!(findings.len(), 2, "{findings:#?}");
    let kept = sealed(&engine, &joined, &findings);
    let seen = kept.picture.as_deref().expect("seen");
    assert_eq!((seen.earlier.len(), seen.listed.len(), seen.scores.len()), (5, 1, 1), "only what was used");
}

#[test]
fn invariant_07_a_picture_in_the_background_raises_nothing() {
    let engine = engine(&format!("{PORNOGRAPHY}{CHILD_IMAGES}"), &[set(1, false), set(8, true)]);
    let mut observation = found(1, vec![listed(1, SHA256), listed(8, SHA256)]);
    assert_eq!(engine.evaluate(&observation).len(), 2);
    observation.attribution.act = Act::Background;
    assert!(engine.evaluate(&observation).is_empty());
    observation.attribution.act = Act::Shown;
    observation.attribution.foreground = false;
    observation.attribution.visible_ms = 0;
    assert!(engine.evaluate(&observation).is_empty());
}

#[test]
fn invariant_14_a_paragraph_about_child_images_alone_turns_no_model_on() {
    let at = seen_at(0).observed_at;
    let policy = policy(CHILD_IMAGES, &[set(1, false), set(8, true)]);
    assert!(policy.capture_at(at).pictures);
    assert!(policy.picture_models_at(at).is_empty());
    let named: Vec<_> = policy.hash_sets_at(at).into_iter().map(|set| set.set.name.as_str()).collect();
    assert_eq!(named, ["set-8"], "no other list is asked for it");
    let engine = with_second(&policy, true);
    let mut memory = PictureMemory::default();
    for number in 1..=4 {
        let high = scored(number, 0, vec![score("first", 999), score("second", 999)]);
        let joined = memory.join(high);
        memory.keep(&joined);
        assert!(engine.evaluate(&joined).is_empty(), "whatever a model would say");
    }
    // Without a list there is nothing to compare with, and nothing is captured for it.
    let inputs = CompileInputs::offline();
    let both = format!("{CHILD_IMAGES}{}", PORNOGRAPHY);
    let policy = compile(&order(&both), &Pack::built_in().expect("packs"), &inputs).expect("a policy");
    let only: Vec<_> = policy.conditions.iter().filter(|one| one.paragraph == "7").collect();
    assert!(only.iter().all(|condition| !condition.reads_pictures()));
}

#[test]
fn invariant_14_every_finding_of_a_picture_that_a_list_of_child_abuse_knows_is_marked() {
    let policy = policy(&format!("{PORNOGRAPHY}{CHILD_IMAGES}"), &[set(1, false), set(8, true)]);
    let engine = with_second(&policy, true);
    let scores = vec![score("first", 900), score("second", 900)];
    for (how, kept) in [(SHA256, false), (MD5, false), (NEAR, true)] {
        let listed = vec![listed(1, NEAR), listed(8, how)];
        let observation =
            shown(1, 0, PictureSeen { listed, scores: scores.clone(), ..PictureSeen::default() });
        let findings = engine.evaluate(&observation);
        assert_eq!(findings.len(), 3, "{findings:#?}");
        let is_marked = |finding: &Finding| finding.picture.as_ref().is_some_and(|one| one.child_abuse);
        assert!(findings.iter().all(is_marked), "also those that rest on another list or on a model");
        assert_eq!(content(&sealed(&engine, &observation, &findings)).is_some(), kept);
        // A paragraph that is quashed later does not take the mark away.
        let left = engine.only(|condition| condition.paragraph == "2");
        let findings = left.evaluate(&observation);
        assert!(findings.len() == 2 && findings.iter().all(is_marked), "{findings:#?}");
        assert_eq!(content(&sealed(&left, &observation, &findings)), None, "nobody could look at it");
    }
    let scored = |finding: &Finding| {
        matches!(finding.picture.as_ref().map(|one| &one.rests_on), Some(PictureBasis::Scored { .. }))
    };
    let plain = shown(1, 0, PictureSeen { scores, ..PictureSeen::default() });
    let findings = engine.evaluate(&plain);
    assert!(findings.iter().all(|finding| scored(finding) && !finding.picture.as_ref().unwrap().child_abuse));
}

#[test]
fn a_device_remembers_figures_of_few_pictures_for_a_quarter_of_an_hour() {
    let mut memory = PictureMemory::default();
    for number in 0..100 {
        let joined = memory.join(scored(number, 0, vec![score("first", 900), score("second", 499)]));
        memory.keep(&joined);
        let held = joined.picture.expect("seen").earlier.len();
        assert_eq!(held, usize::from(number).min(64), "bounded, and low scores are no memory");
    }
    let start = seen_at(0).observed_at;
    let kept_at = |at: Timestamp| {
        let mut later = memory.clone();
        later.forget_old(at);
        !later.is_empty()
    };
    assert!(kept_at(start.plus_millis(15 * MINUTE_MS)));
    assert!(!kept_at(start.plus_millis(15 * MINUTE_MS + 1)));
    assert!(!kept_at(start.plus_millis(-1)), "a clock set back is no memory of the future");
    memory.forget();
    assert!(memory.is_empty());
}

#[test]
fn a_finding_says_whether_the_file_came_with_the_page_or_was_asked_for_again() {
    let engine = engine(PORNOGRAPHY, &[set(1, false)]);
    for (from, listed, says) in [
        (PictureFrom::Loaded, listed(1, SHA256), None),
        (PictureFrom::FetchedAgain, listed(1, SHA256), Some("when it was asked for again")),
        (PictureFrom::TabPixels, listed(1, NEAR), Some("the page's own file was not had")),
    ] {
        let mut observation = found(1, vec![listed]);
        picture(&mut observation).from = from;
        let findings = engine.evaluate(&observation);
        let said = &findings.first().expect("a finding").explanation;
        for words in ["when it was asked for again", "the page's own file was not had"] {
            assert_eq!(said.contains(words), says == Some(words), "{said}");
        }
    }
}

#[test]
fn a_picture_that_was_saved_is_said_to_have_been_saved_and_not_shown() {
    let engine = engine(PORNOGRAPHY, &[set(1, false)]);
    let mut observation = found(1, vec![listed(1, SHA256)]);
    picture(&mut observation).element = PictureElement::Download;
    picture(&mut observation).from = PictureFrom::FetchedAgain;
    let saved = Attribution { act: Act::Downloaded, foreground: false, ..observation.attribution };
    observation.attribution = Attribution { visible_ms: 0, since_input_ms: None, ..saved };
    let findings = engine.evaluate(&observation);
    let said = &findings.first().expect("a finding").explanation;
    for words in ["was saved to the device, from a page of", "asked for again, once the saving was done"] {
        assert!(said.contains(words), "{said}");
    }
    for words in ["was shown", "on the screen"] {
        assert!(!said.contains(words), "{said}");
    }
    sealed(&engine, &observation, &findings);
}
