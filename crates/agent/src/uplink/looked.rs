//! Asking how often officers looked, and how requests about data stand, for the person's own page. Nothing else waits for it, and a server that does not say is no trouble.

use proviso_model::Timestamp;
use proviso_model::looked::{LOOKED_PATH, Looked, WITH_REQUESTS};

use super::{Asked, Transport, Uplink, WireRequest};
use crate::spool::{SpoolError, note_of};

/// Name of the note with what was said last.
pub const NOTE_LOOKED: &str = "looked";
/// Between two questions: the answer changes once a day.
const ASK_EVERY_MS: i64 = 6 * 3_600_000;

impl<T: Transport> Uplink<T> {
    pub(super) fn looked_request(&self, now: Timestamp, nonce: &str) -> Option<(Asked, WireRequest)> {
        let is_due = self.next_looked.is_none_or(|due| due <= now || due.millis_since(now) > ASK_EVERY_MS);
        let path = format!("{LOOKED_PATH}?{WITH_REQUESTS}");
        is_due.then(|| (Asked::Looked, self.signed("GET", &path, nonce, Vec::new(), &[])))
    }

    pub(super) fn take_looked(&mut self, now: Timestamp, said: Option<Looked>) -> Result<(), SpoolError> {
        self.next_looked = Some(now.plus_millis(ASK_EVERY_MS));
        if let Some(looked) = said {
            self.spool.keep(&[note_of(NOTE_LOOKED, &looked)?])?;
            self.state.looked = Some(looked);
        }
        Ok(())
    }
}
