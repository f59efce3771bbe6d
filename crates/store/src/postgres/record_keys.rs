//! The database of record keys: what opens one record beside the case's key. It lies apart from the database of the records, so
//! that no backup of those can bring back a record whose key was destroyed.

use std::collections::HashMap;

use sqlx::{PgPool, Row};

use super::rows::{blob, bytes};
use super::{BEGIN_WRITING, EngineConnection, apart};
use crate::destruction::split_body;
use crate::error::{Result, StoreError};
use crate::record::NewRecord;

#[derive(Clone)]
pub(super) struct RecordKeys {
    pool: PgPool,
}

impl RecordKeys {
    /// Ends what a process that was killed while it destroyed keys had left to do.
    pub(super) async fn new(pool: PgPool) -> Result<Self> {
        let keys = Self { pool };
        let due = sqlx::query("SELECT id, part FROM rewrite_due ORDER BY id").fetch_all(&keys.pool).await?;
        for row in &due {
            keys.rewrite(row.try_get("part")?, vec![row.try_get("id")?]).await?;
        }
        Ok(keys)
    }

    /// Keeps the keys of records before the records themselves, so that no record is ever kept without its key. A key
    /// that is there, or was destroyed, stays as it is.
    pub(super) async fn keep<'r>(&self, records: impl Iterator<Item = &'r NewRecord>) -> Result<()> {
        let mut rows: Vec<(Vec<u8>, Vec<u8>)> =
            records.map(|record| (record.hash.to_vec(), split_body(&record.body).0.to_vec())).collect();
        // In one order everywhere: two processes that keep the same keys must not wait for each other.
        rows.sort();
        rows.dedup_by(|one, other| one.0 == other.0);
        let (hashes, keys): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        sqlx::query(
            "INSERT INTO record_key (hash, key) SELECT * FROM unnest($1::bytea[], $2::bytea[])
             ON CONFLICT (hash) DO NOTHING",
        )
        .bind(hashes)
        .bind(keys)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The keys of those records whose key is there.
    pub(super) async fn of(&self, hashes: &[[u8; 32]]) -> Result<HashMap<[u8; 32], Vec<u8>>> {
        if hashes.is_empty() {
            return Ok(HashMap::new());
        }
        let wanted: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.to_vec()).collect();
        let rows = sqlx::query("SELECT hash, key FROM record_key WHERE key IS NOT NULL AND hash = ANY($1)")
            .bind(wanted)
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| Ok((bytes(row, "hash")?, blob(row, "key")?))).collect()
    }

    /// Destroys keys, those never seen included, and writes the parts anew in which they lay.
    pub(super) async fn destroy(&self, hashes: &[[u8; 32]], at_micros: i64) -> Result<()> {
        let mut hashes: Vec<Vec<u8>> = hashes.iter().map(|hash| hash.to_vec()).collect();
        hashes.sort();
        hashes.dedup();
        let due = apart(&self.pool, BEGIN_WRITING, move |connection| {
            Box::pin(async move { empty(connection, hashes, at_micros).await })
        })
        .await?;
        for (part, id) in due {
            self.rewrite(part, vec![id]).await?;
        }
        Ok(())
    }

    /// Writes one part anew with the keys that are there, and lets go of its old file: PostgreSQL overwrites nothing, and a
    /// VACUUM leaves the bytes of what it removed where they were.
    async fn rewrite(&self, part: String, due: Vec<i64>) -> Result<()> {
        // The name comes from the database's own catalogue; it goes into statements all the same.
        if part.strip_prefix("record_key_").is_none_or(|number| number.parse::<u8>().is_err()) {
            return Err(StoreError::Damaged("rewrite_due.part".to_owned()));
        }
        apart(&self.pool, BEGIN_WRITING, move |connection| {
            Box::pin(async move {
                for statement in [
                    format!("LOCK TABLE {part} IN ACCESS EXCLUSIVE MODE"),
                    format!("CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT hash, key, destroyed_at FROM {part}"),
                    format!("TRUNCATE {part}"),
                    format!("INSERT INTO {part} (hash, key, destroyed_at) SELECT hash, key, destroyed_at FROM kept"),
                ] {
                    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *connection).await?;
                }
                sqlx::query("DELETE FROM rewrite_due WHERE id = ANY($1)").bind(due).execute(connection).await?;
                Ok(())
            })
        })
        .await
    }

    /// A connection of its own, for a copy.
    pub(super) async fn connection(&self) -> Result<sqlx::PgConnection> {
        Ok(self.pool.acquire().await?.detach())
    }

    pub(super) async fn close(&self) {
        self.pool.close().await;
    }
}

/// Empties the rows, and notes which parts are to be written anew, in the same transaction: whoever is killed in between is
/// followed by somebody who finds the note.
async fn empty(
    connection: &mut EngineConnection,
    hashes: Vec<Vec<u8>>,
    at_micros: i64,
) -> Result<Vec<(String, i64)>> {
    sqlx::query(
        "INSERT INTO record_key (hash, key, destroyed_at) SELECT hash, NULL, $2 FROM unnest($1::bytea[]) AS given (hash)
         ON CONFLICT (hash) DO UPDATE SET key = NULL, destroyed_at = coalesce(record_key.destroyed_at, $2)",
    )
    .bind(hashes.clone())
    .bind(at_micros)
    .execute(&mut *connection)
    .await?;
    let rows = sqlx::query(
        "INSERT INTO rewrite_due (part)
         SELECT DISTINCT c.relname::text FROM record_key k JOIN pg_class c ON c.oid = k.tableoid WHERE k.hash = ANY($1)
         RETURNING part, id",
    )
    .bind(hashes)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("part")?, row.try_get("id")?))).collect()
}
