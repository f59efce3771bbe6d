//! Asking what the force has released, and fetching it: after everything else, and of no trouble to it.

use std::sync::Arc;

use proviso_model::Timestamp;
use proviso_model::update::{UPDATE_PART_BYTES, UPDATE_PATH, UpdateOffer, update_part_path};

use super::answer::body;
use super::{Asked, Transport, Uplink, WireAnswer, WireRequest};
use crate::update::{Updates, WantedUpdate};

/// Between two questions.
const ASK_EVERY_MS: i64 = 6 * 3_600_000;
/// After a part that did not come.
const AGAIN_MS: i64 = 300_000;

impl<T: Transport> Uplink<T> {
    /// It also asks for updates.
    #[must_use]
    pub fn updating(mut self, updates: Arc<Updates>) -> Self {
        self.updates = Some(updates);
        self
    }

    pub(super) fn update_request(&self, now: Timestamp, nonce: &str) -> Option<(Asked, WireRequest)> {
        let updates = self.updates.as_ref()?;
        let Some(wanted) = updates.wanted() else {
            let is_due =
                self.next_update.is_none_or(|due| due <= now || due.millis_since(now) > ASK_EVERY_MS);
            return is_due.then(|| (Asked::Update, self.signed("GET", UPDATE_PATH, nonce, Vec::new(), &[])));
        };
        let part = updates.here(&wanted) / UPDATE_PART_BYTES as u64;
        let here = part * UPDATE_PART_BYTES as u64;
        let path = update_part_path(&wanted.sha256, usize::try_from(part).ok()?);
        let asked = Asked::UpdatePart(Box::new(wanted), here);
        Some((asked, self.signed("GET", &path, nonce, Vec::new(), &[])))
    }

    pub(super) fn take_update(&mut self, now: Timestamp, answer: &WireAnswer) -> Result<(), String> {
        self.next_update = Some(now.plus_millis(ASK_EVERY_MS));
        let offer: UpdateOffer = body(answer)?;
        if let Some(updates) = &self.updates {
            updates.offered(offer);
        }
        Ok(())
    }

    /// An older server, a force that has released nothing, or a file that is not to be had now: it is asked for again from the beginning.
    /// Parts that are here stay.
    pub(super) fn update_refused(&mut self, now: Timestamp, is_part: bool) {
        if let Some(updates) = &self.updates
            && is_part
        {
            updates.begin_again();
        }
        self.next_update = Some(now.plus_millis(if is_part { AGAIN_MS } else { ASK_EVERY_MS }));
    }

    pub(super) fn take_update_part(&mut self, now: Timestamp, wanted: &WantedUpdate, here: u64, part: &[u8]) {
        let Some(updates) = self.updates.clone() else { return };
        let left = wanted.bytes.saturating_sub(here);
        if part.len() as u64 != left.min(UPDATE_PART_BYTES as u64) {
            self.update_refused(now, true);
            return;
        }
        if let Err(error) = updates.part(wanted, here, part) {
            tracing::warn!(%error, "a part of an update could not be kept; it is fetched again");
            self.update_refused(now, true);
        }
    }
}
