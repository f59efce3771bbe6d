//! Another adult's session in the supervised account: what an officer approves, which the signed policy carries, and what the
//! device tells of it. Neither says who that adult is: the name stays in the case.

use serde::{Deserialize, Serialize};

use crate::hash::Digest;
use crate::ids::OtherAdultId;
use crate::time::Timestamp;

/// Longest session that may be approved, minutes.
pub const OTHER_ADULT_MINUTES_MAX: u16 = 120;
/// Most sessions a day that may be approved.
pub const OTHER_ADULT_SESSIONS_MAX: u8 = 6;
/// Longest time for which another adult may be approved, days.
pub const OTHER_ADULT_DAYS_MAX: i64 = 366;
/// So long after approval the one-time code works, hours.
pub const OTHER_ADULT_CODE_HOURS: i64 = 72;
/// Letters of the one-time code, 5 bits each: its hash stands in the policy, so it must not be found by trying.
pub const OTHER_ADULT_CODE_CHARS: usize = 16;
/// Domain of the hash of a code, over the approval's id and the code.
pub const OTHER_ADULT_CODE_DOMAIN: &str = "proviso/other-adult-code/v1";

/// That another adult may use the account for a while without being watched, as an officer approved it for one device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherAdult {
    /// The approval.
    pub id: OtherAdultId,
    /// Longest session, minutes; a device takes at most [`OTHER_ADULT_MINUTES_MAX`].
    pub minutes_max: u16,
    /// Most sessions in a civil day of the order's time zone; a device takes at most [`OTHER_ADULT_SESSIONS_MAX`].
    pub sessions_per_day_max: u8,
    /// The first instant at which it no longer holds; a session that lasts then ends.
    pub until: Timestamp,
    /// Hash of the one-time code with which the adult sets a PIN at the device.
    pub code_hash: Digest,
    /// The first instant at which the code no longer works.
    pub code_until: Timestamp,
}

impl OtherAdult {
    /// Whether a session may begin or last at `at`.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        at < self.until
    }

    /// Longest session in milliseconds, whatever the policy says at most the longest that may be approved.
    #[must_use]
    pub fn longest_ms(&self) -> u64 {
        u64::from(self.minutes_max.min(OTHER_ADULT_MINUTES_MAX)) * 60_000
    }

    /// Most sessions a day, likewise.
    #[must_use]
    pub fn sessions_a_day(&self) -> u32 {
        u32::from(self.sessions_per_day_max.min(OTHER_ADULT_SESSIONS_MAX))
    }
}

/// How often keys and the pointer's buttons were pressed in all programs; never which, nor where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputCounts {
    /// Keys.
    pub keys: u64,
    /// Buttons of a mouse, a touchpad or the like; a turn of its wheel may count as several.
    pub pointer: u64,
}

impl InputCounts {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            keys: self.keys.saturating_add(other.keys),
            pointer: self.pointer.saturating_add(other.pointer),
        }
    }
}

/// How much input was counted, or why it was not; for officers and courts.
#[must_use]
pub fn input_in_words(input: Option<InputCounts>, uncounted: &str) -> String {
    let of =
        |count: u64, what: &str| format!("{count} {what} {}", if count == 1 { "press" } else { "presses" });
    let counted = input
        .map(|input| format!("{} and {} were counted", of(input.keys, "key"), of(input.pointer, "pointer")));
    match (counted, uncounted) {
        (Some(counted), "") => counted,
        (Some(counted), why) => format!("{counted}, but not all: {why}"),
        (None, why) => format!("input could not be counted: {why}"),
    }
}

/// Why another adult's session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OtherAdultEnd {
    /// Somebody at the device ended it.
    Ended,
    /// Its time was up.
    Cap,
    /// Nobody was logged on to the account any more.
    LoggedOff,
    /// The device was asleep for minutes.
    Slept,
    /// The device or the monitoring program was started anew.
    Restarted,
    /// The approval was withdrawn, or another took its place.
    Withdrawn,
    /// The approval ran out.
    RanOut,
    /// Nothing was to be watched on the device any more: the order ended, or watching was paused.
    NothingAsked,
}

impl OtherAdultEnd {
    /// For officers, courts and the supervised person alike.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Ended => "it was ended at the device",
            Self::Cap => "its time was up",
            Self::LoggedOff => "the account was logged off",
            Self::Slept => "the device was asleep for more than five minutes",
            Self::Restarted => "the device or the monitoring program was started anew",
            Self::Withdrawn => "the approval was withdrawn",
            Self::RanOut => "the approval ran out",
            Self::NothingAsked => "nothing was to be watched on the device any more",
        }
    }
}

/// What a device tells of another adult's use beside the gap itself. It asserts when and how much, never what and never who.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "kebab-case", deny_unknown_fields)]
pub enum OtherAdultTold {
    /// A PIN was set with the one-time code.
    PinSet {
        /// The approval.
        approval: OtherAdultId,
        /// When.
        at: Timestamp,
    },
    /// Wrong PINs were tried for a session.
    WrongPins {
        /// The approval.
        approval: OtherAdultId,
        /// The first of them.
        at: Timestamp,
        /// How many.
        count: u32,
    },
    /// A session that is over.
    Session {
        /// The approval.
        approval: OtherAdultId,
        /// Start.
        from: Timestamp,
        /// End.
        until: Timestamp,
        /// Why it ended.
        ended: OtherAdultEnd,
        /// Presses counted; absent where none could be.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        input: Option<InputCounts>,
        /// Why input could not be counted, or not in all of it; empty where all was.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        uncounted: String,
    },
}

impl OtherAdultTold {
    /// The approval that it names.
    #[must_use]
    pub fn approval(&self) -> OtherAdultId {
        match self {
            Self::PinSet { approval, .. }
            | Self::WrongPins { approval, .. }
            | Self::Session { approval, .. } => *approval,
        }
    }

    /// When it began.
    #[must_use]
    pub fn from(&self) -> Timestamp {
        match self {
            Self::PinSet { at, .. } | Self::WrongPins { at, .. } => *at,
            Self::Session { from, .. } => *from,
        }
    }

    /// When it was over.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        match self {
            Self::Session { until, .. } => *until,
            other => other.from(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{InputCounts, OtherAdultEnd, OtherAdultTold};
    use crate::ids::OtherAdultId;
    use crate::record::{RecordBody, RecordContent};
    use crate::time::Timestamp;

    #[test]
    fn what_is_told_of_a_session_opens_field_by_field_and_is_put_together_again() {
        let at = Timestamp::from_micros(1_700_000_000_000_000);
        let approval = OtherAdultId::random([7; 16]);
        let session = OtherAdultTold::Session {
            approval,
            from: at,
            until: at.plus_millis(60_000),
            ended: OtherAdultEnd::Cap,
            input: Some(InputCounts { keys: 12, pointer: 3 }),
            uncounted: String::new(),
        };
        for told in [
            session,
            OtherAdultTold::PinSet { approval, at },
            OtherAdultTold::WrongPins { approval, at, count: 5 },
        ] {
            let body = RecordBody::OtherAdult { other_adult: told };
            assert_eq!(body.kind(), "other-adult");
            let content =
                RecordContent { recorded_at: at, clock_in_doubt: false, last_checkpoint: None, body };
            let fields = content.to_fields().expect("fields");
            let pairs = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            assert_eq!(RecordContent::from_fields(pairs).expect("a record"), content);
        }
    }
}
