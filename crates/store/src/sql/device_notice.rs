//! Notices about devices.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId, DeviceNoticeId, OfficerId};
use sqlx::Row;

use super::opened::notify;
use super::rows::{bytes, bytes_maybe, damaged, int, parsed, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore, RANDOM_ID};
use crate::alert::NotificationKind;
use crate::device_notice::{
    DeviceNoticeKind, DeviceNoticeRow, DeviceNoticeState, DeviceNoticeStore, DeviceRun, NewDeviceNotice,
};
use crate::error::{Result, StoreError};

pub(super) fn notice(row: &EngineRow) -> Result<DeviceNoticeRow> {
    let epoch: Option<i64> = row.try_get("epoch")?;
    let seq: Option<i64> = row.try_get("seq")?;
    Ok(DeviceNoticeRow {
        id: DeviceNoticeId::from_bytes(bytes(row, "id")?),
        device: DeviceId::from_bytes(bytes(row, "device")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        kind: parsed(row, "kind", DeviceNoticeKind::parse)?,
        at: time(row, "at")?,
        epoch: epoch.map(u32::try_from).transpose().map_err(|_| damaged("epoch"))?,
        seq: seq.map(u64::try_from).transpose().map_err(|_| damaged("seq"))?,
        state: parsed(row, "state", DeviceNoticeState::parse)?,
        seen_at: time_maybe(row, "seen_at")?,
        officer: bytes_maybe(row, "officer")?.map(OfficerId::from_bytes),
        sealed: row.try_get("sealed")?,
    })
}

/// Adds a notice; `false` when this event is known.
pub(super) async fn add(connection: &mut EngineConnection, new: NewDeviceNotice) -> Result<bool> {
    let row = sqlx::query(sqlx::AssertSqlSafe(format!(
        "INSERT INTO device_notice (id, device, case_id, kind, at, epoch, seq, mark, state)
         SELECT {RANDOM_ID}, id, case_id, $2, $3, $4, $5, $6, 'open' FROM device WHERE id = $1
         ON CONFLICT (device, kind, mark) DO NOTHING RETURNING case_id"
    )))
    .bind(new.device.as_bytes().to_vec())
    .bind(new.kind.as_str())
    .bind(new.at.as_micros())
    .bind(new.epoch.map(i64::from))
    .bind(new.seq.map(int).transpose()?)
    .bind(new.mark.to_vec())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let case = CaseId::from_bytes(bytes(&row, "case_id")?);
    notify(connection, NotificationKind::DeviceNotice, case, None, new.at).await?;
    Ok(true)
}

async fn run_seen(connection: &mut EngineConnection, run: DeviceRun) -> Result<bool> {
    let device = run.device.as_bytes().to_vec();
    let new =
        |kind, mark| NewDeviceNotice { device: run.device, kind, at: run.now, epoch: None, seq: None, mark };
    let mut told = false;
    if let Some(machine) = run.machine {
        let others: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM device_run WHERE device = $1 AND machine IS NOT NULL AND machine <> $2",
        )
        .bind(device.clone())
        .bind(machine.to_vec())
        .fetch_one(&mut *connection)
        .await?;
        if others > 0 {
            told |= add(connection, new(DeviceNoticeKind::OtherMachine, machine)).await?;
        }
    }
    let first_at: Option<i64> =
        sqlx::query_scalar("SELECT first_at FROM device_run WHERE device = $1 AND run = $2")
            .bind(device.clone())
            .bind(run.run.to_vec())
            .fetch_optional(&mut *connection)
            .await?;
    if let Some(first_at) = first_at {
        let later: Option<Vec<u8>> = sqlx::query_scalar(
            "SELECT run FROM device_run WHERE device = $1 AND run <> $2 AND first_at > $3 AND first_at < $4
             ORDER BY first_at LIMIT 1",
        )
        .bind(device.clone())
        .bind(run.run.to_vec())
        .bind(first_at)
        .bind(run.asked_at.as_micros())
        .fetch_optional(&mut *connection)
        .await?;
        if let Some(later) = later {
            let mut mark = [0; 32];
            mark.iter_mut().zip(run.run.iter().chain(&later)).for_each(|(to, from)| *to = *from);
            told |= add(connection, new(DeviceNoticeKind::TwoAtOnce, mark)).await?;
        }
    }
    sqlx::query(
        "INSERT INTO device_run (device, run, machine, first_at, last_at) VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT (device, run) DO UPDATE SET last_at = excluded.last_at",
    )
    .bind(device)
    .bind(run.run.to_vec())
    .bind(run.machine.map(|machine| machine.to_vec()))
    .bind(run.now.as_micros())
    .execute(connection)
    .await?;
    Ok(told)
}

impl EngineStore {
    /// Notes a run that is the newest on the one machine, as nearly every ping is: nothing is to be told, and nobody waits for a turn.
    async fn run_goes_on(&self, run: &DeviceRun) -> Result<bool> {
        let (device, name) = (run.device.as_bytes().to_vec(), run.run.to_vec());
        let goes_on: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM device_run own WHERE own.device = $1 AND own.run = $2
             AND NOT EXISTS (SELECT 1 FROM device_run other WHERE other.device = $1
                 AND (other.first_at > own.first_at OR other.machine IS NOT NULL AND other.machine <> $3))",
        )
        .bind(device.clone())
        .bind(name.clone())
        .bind(run.machine.map(|machine| machine.to_vec()))
        .fetch_one(&self.readers)
        .await?;
        if goes_on == 0 {
            return Ok(false);
        }
        let now = run.now.as_micros();
        self.write_repeatable(move |connection| {
            Box::pin(async move {
                sqlx::query("UPDATE device_run SET last_at = $3 WHERE device = $1 AND run = $2")
                    .bind(device)
                    .bind(name)
                    .bind(now)
                    .execute(connection)
                    .await?;
                Ok(true)
            })
        })
        .await
    }
}

#[async_trait]
impl DeviceNoticeStore for EngineStore {
    async fn device_notice_add(&self, new: NewDeviceNotice) -> Result<bool> {
        self.write(move |connection| Box::pin(add(connection, new))).await
    }

    async fn device_notice_list(
        &self,
        case: Option<CaseId>,
        officer: Option<OfficerId>,
        open_only: bool,
    ) -> Result<Vec<DeviceNoticeRow>> {
        let rows = sqlx::query(
            "SELECT n.* FROM device_notice n JOIN case_file c ON c.id = n.case_id
             WHERE ($1 IS NULL OR n.case_id = $1) AND ($2 IS NULL OR c.officer = $2)
             AND (NOT $3 OR n.state = 'open') AND c.state <> 'destroyed' ORDER BY n.at DESC, n.id",
        )
        .bind(case.map(|id| id.as_bytes().to_vec()))
        .bind(officer.map(|id| id.as_bytes().to_vec()))
        .bind(open_only)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(notice).collect()
    }

    async fn device_notice_get(&self, id: DeviceNoticeId) -> Result<Option<DeviceNoticeRow>> {
        let row = sqlx::query("SELECT * FROM device_notice WHERE id = $1")
            .bind(id.as_bytes().to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(notice).transpose()
    }

    async fn device_notice_seen(
        &self,
        id: DeviceNoticeId,
        officer: OfficerId,
        now: Timestamp,
        sealed: &[u8],
    ) -> Result<()> {
        let sealed = sealed.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let row = sqlx::query(
                    "UPDATE device_notice SET state = 'seen', seen_at = $2, officer = $3, sealed = $4
                     WHERE id = $1 AND state = 'open' RETURNING case_id",
                )
                .bind(id.as_bytes().to_vec())
                .bind(now.as_micros())
                .bind(officer.as_bytes().to_vec())
                .bind(sealed)
                .fetch_optional(&mut *connection)
                .await?
                .ok_or(StoreError::Conflict("somebody has marked this as seen already"))?;
                let case = CaseId::from_bytes(bytes(&row, "case_id")?);
                notify(connection, NotificationKind::DeviceNotice, case, None, now).await
            })
        })
        .await
    }

    async fn device_run_seen(&self, run: DeviceRun) -> Result<bool> {
        if self.run_goes_on(&run).await? {
            return Ok(false);
        }
        self.write(move |connection| Box::pin(run_seen(connection, run))).await
    }
}
