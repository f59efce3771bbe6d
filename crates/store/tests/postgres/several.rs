//! Several processes on one database: each store here has connections of its own and knows nothing of the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use proviso_model::ids::{AuditId, DeviceId, JobId};
use proviso_store::{
    AppendBatch, AuditClose, AuditEntry, AuditStore as _, JobState, JobStore as _, LogStore as _,
    PostgresStore, RecordStore as _,
};
use proviso_testkit::postgres;
use tokio::task::JoinSet;

use crate::fixtures::{at, device, policy, record, record_hash};
use crate::{enrol, enrol_one, open, options};

const DEVICES: u8 = 6;
const RECORDS: u64 = 8;

fn device_of(nth: u8) -> DeviceId {
    DeviceId::random([100 + nth; 16])
}

/// Hashes of different devices' records differ by their salt.
fn batch_of(nth: u8, seq: u64) -> AppendBatch {
    let salt = 10 + nth;
    let previous = if seq == 0 { [0; 32] } else { record_hash(seq - 1, salt) };
    let mut id = [nth; 16];
    id[15] = seq as u8;
    AppendBatch {
        device: device_of(nth),
        epoch: 0,
        epoch_start: (0, [0; 32]),
        records: vec![record(seq, salt, previous)],
        job: JobId::random(id),
        received_at: at(20),
    }
}

async fn two_processes() -> (Vec<Arc<PostgresStore>>, postgres::Databases) {
    let made = postgres::databases().await;
    let first = open(&options(&made)).await.expect("a new database");
    enrol(&first).await;
    for nth in 0..DEVICES {
        let mut device = device();
        device.id = device_of(nth);
        let mut own = policy(1);
        (own.device, own.hash.0) = (device.id, [200 + nth; 32]);
        enrol_one(&first, device, own).await;
    }
    let second = open(&options(&made)).await.expect("the same database");
    (vec![Arc::new(first), Arc::new(second)], made)
}

/// Every device's records through both processes at once, acts of officers between them.
async fn everybody_writes(stores: &[Arc<PostgresStore>]) -> u64 {
    let mut writing = JoinSet::new();
    for (process, store) in stores.iter().enumerate() {
        for nth in 0..DEVICES {
            let store = Arc::clone(store);
            writing.spawn(async move {
                let mut added = 0;
                for seq in 0..RECORDS {
                    let done = store.record_append(batch_of(nth, seq)).await.expect("taken or known");
                    assert!(done.durable_seq >= Some(seq), "{done:?}");
                    added += done.added;
                }
                added
            });
        }
        let store = Arc::clone(store);
        writing.spawn(async move {
            for nth in 0..10_u8 {
                let id = AuditId::random([process as u8 * 10 + nth + 1; 16]);
                let entry = AuditEntry {
                    id,
                    opened_at: at(30),
                    actor: "test".to_owned(),
                    act: "test-act".to_owned(),
                    case: None,
                    objects: String::new(),
                    sealed: Vec::new(),
                };
                store.audit_open(&entry).await.expect("opened");
                let close = AuditClose { id, completed_at: at(31), outcome: "done".to_owned() };
                store.audit_complete(&close).await.expect("completed");
            }
            0
        });
    }
    writing.join_all().await.into_iter().sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_take_each_record_once_into_one_log_without_holes_and_one_chain_of_acts() {
    let (stores, made) = two_processes().await;
    let added = everybody_writes(&stores).await;
    assert_eq!(
        added,
        u64::from(DEVICES) * RECORDS,
        "each record was added once, by one process or the other"
    );
    let size = stores[0].log_size().await.expect("read");
    assert_eq!(size, added + 20, "a leaf for each record and each completed act");
    let mut database = postgres::connect(&made.database).await;
    let leaves: Vec<i64> = sqlx::query_scalar("SELECT leaf FROM log_leaf ORDER BY leaf")
        .fetch_all(&mut database)
        .await
        .expect("read");
    assert_eq!(leaves, (0..size as i64).collect::<Vec<_>>(), "without holes");
    let nodes: i64 =
        sqlx::query_scalar("SELECT count(*) FROM log_node").fetch_one(&mut database).await.expect("read");
    let complete: u64 = (0..64).map(|level| size >> level).sum();
    assert_eq!(nodes as u64, complete, "every complete node is kept");
    let acts = stores[1].audit_list(None, 0, 100).await.expect("read");
    assert_eq!(acts.len(), 20);
    assert!(
        acts.windows(2).all(|two| two[1].previous == two[0].hash && two[1].seq == two[0].seq + 1),
        "one chain"
    );
    for nth in 0..DEVICES {
        let position = stores[0].record_position(device_of(nth)).await.expect("read");
        assert_eq!(position.durable_seq, Some(RECORDS - 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_job_is_claimed_by_two_workers() {
    let (stores, _) = two_processes().await;
    everybody_writes(&stores).await;
    let ready = stores[0].job_count(JobState::Ready).await.expect("read");
    let mut working = JoinSet::new();
    for worker in 0..8 {
        let store = Arc::clone(&stores[worker % 2]);
        working.spawn(async move {
            let mut claimed = Vec::new();
            while let Some(job) = store.job_claim(at(40), at(60)).await.expect("an answer") {
                claimed.push(job.id);
            }
            claimed
        });
    }
    let claimed: Vec<JobId> = working.join_all().await.into_iter().flatten().collect();
    let different: BTreeSet<[u8; 16]> = claimed.iter().map(|id| *id.as_bytes()).collect();
    assert_eq!((claimed.len() as u64, different.len() as u64), (ready, ready), "each once, and none left");
    assert_eq!(stores[1].job_claim(at(59), at(80)).await.expect("read"), None, "the leases hold");
    assert!(stores[1].job_claim(at(60), at(80)).await.expect("read").is_some(), "and end");
}
