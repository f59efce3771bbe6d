//! The gap ledger: for every minute under an order, by which sources it was watched, or why it was not (invariant 8).
//!
//! Reckoned from what a device put on record, and from nothing else but the acts that officers entered: whoever holds the
//! records comes to the same ledger. The rules are those of docs/bundle-format.md, section 5.3.

mod reckon;
mod words;

use proviso_model::device_act::DeviceActKind;
use proviso_model::gap::GapCause;
use proviso_model::{Source, Timestamp};
use serde::{Deserialize, Serialize};

pub use proviso_model::claim::{Claim, Said};
pub use reckon::{joined, reckon};
pub use words::{cause_in_words, gap_in_words, not_seen, source_in_words, told_beside, watched_in_words};

/// Microseconds of a minute.
pub const MINUTE_US: i64 = 60_000_000;

/// First instant, and first instant after.
pub type Stretch = (Timestamp, Timestamp);

/// The word for minutes of which nothing is on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nothing {
    /// The device has sent nothing of these minutes.
    NothingReceived,
}

/// Why a minute was not watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cause {
    /// An officer entered it.
    Act(DeviceActKind),
    /// The device told it.
    Device(GapCause),
    /// Nobody did.
    Nothing(Nothing),
}

impl Cause {
    /// Nothing is on record.
    pub const NOTHING: Self = Self::Nothing(Nothing::NothingReceived);
}

/// Minutes in a row of which the same is known: `watched_by` somebody, or a `gap`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The first instant of the first minute.
    pub from: Timestamp,
    /// How many.
    pub minutes: u64,
    /// The sources that watched in all of each of them; none in a gap.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watched_by: Vec<Source>,
    /// Why they were not watched; absent where they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Cause>,
    /// What the device itself told, where an act explains the gap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<GapCause>,
    /// What could not be noticed, while all else could.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partly: Vec<GapCause>,
}

impl Entry {
    /// The first instant after.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        let micros = i64::try_from(self.minutes).unwrap_or(i64::MAX).saturating_mul(MINUTE_US);
        Timestamp::from_micros(self.from.as_micros().saturating_add(micros))
    }

    fn says_the_same(&self, other: &Self) -> bool {
        self.watched_by == other.watched_by
            && self.gap == other.gap
            && self.told == other.told
            && self.partly == other.partly
    }
}

/// Every minute that was asked about, once, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// What is known of them. Where one ends and the next does not begin, nothing was to be watched in between.
    pub entries: Vec<Entry>,
}

impl Coverage {
    /// All minutes: those watched and those in gaps, exactly.
    #[must_use]
    pub fn minutes(&self) -> u64 {
        self.entries.iter().map(|entry| entry.minutes).sum()
    }

    /// Minutes watched.
    #[must_use]
    pub fn watched(&self) -> u64 {
        self.entries.iter().filter(|entry| entry.gap.is_none()).map(|entry| entry.minutes).sum()
    }

    /// Minutes in gaps.
    #[must_use]
    pub fn in_gaps(&self) -> u64 {
        self.entries.iter().filter(|entry| entry.gap.is_some()).map(|entry| entry.minutes).sum()
    }

    /// What is known of one minute.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Option<&Entry> {
        let place = self.entries.partition_point(|entry| entry.until() <= at);
        self.entries.get(place).filter(|entry| entry.from <= at)
    }

    /// The part between two instants, which begin minutes.
    #[must_use]
    pub fn within(&self, from: Timestamp, until: Timestamp) -> Self {
        let part = |entry: &Entry| {
            let (start, end) = (entry.from.max(from), entry.until().min(until));
            let minutes = end.as_micros().saturating_sub(start.as_micros()).div_euclid(MINUTE_US);
            let minutes = u64::try_from(minutes).ok().filter(|minutes| *minutes > 0)?;
            Some(Entry { from: start, minutes, ..entry.clone() })
        };
        Self { entries: self.entries.iter().filter_map(part).collect() }
    }
}
