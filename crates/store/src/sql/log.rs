//! The log.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use proviso_model::Timestamp;

use super::edge::{self, Edge};
use super::rows::{bytes, damaged, int, number, text, time};
use super::{EngineConnection, EngineRow, EngineStore};
use crate::error::Result;
use crate::log::{CheckpointRow, LeafKind, LogStore};

pub(super) async fn checkpoint_last(connection: &mut EngineConnection) -> Result<Option<CheckpointRow>> {
    let row = sqlx::query("SELECT size, signed_at, note FROM checkpoint ORDER BY size DESC LIMIT 1")
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(checkpoint).transpose()
}

fn checkpoint(row: &EngineRow) -> Result<CheckpointRow> {
    Ok(CheckpointRow {
        size: number(row, "size")?,
        signed_at: time(row, "signed_at")?,
        note: text(row, "note")?,
    })
}

#[async_trait]
impl LogStore for EngineStore {
    async fn log_size(&self) -> Result<u64> {
        edge::size(&mut *self.readers.acquire().await?).await
    }

    async fn log_leaves(&self, first: u64, limit: u32) -> Result<Vec<(u64, LeafKind, [u8; 32])>> {
        let rows =
            sqlx::query("SELECT leaf, kind, hash FROM log_leaf WHERE leaf >= $1 ORDER BY leaf LIMIT $2")
                .bind(int(first)?)
                .bind(i64::from(limit))
                .fetch_all(&self.readers)
                .await?;
        let leaf = |row: &EngineRow| {
            let kind = LeafKind::from_byte(number(row, "kind")?).ok_or_else(|| damaged("kind"))?;
            Ok((number(row, "leaf")?, kind, bytes(row, "hash")?))
        };
        rows.iter().map(leaf).collect()
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

    async fn checkpoint_list(&self, size: u64, limit: u32) -> Result<Vec<CheckpointRow>> {
        let select = "SELECT size, signed_at, note FROM checkpoint WHERE size >= $1 ORDER BY size LIMIT $2";
        let rows =
            sqlx::query(select).bind(int(size)?).bind(i64::from(limit)).fetch_all(&self.readers).await?;
        rows.iter().map(checkpoint).collect()
    }

    async fn checkpoint_given_add(&self, size: u64, at: Timestamp) -> Result<()> {
        let (size, at) = (int(size)?, at.as_micros());
        self.write(move |connection| {
            Box::pin(async move {
                sqlx::query(
                    "INSERT INTO checkpoint_given (size, given_at) VALUES ($1, $2)
                     ON CONFLICT (size) DO UPDATE SET given_at = excluded.given_at
                     WHERE excluded.given_at > checkpoint_given.given_at",
                )
                .bind(size)
                .bind(at)
                .execute(connection)
                .await?;
                Ok(())
            })
        })
        .await
    }

    async fn checkpoint_given_list(&self) -> Result<Vec<u64>> {
        let select = "SELECT size FROM checkpoint_given ORDER BY given_at DESC, size DESC";
        let rows = sqlx::query(select).fetch_all(&self.readers).await?;
        rows.iter().map(|row| number(row, "size")).collect()
    }
}
