//! What a receipt is worth: only what its signed checkpoint and its inclusion proof show is believed, and only what is
//! believed is deleted.

use proviso_ledger::checkpoint::Checkpoint;
use proviso_ledger::merkle::{LeafKind, leaf, verify_inclusion};
use proviso_model::Timestamp;
use proviso_model::wire::Receipt;

use super::shown_log::{self, Shown, Worth};
use super::{Transport, Uplink};
use crate::spool::{EpochCause, Spool, SpoolError, note_of};

/// Name of the note with the epochs whose remaining records the server refuses.
const NOTE_ASIDE: &str = "epochs-aside";

/// A receipt that is not believed.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// The checkpoint or the proof does not hold.
    #[error("the server's receipt does not hold ({0}); nothing was deleted")]
    Untrue(String),
    /// The log is the force's, and the record that it proves under a number of ours is another one.
    #[error("the server holds another record than this device under number {0}; a new epoch begins")]
    NotOurs(u64),
    /// The spool failed.
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

/// How a receipt came.
pub(crate) struct Come {
    /// When.
    pub at: Timestamp,
    /// Whether the answer is bound to its request, so that it cannot be a late one.
    pub fresh: bool,
    /// The last record of a batch that the server has just said it holds.
    pub taken: Option<(u32, u64)>,
}

/// Whether records wait that the server may still take.
///
/// # Errors
/// [`SpoolError`].
pub fn is_unsent(spool: &Spool) -> Result<bool, SpoolError> {
    let aside = epochs_aside(spool)?;
    Ok(spool.epochs()?.iter().any(|(epoch, _)| !aside.contains(epoch)))
}

/// Epochs whose remaining records the server refuses; they stay in the spool for an examiner.
pub(crate) fn epochs_aside(spool: &Spool) -> Result<Vec<u32>, SpoolError> {
    Ok(spool.note(NOTE_ASIDE)?.unwrap_or_default())
}

impl<T: Transport> Uplink<T> {
    /// Believes a receipt: moves on to where the server's record ends and deletes what is backed up.
    pub(crate) fn take_receipt(&mut self, receipt: &Receipt, come: &Come) -> Result<(), ReceiptError> {
        let worth = match self.check_checkpoint(receipt, come) {
            // Everything held is sent once more, so that the server keeps both versions apart.
            Err(error @ ReceiptError::NotOurs(_)) => {
                self.state.durable = None;
                if self.spool.figures()?.epoch == receipt.epoch {
                    self.spool.new_epoch(receipt.epoch, &EpochCause::record_restored())?;
                }
                return Err(error);
            }
            other => other?,
        };
        let known = shown_log::contradictions(&self.spool)?;
        if worth == Worth::Unproven && !known.standing {
            // It may be an answer that came late. The answer to a ping is bound to it, so that one decides.
            self.next_ping = None;
        }
        self.state.log = known.in_words();
        if epochs_aside(&self.spool)?.contains(&receipt.epoch) {
            return Ok(());
        }
        let Some(durable) = receipt.durable_seq else {
            // An epoch of which the server holds nothing yet says nothing about the one before it.
            if self.state.durable.is_none_or(|(epoch, _)| epoch == receipt.epoch) {
                self.state.durable = None;
            }
            return Ok(());
        };
        if self.is_ahead(receipt.epoch, durable)? {
            // The server holds records that this spool never wrote: the disk was restored from an image. All that is
            // held is sent once more, so that the server keeps both versions, and a new epoch begins.
            let epoch = self.spool.new_epoch(receipt.epoch, &EpochCause::record_restored())?;
            tracing::warn!(epoch, "the server holds later records of this device; a new epoch begins");
            self.state.durable = None;
            return Ok(());
        }
        let durable = if self.holds_others(receipt.epoch, durable)? {
            // Only what the server has said of these very records counts, not how far its own branch goes.
            match come.taken {
                Some((epoch, seq)) if epoch == receipt.epoch => seq.min(durable),
                _ => return Ok(()),
            }
        } else {
            durable
        };
        self.state.durable = Some((receipt.epoch, durable));
        // Records still go out to a server whose log contradicts itself, so that nobody's contact with the force breaks;
        // but nothing is deleted on its word.
        if let Some(backed_up) = receipt.backed_up_seq.filter(|_| worth == Worth::Continues)
            && self.spool.forget_up_to(receipt.epoch, backed_up.min(durable))? > 0
        {
            self.forget_past_policies()?;
        }
        Ok(())
    }

    fn is_ahead(&self, epoch: u32, durable: u64) -> Result<bool, SpoolError> {
        let own = self.spool.figures()?;
        let later = own.highest_seq.is_none_or(|highest| durable > highest);
        Ok(epoch > own.epoch || (epoch == own.epoch && later))
    }

    /// Whether this spool holds records of the epoch up to `durable`, but not that one itself. Deletion goes from the
    /// oldest on, so these are of another branch than the server's: the disk was restored from an image. They are the
    /// only copy there is.
    fn holds_others(&self, epoch: u32, durable: u64) -> Result<bool, SpoolError> {
        let held = self.spool.epochs()?;
        let first = held.into_iter().find(|(held, _)| *held == epoch).map(|(_, first)| first);
        Ok(first.is_some_and(|first| first <= durable) && self.spool.record_hash(epoch, durable)?.is_none())
    }

    /// What the receipt's checkpoint is worth; kept if it continues the log accepted before, and as evidence if it
    /// contradicts it.
    fn check_checkpoint(&self, receipt: &Receipt, come: &Come) -> Result<Worth, ReceiptError> {
        let Some(note) = &receipt.checkpoint else {
            let never_shown = shown_log::accepted(&self.spool)?.is_none();
            return Ok(if never_shown { Worth::Continues } else { Worth::Unproven });
        };
        let untrue = |why: String| ReceiptError::Untrue(why);
        let keys = self.keep.keys();
        let checkpoint = Checkpoint::parse_and_verify(note, &keys.checkpoint_key)
            .map_err(|error| untrue(error.to_string()))?;
        if checkpoint.origin != keys.statement.checkpoint_origin {
            return Err(untrue(format!("its checkpoint is of another log, \"{}\"", checkpoint.origin)));
        }
        let shown = Shown {
            checkpoint: &checkpoint,
            note,
            proof: receipt.consistency.as_ref(),
            restored: receipt.restored.as_ref(),
            signer: (&keys.checkpoint_key, keys.statement.force),
            fresh: come.fresh,
        };
        let worth = shown.judge(&self.spool)?;
        if let Worth::Contradicts(how) = worth {
            shown.contradict(&self.spool, how, come.at)?;
            // Nothing is deleted on this answer; the next one continues what is gone on from.
            shown.follow_restored(&self.spool)?;
        }
        if worth != Worth::Continues {
            return Ok(worth);
        }
        let aside = epochs_aside(&self.spool)?.contains(&receipt.epoch);
        if let (Some(seq), Some(proof), false) = (receipt.durable_seq, &receipt.proof, aside)
            && let Some(record_hash) = self.spool.record_hash(receipt.epoch, seq)?
        {
            let hashes: Vec<[u8; 32]> = proof.hashes.iter().map(|hash| hash.0).collect();
            let bytes = leaf(LeafKind::Record, &record_hash);
            verify_inclusion(&bytes, proof.index, checkpoint.size, &hashes, &checkpoint.root)
                .map_err(|_| ReceiptError::NotOurs(seq))?;
        }
        shown.accept(&self.spool)?;
        Ok(Worth::Continues)
    }

    /// Leaves what remains of an epoch in the spool, unsent, and begins a new one: the server will not take these.
    pub(crate) fn put_aside(&mut self, epoch: u32, cause: &EpochCause) -> Result<(), SpoolError> {
        let mut aside = epochs_aside(&self.spool)?;
        if !aside.contains(&epoch) {
            aside.push(epoch);
        }
        self.spool.keep(&[note_of(NOTE_ASIDE, &aside)?])?;
        if self.spool.figures()?.epoch == epoch {
            self.spool.new_epoch(epoch, cause)?;
        }
        self.stuck = 0;
        Ok(())
    }
}
