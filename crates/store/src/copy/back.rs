//! The other way: a PostgreSQL database, as it is at one moment, into a new SQLite file. That is what a backup holds, whatever it was
//! made of: it is checked with one code, and put back on either engine.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, PgConnection, Row as _, SqliteConnection};

use super::table::{Table, hash};
use crate::error::{Result, StoreError};
use crate::postgres::DERIVED;
use crate::sqlite::restrict;

/// One state of the database for all that is read.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Writes the file, reads it back, and compares both sides. What follows from the names of cases stays behind ([`DERIVED`]).
///
/// # Errors
/// [`StoreError`], also when the file exists.
pub(crate) async fn copy_back(mut from: PgConnection, to: &Path, schema: &'static Migrator) -> Result<()> {
    // A file that is made here and nowhere else; it is flushed by whoever writes it into a manifest.
    std::fs::File::create_new(to).map_err(|error| StoreError::Database(sqlx::Error::Io(error)))?;
    restrict(to)?;
    let options = SqliteConnectOptions::new()
        .filename(to)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off)
        .foreign_keys(false);
    let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    schema.run(&pool).await?;
    let mut file = pool.acquire().await?.detach();
    let tables = Table::all(&mut file).await?;
    sqlx::raw_sql(BEGIN).execute(&mut from).await?;
    for table in tables.iter().filter(|table| !DERIVED.contains(&table.name.as_str())) {
        one(table, &mut from, &mut file).await?;
    }
    go_on_counting(&mut from, &mut file).await?;
    file.close().await?;
    // Nothing was written there; its end is of no interest.
    let _ = from.close().await;
    Ok(())
}

async fn one(table: &Table, from: &mut PgConnection, file: &mut SqliteConnection) -> Result<()> {
    let (mut theirs, mut after) = (Sha256::new(), None);
    let mut writing = file.begin().await?;
    loop {
        let page = table.of_postgres(from, after.as_ref()).await?;
        for row in &page {
            hash(&mut theirs, row);
            table.insert_into_sqlite(&mut writing, row).await?;
        }
        match page.into_iter().next_back() {
            Some(last) if table.has_key() => after = Some(last),
            _ => break,
        }
    }
    writing.commit().await?;
    let (mut ours, mut after) = (Sha256::new(), None);
    loop {
        let page = table.of_sqlite(file, after.as_ref()).await?;
        page.iter().for_each(|row| hash(&mut ours, row));
        match page.into_iter().next_back() {
            Some(last) if table.has_key() => after = Some(last),
            _ => break,
        }
    }
    if ours.finalize() == theirs.finalize() {
        return Ok(());
    }
    Err(StoreError::Damaged(format!("table {} reads back from the copy as something else", table.name)))
}

/// The next number that the file gives by itself is above every one that the database gave.
async fn go_on_counting(from: &mut PgConnection, file: &mut SqliteConnection) -> Result<()> {
    let counted: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%' ORDER BY name",
    )
    .fetch_all(&mut *file)
    .await?;
    for table in counted {
        let row = sqlx::query(
            "SELECT coalesce(s.last_value, 0) AS last FROM pg_sequences s
             WHERE quote_ident(s.schemaname) || '.' || quote_ident(s.sequencename) = pg_get_serial_sequence($1, 'id')",
        )
        .bind(&table)
        .fetch_one(&mut *from)
        .await?;
        let last: i64 = row.try_get("last")?;
        sqlx::query("DELETE FROM sqlite_sequence WHERE name = $1").bind(&table).execute(&mut *file).await?;
        sqlx::query("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)")
            .bind(&table)
            .bind(last)
            .execute(&mut *file)
            .await?;
    }
    Ok(())
}
