//! Opening a PostgreSQL database: what is set for every connection, and what is refused at the door.

use std::sync::Arc;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection as _, PgPool};

use super::record_keys::RecordKeys;
use super::{PostgresAddress, PostgresStore};
use crate::error::{Result, StoreError};
use crate::log::LogHasher;
use crate::migration::{self, Pending};

/// Lowest PostgreSQL that the suite has been run on.
const POSTGRES_VERSION_MIN: u32 = 15;

/// Name of an advisory lock that is only taken to see whether it keeps others out.
const TRYING: i64 = 0x7072_6f76_6973_6f03;

/// While this table is there, a copy into the database has not come to its end.
pub(super) const COPY_UNDER_WAY: &str = "copy_under_way";

/// How to open a database.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// The force's database.
    pub database: PostgresAddress,
    /// The database of record keys: another one, which goes into no backup of the first.
    pub record_keys: PostgresAddress,
    /// Connections for reading.
    pub readers: u32,
    /// How long a statement waits for a lock, in milliseconds; then the answer is [`StoreError::Busy`].
    pub lock_timeout_ms: u64,
    /// Whether to bring databases to the current schema. Otherwise older ones are refused: with several processes, one person
    /// decides when that is done.
    pub migrate: bool,
}

impl PostgresOptions {
    /// The usual options.
    #[must_use]
    pub fn new(database: PostgresAddress, record_keys: PostgresAddress) -> Self {
        Self { database, record_keys, readers: 8, lock_timeout_ms: 10_000, migrate: false }
    }

    fn unusable(address: &PostgresAddress, why: impl Into<String>) -> StoreError {
        StoreError::Unusable { place: address.to_string(), why: why.into() }
    }

    /// A pool with every setting that correctness rests on, whatever the server's defaults are.
    pub(super) async fn pool(&self, address: &PostgresAddress, connections: u32) -> Result<PgPool> {
        let lock_timeout = self.lock_timeout_ms.to_string();
        let options = address
            .options()
            .map_err(|error| Self::unusable(address, error.to_string()))?
            .application_name("proviso-server")
            .statement_cache_capacity(256)
            .options([
                // Acknowledged means on disk.
                ("synchronous_commit", "on"),
                ("lock_timeout", lock_timeout.as_str()),
                // A process that stops half-way must not hold the writers' lock for ever.
                ("idle_in_transaction_session_timeout", "30000"),
                ("client_min_messages", "warning"),
            ]);
        PgPoolOptions::new()
            .max_connections(connections.max(1))
            .max_lifetime(Duration::from_mins(10))
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options)
            .await
            .map_err(|error| match error {
                sqlx::Error::PoolTimedOut => StoreError::Busy,
                // What the driver says names no password.
                error => Self::unusable(address, error.to_string()),
            })
    }

    /// Migrations that were not carried out yet, of the database and of that of record keys; each is tried, and taken back.
    ///
    /// # Errors
    /// As [`PostgresStore::open`], or what a migration runs into.
    pub async fn pending(&self) -> Result<Vec<Pending>> {
        let database = self.pool(&self.database, 1).await?;
        usable(&database, &self.database).await?;
        let keys = self.pool(&self.record_keys, 1).await?;
        refuse_shared(&keys, &self.record_keys, "record").await?;
        let mut pending =
            migration::try_postgres(&database, &migration::POSTGRES, &self.database.to_string()).await?;
        let place = self.record_keys.to_string();
        pending.extend(migration::try_postgres(&keys, &migration::POSTGRES_RECORD_KEYS, &place).await?);
        database.close().await;
        keys.close().await;
        Ok(pending)
    }
}

impl PostgresStore {
    /// Opens a database, and refuses what is not safe.
    ///
    /// # Errors
    /// [`StoreError::Unusable`], [`StoreError::NewerDatabase`], [`StoreError::OlderDatabase`], [`StoreError::Migrate`] or what
    /// PostgreSQL says.
    pub async fn open(options: &PostgresOptions, hasher: Arc<dyn LogHasher>) -> Result<Self> {
        let (readers, keys) = prepare(options).await?;
        if has_table(&readers, COPY_UNDER_WAY).await? {
            let why = "a copy into it has not come to its end; run `proviso-server admin copy-store` again, which goes on \
                       where it stopped";
            return Err(PostgresOptions::unusable(&options.database, why));
        }
        let writers = options.pool(&options.database, 2).await?;
        refuse_without_turns(&writers, &options.database).await?;
        let record_keys = RecordKeys::new(keys).await?;
        Ok(Self {
            writers,
            readers,
            record_keys,
            hasher,
            appends: Arc::default(),
            openings: Arc::default(),
            ended_jobs: Arc::default(),
        })
    }

    /// Brings both databases to the current schema, and says which it is.
    ///
    /// # Errors
    /// As [`PostgresStore::open`].
    pub async fn migrate(options: &PostgresOptions) -> Result<i64> {
        let options = PostgresOptions { migrate: true, readers: 1, ..options.clone() };
        let (database, keys) = prepare(&options).await?;
        database.close().await;
        keys.close().await;
        Ok(Self::schema_known())
    }

    /// The newest schema that this program knows.
    #[must_use]
    pub fn schema_known() -> i64 {
        migration::newest(&migration::POSTGRES)
    }
}

/// Pools of the database and of that of record keys, both fit for use and of the current schema.
pub(super) async fn prepare(options: &PostgresOptions) -> Result<(PgPool, PgPool)> {
    let database = options.pool(&options.database, options.readers).await?;
    usable(&database, &options.database).await?;
    refuse_shared(&database, &options.database, "record_key").await?;
    bring_up(&database, &migration::POSTGRES, &options.database, options.migrate).await?;
    let keys = options.pool(&options.record_keys, options.readers).await?;
    usable(&keys, &options.record_keys).await?;
    refuse_shared(&keys, &options.record_keys, "record").await?;
    bring_up(&keys, &migration::POSTGRES_RECORD_KEYS, &options.record_keys, options.migrate).await?;
    Ok((database, keys))
}

/// Whether there is a table of this name.
pub(super) async fn has_table(pool: &PgPool, name: &str) -> Result<bool> {
    Ok(sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(name).fetch_one(pool).await?)
}

/// Refuses a server that is too old, and a database that cannot hold every language.
async fn usable(pool: &PgPool, address: &PostgresAddress) -> Result<()> {
    let setting = async |name: &str| -> Result<String> {
        Ok(sqlx::query_scalar("SELECT current_setting($1)").bind(name).fetch_one(pool).await?)
    };
    let version = setting("server_version_num").await?;
    if version.parse::<u32>().unwrap_or(0) / 10_000 < POSTGRES_VERSION_MIN {
        let why = format!("it is a PostgreSQL before {POSTGRES_VERSION_MIN}; upgrade it");
        return Err(PostgresOptions::unusable(address, why));
    }
    let encoding = setting("server_encoding").await?;
    if encoding != "UTF8" {
        let why = format!("its encoding is {encoding}; make it with ENCODING 'UTF8'");
        return Err(PostgresOptions::unusable(address, why));
    }
    if setting("fsync").await? != "on" {
        tracing::warn!(%address, "fsync is off there: a power cut loses what was acknowledged; never run a force like this");
    }
    Ok(())
}

/// Refuses one database for both: record keys would go into every backup of it.
async fn refuse_shared(pool: &PgPool, address: &PostgresAddress, other: &str) -> Result<()> {
    if !has_table(pool, other).await? {
        return Ok(());
    }
    let why = "the database of the force and that of record keys must be two, so that no backup of one holds the other's; \
               make another database for `record_keys`";
    Err(PostgresOptions::unusable(address, why))
}

/// Refuses a database in which a lock keeps nobody out. Some engines that speak PostgreSQL have these functions and do nothing in them:
/// two writers would give two records one leaf.
async fn refuse_without_turns(pool: &PgPool, address: &PostgresAddress) -> Result<()> {
    let (mut one, mut other) = (pool.acquire().await?, pool.acquire().await?);
    let mut holding = one.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(TRYING).execute(&mut *holding).await?;
    let is_free: bool =
        sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(TRYING).fetch_one(&mut *other).await?;
    holding.rollback().await?;
    if !is_free {
        return Ok(());
    }
    let why = "a lock that one connection holds (pg_advisory_xact_lock) keeps another out of nothing there, so writes could not take \
               turns; use an engine that has advisory locks (docs/scale.md)";
    Err(PostgresOptions::unusable(address, why))
}

async fn bring_up(
    pool: &PgPool,
    migrator: &Migrator,
    address: &PostgresAddress,
    migrate: bool,
) -> Result<()> {
    let place = address.to_string();
    let found = migration::applied_postgres(pool).await?;
    let (found, known) = (found.iter().copied().max().unwrap_or(0), migration::newest(migrator));
    if found > known {
        return Err(StoreError::NewerDatabase { place, found, known });
    }
    if migrate {
        migrator.run(pool).await?;
    } else if found < known {
        return Err(StoreError::OlderDatabase { place, found, known });
    }
    Ok(())
}
