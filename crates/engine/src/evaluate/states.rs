//! Rules about a state: what speaks, how strongly, and in which words. Of a browser's history the numbers speak, and a setting is told as one.

use proviso_model::policy::{PackRef, Rule};
use proviso_model::{Fact, HistorySeen, HistorySetting, Observation, Timestamp};

use super::Spoken;
use super::explain::quoted;
use crate::behaviour::State;
use crate::behaviour::history::{HistoryTold, Removed, RemovedHow, told};

/// The browser's own page for removing data was used.
const BY_PAGE_PERMILLE: u16 = 900;
/// Newer entries are gone while older ones stay.
const SOME_PERMILLE: u16 = 800;
/// All are gone, or their file is.
const ALL_PERMILLE: u16 = 600;
/// A setting, which a browser may have come with.
const SETTING_PERMILLE: u16 = 300;

/// Said of every finding about a history.
pub(super) const WHO: &str = "Through whom, and whether by hand or by a program, is not known.";

/// From when on an observation says anything: a condition that began later has no say in it.
pub(super) fn since(observation: &Observation) -> Timestamp {
    match &observation.fact {
        Fact::History(seen) => seen.before.as_ref().map_or(observation.observed_at, |before| before.at),
        _ => observation.observed_at,
    }
}

/// What a rule says of it.
pub(super) fn speak<'p>(rule: &'p Rule, pack: &'p PackRef, observation: &Observation) -> Option<Spoken<'p>> {
    let state = State::of_rule(rule)?;
    if !state.shown_by(&observation.fact) {
        return None;
    }
    let mut spoken = Spoken::certain(rule, pack, Vec::new(), would_not(state).to_owned());
    if let Fact::History(seen) = &observation.fact {
        spoken.strength_permille = match (state, told(seen)) {
            (State::HistoryDeleted, HistoryTold::Removed(removed)) => strength(removed),
            _ => SETTING_PERMILLE,
        };
    }
    Some(spoken)
}

fn strength(removed: Removed) -> u16 {
    match (removed.page_used, removed.how) {
        (true, _) => BY_PAGE_PERMILLE,
        (false, RemovedHow::Some) => SOME_PERMILLE,
        (false, RemovedHow::All | RemovedHow::File) => ALL_PERMILLE,
    }
}

/// The fact in words, as a rule speaks of it.
pub(super) fn shown(rule: &Rule, seen: &HistorySeen) -> String {
    match (State::of_rule(rule), told(seen), seen.after.setting) {
        (Some(State::HistoryDeleted), HistoryTold::Removed(removed), _) => gone(seen, removed),
        (_, _, Some(setting)) => set(seen, setting),
        _ => String::new(),
    }
}

fn gone(seen: &HistorySeen, removed: Removed) -> String {
    let Removed { how, entries, page_used } = removed;
    let entries = if entries == 1 { "an entry".to_owned() } else { format!("{entries} entries") };
    let what = match how {
        RemovedHow::Some => format!("{entries} at least were gone while older ones were still there"),
        RemovedHow::All => format!("all that was there, {entries}, was gone"),
        RemovedHow::File => {
            format!("its file, with {entries}, was gone and a new one in its place, in the same profile")
        }
    };
    let between = seen.before.as_ref().map_or_else(String::new, |before| {
        format!(" between {} and {} (UTC)", minute(before.at), minute(seen.after.at))
    });
    let page =
        if page_used { " The browser's own page for removing data was used in that time." } else { "" };
    format!(
        "In the history of {}, profile {},{between} {what}.{page} No setting of the browser, no age of the entries and no full disk explains it. What else may: an add-on or a program that removes traces, and removing on another device that shares this history.",
        quoted(&seen.browser),
        quoted(&seen.profile)
    )
}

fn set(seen: &HistorySeen, setting: HistorySetting) -> String {
    let does = match setting {
        HistorySetting::ClearsAtEnd => "removes its history whenever it ends",
        HistorySetting::KeepsNone => "writes no history",
        HistorySetting::MayClear => "may remove its history by itself",
    };
    format!(
        "The browser {}, profile {}, is set so that it {does}. This is a setting and no act: some browsers come with it, and since when it is so is not known.",
        quoted(&seen.browser),
        quoted(&seen.profile)
    )
}

/// To the minute, in UTC.
fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute}"),
        _ => text,
    }
}

/// What it would have taken for a state rule not to speak.
fn would_not(state: State) -> &'static str {
    match state {
        State::PrivateWindow => "It would not have spoken in an ordinary window.",
        State::SoftwareStopped => {
            "It would not have spoken while that part ran, nor for a device that was off or without power."
        }
        State::HistoryDeleted => {
            "It would not have spoken had only the oldest entries gone, as browsers drop them by themselves, had the browser been set to forget, nor of a profile that was reset or an older copy that was put back."
        }
        State::HistoryNotKept => "It would not have spoken without that setting.",
    }
}
