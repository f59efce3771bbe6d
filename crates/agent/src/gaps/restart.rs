//! What the agent missed while it did not run: told from when it was last known to run and when the machine started.

use proviso_model::gap::{Gap, GapCause};
use proviso_model::record::Liveness;
use proviso_model::{Source, Timestamp};
use serde::{Deserialize, Serialize};

use crate::clock::{DOUBT_MS_MIN, Fix};

/// How long after the machine's start an agent may take to start before its absence counts as the agent's own.
const START_MS_MAX: i64 = 120_000;

/// The last instant at which the agent was known to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alive {
    /// By its reckoning, and where the machine's clocks stood.
    pub fix: Fix,
    /// The last server time that was known then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_at: Option<Timestamp>,
    /// What was watched up to then and is not on record yet, so that a power cut leaves no time unaccounted for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watched: Option<Liveness>,
    /// Whether that was timed by a clock in doubt.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_doubt: bool,
    /// It is the last stamp of an agent that was told to end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ended>,
}

/// An agent that was told to end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// How long the machine had been awake since its start, in milliseconds.
    pub awake_ms: u64,
    /// Its version: an update brings another.
    pub version: String,
}

impl Alive {
    /// The stamp as it stands once the server has spoken, where it spoke after the stamp and the agent ended before it
    /// could write another; and the gap by which its reckoning was wrong.
    #[must_use]
    pub fn corrected(self, server: Option<&Fix>) -> (Self, Option<Gap>) {
        let Some(server) = server.filter(|server| Some(server.at) > self.server_at) else {
            return (self, None);
        };
        let same_boot = self.fix.boot_id == server.boot_id;
        if !same_boot && self.fix.at <= server.at {
            // The machine was off in between, which is the restart's own gap.
            return (self, None);
        }
        let (true_then, counted_ms) = if same_boot {
            let since_ms = server.since_boot_ms.saturating_sub(self.fix.since_boot_ms);
            let back_ms = i64::try_from(since_ms).unwrap_or(i64::MAX);
            (server.at.plus_millis(-back_ms), self.fix.since_boot_ms)
        } else {
            (server.at, server.since_boot_ms)
        };
        let gap = correction(self.fix.at, true_then, counted_ms);
        let boot = if same_boot { &self.fix } else { server };
        let fix = Fix { at: true_then, ..boot.clone() };
        (Self { fix, ..self }, gap)
    }
}

/// The gap that follows when the server shows that it was not `expected` but `true_time`; `None` below a minute.
/// `counted_ms` is what the machine has counted since its start.
#[must_use]
pub fn correction(expected: Timestamp, true_time: Timestamp, counted_ms: u64) -> Option<Gap> {
    let ahead_ms = expected.millis_since(true_time);
    if ahead_ms.abs() < DOUBT_MS_MIN {
        return None;
    }
    let (from, detail) = if ahead_ms > 0 {
        // What was written since the machine started carries times so much too late; the last of it has no place.
        let back_ms = ahead_ms.min(i64::try_from(counted_ms).unwrap_or(i64::MAX));
        let seconds = ahead_ms / 1_000;
        (
            true_time.plus_millis(-back_ms),
            format!(
                "the clock was {seconds} seconds ahead; times recorded since the device started are late by that"
            ),
        )
    } else {
        let seconds = ahead_ms.abs() / 1_000;
        (
            expected,
            format!("the clock was {seconds} seconds behind; the device may have been off for that long"),
        )
    };
    let (until, source) = (Some(true_time), Source::Health);
    Some(Gap { from, until, source, cause: GapCause::ClockLost, detail })
}

/// What is known when an agent starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restart {
    /// Now, as reckoned.
    pub now: Timestamp,
    /// This start of the machine.
    pub boot_id: String,
    /// When the machine started.
    pub booted_at: Timestamp,
}

/// The stretch since `last`, as gaps with causes. Without power is never told as tampering, and the other way round.
#[must_use]
pub fn restart_gaps(last: &Fix, restart: &Restart) -> Vec<Gap> {
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

    use super::{Restart, restart_gaps};
    use crate::clock::Fix;

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
            let last = Fix { at: at(0), wall: at(0), boot_id: "first".to_owned(), since_boot_ms: 500_000 };
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
