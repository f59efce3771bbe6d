//! The databases that a store is copied into.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection, PgPool};

use super::PostgresOptions;
use super::open::{COPY_UNDER_WAY, has_table, prepare};
use crate::error::Result;

/// Name of the advisory lock of the one who copies.
const COPYING: i64 = 0x7072_6f76_6973_6f02;

/// The two databases, brought to the current schema.
pub(crate) struct CopiedInto {
    database: PgPool,
    record_keys: PgPool,
    /// Holds the lock as long as it lives.
    claim: Option<PgConnection>,
}

impl CopiedInto {
    pub(crate) async fn open(options: &PostgresOptions) -> Result<Self> {
        let options = PostgresOptions { migrate: true, readers: 2, ..options.clone() };
        let (database, record_keys) = prepare(&options).await?;
        Ok(Self { database, record_keys, claim: None })
    }

    /// A connection of its own to the database of the force.
    pub(crate) async fn database(&self) -> Result<PgConnection> {
        Ok(self.database.acquire().await?.detach())
    }

    /// A connection of its own to the database of record keys.
    pub(crate) async fn record_keys(&self) -> Result<PgConnection> {
        Ok(self.record_keys.acquire().await?.detach())
    }

    /// Whether nobody else copies; from then on nobody else does.
    pub(crate) async fn claim(&mut self) -> Result<bool> {
        let mut connection = self.database().await?;
        let is_free: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
            .bind(COPYING)
            .fetch_one(&mut connection)
            .await?;
        self.claim = Some(connection);
        Ok(is_free)
    }

    /// What is being copied, where a copy was begun.
    pub(crate) async fn begun(&self) -> Result<Option<String>> {
        if !has_table(&self.database, COPY_UNDER_WAY).await? {
            return Ok(None);
        }
        let select = format!("SELECT source FROM {COPY_UNDER_WAY}");
        Ok(sqlx::query_scalar(AssertSqlSafe(select)).fetch_optional(&self.database).await?)
    }

    /// Whether no table of either database has a row.
    pub(crate) async fn is_empty(&self) -> Result<bool> {
        for pool in [&self.database, &self.record_keys] {
            let tables: Vec<String> = sqlx::query_scalar(
                "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()
                 AND tablename <> '_sqlx_migrations'",
            )
            .fetch_all(pool)
            .await?;
            for table in tables {
                let any = format!("SELECT EXISTS (SELECT 1 FROM {table})");
                if sqlx::query_scalar::<_, bool>(AssertSqlSafe(any)).fetch_one(pool).await? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Marks the database as not whole yet.
    pub(crate) async fn begin(&self, source: &str) -> Result<()> {
        // In one transaction, so that the mark never stands without the source.
        let mut connection = self.database().await?;
        let mut marking = connection.begin().await?;
        let mark = format!("CREATE TABLE {COPY_UNDER_WAY} (source TEXT NOT NULL)");
        sqlx::raw_sql(AssertSqlSafe(mark)).execute(&mut *marking).await?;
        let name = format!("INSERT INTO {COPY_UNDER_WAY} (source) VALUES ($1)");
        sqlx::query(AssertSqlSafe(name)).bind(source).execute(&mut *marking).await?;
        marking.commit().await?;
        Ok(())
    }

    /// It is whole.
    pub(crate) async fn end(&mut self) -> Result<()> {
        sqlx::raw_sql(AssertSqlSafe(format!("DROP TABLE {COPY_UNDER_WAY}"))).execute(&self.database).await?;
        if let Some(claim) = self.claim.take() {
            claim.close().await?;
        }
        Ok(())
    }
}
