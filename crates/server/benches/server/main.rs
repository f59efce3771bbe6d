//! The server under the load of a force, on both stores, beside pgbench: `cargo xtask bench server`.
//!
//! 1,300 devices with a case, keys, a certificate and a connection each, over real TLS to the program's own process. First 64 of them
//! send one record after the other as fast as receipts come, without a worker: receipts per second beside pgbench, which does the
//! same inserts in the same transactions with as many clients on the same disk. Then all, each pinging once a minute, at 20 findings
//! a second and at 200, with the worker: from the moment at which a device begins to send until its finding is before an officer.
//! Client and server share the machine; processor time is that of the server's process and, on PostgreSQL, of the database's.

#[allow(dead_code, reason = "also of the bench of growth")]
mod device;
#[allow(dead_code, reason = "also of the bench of growth")]
mod force;
mod load;
mod postgres;

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use proviso_server::app::Clock as _;
use tokio::sync::Mutex;

use device::Device;
use force::{Force, SystemClock, used};
use load::{flat_out, now, steady};
use postgres::{Sizes, peer, postmaster};
use proviso_testkit::postgres::Cluster;

const DEVICES: usize = 1_300;
/// Devices of the first part, and records of each.
const FLAT_OUT: usize = 64;
const FLAT_OUT_RECORDS: usize = 200;
const FLAT_OUT_TIME: Duration = Duration::from_secs(12);
/// Findings a second, and for how long.
const PEAK: (f64, u64) = (20.0, 20);
const TEN_TIMES_PEAK: (f64, u64) = (200.0, 20);
const RATIO_MIN: f64 = 0.5;
const VISIBLE_P99_MS_MAX: f64 = 2_000.0;

#[tokio::main]
async fn main() -> Result<()> {
    // What comes through HTTP clients and servers of this process; only the first installs it.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let number = |name: &str, usual: usize| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
    };
    let devices = number("PROVISO_BENCH_DEVICES", DEVICES);
    let cluster = Cluster::start();
    for (name, store) in [("SQLite", None), ("PostgreSQL", Some(&cluster))] {
        if std::env::var("PROVISO_BENCH_STORE").is_ok_and(|only| only != name) {
            continue;
        }
        measure(name, store, &cluster, devices).await?;
    }
    Ok(())
}

/// One figure as `cargo xtask bench` reads it.
fn print(bench: &str, ours: f64, unit: &str, more: serde_json::Value) -> Result<()> {
    let mut figure =
        serde_json::json!({ "bench": bench, "ours": (ours * 100.0).round() / 100.0, "unit": unit });
    if let (Some(figure), serde_json::Value::Object(more)) = (figure.as_object_mut(), more) {
        figure.extend(more);
    }
    Ok(writeln!(std::io::stdout(), "{figure}")?)
}

fn say(words: &str) -> Result<()> {
    Ok(writeln!(std::io::stderr(), "{words}")?)
}

async fn measure(name: &str, store: Option<&Cluster>, cluster: &Cluster, count: usize) -> Result<()> {
    let force = Force::make(store).await?;
    let start = now();
    let mut devices = Vec::with_capacity(count);
    for nth in 0..count {
        devices.push(Device::enrol(&force.ctx, nth, &force.ca_pem).await?);
    }
    say(&format!("{name}: {count} devices enrolled in {:.1} s", start.elapsed().as_secs_f64()))?;
    let mut few: Vec<Device> = devices.drain(..FLAT_OUT.min(count / 2)).collect();
    few = ingest(name, &force, cluster, few).await?;
    // Those of the first part hold records that were not sent; they only ping from now on.
    for device in &mut few {
        device.spool.clear();
    }
    let both: f64 = PEAK.0 * PEAK.1 as f64 + TEN_TIMES_PEAK.0 * TEN_TIMES_PEAK.1 as f64;
    let each = (both / devices.len() as f64).ceil() as usize + 2;
    let start = now();
    for device in &mut devices {
        device.seal_findings(each, SystemClock.now())?;
    }
    say(&format!("{name}: {each} findings of each sealed in {:.1} s", start.elapsed().as_secs_f64()))?;
    let devices: Vec<_> = devices.into_iter().map(|device| Arc::new(Mutex::new(device))).collect();
    let serving = force.serve(true)?;
    // What the first part left to do is done first, and every device connects once.
    wait_for_work(&force).await?;
    for device in &devices {
        device.lock().await.ping(serving.port, SystemClock.now()).await?;
    }
    for (words, load) in [("peak", PEAK), ("10 times peak", TEN_TIMES_PEAK)] {
        let database = || store.and_then(|cluster| postmaster(cluster).ok()).map_or((0.0, 0.0), used);
        let (before, database_before, start) = (serving.used(), database(), now());
        let found = steady(&devices, serving.port, force.look().await?, load).await?;
        let (after, database_after, took) = (serving.used(), database(), start.elapsed().as_secs_f64());
        say(&format!(
            "{name}, {words}: {:.1} findings/s sent, {} pings answered, receipt p50 {:.0} p95 {:.0} p99 {:.0} ms",
            found.rate,
            found.pings,
            found.receipt.percentile(50),
            found.receipt.percentile(95),
            found.receipt.percentile(99)
        ))?;
        let judged = serde_json::json!({ "ours_max": VISIBLE_P99_MS_MAX });
        for (percent, more) in [(50, serde_json::json!({})), (95, serde_json::json!({})), (99, judged)] {
            let bench = format!("{name}, {words}: sent to before an officer, p{percent}");
            print(&bench, found.visible.percentile(percent), "ms", more)?;
        }
        let cores = |after: (f64, f64), before: (f64, f64)| 100.0 * (after.0 - before.0) / took;
        let none = serde_json::json!({});
        print(
            &format!("{name}, {words}: server, processor"),
            cores(after, before),
            "% of one core",
            none.clone(),
        )?;
        print(&format!("{name}, {words}: server, memory"), after.1, "MiB", none.clone())?;
        if store.is_some() {
            let bench = format!("{name}, {words}: database, processor");
            print(&bench, cores(database_after, database_before), "% of one core", none)?;
        }
    }
    Ok(())
}

/// The first part, beside the peer.
async fn ingest(
    name: &str,
    force: &Force,
    cluster: &Cluster,
    mut devices: Vec<Device>,
) -> Result<Vec<Device>> {
    let start = now();
    for device in &mut devices {
        device.seal_findings(FLAT_OUT_RECORDS, SystemClock.now())?;
    }
    let record = devices.first().and_then(|device| device.spool.front()).map_or(0, |one| one.framed.len());
    say(&format!("{name}: sealed in {:.1} s; a record has {record} bytes", start.elapsed().as_secs_f64()))?;
    let serving = force.serve(false)?;
    let clients = devices.len();
    for device in &mut devices {
        device.ping(serving.port, SystemClock.now()).await?;
    }
    let (before, start) = (serving.used(), now());
    let (rate, times, devices) = flat_out(devices, serving.port, FLAT_OUT_TIME).await?;
    let cores = 100.0 * (serving.used().0 - before.0) / start.elapsed().as_secs_f64();
    drop(serving);
    let sizes = Sizes { header: 250, body: record.saturating_sub(250 + 64 + 32), checkpoint: 230 };
    let theirs = peer(cluster, sizes, clients, FLAT_OUT_TIME.as_secs()).await?;
    say(&format!(
        "{name}, flat out: receipt p50 {:.0} p95 {:.0} p99 {:.0} ms, server {cores:.0} % of one core",
        times.percentile(50),
        times.percentile(95),
        times.percentile(99)
    ))?;
    let more = serde_json::json!({
        "beside": format!("pgbench, {clients} clients"),
        "theirs": theirs.round(),
        "ratio_min": RATIO_MIN,
    });
    print(&format!("{name}, flat out: commits of one record, {clients} devices"), rate, "receipts/s", more)?;
    Ok(devices)
}

async fn wait_for_work(force: &Force) -> Result<()> {
    let start = now();
    let mut left = force.ctx.store.job_count(proviso_store::JobState::Ready).await?;
    let all = left;
    while left > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        left = force.ctx.store.job_count(proviso_store::JobState::Ready).await?;
    }
    let took = start.elapsed().as_secs_f64();
    say(&format!(
        "the worker did {all} jobs of one finding in {took:.1} s: {:.0} a second",
        all as f64 / took
    ))
}
