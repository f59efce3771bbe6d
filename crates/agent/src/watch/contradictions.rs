//! Puts on record that the server's log is not the one shown before. The uplink sees it and keeps both signed notes; the
//! record goes into this device's chain, so that it stands in the force's own files and in any bundle.

use proviso_model::contradiction::LogContradiction;
use proviso_model::record::RecordBody;

use super::Watcher;
use crate::spool::{Room, Spool, SpoolError, note_of};
use crate::uplink::{Contradictions, NOTE_CONTRADICTIONS};

/// Name of the note with how many contradictions are on record; written by the watcher only.
const NOTE_RECORDED: &str = "log-contradictions-recorded";

/// How many contradictions are on record.
pub(super) fn recorded(spool: &Spool) -> Result<usize, SpoolError> {
    Ok(spool.note(NOTE_RECORDED)?.unwrap_or(0))
}

impl Watcher {
    /// Records what was seen since; each once, in one transaction with the count.
    pub(super) fn record_contradictions(&mut self) {
        let Ok(Some(known)) = self.spool.note::<Contradictions>(NOTE_CONTRADICTIONS) else { return };
        let new: Vec<LogContradiction> = known.seen.into_iter().skip(self.contradictions_recorded).collect();
        for contradiction in new {
            let Some(kept) = self.keep.policy() else { return };
            let count = self.contradictions_recorded + 1;
            let Ok(note) = note_of(NOTE_RECORDED, &count) else { return };
            let body = RecordBody::LogContradiction { contradiction };
            if self.record(&kept, body, Room::Reserve, &[note]).is_err() {
                return;
            }
            self.contradictions_recorded = count;
        }
    }
}
