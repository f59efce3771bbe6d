//! A store is moved from SQLite to PostgreSQL, row by row, also when the move is stopped half-way.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use proviso_store::{
    AppendBatch, AuditStore as _, CopyError, CopyProgress, LogStore as _, NotificationKind, PostgresOptions,
    PostgresStore, RecordStore as _, SqliteOptions, SqliteStore, Store, StoreError, copy_store,
};
use proviso_testkit::postgres;
use sqlx::Row as _;
use tokio::sync::Notify;

use crate::fixtures::{ToyHasher, at, device_id, job_id, record, record_hash};
use crate::story;

/// The whole story, and enough records after it that tables have several pages.
async fn source(folder: &Path) -> SqliteOptions {
    let options = SqliteOptions::new(folder.join("moved.db"));
    let store = SqliteStore::open(&options, Arc::new(ToyHasher)).await.expect("a new database");
    story(&store).await;
    let start = [7; 32];
    let mut previous = start;
    let records = (0..450).map(|seq| {
        let next = record(seq, 3, previous);
        previous = record_hash(seq, 3);
        next
    });
    let batch = AppendBatch {
        device: device_id(),
        epoch: 9,
        epoch_start: (0, start),
        records: records.collect(),
        job: job_id(99),
        received_at: at(900),
    };
    let done = store.record_append(batch).await.expect("taken");
    assert_eq!(done.added, 450, "{done:?}");
    store.close().await;
    options
}

async fn target() -> (PostgresOptions, postgres::Databases) {
    let made = postgres::databases().await;
    let address = |text: &str| text.parse().expect("an address");
    (PostgresOptions::new(address(&made.database), address(&made.record_keys)), made)
}

/// Begins a copy and stops it at the page of that number of a table, as a kill does.
async fn stopped_at((table, page): (&'static str, u32), source: &SqliteOptions, target: &PostgresOptions) {
    let (source, target) = (source.clone(), target.clone());
    let reached = Arc::new(Notify::new());
    let reach = Arc::clone(&reached);
    let pages = AtomicU32::new(0);
    let mut copying = tokio::spawn(async move {
        let mut tell = |step: &CopyProgress<'_>| {
            if step.table == table && pages.fetch_add(1, Ordering::Relaxed) == page {
                reach.notify_one();
            }
        };
        copy_store(&source, &target, &mut tell).await
    });
    tokio::select! {
        () = reached.notified() => {}
        ended = &mut copying => panic!("it ended before page {page} of {table}: {ended:?}"),
    }
    copying.abort();
    let ended = copying.await;
    assert!(ended.is_err_and(|error| error.is_cancelled()), "stopped half-way");
}

#[tokio::test]
async fn a_store_is_moved_whole_also_after_being_stopped_and_compared_row_by_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = source(folder.path()).await;
    let (target, made) = target().await;
    for place in [("record_key", 1), ("log_leaf", 2), ("record", 1), ("record_body", 1), ("alert", 1)] {
        stopped_at(place, &source, &target).await;
        let refused = PostgresStore::open(&target, Arc::new(ToyHasher)).await.err().expect("not whole");
        assert!(matches!(refused, StoreError::Unusable { .. }), "{refused}");
    }
    let mut steps = Vec::new();
    let copied =
        copy_store(&source, &target, &mut |step| steps.push((step.is_comparing, step.rows <= step.rows_all)))
            .await
            .expect("moved");
    assert!(steps.iter().all(|(_, within)| *within) && steps.is_sorted(), "copied, then compared");
    let rows: u64 = copied.iter().map(|table| table.rows).sum();
    let of = |name: &str| copied.iter().find(|table| table.table == name).expect("a table").rows;
    assert!(of("record") > 450 && of("record_key") > 450 && of("finding") > 0, "{rows} rows: {copied:?}");

    let before = SqliteStore::open(&source, Arc::new(ToyHasher)).await.expect("as it was");
    let after = PostgresStore::open(&target, Arc::new(ToyHasher)).await.expect("whole");
    assert_eq!(before.log_size().await.expect("read"), after.log_size().await.expect("read"));
    let acts = before.audit_list(None, 0, 1_000).await.expect("read");
    assert_eq!(after.audit_list(None, 0, 1_000).await.expect("read"), acts);
    let records = before.record_range(device_id(), 9, 0, 1_000).await.expect("read");
    assert_eq!(after.record_range(device_id(), 9, 0, 1_000).await.expect("read"), records);
    goes_on(&after).await;

    let refused = copy_store(&source, &target, &mut |_| {}).await.expect_err("there is a store");
    assert!(matches!(refused, CopyError::NotEmpty { .. }), "{refused}");
    before.close().await;
    after.close().await;
    let mut database = postgres::connect(&made.database).await;
    let row = sqlx::query("SELECT to_regclass('copy_under_way')::text AS mark")
        .fetch_one(&mut database)
        .await
        .expect("read");
    assert_eq!(row.get::<Option<String>, _>("mark"), None, "nothing of the move is left");
}

/// The moved store goes on where the old one stopped.
async fn goes_on(store: &dyn Store) {
    let last = store.notification_last().await.expect("read");
    let batch = AppendBatch {
        device: device_id(),
        epoch: 9,
        epoch_start: (0, [7; 32]),
        records: vec![record(0, 44, [7; 32])],
        job: job_id(98),
        received_at: at(901),
    };
    store.record_append(batch).await.expect("kept apart, which an officer is told");
    let told = store.notification_after(last, 10).await.expect("read");
    let told: Vec<_> = told.iter().map(|told| (told.id > last, told.kind)).collect();
    assert_eq!(told, [(true, NotificationKind::DeviceNotice)], "its number is above every earlier one");
}

#[tokio::test]
async fn a_copy_that_differs_is_named_by_table_and_row_and_not_served() {
    let folder = tempfile::tempdir().expect("a folder");
    let source = source(folder.path()).await;
    let (target, made) = target().await;
    stopped_at(("record_body", 0), &source, &target).await;
    let mut database = postgres::connect(&made.database).await;
    sqlx::raw_sql("UPDATE officer SET display_name = 'Somebody else'")
        .execute(&mut database)
        .await
        .expect("tampered");
    let refused = copy_store(&source, &target, &mut |_| {}).await.expect_err("not the same");
    let said = refused.to_string();
    assert!(matches!(&refused, CopyError::Differs { table, .. } if table == "officer"), "{said}");
    assert!(PostgresStore::open(&target, Arc::new(ToyHasher)).await.is_err(), "it is not served");

    let elsewhere = SqliteOptions::new(folder.path().join("other.db"));
    let refused = copy_store(&elsewhere, &target, &mut |_| {}).await.expect_err("no such file");
    assert!(matches!(refused, CopyError::NoSource { .. }), "{refused}");
    SqliteStore::open(&elsewhere, Arc::new(ToyHasher)).await.expect("made").close().await;
    let refused = copy_store(&elsewhere, &target, &mut |_| {}).await.expect_err("another source");
    assert!(matches!(refused, CopyError::OtherSource { .. }), "{refused}");
}
