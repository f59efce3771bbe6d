//! The store on SQLite: one writer, several readers, every write in an immediate transaction of its own task.

mod copies;
mod open;
mod record_keys;

// What is the same on every engine: the crate's page says how.
#[path = "../sql/access.rs"]
mod access;
#[path = "../sql/alert.rs"]
mod alert;
#[path = "../sql/alert_care.rs"]
mod alert_care;
#[path = "../sql/append.rs"]
mod append;
#[path = "../sql/audit.rs"]
mod audit;
#[path = "../sql/backup.rs"]
mod backup;
#[path = "../sql/blind_review.rs"]
mod blind_review;
#[path = "../sql/branch.rs"]
mod branch;
#[path = "../sql/case.rs"]
mod case;
#[path = "../sql/case_guest.rs"]
mod case_guest;
#[path = "../sql/caseload.rs"]
mod caseload;
#[path = "../sql/conflict.rs"]
mod conflict;
#[path = "../sql/context_picture.rs"]
mod context_picture;
#[path = "../sql/cover.rs"]
mod cover;
#[path = "../sql/delivery.rs"]
mod delivery;
#[path = "../sql/destruction.rs"]
mod destruction;
#[path = "../sql/device.rs"]
mod device;
#[path = "../sql/device_act.rs"]
mod device_act;
#[path = "../sql/device_notice.rs"]
mod device_notice;
#[path = "../sql/duty.rs"]
mod duty;
#[path = "../sql/edge.rs"]
mod edge;
#[path = "../sql/hash_set.rs"]
mod hash_set;
#[path = "../sql/inbox_filter.rs"]
mod inbox_filter;
#[path = "../sql/job.rs"]
mod job;
#[path = "../sql/late.rs"]
mod late;
#[path = "../sql/log.rs"]
mod log;
#[path = "../sql/master_sealed.rs"]
mod master_sealed;
#[path = "../sql/name_index.rs"]
mod name_index;
#[path = "../sql/officer.rs"]
mod officer;
#[path = "../sql/opened.rs"]
mod opened;
#[path = "../sql/openings.rs"]
mod openings;
#[path = "../sql/order_draft.rs"]
mod order_draft;
#[path = "../sql/other_adult.rs"]
mod other_adult;
#[path = "../sql/pack.rs"]
mod pack;
#[path = "../sql/passkey.rs"]
mod passkey;
#[path = "../sql/personal_link.rs"]
mod personal_link;
#[path = "../sql/privilege.rs"]
mod privilege;
#[path = "../sql/received.rs"]
mod received;
#[path = "../sql/record.rs"]
mod record;
#[path = "../sql/retention.rs"]
mod retention;
#[path = "../sql/returned.rs"]
mod returned;
#[path = "../sql/rights.rs"]
mod rights;
#[path = "../sql/rows.rs"]
mod rows;
#[path = "../sql/rule_tally.rs"]
mod rule_tally;
#[path = "../sql/second_factor.rs"]
mod second_factor;
#[path = "../sql/shield.rs"]
mod shield;
#[path = "../sql/site_list.rs"]
mod site_list;
#[path = "../sql/subject.rs"]
mod subject;
#[path = "../sql/team.rs"]
mod team;
#[path = "../sql/telling.rs"]
mod telling;
#[path = "../sql/timeline.rs"]
mod timeline;
#[path = "../sql/trial.rs"]
mod trial;
#[path = "../sql/versions.rs"]
mod versions;
#[path = "../sql/visit.rs"]
mod visit;
#[path = "../sql/visit_note.rs"]
mod visit_note;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use sqlx::{Connection, SqliteConnection, SqlitePool};

pub use copies::{CopyFacts, destroy_copied_keys, look_into, records_without_key};
pub(crate) use open::restrict;
pub use open::{RECORD_KEYS_FILE, SQLITE_VERSION_MIN, SqliteOptions};

use crate::error::{Result, StoreError};
use crate::log::LogHasher;

type Engine = sqlx::Sqlite;
type EngineConnection = SqliteConnection;
type EngineRow = sqlx::sqlite::SqliteRow;
type EngineStore = SqliteStore;

/// Sixteen random bytes.
const RANDOM_ID: &str = "randomblob(16)";
/// The place of one text in another, 0 for none.
const FIND: &str = "instr";
/// Follows a column: that its value is one of the first parameter, a [`Set`].
const AMONG: &str = "IN (SELECT unhex(value) FROM json_each($1))";
/// The same as rows of one column, `id`.
const EACH: &str = "(SELECT unhex(value) AS id FROM json_each($1))";
/// Of each device the records that were written at an earlier time than the one before them, after a place. Devices with their places are
/// JSON in the first parameter.
const PUT_BACK: &str = "SELECT device, hash, epoch, seq, recorded_at FROM
    (SELECT r.device, r.hash, r.epoch, r.seq, r.recorded_at,
         LAG(r.recorded_at) OVER (PARTITION BY r.device ORDER BY r.epoch, r.seq) AS before
     FROM (SELECT unhex(value ->> 0) AS device, value ->> 1 AS epoch, value ->> 2 AS seq FROM json_each($1)) first
     JOIN record r ON r.device = first.device AND (r.epoch, r.seq) >= (first.epoch, first.seq)
     WHERE r.recorded_at IS NOT NULL AND r.destroyed_at IS NULL) told
    WHERE recorded_at < before";
/// Follows a SELECT of work to claim: with one writer there is nothing to pass over.
const PASSING_OVER: &str = "";

/// Ids as one parameter of a question.
type Set = String;

fn set<const N: usize>(ids: impl Iterator<Item = [u8; N]>) -> Set {
    let ids = ids.map(|id| serde_json::Value::String(hex::encode(id))).collect();
    serde_json::Value::Array(ids).to_string()
}

/// The work of one transaction.
type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'c>>;

/// A store on one SQLite database file.
#[derive(Clone)]
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    record_keys: record_keys::RecordKeys,
    options: SqliteOptions,
    hasher: Arc<dyn LogHasher>,
    appends: Arc<append::Appends>,
    openings: Arc<openings::Openings>,
    ended_jobs: Arc<job::EndedJobs>,
}

impl SqliteStore {
    /// Runs `work` in one immediate transaction. It has a task of its own, so that a caller who goes away half-way
    /// (a device that hangs up) leaves no open transaction behind.
    async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T> + Send + 'static,
    {
        write_in(&self.writer, Synced::Now, work).await
    }

    /// The same for work whose outcome rests on no row but those that it changes; here it makes no difference.
    async fn write_one<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T> + Send + 'static,
    {
        self.write(work).await
    }

    /// As [`SqliteStore::write`], for what may be lost in a power cut, because it is then done or told again: its commit does not wait
    /// for the disk. What is committed after it is never kept without it.
    async fn write_repeatable<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T> + Send + 'static,
    {
        write_in(&self.writer, Synced::Later, work).await
    }

    /// Runs `work`, which only reads, on one state of the database.
    async fn read<T, F>(&self, work: F) -> Result<T>
    where
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T>,
    {
        let mut reading = self.readers.begin().await?;
        work(&mut reading).await
    }

    /// After something was destroyed: the log of the database still holds the pages as they were.
    async fn erase_remains(&self) -> Result<()> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await?;
        Ok(())
    }

    /// After a case was taken out of the index of names: its pages are overwritten with zeros, so nothing is left to do.
    #[expect(clippy::unused_async, reason = "as on PostgreSQL, where the table is written anew")]
    async fn erase_names(&self) -> Result<()> {
        Ok(())
    }

    /// Closes every connection, after the writes that are under way.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
        self.record_keys.close().await;
    }
}

/// When a commit is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Synced {
    /// When it is told.
    Now,
    /// With the next one that is.
    Later,
}

async fn write_in<T, F>(pool: &SqlitePool, sync: Synced, work: F) -> Result<T>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T> + Send + 'static,
{
    let pool = pool.clone();
    tokio::spawn(async move {
        let mut connection = pool.acquire().await?;
        let done = match sync {
            Synced::Now => in_transaction(&mut connection, work).await,
            Synced::Later => in_transaction_synced_later(&mut connection, work).await,
        };
        let is_as_opened = sync == Synced::Now || synced_now(&mut connection).await.is_ok();
        if let (false, _) | (_, Err(StoreError::Full | StoreError::Database(_))) = (is_as_opened, &done) {
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

async fn in_transaction_synced_later<T, F>(connection: &mut SqliteConnection, work: F) -> Result<T>
where
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> Work<'c, T>,
{
    sqlx::raw_sql("PRAGMA synchronous = NORMAL").execute(&mut *connection).await?;
    in_transaction(connection, work).await
}

/// Puts back what every other commit rests on.
async fn synced_now(connection: &mut SqliteConnection) -> Result<()> {
    sqlx::raw_sql("PRAGMA synchronous = FULL").execute(connection).await?;
    Ok(())
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
