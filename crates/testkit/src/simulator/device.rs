//! The device of a run: the agent's own watcher, spool and uplink on a disk that can lose power.

use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_agent::identity::{DeviceKeys, Identity};
use proviso_agent::sources::browser::presence::BrowserProcess;
use proviso_agent::sources::health::Processes;
use proviso_agent::spool::note_of;
use proviso_agent::uplink::NOTE_SERVER_TIME;
use proviso_agent::{
    Clock as _, Fix, Observed, PolicyKeep, RecordWriter, Spool, SpoolLimits, StateDir, TrueTime, Uplink,
    UplinkParts, WatchSettings, Watcher, WatcherParts,
};
use proviso_ledger::sign::SignKey;
use proviso_model::record::{EnrolmentFacts, NoticeResponse};
use proviso_model::wire::{EnrolRequest, EnrolResponse, TrustFile, enrol_proof};
use proviso_model::{Act, Attribution, Fact, Passage};
use zeroize::Zeroizing;

use super::clock::SimClock;
use super::disk::SimDisk;
use super::network::SimNetwork;
use crate::chance::Chance;

/// Keys that a device makes before it enrols.
pub struct NewDevice {
    record: SignKey,
    tls: rcgen::KeyPair,
}

impl NewDevice {
    /// New keys.
    #[must_use]
    pub fn new(chance: &Chance) -> Self {
        let record = SignKey::generate(&mut chance.clone());
        Self { record, tls: rcgen::KeyPair::generate().expect("a TLS key") }
    }

    /// What it asks the server with `code`.
    #[must_use]
    pub fn request(&self, code: &str) -> EnrolRequest {
        let parameters = rcgen::CertificateParams::new(Vec::new()).expect("no names");
        let csr_pem = parameters.serialize_request(&self.tls).and_then(|csr| csr.pem()).expect("a request");
        let proof = STANDARD.encode(self.record.sign(&enrol_proof(code, &csr_pem)));
        EnrolRequest {
            code: code.to_owned(),
            record_key: self.record.public().to_hex(),
            csr_pem,
            proof,
            system: "Debian 12 (simulated)".to_owned(),
            account: "test014".to_owned(),
            agent_version: "0.0.0".to_owned(),
        }
    }

    /// The state folder after the server's answer.
    pub fn enrolled(self, folder: &Path, trust: &TrustFile, answer: &EnrolResponse) -> StateDir {
        let dir = StateDir::new(folder);
        dir.create().expect("a state folder");
        PolicyKeep::first(&dir, trust, &answer.keys, &answer.policy, answer.device).expect("a good policy");
        let identity = Identity {
            force: answer.force,
            device: answer.device,
            account: "test014".to_owned(),
            server: "https://localhost".to_owned(),
            certificate_pem: answer.certificate_pem.clone(),
            record_key: self.record.public().to_hex(),
        };
        let keys = DeviceKeys { record: self.record, tls_pem: Zeroizing::new(self.tls.serialize_pem()) };
        identity.store(&keys, &dir).expect("an identity");
        dir
    }
}

/// Every browser process lives for ever here.
struct AllLive;

impl Processes for AllLive {
    fn lives(&self, _process: &BrowserProcess) -> bool {
        true
    }
}

/// Keeps the server's time of the enrolment, as the agent does.
pub fn keep_server_time(disk: &SimDisk, clock: &SimClock, answer: &EnrolResponse) {
    let (spool, _) = Spool::open(Arc::new(disk.clone()), SpoolLimits::default(), answer.force, answer.device)
        .expect("a new spool");
    let fix = Fix {
        at: answer.server_time,
        wall: clock.device_wall(),
        boot_id: clock.boot_id(),
        since_boot_ms: clock.since_boot_ms(),
    };
    spool.keep(&[note_of(NOTE_SERVER_TIME, &fix).expect("json")]).expect("kept");
}

/// A running agent.
pub struct SimDevice {
    /// Takes observations.
    pub watcher: Watcher,
    /// Carries records.
    pub uplink: Uplink<SimNetwork>,
    /// Its time.
    pub time: Arc<TrueTime>,
}

impl SimDevice {
    /// Starts the agent on what its disk holds. `None` when the power goes while it starts.
    pub fn start(
        dir: &StateDir,
        disk: &SimDisk,
        clock: &SimClock,
        network: &SimNetwork,
        chance: &Chance,
    ) -> Option<Self> {
        let identity = Identity::load(dir).expect("an identity");
        let keys = identity.keys(dir).expect("its keys");
        let keep = Arc::new(PolicyKeep::load(dir, identity.device).expect("the force's keys"));
        let (spool, opened) =
            Spool::open(Arc::new(disk.clone()), SpoolLimits::default(), identity.force, identity.device)
                .ok()?;
        let spool = Arc::new(spool);
        let kept = spool.note(NOTE_SERVER_TIME).ok()?;
        let time = Arc::new(TrueTime::new(Box::new(clock.clone()), kept));
        let writer = RecordWriter::new(Arc::clone(&spool), keys.record.clone(), Box::new(chance.clone()));
        let mut watcher = Watcher::start(
            WatcherParts {
                writer,
                keep: Arc::clone(&keep),
                time: Arc::clone(&time),
                processes: Box::new(AllLive),
                account: identity.account.clone(),
                settings: WatchSettings::default(),
            },
            &opened,
        )
        .ok()?;
        watcher.notice_shown("terminal", NoticeResponse::Shown, "").ok()?;
        let uplink = Uplink::new(UplinkParts {
            transport: network.clone(),
            spool,
            keep,
            time: Arc::clone(&time),
            device: identity.device,
            record_key: keys.record,
            facts: EnrolmentFacts {
                system: "a simulated system".to_owned(),
                account: "test014".to_owned(),
                agent_version: "0.0.0".to_owned(),
            },
            machine: None,
            rng: Box::new(chance.clone()),
        })
        .ok()?;
        Some(Self { watcher, uplink, time })
    }

    /// A page with a listed word and a number of its own.
    pub fn see(&mut self, clock: &SimClock, instance: &str, n: u64, marker: u64) -> Observed {
        let attribution = Attribution {
            act: Act::Opened,
            foreground: true,
            visible_ms: 900,
            since_input_ms: Some(400),
            circumstances: None,
        };
        let fact = Fact::Page {
            url: format!("https://quay.example/{marker}"),
            title: String::new(),
            text: Passage::whole(format!("entry number {marker}: a harbour lantern hung in the window")),
            cut: false,
            search: None,
        };
        self.watcher.observe(instance, n, clock.device_wall(), attribution, fact)
    }
}
