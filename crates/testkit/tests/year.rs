//! A simulated year of one device: every minute under the order is watched or in a gap, exactly, and is called what it was.

use std::collections::BTreeSet;

use proviso_engine::coverage::Cause;
use proviso_model::GapCause;
use proviso_model::device_act::DeviceActKind;
use proviso_testkit::year::{Forgets, Outcome, run};

/// Days that every few turns of the life are in.
const DAYS: u32 = 15;
/// Seeds of an ordinary run; `cargo xtask test --full` lives a whole year.
const SEEDS: u64 = 2;
/// `cargo xtask test --full` sets it.
const DAYS_FULL: &str = "PROVISO_YEAR_DAYS";

fn live(seed: u64, days: u32, forgets: Forgets) -> Outcome {
    let folder = tempfile::tempdir().expect("a folder");
    run(seed, days, folder.path(), forgets)
}

#[test]
fn invariant_08_of_a_simulated_year_every_minute_under_the_order_is_watched_or_a_gap_and_called_what_it_was()
{
    let full = std::env::var(DAYS_FULL).ok().and_then(|text| text.parse().ok());
    let (days, seeds) = full.map_or((DAYS, SEEDS), |days| (days, 1));
    for seed in 0..seeds {
        let outcome = live(seed, days, Forgets::Nothing);
        println!(
            "seed {seed}, {days} days: {} minutes under the order, {} watched, {} in gaps, {} records; {:?}",
            outcome.minutes, outcome.watched, outcome.in_gaps, outcome.records, outcome.causes
        );
        let first: Vec<_> = outcome.wrong.iter().take(20).collect();
        assert!(first.is_empty(), "seed {seed}: {} minutes, as {first:#?}", outcome.wrong.len());
        assert_eq!(outcome.minutes, outcome.under_the_order, "seed {seed}");
        assert_eq!(outcome.watched + outcome.in_gaps, outcome.under_the_order, "seed {seed}: exactly");
        let causes: BTreeSet<Cause> = outcome.causes.keys().copied().collect();
        let device =
            [GapCause::PowerOff, GapCause::AgentStopped, GapCause::ExtensionStopped, GapCause::ClockJump];
        let entered = [DeviceActKind::InCustody, DeviceActKind::InHospital, DeviceActKind::Seized];
        let had =
            device.map(Cause::Device).into_iter().chain(entered.map(Cause::Act)).chain([Cause::NOTHING]);
        for cause in had {
            assert!(causes.contains(&cause), "seed {seed}: the life had {cause:?}");
        }
    }
}

#[test]
fn a_ledger_that_forgets_something_is_found_out() {
    let forgotten = [
        Forgets::Gaps(GapCause::AgentStopped),
        Forgets::Gaps(GapCause::ExtensionStopped),
        Forgets::Watched,
        Forgets::Acts,
    ];
    for forgets in forgotten {
        let outcome = live(7, 7, forgets);
        assert!(!outcome.wrong.is_empty(), "{forgets:?}");
        assert_eq!(outcome.watched + outcome.in_gaps, outcome.under_the_order, "still no minute is lost");
    }
}
