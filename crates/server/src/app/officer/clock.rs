//! How long paragraphs of an order run still: civil days of the order's own time zone.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use proviso_model::Timestamp;
use proviso_model::order::{Condition, Order, OrderEndKind};
use proviso_store::OrderEndRow;

/// How a paragraph stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// It has not begun.
    NotYet {
        /// Its first day.
        from: Date,
    },
    /// It runs.
    Runs {
        /// Its last day.
        until: Date,
    },
    /// It does not run for a time.
    Paused {
        /// The last day of the pause, where it has one.
        until: Option<Date>,
    },
    /// It is over by itself.
    Over {
        /// Its last day.
        until: Date,
    },
    /// A court ended it before its time.
    Ended {
        /// The first day on which it does not run.
        from: Date,
    },
}

/// The day of an instant in the order's time zone.
#[must_use]
pub fn day_of(order: &Order, at: Timestamp) -> Date {
    let zone = TimeZone::get(&order.timezone).unwrap_or(TimeZone::UTC);
    let instant = jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    instant.to_zoned_datetime(zone).date()
}

/// First and last day of a paragraph, as the order has them.
#[must_use]
pub fn days_of(order: &Order, condition: &Condition) -> (Date, Date) {
    (condition.from.unwrap_or(order.made_on), condition.until.unwrap_or(order.expires_on))
}

fn standing<'e>(ends: &'e [OrderEndRow], paragraph: &'e str) -> impl Iterator<Item = &'e OrderEndRow> {
    ends.iter().filter(move |row| row.withdrawn_at.is_none() && row.end.is_about(paragraph))
}

/// How a paragraph stands on `today`.
#[must_use]
pub fn of(order: &Order, condition: &Condition, ends: &[OrderEndRow], today: Date) -> Clock {
    let (from, until) = days_of(order, condition);
    let on_today = standing(ends, &condition.paragraph).filter(|row| row.end.is_on(today));
    match on_today.max_by_key(|row| row.end.until.is_none()) {
        Some(row) if row.end.kind == OrderEndKind::Paused => Clock::Paused { until: row.end.until },
        Some(row) => Clock::Ended { from: row.end.from },
        None if today < from => Clock::NotYet { from },
        None if today > until => Clock::Over { until },
        None => Clock::Runs { until },
    }
}

impl Clock {
    /// Whether it runs on that day.
    #[must_use]
    pub const fn runs(self) -> bool {
        matches!(self, Self::Runs { .. })
    }

    /// In a sentence: `In force; ends on 1 March 2031, in 4 years`.
    #[must_use]
    pub fn in_words(self, today: Date) -> String {
        match self {
            Self::NotYet { from } => {
                format!("Not in force yet; begins on {}, {}", day(from), away(today, from))
            }
            Self::Runs { until } => format!("In force; ends on {}, {}", day(until), away(today, until)),
            Self::Paused { until: Some(until) } => {
                format!("Does not run; its pause ends on {}, {}", day(until), away(today, until))
            }
            Self::Paused { until: None } => "Does not run; its pause has no end yet".to_owned(),
            Self::Over { until } => format!("Over since {}", day(until)),
            Self::Ended { from } => format!("Ended by a court from {}", day(from)),
        }
    }
}

/// What changes within so many days: the day, and what, as a sentence goes on.
#[must_use]
pub fn coming(order: &Order, ends: &[OrderEndRow], today: Date, within: i32) -> Vec<(Date, String)> {
    let is_near = |date: Date| (0..=within).contains(&days_between(today, date));
    let mut found: Vec<(Date, String)> = Vec::new();
    for condition in &order.conditions {
        let (from, until) = days_of(order, condition);
        let number = &condition.paragraph;
        if is_near(from) && today < from {
            found.push((from, format!("paragraph {number} begins on {}", day(from))));
        }
        if is_near(until) && until != order.expires_on {
            found.push((until, format!("paragraph {number} ends on {}", day(until))));
        }
    }
    if is_near(order.expires_on) {
        found.push((order.expires_on, format!("the order ends on {}", day(order.expires_on))));
    }
    for row in ends.iter().filter(|row| row.withdrawn_at.is_none()) {
        let what = row
            .end
            .paragraph
            .as_ref()
            .map_or_else(|| "the order".to_owned(), |one| format!("paragraph {one}"));
        if is_near(row.end.from) && today < row.end.from {
            found.push((row.end.from, format!("{what} stops running on {}", day(row.end.from))));
        }
        if let Some(until) = row.end.until.filter(|until| is_near(*until)) {
            found.push((until, format!("{what} runs again after {}", day(until))));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn day(date: Date) -> String {
    date.strftime("%-d %B %Y").to_string()
}

/// Days from one to the other; less than none where it lies before.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// `today`, `in 3 days`, `in 5 months`, `in 4 years`.
#[must_use]
pub fn away(today: Date, date: Date) -> String {
    match days_between(today, date) {
        i32::MIN..=-1 => "already over".to_owned(),
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days @ 2..=60 => format!("in {days} days"),
        days @ 61..=729 => format!("in {} months", days / 30),
        days => format!("in {} years", i64::from(days) * 4 / 1_461),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use proviso_model::Timestamp;
    use proviso_model::ids::{CaseId, OrderEndId};
    use proviso_model::order::{Order, OrderEnd, OrderEndKind};
    use proviso_store::OrderEndRow;

    use super::{Clock, away, coming, of};

    fn end(kind: OrderEndKind, from: Date, until: Option<Date>) -> OrderEndRow {
        OrderEndRow {
            id: OrderEndId::random([1; 16]),
            case: CaseId::random([2; 16]),
            end: OrderEnd { kind, paragraph: Some("4".to_owned()), from, until },
            entered_at: Timestamp::from_micros(0),
            entered_by: "command-line".to_owned(),
            withdrawn_at: None,
            sealed: Vec::new(),
        }
    }

    #[test]
    fn a_paragraph_s_clock_follows_its_days_its_pauses_and_its_end() {
        let text = include_str!("../../web/console/tests/seed/order.toml");
        let order = Order::from_toml(text).expect("an order");
        let four = order.conditions.iter().find(|one| one.paragraph == "4").expect("paragraph 4");
        let today = date(2026, 11, 24);
        let paused = end(OrderEndKind::Paused, date(2026, 11, 20), Some(date(2026, 11, 30)));
        let struck = end(OrderEndKind::Struck, date(2026, 11, 24), None);
        let withdrawn = OrderEndRow { withdrawn_at: Some(Timestamp::from_micros(9)), ..struck.clone() };
        let runs = Clock::Runs { until: date(2031, 3, 1) };
        for (ends, on, expected) in [
            (vec![], today, runs),
            (vec![], date(2026, 3, 1), Clock::NotYet { from: date(2026, 3, 2) }),
            (vec![], date(2031, 3, 2), Clock::Over { until: date(2031, 3, 1) }),
            (vec![paused.clone()], today, Clock::Paused { until: Some(date(2026, 11, 30)) }),
            (vec![paused.clone()], date(2026, 12, 1), runs),
            (vec![paused.clone(), struck.clone()], today, Clock::Ended { from: today }),
            (vec![withdrawn], today, runs),
        ] {
            assert_eq!(of(&order, four, &ends, on), expected, "{ends:?} on {on}");
        }
        assert_eq!(runs.in_words(today), "In force; ends on 1 March 2031, in 4 years");
        let near: Vec<String> =
            coming(&order, &[paused], today, 30).into_iter().map(|(_, what)| what).collect();
        assert_eq!(near, ["paragraph 4 runs again after 30 November 2026"]);
        assert_eq!(coming(&order, &[], date(2031, 2, 20), 30).len(), 1, "the order's own end");
    }

    #[test]
    fn how_far_away_a_day_is_stands_in_words() {
        let today = date(2026, 11, 24);
        for (day, words) in [
            (date(2026, 11, 24), "today"),
            (date(2026, 11, 25), "tomorrow"),
            (date(2026, 12, 24), "in 30 days"),
            (date(2027, 6, 1), "in 6 months"),
            (date(2031, 3, 1), "in 4 years"),
        ] {
            assert_eq!(away(today, day), words);
        }
    }
}
