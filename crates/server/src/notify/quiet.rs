//! Quiet hours: a stretch of each civil day in which nothing but imminent harm is told. They may cross midnight, and on the days
//! when clocks change they begin and end by the clock on the wall.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan as _};
use proviso_model::Timestamp;

/// Minutes of a day.
pub const DAY_MINUTES: u16 = 24 * 60;
/// The longest quiet hours, in minutes: nobody can silence a whole day.
pub const QUIET_MINUTES_MAX: u16 = 16 * 60;

/// Quiet hours of an officer, in a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiet {
    from: u16,
    until: u16,
    zone: TimeZone,
}

/// Why quiet hours cannot be these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuietError {
    /// Not a time of day.
    #[error("write times of day as 20:00")]
    NotATime,
    /// From and until are one.
    #[error("quiet hours begin and end at the same time; give two times, or none")]
    Empty,
    /// Too long.
    #[error("quiet hours are at most 16 hours a day; for days away ask for a cover")]
    TooLong,
}

/// `20:00` as minutes of the day.
///
/// # Errors
/// [`QuietError::NotATime`].
pub fn minutes(text: &str) -> Result<u16, QuietError> {
    let (hours, minutes) = text.trim().split_once(':').ok_or(QuietError::NotATime)?;
    let both = |part: &str| -> Option<u16> {
        (part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok())?
    };
    match (both(hours), both(minutes)) {
        (Some(hours @ 0..=23), Some(minutes @ 0..=59)) => Ok(hours * 60 + minutes),
        _ => Err(QuietError::NotATime),
    }
}

/// Minutes of the day as `20:00`.
#[must_use]
pub fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

impl Quiet {
    /// Quiet hours from and until minutes of the day.
    ///
    /// # Errors
    /// [`QuietError`].
    pub fn new(from: u16, until: u16, zone: TimeZone) -> Result<Self, QuietError> {
        if from >= DAY_MINUTES || until >= DAY_MINUTES {
            return Err(QuietError::NotATime);
        }
        match (DAY_MINUTES + until - from) % DAY_MINUTES {
            0 => Err(QuietError::Empty),
            long if long > QUIET_MINUTES_MAX => Err(QuietError::TooLong),
            _ => Ok(Self { from, until, zone }),
        }
    }

    /// The stretch that begins on a civil day.
    fn of(&self, day: Date) -> Option<(Timestamp, Timestamp)> {
        let last = if self.until <= self.from { day.checked_add(1.day()).ok()? } else { day };
        Some((self.instant(day, self.from)?, self.instant(last, self.until)?))
    }

    fn instant(&self, day: Date, minutes: u16) -> Option<Timestamp> {
        let time =
            Time::new(i8::try_from(minutes / 60).ok()?, i8::try_from(minutes % 60).ok()?, 0, 0).ok()?;
        // A time that the clocks leave out is the one that stands there instead; of one that comes twice it is the first.
        let instant = self.zone.to_timestamp(day.to_datetime(time)).ok()?;
        Some(Timestamp::from_micros(instant.as_microsecond()))
    }

    /// Stretches around `at`, the earliest first.
    fn around(&self, at: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let Ok(instant) = jiff::Timestamp::from_microsecond(at.as_micros()) else { return Vec::new() };
        let today = instant.to_zoned_datetime(self.zone.clone()).date();
        let days = [-1, 0, 1].map(|days: i64| today.checked_add(Span::new().days(days)).ok());
        days.into_iter().flatten().filter_map(|day| self.of(day)).collect()
    }

    /// When `at` lies in quiet hours, their end.
    #[must_use]
    pub fn end(&self, at: Timestamp) -> Option<Timestamp> {
        self.around(at).into_iter().find(|(from, until)| *from <= at && at < *until).map(|(_, until)| until)
    }

    /// The next end of quiet hours after `at`.
    #[must_use]
    pub fn next_end(&self, at: Timestamp) -> Option<Timestamp> {
        self.around(at).into_iter().map(|(_, until)| until).find(|until| *until > at)
    }

    fn next(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        self.around(at).into_iter().find(|(from, _)| *from > at)
    }
}

/// `at`, or the end of the quiet hours that it lies in.
#[must_use]
pub fn awake(at: Timestamp, quiet: Option<&Quiet>) -> Timestamp {
    quiet.and_then(|quiet| quiet.end(at)).unwrap_or(at)
}

/// `at` and so many milliseconds outside quiet hours later.
#[must_use]
pub fn after(at: Timestamp, millis: i64, quiet: Option<&Quiet>) -> Timestamp {
    let mut now = awake(at, quiet);
    let Some(quiet) = quiet else { return now.plus_millis(millis) };
    let mut left = millis;
    // Each round leaves at least eight hours behind; a wait is a few at most.
    while let Some((from, until)) = quiet.next(now) {
        let free = from.millis_since(now);
        if free >= left {
            break;
        }
        (left, now) = (left - free, until);
    }
    now.plus_millis(left)
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proviso_model::Timestamp;

    use super::{Quiet, QuietError, after, awake, minutes};

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).expect("an instant")
    }

    fn quiet(text: &str) -> Quiet {
        let (from, until) = text.split_once('-').expect("two times");
        let zone = TimeZone::get("Europe/London").expect("a zone");
        Quiet::new(minutes(from).expect("a time"), minutes(until).expect("a time"), zone).expect("hours")
    }

    #[test]
    fn quiet_hours_cross_midnight_and_keep_to_the_clock_on_the_wall() {
        for (hours, now, told) in [
            // By day, in winter: the clock is UTC.
            ("20:00-07:00", "2026-11-24T12:00:00Z", "2026-11-24T12:00:00Z"),
            ("20:00-07:00", "2026-11-24T19:59:59Z", "2026-11-24T19:59:59Z"),
            ("20:00-07:00", "2026-11-24T20:00:00Z", "2026-11-25T07:00:00Z"),
            ("20:00-07:00", "2026-11-25T03:00:00Z", "2026-11-25T07:00:00Z"),
            ("20:00-07:00", "2026-11-25T07:00:00Z", "2026-11-25T07:00:00Z"),
            // In summer an hour earlier by UTC.
            ("20:00-07:00", "2026-07-01T19:30:00Z", "2026-07-02T06:00:00Z"),
            // Within one day.
            ("12:00-13:30", "2026-11-24T12:10:00Z", "2026-11-24T13:30:00Z"),
            ("12:00-13:30", "2026-11-24T23:10:00Z", "2026-11-24T23:10:00Z"),
            // The clocks go forward in the night to 29 March 2026, back in the night to 25 October.
            ("20:00-07:00", "2026-03-28T23:00:00Z", "2026-03-29T06:00:00Z"),
            ("20:00-07:00", "2026-10-24T23:00:00Z", "2026-10-25T07:00:00Z"),
            // 01:30 is left out on the first, so it is 02:30; on the second it comes twice, and ends once.
            ("22:00-01:30", "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"),
            ("22:00-01:30", "2026-10-25T00:10:00Z", "2026-10-25T00:30:00Z"),
            ("22:00-01:30", "2026-10-25T01:10:00Z", "2026-10-25T01:10:00Z"),
        ] {
            assert_eq!(awake(at(now), Some(&quiet(hours))), at(told), "{hours} at {now}");
        }
        assert_eq!(awake(at("2026-11-25T03:00:00Z"), None), at("2026-11-25T03:00:00Z"));
    }

    #[test]
    fn time_to_look_counts_outside_quiet_hours_only() {
        for (hours, told, minutes, next) in [
            ("20:00-07:00", "2026-11-24T12:00:00Z", 30, "2026-11-24T12:30:00Z"),
            ("20:00-07:00", "2026-11-24T19:45:00Z", 30, "2026-11-25T07:15:00Z"),
            ("20:00-07:00", "2026-11-24T19:30:00Z", 30, "2026-11-24T20:00:00Z"),
            ("20:00-07:00", "2026-11-25T02:00:00Z", 30, "2026-11-25T07:30:00Z"),
            ("20:00-07:00", "2026-10-24T18:45:00Z", 30, "2026-10-25T07:15:00Z"),
        ] {
            assert_eq!(after(at(told), minutes * 60_000, Some(&quiet(hours))), at(next), "{told}");
        }
    }

    #[test]
    fn quiet_hours_that_cannot_be_say_why() {
        let zone = || TimeZone::get("Europe/London").expect("a zone");
        for (from, until, why) in [
            ("20:00", "20:00", QuietError::Empty),
            ("07:00", "23:30", QuietError::TooLong),
            ("07:00", "06:59", QuietError::TooLong),
        ] {
            let (from, until) = (minutes(from).expect("a time"), minutes(until).expect("a time"));
            assert_eq!(Quiet::new(from, until, zone()), Err(why));
        }
        for text in ["", "7", "24:00", "12:60", "-1:00", "1:2:3", "007:00"] {
            assert_eq!(minutes(text), Err(QuietError::NotATime), "{text}");
        }
    }
}
