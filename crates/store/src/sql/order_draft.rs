//! Orders that are being entered.

use async_trait::async_trait;
use proviso_model::ids::{CaseId, OfficerId, OrderDraftId};

use super::case::{case_insert, order_insert};
use super::rows::{blob, bytes, bytes_maybe, number, parsed, time, time_maybe};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::case::{CaseRow, OrderVersionRow};
use crate::error::{Result, StoreError};
use crate::order_draft::{OrderDraftKind, OrderDraftRow, OrderDraftState, OrderDraftStore};

fn draft(row: &EngineRow) -> Result<OrderDraftRow> {
    Ok(OrderDraftRow {
        id: OrderDraftId::from_bytes(bytes(row, "id")?),
        case: CaseId::from_bytes(bytes(row, "case_id")?),
        kind: parsed(row, "kind", OrderDraftKind::parse)?,
        state: parsed(row, "state", OrderDraftState::parse)?,
        revision: number(row, "revision")?,
        entered_by: OfficerId::from_bytes(bytes(row, "entered_by")?),
        entered_at: time(row, "entered_at")?,
        changed_at: time(row, "changed_at")?,
        checker: bytes_maybe(row, "checker")?.map(OfficerId::from_bytes),
        checked_at: time_maybe(row, "checked_at")?,
        sealed: blob(row, "sealed")?,
        said_sealed: blob(row, "said_sealed")?,
    })
}

async fn put(connection: &mut EngineConnection, row: OrderDraftRow, was: OrderDraftState) -> Result<()> {
    let done = sqlx::query(
        "UPDATE order_draft SET state = $4, revision = $5, changed_at = $6, checker = $7, checked_at = $8, sealed = $9, said_sealed = $10
         WHERE id = $1 AND state = $2 AND revision = $3",
    )
    .bind(row.id.as_bytes().to_vec())
    .bind(was.as_str())
    .bind(i64::from(row.revision) - 1)
    .bind(row.state.as_str())
    .bind(i64::from(row.revision))
    .bind(row.changed_at.as_micros())
    .bind(row.checker.map(|id| id.as_bytes().to_vec()))
    .bind(row.checked_at.map(|at| at.as_micros()))
    .bind(row.sealed)
    .bind(row.said_sealed)
    .execute(connection)
    .await?;
    match done.rows_affected() {
        0 => Err(StoreError::Conflict("this was changed meanwhile")),
        _ => Ok(()),
    }
}

#[async_trait]
impl OrderDraftStore for EngineStore {
    async fn order_draft_add(&self, row: &OrderDraftRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO order_draft (id, case_id, kind, state, revision, entered_by, entered_at, changed_at, checker, checked_at, sealed, said_sealed)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
                )
                .bind(row.id.as_bytes().to_vec())
                .bind(row.case.as_bytes().to_vec())
                .bind(row.kind.as_str())
                .bind(row.state.as_str())
                .bind(i64::from(row.revision))
                .bind(row.entered_by.as_bytes().to_vec())
                .bind(row.entered_at.as_micros())
                .bind(row.changed_at.as_micros())
                .bind(row.checker.map(|id| id.as_bytes().to_vec()))
                .bind(row.checked_at.map(|at| at.as_micros()))
                .bind(row.sealed)
                .bind(row.said_sealed)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn order_draft_get(&self, id: OrderDraftId) -> Result<Option<OrderDraftRow>> {
        let row = sqlx::query("SELECT * FROM order_draft WHERE id = $1")
            .bind(id.as_bytes().to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(draft).transpose()
    }

    async fn order_draft_list(&self, case: Option<CaseId>) -> Result<Vec<OrderDraftRow>> {
        let rows = match case {
            Some(case) => {
                sqlx::query("SELECT * FROM order_draft WHERE case_id = $1 ORDER BY entered_at DESC, id DESC")
                    .bind(case.as_bytes().to_vec())
                    .fetch_all(&self.readers)
                    .await?
            }
            None => {
                sqlx::query(
                    "SELECT * FROM order_draft WHERE state IN ('begun', 'handed-in', 'sent-back') ORDER BY entered_at DESC, id DESC",
                )
                .fetch_all(&self.readers)
                .await?
            }
        };
        rows.iter().map(draft).collect()
    }

    async fn order_draft_put(&self, row: &OrderDraftRow, was: OrderDraftState) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| Box::pin(async move { put(connection, row, was).await })).await
    }

    async fn order_draft_open_case(
        &self,
        row: &OrderDraftRow,
        case: &CaseRow,
        order: &OrderVersionRow,
    ) -> Result<()> {
        let (row, case, order) = (row.clone(), case.clone(), order.clone());
        self.write(move |connection| {
            Box::pin(async move {
                put(connection, row, OrderDraftState::HandedIn).await?;
                case_insert(connection, case).await?;
                order_insert(connection, order, 1).await
            })
        })
        .await
    }
}
