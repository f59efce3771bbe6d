//! Seeded runs of agent and server with power cuts, kills and a bad network.

use proviso_testkit::simulator::{Outcome, Sabotage, Story, run};

/// Seeds of an ordinary test run; `cargo xtask test --full` asks for more in `PROVISO_SEEDS`.
const SEEDS: u64 = 20;

fn seeds() -> u64 {
    std::env::var("PROVISO_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS)
}

/// Runs every seed of a story; what each comes to goes to `read`. A fault anywhere names its seed, after all have run.
fn run_seeds(story: Story, mut read: impl FnMut(u64, &Outcome)) {
    let mut wrong = Vec::new();
    for seed in 0..seeds() {
        let outcome = run_in_folder(seed, story);
        wrong.extend(outcome.faults().into_iter().map(|fault| format!("seed {seed}: {fault}")));
        read(seed, &outcome);
    }
    assert_eq!(wrong, Vec::<String>::new(), "of {} seeds", seeds());
}

fn run_in_folder(seed: u64, story: Story) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    run(seed, folder.path(), story)
}

#[test]
fn invariant_10_no_acknowledged_record_is_lost_or_doubled_at_any_kill_point() {
    let (mut acknowledged, mut records) = (0, 0);
    run_seeds(Story::PLAIN, |seed, outcome| {
        assert_eq!(outcome.epochs.len(), 1, "seed {seed}: a power cut alone never breaks the chain");
        acknowledged += outcome.acknowledged.len();
        records += outcome.records;
    });
    println!(
        "{} seeds: {acknowledged} acknowledged observations, {records} records, none lost or doubled",
        seeds()
    );
    assert!(acknowledged > 0 && records > 0, "the runs did something");
}

#[test]
fn a_disk_image_put_back_is_found_and_nothing_is_overwritten() {
    let mut forks = 0;
    run_seeds(Story { image_restored: true, ..Story::PLAIN }, |_, outcome| {
        forks += u64::from(outcome.must_fork);
    });
    println!("{} seeds with an image put back: {forks} forks, each found", seeds());
    assert!(forks > 0, "some image lay behind the server");
}

#[test]
fn invariant_08_with_a_clock_that_jumps_every_minute_is_still_watched_or_a_gap() {
    let mut records = 0;
    run_seeds(Story { clock_jumps: true, ..Story::PLAIN }, |_, outcome| records += outcome.records);
    println!("{} seeds with a clock that jumps: {records} records, no minute unaccounted for", seeds());
    assert!(records > 0, "the runs did something");
}

#[test]
fn invariant_10_a_server_put_back_from_a_backup_gets_everything_again_and_nothing_twice() {
    let mut losses = 0;
    run_seeds(Story { server_restored: true, ..Story::PLAIN }, |seed, outcome| {
        assert_eq!(
            outcome.epochs.len(),
            1,
            "seed {seed}: a device that keeps what it must never breaks its chain"
        );
        losses += outcome.server_losses;
    });
    println!("{} seeds: {losses} servers lost and put back, nothing lost or doubled", seeds());
    assert!(losses > 0, "some server was lost");
}

#[test]
fn the_simulator_finds_what_is_broken_on_purpose() {
    let cases = [
        (Sabotage::AcknowledgeEarly, Story::PLAIN, "is lost"),
        (Sabotage::SyncLies, Story::PLAIN, "is lost"),
        (Sabotage::ForksSwallowed, Story { image_restored: true, ..Story::PLAIN }, "no fork was found"),
        (Sabotage::ClockGapsDropped, Story { clock_jumps: true, ..Story::PLAIN }, "nothing accounts for"),
        (Sabotage::LogRewritten, Story::PLAIN, "another log than before"),
        (Sabotage::BackedUpEarly, Story { server_restored: true, ..Story::PLAIN }, "is lost"),
    ];
    for (sabotage, story, fault) in cases {
        let story = Story { sabotage, ..story };
        let found = (0..200)
            .find(|seed| run_in_folder(*seed, story).faults().iter().any(|text| text.contains(fault)));
        println!("{sabotage:?}: found at seed {found:?}");
        assert!(found.is_some(), "200 seeds did not find {sabotage:?}");
    }
}

#[test]
fn a_log_rewritten_under_a_device_is_put_on_record_by_that_device_and_capture_goes_on() {
    let mut shown = 0;
    for seed in 0..8 {
        let story = Story { sabotage: Sabotage::LogRewritten, ..Story::PLAIN };
        let outcome = run_in_folder(seed, story);
        // A device that had not been shown the log before it was written anew has nothing to hold against it.
        let once = usize::from(outcome.log_shown_before);
        assert_eq!(outcome.contradictions, once as u64, "seed {seed}: once");
        let faults = outcome.faults();
        assert_eq!(faults.len(), once, "seed {seed}: and nothing else is amiss: {faults:?}");
        shown += once;
    }
    assert!(shown >= 4, "most devices had been shown the log: {shown}");
}
