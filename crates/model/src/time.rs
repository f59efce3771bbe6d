//! Instants, as microseconds since 1970 in UTC, written as RFC 3339.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant in microseconds since 1970-01-01T00:00:00Z. Stored as an integer, shown as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// Text that is not an RFC 3339 instant.
#[derive(Debug, thiserror::Error)]
#[error("\"{text}\" is not an instant; write it as 2026-11-24T08:30:00Z")]
pub struct NotAnInstant {
    text: String,
}

impl Timestamp {
    /// The instant so many microseconds after 1970.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// This instant moved by so many milliseconds; stops at the ends of the range.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis.saturating_mul(1_000)))
    }

    /// This instant moved by so many days of 24 hours; stops at the ends of the range.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_millis(days.saturating_mul(86_400_000))
    }

    /// Milliseconds from `earlier` to this instant (negative when `earlier` is later).
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0) / 1_000
    }

    /// Reads RFC 3339 text.
    ///
    /// # Errors
    /// [`NotAnInstant`] when the text is not an instant with an offset.
    pub fn parse(text: &str) -> Result<Self, NotAnInstant> {
        text.parse::<jiff::Timestamp>()
            .map(|at| Self(at.as_microsecond()))
            .map_err(|_| NotAnInstant { text: text.chars().take(64).collect() })
    }

    /// Reads a day and a time as a browser's field gives them (`2026-03-03T21:00`), in `zone`; none for what is no time.
    #[must_use]
    pub fn of_local(text: &str, zone: &jiff::tz::TimeZone) -> Option<Self> {
        let civil: jiff::civil::DateTime = text.trim().parse().ok()?;
        Some(Self(zone.to_timestamp(civil).ok()?.as_microsecond()))
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match jiff::Timestamp::from_microsecond(self.0) {
            Ok(at) => write!(f, "{at:.6}"),
            Err(_) => write!(f, "instant {} us", self.0),
        }
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn an_instant_reads_back_as_it_was_written() {
        let at = Timestamp::parse("2026-11-24T08:30:00.123456Z").expect("an instant");
        assert_eq!(at.to_string(), "2026-11-24T08:30:00.123456Z");
        assert_eq!(Timestamp::parse(&at.to_string()).expect("an instant"), at);
        assert!(Timestamp::parse("yesterday").is_err());
    }
}
