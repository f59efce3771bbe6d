//! What a witness holds of the force's log: every signed state, each shown to continue the one before, and nothing of a case.

use std::io::Write;

use proviso_evidence::format::{WITNESS_FORMAT, WitnessHeader, WitnessLine};
use proviso_model::hash::Digest;
use proviso_store::{CheckpointRow, StoreError};
use serde::Serialize;

use crate::app::AppContext;
use crate::app::device::proof::{ProofError, Wanted, prove};

/// Checkpoints read and proved at a time.
const ROWS: u32 = 500;

/// A witness file that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Witnessed {
    /// Signed states in it.
    pub checkpoints: u64,
    /// Leaves of the first.
    pub first: u64,
    /// Leaves of the last.
    pub last: u64,
}

/// Why no witness file was written.
#[derive(Debug, thiserror::Error)]
pub enum WitnessError {
    /// There is nothing to hold.
    #[error("the log has no signed state of {0} entries or more")]
    Nothing(u64),
    /// The log does not hold together.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be written.
    #[error("the witness file cannot be written: {0}")]
    Write(#[from] std::io::Error),
}

/// Writes every signed state of the log of `since` leaves or more, the present one included. Logged before it is done.
/// Bundles made from now on prove that they continue the last of them.
///
/// # Errors
/// [`WitnessError`].
pub async fn export(
    ctx: &AppContext,
    actor: &str,
    since: u64,
    out: &mut (dyn Write + Send),
) -> Result<Witnessed, WitnessError> {
    ctx.logged(actor, "witness-export", None, &format!("since {since}"), async {
        let last = ctx.store.checkpoint_add(ctx.now()).await?.map_or(0, |checkpoint| checkpoint.size);
        let header = WitnessHeader {
            format: WITNESS_FORMAT.to_owned(),
            force: ctx.keys.force,
            force_name: ctx.force_name().to_owned(),
            keys: ctx.keys.retired.iter().chain([&ctx.keys.statement]).cloned().collect(),
        };
        put(out, &header)?;
        let (mut done, mut next) = (None::<Witnessed>, since);
        // What is signed while this runs is the next file's.
        while next <= last {
            let mut rows = ctx.store.checkpoint_list(next, ROWS).await?;
            rows.retain(|row| row.size <= last);
            let Some(end) = rows.last().map(|row| row.size) else { break };
            for line in lines(ctx, done.map(|done| done.last), &rows).await? {
                put(out, &line)?;
            }
            let (count, first) = (rows.len() as u64, rows.first().map_or(end, |row| row.size));
            let before = done.unwrap_or(Witnessed { checkpoints: 0, first, last: end });
            done = Some(Witnessed { checkpoints: before.checkpoints + count, last: end, ..before });
            next = end + 1;
        }
        out.flush()?;
        let done = done.ok_or(WitnessError::Nothing(since))?;
        ctx.store.checkpoint_given_add(done.last, ctx.now()).await?;
        Ok(done)
    })
    .await
}

/// The lines of consecutive checkpoints, the first of them after one of `before` leaves.
async fn lines(
    ctx: &AppContext,
    before: Option<u64>,
    rows: &[CheckpointRow],
) -> Result<Vec<WitnessLine>, WitnessError> {
    let sizes: Vec<u64> = before.into_iter().chain(rows.iter().map(|row| row.size)).collect();
    let steps = sizes.iter().zip(sizes.iter().skip(1));
    let wanted: Vec<Wanted> = steps.map(|(from, to)| Wanted::Consistency { from: *from, to: *to }).collect();
    // The very first one continues nothing.
    let first = before.is_none().then(Vec::new);
    let proofs = first.into_iter().chain(prove(ctx, &wanted).await?);
    let line = |(row, hashes): (&CheckpointRow, Vec<[u8; 32]>)| WitnessLine {
        checkpoint: row.note.clone(),
        hashes: hashes.into_iter().map(Digest).collect(),
    };
    Ok(rows.iter().zip(proofs).map(line).collect())
}

fn put<T: Serialize>(out: &mut (dyn Write + Send), value: &T) -> Result<(), WitnessError> {
    let mut line = serde_json::to_vec(value).map_err(std::io::Error::from)?;
    line.push(b'\n');
    Ok(out.write_all(&line)?)
}
