//! A move from SQLite to PostgreSQL: every row of every table, in pages, then a comparison of both sides row by row.
//!
//! The source is held for writing meanwhile, so that it stays as it is. A copy that was stopped goes on after the last row of each
//! table, for rows are copied in the order of their keys; whether that was right is what the comparison at the end shows.

mod back;
mod table;

use std::path::Path;

use sha2::{Digest as _, Sha256};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, SqliteConnection};

use crate::error::StoreError;
use crate::migration;
use crate::postgres::{CopiedInto, PostgresOptions, PostgresStore};
use crate::sqlite::{SqliteOptions, SqliteStore};
pub(crate) use back::copy_back;
use table::{Table, hash};

/// What is being done to which table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyProgress<'t> {
    /// The table.
    pub table: &'t str,
    /// Whether rows are compared now, after all were copied.
    pub is_comparing: bool,
    /// Rows done in this step, those of all tables together.
    pub rows: u64,
    /// Rows there are.
    pub rows_all: u64,
}

/// A table that is the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// SHA-256 over all its values in the order of its key, of both sides.
    pub sha256: [u8; 32],
}

/// Why a store was not copied. The source is as it was; the copy is refused by `serve` until it is whole.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// A database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is nothing to copy.
    #[error("{path} is not there; name the data folder whose SQLite database is to be copied")]
    NoSource {
        /// The file.
        path: String,
    },
    /// The source has another schema.
    #[error(
        "{path} has schema {found} and this program needs {known}; run `proviso-server migrate` on it first, with no `store` in the \
         settings"
    )]
    OldSource {
        /// The file.
        path: String,
        /// Its schema.
        found: i64,
        /// The schema needed.
        known: i64,
    },
    /// Something else is there already.
    #[error("{place} holds rows that this copy did not bring; copy into a database that is empty")]
    NotEmpty {
        /// The database, without a password.
        place: String,
    },
    /// Another source was being copied.
    #[error(
        "a copy of {other} into {place} has not come to its end; finish that, or make an empty database for this one"
    )]
    OtherSource {
        /// The database, without a password.
        place: String,
        /// What was being copied.
        other: String,
    },
    /// Somebody else copies.
    #[error("another copy into {place} is under way; wait for it")]
    UnderWay {
        /// The database, without a password.
        place: String,
    },
    /// The two sides are not the same.
    #[error(
        "the copy differs from {path} in table {table}, {row}; was the source written to between two runs? Make an empty database \
         and copy again"
    )]
    Differs {
        /// The source.
        path: String,
        /// The table.
        table: String,
        /// Which row.
        row: String,
    },
}

impl From<sqlx::Error> for CopyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

type Tell<'t> = &'t mut (dyn FnMut(&CopyProgress<'_>) + Send);

/// One database of the two, on both sides.
struct Side<'s> {
    path: &'s Path,
    source: SqliteConnection,
    copy: PgConnection,
    tables: Vec<Table>,
    rows_all: u64,
}

/// Copies a store with its record keys, compares, and says what is the same. Started again after it was stopped, it goes on.
///
/// # Errors
/// [`CopyError`].
pub async fn copy_store(
    source: &SqliteOptions,
    target: &PostgresOptions,
    tell: Tell<'_>,
) -> Result<Vec<Copied>, CopyError> {
    let database = open_source(&source.path, Some(SqliteStore::schema_known())).await?;
    let keys = open_source(&source.record_keys, None).await?;
    let place = target.database.to_string();
    let path = source.path.display().to_string();
    let mut under_way = CopiedInto::open(target).await?;
    if !under_way.claim().await? {
        return Err(CopyError::UnderWay { place });
    }
    match under_way.begun().await? {
        Some(other) if other != path => return Err(CopyError::OtherSource { place, other }),
        Some(_) => {}
        None if under_way.is_empty().await? => under_way.begin(&path).await?,
        None => return Err(CopyError::NotEmpty { place }),
    }
    // Keys first, so that no record is ever there without its key.
    let mut sides = [
        Side::new(&source.record_keys, keys, under_way.record_keys().await?).await?,
        Side::new(&source.path, database, under_way.database().await?).await?,
    ];
    for side in &mut sides {
        side.fill(tell).await?;
    }
    let mut same = Vec::new();
    for side in &mut sides {
        same.extend(side.compare(tell).await?);
    }
    under_way.end().await?;
    for side in sides {
        side.source.close().await?;
        side.copy.close().await?;
    }
    Ok(same)
}

/// Opens a file of the source and holds it, so that nobody writes to it meanwhile.
async fn open_source(path: &Path, known: Option<i64>) -> Result<SqliteConnection, CopyError> {
    if !path.exists() {
        return Err(CopyError::NoSource { path: path.display().to_string() });
    }
    let options = SqliteConnectOptions::new().filename(path).foreign_keys(true);
    let mut connection = options.connect().await?;
    if let Some(known) = known {
        let found = migration::applied_sqlite(&mut connection).await?.into_iter().max().unwrap_or(0);
        if found != known || known != PostgresStore::schema_known() {
            return Err(CopyError::OldSource { path: path.display().to_string(), found, known });
        }
    }
    sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut connection).await?;
    Ok(connection)
}

impl<'s> Side<'s> {
    async fn new(
        path: &'s Path,
        mut source: SqliteConnection,
        copy: PgConnection,
    ) -> Result<Self, CopyError> {
        let tables = Table::all(&mut source).await?;
        let mut rows_all: u64 = 0;
        for table in &tables {
            let count = format!("SELECT count(*) FROM \"{}\"", table.name);
            let rows: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut source).await?;
            rows_all = rows_all.saturating_add(u64::try_from(rows).unwrap_or(0));
        }
        Ok(Self { path, source, copy, tables, rows_all })
    }

    /// Copies what is not there yet.
    async fn fill(&mut self, tell: Tell<'_>) -> Result<(), CopyError> {
        let mut rows: u64 = 0;
        for table in &self.tables {
            let mut after =
                if table.has_key() { table.last_of_postgres(&mut self.copy).await? } else { None };
            loop {
                tell(&CopyProgress {
                    table: &table.name,
                    is_comparing: false,
                    rows,
                    rows_all: self.rows_all,
                });
                let page = table.of_sqlite(&mut self.source, after.as_ref()).await?;
                rows = rows.saturating_add(page.len() as u64);
                if table.has_key() {
                    let Some(last) = page.last() else { break };
                    table.insert(&mut self.copy, &page).await?;
                    after = Some(last.clone());
                } else {
                    let mut whole = self.copy.begin().await?;
                    let empty = format!("DELETE FROM \"{}\"", table.name);
                    sqlx::query(AssertSqlSafe(empty)).execute(&mut *whole).await?;
                    table.insert(&mut whole, &page).await?;
                    whole.commit().await?;
                    break;
                }
            }
        }
        for table in self.tables.iter().filter(|table| !table.own.is_empty()) {
            let mut after = None;
            loop {
                let page = table.of_sqlite(&mut self.source, after.as_ref()).await?;
                let Some(last) = page.last() else { break };
                table.fill_in(&mut self.copy, &page).await?;
                after = Some(last.clone());
            }
        }
        self.go_on_counting().await
    }

    /// The next number that the copy gives by itself is above every one that the source gave.
    async fn go_on_counting(&mut self) -> Result<(), CopyError> {
        let has_counters: i64 =
            sqlx::query_scalar("SELECT count(*) FROM sqlite_master WHERE name = 'sqlite_sequence'")
                .fetch_one(&mut self.source)
                .await?;
        if has_counters == 0 {
            return Ok(());
        }
        let counters: Vec<(String, i64)> =
            sqlx::query_as("SELECT name, seq FROM sqlite_sequence").fetch_all(&mut self.source).await?;
        for (table, last) in counters {
            if last > 0 {
                sqlx::query("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)")
                    .bind(table)
                    .bind(last)
                    .execute(&mut self.copy)
                    .await?;
            }
        }
        Ok(())
    }

    /// Compares both sides row by row.
    async fn compare(&mut self, tell: Tell<'_>) -> Result<Vec<Copied>, CopyError> {
        let (mut same, mut rows) = (Vec::with_capacity(self.tables.len()), 0_u64);
        for table in &self.tables {
            let (mut hasher, mut count, mut after) = (Sha256::new(), 0_u64, None);
            loop {
                tell(&CopyProgress { table: &table.name, is_comparing: true, rows, rows_all: self.rows_all });
                let page = table.of_sqlite(&mut self.source, after.as_ref()).await?;
                let copied = table.of_postgres(&mut self.copy, after.as_ref()).await?;
                let differs = |row: String| CopyError::Differs {
                    path: self.path.display().to_string(),
                    table: table.name.clone(),
                    row,
                };
                if let Some((one, _)) = page.iter().zip(&copied).find(|(one, other)| one != other) {
                    return Err(differs(format!("row {}", table.key_in_words(one))));
                }
                if page.len() != copied.len() {
                    let after_all = count.saturating_add(page.len().min(copied.len()) as u64);
                    return Err(differs(format!(
                        "which has more rows on one side after the first {after_all}"
                    )));
                }
                page.iter().for_each(|row| hash(&mut hasher, row));
                count = count.saturating_add(page.len() as u64);
                rows = rows.saturating_add(page.len() as u64);
                match page.into_iter().next_back() {
                    Some(last) if table.has_key() => after = Some(last),
                    _ => break,
                }
            }
            same.push(Copied { table: table.name.clone(), rows: count, sha256: hasher.finalize().into() });
        }
        Ok(same)
    }
}
