//! What is particular to PostgreSQL: what is refused at the door, several processes on one database, a key that is destroyed.

mod door;
#[path = "../conformance/fixtures.rs"]
#[expect(dead_code, reason = "shared with the conformance suite; this one needs a part of it")]
mod fixtures;
mod schema;
mod several;

use std::sync::Arc;
use std::time::Duration;

use proviso_store::{
    AppendBatch, CaseStore as _, Destruction, DestructionStore as _, DeviceRow, DeviceStore as _,
    EnrolmentCodeRow, OfficerStore as _, PolicyRow, PostgresOptions, PostgresStore, RECORD_KEY_BYTES,
    RecordStore as _, StoreError,
};
use proviso_testkit::postgres::{self, Databases};

use fixtures::{
    ToyHasher, at, case, case_id, device, device_id, job_id, officer, order, policy, record, record_hash,
};

fn options(made: &Databases) -> PostgresOptions {
    let database = made.database.parse().expect("an address");
    let record_keys = made.record_keys.parse().expect("an address");
    PostgresOptions { migrate: true, ..PostgresOptions::new(database, record_keys) }
}

async fn open(options: &PostgresOptions) -> Result<PostgresStore, StoreError> {
    PostgresStore::open(options, Arc::new(ToyHasher)).await
}

/// An officer, a case and one device.
async fn enrol(store: &PostgresStore) {
    store.officer_add(&officer()).await.expect("added");
    store.case_add(&case(), &order(1)).await.expect("opened");
    enrol_one(store, device(), policy(1)).await;
}

async fn enrol_one(store: &PostgresStore, device: DeviceRow, policy: PolicyRow) {
    let code_hash = policy.hash.0;
    let (issued_at, expires_at) = (at(5), at(50));
    let code = EnrolmentCodeRow { code_hash, case: case_id(), issued_at, expires_at, used_at: None };
    store.enrolment_code_add(&code).await.expect("issued");
    store.device_add(&device, &policy, &[], &code_hash, at(10)).await.expect("enrolled");
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
async fn a_caller_who_goes_away_half_way_leaves_no_transaction_open() {
    let store = open(&options(&postgres::databases().await)).await.expect("a new database");
    enrol(&store).await;
    for seq in 0..20 {
        // Given up at some point or other, as when a device hangs up.
        let patience = Duration::from_micros(seq * 100);
        let _ = tokio::time::timeout(patience, store.record_append(batch(seq))).await;
        let _ = tokio::time::timeout(patience, store.record_position(device_id())).await;
        let done = store.record_append(batch(seq)).await.expect("the writers are free again");
        assert_eq!(done.durable_seq, Some(seq), "once, whether the abandoned call was carried out or not");
        let position = store.record_position(device_id()).await.expect("so are the readers");
        assert_eq!(position.durable_seq, Some(seq));
    }
    store.close().await;
}

/// The bytes of a key are looked for in every file of the database of keys.
#[tokio::test]
async fn a_destroyed_key_is_in_no_file_of_its_database() {
    let made = postgres::databases().await;
    let store = open(&options(&made)).await.expect("a new database");
    enrol(&store).await;
    let mut planted = batch(0);
    let first = planted.records.first_mut().expect("one");
    first.body = [vec![7; RECORD_KEY_BYTES - 12], b"planted-key!planted-body".to_vec()].concat();
    let hash = first.hash;
    store.record_append(planted).await.expect("taken");
    store.record_append(batch(1)).await.expect("another");

    let mut keys = postgres::connect(&made.record_keys).await;
    let folder: String = sqlx::query_scalar(
        "SELECT current_setting('data_directory') || '/base/' || oid FROM pg_database WHERE datname = current_database()",
    )
    .fetch_one(&mut keys)
    .await
    .expect("the folder of the database");
    let mut found = async |needle: &[u8]| {
        sqlx::raw_sql("CHECKPOINT").execute(&mut keys).await.expect("written");
        let files = std::fs::read_dir(&folder).expect("a folder");
        files
            .filter(|file| {
                // One that is let go of may vanish meanwhile.
                let bytes = std::fs::read(file.as_ref().expect("a file").path()).unwrap_or_default();
                bytes.windows(needle.len()).any(|window| window == needle)
            })
            .count()
    };
    assert_eq!((found(b"planted-key!").await, found(b"planted-body").await), (1, 0), "keys alone are there");
    let what = Destruction { records: vec![hash], at: at(30), why: "test".to_owned(), certificate: [1; 16] };
    store.record_destroy(&what).await.expect("destroyed");
    assert_eq!(found(b"planted-key!").await, 0);
    assert_eq!(store.record_key(&hash).await.expect("read"), None);
    store.record_destroy(&what).await.expect("again, which changes nothing");
    let other = store.record_get(&record_hash(1, 0)).await.expect("read").expect("the other record");
    assert_eq!(other.body, Some(record(1, 0, [0; 32]).body), "the key beside it is whole");
    let due: i64 =
        sqlx::query_scalar("SELECT count(*) FROM rewrite_due").fetch_one(&mut keys).await.expect("read");
    assert_eq!(due, 0, "nothing is left to do");
    store.close().await;
}
