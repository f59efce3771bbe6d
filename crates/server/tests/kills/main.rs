//! Servers, workers, the database and the S3 server are killed while devices send, at places that a seed chooses: nothing that was
//! acknowledged is lost, nothing is put before an officer twice, and all goes on without a hand. Four seeds; `PROVISO_KILL_SEEDS=50`
//! for as many.

#[allow(dead_code, reason = "of the suite on devices")]
#[path = "../devices/device.rs"]
mod device;
#[allow(dead_code, reason = "of the suite on devices")]
#[path = "../devices/facts.rs"]
mod facts;
mod force;
#[allow(dead_code, reason = "of the suite on devices")]
#[path = "../devices/rig.rs"]
mod rig;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use proviso_ledger::hash::sha256;
use proviso_model::Digest;
use proviso_model::site_list::site_list_path;
use proviso_model::wire::Receipt;
use proviso_testkit::chance::Chance;
use proviso_testkit::postgres;
use reqwest::{Method, StatusCode};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use device::{Device, batch};
use facts::{finding, watched};
use force::{Force, VICTIMS, ticks};
use rig::Rig;

const DEVICES: u64 = 4;
/// Batches of each device, each of one minute watched and one finding.
const BATCHES: u64 = 12;
/// Kills of one seed.
const KILLS: usize = 3;
/// Seeds at a time: most of the time is spent waiting for the lease of a worker that was killed.
const AT_ONCE: usize = 4;
/// Everything comes to its end within this.
const PATIENCE: Duration = Duration::from_secs(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_is_killed_during_load_nothing_acknowledged_is_lost_and_nothing_is_alerted_twice() {
    let seeds = std::env::var("PROVISO_KILL_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    let (mut stories, places) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    for seed in 0..seeds {
        let places = Arc::clone(&places);
        stories.spawn(async move {
            let _place = places.acquire_owned().await.expect("never closed");
            tokio::time::timeout(PATIENCE, story(seed))
                .await
                .unwrap_or_else(|_| panic!("seed {seed}: no end"))
        });
    }
    let mut killed = std::collections::BTreeMap::new();
    while let Some(story) = stories.join_next().await {
        for victim in story.expect("a story that holds") {
            *killed.entry(victim).or_insert(0) += 1;
        }
    }
    assert_eq!(killed.values().sum::<usize>(), usize::try_from(seeds).expect("few") * KILLS, "{killed:?}");
}

/// One seed; gives what was killed.
async fn story(seed: u64) -> Vec<&'static str> {
    let chance = Chance::new(seed);
    let (mut force, devices) = Force::start().await;
    let acknowledged = Arc::new(AtomicU64::new(0));
    let list = force.list;
    let rig = Arc::clone(&force.rig);
    let mut sending = JoinSet::new();
    for device in devices {
        sending.spawn(send_all(Arc::clone(&rig), device, list, Arc::clone(&acknowledged)));
    }
    // At so many acknowledged batches each: the others are under way then. Every kind of victim comes first for some seed.
    let all = DEVICES * BATCHES;
    let mut places: Vec<u64> = (0..KILLS).map(|_| chance.below(all - DEVICES)).collect();
    places.sort_unstable();
    let mut killed = Vec::new();
    for (nth, place) in places.into_iter().enumerate() {
        ticks("as many are acknowledged", || acknowledged.load(Ordering::SeqCst) > place).await;
        let chosen = if nth == 0 { seed } else { chance.below(VICTIMS.len() as u64) };
        let victim = usize::try_from(chosen).expect("few") % VICTIMS.len();
        killed.push(VICTIMS.get(victim).copied().expect("one of them"));
        force.kill_and_start_again(victim).await;
    }
    let mut sent = BTreeSet::new();
    while let Some(done) = sending.join_next().await {
        sent.extend(done.expect("a device that came to its end"));
    }
    assert_eq!(sent.len() as u64, all * 2, "seed {seed}");
    force.all_done().await;
    check(seed, &force, &sent).await;
    killed
}

/// Sends each batch until its receipt comes, as the agent does, and fetches a part of a list between two. The hashes of the records.
async fn send_all(
    rig: Arc<Rig>,
    mut device: Device,
    list: (Digest, Digest),
    acknowledged: Arc<AtomicU64>,
) -> Vec<[u8; 32]> {
    let (at, mut hashes) = (rig.ctx.now(), Vec::new());
    for nth in 0..BATCHES {
        let at = at.plus_millis(i64::try_from(nth).expect("few") * 100);
        let records = [device.seal(watched(at, 3)), device.seal(finding(&device, at))];
        hashes.extend(records.iter().map(|record| record.header.record_hash()));
        let body = batch(&records.iter().collect::<Vec<_>>());
        let mut pause = tokio::time::interval(Duration::from_millis(50));
        loop {
            let answer = device.try_ask(&rig, Method::POST, "/v1/records", body.clone()).await;
            if let Ok(answer) = answer
                && answer.status == StatusCode::OK
            {
                let receipt: Receipt = answer.receipt();
                assert_eq!(receipt.durable_seq, Some(nth * 2 + 1));
                break;
            }
            pause.tick().await;
        }
        acknowledged.fetch_add(1, Ordering::SeqCst);
        loop {
            let answer = device.try_ask(&rig, Method::GET, &site_list_path(&list.0, 0), Vec::new()).await;
            if let Ok(answer) = answer
                && answer.status == StatusCode::OK
            {
                assert_eq!(Digest(sha256(&answer.body)), list.1, "the bytes of the list, or none");
                break;
            }
            pause.tick().await;
        }
    }
    hashes
}

async fn check(seed: u64, force: &Force, sent: &BTreeSet<[u8; 32]>) {
    assert_eq!(force.rig.ctx.store.job_dead_list(10).await.expect("read"), [], "seed {seed}");
    let database = &force.rig.databases.as_ref().expect("on PostgreSQL").database;
    let mut database = postgres::connect(database).await;
    let held: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT hash FROM record").fetch_all(&mut database).await.expect("read");
    let held_once: BTreeSet<[u8; 32]> =
        held.iter().map(|hash| hash.as_slice().try_into().expect("32 bytes")).collect();
    assert_eq!((held.len(), &held_once), (sent.len(), sent), "seed {seed}: each acknowledged record, once");
    for (question, says) in [
        ("SELECT count(*) FROM record WHERE kind IS NULL", "every record was opened"),
        ("SELECT count(*) FROM fork", "none is there under another's number"),
        (
            "SELECT count(*) FROM record r WHERE r.kind = 'finding' AND
             (SELECT count(*) FROM alert_finding j WHERE j.record = r.hash) <>
             (SELECT count(*) FROM finding f WHERE f.record = r.hash)",
            "each finding is in one alert",
        ),
        (
            "SELECT count(*) FROM record r WHERE r.kind = 'finding'
             AND NOT EXISTS (SELECT 1 FROM alert_finding j WHERE j.record = r.hash)",
            "every record of a finding is before an officer",
        ),
        (
            "SELECT abs((SELECT count(*) FROM notification WHERE kind IN ('alert-raised', 'alert-joined')) -
             (SELECT count(*) FROM alert_finding))",
            "each finding was told of once",
        ),
        (
            "SELECT abs((SELECT count(*) FROM notification WHERE kind = 'alert-raised') - (SELECT count(*) FROM alert))",
            "each alert was raised once",
        ),
        (
            "SELECT abs((SELECT CAST(sum(findings) AS BIGINT) FROM alert) - (SELECT count(*) FROM alert_finding))",
            "alerts count what is in them",
        ),
        (
            "SELECT count(*) FROM (SELECT leaf, row_number() OVER (ORDER BY leaf) - 1 AS place FROM log_leaf) l
             WHERE leaf <> place",
            "the log has no holes",
        ),
    ] {
        let wrong: i64 = sqlx::query_scalar(question).fetch_one(&mut database).await.expect(question);
        assert_eq!(wrong, 0, "seed {seed}: {says}");
    }
}
