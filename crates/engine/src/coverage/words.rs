//! The ledger in plain words: for officers, for courts and for the supervised person.

use proviso_model::device_act::CaptureUnder;
use proviso_model::{GapCause, Source};

use super::{Cause, Entry};

/// Sources of which it is said when they did not watch. The rest never runs alone, or is not built for every system.
const TOLD_WHEN_ABSENT: [Source; 2] = [Source::Browser, Source::Desktop];

/// Why a minute was not watched.
#[must_use]
pub fn cause_in_words(cause: Cause) -> &'static str {
    match cause {
        Cause::Act(kind) => kind.in_words(),
        Cause::Device(cause) => cause.in_words(),
        Cause::Nothing(_) => "nothing was received from the device",
    }
}

/// A gap with its cause, and what the device itself told where an officer's entry explains it.
#[must_use]
pub fn gap_in_words(entry: &Entry) -> Option<String> {
    let words = cause_in_words(entry.gap?);
    Some(match told_beside(entry) {
        Some(told) => format!("{words}; the device told: {}", told.in_words()),
        None => words.to_owned(),
    })
}

/// What the device itself told of a gap that an officer's entry explains, where that says more than the entry.
#[must_use]
pub fn told_beside(entry: &Entry) -> Option<GapCause> {
    match (entry.gap?, entry.told?) {
        // That it has nothing to obey follows from the entry itself.
        (Cause::Act(kind), GapCause::NoPolicy) if kind.capture() != CaptureUnder::GoesOn => None,
        (Cause::Act(_), told) => Some(told),
        _ => None,
    }
}

/// A source of observation.
#[must_use]
pub fn source_in_words(source: Source) -> &'static str {
    match source {
        Source::Browser => "the browser",
        Source::Desktop => "other programs’ windows",
        Source::Accessibility => "text of other programs",
        Source::Files => "files arriving",
        Source::Processes => "programs running",
        Source::Histories => "browsers’ histories",
        Source::Health => "the monitoring program itself",
    }
}

/// By whom minutes were watched: `the browser, the monitoring program itself`.
#[must_use]
pub fn watched_in_words(entry: &Entry) -> String {
    let sources: Vec<&str> = entry.watched_by.iter().map(|source| source_in_words(*source)).collect();
    sources.join(", ")
}

/// What could not be seen in minutes that were watched.
#[must_use]
pub fn not_seen(entry: &Entry) -> Vec<String> {
    if entry.gap.is_some() {
        return Vec::new();
    }
    let absent = TOLD_WHEN_ABSENT.iter().filter(|source| !entry.watched_by.contains(source));
    let absent = absent.map(|source| match source {
        Source::Browser => "no browser with the extension was open, so nothing in a browser was seen",
        _ => "other programs’ windows were not looked into",
    });
    let partly = entry.partly.iter().map(|cause| cause.in_words());
    absent.chain(partly).map(str::to_owned).collect()
}
