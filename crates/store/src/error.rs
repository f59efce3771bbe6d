//! What a store can say instead of an answer.

/// A store's result.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why a verb was not carried out. Nothing of it was committed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The SQLite library can damage databases in WAL mode.
    #[error(
        "this program is linked with SQLite {found}; versions before {needed} can damage a database in WAL mode; \
         use the program as released, or build it with the bundled SQLite"
    )]
    UnsafeSqlite {
        /// Version found.
        found: String,
        /// Lowest version that is safe.
        needed: String,
    },
    /// The database was made by a newer program.
    #[error(
        "the database {place} has schema {found}, newer than the {known} that this program knows; \
         start the newer proviso-server, or restore the backup made before the upgrade"
    )]
    NewerDatabase {
        /// Where it is.
        place: String,
        /// Its schema.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// The database was made by an older program, and only `migrate` changes it.
    #[error(
        "the database {place} has schema {found} and this program needs {known}; stop every serve and worker, make a backup, and \
         run `proviso-server migrate`"
    )]
    OlderDatabase {
        /// Where it is, without a password.
        place: String,
        /// Its schema.
        found: i64,
        /// The schema needed.
        known: i64,
    },
    /// The database cannot be used as it is.
    #[error("the database {place} cannot be used: {why}")]
    Unusable {
        /// Where it is, without a password.
        place: String,
        /// Why, and what to do.
        why: String,
    },
    /// No room: the disk or the allowance is full.
    #[error("the database has no room left; free disk space where the data folder is, then try again")]
    Full,
    /// Somebody else holds the write lock for longer than the busy timeout.
    #[error("the database is busy; try again")]
    Busy,
    /// The thing named does not exist.
    #[error("{0} does not exist")]
    Missing(&'static str),
    /// The thing is not in a state that allows the act.
    #[error("{0}")]
    Conflict(&'static str),
    /// A value in the database is not one that this program could have written.
    #[error("the database holds a value that cannot be read: {0}")]
    Damaged(String),
    /// A migration failed.
    #[error("the database could not be brought to the current schema: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// Anything else that the database said.
    #[error("the database refused: {0}")]
    Database(sqlx::Error),
    /// The task of a transaction ended early.
    #[error("a transaction was ended before it was done")]
    Interrupted,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        if let Some(code) = sqlstate(&error) {
            return match code.as_str() {
                // disk_full.
                "53100" => Self::Full,
                // lock_not_available, deadlock_detected, serialization_failure, too_many_connections, cannot_connect_now.
                "55P03" | "40P01" | "40001" | "53300" | "57P03" => Self::Busy,
                _ => Self::Database(error),
            };
        }
        let code = error.as_database_error().and_then(|known| known.code().map(|code| code.into_owned()));
        let primary = code.and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff);
        match primary {
            // SQLITE_FULL, and SQLITE_IOERR, which a full disk under the journal gives.
            Some(13) => Self::Full,
            Some(10) if error.to_string().contains("disk") => Self::Full,
            Some(5 | 6) => Self::Busy,
            _ if matches!(error, sqlx::Error::PoolTimedOut) => Self::Busy,
            _ => Self::Database(error),
        }
    }
}

/// PostgreSQL's word for what happened, where it was PostgreSQL.
fn sqlstate(error: &sqlx::Error) -> Option<String> {
    let database = error.as_database_error()?;
    database.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().map(|known| known.code().to_owned())
}
