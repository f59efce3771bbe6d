//! Opening a database: every setting is in [`connect_options`], and nothing is opened that could be damaged.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, SqliteConnection};

use super::SqliteStore;
use super::record_keys::RecordKeys;
use crate::error::{Result, StoreError};
use crate::log::LogHasher;
use crate::migration::{self, Pending};

/// Lowest SQLite that is safe in WAL mode (earlier ones can lose a commit when the log is reset; sqlite.org/wal.html).
pub const SQLITE_VERSION_MIN: (u32, u32, u32) = (3, 51, 3);

/// Name of the file of record keys, beside the database unless told otherwise.
pub const RECORD_KEYS_FILE: &str = "record-keys.sqlite";

/// How to open a database.
#[derive(Debug, Clone)]
pub struct SqliteOptions {
    /// The file; made when it is not there.
    pub path: PathBuf,
    /// The file of record keys; made when it is not there. It goes into no backup of the database.
    pub record_keys: PathBuf,
    /// Connections for reading.
    pub readers: u32,
    /// How long a writer waits for another process, in milliseconds.
    pub busy_timeout_ms: u64,
    /// Allowance in pages of 4096 bytes; `None` is SQLite's own. Beyond it every write is [`StoreError::Full`].
    pub pages_max: Option<u32>,
}

impl SqliteOptions {
    /// The usual options for a file.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let record_keys = path.with_file_name(RECORD_KEYS_FILE);
        Self { path, record_keys, readers: 4, busy_timeout_ms: 5_000, pages_max: None }
    }
}

/// Every setting of a connection, in one place.
pub(super) fn connect_options(options: &SqliteOptions, reading: bool) -> SqliteConnectOptions {
    let settings = SqliteConnectOptions::new()
        .filename(&options.path)
        .create_if_missing(!reading)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_millis(options.busy_timeout_ms))
        .statement_cache_capacity(256)
        // What is deleted is overwritten, so that an erased body is not found in a free page.
        .pragma("secure_delete", "ON")
        .pragma("trusted_schema", "OFF")
        .pragma("temp_store", "MEMORY");
    let settings = match options.pages_max {
        Some(pages) => settings.pragma("max_page_count", pages.to_string()),
        None => settings,
    };
    if reading { settings.pragma("query_only", "ON") } else { settings }
}

impl SqliteOptions {
    /// Migrations that were not carried out yet, of the database and of the file of record keys; each is tried, and taken back. A
    /// file that is not there is not made.
    ///
    /// # Errors
    /// [`StoreError::NewerDatabase`], or what a migration runs into.
    pub async fn pending(&self) -> Result<Vec<Pending>> {
        let mut pending = Vec::new();
        for (path, migrator) in
            [(&self.path, &*migration::SQLITE), (&self.record_keys, &*migration::SQLITE_RECORD_KEYS)]
        {
            let settings = if path.exists() {
                connect_options(&Self { path: path.clone(), ..self.clone() }, false)
            } else {
                SqliteConnectOptions::new().in_memory(true)
            };
            let mut connection = settings.connect().await?;
            let place = path.display().to_string();
            pending.extend(migration::try_sqlite(&mut connection, migrator, &place).await?);
        }
        Ok(pending)
    }
}

impl SqliteStore {
    /// Opens a database, brings it to the current schema, and refuses what is not safe.
    ///
    /// # Errors
    /// [`StoreError::UnsafeSqlite`], [`StoreError::NewerDatabase`], [`StoreError::Migrate`] or what SQLite says.
    pub async fn open(options: &SqliteOptions, hasher: Arc<dyn LogHasher>) -> Result<Self> {
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(connect_options(options, false))
            .await?;
        let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&writer).await?;
        check_version(&version)?;
        refuse_newer(&writer, &options.path).await?;
        migration::SQLITE.run(&writer).await?;
        restrict(&options.path)?;
        let record_keys = RecordKeys::open(&options.record_keys, options.busy_timeout_ms).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(options.readers.max(1))
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(connect_options(options, true))
            .await?;
        Ok(Self {
            writer,
            readers,
            record_keys,
            options: options.clone(),
            hasher,
            appends: Arc::default(),
            openings: Arc::default(),
            ended_jobs: Arc::default(),
        })
    }

    /// Brings a copied database and its record keys to the current schema, before it is used.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub async fn bring_up_copy(options: &SqliteOptions) -> Result<()> {
        for (path, migrator) in
            [(&options.path, &*migration::SQLITE), (&options.record_keys, &*migration::SQLITE_RECORD_KEYS)]
        {
            let settings = SqliteOptions { path: path.clone(), ..options.clone() };
            let settings = connect_options(&settings, false).create_if_missing(false);
            let pool = SqlitePoolOptions::new().max_connections(1).connect_with(settings).await?;
            migrator.run(&pool).await?;
            pool.close().await;
        }
        Ok(())
    }

    /// A connection of its own, for long work that nobody else should wait for.
    pub(super) async fn another_connection(&self) -> Result<SqliteConnection> {
        Ok(connect_options(&self.options, false).create_if_missing(false).connect().await?)
    }

    /// The newest schema that this program knows.
    #[must_use]
    pub fn schema_known() -> i64 {
        migration::newest(&migration::SQLITE)
    }
}

/// Only the account that runs the server may read the database.
pub(crate) fn restrict(path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
            .map_err(|error| StoreError::Database(sqlx::Error::Io(error)))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn check_version(found: &str) -> Result<()> {
    let mut numbers = found.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    if version >= SQLITE_VERSION_MIN {
        return Ok(());
    }
    let (major, minor, patch) = SQLITE_VERSION_MIN;
    Err(StoreError::UnsafeSqlite { found: found.to_owned(), needed: format!("{major}.{minor}.{patch}") })
}

/// A database made by a newer program is refused before anything is written to it.
async fn refuse_newer(pool: &SqlitePool, path: &Path) -> Result<()> {
    let table: Option<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE name = '_sqlx_migrations'")
            .fetch_optional(pool)
            .await?;
    if table.is_none() {
        return Ok(());
    }
    let found: Option<i64> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(pool).await?;
    match found {
        Some(found) if found > SqliteStore::schema_known() => Err(StoreError::NewerDatabase {
            place: path.display().to_string(),
            found,
            known: SqliteStore::schema_known(),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::SqlitePoolOptions;

    use super::{SqliteOptions, check_version, connect_options};

    #[tokio::test]
    async fn a_connection_has_every_setting_that_durability_rests_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = SqliteOptions::new(folder.path().join("settings.db"));
        let pool = SqlitePoolOptions::new()
            .connect_with(connect_options(&options, false))
            .await
            .expect("a database");
        let cases = [
            ("PRAGMA synchronous", "2"),
            ("PRAGMA foreign_keys", "1"),
            ("PRAGMA busy_timeout", "5000"),
            ("PRAGMA secure_delete", "1"),
        ];
        for (question, answer) in cases {
            let said: i64 = sqlx::query_scalar(question).fetch_one(&pool).await.expect(question);
            assert_eq!(said.to_string(), answer, "{question}");
        }
        let journal: String =
            sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&pool).await.expect("journal mode");
        assert_eq!(journal, "wal");
    }

    #[test]
    fn an_sqlite_that_can_damage_a_database_is_refused_with_what_to_do() {
        for safe in ["3.51.3", "3.52.0", "4.0.0"] {
            check_version(safe).expect(safe);
        }
        for unsafe_version in ["3.51.2", "3.46.0", "2.9.9", "nonsense"] {
            let refusal = check_version(unsafe_version).expect_err(unsafe_version).to_string();
            assert!(refusal.contains(unsafe_version) && refusal.contains("bundled"), "{refusal}");
        }
    }
}
