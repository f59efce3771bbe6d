//! The log on SQLite.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use proviso_model::Timestamp;
use sqlx::SqliteConnection;

use super::SqliteStore;
use super::edge::{self, Edge};
use super::rows::{number, text, time};
use crate::error::Result;
use crate::log::{CheckpointRow, LogStore};

pub(super) async fn checkpoint_last(connection: &mut SqliteConnection) -> Result<Option<CheckpointRow>> {
    let row = sqlx::query("SELECT size, signed_at, note FROM checkpoint ORDER BY size DESC LIMIT 1")
        .fetch_optional(connection)
        .await?;
    row.map(|row| {
        Ok(CheckpointRow {
            size: number(&row, "size")?,
            signed_at: time(&row, "signed_at")?,
            note: text(&row, "note")?,
        })
    })
    .transpose()
}

#[async_trait]
impl LogStore for SqliteStore {
    async fn log_size(&self) -> Result<u64> {
        edge::size(&mut *self.readers.acquire().await?).await
    }

    async fn log_nodes(&self, wanted: &[(u32, u64)]) -> Result<HashMap<(u32, u64), [u8; 32]>> {
        edge::nodes(&mut *self.readers.acquire().await?, wanted).await
    }

    async fn checkpoint_add(&self, at: Timestamp) -> Result<Option<CheckpointRow>> {
        let hasher = Arc::clone(&self.hasher);
        self.write(move |connection| {
            Box::pin(async move {
                let size = edge::size(connection).await?;
                match checkpoint_last(connection).await? {
                    Some(last) if last.size == size => Ok(Some(last)),
                    _ if size == 0 => Ok(None),
                    _ => Edge::load(connection).await?.store(connection, &*hasher, at).await,
                }
            })
        })
        .await
    }

    async fn checkpoint_last(&self) -> Result<Option<CheckpointRow>> {
        checkpoint_last(&mut *self.readers.acquire().await?).await
    }
}
