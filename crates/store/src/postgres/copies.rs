//! Copies of a PostgreSQL database are made with PostgreSQL's own tools, not by this program.

use std::path::Path;

use super::PostgresStore;
use crate::error::{Result, StoreError};

/// Refuses.
pub(super) async fn database(_: &PostgresStore, _: &Path) -> Result<()> {
    Err(StoreError::NotHere(
        "this program makes no backups of a PostgreSQL database: back it up with PostgreSQL's own tools (docs/postgresql.md)",
    ))
}

/// Refuses.
pub(super) async fn record_keys(_: &PostgresStore, _: &Path) -> Result<()> {
    Err(StoreError::NotHere(
        "this program makes no backups of record keys in a PostgreSQL database: see docs/postgresql.md",
    ))
}
