//! Copies of the database and of the file of record keys, and a look into one without changing a byte of it.

use std::path::Path;

use proviso_model::Timestamp;
use proviso_model::ids::DeviceId;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection as _, SqliteConnection};

use super::name_index::DERIVED;
use super::open::{SqliteOptions, restrict};
use super::record_keys::RecordKeys;
use super::rows::{bytes, number};
use super::{SqliteStore, log};
use crate::backup::Position;
use crate::error::{Result, StoreError};
use crate::log::CheckpointRow;

/// The last record of every device and epoch.
const POSITIONS: &str = "SELECT r.device, r.epoch, r.seq, r.hash FROM record r JOIN
    (SELECT device, epoch, max(seq) AS seq FROM record GROUP BY device, epoch) last
    ON r.device = last.device AND r.epoch = last.epoch AND r.seq = last.seq ORDER BY r.device, r.epoch";

/// What a copy of the database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyFacts {
    /// Its schema.
    pub schema: i64,
    /// The newest checkpoint of its log.
    pub checkpoint: Option<CheckpointRow>,
    /// Where the record of each device ends.
    pub positions: Vec<Position>,
}

/// Looks into a copy of a database that nothing writes to. Nothing beside it is made, and no byte of it is changed.
///
/// # Errors
/// [`StoreError::Damaged`] when it is not whole, or what SQLite says.
pub async fn look_into(path: &Path) -> Result<CopyFacts> {
    let mut connection =
        SqliteConnectOptions::new().filename(path).read_only(true).immutable(true).connect().await?;
    let whole: String = sqlx::query_scalar("PRAGMA integrity_check(1)").fetch_one(&mut connection).await?;
    if whole != "ok" {
        return Err(StoreError::Damaged(format!("{}: {whole}", path.display())));
    }
    let schema = sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations WHERE success")
        .fetch_one(&mut connection)
        .await?;
    let checkpoint = log::checkpoint_last(&mut connection).await?;
    Ok(CopyFacts { schema, checkpoint, positions: positions(&mut connection).await? })
}

/// How many records of a copied database have no row in a copied file of record keys. A row whose key was destroyed is one.
///
/// # Errors
/// As SQLite says.
pub async fn records_without_key(database: &Path, record_keys: &Path) -> Result<u64> {
    let mut connection =
        SqliteConnectOptions::new().filename(database).read_only(true).immutable(true).connect().await?;
    let escaped: String = record_keys
        .display()
        .to_string()
        .chars()
        .flat_map(|letter| match letter {
            '%' => "%25".chars().collect::<Vec<_>>(),
            '?' => "%3f".chars().collect(),
            '#' => "%23".chars().collect(),
            other => vec![other],
        })
        .collect();
    sqlx::query("ATTACH DATABASE $1 AS copied_keys")
        .bind(format!("file:{escaped}?mode=ro&immutable=1"))
        .execute(&mut connection)
        .await?;
    let row = sqlx::query(
        "SELECT count(*) AS missing FROM
         (SELECT hash FROM record WHERE destroyed_at IS NULL UNION SELECT hash FROM fork) held
         WHERE NOT EXISTS (SELECT 1 FROM copied_keys.record_key k WHERE k.hash = held.hash)",
    )
    .fetch_one(&mut connection)
    .await?;
    number(&row, "missing")
}

/// Destroys keys in a copied file of record keys that no server has opened yet.
///
/// # Errors
/// As SQLite says.
pub async fn destroy_copied_keys(path: &Path, records: &[[u8; 32]], at: Timestamp) -> Result<()> {
    let keys = RecordKeys::open(path, SqliteOptions::new(path).busy_timeout_ms).await?;
    keys.destroy(records, at.as_micros()).await?;
    keys.close().await;
    Ok(())
}

async fn positions(connection: &mut SqliteConnection) -> Result<Vec<Position>> {
    let rows = sqlx::query(POSITIONS).fetch_all(connection).await?;
    let position = |row| {
        Ok(Position {
            device: DeviceId::from_bytes(bytes(row, "device")?),
            epoch: number(row, "epoch")?,
            seq: number(row, "seq")?,
            hash: bytes(row, "hash")?,
        })
    };
    rows.iter().map(position).collect()
}

/// Writes a copy of the live database to a new file.
pub(super) async fn database(store: &SqliteStore, to: &Path) -> Result<()> {
    // Readers may not write, not even to another file; and the one writer must not wait for a copy of everything.
    let mut connection = store.another_connection().await?;
    sqlx::query("VACUUM main INTO $1").bind(to.display().to_string()).execute(&mut connection).await?;
    restrict(to)?;
    without_derived(to).await
}

/// Takes what follows from the names of cases out of a copy that was just made, and leaves zeros in its place.
async fn without_derived(path: &Path) -> Result<()> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Off)
        .pragma("secure_delete", "ON")
        .foreign_keys(false);
    let mut connection = options.connect().await?;
    for table in DERIVED {
        sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table}"))).execute(&mut connection).await?;
    }
    Ok(connection.close().await?)
}

/// Writes a copy of the file of record keys to a new file.
pub(super) async fn record_keys(store: &SqliteStore, to: &Path) -> Result<()> {
    // From the file's own connection: a copy of keys must hold nothing but keys.
    let options = SqliteConnectOptions::new().filename(&store.options.record_keys).read_only(true);
    let mut connection = options.connect().await?;
    sqlx::query("VACUUM INTO $1").bind(to.display().to_string()).execute(&mut connection).await?;
    restrict(to)
}
