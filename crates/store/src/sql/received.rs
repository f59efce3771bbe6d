//! Cases that another force handed over.

use async_trait::async_trait;
use proviso_model::Digest;
use proviso_model::ids::{CaseId, ForceId, TransferId};

use super::case::{case_insert, order_insert};
use super::late::end_insert;
use super::rows::{blob, bytes, int, number, text, time};
use super::shield::shield_insert;
use super::{EngineConnection, EngineRow, EngineStore};
use crate::error::{Result, StoreError};
use crate::received::{ReceivedCase, ReceivedRow, ReceivedStore};

fn received(row: &EngineRow) -> Result<ReceivedRow> {
    Ok(ReceivedRow {
        statement: Digest(bytes(row, "statement")?),
        transfer: TransferId::from_bytes(bytes(row, "transfer")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        from_force: ForceId::from_bytes(bytes(row, "from_force")?),
        from_case: CaseId::from_bytes(bytes(row, "from_case")?),
        made_at: time(row, "made_at")?,
        received_at: time(row, "received_at")?,
        received_by: text(row, "received_by")?,
        facts_bytes: number(row, "facts_bytes")?,
        bundle_bytes: number(row, "bundle_bytes")?,
        sealed: blob(row, "sealed")?,
    })
}

async fn case_of(connection: &mut EngineConnection, new: ReceivedCase) -> Result<()> {
    case_insert(connection, new.case).await?;
    for (order, version) in new.orders.into_iter().zip(1_u32..) {
        order_insert(connection, order, version).await?;
    }
    for end in new.ends {
        end_insert(connection, end).await?;
    }
    for contact in new.shield {
        shield_insert(connection, contact).await?;
    }
    Ok(())
}

async fn is_known(connection: &mut EngineConnection, row: &ReceivedRow) -> Result<bool> {
    // What was destroyed may be handed over once more, in a new file.
    let known: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM received_case r JOIN case_file c ON c.id = r.case_id
         WHERE r.from_force = $1 AND r.from_case = $2 AND c.state <> 'destroyed'",
    )
    .bind(row.from_force.as_bytes().to_vec())
    .bind(row.from_case.as_bytes().to_vec())
    .fetch_one(connection)
    .await?;
    Ok(known > 0)
}

async fn insert(connection: &mut EngineConnection, row: ReceivedRow) -> Result<()> {
    let done = sqlx::query(
        "INSERT INTO received_case (statement, transfer, case_id, from_force, from_case, made_at, received_at,
                                    received_by, facts_bytes, bundle_bytes, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT DO NOTHING",
    )
    .bind(row.statement.0.to_vec())
    .bind(row.transfer.as_bytes().to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.from_force.as_bytes().to_vec())
    .bind(row.from_case.as_bytes().to_vec())
    .bind(row.made_at.as_micros())
    .bind(row.received_at.as_micros())
    .bind(row.received_by)
    .bind(int(row.facts_bytes)?)
    .bind(int(row.bundle_bytes)?)
    .bind(row.sealed)
    .execute(connection)
    .await?;
    match done.rows_affected() {
        0 => Err(StoreError::Conflict("this file was received before")),
        _ => Ok(()),
    }
}

#[async_trait]
impl ReceivedStore for EngineStore {
    async fn received_add(&self, row: &ReceivedRow, case: Option<&ReceivedCase>) -> Result<()> {
        let (row, case) = (row.clone(), case.cloned());
        self.write(move |connection| {
            Box::pin(async move {
                if let Some(new) = case {
                    if is_known(connection, &row).await? {
                        return Err(StoreError::Conflict("another file of this case was received meanwhile"));
                    }
                    case_of(connection, new).await?;
                }
                insert(connection, row).await
            })
        })
        .await
    }

    async fn received_get(&self, statement: &Digest) -> Result<Option<ReceivedRow>> {
        let row = sqlx::query("SELECT * FROM received_case WHERE statement = $1")
            .bind(statement.0.to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(received).transpose()
    }

    async fn received_list(&self, case: CaseId) -> Result<Vec<ReceivedRow>> {
        let rows =
            sqlx::query("SELECT * FROM received_case WHERE case_id = $1 ORDER BY received_at, statement")
                .bind(case.as_bytes().to_vec())
                .fetch_all(&self.readers)
                .await?;
        rows.iter().map(received).collect()
    }

    async fn received_of(&self, force: ForceId, case: CaseId) -> Result<Vec<ReceivedRow>> {
        let rows = sqlx::query(
            "SELECT * FROM received_case WHERE from_force = $1 AND from_case = $2 ORDER BY received_at, statement",
        )
        .bind(force.as_bytes().to_vec())
        .bind(case.as_bytes().to_vec())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(received).collect()
    }
}
