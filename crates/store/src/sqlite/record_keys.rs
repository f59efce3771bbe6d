//! The file of record keys: what opens one record beside the case's key. It lies apart from the database, so that no
//! backup of the database can bring back a record whose key was destroyed.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::open::restrict;
use super::write_in;
use crate::destruction::RECORD_KEY_BYTES;
use crate::error::Result;
use crate::record::NewRecord;

static MIGRATOR: Migrator = sqlx::migrate!("migrations/record-keys");

/// Rows in one INSERT.
const ROWS_PER_STATEMENT: usize = 64;

/// Under this name the readers of the database see the file.
pub(super) const ATTACHED_AS: &str = "record_keys";

pub(super) struct RecordKeys {
    writer: SqlitePool,
}

/// The key that begins a sealed body, and the rest.
pub(super) fn split(body: &[u8]) -> (&[u8], &[u8]) {
    body.split_at(body.len().min(RECORD_KEY_BYTES))
}

impl RecordKeys {
    pub(super) async fn open(path: &Path, busy_timeout_ms: u64) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_millis(busy_timeout_ms))
            // A destroyed key is overwritten, not only unlinked.
            .pragma("secure_delete", "ON")
            .pragma("trusted_schema", "OFF");
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options)
            .await?;
        MIGRATOR.run(&writer).await?;
        restrict(path)?;
        Ok(Self { writer })
    }

    /// Keeps the keys of records before the records themselves, so that no record is ever kept without its key. A key
    /// that is there, or was destroyed, stays as it is.
    pub(super) async fn keep(&self, records: &[NewRecord]) -> Result<()> {
        let rows: Vec<(Vec<u8>, Vec<u8>)> =
            records.iter().map(|record| (record.hash.to_vec(), split(&record.body).0.to_vec())).collect();
        write_in(&self.writer, move |connection| Box::pin(insert(connection, rows))).await
    }

    /// Destroys keys, those never seen included.
    pub(super) async fn destroy(&self, hashes: &[[u8; 32]], at_micros: i64) -> Result<()> {
        let hashes = hashes.to_vec();
        write_in(&self.writer, move |connection| {
            Box::pin(async move {
                for hash in hashes {
                    sqlx::query(
                        "INSERT INTO record_key (hash, key, destroyed_at) VALUES ($1, NULL, $2)
                         ON CONFLICT (hash) DO UPDATE SET key = NULL, destroyed_at = coalesce(destroyed_at, $2)",
                    )
                    .bind(hash.to_vec())
                    .bind(at_micros)
                    .execute(&mut *connection)
                    .await?;
                }
                Ok(())
            })
        })
        .await?;
        // The log of the file still holds the pages as they were.
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await?;
        Ok(())
    }

    pub(super) async fn close(&self) {
        self.writer.close().await;
    }
}

async fn insert(connection: &mut SqliteConnection, rows: Vec<(Vec<u8>, Vec<u8>)>) -> Result<()> {
    for chunk in rows.chunks(ROWS_PER_STATEMENT) {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("INSERT INTO record_key (hash, key) ");
        query.push_values(chunk, |mut row, (hash, key)| {
            row.push_bind(hash.clone()).push_bind(key.clone());
        });
        query.push(" ON CONFLICT (hash) DO NOTHING");
        query.build().execute(&mut *connection).await?;
    }
    Ok(())
}
