//! Stories about the spool: kills, damage and want of room.

mod support;

use std::sync::Arc;

use proviso_agent::spool::{Opened, Room, SpoolError};
use proviso_agent::{Observed, SpoolLimits};
use proviso_ledger::{ChainLink, Envelope};
use proviso_model::gap::GapCause;
use proviso_model::record::{EnrolmentFacts, NoticeResponse, RecordBody};
use support::disk::TestDisk;
use support::{LISTED, TestForce, begun_gaps, ended_gaps, kinds, page, shown};

fn enrolment(number: u64) -> RecordBody {
    let facts = EnrolmentFacts {
        system: format!("system {number}"),
        account: "test-person-014".to_owned(),
        agent_version: "1".to_owned(),
    };
    RecordBody::Enrolment { enrolment: facts }
}

/// Writes records until the disk fails; says which were acknowledged.
fn write_until_failure(force: &TestForce, disk: &TestDisk, count: u64) -> Vec<[u8; 32]> {
    let keep = force.enrol(86_400);
    let kept = keep.policy().expect("a policy");
    let opened =
        proviso_agent::Spool::open(Arc::new(disk.clone()), SpoolLimits::default(), force.force, force.device);
    let Ok((spool, _)) = opened else { return Vec::new() };
    let mut writer = force.writer(&Arc::new(spool));
    let mut acknowledged = Vec::new();
    for number in 0..count {
        match writer.write(&kept, force.now(), enrolment(number), Room::Ordinary, &[]) {
            Ok(appended) => acknowledged.push(appended.record_hash),
            Err(_) => return acknowledged,
        }
    }
    acknowledged
}

fn chain_of(force: &TestForce, spool: &proviso_agent::Spool) -> Vec<[u8; 32]> {
    let mut link = ChainLink::first(*force.force.as_bytes(), *force.device.as_bytes(), 0);
    let stored = spool.batch(0, None, usize::MAX, usize::MAX).expect("records");
    let mut hashes = Vec::new();
    for record in &stored {
        let envelope = Envelope::decode(&record.envelope).expect("an envelope");
        link.follow(&envelope.header).expect("the chain is whole");
        hashes.push(envelope.record_hash());
    }
    hashes
}

#[test]
fn invariant_10_after_a_power_cut_at_any_write_every_acknowledged_record_is_there_and_the_chain_is_whole() {
    let force = TestForce::new();
    let whole = TestDisk::default();
    assert_eq!(write_until_failure(&force, &whole, 3).len(), 3);
    let acts = whole.acts();
    assert!(acts > 20, "there are kill points: {acts}");
    let mut cut_short = 0;
    for act in 1..=acts {
        for tears in [false, true] {
            let disk = TestDisk::default();
            disk.fail_at(act, tears);
            let acknowledged = write_until_failure(&force, &disk, 3);
            cut_short += usize::from(acknowledged.len() < 3);
            disk.power_cycle();
            let (spool, _) = force.spool_on(Arc::new(disk), SpoolLimits::default());
            let held = chain_of(&force, &spool);
            assert!(held.len() >= acknowledged.len(), "act {act}: nothing acknowledged is lost");
            assert_eq!(held[..acknowledged.len()], acknowledged[..], "act {act}");
            assert_eq!(spool.figures().expect("figures").records, held.len() as u64, "act {act}");
        }
    }
    assert!(cut_short > 20, "most cuts came before the end: {cut_short}");
}

#[test]
fn a_spool_in_use_is_not_opened_twice() {
    let force = TestForce::new();
    let (_spool, opened) = force.spool(SpoolLimits::default());
    assert_eq!(opened, Opened::New);
    let file = Arc::new(proviso_agent::OnDisk::new(force.dir().spool()));
    let second = proviso_agent::Spool::open(file, SpoolLimits::default(), force.force, force.device);
    assert!(matches!(second, Err(SpoolError::InUse)));
}

#[test]
fn a_damaged_spool_is_set_aside_with_a_gap_and_a_new_epoch_and_never_reset_in_silence() {
    let force = TestForce::new();
    let keep = force.enrol(86_400);
    let path = force.dir().spool();
    {
        let (spool, opened) = force.spool(SpoolLimits::default());
        let mut watcher = force.watcher(&keep, &spool, &opened);
        watcher.notice_shown("terminal", NoticeResponse::Shown, "").expect("on record");
    }
    let mut bytes = std::fs::read(&path).expect("a spool");
    for byte in bytes.iter_mut().skip(4_096) {
        *byte ^= 0x5a;
    }
    std::fs::write(&path, &bytes).expect("damaged");

    let (spool, opened) = force.spool(SpoolLimits::default());
    assert!(matches!(opened, Opened::SetAside { .. }), "{opened:?}");
    assert_eq!(spool.figures().expect("figures").epoch, 1);
    assert_eq!(std::fs::read(path.with_extension("damaged-1.redb")).expect("kept"), bytes);
    let watcher = force.watcher(&keep, &spool, &opened);
    assert!(!watcher.standing().watching, "the notice has to be shown again");
    assert!(ended_gaps(&force.records(&spool)).contains(&GapCause::SpoolDamaged));
}

#[test]
fn a_full_spool_stops_capture_with_a_gap_that_ends_once_there_is_room() {
    let force = TestForce::new();
    let keep = force.enrol(86_400);
    let limits = SpoolLimits { spool_bytes_max: 64 * 1024, reserve_bytes: 32 * 1024 };
    let (spool, opened) = force.spool(limits);
    let mut watcher = force.watcher(&keep, &spool, &opened);
    watcher.notice_shown("terminal", NoticeResponse::Shown, "").expect("on record");
    let mut kept = 0;
    let refused = (1..100).find(|n| {
        let observed = watcher.observe("one", *n, force.now(), shown(), page(LISTED));
        kept += u64::from(observed == Observed::Kept);
        matches!(observed, Observed::Refused(_))
    });
    assert!(refused.is_some() && kept > 2, "it filled up after {kept}");
    assert_eq!(watcher.standing().why_not, Some(GapCause::SpoolFull));
    assert!(begun_gaps(&force.records(&spool)).contains(&GapCause::SpoolFull), "the reserve takes the gap");

    force.clock.pass(60);
    watcher.tick();
    assert!(!watcher.standing().watching, "still no room");
    spool.forget_up_to(0, spool.figures().expect("figures").highest_seq.expect("records")).expect("room");
    watcher.tick();
    assert!(watcher.standing().watching);
    assert_eq!(ended_gaps(&force.records(&spool)), [GapCause::SpoolFull]);
}

#[test]
fn a_full_disk_acknowledges_nothing_and_puts_the_gap_on_record_afterwards() {
    let force = TestForce::new();
    let keep = force.enrol(86_400);
    let disk = TestDisk::default();
    let (spool, opened) = force.spool_on(Arc::new(disk.clone()), SpoolLimits::default());
    let mut watcher = force.watcher(&keep, &spool, &opened);
    watcher.notice_shown("terminal", NoticeResponse::Shown, "").expect("on record");
    let before = force.records(&spool).len();
    disk.set_full(true);
    let observed = watcher.observe("one", 1, force.now(), shown(), page(LISTED));
    assert!(matches!(observed, Observed::Refused(_)), "{observed:?}");
    force.clock.pass(300);
    watcher.tick();
    assert_eq!(watcher.standing().why_not, Some(GapCause::SpoolFull));

    disk.set_full(false);
    watcher.tick();
    assert!(watcher.standing().watching);
    let after = force.records(&spool);
    assert!(ended_gaps(&after).contains(&GapCause::SpoolFull), "{:?}", kinds(&after));
    assert!(!kinds(&after[before..]).contains(&"finding"), "what was refused is not there");
    let observed = watcher.observe("one", 2, force.now(), shown(), page(LISTED));
    assert_eq!(observed, Observed::Kept);
}

/// A browser sends three observations; says whether the story came to its end before the disk failed.
fn watch_until_failure(force: &TestForce, disk: &TestDisk) -> Option<Vec<u64>> {
    let keep = force.enrol(86_400);
    let file = Arc::new(disk.clone());
    let (spool, opened) =
        proviso_agent::Spool::open(file, SpoolLimits::default(), force.force, force.device).ok()?;
    let spool = Arc::new(spool);
    let mut watcher = force.try_watcher(&keep, &spool, &opened)?;
    watcher.notice_shown("terminal", NoticeResponse::Shown, "").ok()?;
    let mut acknowledged = Vec::new();
    for n in 1..=3 {
        let text = format!("{LISTED} number {n}");
        match watcher.observe("one", n, force.now(), shown(), page(&text)) {
            Observed::Kept | Observed::Repeated => acknowledged.push(n),
            _ => return Some(acknowledged),
        }
    }
    Some(acknowledged)
}

#[test]
fn invariant_10_a_browser_that_sends_again_after_a_power_cut_has_each_observation_on_record_exactly_once() {
    let force = TestForce::new();
    let whole = TestDisk::default();
    assert_eq!(watch_until_failure(&force, &whole), Some(vec![1, 2, 3]));
    for act in 1..=whole.acts() {
        let disk = TestDisk::default();
        disk.fail_at(act, act % 2 == 0);
        let before = watch_until_failure(&force, &disk).unwrap_or_default();
        disk.power_cycle();
        assert_eq!(watch_until_failure(&force, &disk), Some(vec![1, 2, 3]), "act {act}");
        let (spool, opened) = force.spool_on(Arc::new(disk), SpoolLimits::default());
        assert_eq!(opened, Opened::Whole, "act {act}");
        chain_of(&force, &spool);
        let texts: Vec<String> = force
            .records(&spool)
            .iter()
            .filter_map(|body| match body {
                RecordBody::Finding { captured, .. } => Some(captured.fact.passages()[0].text.clone()),
                _ => None,
            })
            .collect();
        let wanted: Vec<String> = (1..=3).map(|n| format!("{LISTED} number {n}")).collect();
        assert_eq!(texts, wanted, "act {act}, acknowledged before the cut: {before:?}");
    }
}
