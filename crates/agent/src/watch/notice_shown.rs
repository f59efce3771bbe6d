//! What passes between the page and the record: that the notice was shown, before anything is captured, and what the person writes.

use proviso_model::data_request::{DataRequest, DataRequestKind};
use proviso_model::record::{Notice, NoticeResponse, RecordBody};
use proviso_model::statement::{Statement, StatementKind};
use proviso_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use super::Watcher;
use crate::notice;
use crate::spool::{Room, SpoolError, note_of};

/// Name of the note that says that the notice was shown.
pub const NOTE_NOTICE: &str = "notice";

/// That the notice was shown, and the last answer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeNote {
    /// Hash of the text shown.
    pub text_sha256: Digest,
    /// When.
    pub shown_at: Timestamp,
    /// The answer.
    pub response: NoticeResponse,
}

/// What the supervised person has written on the device's page.
#[derive(Debug)]
pub enum Written {
    /// A statement.
    Statement {
        /// What it is.
        of: StatementKind,
        /// The time that it is about.
        about: Option<Timestamp>,
        /// The words.
        text: String,
    },
    /// What they ask about their data.
    DataRequest {
        /// What is asked.
        of: DataRequestKind,
        /// The words.
        text: String,
    },
}

impl Watcher {
    /// The notice that was shown last.
    #[must_use]
    pub fn notice(&self) -> Option<&NoticeNote> {
        self.notice.as_ref()
    }

    /// Puts on record what the supervised person wrote. Whether anything may be captured now makes no difference to that.
    ///
    /// # Errors
    /// [`SpoolError`]: nothing of it is kept. `Ok(false)` without a policy.
    pub fn written(&mut self, written: Written) -> Result<bool, SpoolError> {
        let Some(kept) = self.keep.policy() else { return Ok(false) };
        self.read_clocks();
        let now = self.moment.now;
        let body = match written {
            Written::Statement { of, about, text } => {
                RecordBody::Statement { statement: Statement { written_at: now, of, about, text } }
            }
            Written::DataRequest { of, text } => {
                RecordBody::DataRequest { request: DataRequest { asked_at: now, of, text } }
            }
        };
        self.record(&kept, body, Room::Reserve, &[])?;
        Ok(true)
    }

    /// Puts on record that the notice was shown, and what was said to it. Showing the same text again with the same
    /// answer writes nothing.
    ///
    /// # Errors
    /// [`SpoolError`]; capture does not start on a notice that is not on record. `Ok(false)` without a policy.
    pub fn notice_shown(
        &mut self,
        shown_on: &str,
        response: NoticeResponse,
        by: &str,
    ) -> Result<bool, SpoolError> {
        let Some(kept) = self.keep.policy() else { return Ok(false) };
        self.read_clocks();
        let now = self.moment.now;
        let text_sha256 = notice::text_sha256(&notice::text(&kept.policy, &self.keep.trust().force_name));
        let before = self.notice.as_ref().filter(|note| note.text_sha256 == text_sha256);
        if before.is_some_and(|note| note.response == response || response == NoticeResponse::Shown) {
            return Ok(true);
        }
        let shown_at = before.map_or(now, |note| note.shown_at);
        let note = NoticeNote { text_sha256, shown_at, response };
        let notice = Notice {
            shown_at,
            shown_on: shown_on.to_owned(),
            text_sha256,
            response,
            by: by.chars().take(200).collect(),
        };
        let notes = [note_of(NOTE_NOTICE, &note)?];
        self.record(&kept, RecordBody::Notice { notice }, Room::Reserve, &notes)?;
        self.notice = Some(note);
        self.decide();
        self.record_gaps();
        Ok(true)
    }
}
