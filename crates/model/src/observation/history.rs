//! A browser's history by its numbers: what one profile held at one time, and what two such readings, one after the other, are told as.

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Two readings of one profile's history, one after the other. No address and no title is in either.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistorySeen {
    /// The browser, by the name that people know: `Chromium`.
    pub browser: String,
    /// The profile's folder, from the account's home on: `.config/chromium/Default`.
    pub profile: String,
    /// The reading before; absent where this is the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<HistoryReading>,
    /// The reading that is told.
    pub after: HistoryReading,
    /// Whether the device's clock was set by an hour or more since the reading before: a browser then forgets by a wrong date.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub clock_moved: bool,
    /// Whether the setting of [`HistoryReading::setting`] has not been judged before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub setting_is_new: bool,
}

/// One reading of a history: counts, times and numbers. Only entries that were made on this device are counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryReading {
    /// When it was read, by the device's corrected clock.
    pub at: Timestamp,
    /// Entries.
    pub entries: u64,
    /// Entries that came from the person's other devices; none of them is counted above.
    #[serde(default, skip_serializing_if = "is_none_of_them")]
    pub from_elsewhere: u64,
    /// Time of the oldest entry, by the browser's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest: Option<Timestamp>,
    /// Time of the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<Timestamp>,
    /// Highest number of an entry that is there.
    pub highest: u64,
    /// Highest number ever given, where the browser keeps it (Chromium).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub numbered: Option<u64>,
    /// Entries by day (UTC), of the last [`crate::limits::HISTORY_DAYS_MAX`] days.
    pub days: HistoryCounts,
    /// Entries by hour, of the last [`crate::limits::HISTORY_HOURS_MAX`] hours.
    pub hours: HistoryCounts,
    /// Tells the file from another one in its place; says nothing else.
    pub file: u64,
    /// The same of the profile's folder.
    pub folder: u64,
    /// SQLite's own count of changes to the file: it never falls, but where an older copy is put back.
    pub changes: u32,
    /// Whether the table of entries is younger than the one of downloads: Chromium makes it anew where everything is removed, and in a new or
    /// mended file makes it first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub made_anew: bool,
    /// When the browser's page for removing data was last used, where the browser keeps that (Chromium), by its clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleared_at: Option<Timestamp>,
    /// When the browser last put a damaged history aside, where the profile shows that (Firefox).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put_aside: Option<Timestamp>,
    /// Whether the disk was nearly full: browsers then keep less.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disk_full: bool,
    /// A setting with which the browser forgets by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setting: Option<HistorySetting>,
}

/// Entries in steps of a day or an hour, in their order; steps without any are left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HistoryCounts {
    /// The first step that is counted, in days or hours since 1970.
    pub from: i64,
    /// Step and entries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<(i64, u32)>,
}

impl HistoryCounts {
    /// Entries of a step; nothing where it is not counted.
    #[must_use]
    pub fn of(&self, step: i64) -> Option<u32> {
        let found = self.counts.iter().find(|(at, _)| *at == step).map(|(_, entries)| *entries);
        (step >= self.from).then_some(found.unwrap_or_default())
    }

    /// Whether there are at most `steps_max`, in their order, none before the first and none empty.
    #[must_use]
    pub fn is_in_order(&self, steps_max: usize) -> bool {
        let rises = self.counts.windows(2).all(|pair| matches!(pair, [(one, _), (next, _)] if one < next));
        let is_counted = |(step, entries): &(i64, u32)| *step >= self.from && *entries > 0;
        self.counts.len() <= steps_max && rises && self.counts.iter().all(is_counted)
    }
}

/// A setting with which a browser forgets by itself. Who set it is not known; some browsers come with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HistorySetting {
    /// Its history is removed whenever it ends.
    ClearsAtEnd,
    /// It writes no history.
    KeepsNone,
    /// It may be set to remove its history by itself, whenever it ends or after some days, and what is read does not say otherwise.
    MayClear,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_none_of_them(number: &u64) -> bool {
    *number == 0
}
