//! What is refused before anything is written.

use proviso_store::{PostgresOptions, RecordStore as _, StoreError};
use proviso_testkit::postgres;

use crate::fixtures::device_id;
use crate::{batch, enrol, open, options};

#[tokio::test]
async fn a_database_that_cannot_be_used_is_refused_with_what_to_do() {
    let made = postgres::databases().await;
    let migrating = options(&made);
    let serving = PostgresOptions { migrate: false, ..migrating.clone() };

    let refused = open(&serving).await.err().expect("it is empty");
    assert!(matches!(refused, StoreError::OlderDatabase { found: 0, .. }), "{refused}");
    assert!(refused.to_string().contains("proviso-server migrate"), "{refused}");
    let pending = migrating.pending().await.expect("tried and taken back");
    assert!(pending.len() >= 2 && pending.iter().all(|one| !one.place.contains("password")), "{pending:?}");
    assert!(
        matches!(open(&serving).await.err(), Some(StoreError::OlderDatabase { found: 0, .. })),
        "still empty"
    );
    open(&migrating).await.expect("brought up").close().await;
    assert_eq!(migrating.pending().await.expect("read"), []);
    open(&serving).await.expect("fit for use").close().await;

    for (database, record_keys) in [
        (&made.database, &made.database),
        (&made.record_keys, &made.record_keys),
        (&made.record_keys, &made.database),
    ] {
        let one = PostgresOptions {
            database: database.parse().expect("an address"),
            record_keys: record_keys.parse().expect("an address"),
            ..migrating.clone()
        };
        let refused = open(&one).await.err().expect("records and keys in one").to_string();
        assert!(refused.contains("must be two"), "{refused}");
    }

    let mut database = postgres::connect(&made.database).await;
    sqlx::raw_sql("CREATE TABLE copy_under_way (source TEXT)").execute(&mut database).await.expect("marked");
    let refused = open(&serving).await.err().expect("a copy that is not whole").to_string();
    assert!(refused.contains("admin copy-store"), "{refused}");
    sqlx::raw_sql(
        "DROP TABLE copy_under_way; INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', true, '', 0)",
    )
    .execute(&mut database)
    .await
    .expect("a migration of a later program");
    let refused = open(&migrating).await.err().expect("refused");
    assert!(matches!(refused, StoreError::NewerDatabase { found: 9999, .. }), "{refused}");
}

#[tokio::test]
async fn while_another_process_writes_for_too_long_the_answer_is_busy_and_nothing_is_taken() {
    let made = postgres::databases().await;
    let impatient = PostgresOptions { lock_timeout_ms: 50, ..options(&made) };
    let store = open(&impatient).await.expect("a new database");
    enrol(&store).await;
    let mut other = postgres::connect(&made.database).await;
    // The writers' lock, whatever it is called: taken by whoever holds the one lock that a write waits for.
    sqlx::raw_sql("BEGIN; LOCK TABLE log_leaf IN ACCESS EXCLUSIVE MODE")
        .execute(&mut other)
        .await
        .expect("locked");
    let refused = store.record_append(batch(0)).await.expect_err("the lock is taken");
    assert!(matches!(refused, StoreError::Busy), "{refused:?}");
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await.expect("released");
    let done = store.record_append(batch(0)).await.expect("taken now");
    assert_eq!((done.durable_seq, done.added), (Some(0), 1));
    assert_eq!(store.record_position(device_id()).await.expect("read").durable_seq, Some(0));
    store.close().await;
}

#[tokio::test]
async fn a_database_whose_locks_keep_nobody_out_is_refused() {
    let made = postgres::databases().await;
    let migrating = options(&made);
    open(&migrating).await.expect("fit for use").close().await;
    // As engines have it that know the functions and do nothing in them.
    let mut database = postgres::connect(&made.database).await;
    let name: String =
        sqlx::query_scalar("SELECT current_database()::text").fetch_one(&mut database).await.expect("read");
    let pretend = format!(
        "ALTER DATABASE {name} SET search_path = public, pg_catalog;
         CREATE FUNCTION public.pg_advisory_xact_lock(bigint) RETURNS void LANGUAGE sql AS '';
         CREATE FUNCTION public.pg_try_advisory_lock(bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true'"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(pretend)).execute(&mut database).await.expect("pretended");
    let refused = open(&migrating).await.err().expect("refused").to_string();
    assert!(refused.contains("could not take turns"), "{refused}");
}
