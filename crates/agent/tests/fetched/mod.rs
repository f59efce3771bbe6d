//! Lists of sites and hash sets: fetched in parts, checked, used, and gone with the policy that names them.

use std::sync::Arc;

use proviso_agent::*;
use proviso_engine::sites::{Importer, SiteList};
use proviso_ledger::hash::sha256;
use proviso_model::gap::GapCause;
use proviso_model::hash_set::{HashSetFile, hash_set_part_path};
use proviso_model::limits::SITE_LIST_PART_BYTES;
use proviso_model::order::ConditionKind;
use proviso_model::policy::{HashSetRef, PackRef, Policy, Rule, SiteListRef};
use proviso_model::record::{NoticeResponse, RecordBody};
use proviso_model::{Digest, Fact};

use super::support::sets::{self, TestSet};
use super::support::story::Story;
use super::support::{begun_gaps, ended_gaps, page_at, shown};

/// A list of invented sites that has two parts.
fn site_list() -> SiteList {
    let mut importer = Importer::default();
    importer.line(b"night.example").expect("a line");
    for number in 0..80_000_u32 {
        let label = Digest(sha256(&number.to_le_bytes())).to_string();
        importer.line(format!("{}.example", &label[..24]).as_bytes()).expect("a line");
    }
    importer.finish().expect("a list").0
}

/// The stories' policy with a condition on pornography that names these lists.
fn policy_with(story: &Story, serial: u64, lists: &[SiteListRef]) -> Policy {
    let mut policy = story.force.policy(serial, 86_400);
    let rule = lists.first().map(|first| Rule::SiteLists {
        id: "sites/lists".to_owned(),
        category: "pornography".to_owned(),
        pack: first.list.clone(),
        lists: lists.to_vec(),
        lowered_by: Vec::new(),
    });
    let condition = policy.conditions.first_mut().expect("a condition");
    condition.kind = ConditionKind::Pornography;
    condition.rules.extend(rule);
    policy
}

#[tokio::test]
async fn a_list_of_sites_is_fetched_checked_looked_up_survives_damage_and_goes_with_the_policy_that_names_it()
{
    let story = Story::new();
    let bytes = site_list().as_bytes().to_vec();
    assert!((SITE_LIST_PART_BYTES..2 * SITE_LIST_PART_BYTES).contains(&bytes.len()), "two parts");
    let sha = Digest(sha256(&bytes));
    let list = PackRef { name: "our-sites".to_owned(), version: "3".to_owned(), sha256: sha };
    let named = [SiteListRef { list, category: "pornography".to_owned(), coarse: false }];
    story.keep.offer(&story.force.sign(&policy_with(&story, 5, &named))).expect("newer");
    story.server.with(|memory| memory.serial = 5);
    let mut watcher = story.force.watcher(&story.keep, &story.spool, &spool::Opened::Whole);
    watcher.notice_shown("terminal", NoticeResponse::Acknowledged, "the person").expect("on record");
    let see = |watcher: &mut Watcher, n: u64, url: &str| {
        let now = story.force.now();
        watcher.observe("tab", n, now, shown(), page_at(url, "Boats."))
    };

    // Without the list all else is watched, and that it is missing is a gap in part.
    watcher.tick();
    assert_eq!(see(&mut watcher, 1, "https://night.example/a"), Observed::Dropped);
    assert!(watcher.standing().watching);
    assert!(begun_gaps(&story.force.records(&story.spool)).contains(&GapCause::SiteListMissing));

    // The server gives another list under this hash: it is not used, and said.
    let mut other = bytes.clone();
    *other.last_mut().expect("bytes") ^= 1;
    story.server.with(|memory| memory.lists.insert(sha.to_string(), other));
    let mut uplink = story.uplink();
    story.settle(&mut uplink).await;
    let kept = story.keep.policy().expect("a policy");
    let missing = || story.keep.lists().missing(&kept.policy, story.force.now());
    let said = missing().first().expect("missing").in_words();
    assert!(said.contains("our-sites version 3") && said.contains("does not have the SHA-256"), "{said}");
    let asked = |path: &str| path.starts_with("/v1/site-lists/");
    let tries = story.server.with(|memory| memory.requests.iter().filter(|path| asked(path)).count());
    assert_eq!(tries, 2, "one try; the next waits for its back-off");

    // Later it gives the right one.
    story.server.with(|memory| memory.lists.insert(sha.to_string(), bytes.clone()));
    story.force.clock.pass(5);
    story.settle(&mut uplink).await;
    assert_eq!(missing(), []);
    watcher.tick();
    assert!(ended_gaps(&story.force.records(&story.spool)).contains(&GapCause::SiteListMissing));
    assert_eq!(see(&mut watcher, 2, "https://day.example/a"), Observed::Dropped);
    assert_eq!(see(&mut watcher, 3, "https://www.night.example/a"), Observed::Kept);
    let found = story.force.records(&story.spool).into_iter().find_map(|body| match body {
        RecordBody::Finding { captured, generated } => Some((captured, generated)),
        _ => None,
    });
    let (captured, generated) = found.expect("a finding");
    let Fact::Page { url, .. } = &captured.fact else { panic!("a page") };
    let [listed] = &captured.listed[..] else { panic!("one look-up: {captured:?}") };
    assert_eq!((listed.list, listed.entry.as_str()), (sha, "night.example"), "{url}");
    let explained =
        generated.findings.first().map(|finding| finding.explanation.as_str()).unwrap_or_default();
    assert!(explained.contains("list our-sites version 3"), "{explained}");

    // After a power cut the file is torn: it is not used, and fetched again.
    let file = story.force.dir().file(&format!("site-list-{sha}.fst"));
    std::fs::write(&file, bytes.get(..bytes.len() / 2).expect("half")).expect("torn");
    let keep = Arc::new(PolicyKeep::load(&story.force.dir(), story.force.device).expect("the policy holds"));
    let missing = keep.lists().missing(&kept.policy, story.force.now());
    assert!(missing.first().is_some_and(|missing| missing.why.is_some()), "{missing:?}");
    let story = Story { keep, ..story };
    let mut uplink = story.uplink();
    story.settle(&mut uplink).await;
    assert_eq!(story.keep.lists().missing(&kept.policy, story.force.now()), []);
    assert_eq!(std::fs::read(&file).expect("there"), bytes);

    // A policy without it comes.
    story.server.with(|memory| {
        memory.policy = Some(story.force.sign(&policy_with(&story, 6, &[])));
        memory.serial = 6;
    });
    story.force.clock.pass(61);
    story.settle(&mut uplink).await;
    assert_eq!(story.keep.serial(), 6);
    assert!(!file.exists(), "what no policy names is kept nowhere");
}

/// The device obeys a policy that names these sets; so does the server.
fn obey_sets(story: &Story, serial: u64, sets: &[&HashSetRef]) -> Policy {
    let sets = sets.iter().map(|set| (*set).clone()).collect();
    let policy = story.force.policy_with_sets(serial, 86_400, sets);
    story.keep.offer(&story.force.sign(&policy)).expect("newer");
    story.server.with(|memory| memory.serial = serial);
    policy
}

#[tokio::test]
async fn the_files_of_a_hash_set_are_fetched_and_checked_and_survive_damage() {
    let mut story = Story::new();
    // So many that the filter comes in two parts.
    let entry = |number: u32| sets::file(&number.to_le_bytes(), 2);
    let entries: Vec<_> = (0..500_000).map(entry).chain([sets::look(&"1f".repeat(32), 2)]).collect();
    let set = TestSet::new(&story.force, 1, &entries, true);
    assert!((SITE_LIST_PART_BYTES..2 * SITE_LIST_PART_BYTES).contains(&set.filter.len()), "two parts");
    let (named, good, delivery) = (set.named.clone(), set.filter.clone(), set.delivery.clone());
    let policy = obey_sets(&story, 5, &[&named]);
    let mut watcher = story.force.watcher(&story.keep, &story.spool, &spool::Opened::Whole);
    watcher.notice_shown("terminal", NoticeResponse::Acknowledged, "the person").expect("on record");
    watcher.tick();
    assert!(watcher.standing().watching, "all else is watched");
    assert!(begun_gaps(&story.force.records(&story.spool)).contains(&GapCause::HashSetMissing));
    assert_eq!((watcher.hash_sets_here().named, watcher.hash_sets_here().missing), (1, 1));

    // What the force did not sign, and a filter with another byte, are not used, and that is said.
    let missing = |keep: &PolicyKeep| keep.hash_sets().missing(&policy, story.force.now());
    let said =
        |keep: &PolicyKeep| missing(keep).first().map(|missing| missing.in_words()).unwrap_or_default();
    let mut forged = delivery.clone();
    forged.statement = forged.statement.replace("\"bytes\":", "\"bytes\":1");
    let mut garbled = good.clone();
    *garbled.last_mut().expect("bytes") ^= 1;
    story.server.with(|memory| memory.sets = vec![set]);
    let mut uplink = story.uplink();
    for (delivery, filter, expected) in [
        (&forged, &good, "is not signed by the force's pack key"),
        (&delivery, &garbled, "does not have the SHA-256 that the force signed"),
    ] {
        story.server.with(|memory| {
            memory.sets[0].delivery.clone_from(delivery);
            memory.sets[0].filter.clone_from(filter);
        });
        story.force.clock.pass(10);
        story.settle(&mut uplink).await;
        assert!(said(&story.keep).contains(expected), "{}", said(&story.keep));
    }

    // Then they are right. A restart in the middle goes on with the parts that are here.
    story.server.with(|memory| (memory.sets[0].filter, memory.requests) = (good.clone(), Vec::new()));
    story.force.clock.pass(10);
    let part = |number| hash_set_part_path(&named.set.sha256, HashSetFile::Filter, number);
    while !story.server.with(|memory| memory.requests.contains(&part(0))) {
        uplink.step(story.force.now()).await;
    }
    let mut uplink = story.uplink();
    story.settle(&mut uplink).await;
    assert_eq!(missing(&story.keep), []);
    let fetched = story.server.with(|memory| memory.requests.iter().filter(|path| **path == part(0)).count());
    assert_eq!(fetched, 1);
    watcher.tick();
    assert!(ended_gaps(&story.force.records(&story.spool)).contains(&GapCause::HashSetMissing));

    // After a power cut a file is torn: it is not used, and fetched again.
    let file = |end: &str| story.force.dir().file(&format!("hash-set-{}.{end}", named.set.sha256));
    for (end, torn) in [("filter", good.len() / 2), ("near", 9), ("json", 9)] {
        let whole = std::fs::read(file(end)).expect("there");
        std::fs::write(file(end), &whole[..torn]).expect("torn");
        let keep = PolicyKeep::load(&story.force.dir(), story.force.device).expect("the policy holds");
        assert_eq!(missing(&keep).len(), 1, "{end}");
        story.keep = Arc::new(keep);
        let mut uplink = story.uplink();
        story.settle(&mut uplink).await;
        assert_eq!(missing(&story.keep), [], "{end}");
        assert_eq!(std::fs::read(file(end)).expect("there"), whole, "{end}");
    }
}

#[tokio::test]
async fn the_files_of_a_hash_set_go_when_they_may_no_longer_lie_here_and_with_the_policy_that_names_it() {
    let story = Story::new();
    let entries = [sets::file(b"a harmless file", 2), sets::look(&"1f".repeat(32), 2)];
    let set = TestSet::new(&story.force, 1, &entries, true);
    let named = set.named.clone();
    story.server.with(|memory| memory.sets = vec![set]);
    let mut uplink = story.uplink();
    let here = |end: &str| story.force.dir().file(&format!("hash-set-{}.{end}", named.set.sha256)).exists();
    // The disk takes nothing: that is said, all else goes on, and it is tried again.
    let no_room = story.force.dir().file(&format!("hash-set-{}.filter.part", named.set.sha256));
    std::fs::create_dir(&no_room).expect("in the way");
    let policy = obey_sets(&story, 4, &[&named]);
    story.settle(&mut uplink).await;
    let missing = story.keep.hash_sets().missing(&policy, story.force.now());
    assert!(
        missing.first().is_some_and(|missing| missing.in_words().contains("cannot write")),
        "{missing:?}"
    );
    std::fs::remove_dir(&no_room).expect("out of the way");
    for (serial, device_ok, expected) in
        [(5, true, [true; 3]), (6, false, [true, true, false]), (7, true, [true; 3])]
    {
        let set = HashSetRef { device_ok, ..named.clone() };
        let policy = obey_sets(&story, serial, &[&set]);
        assert!(serial == 5 || !here("near"), "what the device may not keep goes at once");
        story.force.clock.pass(61);
        story.settle(&mut uplink).await;
        assert_eq!(story.keep.hash_sets().missing(&policy, story.force.now()), []);
        assert_eq!(["json", "filter", "near"].map(here), expected, "its PDQ hashes may be here: {device_ok}");
    }
    obey_sets(&story, 8, &[]);
    assert_eq!(["json", "filter", "near"].map(here), [false; 3], "what no policy names is kept nowhere");
}
