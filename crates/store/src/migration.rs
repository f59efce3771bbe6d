//! Which migrations a database has had, and a try of those that it has not.

use std::borrow::Cow;
use std::sync::LazyLock;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Connection, PgPool, SqlStr, SqliteConnection};

use crate::error::{Result, StoreError};

/// The files in `migrations/`, as `build.rs` lists them.
mod files {
    include!(concat!(env!("OUT_DIR"), "/migrations.rs"));
}

pub(crate) static SQLITE: LazyLock<Migrator> = LazyLock::new(|| migrator(files::SQLITE));
pub(crate) static SQLITE_RECORD_KEYS: LazyLock<Migrator> =
    LazyLock::new(|| migrator(files::SQLITE_RECORD_KEYS));
pub(crate) static POSTGRES: LazyLock<Migrator> = LazyLock::new(|| migrator(files::POSTGRES));
pub(crate) static POSTGRES_RECORD_KEYS: LazyLock<Migrator> =
    LazyLock::new(|| migrator(files::POSTGRES_RECORD_KEYS));

fn migrator(files: &[(i64, &'static str, &'static str)]) -> Migrator {
    let migration = |(number, description, sql): &(i64, &'static str, &'static str)| {
        let (kind, sql) = (MigrationType::Simple, SqlStr::from_static(sql));
        Migration::new(*number, Cow::Borrowed(*description), kind, sql, false)
    };
    Migrator::with_migrations(files.iter().map(migration).collect())
}

/// A migration that was not carried out yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// The database, without a password.
    pub place: String,
    /// The schema that it brings.
    pub version: i64,
    /// What it is about.
    pub description: String,
}

/// The newest schema of a set of migrations.
pub(crate) fn newest(migrator: &Migrator) -> i64 {
    migrator.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Those that a PostgreSQL database has had.
pub(crate) async fn applied_postgres(pool: &PgPool) -> Result<Vec<i64>> {
    let there: bool =
        sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL").fetch_one(pool).await?;
    if !there {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success").fetch_all(pool).await?)
}

/// Those that an SQLite database has had.
pub(crate) async fn applied_sqlite(connection: &mut SqliteConnection) -> Result<Vec<i64>> {
    let there: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'")
        .fetch_one(&mut *connection)
        .await?;
    if there == 0 {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success").fetch_all(connection).await?)
}

/// What is left to do, or that the database is newer than this program.
fn left(migrator: &Migrator, applied: &[i64], place: &str) -> Result<Vec<Pending>> {
    let (found, known) = (applied.iter().copied().max().unwrap_or(0), newest(migrator));
    if found > known {
        return Err(StoreError::NewerDatabase { place: place.to_owned(), found, known });
    }
    let left = migrator.iter().filter(|migration| !applied.contains(&migration.version));
    let pending = left.map(|migration| Pending {
        place: place.to_owned(),
        version: migration.version,
        description: migration.description.to_string(),
    });
    Ok(pending.collect())
}

/// Carries out on PostgreSQL what is left, and takes it back.
pub(crate) async fn try_postgres(pool: &PgPool, migrator: &Migrator, place: &str) -> Result<Vec<Pending>> {
    let applied = applied_postgres(pool).await?;
    let pending = left(migrator, &applied, place)?;
    let mut trying = pool.begin().await?;
    for migration in migrator.iter().filter(|migration| !applied.contains(&migration.version)) {
        sqlx::raw_sql(migration.sql.clone()).execute(&mut *trying).await?;
    }
    trying.rollback().await?;
    Ok(pending)
}

/// Carries out on SQLite what is left, and takes it back.
pub(crate) async fn try_sqlite(
    connection: &mut SqliteConnection,
    migrator: &Migrator,
    place: &str,
) -> Result<Vec<Pending>> {
    let applied = applied_sqlite(&mut *connection).await?;
    let pending = left(migrator, &applied, place)?;
    let mut trying = connection.begin_with("BEGIN IMMEDIATE").await?;
    for migration in migrator.iter().filter(|migration| !applied.contains(&migration.version)) {
        sqlx::raw_sql(migration.sql.clone()).execute(&mut *trying).await?;
    }
    trying.rollback().await?;
    Ok(pending)
}
