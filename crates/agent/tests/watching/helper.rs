//! The helper in the person's session: when it is missed, and what it could not tell of.

use proviso_agent::Observed;
use proviso_agent::sources::browser::presence::ConnectionId;
use proviso_agent::sources::desktop::Sight;
use proviso_agent::watch::PictureLost;
use proviso_model::Source;
use proviso_model::gap::{Gap, GapCause};
use proviso_model::native::PictureWithout;
use proviso_model::order::ConditionKind;
use proviso_model::record::RecordBody;

use super::HOUR;
use super::support::TestForce;

const ABSENT: GapCause = GapCause::SessionHelperAbsent;

fn gaps(records: &[RecordBody], cause: GapCause) -> Vec<Gap> {
    let of = records.iter().filter_map(|body| match body {
        RecordBody::Gap { gap } if gap.cause == cause => Some(gap.clone()),
        _ => None,
    });
    of.collect()
}

#[test]
fn the_helper_is_missed_only_while_somebody_is_logged_on_and_a_condition_needs_it() {
    for (story, policy, is_logged_on, is_there, is_missed) in [
        ("nobody is logged on", true, false, false, false),
        ("no condition needs it", false, true, false, false),
        ("it is there", true, true, true, false),
        ("it is not", true, true, false, true),
    ] {
        let force = TestForce::new();
        let mut policy = if policy { force.policy_with_pictures(HOUR) } else { force.policy(1, HOUR) };
        policy.conditions.retain(|condition| condition.kind != ConditionKind::SpecifiedWords);
        let (mut watcher, spool) = force.watching_under(&policy);
        watcher.logged_on(is_logged_on);
        let logged_on_at = force.now();
        for _ in 0..4 {
            force.clock.pass(20);
            if is_there {
                watcher.helper_greeted(ConnectionId(3));
                watcher.helper_spoke(ConnectionId(3));
            }
            watcher.tick();
        }
        let found = gaps(&force.records(&spool), ABSENT);
        assert_eq!(!found.is_empty(), is_missed, "{story}: {found:?}");
        for gap in found {
            assert_eq!((gap.source, gap.from, gap.until), (Source::Files, logged_on_at, None), "{story}");
            assert!(gap.cause.is_partial(), "all else is watched");
        }
    }
}

#[test]
fn a_helper_that_was_stopped_is_missed_until_it_comes_back_or_the_account_logs_off() {
    for comes_back in [true, false] {
        let force = TestForce::new();
        let (mut watcher, spool) = force.watching_under(&force.policy_with_pictures(HOUR));
        watcher.logged_on(true);
        watcher.helper_greeted(ConnectionId(3));
        force.clock.pass(10);
        watcher.helper_closed(ConnectionId(3));
        let stopped_at = force.now();
        force.clock.pass(40);
        watcher.tick();
        let begun = gaps(&force.records(&spool), ABSENT);
        let begun: Vec<_> = begun.iter().map(|gap| (gap.source, gap.from)).collect();
        assert_eq!(begun, [(Source::Files, stopped_at), (Source::Accessibility, stopped_at)]);
        if comes_back {
            watcher.helper_greeted(ConnectionId(4));
        } else {
            watcher.logged_on(false);
        }
        let ended = gaps(&force.records(&spool), ABSENT);
        assert_eq!(ended.last().and_then(|gap| gap.until), Some(force.now()));
    }
}

#[test]
fn what_it_could_not_tell_of_and_folders_that_it_cannot_watch_are_gaps_in_part_with_their_reason() {
    let force = TestForce::new();
    let (mut watcher, spool) = force.watching_under(&force.policy_with_pictures(HOUR));
    watcher.helper_greeted(ConnectionId(3));
    let no_room = PictureLost::Without(PictureWithout::NoRoom);
    for (n, expected) in [(1, Observed::Dropped), (1, Observed::Repeated)] {
        assert_eq!(watcher.helper_missed(("session a", n), Source::Files, 250, no_room), expected);
    }
    assert_eq!(watcher.acknowledged("session a").expect("known"), 1);
    watcher.helper_sees(Source::Files, Sight::Cannot("no more folders".to_owned()));
    watcher.helper_sees(Source::Files, Sight::Sees);
    force.clock.pass(90);
    watcher.tick();
    let records = force.records(&spool);
    let lost = gaps(&records, GapCause::PicturesDropped);
    let detail = lost.last().map(|gap| (gap.source, gap.until.is_some(), gap.detail.as_str()));
    let said = "pictures not looked at, or not wholly: 250 (250 too many at once)";
    assert_eq!(detail, Some((Source::Files, true, said)));
    let unseen = gaps(&records, GapCause::FilesUnseen);
    assert_eq!(unseen.first().map(|gap| gap.detail.as_str()), Some("no more folders"));
    assert!(unseen.last().is_some_and(|gap| gap.until.is_some()));
}
