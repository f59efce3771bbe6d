//! Records, read back; `append.rs` takes them.

use async_trait::async_trait;
use proviso_model::ids::{CaseId, DeviceId};
use sqlx::Row as _;

use super::rows::{blob, bytes, bytes_maybe, damaged, int, number, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore, RANDOM_ID, branch, log};
use crate::device::DeviceRow;
use crate::error::{Result, StoreError};
use crate::job::JobKind;
use crate::log::CheckpointRow;
use crate::record::{AppendBatch, Appended, ForkRow, RecordRow, RecordStore, ReplayOutcome};

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
pub(super) async fn held(
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

/// Has records opened that no [`AppendBatch::job`] names.
pub(super) async fn job_add(
    connection: &mut EngineConnection,
    batch: &AppendBatch,
    kind: JobKind,
    (first, last): (u64, u64),
) -> Result<()> {
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "INSERT INTO job (id, kind, device, epoch, seq_first, seq_last, state, attempts, ready_at)
         VALUES ({RANDOM_ID}, $1, $2, $3, $4, $5, 'ready', 0, $6)"
    )))
    .bind(kind.as_str())
    .bind(batch.device.as_bytes().to_vec())
    .bind(i64::from(batch.epoch))
    .bind(int(first)?)
    .bind(int(last)?)
    .bind(batch.received_at.as_micros())
    .execute(connection)
    .await?;
    Ok(())
}

/// Where a device's record ends, with nothing added.
pub(super) async fn position(connection: &mut EngineConnection, device: &DeviceRow) -> Result<Appended> {
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
        self.append_with_others(batch).await
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
