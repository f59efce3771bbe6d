//! Records: the append of a batch, and reading back.

use std::sync::Arc;

use async_trait::async_trait;
use proviso_model::ids::{CaseId, DeviceId};
use sqlx::{QueryBuilder, Row as _};

use super::edge::Edge;
use super::rows::{blob, bytes, bytes_maybe, damaged, int, number, time, time_maybe};
use super::{Engine, EngineConnection, EngineRow, EngineStore, RANDOM_ID, branch, log};
use crate::destruction::split_body;
use crate::device::DeviceRow;
use crate::error::{Result, StoreError};
use crate::job::JobKind;
use crate::log::{CheckpointRow, LeafKind, LogHasher};
use crate::record::{AppendBatch, Appended, ForkRow, NewRecord, RecordRow, RecordStore, ReplayOutcome, Stop};

/// Rows in one INSERT of records.
const ROWS_PER_STATEMENT: usize = 64;

const RECORD: &str =
    "SELECT r.leaf, r.hash, r.device, r.case_id, r.epoch, r.seq, r.header, r.signature, r.received_at,
    r.kind, r.replay, r.destroyed_at, r.destroyed_why, r.certificate, b.body FROM record r
    LEFT JOIN record_body b ON b.leaf = r.leaf";

/// Records as devices sealed them: each with its key, which lies apart, before its body.
pub(super) async fn records(store: &EngineStore, rows: &[EngineRow]) -> Result<Vec<RecordRow>> {
    let hashes = rows.iter().map(|row| bytes(row, "hash")).collect::<Result<Vec<_>>>()?;
    let mut keys = store.record_keys.of(&hashes).await?;
    rows.iter().zip(&hashes).map(|(row, hash)| record(row, keys.remove(hash))).collect()
}

fn record(row: &EngineRow, key: Option<Vec<u8>>) -> Result<RecordRow> {
    let replay: Option<String> = row.try_get("replay")?;
    Ok(RecordRow {
        leaf: number(row, "leaf")?,
        hash: bytes(row, "hash")?,
        device: DeviceId::from_bytes(bytes(row, "device")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        epoch: number(row, "epoch")?,
        seq: number(row, "seq")?,
        header: blob(row, "header")?,
        signature: bytes(row, "signature")?,
        body: whole(row, key)?,
        received_at: time(row, "received_at")?,
        kind: row.try_get("kind")?,
        replay: replay
            .map(|word| ReplayOutcome::parse(&word).ok_or_else(|| damaged("replay")))
            .transpose()?,
        destroyed_at: time_maybe(row, "destroyed_at")?,
        destroyed_why: row.try_get("destroyed_why")?,
        certificate: bytes_maybe(row, "certificate")?,
    })
}

/// The sealed body as the device made it: its key, kept apart, and the rest.
fn whole(row: &EngineRow, key: Option<Vec<u8>>) -> Result<Option<Vec<u8>>> {
    let rest: Option<Vec<u8>> = row.try_get("body")?;
    Ok(key.zip(rest).map(|(mut key, rest)| {
        key.extend_from_slice(&rest);
        key
    }))
}

async fn device_row(connection: &mut EngineConnection, id: DeviceId) -> Result<DeviceRow> {
    let row = sqlx::query("SELECT * FROM device WHERE id = $1")
        .bind(id.as_bytes().to_vec())
        .fetch_optional(connection)
        .await?
        .ok_or(StoreError::Missing("this device"))?;
    super::device::device(&row)
}

/// Hashes held at the numbers of the batch that lie before `next`.
async fn held(
    connection: &mut EngineConnection,
    batch: &AppendBatch,
    next: u64,
) -> Result<Vec<(u64, [u8; 32])>> {
    let (Some(first), Some(last)) = (
        batch.records.iter().map(|record| record.seq).min(),
        batch.records.iter().map(|record| record.seq).max(),
    ) else {
        return Ok(Vec::new());
    };
    if first >= next {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(
        "SELECT seq, hash FROM record WHERE device = $1 AND epoch = $2 AND seq BETWEEN $3 AND $4",
    )
    .bind(batch.device.as_bytes().to_vec())
    .bind(i64::from(batch.epoch))
    .bind(int(first)?)
    .bind(int(last)?)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((number(row, "seq")?, bytes(row, "hash")?))).collect()
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

async fn insert(
    connection: &mut EngineConnection,
    batch: &AppendBatch,
    case: CaseId,
    rows: &[(u64, &NewRecord)],
) -> Result<()> {
    let device = batch.device.as_bytes().to_vec();
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        let mut query: QueryBuilder<Engine> = QueryBuilder::new(
            "INSERT INTO record (leaf, hash, device, case_id, epoch, seq, header, signature, received_at) ",
        );
        query.push_values(chunk, |mut row, (leaf, record)| {
            row.push_bind(i64::try_from(*leaf).unwrap_or(i64::MAX)).push_bind(record.hash.to_vec());
            row.push_bind(device.clone()).push_bind(case.as_bytes().to_vec());
            row.push_bind(i64::from(batch.epoch)).push_bind(i64::try_from(record.seq).unwrap_or(i64::MAX));
            row.push_bind(record.header.clone()).push_bind(record.signature.to_vec());
            row.push_bind(batch.received_at.as_micros());
        });
        query.build().execute(&mut *connection).await?;
        let mut query: QueryBuilder<Engine> = QueryBuilder::new("INSERT INTO record_body (leaf, body) ");
        query.push_values(chunk, |mut row, (leaf, record)| {
            row.push_bind(i64::try_from(*leaf).unwrap_or(i64::MAX))
                .push_bind(split_body(&record.body).1.to_vec());
        });
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Chain position and replay job of the records added.
async fn advance(
    connection: &mut EngineConnection,
    batch: &AppendBatch,
    first: u64,
    next: (u64, [u8; 32]),
) -> Result<()> {
    sqlx::query("UPDATE device SET epoch = $2, next_seq = $3, previous = $4, seen_at = $5 WHERE id = $1")
        .bind(batch.device.as_bytes().to_vec())
        .bind(i64::from(batch.epoch))
        .bind(int(next.0)?)
        .bind(next.1.to_vec())
        .bind(batch.received_at.as_micros())
        .execute(&mut *connection)
        .await?;
    job_add(connection, batch, JobKind::Replay, (first, next.0.saturating_sub(1))).await
}

pub(super) async fn job_add(
    connection: &mut EngineConnection,
    batch: &AppendBatch,
    kind: JobKind,
    (first, last): (u64, u64),
) -> Result<()> {
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "INSERT INTO job (id, kind, device, epoch, seq_first, seq_last, state, attempts, ready_at)
         VALUES (coalesce($1, {RANDOM_ID}), $7, $2, $3, $4, $5, 'ready', 0, $6)"
    )))
    // One batch may bring both kinds; the caller names one job only.
    .bind((kind == JobKind::Replay).then(|| batch.job.as_bytes().to_vec()))
    .bind(batch.device.as_bytes().to_vec())
    .bind(i64::from(batch.epoch))
    .bind(int(first)?)
    .bind(int(last)?)
    .bind(batch.received_at.as_micros())
    .bind(kind.as_str())
    .execute(connection)
    .await?;
    Ok(())
}

async fn append(
    connection: &mut EngineConnection,
    hasher: &dyn LogHasher,
    batch: &AppendBatch,
) -> Result<Appended> {
    let device = device_row(connection, batch.device).await?;
    if batch.epoch < device.epoch {
        let stop = Some(Stop::OldEpoch { epoch: device.epoch });
        return Ok(Appended { stop, ..position(connection, &device).await? });
    }
    let start =
        if batch.epoch == device.epoch { (device.next_seq, device.previous) } else { batch.epoch_start };
    let held = held(connection, batch, start.0).await?;
    let split = split(batch, start, &held);
    branch::keep(connection, batch, &split.branch).await?;
    let (Some(first), Some(last)) = (split.added.first(), split.added.last()) else {
        let position = position(connection, &device).await?;
        return Ok(Appended { known: split.known, stop: split.stop, ..position });
    };
    let mut edge = Edge::load(connection).await?;
    let rows: Vec<(u64, &NewRecord)> = split
        .added
        .iter()
        .map(|record| (edge.push(hasher, LeafKind::Record, record.hash), *record))
        .collect();
    insert(connection, batch, device.case, &rows).await?;
    advance(connection, batch, first.seq, split.next).await?;
    let checkpoint = edge.store(connection, hasher, batch.received_at).await?;
    Ok(Appended {
        epoch: batch.epoch,
        durable_seq: Some(last.seq),
        durable_leaf: rows.last().map(|(leaf, _)| *leaf),
        added: rows.len() as u64,
        known: split.known,
        stop: split.stop,
        checkpoint,
    })
}

/// Where a device's record ends, with nothing added.
async fn position(connection: &mut EngineConnection, device: &DeviceRow) -> Result<Appended> {
    let row = sqlx::query(
        "SELECT seq, leaf FROM record WHERE device = $1 AND epoch = $2 ORDER BY seq DESC LIMIT 1",
    )
    .bind(device.id.as_bytes().to_vec())
    .bind(i64::from(device.epoch))
    .fetch_optional(&mut *connection)
    .await?;
    let checkpoint: Option<CheckpointRow> = log::checkpoint_last(connection).await?;
    let (durable_seq, durable_leaf) = match row {
        Some(row) => (Some(number(&row, "seq")?), Some(number(&row, "leaf")?)),
        None => (None, None),
    };
    let epoch = device.epoch;
    Ok(Appended { epoch, durable_seq, durable_leaf, added: 0, known: 0, stop: None, checkpoint })
}

#[async_trait]
impl RecordStore for EngineStore {
    async fn record_append(&self, batch: AppendBatch) -> Result<Appended> {
        self.record_keys.keep(&batch.records).await?;
        let hasher = Arc::clone(&self.hasher);
        self.write(move |connection| Box::pin(async move { append(connection, &*hasher, &batch).await }))
            .await
    }

    async fn record_position(&self, device: DeviceId) -> Result<Appended> {
        // One read transaction, so that the checkpoint is not older than the record beside it.
        self.read(move |connection| {
            Box::pin(async move {
                let row = device_row(connection, device).await?;
                position(connection, &row).await
            })
        })
        .await
    }

    async fn record_get(&self, hash: &[u8; 32]) -> Result<Option<RecordRow>> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{RECORD} WHERE r.hash = $1")))
            .bind(hash.to_vec())
            .fetch_optional(&self.readers)
            .await?;
        Ok(records(self, row.as_slice()).await?.pop())
    }

    async fn record_range(
        &self,
        device: DeviceId,
        epoch: u32,
        first: u64,
        last: u64,
    ) -> Result<Vec<RecordRow>> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!(
            "{RECORD} WHERE r.device = $1 AND r.epoch = $2 AND r.seq BETWEEN $3 AND $4 ORDER BY r.seq"
        )))
        .bind(device.as_bytes().to_vec())
        .bind(i64::from(epoch))
        .bind(int(first)?)
        .bind(int(last)?)
        .fetch_all(&self.readers)
        .await?;
        records(self, &rows).await
    }

    async fn record_by_case(&self, case: CaseId) -> Result<Vec<RecordRow>> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{RECORD} WHERE r.case_id = $1 ORDER BY r.leaf")))
            .bind(case.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        records(self, &rows).await
    }

    async fn branch_range(
        &self,
        device: DeviceId,
        epoch: u32,
        first: u64,
        last: u64,
    ) -> Result<Vec<RecordRow>> {
        branch::range(self, device, epoch, (first, last)).await
    }

    async fn branch_record_get(&self, hash: &[u8; 32]) -> Result<Option<RecordRow>> {
        branch::get(self, hash).await
    }

    async fn fork_list(&self, device: DeviceId) -> Result<Vec<ForkRow>> {
        branch::list(self, device).await
    }
}
