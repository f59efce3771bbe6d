//! Saved filters of the inbox, and its keys.

use async_trait::async_trait;
use proviso_model::ids::OfficerId;

use super::rows::{bytes, number, text, time};
use super::{EngineRow, EngineStore};
use crate::error::{Result, StoreError};
use crate::inbox_filter::{InboxFilterRow, InboxFilterStore};

fn filter(row: &EngineRow) -> Result<InboxFilterRow> {
    Ok(InboxFilterRow {
        officer: OfficerId::from_bytes(bytes(row, "officer")?),
        query: text(row, "query")?,
        shared: number::<i64>(row, "shared")? != 0,
        made_at: time(row, "made_at")?,
    })
}

#[async_trait]
impl InboxFilterStore for EngineStore {
    async fn inbox_filter_list(&self, officer: OfficerId) -> Result<Vec<InboxFilterRow>> {
        let rows = sqlx::query(
            "SELECT f.* FROM inbox_filter f JOIN officer o ON o.id = f.officer
             WHERE f.officer = $1
                OR (f.shared = 1 AND o.disabled_at IS NULL AND o.role = (SELECT role FROM officer WHERE id = $1))
             ORDER BY f.made_at, f.query, f.officer",
        )
        .bind(officer.as_bytes().to_vec())
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(filter).collect()
    }

    async fn inbox_filter_set(&self, row: &InboxFilterRow) -> Result<()> {
        let row = row.clone();
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO inbox_filter (officer, query, shared, made_at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (officer, query) DO UPDATE SET shared = $3",
                )
                .bind(row.officer.as_bytes().to_vec())
                .bind(row.query)
                .bind(i64::from(row.shared))
                .bind(row.made_at.as_micros())
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn inbox_filter_remove(&self, officer: OfficerId, query: &str) -> Result<()> {
        let query = query.to_owned();
        self.write(move |connection| {
            Box::pin(async move {
                let done = sqlx::query("DELETE FROM inbox_filter WHERE officer = $1 AND query = $2")
                    .bind(officer.as_bytes().to_vec())
                    .bind(query)
                    .execute(connection)
                    .await?;
                match done.rows_affected() {
                    0 => Err(StoreError::Missing("this filter")),
                    _ => Ok(()),
                }
            })
        })
        .await
    }

    async fn inbox_single_keys(&self, officer: OfficerId) -> Result<bool> {
        let on: Option<i64> = sqlx::query_scalar("SELECT single_keys FROM inbox_setting WHERE officer = $1")
            .bind(officer.as_bytes().to_vec())
            .fetch_optional(&self.readers)
            .await?;
        Ok(on.is_none_or(|on| on != 0))
    }

    async fn inbox_single_keys_set(&self, officer: OfficerId, on: bool) -> Result<()> {
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO inbox_setting (officer, single_keys) VALUES ($1, $2)
                     ON CONFLICT (officer) DO UPDATE SET single_keys = $2",
                )
                .bind(officer.as_bytes().to_vec())
                .bind(i64::from(on))
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }
}
