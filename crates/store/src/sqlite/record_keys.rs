//! The file of record keys: what opens one record beside the case's key. It lies apart from the database, so that no
//! backup of the database can bring back a record whose key was destroyed.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::open::restrict;
use super::rows::{blob, bytes};
use super::{Synced, write_in};
use crate::destruction::split_body;
use crate::error::Result;
use crate::migration;
use crate::record::NewRecord;

/// Connections for reading.
const READERS: u32 = 2;

/// Rows in one INSERT.
const ROWS_PER_STATEMENT: usize = 64;

/// Hashes in one SELECT.
const HASHES_PER_STATEMENT: usize = 512;

#[derive(Clone)]
pub(super) struct RecordKeys {
    writer: SqlitePool,
    readers: SqlitePool,
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
            .connect_with(options.clone())
            .await?;
        migration::SQLITE_RECORD_KEYS.run(&writer).await?;
        restrict(path)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.create_if_missing(false).pragma("query_only", "ON"))
            .await?;
        Ok(Self { writer, readers })
    }

    /// Keeps the keys of records before the records themselves, so that no record is ever kept without its key. A key
    /// that is there, or was destroyed, stays as it is.
    pub(super) async fn keep<'r>(&self, records: impl Iterator<Item = &'r NewRecord>) -> Result<()> {
        let rows: Vec<(Vec<u8>, Vec<u8>)> =
            records.map(|record| (record.hash.to_vec(), split_body(&record.body).0.to_vec())).collect();
        write_in(&self.writer, Synced::Now, move |connection| Box::pin(insert(connection, rows))).await
    }

    /// The keys of those records whose key is there.
    pub(super) async fn of(&self, hashes: &[[u8; 32]]) -> Result<HashMap<[u8; 32], Vec<u8>>> {
        let mut keys = HashMap::with_capacity(hashes.len());
        for chunk in hashes.chunks(HASHES_PER_STATEMENT) {
            let mut query: QueryBuilder<Sqlite> =
                QueryBuilder::new("SELECT hash, key FROM record_key WHERE key IS NOT NULL AND hash IN (");
            let mut listed = query.separated(", ");
            for hash in chunk {
                listed.push_bind(hash.to_vec());
            }
            query.push(")");
            for row in query.build().fetch_all(&self.readers).await? {
                keys.insert(bytes(&row, "hash")?, blob(&row, "key")?);
            }
        }
        Ok(keys)
    }

    /// Destroys keys, those never seen included.
    pub(super) async fn destroy(&self, hashes: &[[u8; 32]], at_micros: i64) -> Result<()> {
        let hashes = hashes.to_vec();
        write_in(&self.writer, Synced::Now, move |connection| {
            Box::pin(async move {
                for hash in hashes {
                    sqlx::query(
                        "INSERT INTO record_key (hash, key, destroyed_at) VALUES ($1, NULL, $2)
                         ON CONFLICT (hash) DO UPDATE SET key = NULL, destroyed_at = coalesce(record_key.destroyed_at, $2)",
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
        self.readers.close().await;
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
