//! What the supervised person writes on the device's own page: sealed into the record, shown beside the alerts of that time.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::limits::STATEMENT_BYTES_MAX;
use crate::time::Timestamp;

/// A statement of whoever used the account's page with the person's PIN. Nobody need make one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// When it was written.
    pub written_at: Timestamp,
    /// What it is.
    pub of: StatementKind,
    /// The time that it is about, as far as one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Timestamp>,
    /// The words, unchanged, at most [`STATEMENT_BYTES_MAX`] bytes.
    pub text: String,
}

/// What a statement is, as its writer chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatementKind {
    /// The program or the device does not work as it should.
    Fault,
    /// Something came up that was not meant.
    Accident,
    /// Anything else.
    Explanation,
    /// Somebody whose contact is to be protected: a lawyer, a doctor. For whoever keeps the shield list alone.
    Protect,
}

impl StatementKind {
    /// Every kind, in the order in which people are asked.
    pub const ALL: [Self; 4] = [Self::Fault, Self::Accident, Self::Explanation, Self::Protect];

    /// As in forms and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Accident => "accident",
            Self::Explanation => "explanation",
            Self::Protect => "protect",
        }
    }

    /// Reads [`StatementKind::as_str`] back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// As a person reads it.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Fault => "Something does not work",
            Self::Accident => "Something came up by accident",
            Self::Explanation => "An explanation",
            Self::Protect => "A contact to protect, such as a lawyer or a doctor",
        }
    }
}

/// What is wrong with a statement as somebody wrote it. A form says [`StatementFault::in_words`], and keeps what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatementFault {
    /// No kind was chosen.
    Kind,
    /// It says nothing.
    Empty,
    /// More than [`STATEMENT_BYTES_MAX`].
    TooLong,
    /// What stands for the time is none.
    NoTime,
    /// The time lies ahead.
    NotYet,
}

impl StatementFault {
    /// Every fault.
    pub const ALL: [Self; 5] = [Self::Kind, Self::Empty, Self::TooLong, Self::NoTime, Self::NotYet];

    /// As its writer reads it.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Kind => "Choose what it is.",
            Self::Empty => "Write something, or go back.",
            Self::TooLong => "That is too long. Shorten it, or write it in two parts.",
            Self::NoTime => "That is no time. Choose a day and a time, or leave it empty.",
            Self::NotYet => "That time has not come yet.",
        }
    }
}

impl Statement {
    /// Reads a statement as a form gives it: its kind, a local time in `zone` or nothing, the words.
    ///
    /// # Errors
    /// [`StatementFault`], the first that a reader of the form comes to.
    pub fn of_form(
        (of, about, text): (&str, &str, &str),
        zone: &TimeZone,
        now: Timestamp,
    ) -> Result<Self, StatementFault> {
        let of = StatementKind::parse(of).ok_or(StatementFault::Kind)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(StatementFault::Empty);
        }
        if text.len() > STATEMENT_BYTES_MAX {
            return Err(StatementFault::TooLong);
        }
        let about = match about.trim() {
            "" => None,
            about => Some(Timestamp::of_local(about, zone).ok_or(StatementFault::NoTime)?),
        };
        if about.is_some_and(|about| about > now) {
            return Err(StatementFault::NotYet);
        }
        Ok(Self { written_at: now, of, about, text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::{Statement, StatementFault};
    use crate::time::Timestamp;

    #[test]
    fn a_local_time_is_read_in_the_zone_of_the_order_and_none_where_the_field_is_empty() {
        let zone = TimeZone::get("Europe/London").expect("a zone");
        let at = |text: &str| Timestamp::parse(text).expect("an instant");
        let read = |about: &str| {
            let now = at("2026-12-01T00:00:00Z");
            Statement::of_form(("fault", about, "It stopped."), &zone, now).map(|said| said.about)
        };
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("2026-07-03T21:00"), Ok(Some(at("2026-07-03T20:00:00Z"))));
        assert_eq!(read("2026-11-03T21:00"), Ok(Some(at("2026-11-03T21:00:00Z"))));
        assert_eq!(read("yesterday"), Err(StatementFault::NoTime));
        assert_eq!(read("9999999-01-01T00:00"), Err(StatementFault::NoTime));
    }
}
