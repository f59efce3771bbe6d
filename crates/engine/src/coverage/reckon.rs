//! From what records say of time to every minute.

use std::collections::{BTreeMap, BTreeSet};

use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::gap::GapCause;
use proviso_model::{Source, Timestamp};

use super::{Cause, Claim, Coverage, Entry, MINUTE_US, Said, Stretch};

/// Something that holds in some minutes and not in others. In this order it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Layer {
    Act(DeviceActKind),
    Gap(GapCause),
    Partly(GapCause),
    Watched(Source),
}

/// Ranges of minutes since 1970, end excluded.
type Minutes = (i64, i64);

/// Reckons the ledger of one device over the minutes of `stretches`.
///
/// A minute is watched where a source watched in all of it and no gap of the whole touches it. Every other is a gap: with
/// the first cause that touches it, in the order in which causes are declared, or "nothing received".
#[must_use]
pub fn reckon(claims: &[Claim], stretches: &[Stretch], acts: &[DeviceAct]) -> Coverage {
    let asked = joined(stretches.iter().map(|(from, until)| (minute(*from), minute(*until))).collect());
    let mut layers = layers(claims);
    for act in acts.iter().filter(|act| act.until.is_none_or(|until| act.from < until)) {
        let until = act.until.map_or(i64::MAX, minute_after);
        layers.entry(Layer::Act(act.kind)).or_default().push((minute(act.from), until));
    }
    let mut edges: Vec<(i64, Layer, bool)> = Vec::new();
    for (layer, ranges) in layers {
        for (from, until) in joined(ranges) {
            edges.extend([(from, layer, true), (until, layer, false)]);
        }
    }
    // An end before a beginning at the same minute: ranges of one layer do not touch, so either order would do.
    edges.sort_unstable_by_key(|(at, layer, begins)| (*at, *begins, *layer));
    let mut ledger = Coverage::default();
    let mut active: BTreeSet<Layer> = BTreeSet::new();
    let mut edges = edges.into_iter().peekable();
    for (from, until) in asked {
        let mut at = from;
        while at < until {
            while let Some((_, layer, begins)) = edges.next_if(|(edge, _, _)| *edge <= at) {
                if begins {
                    active.insert(layer);
                } else {
                    active.remove(&layer);
                }
            }
            let next = edges.peek().map_or(until, |(edge, _, _)| (*edge).min(until));
            push(&mut ledger, state(&active, at, next));
            at = next;
        }
    }
    ledger
}

/// What is known of the minutes from `from` to before `until`.
fn state(active: &BTreeSet<Layer>, from: i64, until: i64) -> Entry {
    let (mut acts, mut told, mut partly, mut watched_by) = (Vec::new(), None, Vec::new(), Vec::new());
    for layer in active {
        match layer {
            Layer::Act(kind) => acts.push(*kind),
            Layer::Gap(cause) => told = told.or(Some(*cause)),
            Layer::Partly(cause) => partly.push(*cause),
            Layer::Watched(source) => watched_by.push(*source),
        }
    }
    let entry = Entry {
        from: Timestamp::from_micros(from.saturating_mul(MINUTE_US)),
        minutes: u64::try_from(until.saturating_sub(from)).unwrap_or(0),
        watched_by: Vec::new(),
        gap: None,
        told: None,
        partly: Vec::new(),
    };
    if told.is_none() && !watched_by.is_empty() {
        return Entry { watched_by, partly, ..entry };
    }
    let own = told.map_or(Cause::NOTHING, Cause::Device);
    match acts.into_iter().find(|kind| kind.explains(told)) {
        Some(kind) => Entry { gap: Some(Cause::Act(kind)), told, ..entry },
        None => Entry { gap: Some(own), ..entry },
    }
}

fn push(ledger: &mut Coverage, entry: Entry) {
    match ledger.entries.last_mut() {
        Some(last) if last.until() == entry.from && last.says_the_same(&entry) => {
            last.minutes += entry.minutes;
        }
        _ => ledger.entries.push(entry),
    }
}

/// In which minutes each thing holds that records tell.
fn layers(claims: &[Claim]) -> BTreeMap<Layer, Vec<Minutes>> {
    let mut claims: Vec<&Claim> = claims.iter().collect();
    claims.sort_by_key(|claim| claim.place);
    // A gap that lasts does so up to the last word of its device.
    let last = claims.iter().rev().find_map(|claim| claim.recorded_at);
    let mut layers: BTreeMap<Layer, Vec<Minutes>> = BTreeMap::new();
    let mut watched: BTreeMap<Source, Vec<Minutes>> = BTreeMap::new();
    let mut ended: BTreeSet<(Timestamp, Source, GapCause)> = BTreeSet::new();
    let mut latest = i64::MAX;
    // From the last to the first: no record speaks of time after it was written, nor after a later one was.
    for claim in claims.into_iter().rev() {
        latest = claim.recorded_at.map_or(latest, |at| latest.min(at.as_micros()));
        match &claim.said {
            Said::Nothing => {}
            Said::Watched { from, until, sources } => {
                let range = (from.as_micros(), until.as_micros().min(latest));
                for source in sources {
                    watched.entry(*source).or_default().push(range);
                }
            }
            Said::Gap { from, until, source, cause } => {
                let key = (*from, *source, *cause);
                let until = match until {
                    Some(until) => {
                        ended.insert(key);
                        until.as_micros().min(latest)
                    }
                    None if ended.contains(&key) => continue,
                    None => last.unwrap_or(*from).as_micros(),
                };
                let layer = if cause.is_partial() { Layer::Partly(*cause) } else { Layer::Gap(*cause) };
                if from.as_micros() < until {
                    let until = minute_after(Timestamp::from_micros(until));
                    layers.entry(layer).or_default().push((minute(*from), until));
                }
            }
        }
    }
    for (source, ranges) in watched {
        let whole = joined(ranges).into_iter().map(|(from, until)| {
            (minute_after(Timestamp::from_micros(from)), minute(Timestamp::from_micros(until)))
        });
        layers.insert(Layer::Watched(source), whole.collect());
    }
    layers
}

/// The minute in which an instant lies.
fn minute(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(MINUTE_US)
}

/// The first minute that begins at or after an instant.
fn minute_after(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(MINUTE_US) + i64::from(at.as_micros().rem_euclid(MINUTE_US) > 0)
}

/// Ranges in order, joined where they touch, so that what holds twice counts once; empty ones are left out.
#[must_use]
pub fn joined(mut ranges: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    ranges.retain(|(from, until)| from < until);
    ranges.sort_unstable();
    let mut apart: Vec<(i64, i64)> = Vec::new();
    for (from, until) in ranges {
        match apart.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => apart.push((from, until)),
        }
    }
    apart
}
