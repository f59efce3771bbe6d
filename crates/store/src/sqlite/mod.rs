//! The store on SQLite: one writer, several readers, every write in an immediate transaction of its own task.

mod alert;
mod audit;
mod backup;
mod branch;
mod case;
mod context_picture;
mod destruction;
mod device;
mod device_act;
mod device_notice;
mod edge;
mod hash_set;
mod job;
mod late;
mod log;
mod officer;
mod open;
mod opened;
mod other_adult;
mod pack;
mod personal_link;
mod privilege;
mod record;
mod record_keys;
mod returned;
mod rows;
mod shield;
mod site_list;
mod timeline;
mod versions;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use sqlx::{Connection, SqliteConnection, SqlitePool};

pub use backup::{CopyFacts, destroy_copied_keys, look_into, records_without_key};
pub use open::{RECORD_KEYS_FILE, SQLITE_VERSION_MIN, SqliteOptions};

use crate::error::{Result, StoreError};
use crate::log::LogHasher;

/// The work of one write transaction.
type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'c>>;

/// A store on one SQLite database file.
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    record_keys: record_keys::RecordKeys,
    options: SqliteOptions,
    hasher: Arc<dyn LogHasher>,
}

impl SqliteStore {
    /// Runs `work` in one immediate transaction. It has a task of its own, so that a caller who goes away half-way
    /// (a device that hangs up) leaves no open transaction behind.
    async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T> + Send + 'static,
    {
        write_in(&self.writer, work).await
    }

    /// Closes every connection, after the writes that are under way.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        self.record_keys.close().await;
    }
}

async fn write_in<T, F>(pool: &SqlitePool, work: F) -> Result<T>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T> + Send + 'static,
{
    let pool = pool.clone();
    tokio::spawn(async move {
        let mut connection = pool.acquire().await?;
        let done = in_transaction(&mut connection, work).await;
        if let Err(StoreError::Full | StoreError::Database(_)) = done {
            // SQLite itself rolls back when it runs out of room, of which sqlx knows nothing: such a connection
            // would refuse every later transaction, so it is closed and the pool opens another.
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "a database connection did not close cleanly");
            }
        }
        done
    })
    .await
    .map_err(|_| StoreError::Interrupted)?
}

async fn in_transaction<T, F>(connection: &mut SqliteConnection, work: F) -> Result<T>
where
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T>,
{
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let value = work(&mut transaction).await?;
    transaction.commit().await?;
    Ok(value)
}

impl crate::Store for SqliteStore {}
