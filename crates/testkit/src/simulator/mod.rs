//! One seeded run: a device under an invented order sees things, loses power and reaches its server over a bad network,
//! while the server is killed under it. Afterwards the record must be whole.
//!
//! What is real here: the agent's watcher, spool (redb) and uplink; the server's handlers, ingest, store (SQLite on
//! disk), log and replay. What is simulated: the clock, the disk under the spool, the network, chance.

mod accounted;
pub(crate) mod clock;
pub(crate) mod device;
pub(crate) mod disk;
mod jumps;
mod network;
mod outcome;
mod restore;
pub(crate) mod server;
mod server_lost;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use proviso_agent::uplink::NOTE_ACCEPTED;
use proviso_agent::{Next, Observed, Spool, StateDir};
use proviso_model::ids::CaseId;
use proviso_server::app::{device as device_acts, force as force_acts};
use proviso_server::keys::certificates::DeviceTerm;
use proviso_server::{jobs, keys};

pub use outcome::Outcome;

use crate::chance::Chance;
use clock::SimClock;
use device::{NewDevice, SimDevice, keep_server_time};
use disk::SimDisk;
use jumps::Jumps;
use network::{Faults, SimNetwork};
use restore::Restore;
use server::SimServer;
use server_lost::ServerLoss;

/// The demonstration order.
const ORDER: &str = include_str!("../../../../testdata/demo/order.toml");
/// Steps of one run before the network heals.
const STEPS: u64 = 60;
/// Uplink steps in which a healed network must have emptied the spool.
const HEALED_STEPS_MAX: u64 = 4_000;

/// Something that a run may break on purpose, to show that the checks can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sabotage {
    /// Nothing.
    None,
    /// Counts an observation as acknowledged before it is durable.
    AcknowledgeEarly,
    /// The disk says that it has synced and has not.
    SyncLies,
    /// The server has no fork check.
    ForksSwallowed,
    /// The force writes its log anew in the middle of the run, with its own keys.
    LogRewritten,
    /// The agent puts no gap of its clock on record.
    ClockGapsDropped,
    /// The server says that a record is backed up as soon as it is committed.
    BackedUpEarly,
}

/// What happens in a run beside power cuts, kills and a bad network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Story {
    /// An image of the device's disk is taken and put back later.
    pub image_restored: bool,
    /// The device's wall clock is set back and forward at random, and it lies without power for days.
    pub clock_jumps: bool,
    /// The server is lost and put back from its newest checked backup.
    pub server_restored: bool,
    /// What is broken on purpose.
    pub sabotage: Sabotage,
}

impl Story {
    /// Nothing is broken and nothing is put back.
    pub const PLAIN: Self =
        Self { image_restored: false, clock_jumps: false, server_restored: false, sabotage: Sabotage::None };
}

/// The state of one run.
struct Run {
    chance: Chance,
    clock: SimClock,
    disk: SimDisk,
    server: Arc<Mutex<SimServer>>,
    network: SimNetwork,
    dir: StateDir,
    case: CaseId,
    device: Option<SimDevice>,
    /// Observations of the browser session in order; the number of one is its place plus 1.
    seen: u64,
    acknowledged: u64,
    story: Story,
    restore: Restore,
    jumps: Jumps,
    loss: ServerLoss,
    /// Whether the disk was ever full.
    filled: bool,
    /// Whether the device held a state of the log that was written anew.
    log_shown_before: bool,
}

/// Runs a seed in `folder` and returns what must hold.
///
/// # Panics
/// When the world itself cannot be set up; the message says where.
#[must_use]
pub fn run(seed: u64, folder: &Path, story: Story) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut run = Run::set_up(seed, folder, story);
    for step in 0..STEPS {
        run.image(step);
        if step == STEPS / 2 && story.sabotage == Sabotage::LogRewritten {
            run.rewrite_log();
        }
        run.server_backup_or_loss(step);
        run.step(&runtime);
    }
    run.heal(&runtime);
    run.read_out()
}

impl Run {
    fn set_up(seed: u64, folder: &Path, story: Story) -> Self {
        let chance = Chance::new(seed);
        let clock = SimClock::default();
        let server_folder = folder.join("server");
        std::fs::create_dir_all(&server_folder).expect("a server folder");
        let require_backup = story.server_restored && story.sabotage != Sabotage::BackedUpEarly;
        let mut server = SimServer::start(&server_folder, require_backup, clock.clone(), chance.clone());
        let mut loss = ServerLoss::plan(&chance, story, folder);
        let trust = keys::force::trust(&server_folder).expect("the trust file");
        let new = NewDevice::new(&chance);
        let case = server.run(|ctx| async move {
            force_acts::case::create(&ctx, ORDER, "order.toml", None).await.expect("a case")
        });
        // Sometimes the newest backup is older than the device.
        loss.before_enrolment(&chance, &mut server);
        let answer = server.run(|ctx| async move {
            let (code, _) = force_acts::device::enrolment_code(&ctx, case).await.expect("a code");
            let request = new.request(&code);
            let answer = device_acts::enrol::enrol(&ctx, ("127.0.0.1", DeviceTerm::Whole), &request)
                .await
                .expect("enrolled");
            (new, answer)
        });
        let (new, answer) = answer;
        let certificate = der_of(&answer.certificate_pem);
        let dir = new.enrolled(&folder.join("device"), &trust, &answer);
        let server = Arc::new(Mutex::new(server));
        let network = SimNetwork::new(Arc::clone(&server), certificate, chance.clone());
        network.set_faults(Faults {
            request_lost: 10,
            answer_lost: 15,
            doubled: 10,
            late: 10,
            partition: 2,
            server_killed: 6,
            forks_swallowed: story.sabotage == Sabotage::ForksSwallowed,
        });
        let disk = SimDisk::default();
        if story.sabotage == Sabotage::SyncLies {
            disk.lie();
        }
        keep_server_time(&disk, &clock, &answer);
        let restore = Restore::plan(&chance, story);
        Self {
            chance,
            clock,
            disk,
            server,
            network,
            dir,
            case,
            device: None,
            seen: 0,
            acknowledged: 0,
            story,
            restore,
            jumps: Jumps::default(),
            loss,
            filled: false,
            log_shown_before: false,
        }
    }

    fn step(&mut self, runtime: &tokio::runtime::Runtime) {
        self.clock.pass(i64::try_from(self.chance.below(20_000)).unwrap_or(0));
        self.set_clock();
        self.fill_disk();
        if self.device.is_none() {
            self.start_device();
        }
        if self.disk.is_dead() {
            // The power went while the agent looked at its clocks or started: nothing of it lives on.
            return self.power_cycle();
        }
        match self.chance.below(10) {
            0..=3 => self.see(),
            4..=7 => self.send(runtime),
            8 => {
                if let Some(device) = self.device.as_mut() {
                    device.watcher.tick();
                }
            }
            _ => self.lose_power(),
        }
        if self.disk.is_dead() {
            self.power_cycle();
        }
    }

    /// The force writes its log anew; whether the device holds a state of the old one is remembered.
    fn rewrite_log(&mut self) {
        self.power_cycle();
        self.disk.set_full(false);
        let held = Spool::inspect(&self.disk, NOTE_ACCEPTED).is_ok_and(|(_, note)| note.is_some());
        self.log_shown_before = held;
        self.server.lock().unwrap_or_else(PoisonError::into_inner).rewrite_log();
    }

    /// The disk fills up now and then. When there is room again, the agent is started anew, as its service manager does.
    /// Not together with a jumping clock: where there was no room for a stamp, a clock that was set back before a power cut
    /// may pass for one that is right, and time is then called watched that was not (docs/agent.md, "Known limits").
    fn fill_disk(&mut self) {
        if self.story.clock_jumps {
            return;
        }
        if self.disk.is_full() {
            if self.chance.percent(40) {
                self.disk.set_full(false);
                self.device = None;
            }
        } else if self.chance.percent(4) {
            self.disk.set_full(true);
            self.filled = true;
        }
    }

    fn start_device(&mut self) {
        let started = SimDevice::start(&self.dir, &self.disk, &self.clock, &self.network, &self.chance);
        self.device = started;
        // The browser session outlives the agent: it asks where to go on, as the extension does.
        if let Some(device) = self.device.as_mut()
            && let Ok(acknowledged) = device.watcher.acknowledged("session")
        {
            self.acknowledged = self.acknowledged.max(acknowledged);
        }
        self.send_unacknowledged();
    }

    fn see(&mut self) {
        self.seen += 1;
        self.send_unacknowledged();
    }

    fn send_unacknowledged(&mut self) {
        let Some(device) = self.device.as_mut() else { return };
        for n in self.acknowledged + 1..=self.seen {
            if self.story.sabotage == Sabotage::AcknowledgeEarly {
                self.acknowledged = n;
            }
            match device.see(&self.clock, "session", n, n) {
                Observed::Retry(_) => return,
                Observed::NotCaptured if self.story.clock_jumps || self.filled => {
                    // By its clock the order has not begun or is over; or there was no room, and capture has stopped
                    // with a gap that must account for the minutes.
                    self.jumps.not_captured.insert(n);
                    self.acknowledged = n;
                }
                // No room: never taken, and the loss is a gap that must account for the minutes.
                Observed::Refused(_) if self.disk.is_full() => {
                    self.jumps.not_captured.insert(n);
                    self.acknowledged = n;
                }
                Observed::Refused(why) => panic!("observation {n} was refused: {why}"),
                _ => self.acknowledged = n,
            }
        }
    }

    fn send(&mut self, runtime: &tokio::runtime::Runtime) {
        let Some(device) = self.device.as_mut() else { return };
        for _ in 0..1 + self.chance.below(4) {
            match runtime.block_on(device.uplink.step(device.time.now())) {
                Next::Again => {}
                Next::Wait { .. } => break,
                Next::Revoked => panic!("the device was revoked"),
            }
        }
    }

    /// The power goes at one of the next writes, or right now.
    fn lose_power(&mut self) {
        if self.chance.percent(70) {
            self.disk.power_off_after(1 + self.chance.below(40));
        } else {
            self.power_cycle();
        }
    }

    fn power_cycle(&mut self) {
        self.device = None;
        self.disk.power_cycle(&self.chance);
        let from = self.clock.now();
        let off_ms = self.chance.below(120_000) + self.days_off();
        self.clock.pass(i64::try_from(off_ms).unwrap_or(0));
        self.clock.boot();
        self.jumps.off.push((from, self.clock.now()));
    }

    /// The network works and everything unacknowledged is sent again: now the spool must empty.
    fn heal(&mut self, runtime: &tokio::runtime::Runtime) {
        let forks_swallowed = self.story.sabotage == Sabotage::ForksSwallowed;
        self.network.set_faults(Faults { forks_swallowed, ..Faults::default() });
        runtime.block_on(self.network.settle());
        self.disk.set_full(false);
        self.power_cycle();
        self.start_device();
        self.empty_spool(runtime);
        let told_late = self.story.clock_jumps || self.story.sabotage == Sabotage::LogRewritten;
        if let Some(device) = self.device.as_mut().filter(|_| told_late) {
            // The server has spoken: what that tells goes on record, and the run ends at a known time.
            device.watcher.tick();
            device.watcher.shut_down();
            self.empty_spool(runtime);
        }
    }

    fn empty_spool(&mut self, runtime: &tokio::runtime::Runtime) {
        for _ in 0..HEALED_STEPS_MAX {
            let device = self.device.as_mut().expect("the agent starts on a disk that works");
            match runtime.block_on(device.uplink.step(device.time.now())) {
                Next::Again => {}
                Next::Wait { backing_off: true, .. } => self.clock.pass(30_000),
                Next::Wait { .. } => return,
                Next::Revoked => panic!("the device was revoked"),
            }
        }
        self.restore.stuck = true;
    }

    fn read_out(mut self) -> Outcome {
        self.device = None;
        let waiting = self.restore.still_on_device(&self.disk, &self.dir);
        let rolled_back = self.restore.rolled_back.clone();
        let gone = |n: &u64| rolled_back.contains(n) || self.jumps.not_captured.contains(n);
        let kept: BTreeSet<u64> = (1..=self.acknowledged).filter(|n| !gone(n)).collect();
        let jumps = self.story.clock_jumps.then(|| std::mem::take(&mut self.jumps));
        let (must_fork, stuck) = (self.restore.must_fork, self.restore.stuck);
        let log_shown_before = self.log_shown_before;
        let sabotage = self.story.sabotage;
        let losses = self.loss.losses;
        let server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        let case = self.case;
        server.run(|ctx| async move {
            jobs::drain(&ctx).await.expect("the replay jobs run");
            let mut outcome = Outcome::read(&ctx, case, kept).await;
            outcome.read_device(&ctx, case, &waiting);
            if sabotage == Sabotage::ForksSwallowed {
                // A server without a fork check keeps nothing apart.
                outcome.kept_apart = 0;
            }
            (outcome.must_fork, outcome.stuck) = (must_fork, stuck);
            outcome.log_shown_before = log_shown_before;
            outcome.time.forget_clock_gaps(sabotage == Sabotage::ClockGapsDropped);
            if let Some(jumps) = &jumps {
                outcome.void_later_claims(&jumps.off);
            }
            outcome.server_losses = losses;
            outcome
        })
    }
}

/// The DER bytes of a certificate in PEM.
fn der_of(pem: &str) -> Vec<u8> {
    use base64::Engine as _;
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    base64::engine::general_purpose::STANDARD.decode(body).expect("a certificate in PEM")
}
