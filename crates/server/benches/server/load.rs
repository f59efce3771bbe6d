//! Load: as fast as it goes, and at a steady rate, with the time until each finding is before an officer.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use proviso_server::app::Clock as _;
use tokio::sync::{Mutex, mpsc};
use tokio::task::JoinSet;

use crate::device::Device;
use crate::force::{Looking, SystemClock};

/// How often the database is looked at for what is before officers.
const LOOK: Duration = Duration::from_millis(10);
/// Records that are asked about at a time.
const ASKED_MAX: usize = 64;
/// Until then everything sent must be before an officer.
const WAIT_MAX: Duration = Duration::from_secs(120);

#[expect(clippy::disallowed_methods, reason = "a measurement")]
pub fn now() -> Instant {
    Instant::now()
}

/// Times in milliseconds, in order.
pub struct Times(Vec<f64>);

impl Times {
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort();
        Self(times.into_iter().map(|time| time.as_secs_f64() * 1e3).collect())
    }

    /// That which so many per cent are not above.
    pub fn percentile(&self, percent: usize) -> f64 {
        let place = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(place).copied().unwrap_or(f64::NAN)
    }
}

/// Devices that each send one record after the other; receipts per second until the first has no more or time is up.
pub async fn flat_out(devices: Vec<Device>, port: u16, time: Duration) -> Result<(f64, Times, Vec<Device>)> {
    let (start, ended) = (now(), Arc::new(AtomicBool::new(false)));
    let mut tasks = JoinSet::new();
    for mut device in devices {
        let ended = Arc::clone(&ended);
        tasks.spawn(async move {
            let mut took = Vec::new();
            while !ended.load(Ordering::Relaxed) && start.elapsed() < time {
                if device.spool.is_empty() {
                    ended.store(true, Ordering::Relaxed);
                    break;
                }
                let sent = now();
                device.send(port, 1).await?;
                took.push(sent.elapsed());
            }
            Ok::<_, anyhow::Error>((device, took, start.elapsed()))
        });
    }
    let (mut devices, mut took, mut last) = (Vec::new(), Vec::new(), Duration::ZERO);
    while let Some(done) = tasks.join_next().await {
        let (device, times, ended) = done??;
        devices.push(device);
        took.extend(times);
        last = last.max(ended);
    }
    let rate = took.len() as f64 / last.as_secs_f64();
    Ok((rate, Times::of(took), devices))
}

/// What a steady load found.
pub struct Steady {
    /// From the moment at which a device begins to send until the finding is before an officer.
    pub visible: Times,
    /// Until the receipt.
    pub receipt: Times,
    /// Findings a second that were sent.
    pub rate: f64,
    /// Pings that were answered.
    pub pings: u64,
}

/// Sends findings at a rate, one from one device after the other, while every device pings once a minute. Nobody waits for an answer
/// before the next is sent.
pub async fn steady(
    devices: &[Arc<Mutex<Device>>],
    port: u16,
    looking: Looking,
    (per_second, seconds): (f64, u64),
) -> Result<Steady> {
    let start = now();
    let count = (per_second * seconds as f64) as usize;
    let (told, sent) = mpsc::unbounded_channel();
    let seen = tokio::spawn(watch(looking, sent, count));
    let pings = Arc::new(AtomicU64::new(0));
    let pinging = tokio::spawn(ping(devices.to_vec(), port, Arc::clone(&pings)));
    let mut tasks: JoinSet<Result<Duration>> = JoinSet::new();
    for nth in 0..count {
        let due = start + Duration::from_secs_f64(nth as f64 / per_second);
        tokio::time::sleep_until(due.into()).await;
        let device = Arc::clone(devices.get(nth % devices.len()).context("a device")?);
        let told = told.clone();
        tasks.spawn(async move {
            let sent = now();
            let hashes = device.lock().await.send(port, 1).await?;
            let took = sent.elapsed();
            for hash in hashes {
                told.send((hash, sent))?;
            }
            Ok(took)
        });
    }
    drop(told);
    let mut receipts = Vec::with_capacity(count);
    while let Some(done) = tasks.join_next().await {
        receipts.push(done??);
    }
    let rate = count as f64 / start.elapsed().as_secs_f64();
    let visible =
        tokio::time::timeout(WAIT_MAX, seen).await.context("not all came before an officer")???;
    pinging.abort();
    let pings = pings.load(Ordering::Relaxed);
    Ok(Steady { visible: Times::of(visible), receipt: Times::of(receipts), rate, pings })
}

async fn ping(devices: Vec<Arc<Mutex<Device>>>, port: u16, answered: Arc<AtomicU64>) -> Result<()> {
    let pause = Duration::from_secs_f64(60.0 / devices.len() as f64);
    let mut ticks = tokio::time::interval(pause);
    for device in devices.iter().cycle() {
        ticks.tick().await;
        let (device, answered) = (Arc::clone(device), Arc::clone(&answered));
        tokio::spawn(async move {
            if device.lock().await.ping(port, SystemClock.now()).await.is_ok() {
                answered.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    Ok(())
}

/// Looks until everything that was sent is there. A finding that was seen before its receipt came back waits for it here.
async fn watch(
    mut looking: Looking,
    mut sent: mpsc::UnboundedReceiver<([u8; 32], Instant)>,
    count: usize,
) -> Result<Vec<Duration>> {
    let mut since: HashMap<Vec<u8>, Instant> = HashMap::new();
    let mut seen: HashMap<Vec<u8>, Instant> = HashMap::new();
    let mut times = Vec::with_capacity(count);
    // Everything from before is done.
    let mut next = looking.records_from(0).await?.last().map_or(0, |(leaf, _)| leaf + 1);
    let mut waiting: BTreeMap<i64, Vec<u8>> = BTreeMap::new();
    let mut ticks = tokio::time::interval(LOOK);
    while times.len() < count {
        ticks.tick().await;
        // Each record is read once, and those that wait longest are asked about: looking must not become the load.
        for (leaf, hash) in looking.records_from(next).await? {
            waiting.insert(leaf, hash);
            next = leaf + 1;
        }
        let asked: Vec<i64> = waiting.keys().copied().take(ASKED_MAX).collect();
        let shown = looking.shown_of(&asked).await?;
        let at = now();
        for leaf in shown {
            seen.extend(waiting.remove(&leaf).map(|hash| (hash, at)));
        }
        while let Ok((hash, when)) = sent.try_recv() {
            since.insert(hash.to_vec(), when);
        }
        since.retain(|hash, when| match seen.remove(hash) {
            Some(at) => {
                times.push(at.duration_since(*when));
                false
            }
            None => true,
        });
    }
    Ok(times)
}
