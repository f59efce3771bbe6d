//! Records of another branch of a chain, kept apart whole: an older copy of a device's disk was put back, or copied.

use proviso_model::ids::DeviceId;

use super::device_notice;
use super::record::{job_add, records};
use super::rows::{bytes, int, number, time};
use super::{EngineConnection, EngineStore};
use crate::destruction::split_body;
use crate::device_notice::{DeviceNoticeKind, NewDeviceNotice};
use crate::error::Result;
use crate::job::JobKind;
use crate::record::{AppendBatch, ForkRow, NewRecord, RecordRow};

/// A record kept apart, in the columns of one that is not. It has no leaf.
const BRANCH: &str = "SELECT CAST(0 AS BIGINT) AS leaf, f.hash, f.device, d.case_id, f.epoch, f.seq, f.header, f.signature, f.received_at,
    f.kind, f.replay, NULL AS destroyed_at, NULL AS destroyed_why, NULL AS certificate, f.body FROM fork f
    JOIN device d ON d.id = f.device";

/// The first record and those that follow it without a break.
pub(super) fn of(records: &[NewRecord]) -> Vec<&NewRecord> {
    let mut branch: Vec<&NewRecord> = Vec::new();
    for record in records {
        let follows = branch
            .last()
            .is_none_or(|last| record.previous == last.hash && record.seq == last.seq.saturating_add(1));
        if !follows {
            break;
        }
        branch.push(record);
    }
    branch
}

/// Keeps the other branch apart, has it opened, and tells once.
pub(super) async fn keep(
    connection: &mut EngineConnection,
    batch: &AppendBatch,
    branch: &[&NewRecord],
) -> Result<()> {
    let mut new = 0;
    for record in branch {
        new += keep_fork(connection, batch, record).await?;
    }
    if let (true, Some(first), Some(last)) = (new > 0, branch.first(), branch.last()) {
        let kind = DeviceNoticeKind::Fork;
        let told = NewDeviceNotice {
            device: batch.device,
            kind,
            at: batch.received_at,
            epoch: Some(batch.epoch),
            seq: Some(first.seq),
            mark: first.hash,
        };
        device_notice::add(connection, told).await?;
        job_add(connection, batch, JobKind::ReplayBranch, (first.seq, last.seq)).await?;
    }
    Ok(())
}

/// Keeps one record apart; gives 1 when it was not kept yet.
async fn keep_fork(connection: &mut EngineConnection, batch: &AppendBatch, fork: &NewRecord) -> Result<u64> {
    let done = sqlx::query(
        "INSERT INTO fork (hash, device, epoch, seq, header, signature, body, received_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (hash) DO NOTHING",
    )
    .bind(fork.hash.to_vec())
    .bind(batch.device.as_bytes().to_vec())
    .bind(i64::from(batch.epoch))
    .bind(int(fork.seq)?)
    .bind(fork.header.clone())
    .bind(fork.signature.to_vec())
    .bind(split_body(&fork.body).1.to_vec())
    .bind(batch.received_at.as_micros())
    .execute(&mut *connection)
    .await?;
    Ok(done.rows_affected())
}

/// Records kept apart, by number.
pub(super) async fn range(
    store: &EngineStore,
    device: DeviceId,
    epoch: u32,
    (first, last): (u64, u64),
) -> Result<Vec<RecordRow>> {
    let select =
        format!("{BRANCH} WHERE f.device = $1 AND f.epoch = $2 AND f.seq BETWEEN $3 AND $4 ORDER BY f.seq");
    let rows = sqlx::query(sqlx::AssertSqlSafe(select))
        .bind(device.as_bytes().to_vec())
        .bind(i64::from(epoch))
        .bind(int(first)?)
        .bind(int(last)?)
        .fetch_all(&store.readers)
        .await?;
    records(store, &rows).await
}

/// One record kept apart.
pub(super) async fn get(store: &EngineStore, hash: &[u8; 32]) -> Result<Option<RecordRow>> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!("{BRANCH} WHERE f.hash = $1")))
        .bind(hash.to_vec())
        .fetch_optional(&store.readers)
        .await?;
    Ok(records(store, row.as_slice()).await?.pop())
}

/// What is kept apart of a device.
pub(super) async fn list(store: &EngineStore, device: DeviceId) -> Result<Vec<ForkRow>> {
    let select = "SELECT epoch, seq, hash, received_at FROM fork WHERE device = $1 ORDER BY epoch, seq";
    let rows = sqlx::query(select).bind(device.as_bytes().to_vec()).fetch_all(&store.readers).await?;
    let fork = |row| {
        Ok(ForkRow {
            epoch: number(row, "epoch")?,
            seq: number(row, "seq")?,
            hash: bytes(row, "hash")?,
            received_at: time(row, "received_at")?,
        })
    };
    rows.iter().map(fork).collect()
}
