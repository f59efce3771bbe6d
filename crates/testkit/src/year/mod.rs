//! A year of one device: nights, travel, updates, faults, custody. What it put on record is reckoned to a ledger of
//! minutes, and each minute is held against what truly happened in it.
//!
//! What is real here: enrolment at the server, the agent's watcher with its gaps and clocks, its spool on a disk that can
//! lose power, the sealed records, the reckoning. What is simulated: the clock, the disk, the browser, chance.

mod device;
mod life;
mod truth;

use std::collections::BTreeMap;
use std::path::Path;

use proviso_engine::coverage::{Cause, Claim, Said, reckon};
use proviso_model::device_act::DeviceAct;
use proviso_model::{GapCause, Timestamp};

use crate::chance::Chance;
use device::YearDevice;
use life::Life;
use truth::Truth;

/// What a run leaves out on purpose, to show that the comparison can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgets {
    /// Nothing.
    Nothing,
    /// Every gap with this cause.
    Gaps(GapCause),
    /// Every fifth watched stretch.
    Watched,
    /// What officers entered.
    Acts,
}

/// What the year came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Minutes under the order, counted by the simulator.
    pub under_the_order: u64,
    /// Minutes in the ledger.
    pub minutes: u64,
    /// Of those, watched.
    pub watched: u64,
    /// Of those, in gaps.
    pub in_gaps: u64,
    /// Gap minutes by cause.
    pub causes: BTreeMap<Cause, u64>,
    /// Records that the device wrote.
    pub records: u64,
    /// Minutes whose label is not the truth, in words.
    pub wrong: Vec<String>,
}

/// Lives so many days from a seed, in `folder`.
///
/// # Panics
/// When the world itself cannot be set up; the message says where.
#[must_use]
pub fn run(seed: u64, days: u32, folder: &Path, forgets: Forgets) -> Outcome {
    let chance = Chance::new(seed);
    let mut life = Life::new(YearDevice::enrol(&chance, folder), chance);
    for day in 0..days {
        life.day(day);
    }
    let Life { device, truth, acts, asked, .. } = life.end();
    compare(device, &truth, &acts, &asked, forgets)
}

fn compare(
    device: YearDevice,
    truth: &Truth,
    acts: &[DeviceAct],
    asked: &[(Timestamp, Timestamp)],
    forgets: Forgets,
) -> Outcome {
    let mut claims: Vec<Claim> = device.into_claims();
    let records = claims.len() as u64;
    claims.retain(|claim| match (&claim.said, forgets) {
        (Said::Gap { cause, .. }, Forgets::Gaps(forgotten)) => *cause != forgotten,
        (Said::Watched { .. }, Forgets::Watched) => !claim.place.1.is_multiple_of(5),
        _ => true,
    });
    let entered = if forgets == Forgets::Acts { &[] } else { acts };
    let ledger = reckon(&claims, asked, entered);
    let mut outcome = Outcome {
        minutes: ledger.minutes(),
        watched: ledger.watched(),
        in_gaps: ledger.in_gaps(),
        records,
        ..Outcome::default()
    };
    for entry in &ledger.entries {
        if let Some(cause) = entry.gap {
            *outcome.causes.entry(cause).or_default() += entry.minutes;
        }
    }
    for (minute, label) in truth.minutes(asked, acts) {
        outcome.under_the_order += 1;
        let found = ledger.at(minute).map(truth::Label::of);
        if found.as_ref() != Some(&label) {
            outcome.wrong.push(format!("{minute}: {found:?} in the ledger, {label:?} in truth"));
        }
    }
    outcome
}
