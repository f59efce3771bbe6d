//! The way from the order's end to giving up policy and keys, as the watch core sees it.

use proviso_model::gap::Gap;
use proviso_model::record::RecordBody;

use super::Watcher;
use crate::clock::Reading;
use crate::release::{NOTE_ORDER_OVER, NOTE_RELEASE, OrderOver, Powered, Release, grounds};
use crate::spool::{Room, SpoolError, note_of};

impl Watcher {
    /// Counts the time awake past the end, by the reckoned time. Durable with every stamp, so a power cut costs seconds.
    pub(super) fn count_powered(&mut self, before: &Reading) {
        let Some(kept) = self.keep.policy() else { return };
        if self.moment.reckoned < kept.policy.expires_at {
            self.powered = None;
            return;
        }
        let serial = kept.policy.serial;
        let known = self.powered.filter(|powered| powered.serial == serial);
        // Of a look that lies across the end, only what came after it.
        let past_ms = self.moment.reckoned.millis_since(kept.policy.expires_at).unsigned_abs();
        let awake_ms = self.moment.awake_ms.saturating_sub(before.awake_ms).min(past_ms);
        let powered_ms = known.map_or(0, |powered| powered.powered_ms).saturating_add(awake_ms);
        self.powered = Some(Powered { serial, powered_ms });
    }

    /// Whether it is time to give up policy and keys; a newer policy, or a time put right, takes that back.
    pub(super) fn look_for_release(&mut self) {
        if let Err(error) = self.try_release() {
            tracing::warn!(%error, "the order's end could not be put on record");
        }
    }

    fn try_release(&mut self) -> Result<(), SpoolError> {
        let Some(kept) = self.keep.policy() else { return Ok(()) };
        if self.moment.reckoned < kept.policy.expires_at {
            if self.release.is_some() {
                self.spool.keep(&[note_of(NOTE_RELEASE, &None::<Release>)?])?;
                self.release = None;
            }
            return Ok(());
        }
        if self.release.is_some() {
            return Ok(());
        }
        let over: Option<OrderOver> = self.spool.note(NOTE_ORDER_OVER)?;
        let Some(grounds) = grounds(&kept, self.powered, over) else { return Ok(()) };
        let at = self.moment.reckoned;
        let release = Release { grounds, at };
        // The last that this device says: it is delivered before the keys go.
        let gap = Gap::of_release(at, grounds.in_words());
        let notes = [note_of(NOTE_RELEASE, &Some(release))?];
        self.record(&kept, RecordBody::Gap { gap }, Room::Reserve, &notes)?;
        self.release = Some(release);
        Ok(())
    }
}
