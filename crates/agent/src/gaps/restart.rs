//! What the agent missed while it did not run: told from when it was last known to run and when the machine started.

use proviso_model::gap::{Gap, GapCause};
use proviso_model::record::Liveness;
use proviso_model::{Source, Timestamp};
use serde::{Deserialize, Serialize};

/// How long after the machine's start an agent may take to start before its absence counts as the agent's own.
const START_MS_MAX: i64 = 120_000;

/// The last instant at which the agent was known to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alive {
    /// By its corrected clock.
    pub at: Timestamp,
    /// Which start of the machine that was in.
    pub boot_id: String,
    /// What was watched up to then and is not on record yet, so that a power cut leaves no time unaccounted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watched: Option<Liveness>,
}

/// What is known when an agent starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restart {
    /// Now.
    pub now: Timestamp,
    /// This start of the machine.
    pub boot_id: String,
    /// When the machine started.
    pub booted_at: Timestamp,
}

/// The stretch since `last`, as gaps with causes. Without power is never told as tampering, and the other way round.
#[must_use]
pub fn restart_gaps(last: &Alive, restart: &Restart) -> Vec<Gap> {
    let gap = |from: Timestamp, until: Timestamp, cause| Gap {
        from,
        until: Some(until),
        source: Source::Health,
        cause,
        detail: String::new(),
    };
    if restart.now <= last.at {
        return Vec::new();
    }
    if last.boot_id == restart.boot_id {
        return vec![gap(last.at, restart.now, GapCause::AgentStopped)];
    }
    let booted_at = restart.booted_at.clamp(last.at, restart.now);
    if restart.now.millis_since(booted_at) <= START_MS_MAX {
        return vec![gap(last.at, restart.now, GapCause::PowerOff)];
    }
    vec![gap(last.at, booted_at, GapCause::PowerOff), gap(booted_at, restart.now, GapCause::AgentStopped)]
}

#[cfg(test)]
mod tests {
    use proviso_model::Timestamp;
    use proviso_model::gap::GapCause;

    use super::{Alive, Restart, restart_gaps};

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_795_000_000_000_000).plus_millis(seconds * 1_000)
    }

    /// (what happened, same start of the machine, machine started at, agent started at, causes)
    const CASES: &[(&str, bool, i64, i64, &[GapCause])] = &[
        ("no time passed", true, -500, 0, &[]),
        ("the agent was killed and started a minute later", true, -500, 60, &[GapCause::AgentStopped]),
        ("the battery was empty over night", false, 30_000, 30_020, &[GapCause::PowerOff]),
        (
            "the machine started and the agent only an hour after",
            false,
            1_000,
            4_600,
            &[GapCause::PowerOff, GapCause::AgentStopped],
        ),
        (
            "the clock says that the machine started before the last stamp",
            false,
            -50,
            30,
            &[GapCause::PowerOff],
        ),
    ];

    #[test]
    fn invariant_08_a_flat_battery_never_reads_as_tampering() {
        for (story, same_boot, booted, started, causes) in CASES {
            let last = Alive { at: at(0), boot_id: "first".to_owned(), watched: None };
            let boot_id = if *same_boot { "first" } else { "second" }.to_owned();
            let restart = Restart { now: at(*started), boot_id, booted_at: at(*booted) };
            let gaps = restart_gaps(&last, &restart);
            let found: Vec<_> = gaps.iter().map(|gap| gap.cause).collect();
            assert_eq!(&found, causes, "{story}");
            let mut end = at(0);
            for gap in &gaps {
                assert_eq!(gap.from, end, "{story}: no minute is missing");
                end = gap.until.expect("a restart gap has ended");
            }
            assert!(gaps.is_empty() || end == at(*started), "{story}: up to now");
        }
    }
}
