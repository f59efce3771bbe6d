//! Late knowledge.

use async_trait::async_trait;
use proviso_model::Timestamp;
use proviso_model::ids::{CaseId, DeviceId, JobId, OrderEndId};
use proviso_model::order::{OrderEnd, OrderEndKind};
use sqlx::Row;

use super::device::policies_append;
use super::job::job_of_one;
use super::rows::{blob, bytes, bytes_maybe, damaged, number, parsed, text, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::device::PolicyRow;
use crate::error::{Result, StoreError};
use crate::job::JobKind;
use crate::late::{
    FindingFlag, LateStore, OrderEndRow, Outside, OutsideCause, QuarantineRow, QuarantineState,
};

pub(super) fn order_end(row: &EngineRow) -> Result<OrderEndRow> {
    let until: Option<String> = row.try_get("until_on")?;
    Ok(OrderEndRow {
        id: OrderEndId::from_bytes(bytes(row, "id")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        end: OrderEnd {
            kind: parsed(row, "kind", OrderEndKind::parse)?,
            paragraph: row.try_get("paragraph")?,
            from: text(row, "from_on")?.parse().map_err(|_| damaged("from_on"))?,
            until: until.map(|day| day.parse().map_err(|_| damaged("until_on"))).transpose()?,
        },
        entered_at: time(row, "entered_at")?,
        entered_by: text(row, "entered_by")?,
        withdrawn_at: time_maybe(row, "withdrawn_at")?,
        sealed: blob(row, "sealed")?,
    })
}

/// Reads cause and end from two columns; `None` where the cause is null.
pub(super) fn outside(row: &EngineRow, cause: &str, end: &str) -> Result<Option<Outside>> {
    let word: Option<String> = row.try_get(cause)?;
    let Some(word) = word else { return Ok(None) };
    Ok(Some(Outside {
        cause: OutsideCause::parse(&word).ok_or_else(|| damaged(cause))?,
        end: bytes_maybe(row, end)?.map(OrderEndId::from_bytes),
    }))
}

fn quarantine(row: &EngineRow) -> Result<QuarantineRow> {
    Ok(QuarantineRow {
        record: bytes(row, "record")?,
        paragraph: text(row, "paragraph")?,
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        device: DeviceId::from_bytes(bytes(row, "device")?),
        outside: outside(row, "cause", "order_end")?.ok_or_else(|| damaged("cause"))?,
        findings: number(row, "findings")?,
        observed_at: time(row, "observed_at")?,
        held_at: time(row, "held_at")?,
        state: parsed(row, "state", QuarantineState::parse)?,
        reviewed_at: time_maybe(row, "reviewed_at")?,
    })
}

pub(super) async fn quarantine_insert(connection: &mut EngineConnection, row: QuarantineRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO quarantine (record, paragraph, case_id, device, cause, order_end, findings, observed_at, held_at,
                                 state, reviewed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(row.record.to_vec())
    .bind(row.paragraph)
    .bind(row.case.as_bytes().to_vec())
    .bind(row.device.as_bytes().to_vec())
    .bind(row.outside.cause.as_str())
    .bind(row.outside.end.map(|id| id.as_bytes().to_vec()))
    .bind(i64::from(row.findings))
    .bind(row.observed_at.as_micros())
    .bind(row.held_at.as_micros())
    .bind(row.state.as_str())
    .bind(row.reviewed_at.map(Timestamp::as_micros))
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn end_insert(connection: &mut EngineConnection, row: OrderEndRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO order_end (id, case_id, kind, paragraph, from_on, until_on, entered_at, entered_by, withdrawn_at,
                                sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row.id.as_bytes().to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.end.kind.as_str())
    .bind(row.end.paragraph)
    .bind(row.end.from.to_string())
    .bind(row.end.until.map(|day| day.to_string()))
    .bind(row.entered_at.as_micros())
    .bind(row.entered_by)
    .bind(row.withdrawn_at.map(Timestamp::as_micros))
    .bind(row.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

/// One record back to the replay job; gives 1 when it was held.
async fn requeue(
    connection: &mut EngineConnection,
    hash: [u8; 32],
    job: JobId,
    at: Timestamp,
) -> Result<u64> {
    let row = sqlx::query(
        "SELECT device, epoch, seq FROM record WHERE hash = $1 AND destroyed_at IS NULL
         AND EXISTS (SELECT 1 FROM quarantine WHERE record = $1 AND state <> 'erased')",
    )
    .bind(hash.to_vec())
    .fetch_optional(&mut *connection)
    .await?;
    let Some(row) = row else { return Ok(0) };
    for statement in [
        "DELETE FROM quarantine WHERE record = $1",
        "UPDATE record SET kind = NULL, replay = NULL WHERE hash = $1",
    ] {
        sqlx::query(statement).bind(hash.to_vec()).execute(&mut *connection).await?;
    }
    job_of_one(connection, (job, JobKind::Replay), &row, at).await?;
    Ok(1)
}

/// Counts on each alert of a case the findings that are outside the order.
const COUNT_OUTSIDE: &str = "UPDATE alert SET outside = (SELECT count(*) FROM alert_finding j
     JOIN finding f ON f.record = j.record AND f.position = j.position
     WHERE j.alert = alert.id AND f.outside IS NOT NULL) WHERE case_id = $1";

async fn flag(connection: &mut EngineConnection, case: CaseId, flags: Vec<FindingFlag>) -> Result<()> {
    for flag in flags {
        sqlx::query("UPDATE finding SET outside = $3, outside_end = $4 WHERE record = $1 AND position = $2")
            .bind(flag.record.to_vec())
            .bind(i64::from(flag.position))
            .bind(flag.outside.map(|outside| outside.cause.as_str()))
            .bind(flag.outside.and_then(|outside| outside.end).map(|id| id.as_bytes().to_vec()))
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(COUNT_OUTSIDE).bind(case.as_bytes().to_vec()).execute(connection).await?;
    Ok(())
}

#[async_trait]
impl LateStore for EngineStore {
    async fn order_end_add(&self, end: &OrderEndRow, policies: &[PolicyRow]) -> Result<()> {
        let (end, policies) = (end.clone(), policies.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                end_insert(connection, end).await?;
                policies_append(connection, policies).await
            })
        })
        .await
    }

    async fn order_end_change(&self, end: &OrderEndRow, policies: &[PolicyRow]) -> Result<()> {
        let (end, policies) = (end.clone(), policies.to_vec());
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "UPDATE order_end SET until_on = $2, withdrawn_at = $3 WHERE id = $1 AND withdrawn_at IS NULL",
                )
                .bind(end.id.as_bytes().to_vec())
                .bind(end.end.until.map(|day| day.to_string()))
                .bind(end.withdrawn_at.map(Timestamp::as_micros))
                .execute(&mut *connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Missing("an end of the order that is not withdrawn")),
                    _ => policies_append(connection, policies).await,
                }
            })
        })
        .await
    }

    async fn order_end_list(&self, case: CaseId) -> Result<Vec<OrderEndRow>> {
        let rows = sqlx::query("SELECT * FROM order_end WHERE case_id = $1 ORDER BY entered_at, id")
            .bind(case.as_bytes().to_vec())
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(order_end).collect()
    }

    async fn order_end_get(&self, id: OrderEndId) -> Result<Option<OrderEndRow>> {
        let row = sqlx::query("SELECT * FROM order_end WHERE id = $1")
            .bind(id.as_bytes().to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(order_end).transpose()
    }

    async fn quarantine_list(&self, case: Option<CaseId>) -> Result<Vec<QuarantineRow>> {
        let rows = sqlx::query(
            "SELECT * FROM quarantine WHERE $1 IS NULL OR case_id = $1 ORDER BY observed_at, record, paragraph",
        )
        .bind(case.map(|id| id.as_bytes().to_vec()))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(quarantine).collect()
    }

    async fn quarantine_erased(&self, records: &[[u8; 32]], at: Timestamp) -> Result<()> {
        let records = records.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                for hash in records {
                    sqlx::query(
                        "UPDATE quarantine SET state = 'erased', reviewed_at = $2
                         WHERE record = $1 AND state <> 'erased'",
                    )
                    .bind(hash.to_vec())
                    .bind(at.as_micros())
                    .execute(&mut *connection)
                    .await?;
                }
                Ok(())
            })
        })
        .await
    }

    async fn quarantine_requeue(&self, records: &[([u8; 32], JobId)], at: Timestamp) -> Result<u64> {
        let records = records.to_vec();
        self.write(move |connection| {
            Box::pin(async move {
                let mut done = 0;
                for (hash, job) in records {
                    done += requeue(connection, hash, job, at).await?;
                }
                Ok(done)
            })
        })
        .await
    }

    async fn finding_flag(&self, case: CaseId, flags: &[FindingFlag]) -> Result<()> {
        let flags = flags.to_vec();
        self.write(move |connection| Box::pin(flag(connection, case, flags))).await
    }
}
