//! The force's log as this device was shown it. Each checkpoint that is accepted continues the one before; what does not is
//! kept with both signed notes, put on record, and nothing is deleted on its word.

use proviso_ledger::checkpoint::Checkpoint;
use proviso_ledger::merkle::verify_consistency;
use proviso_ledger::sign::VerifyKey;
use proviso_model::contradiction::{LogConflict, LogContradiction, SaidRestored, SignedLog};
use proviso_model::ids::ForceId;
use proviso_model::wire::{ConsistencyProof, RestoredLog, RestoredLogStatement, signed_restored_log};
use proviso_model::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

use crate::policy_keep::decode_signature;
use crate::spool::{Spool, SpoolError, note_of};
use crate::writer::NOTE_CHECKPOINT_ROOT;

/// Name of the note with the newest checkpoint that was accepted.
pub const NOTE_ACCEPTED: &str = "checkpoint";
/// Name of the note with the contradictions seen; written by the uplink only.
pub const NOTE_CONTRADICTIONS: &str = "log-contradictions";
/// Contradictions that are kept; the first ones are those that matter.
const CONTRADICTIONS_MAX: usize = 16;

/// Contradictions in the order in which they were seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contradictions {
    /// Each, once.
    pub seen: Vec<LogContradiction>,
    /// Whether the log that the server showed last is still a contradicting one.
    pub standing: bool,
}

impl Contradictions {
    /// For `status`, `doctor` and the log: what was seen last, when, and what becomes of records.
    #[must_use]
    pub fn in_words(&self) -> Option<String> {
        let last = self.seen.last()?;
        let words = format!(
            "{} ({} entries accepted before, {} shown at {})",
            last.how.in_words(),
            last.accepted.size,
            last.shown.size,
            last.seen_at
        );
        Some(if last.restored.is_some() {
            format!(
                "{words}; the force says that it restored its server from a backup, and its log goes on from there"
            )
        } else if self.standing {
            format!("{words}; records are still sent, and none is deleted here; both signed notes are kept")
        } else {
            format!(
                "{words}; it has shown the log accepted before again since then; both signed notes are kept"
            )
        })
    }
}

/// What a checkpoint is worth beside the one accepted before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// It is the one accepted, or continues it.
    Continues,
    /// It does not.
    Contradicts(LogConflict),
    /// It does not show that it does; it may be an answer to another request.
    Unproven,
}

/// The last state of the log that was accepted.
pub fn accepted(spool: &Spool) -> Result<Option<SignedLog>, SpoolError> {
    spool.note(NOTE_ACCEPTED)
}

/// What was seen that contradicts it.
pub fn contradictions(spool: &Spool) -> Result<Contradictions, SpoolError> {
    Ok(spool.note(NOTE_CONTRADICTIONS)?.unwrap_or_default())
}

/// A checkpoint whose signature was checked, as it came.
pub(super) struct Shown<'a> {
    pub checkpoint: &'a Checkpoint,
    pub note: &'a str,
    pub proof: Option<&'a ConsistencyProof>,
    /// The force's word that it restored its server, with its proof.
    pub restored: Option<&'a RestoredLog>,
    /// The key that signs checkpoints, and the force.
    pub signer: (&'a VerifyKey, ForceId),
    /// Whether the answer is bound to this request, so that it cannot be a late one.
    pub fresh: bool,
}

impl Shown<'_> {
    fn worth(&self, accepted: &SignedLog) -> Worth {
        let (size, root) = (self.checkpoint.size, &self.checkpoint.root);
        if size == accepted.size {
            let same = *root == accepted.root.0;
            return if same { Worth::Continues } else { Worth::Contradicts(LogConflict::OtherRoot) };
        }
        if size < accepted.size {
            return if self.fresh { Worth::Contradicts(LogConflict::Shorter) } else { Worth::Unproven };
        }
        match self.proof.filter(|proof| proof.from == accepted.size) {
            Some(proof) => {
                let hashes: Vec<[u8; 32]> = proof.hashes.iter().map(|hash| hash.0).collect();
                let holds = verify_consistency(accepted.size, &accepted.root.0, size, root, &hashes).is_ok();
                if holds { Worth::Continues } else { Worth::Contradicts(LogConflict::NotContinued) }
            }
            None if self.fresh => Worth::Contradicts(LogConflict::NotContinued),
            None => Worth::Unproven,
        }
    }

    fn signed_log(&self) -> SignedLog {
        let checkpoint = self.checkpoint;
        SignedLog { size: checkpoint.size, root: Digest(checkpoint.root), note: self.note.to_owned() }
    }

    /// What it is worth. The first one ever shown has nothing to continue.
    pub(super) fn judge(&self, spool: &Spool) -> Result<Worth, SpoolError> {
        Ok(accepted(spool)?.map_or(Worth::Continues, |accepted| self.worth(&accepted)))
    }

    /// Keeps one that continues; its root goes into the next record.
    pub(super) fn accept(&self, spool: &Spool) -> Result<(), SpoolError> {
        let mut notes = Vec::new();
        if accepted(spool)?.is_none_or(|accepted| accepted.size < self.checkpoint.size) {
            notes.push(note_of(NOTE_ACCEPTED, &self.signed_log())?);
            notes.push(note_of(NOTE_CHECKPOINT_ROOT, &Digest(self.checkpoint.root))?);
        }
        let known = contradictions(spool)?;
        if known.standing {
            let known = Contradictions { standing: false, ..known };
            notes.push(note_of(NOTE_CONTRADICTIONS, &known)?);
        }
        if notes.is_empty() { Ok(()) } else { spool.keep(&notes) }
    }

    /// The force's word that it put back a backup that holds less than was accepted, when it signed that and the
    /// checkpoint continues the log in the backup.
    fn restored_from(&self, accepted: &SignedLog) -> Option<SaidRestored> {
        let said = self.restored?;
        let (key, force) = self.signer;
        let signature = decode_signature(&said.signature)?;
        key.verify(&signed_restored_log(&said.statement), &signature).ok()?;
        let says: RestoredLogStatement = serde_json::from_str(&said.statement).ok()?;
        let hashes: Vec<[u8; 32]> = said.hashes.iter().map(|hash| hash.0).collect();
        let (size, root) = (self.checkpoint.size, &self.checkpoint.root);
        verify_consistency(says.size, &says.root.0, size, root, &hashes).ok()?;
        (says.force == force && says.size < accepted.size)
            .then(|| SaidRestored { statement: said.statement.clone(), signature: said.signature.clone() })
    }

    /// Goes on with the log of a server that was restored, as the force says and signs. Call it after
    /// [`Shown::contradict`]: what it did not continue is then on record with the force's word.
    pub(super) fn follow_restored(&self, spool: &Spool) -> Result<bool, SpoolError> {
        let Some(accepted) = accepted(spool)? else { return Ok(false) };
        let mut known = contradictions(spool)?;
        let said = self.restored_from(&accepted);
        // Only what is kept as evidence may be gone on from.
        let is_kept = known.seen.iter().any(|seen| seen.accepted == accepted && seen.restored.is_some());
        if said.is_none() || !is_kept {
            return Ok(false);
        }
        known.standing = false;
        spool.keep(&[
            note_of(NOTE_ACCEPTED, &self.signed_log())?,
            note_of(NOTE_CHECKPOINT_ROOT, &Digest(self.checkpoint.root))?,
            note_of(NOTE_CONTRADICTIONS, &known)?,
        ])?;
        Ok(true)
    }

    /// Keeps both notes as evidence, once for each state contradicted; the watcher puts them on record.
    pub(super) fn contradict(
        &self,
        spool: &Spool,
        how: LogConflict,
        now: Timestamp,
    ) -> Result<(), SpoolError> {
        let (Some(accepted), mut known) = (accepted(spool)?, contradictions(spool)?) else { return Ok(()) };
        // One that was rewritten grows; that is the same contradiction.
        let same = |seen: LogConflict| (seen == LogConflict::Shorter) == (how == LogConflict::Shorter);
        let is_known = known.seen.iter().any(|seen| same(seen.how) && seen.accepted.size == accepted.size);
        if known.standing && is_known {
            return Ok(());
        }
        if !is_known && known.seen.len() < CONTRADICTIONS_MAX {
            let shown = self.signed_log();
            tracing::error!(accepted = accepted.size, shown = shown.size, "{}", how.in_words());
            let restored = self.restored_from(&accepted);
            known.seen.push(LogContradiction { seen_at: now, how, accepted, shown, restored });
        }
        known.standing = true;
        spool.keep(&[note_of(NOTE_CONTRADICTIONS, &known)?])
    }
}
