//! Seeded runs of agent and server with power cuts, kills and a bad network.

use proviso_testkit::simulator::{Sabotage, run};

/// Seeds of an ordinary test run; `cargo xtask test --full` asks for more in `PROVISO_SEEDS`.
const SEEDS: u64 = 20;

fn seeds() -> u64 {
    std::env::var("PROVISO_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(SEEDS)
}

fn run_in_folder(seed: u64, sabotage: Sabotage) -> proviso_testkit::simulator::Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    run(seed, folder.path(), sabotage)
}

#[test]
fn invariant_10_no_acknowledged_record_is_lost_or_doubled_at_any_kill_point() {
    let (mut acknowledged, mut records) = (0, 0);
    for seed in 0..seeds() {
        let outcome = run_in_folder(seed, Sabotage::None);
        assert_eq!(outcome.faults(), Vec::<String>::new(), "seed {seed}");
        assert_eq!(outcome.epochs.len(), 1, "seed {seed}: a power cut alone never breaks the chain");
        acknowledged += outcome.acknowledged.len();
        records += outcome.records;
    }
    println!(
        "{} seeds: {acknowledged} acknowledged observations, {records} records, none lost or doubled",
        seeds()
    );
    assert!(acknowledged > 0 && records > 0, "the runs did something");
}

#[test]
fn the_simulator_notices_an_acknowledgement_that_comes_too_early() {
    let noticed = (0..200).find(|seed| {
        let faults = run_in_folder(*seed, Sabotage::AcknowledgeEarly).faults();
        faults.iter().any(|fault| fault.contains("is lost"))
    });
    println!("noticed at seed {noticed:?}");
    assert!(noticed.is_some(), "200 seeds did not find a loss that was put there on purpose");
}
