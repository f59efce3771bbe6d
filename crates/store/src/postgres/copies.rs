//! Copies of the two databases: SQLite files with the same rows, as a backup holds them.

use std::path::Path;

use super::PostgresStore;
use crate::copy::copy_back;
use crate::error::Result;
use crate::migration;

/// Writes a copy of the database, as it is at one moment, to a new file.
pub(super) async fn database(store: &PostgresStore, to: &Path) -> Result<()> {
    let connection = store.readers.acquire().await?.detach();
    copy_back(connection, to, &migration::SQLITE).await
}

/// Writes a copy of the record keys to a new file.
pub(super) async fn record_keys(store: &PostgresStore, to: &Path) -> Result<()> {
    copy_back(store.record_keys.connection().await?, to, &migration::SQLITE_RECORD_KEYS).await
}
