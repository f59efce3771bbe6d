//! From a record's content to a sealed record at the end of the chain: encoded, signed and sealed one time (invariant 9).

use std::sync::Arc;

use proviso_ledger::chain::ChainLink;
use proviso_ledger::envelope::{Envelope, RecordIds, seal_record};
use proviso_ledger::fields::FieldSet;
use proviso_ledger::sign::SignKey;
use proviso_model::record::{RecordBody, RecordContent};
use proviso_model::{Digest, Timestamp};
use rand_core::CryptoRng;

use crate::policy_keep::KeptPolicy;
use crate::spool::{Appended, EpochCause, NOTE_EPOCH_CAUSE, Note, Room, Spool, SpoolError, note_of};

/// Name of the note with the root of the last checkpoint.
pub const NOTE_CHECKPOINT_ROOT: &str = "checkpoint-root";
/// Name of the note with the last instant at which the agent was known to run.
pub const NOTE_ALIVE: &str = "alive";

/// Writes records for one device.
pub struct RecordWriter {
    spool: Arc<Spool>,
    key: SignKey,
    rng: Box<dyn CryptoRng + Send>,
    clock_in_doubt: bool,
}

impl RecordWriter {
    /// A writer into `spool`.
    #[must_use]
    pub fn new(spool: Arc<Spool>, key: SignKey, rng: Box<dyn CryptoRng + Send>) -> Self {
        Self { spool, key, rng, clock_in_doubt: false }
    }

    /// The spool that it writes to.
    #[must_use]
    pub fn spool(&self) -> &Arc<Spool> {
        &self.spool
    }

    /// Whether the records from here on say that the clock is in doubt.
    pub fn set_clock_in_doubt(&mut self, in_doubt: bool) {
        self.clock_in_doubt = in_doubt;
    }

    /// Seals and spools one record, with `notes` in the same transaction.
    ///
    /// # Errors
    /// [`SpoolError`]; nothing is then written.
    pub fn write(
        &mut self,
        kept: &KeptPolicy,
        at: Timestamp,
        body: RecordBody,
        room: Room,
        notes: &[Note],
    ) -> Result<Appended, SpoolError> {
        loop {
            match self.append(kept, at, &body, room, notes) {
                // First the cause, as a gap; then again what was to be written.
                Err(SpoolError::EpochBegins(cause)) => {
                    let told = [note_of(NOTE_EPOCH_CAUSE, &None::<EpochCause>)?];
                    let gap = RecordBody::Gap { gap: cause.gap(at) };
                    self.append(kept, at, &gap, Room::Reserve, &told)?;
                }
                other => return other,
            }
        }
    }

    fn append(
        &mut self,
        kept: &KeptPolicy,
        at: Timestamp,
        body: &RecordBody,
        room: Room,
        notes: &[Note],
    ) -> Result<Appended, SpoolError> {
        let last_checkpoint: Option<Digest> = self.spool.note(NOTE_CHECKPOINT_ROOT)?;
        let content = RecordContent {
            recorded_at: at,
            clock_in_doubt: self.clock_in_doubt,
            last_checkpoint,
            body: body.clone(),
        };
        let fields = content.to_fields().map_err(|error| SpoolError::Seal(error.to_string()))?;
        let ids = RecordIds { case_key_id: *kept.policy.case_key.id.as_bytes(), policy_hash: kept.hash };
        let (rng, key) = (&mut self.rng, &self.key);
        let mut seal = |link: &ChainLink| -> Result<Envelope, String> {
            let fields = FieldSet::new(&mut **rng, fields.clone());
            seal_record(&mut **rng, key, &kept.case_key, link, &ids, &fields)
                .map_err(|error| error.to_string())
        };
        self.spool.append(room, notes, &mut seal)
    }
}
