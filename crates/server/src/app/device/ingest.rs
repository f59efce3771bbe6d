//! Taking records: verified before the write lock, committed in one transaction, acknowledged after it.

use std::collections::HashSet;

use proviso_ledger::batch::next_record;
use proviso_ledger::chain::ChainLink;
use proviso_ledger::envelope::Envelope;
use proviso_ledger::sign::VerifyKey;
use proviso_model::hash::Digest;
use proviso_model::ids::{DeviceId, JobId};
use proviso_model::limits::{BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX};
use proviso_model::wire::{Receipt, Refusal};
use proviso_store::{AppendBatch, Appended, DeviceRow, NewRecord, Stop};

use super::authenticate::Standing;
use super::{DeviceRefusal, authenticate, proof};
use crate::app::AppContext;
use crate::operations::measures;

/// Takes a batch of a device: for each record a 32-bit big-endian length and the envelope's bytes.
///
/// # Errors
/// A [`Refusal`]; when it carries a receipt, the records up to there are committed.
pub async fn ingest(ctx: &AppContext, device: DeviceId, batch: &[u8]) -> Result<Receipt, Refusal> {
    take(ctx, device, batch, None).await.map_err(|refusal| refusal.to_wire())
}

/// As [`ingest`], with the refusal as a value. `accepted_size` is the size of the last checkpoint that the device accepted.
///
/// # Errors
/// [`DeviceRefusal`].
pub async fn take(
    ctx: &AppContext,
    device: DeviceId,
    batch: &[u8],
    accepted_size: Option<u64>,
) -> Result<Receipt, DeviceRefusal> {
    if batch.len() > BATCH_BYTES_MAX {
        return Err(DeviceRefusal::BatchTooLarge);
    }
    let standing = authenticate::standing(ctx, device, Standing::OrRevoked);
    let (row, known) = tokio::join!(standing, ctx.store.policy_hashes(device));
    let (row, known): (_, HashSet<Digest>) = (row?, known?.into_iter().collect());
    let force = *ctx.keys.force.as_bytes();
    let owned = batch.to_vec();
    let checking = row.clone();
    // Signatures and hashes are work for a thread of their own, not for the ones that answer everybody.
    let checked = tokio::task::spawn_blocking(move || check(&owned, &checking, force, &known))
        .await
        .map_err(|_| DeviceRefusal::Busy)??;
    commit(ctx, &row, checked, accepted_size).await
}

/// The good prefix of a batch, and the first record that is not.
struct Checked {
    epoch: u32,
    records: Vec<NewRecord>,
    bad: Option<(usize, Bad)>,
}

/// Why a record is not one of the good prefix.
enum Bad {
    /// It names a policy that is not known here.
    Policy(Digest),
    /// Anything else, in words.
    Other(String),
}

/// Fewer records than this are not worth a thread.
const RECORDS_PER_THREAD_MIN: usize = 32;
/// Threads that verify one batch.
const THREADS_MAX: usize = 2;

fn check(
    batch: &[u8],
    device: &DeviceRow,
    force: [u8; 16],
    policies: &HashSet<Digest>,
) -> Result<Checked, DeviceRefusal> {
    let key = VerifyKey::from_bytes(&device.record_key).map_err(|_| DeviceRefusal::DeviceUnknown)?;
    let (pieces, cut) = split(batch)?;
    let verified = in_parallel(&pieces, |bytes| verify(bytes, &key, device, force, policies));
    let mut checked = Checked { epoch: device.epoch, records: Vec::with_capacity(pieces.len()), bad: None };
    for result in verified {
        let place = checked.records.len().saturating_add(1);
        match result {
            Ok((epoch, _)) if place > 1 && epoch != checked.epoch => {
                let why = "it is of another epoch than the record before it".to_owned();
                checked.bad = Some((place, Bad::Other(why)));
                return Ok(checked);
            }
            Ok((epoch, record)) => {
                checked.epoch = epoch;
                checked.records.push(record);
            }
            Err(why) => {
                checked.bad = Some((place, why));
                return Ok(checked);
            }
        }
    }
    checked.bad = cut.map(|why| (checked.records.len().saturating_add(1), Bad::Other(why)));
    Ok(checked)
}

/// The bytes of each record, and what is wrong with the one where reading ended early.
fn split(batch: &[u8]) -> Result<(Vec<&[u8]>, Option<String>), DeviceRefusal> {
    let (mut rest, mut pieces) = (batch, Vec::new());
    while !rest.is_empty() {
        if pieces.len() == BATCH_RECORDS_MAX {
            return Err(DeviceRefusal::BatchTooLarge);
        }
        match next_record(&mut rest, RECORD_BYTES_MAX) {
            Ok(piece) => pieces.push(piece),
            Err(error) => return Ok((pieces, Some(error.to_string()))),
        }
    }
    Ok((pieces, None))
}

/// Does `work` on each piece, on two threads when there are many; the results come in the order of the pieces.
fn in_parallel<'b, T: Send>(pieces: &[&'b [u8]], work: impl Fn(&'b [u8]) -> T + Sync) -> Vec<T> {
    let per_thread = pieces.len().div_ceil(THREADS_MAX).max(RECORDS_PER_THREAD_MIN);
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> = pieces
            .chunks(per_thread)
            .map(|chunk| scope.spawn(move || chunk.iter().map(|piece| work(piece)).collect::<Vec<T>>()))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("verifying never panics")).collect()
    })
}

fn verify(
    bytes: &[u8],
    key: &VerifyKey,
    device: &DeviceRow,
    force: [u8; 16],
    policies: &HashSet<Digest>,
) -> Result<(u32, NewRecord), Bad> {
    let envelope = Envelope::decode(bytes).map_err(|error| Bad::Other(error.to_string()))?;
    let header = &envelope.header;
    if header.force != force {
        return Err(Bad::Other("it belongs to another force".to_owned()));
    }
    if header.device != *device.id.as_bytes() {
        return Err(Bad::Other("it belongs to another device".to_owned()));
    }
    envelope.check(key).map_err(|error| Bad::Other(error.to_string()))?;
    if !policies.contains(&Digest(header.policy_hash)) {
        return Err(Bad::Policy(Digest(header.policy_hash)));
    }
    let record = NewRecord {
        hash: header.record_hash(),
        seq: header.seq,
        previous: header.previous,
        header: header.encode().to_vec(),
        signature: envelope.signature,
        body: envelope.sealed,
    };
    Ok((header.epoch, record))
}

async fn commit(
    ctx: &AppContext,
    device: &DeviceRow,
    checked: Checked,
    accepted_size: Option<u64>,
) -> Result<Receipt, DeviceRefusal> {
    let now = ctx.now();
    let first = ChainLink::first(*ctx.keys.force.as_bytes(), *device.id.as_bytes(), checked.epoch);
    let appended = if checked.records.is_empty() {
        ctx.store.record_position(device.id).await?
    } else {
        let batch = AppendBatch {
            device: device.id,
            epoch: checked.epoch,
            epoch_start: (first.next_seq, first.previous),
            records: checked.records,
            job: JobId::new(now, ctx.random()),
            received_at: now,
        };
        ctx.store.record_append(batch).await?
    };
    if appended.added > 0 {
        measures::records_taken(appended.added);
        ctx.work.notify_one();
    }
    if let Some(Stop::Fork { seq }) = appended.stop {
        tracing::warn!(device = %device.id, seq, "two records under one number; both are kept");
        ctx.hub.wake();
    }
    let receipt = proof::receipt(ctx, device.id, &appended, accepted_size).await?;
    answer(&appended, checked.bad, receipt)
}

fn answer(
    appended: &Appended,
    bad: Option<(usize, Bad)>,
    receipt: Receipt,
) -> Result<Receipt, DeviceRefusal> {
    let broken = |why: String, receipt| DeviceRefusal::ChainBroken { why, receipt };
    let receipt = Box::new(receipt);
    match (appended.stop, bad) {
        (Some(Stop::Fork { seq }), _) => Err(DeviceRefusal::Fork { seq, receipt }),
        (Some(Stop::Gap { sent, expected }), _) => {
            Err(broken(format!("record {sent} came where record {expected} should"), receipt))
        }
        (Some(Stop::WrongPrevious { seq }), _) => {
            Err(broken(format!("record {seq} names another record before it than the one held"), receipt))
        }
        (Some(Stop::OldEpoch { epoch }), _) => {
            Err(broken(format!("the device is in epoch {epoch} already"), receipt))
        }
        (None, Some((place, Bad::Policy(policy)))) => {
            Err(DeviceRefusal::PolicyUnknown { place, policy, receipt })
        }
        (None, Some((place, Bad::Other(why)))) => {
            Err(DeviceRefusal::RecordBad { place, why, receipt: Some(receipt) })
        }
        (None, None) => Ok(*receipt),
    }
}
