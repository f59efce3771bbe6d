//! What the supervised person asks about their data on the device's own page: sealed into the record like everything else, opened by the
//! server as a request whose clock begins on the day on which it arrived. And what the server tells that page of what was asked.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::limits::STATEMENT_BYTES_MAX;
use crate::statement::StatementFault;
use crate::time::Timestamp;

/// A request of whoever used the account's page with the person's PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRequest {
    /// When it was written.
    pub asked_at: Timestamp,
    /// What is asked.
    pub of: DataRequestKind,
    /// The words, unchanged, at most [`STATEMENT_BYTES_MAX`] bytes.
    pub text: String,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DataRequestKind {
    /// To see what is held.
    Access,
    /// To correct it.
    Rectification,
    /// To erase it.
    Erasure,
    /// A complaint.
    Complaint,
    /// That the wrong person was enrolled.
    WrongPerson,
}

impl DataRequestKind {
    /// Every kind, in the order in which people are asked.
    pub const ALL: [Self; 5] =
        [Self::Access, Self::Rectification, Self::Erasure, Self::Complaint, Self::WrongPerson];

    /// As in forms and in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Rectification => "rectification",
            Self::Erasure => "erasure",
            Self::Complaint => "complaint",
            Self::WrongPerson => "wrong-person",
        }
    }

    /// Reads [`DataRequestKind::as_str`] back.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// As the person says it.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Access => "To see what is held about me",
            Self::Rectification => "To have something corrected",
            Self::Erasure => "To have something erased",
            Self::Complaint => "To complain, for example about an alert",
            Self::WrongPerson => "I am not the person whom the order names",
        }
    }
}

/// What may be wrong with a form beside [`StatementFault`].
pub const CHOOSE: &str = "Choose what you ask.";
/// When an answer is due, where the force extends no time.
pub const CLOCK: &str = "The force answers within a month of the day on which it received what you ask.";
/// The same, where it may.
pub const CLOCK_EXTENDED: &str = "The force answers within a month of the day on which it received what you ask. Where the law allows it, that may be up to {months} months longer; you are told on this page.";

impl DataRequest {
    /// Reads a request as a form gives it: its kind, the words.
    ///
    /// # Errors
    /// What is wrong with it, as its writer reads it.
    pub fn of_form((of, text): (&str, &str), now: Timestamp) -> Result<Self, &'static str> {
        let of = DataRequestKind::parse(of).ok_or(CHOOSE)?;
        let text = text.trim();
        if text.is_empty() {
            return Err(StatementFault::Empty.in_words());
        }
        if text.len() > STATEMENT_BYTES_MAX {
            return Err(StatementFault::TooLong.in_words());
        }
        Ok(Self { asked_at: now, of, text: text.to_owned() })
    }
}

/// How a request stands, as the person is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DataRequestState {
    /// It waits for an answer.
    Open,
    /// It was answered.
    Answered,
    /// It was refused, in part or whole.
    Refused,
    /// It was taken back.
    Withdrawn,
}

impl DataRequestState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Open, Self::Answered, Self::Refused, Self::Withdrawn];

    /// In a sentence; `{day}` stands for the day on which the answer is due.
    #[must_use]
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Open => "It waits for an answer, which is due by {day}.",
            Self::Answered => "It was answered.",
            Self::Refused => "It was refused, in part or whole.",
            Self::Withdrawn => "It was taken back.",
        }
    }
}

/// A request that arrived: no word of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskedRequest {
    /// What was asked.
    pub of: DataRequestKind,
    /// The day on which the force received it.
    #[schema(value_type = String, example = "2026-11-24")]
    pub received_on: Date,
    /// The day on which an answer is due.
    #[schema(value_type = String, example = "2026-12-24")]
    pub due_on: Date,
    /// How it stands.
    pub state: DataRequestState,
}

/// What the server tells a device's page about requests. A server that tells nothing knows no such record, and the form stays shut.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DataRequests {
    /// Months by which the time for an answer may be extended.
    pub extension_months: u8,
    /// What the person asked on their own pages, the newest first.
    pub asked: Vec<AskedRequest>,
}

#[cfg(test)]
mod tests {
    use super::{CHOOSE, DataRequest, DataRequestKind};
    use crate::limits::STATEMENT_BYTES_MAX;
    use crate::record::{RecordBody, RecordContent};
    use crate::statement::StatementFault;
    use crate::time::Timestamp;

    #[test]
    fn a_form_gives_a_request_or_says_what_is_wrong_with_it() {
        let long = "x".repeat(STATEMENT_BYTES_MAX + 1);
        for (of, text, expected) in [
            ("access", " What is held? ", Ok("What is held?")),
            ("", "What is held?", Err(CHOOSE)),
            ("access", "  ", Err(StatementFault::Empty.in_words())),
            ("wrong-person", long.as_str(), Err(StatementFault::TooLong.in_words())),
        ] {
            let read = DataRequest::of_form((of, text), Timestamp::from_micros(7));
            assert_eq!(read.as_ref().map(|one| one.text.as_str()).map_err(|why| *why), expected);
        }
    }

    #[test]
    fn a_record_of_a_request_is_read_back_as_it_was_written() {
        for of in DataRequestKind::ALL {
            assert_eq!(DataRequestKind::parse(of.as_str()), Some(of));
            let request = DataRequest { asked_at: Timestamp::from_micros(7), of, text: "Words.".to_owned() };
            let content = RecordContent {
                recorded_at: Timestamp::from_micros(8),
                clock_in_doubt: false,
                last_checkpoint: None,
                body: RecordBody::DataRequest { request },
            };
            let json = serde_json::to_string(&content).expect("JSON");
            assert!(json.contains("\"kind\":\"data-request\""), "{json}");
            assert_eq!(serde_json::from_str::<RecordContent>(&json).expect("read back"), content);
            assert_eq!((content.body.kind(), content.body.observed_at()), ("data-request", None));
        }
    }
}
