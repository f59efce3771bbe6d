//! What is asked of a device's page: a month, and perhaps some minutes of a day.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use proviso_model::Timestamp;
use proviso_store::Stretch;
use serde::Deserialize;

/// The page's query, as typed.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    /// As 2026-03.
    #[serde(default)]
    month: String,
    /// As 2026-03-03.
    #[serde(default)]
    pub day: String,
    /// As 21:00.
    #[serde(default)]
    pub from: String,
    /// As 21:20; midnight, and what lies before `from`, are of the next day.
    #[serde(default)]
    pub until: String,
    /// What was wrong with the question; empty when nothing was.
    #[serde(skip)]
    pub fault: &'static str,
}

impl Asked {
    /// The minutes that are asked about.
    pub fn question(&mut self, zone: &TimeZone) -> Option<Stretch> {
        if self.day.is_empty() && self.from.is_empty() && self.until.is_empty() {
            return None;
        }
        let found = self.minutes(zone);
        if found.is_none() {
            self.fault = "Give a day and two times of it, for example 3 March 2026, 21:00 and 21:20.";
        }
        found
    }

    fn minutes(&self, zone: &TimeZone) -> Option<Stretch> {
        let day: Date = self.day.trim().parse().ok()?;
        let (from, until): (Time, Time) = (self.from.trim().parse().ok()?, self.until.trim().parse().ok()?);
        let last = if until <= from { day.tomorrow().ok()? } else { day };
        let at = |day: Date, time: Time| {
            let time = Time::new(time.hour(), time.minute(), 0, 0).ok()?;
            Some(instant(zone.to_timestamp(day.to_datetime(time)).ok()?))
        };
        let stretch = Stretch { from: at(day, from)?, until: at(last, until)? };
        (stretch.from < stretch.until).then_some(stretch)
    }

    /// The month that is shown: the one asked for, that of the question, or this one.
    pub fn month(&self, question: Option<Stretch>, now: Timestamp, zone: &TimeZone) -> Month {
        let asked = format!("{}-01", self.month.trim()).parse::<Date>().ok();
        let about = question.map_or(now, |stretch| stretch.from);
        let first = asked.or_else(|| civil(about, zone)).unwrap_or_default();
        Month(first.first_of_month())
    }

    /// Fills the form with something to change, where nothing was asked.
    pub fn fill(&mut self, month: &Month, now: Timestamp, zone: &TimeZone) {
        if self.day.is_empty() {
            let today = civil(now, zone).filter(|day| day.first_of_month() == month.0);
            self.day = today.unwrap_or(month.0).to_string();
        }
        for (field, usual) in [(&mut self.from, "21:00"), (&mut self.until, "21:20")] {
            if field.is_empty() {
                usual.clone_into(field);
            }
        }
    }
}

fn instant(at: jiff::Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_microsecond())
}

fn civil(at: Timestamp, zone: &TimeZone) -> Option<Date> {
    let at = jiff::Timestamp::from_microsecond(at.as_micros()).ok()?;
    Some(at.to_zoned_datetime(zone.clone()).date())
}

/// A civil month, by its first day.
#[derive(Debug, Clone, Copy, Default)]
pub struct Month(Date);

impl Month {
    /// `March 2026`.
    pub fn in_words(self) -> String {
        self.0.strftime("%B %Y").to_string()
    }

    /// `2026-03`.
    pub fn query(self) -> String {
        self.0.strftime("%Y-%m").to_string()
    }

    /// The month before.
    pub fn before(self) -> Self {
        self.moved((-1).months())
    }

    /// The month after.
    pub fn after(self) -> Self {
        self.moved(1.months())
    }

    fn moved(self, by: Span) -> Self {
        Self(self.0.checked_add(by).unwrap_or(self.0))
    }

    /// Its days in order, each with its first instant and the first instant after.
    pub fn days(self, zone: &TimeZone) -> Vec<(Date, Stretch)> {
        let start = |day: Date| zone.to_zoned_datetime(day.to_datetime(Time::midnight())).ok();
        let start = |day: Date| Some(instant(start(day)?.start_of_day().ok()?.timestamp()));
        let days = self.0.series(1.day()).take_while(|day| day.first_of_month() == self.0);
        days.filter_map(|day| Some((day, Stretch { from: start(day)?, until: start(day.tomorrow().ok()?)? })))
            .collect()
    }

    /// All of it.
    pub fn stretch(self, zone: &TimeZone) -> Stretch {
        let days = self.days(zone);
        let from = days.first().map(|(_, day)| day.from).unwrap_or_default();
        Stretch { from, until: days.last().map_or(from, |(_, day)| day.until) }
    }
}
