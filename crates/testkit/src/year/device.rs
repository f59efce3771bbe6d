//! The device of a year: enrolled at a real server, then on its own, with a browser that comes and goes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use proviso_agent::identity::Identity;
use proviso_agent::sources::browser::presence::{BrowserProcess, ConnectionId, Greeting};
use proviso_agent::sources::health::Processes;
use proviso_agent::spool::note_of;
use proviso_agent::uplink::NOTE_SERVER_TIME;
use proviso_agent::{
    PolicyKeep, RecordWriter, Spool, SpoolLimits, StateDir, TrueTime, WatchSettings, Watcher, WatcherParts,
};
use proviso_engine::coverage::Claim;
use proviso_ledger::envelope::Envelope;
use proviso_model::record::{NoticeResponse, RecordContent};
use proviso_server::app::{AppContext, device as device_acts, force as force_acts};
use proviso_server::keys;
use proviso_server::keys::CaseKeys;
use proviso_server::keys::certificates::DeviceTerm;

use crate::chance::Chance;
use crate::simulator::clock::SimClock;
use crate::simulator::device::{NewDevice, keep_server_time};
use crate::simulator::disk::SimDisk;
use crate::simulator::server::SimServer;

/// The demonstration order, which runs to 2031.
const ORDER: &str = include_str!("../../../../testdata/demo/order.toml");
/// Records read out of the spool at a time.
const BATCH: usize = 512;

/// The number of the browser's process that lives; 0 while none does.
#[derive(Clone, Default)]
struct Browser(Arc<AtomicU32>);

impl Browser {
    fn pid(&self) -> u32 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Processes for Browser {
    fn lives(&self, process: &BrowserProcess) -> bool {
        self.pid() == process.pid
    }
}

struct Running {
    watcher: Watcher,
    spool: Arc<Spool>,
    time: Arc<TrueTime>,
    connection: Option<ConnectionId>,
}

/// A machine with an enrolled agent.
pub(super) struct YearDevice {
    pub clock: SimClock,
    disk: SimDisk,
    dir: StateDir,
    chance: Chance,
    keys: CaseKeys,
    browser: Browser,
    connections: u64,
    /// How often the browser was opened; each time it is another process.
    opened: u32,
    running: Option<Running>,
    claims: Vec<Claim>,
}

impl YearDevice {
    /// Enrols at a server that then plays no part any more but to say the time.
    pub fn enrol(chance: &Chance, folder: &Path) -> Self {
        let clock = SimClock::default();
        let server_folder = folder.join("server");
        std::fs::create_dir_all(&server_folder).expect("a server folder");
        let server = SimServer::start(&server_folder, false, clock.clone(), chance.clone());
        let new = NewDevice::new(chance);
        let (new, answer, keys) = server.run(|ctx: AppContext| async move {
            let case = force_acts::case::create(&ctx, ORDER, "order.toml", None).await.expect("a case");
            let (code, _) = force_acts::device::enrolment_code(&ctx, case).await.expect("a code");
            let answer =
                device_acts::enrol::enrol(&ctx, ("127.0.0.1", DeviceTerm::Whole), &new.request(&code)).await;
            (new, answer.expect("enrolled"), ctx.case_keys(case).expect("the case's keys"))
        });
        let trust = keys::force::trust(&server_folder).expect("the trust file");
        let dir = new.enrolled(&folder.join("device"), &trust, &answer);
        let disk = SimDisk::default();
        keep_server_time(&disk, &clock, &answer);
        Self {
            clock,
            disk,
            dir,
            chance: chance.clone(),
            keys,
            browser: Browser::default(),
            connections: 0,
            opened: 0,
            running: None,
            claims: Vec::new(),
        }
    }

    /// The agent starts.
    pub fn start(&mut self) {
        let identity = Identity::load(&self.dir).expect("an identity");
        let record_key = identity.keys(&self.dir).expect("its keys").record;
        let keep = Arc::new(PolicyKeep::load(&self.dir, identity.device).expect("the force's keys"));
        let disk = Arc::new(self.disk.clone());
        let (spool, opened) =
            Spool::open(disk, SpoolLimits::default(), identity.force, identity.device).expect("the spool");
        let spool = Arc::new(spool);
        let kept = spool.note(NOTE_SERVER_TIME).expect("a note");
        let time = Arc::new(TrueTime::new(Box::new(self.clock.clone()), kept));
        let parts = WatcherParts {
            writer: RecordWriter::new(Arc::clone(&spool), record_key, Box::new(self.chance.clone())),
            keep,
            time: Arc::clone(&time),
            processes: Box::new(self.browser.clone()),
            account: identity.account,
            settings: WatchSettings::default(),
        };
        let watcher = Watcher::start(parts, &opened).expect("it starts");
        self.running = Some(Running { watcher, spool, time, connection: None });
        if self.browser.pid() > 0 {
            self.connect();
        }
    }

    fn running(&mut self) -> &mut Running {
        self.running.as_mut().expect("the agent runs")
    }

    /// The notice is shown and acknowledged.
    pub fn show_notice(&mut self) {
        let shown = self.running().watcher.notice_shown("terminal", NoticeResponse::Acknowledged, "");
        assert!(shown.expect("on record"), "there is a policy");
    }

    /// The agent looks around, as it does every few seconds; its extension, if it is there, has spoken.
    pub fn tick(&mut self) {
        let running = self.running();
        if let Some(connection) = running.connection {
            running.watcher.browser_spoke(connection);
        }
        running.watcher.tick();
    }

    /// The agent ends: in order, or killed where it stands. What is on its disk stays.
    pub fn stop(&mut self, in_order: bool) {
        if in_order {
            self.running().watcher.shut_down();
        }
        self.read_spool();
        self.running = None;
    }

    /// The power goes: of what was not synced, chance decides.
    pub fn lose_power(&mut self) {
        self.stop(false);
        self.disk.power_cycle(&self.chance);
        self.browser.0.store(0, Ordering::SeqCst);
    }

    /// The browser opens.
    pub fn open_browser(&mut self) {
        self.opened += 1;
        self.browser.0.store(self.opened, Ordering::SeqCst);
        self.connect();
    }

    fn connect(&mut self) {
        self.connections += 1;
        let connection = ConnectionId(self.connections);
        let greeting = Greeting {
            instance: format!("session-{}", self.connections),
            browser: "chromium".to_owned(),
            private_allowed: true,
        };
        let process = BrowserProcess { pid: self.browser.pid(), started_ticks: 7 };
        let running = self.running();
        running.connection = Some(connection);
        running.watcher.browser_connected(connection, process);
        running.watcher.browser_greeted(connection, &greeting);
    }

    /// The browser is closed.
    pub fn close_browser(&mut self) {
        self.browser.0.store(0, Ordering::SeqCst);
        self.disconnect();
    }

    /// The extension goes while its browser runs.
    pub fn disconnect(&mut self) {
        let running = self.running();
        if let Some(connection) = running.connection.take() {
            running.watcher.browser_closed(connection);
        }
    }

    /// The extension is back.
    pub fn reconnect(&mut self) {
        self.connect();
    }

    /// The server says the true time, which is kept.
    pub fn hear_server(&mut self) {
        let truth = self.clock.now();
        let running = self.running();
        if let Some(said) = running.time.server_said(truth) {
            let note = note_of(NOTE_SERVER_TIME, &said).expect("json");
            running.spool.keep(&[note]).expect("kept");
        }
        running.watcher.tick();
    }

    /// Reads what waits in the spool, as a server would, and lets the device forget it.
    pub fn read_spool(&mut self) {
        let spool = Arc::clone(&self.running().spool);
        for (epoch, _) in spool.epochs().expect("read") {
            loop {
                let batch = spool.batch(epoch, None, BATCH, usize::MAX).expect("read");
                let Some(last) = batch.last() else { break };
                let last = Envelope::decode(&last.envelope).expect("a record").header.seq;
                for stored in &batch {
                    self.claims.push(claim(&self.keys, &stored.envelope));
                }
                spool.forget_up_to(epoch, last).expect("forgotten");
            }
        }
    }

    /// What all its records say of time.
    pub fn into_claims(self) -> Vec<Claim> {
        self.claims
    }
}

fn claim(keys: &CaseKeys, bytes: &[u8]) -> Claim {
    let envelope = Envelope::decode(bytes).expect("a record as it was sealed");
    let fields = envelope.open(&keys.secret).expect("every record opens with the case key");
    let content = RecordContent::from_fields(fields.iter()).expect("every record is one");
    Claim::of((envelope.header.epoch, envelope.header.seq), &content)
}
