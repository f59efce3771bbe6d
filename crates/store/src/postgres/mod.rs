//! The store on PostgreSQL, for any number of processes on one database. A write is one transaction in a task of its own, and
//! writes follow each other one by one as they do on SQLite: see [`PostgresStore::write`].

mod address;
mod copied_into;
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

use sqlx::{Connection, PgConnection, PgPool};

pub use address::{PostgresAddress, PostgresAddressError};
pub(crate) use copied_into::CopiedInto;
pub(crate) use name_index::DERIVED;
pub use open::PostgresOptions;

use crate::error::{Result, StoreError};
use crate::log::LogHasher;

type Engine = sqlx::Postgres;
type EngineConnection = PgConnection;
type EngineRow = sqlx::postgres::PgRow;
type EngineStore = PostgresStore;

/// Sixteen random bytes.
const RANDOM_ID: &str = "uuid_send(gen_random_uuid())";
/// The place of one text in another, 0 for none.
const FIND: &str = "strpos";
/// Follows a column: that its value is one of the first parameter, a [`Set`].
const AMONG: &str = "= ANY($1)";
/// The same as rows of one column, `id`.
const EACH: &str = "(SELECT unnest($1) AS id)";
/// Of each device the records that were written at an earlier time than the one before them, after a place. Devices with their places are
/// JSON in the first parameter. Device by device, or every record there is would be read where they are many.
const PUT_BACK: &str = "SELECT told.device, told.hash, told.epoch, told.seq, told.recorded_at FROM
    (SELECT decode(value ->> 0, 'hex') AS device, CAST(value ->> 1 AS BIGINT) AS epoch, CAST(value ->> 2 AS BIGINT) AS seq
     FROM json_array_elements(CAST($1 AS JSON))) first
    CROSS JOIN LATERAL (SELECT r.device, r.hash, r.epoch, r.seq, r.recorded_at,
         LAG(r.recorded_at) OVER (ORDER BY r.epoch, r.seq) AS before FROM record r
         WHERE r.device = first.device AND (r.epoch, r.seq) >= (first.epoch, first.seq)
         AND r.recorded_at IS NOT NULL AND r.destroyed_at IS NULL) told
    WHERE told.recorded_at < told.before";
/// Follows a SELECT of work to claim: what another worker is claiming is passed over, never waited for.
const PASSING_OVER: &str = " FOR UPDATE SKIP LOCKED";

/// Name of the advisory lock that a writer holds, in the database of the force.
const WRITING: i64 = 0x7072_6f76_6973_6f01;

/// How the transaction of a writer begins, whatever the server's defaults are.
const BEGIN_WRITING: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
/// How one begins that may be lost in a power cut: its commit does not wait for the disk.
const BEGIN_REPEATABLE: &str =
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit TO OFF";
/// How one that reads begins: every statement sees one state of the database.
const BEGIN_READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Tables in which something destroyed may have left a row that is not seen any more.
const VACUUM: &str = "VACUUM record_body, fork, observation, finding, gap, notice, statement, other_adult_told, privilege, \
     context_picture, visit_record, visit_note, visit_action, duty, received_case";

/// Ids as one parameter of a question.
type Set = Vec<Vec<u8>>;

fn set<const N: usize>(ids: impl Iterator<Item = [u8; N]>) -> Set {
    ids.map(|id| id.to_vec()).collect()
}

/// The work of one transaction.
type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'c>>;

/// A store on one PostgreSQL database.
#[derive(Clone)]
pub struct PostgresStore {
    /// Two: one writes, the other already waits for its turn.
    writers: PgPool,
    /// For reading, and for writes that need no turn.
    readers: PgPool,
    record_keys: record_keys::RecordKeys,
    hasher: Arc<dyn LogHasher>,
    appends: Arc<append::Appends>,
    openings: Arc<openings::Openings>,
    ended_jobs: Arc<job::EndedJobs>,
}

impl PostgresStore {
    /// Runs `work` in one transaction, after every other such transaction of any process has ended: it sees all that they
    /// committed, and nothing of it changes under it. That is what an immediate transaction gives on SQLite, and what verbs rest
    /// on that look before they write: the chain of the audit log, the next leaf, the next serial, joining an alert, and ids of
    /// notifications that rise in the order in which they are seen.
    async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut PgConnection) -> Work<'c, T> + Send + 'static,
    {
        apart(&self.writers, BEGIN_WRITING, move |connection| {
            Box::pin(async move {
                sqlx::query("SELECT pg_advisory_xact_lock($1)")
                    .bind(WRITING)
                    .execute(&mut *connection)
                    .await?;
                work(connection).await
            })
        })
        .await
    }

    /// Runs `work` in one transaction beside others. Its outcome must rest on no row but those that it changes, such as one UPDATE
    /// with a condition.
    async fn write_one<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut PgConnection) -> Work<'c, T> + Send + 'static,
    {
        apart(&self.readers, BEGIN_WRITING, work).await
    }

    /// As [`PostgresStore::write_one`], for what may be lost in a power cut, because it is then done or told again: its commit does
    /// not wait for the disk. What is committed after it is never kept without it.
    async fn write_repeatable<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut PgConnection) -> Work<'c, T> + Send + 'static,
    {
        apart(&self.readers, BEGIN_REPEATABLE, work).await
    }

    /// Runs `work`, which only reads, on one state of the database.
    async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut PgConnection) -> Work<'c, T> + Send + 'static,
    {
        apart(&self.readers, BEGIN_READING, work).await
    }

    /// After something was destroyed. What its rows held is sealed under keys that are gone (`record_keys`); the rows are
    /// removed all the same.
    async fn erase_remains(&self) -> Result<()> {
        sqlx::raw_sql(VACUUM).execute(&self.readers).await?;
        Ok(())
    }

    /// After a case was taken out of the index of names, whose key outlives it: the table is written anew, for a row that is removed
    /// stays in its page until something takes its place. What the write-ahead log holds of it goes with the log's segments.
    async fn erase_names(&self) -> Result<()> {
        sqlx::raw_sql("VACUUM FULL name_token").execute(&self.readers).await?;
        Ok(())
    }

    /// Closes every connection, after the writes that are under way.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writers.close().await;
        self.record_keys.close().await;
    }
}

/// Runs `work` in a transaction and a task of its own: a caller who goes away half-way (a device that hangs up) must leave no
/// transaction open, and in sqlx 0.9.0 a `begin` that is given up spoils its connection for the next (sqlx issue 4385).
async fn apart<T, F>(pool: &PgPool, begin: &'static str, work: F) -> Result<T>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut PgConnection) -> Work<'c, T> + Send + 'static,
{
    let pool = pool.clone();
    tokio::spawn(async move {
        let mut connection = pool.acquire().await?;
        let done = in_transaction(&mut connection, begin, work).await;
        if let Err(StoreError::Full | StoreError::Database(_)) = done {
            // Nothing is known of its state; the pool opens another.
            if let Err(error) = connection.close().await {
                tracing::warn!(%error, "a database connection did not close cleanly");
            }
        }
        done
    })
    .await
    .map_err(|_| StoreError::Interrupted)?
}

async fn in_transaction<T, F>(connection: &mut PgConnection, begin: &'static str, work: F) -> Result<T>
where
    F: for<'c> FnOnce(&'c mut PgConnection) -> Work<'c, T>,
{
    let mut transaction = connection.begin_with(begin).await?;
    match work(&mut transaction).await {
        Ok(value) => {
            transaction.commit().await?;
            Ok(value)
        }
        Err(error) => {
            // Now, not when the connection is used next: others wait for the lock.
            if let Err(rollback) = transaction.rollback().await {
                tracing::warn!(%rollback, "a transaction that failed was not rolled back cleanly");
            }
            Err(error)
        }
    }
}

impl crate::Store for PostgresStore {}
