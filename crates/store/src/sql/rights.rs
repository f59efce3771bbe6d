//! What people ask of the force about the data that it holds of them.

use std::collections::HashMap;

use async_trait::async_trait;
use proviso_model::ids::{CaseId, OfficerId, RightsRequestId};
use sqlx::Row as _;

use super::rows::{blob, bytes, bytes_maybe, number, parsed, text, time};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::error::{Result, StoreError};
use crate::rights::{RightsActKind, RightsActRow, RightsKind, RightsRequestRow, RightsStore};

fn request(row: &EngineRow) -> Result<RightsRequestRow> {
    Ok(RightsRequestRow {
        id: RightsRequestId::from_bytes(bytes(row, "id")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        kind: parsed(row, "kind", RightsKind::parse)?,
        received_on: text(row, "received_on")?,
        due_on: text(row, "due_on")?,
        entered_at: time(row, "entered_at")?,
        entered_by: text(row, "entered_by")?,
        record: bytes_maybe(row, "record")?,
        sealed: blob(row, "sealed")?,
    })
}

fn act(row: &EngineRow) -> Result<RightsActRow> {
    Ok(RightsActRow {
        request: RightsRequestId::from_bytes(bytes(row, "request")?),
        position: number(row, "position")?,
        kind: parsed(row, "kind", RightsActKind::parse)?,
        at: time(row, "done_at")?,
        by: text(row, "done_by")?,
        officer: bytes_maybe(row, "officer")?.map(OfficerId::from_bytes),
        due_on: row.try_get("due_on")?,
        sealed: blob(row, "sealed")?,
    })
}

/// Adds a request; one that came in a record once.
pub(super) async fn request_insert(connection: &mut EngineConnection, row: RightsRequestRow) -> Result<()> {
    sqlx::query(
        "INSERT INTO rights_request
         (id, case_id, kind, received_on, due_on, entered_at, entered_by, record, sealed)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
    )
    .bind(row.id.as_bytes().to_vec())
    .bind(row.case.as_bytes().to_vec())
    .bind(row.kind.as_str())
    .bind(row.received_on)
    .bind(row.due_on)
    .bind(row.entered_at.as_micros())
    .bind(row.entered_by)
    .bind(row.record.map(|hash| hash.to_vec()))
    .bind(row.sealed)
    .execute(connection)
    .await?;
    Ok(())
}

#[async_trait]
impl RightsStore for EngineStore {
    async fn rights_add(&self, row: &RightsRequestRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| Box::pin(async move { request_insert(connection, row).await })).await
    }

    async fn rights_act_add(&self, row: &RightsActRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query(
                    "INSERT INTO rights_act (request, position, kind, done_at, done_by, officer, due_on, sealed)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (request, position) DO NOTHING",
                )
                .bind(row.request.as_bytes().to_vec())
                .bind(i64::from(row.position))
                .bind(row.kind.as_str())
                .bind(row.at.as_micros())
                .bind(row.by)
                .bind(row.officer.map(|id| id.as_bytes().to_vec()))
                .bind(row.due_on)
                .bind(row.sealed)
                .execute(connection)
                .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Conflict("something else was done about this request meanwhile")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn rights_list(&self, case: Option<CaseId>) -> Result<Vec<(RightsRequestRow, Vec<RightsActRow>)>> {
        let of_case = match case {
            Some(_) => "WHERE r.case_id = $1",
            None => "",
        };
        let requests = format!("SELECT * FROM rights_request r {of_case} ORDER BY entered_at, id");
        let acts = format!(
            "SELECT a.* FROM rights_act a JOIN rights_request r ON r.id = a.request {of_case}
             ORDER BY a.request, a.position"
        );
        let mut found = Vec::new();
        for statement in [requests, acts] {
            let query = sqlx::query(sqlx::AssertSqlSafe(statement));
            let query = match case {
                Some(case) => query.bind(case.as_bytes().to_vec()),
                None => query,
            };
            found.push(query.fetch_all(&self.readers).await?);
        }
        let (acts, requests) = (found.pop().unwrap_or_default(), found.pop().unwrap_or_default());
        let mut by_request: HashMap<RightsRequestId, Vec<RightsActRow>> = HashMap::new();
        for row in &acts {
            let act = act(row)?;
            by_request.entry(act.request).or_default().push(act);
        }
        let with_acts = |row: &EngineRow| {
            let request = request(row)?;
            let acts = by_request.remove(&request.id).unwrap_or_default();
            Ok((request, acts))
        };
        requests.iter().map(with_acts).collect()
    }
}
