//! Pictures that were looked at, and those that were not.

use proviso_agent::watch::{PictureFound, PictureLost, PictureWanted};
use proviso_agent::{Observed, PolicyKeep, SpoolLimits};
use proviso_model::gap::GapCause;
use proviso_model::limits::PICTURE_LISTED_MAX;
use proviso_model::native::PictureWithout;
use proviso_model::observation::{ListedHow, PictureElement, PictureFrom, PictureListed};
use proviso_model::record::RecordBody;
use proviso_model::{Act, Attribution, Digest, Fact, Md5, Picture, PictureSeen, Source};

use super::HOUR;
use super::support::{LISTED, TestForce, begun_gaps, kinds, page, shown};

fn picture() -> Picture {
    Picture {
        url: "https://site.example/".to_owned(),
        title: String::new(),
        address: "https://site.example/waves.png".to_owned(),
        element: PictureElement::Img,
        width: 160,
        height: 120,
        shown_width: 160,
        shown_height: 120,
        from: PictureFrom::FetchedAgain,
        sha256: Digest([1; 32]),
        md5: Md5([2; 16]),
        bytes: 1_000,
        file_type: "png".to_owned(),
        window: None,
        file: None,
    }
}

#[test]
fn a_picture_that_waits_is_not_acknowledged_and_after_a_power_cut_it_comes_again_while_what_came_after_it_does_not()
 {
    let force = TestForce::new();
    let policy = force.policy_with_pictures(24 * HOUR);
    let (mut watcher, spool) = force.watching_under(&policy);
    let comes = PictureWanted::Yes { models: Vec::new(), shown_at: force.now() };
    assert_eq!(watcher.acknowledged("one").expect("known"), 0);
    assert_eq!(watcher.picture_comes("one", 1, force.now()), comes);
    assert_eq!(watcher.observe("one", 2, force.now(), shown(), page(LISTED)), Observed::Kept);
    assert_eq!(watcher.acknowledged("one").expect("known"), 0);
    drop((watcher, spool));

    let keep = std::sync::Arc::new(PolicyKeep::load(&force.dir(), force.device).expect("a keep"));
    let (spool, opened) = force.spool(SpoolLimits::default());
    let mut watcher = force.watcher(&keep, &spool, &opened);
    assert_eq!(watcher.acknowledged("one").expect("known"), 0);
    assert_eq!(watcher.picture_comes("one", 1, force.now()), comes);
    assert_eq!(watcher.observe("one", 2, force.now(), shown(), page(LISTED)), Observed::Repeated);
    let looked = watcher.observe_picture("one", 1, shown(), &force.found(&policy, picture()));
    assert_eq!(looked, Observed::Dropped);
    assert_eq!(watcher.acknowledged("one").expect("known"), 2);
    assert_eq!(watcher.picture_comes("one", 1, force.now()), PictureWanted::No, "it is done");
    assert_eq!(kinds(&force.records(&spool)).iter().filter(|kind| **kind == "finding").count(), 1);
}

/// What a look-up in the set of [`TestForce::policy_with_pictures`] says, so many times over.
fn on_list(times: usize) -> PictureSeen {
    let listed = PictureListed { set: Digest([9; 32]), how: ListedHow::Sha256, category: 1, entry: Some(7) };
    PictureSeen { listed: vec![listed; times], ..PictureSeen::default() }
}

#[test]
fn a_picture_on_a_list_is_sealed_with_its_digest_and_not_its_bytes_and_what_may_not_be_captured_is_not() {
    let force = TestForce::new();
    let policy = force.policy_with_pictures(HOUR);
    let (mut watcher, spool) = force.watching_under(&policy);
    let behind = Attribution::off_screen(Act::Background);
    let shielded = Picture { url: "https://solicitor.example/".to_owned(), ..picture() };
    let cases = [
        (1, shown(), picture(), PictureSeen::default(), Observed::Dropped),
        (2, shown(), picture(), on_list(1), Observed::Kept),
        (2, shown(), picture(), on_list(1), Observed::Repeated),
        (3, behind, picture(), on_list(1), Observed::Dropped),
        (4, shown(), shielded, on_list(1), Observed::Shielded),
        (5, shown(), picture(), on_list(PICTURE_LISTED_MAX + 1), Observed::Kept),
    ];
    for (n, attribution, picture, seen, expected) in cases {
        let found = PictureFound { seen, ..force.found(&policy, picture) };
        let observed = watcher.observe_picture("one", n, attribution, &found);
        assert_eq!(observed, expected, "{n}");
    }
    let in_time = PictureFound { seen: on_list(1), ..force.found(&policy, picture()) };
    force.clock.pass(HOUR);
    let late = watcher.observe_picture("one", 6, shown(), &in_time);
    assert_eq!(late, Observed::NotCaptured, "its condition has ended");
    let mut sealed = Vec::new();
    for body in force.records(&spool) {
        let RecordBody::Finding { captured, generated } = body else { continue };
        let seen = captured.picture.expect("what was found out of it");
        let Fact::Picture(picture) = captured.fact else { panic!("a picture") };
        sealed.push((picture.sha256, seen.listed.len(), seen.content, generated.findings.len()));
    }
    let digest = Digest([1; 32]);
    assert_eq!(sealed, [(digest, 1, None, 1), (digest, PICTURE_LISTED_MAX, None, 1)]);
}

#[test]
fn pictures_that_nobody_looked_at_are_a_gap_in_part_with_their_number_and_protected_video_is_another() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching_under(&force.policy_with_pictures(24 * HOUR));
    let lost = [
        PictureLost::TooMany,
        PictureLost::Without(PictureWithout::TooLarge),
        PictureLost::Without(PictureWithout::NotInspectable),
        PictureLost::TooMany,
    ];
    for (n, why) in (1..).zip(lost) {
        assert!(matches!(watcher.picture_comes("one", n, force.now()), PictureWanted::Yes { .. }));
        watcher.picture_lost(Source::Browser, ("one", n), why);
    }
    assert_eq!(watcher.acknowledged("one").expect("known"), 4);
    assert!(watcher.standing().watching, "all else is watched");
    let begun = begun_gaps(&force.records(&spool));
    assert!(begun.contains(&GapCause::PicturesDropped) && begun.contains(&GapCause::NotInspectable));
    // The film goes on, and the extension says so; of other pictures there is no more word.
    let mut lasted = force.now();
    for n in 5..8 {
        force.clock.pass(30);
        watcher.tick();
        assert!(matches!(watcher.picture_comes("one", n, force.now()), PictureWanted::Yes { .. }));
        watcher.picture_lost(
            Source::Browser,
            ("one", n),
            PictureLost::Without(PictureWithout::NotInspectable),
        );
        lasted = force.now();
    }
    let lost = |cause: GapCause| {
        let gaps = force.records(&spool).into_iter().filter_map(|body| match body {
            RecordBody::Gap { gap } if gap.cause == cause && gap.until.is_some() => Some(gap),
            _ => None,
        });
        gaps.collect::<Vec<_>>()
    };
    let dropped = lost(GapCause::PicturesDropped);
    let said = "pictures not looked at, or not wholly: 3 (2 too many at once, 1 too large)";
    assert_eq!(dropped.iter().map(|gap| gap.detail.as_str()).collect::<Vec<_>>(), [said]);
    assert_eq!(lost(GapCause::NotInspectable), [], "it lasts");
    force.clock.pass(61);
    watcher.tick();
    let hidden = lost(GapCause::NotInspectable);
    assert_eq!(hidden.iter().map(|gap| gap.until).collect::<Vec<_>>(), [Some(lasted)]);
}

#[test]
fn invariant_01_where_no_condition_needs_pictures_none_is_looked_at() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching(24 * HOUR);
    assert_eq!(watcher.picture_comes("one", 1, force.now()), PictureWanted::No);
    let found = force.found(&force.policy(1, 24 * HOUR), picture());
    let looked = watcher.observe_picture("one", 2, shown(), &found);
    assert_eq!(looked, Observed::NotCaptured);
    assert_eq!(watcher.acknowledged("one").expect("known"), 2);
    assert!(!begun_gaps(&force.records(&spool)).contains(&GapCause::PicturesDropped));
}

/// The details of the gaps of pictures that were not looked at.
fn lost_pictures(records: &[RecordBody]) -> Vec<&str> {
    let details = records.iter().filter_map(|body| match body {
        RecordBody::Gap { gap } if gap.cause == GapCause::PicturesDropped && gap.until.is_some() => {
            Some(gap.detail.as_str())
        }
        _ => None,
    });
    details.collect()
}

#[test]
fn a_picture_that_waits_for_an_answer_is_acknowledged_and_when_it_never_comes_that_is_a_gap_with_its_number()
{
    let force = TestForce::new();
    let policy = force.policy_with_pictures(HOUR);
    let (mut watcher, spool) = force.watching_under(&policy);
    for n in 1..=3 {
        assert!(matches!(watcher.picture_comes("one", n, force.now()), PictureWanted::Yes { .. }));
        assert!(watcher.picture_asks("one", n, force.now()));
    }
    assert_eq!(watcher.acknowledged("one").expect("known"), 3, "what comes after is not held up");
    // One gets its answer: it is on no list. The power goes before the others do.
    let looked = watcher.observe_picture("one", 1, shown(), &force.found(&policy, picture()));
    assert_eq!(looked, Observed::Dropped);
    let shown_at = force.now();
    force.clock.pass(100);
    watcher.tick();
    drop((watcher, spool));

    let keep = std::sync::Arc::new(PolicyKeep::load(&force.dir(), force.device).expect("a keep"));
    let (spool, opened) = force.spool(SpoolLimits::default());
    let mut watcher = force.watcher(&keep, &spool, &opened);
    let records = force.records(&spool);
    let waited = "pictures that waited for the server's answer about a list when the program ended: 2";
    assert_eq!(lost_pictures(&records), [waited]);
    let from = records.iter().find_map(|body| match body {
        RecordBody::Gap { gap } if gap.cause == GapCause::PicturesDropped => Some(gap.from),
        _ => None,
    });
    assert_eq!(from, Some(shown_at));
    assert_eq!(watcher.picture_comes("one", 2, force.now()), PictureWanted::No, "it is told of once");

    // One waits until no condition looks at pictures any more.
    assert!(matches!(watcher.picture_comes("one", 4, force.now()), PictureWanted::Yes { .. }));
    assert!(watcher.picture_asks("one", 4, force.now()));
    force.clock.pass(HOUR);
    watcher.tick();
    assert!(!watcher.picture_asks("one", 4, force.now()), "it is let go of");
    watcher.shut_down();
    let ended =
        "pictures not looked at, or not wholly: 1 (1 no answer from the server whether they are on a list)";
    assert_eq!(lost_pictures(&force.records(&spool)), [waited, ended]);
}
