//! What became of a browser's history between two readings, from its numbers alone: whether entries are missing, and what may have taken them.
//! Only what nothing but somebody's act explains is [`HistoryTold::Removed`]; what else looks like it is told as that.
//!
//! What browsers do by themselves, by their sources: Chromium drops entries older than 90 days (`HistoryBackend::kExpireDaysThreshold`; Brave 60);
//! Firefox, over its cap of pages, the oldest ones, never of the last 7 days, and downloads and very long addresses older than 60
//! (`nsPlacesExpiration`). All of that takes old entries; none takes a new one while older ones stay.

use proviso_model::{HistoryReading, HistorySeen, HistorySetting, Timestamp};

/// Below this age, in days, no browser drops an entry by itself while older ones stay: Brave's 60, less a few for zones and clocks.
const YOUNG_DAYS: i64 = 55;
/// Between readings further apart than this the numbers alone say nothing: others may have come and gone.
const HIDDEN_MS_MAX: i64 = 3_600_000;
const HOUR_MICROS: i64 = 3_600_000_000;
const DAY_HOURS: i64 = 24;

/// What became of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryTold {
    /// Nothing is missing.
    Nothing,
    /// Its oldest entries went, as browsers drop them by themselves.
    Expired,
    /// The same, while the disk was nearly full.
    Pressed,
    /// All of it went, and the browser is set to forget by itself.
    Forgot(HistorySetting),
    /// It cannot be compared with the reading before.
    Uncertain(Unsure),
    /// Entries were removed.
    Removed(Removed),
}

/// Why two readings cannot be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsure {
    /// The profile itself is another one: it was removed, reset or put back.
    OtherProfile,
    /// An older copy of the history was put back.
    OlderCopy,
    /// The browser found it damaged and began anew.
    Damaged,
    /// It was emptied and its numbers begin again, as in a new file: a browser that finds its history damaged makes it anew so.
    BeganAnew,
    /// The device's clock was moved meanwhile, and a browser forgets by the date.
    Clock,
    /// The browser may be set to remove it by itself; what is read of its settings does not say.
    Setting,
}

impl Unsure {
    /// In words that finish "the history of Chromium".
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::OtherProfile => "is another one than before: its profile was removed, reset or put back",
            Self::OlderCopy => "is an older copy that was put back",
            Self::Damaged => "was damaged, and the browser began a new one",
            Self::BeganAnew => {
                "was emptied and its numbers begin again, as when a browser finds it damaged and makes it anew"
            }
            Self::Setting => "was emptied, and this browser may be set to do that by itself",
            Self::Clock => {
                "is shorter than before, and the device's clock had been moved: browsers forget by the date"
            }
        }
    }
}

/// Entries that were removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// How.
    pub how: RemovedHow,
    /// How many at least.
    pub entries: u64,
    /// Whether the browser's own page for removing data was used meanwhile.
    pub page_used: bool,
}

/// How entries were removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemovedHow {
    /// Newer ones are gone while older ones stay.
    Some,
    /// All that was there before.
    All,
    /// The history's file was removed, and the browser made a new one; the rest of the profile stayed.
    File,
}

/// Tells two readings of one profile apart.
#[must_use]
pub fn told(seen: &HistorySeen) -> HistoryTold {
    let after = &seen.after;
    let Some(before) = seen.before.as_ref().filter(|before| before.entries > 0) else {
        return HistoryTold::Nothing;
    };
    let page_used = after.cleared_at.is_some() && after.cleared_at != before.cleared_at;
    if after.oldest.is_none_or(|oldest| before.newest.is_some_and(|newest| oldest > newest)) {
        return emptied(seen, before, page_used);
    }
    let lost = Lost::of(before, after);
    if lost.young == 0 {
        return match (lost.any, after.disk_full) {
            (false, _) => HistoryTold::Nothing,
            (true, true) => HistoryTold::Pressed,
            (true, false) => HistoryTold::Expired,
        };
    }
    if before.folder != after.folder {
        return HistoryTold::Uncertain(Unsure::OtherProfile);
    }
    if before.file != after.file || after.changes < before.changes {
        return HistoryTold::Uncertain(Unsure::OlderCopy);
    }
    if seen.clock_moved && !page_used {
        return HistoryTold::Uncertain(Unsure::Clock);
    }
    HistoryTold::Removed(Removed { how: RemovedHow::Some, entries: lost.young, page_used })
}

/// None of the entries of the reading before is there any more.
fn emptied(seen: &HistorySeen, before: &HistoryReading, page_used: bool) -> HistoryTold {
    let after = &seen.after;
    let removed = |how| HistoryTold::Removed(Removed { how, entries: before.entries, page_used });
    for setting in [after.setting, before.setting].into_iter().flatten() {
        match setting {
            HistorySetting::ClearsAtEnd => return HistoryTold::Forgot(setting),
            HistorySetting::MayClear => return HistoryTold::Uncertain(Unsure::Setting),
            HistorySetting::KeepsNone => {}
        }
    }
    if before.newest.is_none_or(|newest| hour(newest) < young_from(after.at)) {
        return HistoryTold::Expired;
    }
    if before.folder != after.folder {
        return HistoryTold::Uncertain(Unsure::OtherProfile);
    }
    if after.put_aside.is_some() && after.put_aside != before.put_aside {
        return HistoryTold::Uncertain(Unsure::Damaged);
    }
    if page_used {
        return removed(RemovedHow::All);
    }
    if before.file != after.file {
        return removed(RemovedHow::File);
    }
    if seen.clock_moved {
        return HistoryTold::Uncertain(Unsure::Clock);
    }
    let begins_again = before.numbered.zip(after.numbered).is_some_and(|(before, after)| after < before);
    let is_cut_off = before.numbered.is_some() && after.numbered.is_none();
    // Chromium makes its tables anew both when everything is removed, but for that of downloads, and when it finds them damaged, all of them.
    if after.changes < before.changes || (begins_again || is_cut_off) && !after.made_anew {
        return HistoryTold::Uncertain(Unsure::BeganAnew);
    }
    removed(RemovedHow::All)
}

/// Entries that are missing.
struct Lost {
    /// Whether any are.
    any: bool,
    /// How many at least that no browser drops by itself.
    young: u64,
}

impl Lost {
    fn of(before: &HistoryReading, after: &HistoryReading) -> Self {
        // While the oldest entry is there nothing was dropped from the end.
        let has_oldest = before.oldest.is_some() && before.oldest == after.oldest;
        let days = losses(before, after, DAY_HOURS);
        let hours = losses(before, after, 1);
        let young_from = young_from(after.at);
        let stays_before = |step: i64| has_oldest || stays(before, after, step);
        let young = |losses: &[(i64, u64)]| {
            let counts = |(at, _): &&(i64, u64)| *at >= young_from && stays_before(*at);
            losses.iter().filter(counts).map(|(_, entries)| *entries).sum::<u64>()
        };
        let by_time = young(&days).max(young(&hours));
        let hidden = if has_oldest { by_number(before, after, &days) } else { 0 };
        let any = !days.is_empty() || !hours.is_empty();
        Self { any, young: by_time.saturating_add(hidden) }
    }
}

/// Steps that have fewer entries than before, by the hour at which they begin.
fn losses(before: &HistoryReading, after: &HistoryReading, step_hours: i64) -> Vec<(i64, u64)> {
    let [then, now] = [before, after].map(|one| if step_hours == 1 { &one.hours } else { &one.days });
    let lost = then.counts.iter().filter_map(|(step, entries)| {
        let left = now.of(*step)?;
        (left < *entries).then(|| (step.saturating_mul(step_hours), u64::from(entries - left)))
    });
    lost.collect()
}

/// Whether entries of a day or hour that ended before this one are still there.
fn stays(before: &HistoryReading, after: &HistoryReading, at_hour: i64) -> bool {
    let steps = [(&before.days, &after.days, DAY_HOURS), (&before.hours, &after.hours, 1)];
    steps.into_iter().any(|(then, now, hours)| {
        let has_ended = |step: &i64| step.saturating_add(1).saturating_mul(hours) <= at_hour;
        then.counts.iter().any(|(step, _)| has_ended(step) && now.of(*step).is_some_and(|left| left > 0))
    })
}

/// How many entries are missing by the numbers that the browser gave, where it gives each number once, beyond those that
/// the days show. A new entry hides a removed one of the same hour from a count, and not from this.
fn by_number(before: &HistoryReading, after: &HistoryReading, days: &[(i64, u64)]) -> u64 {
    let (Some(then), Some(now)) = (before.numbered, after.numbered) else { return 0 };
    // Entries that come from elsewhere take numbers too, and go when the browser is signed out.
    if before.from_elsewhere > 0 || after.from_elsewhere > 0 || now < then {
        return 0;
    }
    let missing = before.entries.saturating_add(now - then).saturating_sub(after.entries);
    let from = before.days.from.max(after.days.from);
    let older = |reading: &HistoryReading| {
        let counted = reading.days.counts.iter().filter(|(day, _)| *day >= from);
        reading.entries.saturating_sub(counted.map(|(_, entries)| u64::from(*entries)).sum())
    };
    let shown: u64 = days.iter().map(|(_, entries)| *entries).sum();
    let shown = shown.saturating_add(older(before).saturating_sub(older(after)));
    let hidden = missing.saturating_sub(shown);
    // No more can be hidden than are new; where more are missing, they came from elsewhere and went again between the readings.
    let lately = after.hours.counts.iter().filter(|(at, _)| *at >= hour(before.at));
    let new: u64 = lately.map(|(_, entries)| u64::from(*entries)).sum();
    let is_told = hidden <= new && after.at.millis_since(before.at) <= HIDDEN_MS_MAX;
    if is_told { hidden } else { 0 }
}

fn hour(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(HOUR_MICROS)
}

/// The hour from which on entries are young.
fn young_from(at: Timestamp) -> i64 {
    hour(at).saturating_sub(YOUNG_DAYS * DAY_HOURS)
}

#[cfg(test)]
mod tests;
