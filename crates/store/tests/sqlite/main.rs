//! What is particular to SQLite: what is refused at the door, what a full disk does, what an abandoned request leaves.

#[path = "../conformance/fixtures.rs"]
#[expect(dead_code, reason = "shared with the conformance suite; this one needs a part of it")]
mod fixtures;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use proviso_model::ids::DeviceId;
use proviso_store::{
    AppendBatch, CaseStore as _, Destruction, DestructionStore as _, DeviceStore as _, EnrolmentCodeRow,
    OfficerStore as _, RECORD_KEY_BYTES, RecordStore as _, SqliteOptions, SqliteStore, StoreError,
};

use tokio::task::JoinSet;

use fixtures::{
    ToyHasher, at, case, case_id, device, device_id, job_id, officer, order, policy, record, record_hash,
};

async fn open(options: &SqliteOptions) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(options, Arc::new(ToyHasher)).await
}

async fn enrol(store: &SqliteStore) {
    store.officer_add(&officer()).await.expect("added");
    store.case_add(&case(), &order(1)).await.expect("opened");
    let code = EnrolmentCodeRow {
        code_hash: [31; 32],
        case: case_id(),
        issued_at: at(5),
        expires_at: at(50),
        used_at: None,
    };
    store.enrolment_code_add(&code).await.expect("issued");
    store.device_add(&device(), &policy(1), &[], &[31; 32], at(10)).await.expect("enrolled");
}

fn batch(seq: u64) -> AppendBatch {
    let previous = if seq == 0 { [0; 32] } else { record_hash(seq - 1, 0) };
    AppendBatch {
        device: device_id(),
        epoch: 0,
        epoch_start: (0, [0; 32]),
        records: vec![record(seq, 0, previous)],
        job: job_id(seq as u8),
        received_at: at(20),
    }
}

#[tokio::test]
async fn a_database_newer_than_the_program_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteOptions::new(folder.path().join("newer.db"));
    open(&options).await.expect("a new database").close().await;
    let url = format!("sqlite://{}", options.path.display());
    let pool = sqlx::SqlitePool::connect(&url).await.expect("opened");
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', 1, x'00', 0)",
    )
    .execute(&pool)
    .await
    .expect("a migration of a later program");
    pool.close().await;

    let refused = open(&options).await.err().expect("refused");
    assert!(matches!(refused, StoreError::NewerDatabase { found: 9999, .. }), "{refused}");
    let words = refused.to_string();
    assert!(words.contains("newer.db") && words.contains("newer proviso-server"), "{words}");
}

#[tokio::test]
async fn a_full_disk_refuses_whole_batches_and_keeps_every_acknowledged_record() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut options = SqliteOptions::new(folder.path().join("full.db"));
    let store = open(&options).await.expect("a new database");
    enrol(&store).await;
    store.close().await;

    let pages = std::fs::metadata(&options.path).expect("a file").len() / 4096;
    options.pages_max = Some(u32::try_from(pages).expect("few") + 8);
    let store = open(&options).await.expect("opened with little room");
    let mut acknowledged = Vec::new();
    let refused = loop {
        let seq = acknowledged.len() as u64;
        match store.record_append(batch(seq)).await {
            Ok(done) => acknowledged.push(done.durable_seq.expect("a number")),
            Err(error) => break error,
        }
        assert!(acknowledged.len() < 200, "the allowance must end at some point");
    };
    assert!(matches!(refused, StoreError::Full), "{refused}");
    assert!(refused.to_string().contains("free disk space"), "{refused}");
    assert!(!acknowledged.is_empty());
    let again = store.record_append(batch(acknowledged.len() as u64)).await.expect_err("still no room");
    assert!(matches!(again, StoreError::Full), "the writer is not left in a broken transaction: {again:?}");
    store.close().await;

    options.pages_max = None;
    let store = open(&options).await.expect("opened with room");
    let kept = store.record_range(device_id(), 0, 0, 1_000).await.expect("read");
    assert_eq!(kept.iter().map(|record| record.seq).collect::<Vec<_>>(), acknowledged);
    let next = acknowledged.len() as u64;
    let done = store.record_append(batch(next)).await.expect("goes on where it stopped");
    assert_eq!(done.durable_seq, Some(next));
}

#[tokio::test]
async fn a_caller_who_goes_away_half_way_leaves_no_transaction_open() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteOptions::new(folder.path().join("abandoned.db"));
    let store = open(&options).await.expect("a new database");
    enrol(&store).await;
    for seq in 0..20 {
        // Polled once, then dropped, as when a device hangs up.
        let _ = tokio::time::timeout(Duration::ZERO, store.record_append(batch(seq))).await;
        let done = store.record_append(batch(seq)).await.expect("the writer is free again");
        assert_eq!(done.durable_seq, Some(seq), "once, whether the abandoned call was carried out or not");
    }
}

#[tokio::test]
async fn batches_that_wait_together_are_each_answered_as_if_they_had_come_one_after_the_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = open(&SqliteOptions::new(folder.path().join("together.db"))).await.expect("a new database");
    enrol(&store).await;
    // The same batch many times, the one after it, and one of a device that nobody knows, in the middle of them.
    let mut sent: Vec<AppendBatch> = vec![batch(0); 7];
    sent.push(AppendBatch { device: DeviceId::random([99; 16]), job: job_id(50), ..batch(0) });
    sent.extend([batch(1), batch(0), batch(1)]);
    let mut waiting = JoinSet::new();
    for (place, batch) in sent.into_iter().enumerate() {
        let store = store.clone();
        waiting.spawn(async move { (place, store.record_append(batch).await) });
    }
    let (mut added, mut known, mut unknown, mut leaves) = (0, 0, Vec::new(), BTreeSet::new());
    while let Some(done) = waiting.join_next().await {
        match done.expect("an answer") {
            (_, Ok(done)) => {
                (added, known) = (added + done.added, known + done.known);
                leaves.extend(done.durable_leaf.filter(|_| done.added > 0));
            }
            (place, Err(StoreError::Missing(_))) => unknown.push(place),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((added, known, unknown), (2, 8, vec![7]));
    assert_eq!(leaves, BTreeSet::from([0, 1]));
}

#[tokio::test]
async fn while_another_process_writes_the_answer_is_busy_and_nothing_is_taken() {
    use sqlx::{ConnectOptions as _, Connection as _};
    let folder = tempfile::tempdir().expect("a folder");
    let mut options = SqliteOptions::new(folder.path().join("busy.db"));
    options.busy_timeout_ms = 50;
    let store = open(&options).await.expect("a new database");
    enrol(&store).await;
    let mut other =
        sqlx::sqlite::SqliteConnectOptions::new().filename(&options.path).connect().await.expect("opened");
    let writing = other.begin_with("BEGIN IMMEDIATE").await.expect("the write lock");
    let refused = store.record_append(batch(0)).await.expect_err("the lock is taken");
    assert!(matches!(refused, StoreError::Busy), "{refused}");
    writing.rollback().await.expect("released");
    let done = store.record_append(batch(0)).await.expect("taken now");
    assert_eq!((done.durable_seq, done.added), (Some(0), 1));
}

#[tokio::test]
async fn a_destroyed_record_is_in_no_file_of_the_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = SqliteOptions::new(folder.path().join("erased.db"));
    let store = open(&options).await.expect("a new database");
    enrol(&store).await;
    let mut planted = batch(0);
    let record = planted.records.first_mut().expect("one");
    record.body = [vec![7; RECORD_KEY_BYTES - 12], b"planted-key!planted-body".to_vec()].concat();
    let hash = record.hash;
    store.record_append(planted).await.expect("taken");
    let found = |needle: &[u8]| {
        let files = std::fs::read_dir(folder.path()).expect("a folder");
        files
            .filter(|file| {
                let bytes = std::fs::read(file.as_ref().expect("a file").path()).expect("read");
                bytes.windows(needle.len()).any(|window| window == needle)
            })
            .count()
    };
    assert!(found(b"planted-key!") == 1 && found(b"planted-body") == 1, "each in a file of its own");
    let copy = folder.path().join("backup.db");
    let url = format!("sqlite://{}", options.path.display());
    let other = sqlx::SqlitePool::connect(&url).await.expect("opened");
    sqlx::query("VACUUM INTO $1").bind(copy.display().to_string()).execute(&other).await.expect("a backup");
    other.close().await;
    let backup = std::fs::read(&copy).expect("read");
    assert!(!backup.windows(12).any(|window| window == b"planted-key!"), "a backup holds no key");
    std::fs::remove_file(copy).expect("removed");

    let what = Destruction { records: vec![hash], at: at(30), why: "test".to_owned(), certificate: [1; 16] };
    store.record_destroy(&what).await.expect("destroyed");
    assert_eq!((found(b"planted-key!"), found(b"planted-body")), (0, 0));
    store.close().await;
}
