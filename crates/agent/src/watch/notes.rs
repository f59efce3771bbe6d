//! What is kept beside the records, so that a restart knows of it: the stamp that the agent runs, and what has changed since it was kept last.

use super::Watcher;
use super::histories;
use super::other_adult::NOTE_OTHER_ADULT;
use crate::gaps::{Alive, NOTE_GAPS};
use crate::release::NOTE_POWERED;
use crate::spool::{Note, SpoolError, note_of};
use crate::writer::NOTE_ALIVE;

impl Watcher {
    fn alive(&self) -> Alive {
        let watched = self.stretch.map(|stretch| self.liveness(&stretch, self.moment.reckoned));
        let in_doubt = self.moment.doubt.is_some();
        let (fix, server_at, ended) = (self.time.fix(&self.moment), self.moment.server_at, self.ended());
        Alive { fix, server_at, watched, in_doubt, ended }
    }

    /// The stamp that the agent runs, and the gap book where it has changed.
    pub(super) fn notes(&self) -> Result<Vec<Note>, SpoolError> {
        let mut notes = vec![note_of(NOTE_ALIVE, &self.alive())?];
        if self.gaps != self.gaps_kept {
            notes.push(note_of(NOTE_GAPS, &self.gaps)?);
        }
        if self.powered != self.powered_kept {
            notes.push(note_of(NOTE_POWERED, &self.powered)?);
        }
        if self.histories != self.histories_kept {
            notes.push(note_of(histories::NOTE_HISTORIES, &self.histories)?);
        }
        if self.other_use != self.other_use_kept {
            notes.push(note_of(NOTE_OTHER_ADULT, &self.other_use)?);
        }
        Ok(notes)
    }

    pub(super) fn notes_are_kept(&mut self) {
        self.stamped = Some(self.moment);
        self.gaps_kept.clone_from(&self.gaps);
        self.powered_kept = self.powered;
        self.histories_kept.clone_from(&self.histories);
        self.other_use_kept.clone_from(&self.other_use);
    }

    pub(super) fn stamp(&mut self) {
        match self.notes().and_then(|notes| self.spool.keep(&notes)) {
            Ok(()) => self.notes_are_kept(),
            Err(error) => tracing::warn!(%error, "the stamp that the agent runs could not be kept"),
        }
    }
}
