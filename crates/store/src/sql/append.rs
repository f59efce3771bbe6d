//! Taking batches: those that wait together go into one transaction, with one look at the log's edge and one checkpoint.

use std::collections::HashMap;
use std::sync::Arc;

use proviso_model::ids::{CaseId, DeviceId};
use sqlx::QueryBuilder;

use super::device::device;
use super::edge::Edge;
use super::record::{held, position};
use super::rows::int;
use super::{Engine, EngineConnection, EngineStore, branch};
use crate::destruction::split_body;
use crate::device::DeviceRow;
use crate::error::{Result, StoreError};
use crate::job::JobKind;
use crate::log::{LeafKind, LogHasher};
use crate::record::{AppendBatch, Appended, NewRecord, Stop};
use crate::waiting::{self, Entry, Leader, pieces};

/// Batches and records of one transaction: enough to share its cost, and few enough that nobody waits long for it.
const BATCHES_MAX: usize = 64;
const RECORDS_MAX: usize = 1024;
/// Rows in one INSERT.
const ROWS_PER_STATEMENT: usize = 64;

/// Batches that wait.
pub(super) type Appends = waiting::Waiting<AppendBatch, Appended>;

impl EngineStore {
    /// Takes a batch together with those that wait.
    pub(super) async fn append_with_others(&self, batch: AppendBatch) -> Result<Appended> {
        let (answer, leader) = self.appends.join(batch);
        if let Some(leader) = leader {
            // In a task of its own: a device that hangs up must not end what others wait for.
            tokio::spawn(lead(self.clone(), leader));
        }
        waiting::answered(answer).await
    }

    async fn append(&self, batches: Arc<[AppendBatch]>) -> Result<Vec<Result<Appended>>> {
        self.record_keys.keep(batches.iter().flat_map(|batch| &batch.records)).await?;
        let hasher = Arc::clone(&self.hasher);
        self.write(move |connection| {
            Box::pin(async move { append_all(connection, &*hasher, &batches).await })
        })
        .await
    }
}

async fn lead(store: EngineStore, mut leader: Leader<AppendBatch, Appended>) {
    loop {
        let (mut devices, mut records) = (Vec::new(), 0);
        // One of each device: the next is looked at when this one is there.
        let fits = |batch: &AppendBatch| {
            let fits = !devices.contains(&batch.device) && records + batch.records.len() <= RECORDS_MAX;
            // Also of one that does not fit: what comes after it must not overtake it.
            devices.push(batch.device);
            records += if fits { batch.records.len() } else { 0 };
            fits
        };
        let Some(group) = leader.next(BATCHES_MAX, fits) else { return };
        take(&store, group).await;
    }
}

async fn take(store: &EngineStore, group: Vec<Entry<AppendBatch, Appended>>) {
    let (batches, answers): (Vec<_>, Vec<_>) =
        group.into_iter().map(|entry| (entry.write, entry.answer)).unzip();
    let batches: Arc<[AppendBatch]> = batches.into();
    let told = |answer: tokio::sync::oneshot::Sender<Result<Appended>>, result| {
        // The device may have hung up.
        let _ = answer.send(result);
    };
    match store.append(Arc::clone(&batches)).await {
        Ok(results) => answers.into_iter().zip(results).for_each(|(answer, result)| told(answer, result)),
        Err(error) if batches.len() > 1 && waiting::for_others(&error).1 => {
            for (answer, batch) in answers.into_iter().zip(&*batches) {
                let alone = store.append([batch.clone()].into()).await;
                told(answer, alone.and_then(|mut one| one.pop().unwrap_or(Err(StoreError::Interrupted))));
            }
        }
        Err(error) => waiting::refuse(answers, error),
    }
}

/// What becomes of a batch.
struct Split<'b> {
    added: Vec<&'b NewRecord>,
    known: u64,
    /// Another record than the one held under its number, and the batch's records that follow it.
    branch: Vec<&'b NewRecord>,
    stop: Option<Stop>,
    next: (u64, [u8; 32]),
}

/// The longest good prefix after what is held already.
fn split<'b>(batch: &'b AppendBatch, start: (u64, [u8; 32]), held: &[(u64, [u8; 32])]) -> Split<'b> {
    let mut split = Split { added: Vec::new(), known: 0, branch: Vec::new(), stop: None, next: start };
    for (place, record) in batch.records.iter().enumerate() {
        let (expected, previous) = split.next;
        if record.seq < expected {
            let same = held.iter().any(|(seq, hash)| *seq == record.seq && *hash == record.hash)
                || split.added.iter().any(|added| added.hash == record.hash);
            if same {
                split.known = split.known.saturating_add(1);
                continue;
            }
            split.branch = branch::of(batch.records.get(place..).unwrap_or_default());
            split.stop = Some(Stop::Fork { seq: record.seq });
        } else if record.seq > expected {
            split.stop = Some(Stop::Gap { sent: record.seq, expected });
        } else if record.previous != previous {
            split.stop = Some(Stop::WrongPrevious { seq: record.seq });
        } else {
            split.added.push(record);
            split.next = (record.seq.saturating_add(1), record.hash);
            continue;
        }
        break;
    }
    split
}

/// What becomes of a batch whose device is known.
enum Fate<'b> {
    /// Records are added.
    Added(Split<'b>, CaseId),
    /// None is; this is the answer.
    Nothing(Result<Appended>),
}

async fn append_all(
    connection: &mut EngineConnection,
    hasher: &dyn LogHasher,
    batches: &[AppendBatch],
) -> Result<Vec<Result<Appended>>> {
    let devices = devices(connection, batches).await?;
    let mut fates = Vec::with_capacity(batches.len());
    for batch in batches {
        fates.push(match devices.get(&batch.device) {
            Some(device) => look(connection, device, batch).await?,
            None => Fate::Nothing(Err(StoreError::Missing("this device"))),
        });
    }
    if !fates.iter().any(|fate| matches!(fate, Fate::Added(..))) {
        return Ok(fates.into_iter().filter_map(nothing).collect());
    }
    let mut edge = Edge::load(connection).await?;
    let (mut rows, mut leaves) = (Vec::new(), HashMap::new());
    for (batch, fate) in batches.iter().zip(&fates) {
        let Fate::Added(split, case) = fate else { continue };
        for record in &split.added {
            let leaf = edge.push(hasher, LeafKind::Record, record.hash);
            rows.push((leaf, batch, *case, *record));
            leaves.insert(batch.device, leaf);
        }
    }
    insert(connection, &rows).await?;
    advance(connection, batches, &fates).await?;
    let at = batches.iter().map(|batch| batch.received_at).max().ok_or(StoreError::Interrupted)?;
    let checkpoint = edge.store(connection, hasher, at).await?;
    let answer = |(batch, fate): (&AppendBatch, Fate<'_>)| match fate {
        Fate::Nothing(answer) => answer,
        Fate::Added(split, _) => Ok(Appended {
            epoch: batch.epoch,
            durable_seq: split.added.last().map(|last| last.seq),
            durable_leaf: leaves.get(&batch.device).copied(),
            added: split.added.len() as u64,
            known: split.known,
            stop: split.stop,
            checkpoint: checkpoint.clone(),
        }),
    };
    Ok(batches.iter().zip(fates).map(answer).collect())
}

fn nothing(fate: Fate<'_>) -> Option<Result<Appended>> {
    match fate {
        Fate::Nothing(answer) => Some(answer),
        Fate::Added(..) => None,
    }
}

async fn devices(
    connection: &mut EngineConnection,
    batches: &[AppendBatch],
) -> Result<HashMap<DeviceId, DeviceRow>> {
    let mut found = HashMap::with_capacity(batches.len());
    for piece in pieces(batches, ROWS_PER_STATEMENT) {
        let mut query: QueryBuilder<Engine> = QueryBuilder::new("SELECT * FROM device WHERE id IN (");
        let mut listed = query.separated(", ");
        for batch in piece {
            listed.push_bind(batch.device.as_bytes().to_vec());
        }
        query.push(")");
        for row in query.build().fetch_all(&mut *connection).await? {
            let row = device(&row)?;
            found.insert(row.id, row);
        }
    }
    Ok(found)
}

async fn look<'b>(
    connection: &mut EngineConnection,
    device: &DeviceRow,
    batch: &'b AppendBatch,
) -> Result<Fate<'b>> {
    if batch.epoch < device.epoch {
        let stop = Some(Stop::OldEpoch { epoch: device.epoch });
        return Ok(Fate::Nothing(Ok(Appended { stop, ..position(connection, device).await? })));
    }
    let start =
        if batch.epoch == device.epoch { (device.next_seq, device.previous) } else { batch.epoch_start };
    let held = held(connection, batch, start.0).await?;
    let split = split(batch, start, &held);
    branch::keep(connection, batch, &split.branch).await?;
    if split.added.is_empty() {
        let position = position(connection, device).await?;
        return Ok(Fate::Nothing(Ok(Appended { known: split.known, stop: split.stop, ..position })));
    }
    Ok(Fate::Added(split, device.case))
}

async fn insert(
    connection: &mut EngineConnection,
    rows: &[(u64, &AppendBatch, CaseId, &NewRecord)],
) -> Result<()> {
    let place = |leaf: &u64| i64::try_from(*leaf).unwrap_or(i64::MAX);
    for piece in pieces(rows, ROWS_PER_STATEMENT) {
        let mut query: QueryBuilder<Engine> = QueryBuilder::new(
            "INSERT INTO record (leaf, hash, device, case_id, epoch, seq, header, signature, received_at) ",
        );
        query.push_values(piece, |mut row, (leaf, batch, case, record)| {
            row.push_bind(place(leaf)).push_bind(record.hash.to_vec());
            row.push_bind(batch.device.as_bytes().to_vec()).push_bind(case.as_bytes().to_vec());
            row.push_bind(i64::from(batch.epoch)).push_bind(i64::try_from(record.seq).unwrap_or(i64::MAX));
            row.push_bind(record.header.clone()).push_bind(record.signature.to_vec());
            row.push_bind(batch.received_at.as_micros());
        });
        query.build().execute(&mut *connection).await?;
        let mut query: QueryBuilder<Engine> = QueryBuilder::new("INSERT INTO record_body (leaf, body) ");
        query.push_values(piece, |mut row, (leaf, _, _, record)| {
            row.push_bind(place(leaf)).push_bind(split_body(&record.body).1.to_vec());
        });
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Chain positions, and replay jobs of the records added.
async fn advance(
    connection: &mut EngineConnection,
    batches: &[AppendBatch],
    fates: &[Fate<'_>],
) -> Result<()> {
    let mut rows = Vec::with_capacity(batches.len());
    for (batch, fate) in batches.iter().zip(fates) {
        let Fate::Added(split, _) = fate else { continue };
        let first = split.added.first().map_or(split.next.0, |first| first.seq);
        rows.push((batch, int(first)?, int(split.next.0)?, split.next.1));
    }
    for piece in pieces(&rows, ROWS_PER_STATEMENT) {
        let mut query: QueryBuilder<Engine> = QueryBuilder::new(
            "UPDATE device SET epoch = given.column2, next_seq = given.column3, previous = given.column4,
             seen_at = given.column5 FROM (",
        );
        query.push_values(piece, |mut row, (batch, _, next, previous)| {
            row.push_bind(batch.device.as_bytes().to_vec()).push_bind(i64::from(batch.epoch));
            row.push_bind(*next).push_bind(previous.to_vec());
            row.push_bind(batch.received_at.as_micros());
        });
        query.push(") AS given WHERE device.id = given.column1");
        query.build().execute(&mut *connection).await?;
        let mut query: QueryBuilder<Engine> = QueryBuilder::new(
            "INSERT INTO job (id, kind, device, epoch, seq_first, seq_last, state, attempts, ready_at) ",
        );
        query.push_values(piece, |mut row, (batch, first, next, _)| {
            row.push_bind(batch.job.as_bytes().to_vec()).push_bind(JobKind::Replay.as_str());
            row.push_bind(batch.device.as_bytes().to_vec()).push_bind(i64::from(batch.epoch));
            row.push_bind(*first).push_bind(next.saturating_sub(1));
            row.push("'ready'").push("0").push_bind(batch.received_at.as_micros());
        });
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}
