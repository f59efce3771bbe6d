//! The real agent over real TLS, without a browser, and without the process that decodes pictures: their digests are compared all the same.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use proviso_agent::client_certificate::ClientCertificate;
use proviso_agent::daemon::core_thread::{Ask, Core};
use proviso_agent::enrol::{EnrolParts, ask};
use proviso_agent::identity::{DeviceKeys, Identity};
use proviso_agent::pictures::backlog::{Backlog, Waiting, backlog};
use proviso_agent::pictures::{Contained, LookLimits, Strain};
use proviso_agent::sources::browser::presence::{BrowserProcess, ConnectionId};
use proviso_agent::sources::health::Processes;
use proviso_agent::spool::Opened;
use proviso_agent::update::{Kept, UpdateFault, Updates};
use proviso_agent::uplink::Https;
use proviso_agent::watch::PictureWanted;
use proviso_agent::{
    Next, Observed, OnDisk, PolicyKeep, RecordWriter, Spool, SpoolLimits, StateDir, TrueTime, Uplink,
    UplinkParts, WatchSettings, Watcher, WatcherParts,
};
use proviso_ledger::sign::SignKey;
use proviso_model::Timestamp;
use proviso_model::ids::DeviceId;
use proviso_model::native::PictureShown;
use proviso_model::observation::{Act, Attribution, PictureElement, PictureFrom};
use proviso_model::record::{EnrolmentFacts, NoticeResponse};
use proviso_model::update::UpdateOffer;
use proviso_server::app::Clock as _;
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::rig::{Rig, SetClock};

const ACCOUNT: &str = "test-account-014";

/// The rig's clock is the machine's too.
struct OneClock(Arc<SetClock>);

impl proviso_agent::Clock for OneClock {
    fn wall(&self) -> Timestamp {
        self.0.now()
    }
    fn since_boot_ms(&self) -> u64 {
        self.0.now().as_micros().unsigned_abs() / 1_000
    }
    fn awake_ms(&self) -> u64 {
        self.since_boot_ms()
    }
    fn boot_id(&self) -> String {
        "one".to_owned()
    }
}

struct AllLive;

impl Processes for AllLive {
    fn lives(&self, _: &BrowserProcess) -> bool {
        true
    }
}

fn chance() -> Box<dyn rand_core::CryptoRng + Send> {
    Box::new(UnwrapErr(SysRng))
}

/// An enrolled agent that watches.
pub struct Agent {
    pub keep: Arc<PolicyKeep>,
    pub spool: Arc<Spool>,
    identity: Identity,
    record: SignKey,
    tls_pem: String,
    time: Arc<TrueTime>,
    core: Core,
    pictures: Backlog,
    shown: u64,
    folder: TempDir,
}

impl Agent {
    pub async fn enrol(rig: &Rig) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let dir = StateDir::new(folder.path().join("agent"));
        let (server, code) = (rig.device_url(""), rig.code().await);
        let parts =
            EnrolParts { dir: &dir, server: &server, trust: &rig.trust, code: &code, account: ACCOUNT };
        let mut https = Https::new(&server, &[&rig.trust.ca_pem], None).expect("a client");
        let granted = ask(&parts, &mut https, &mut *chance()).await.expect("granted");
        let clock = OneClock(rig.clock.clone());
        let mut enrolled = granted.keep(&parts, SpoolLimits::default(), &clock, chance()).expect("kept");
        enrolled.notice(rig.ctx.now(), NoticeResponse::Shown, "").expect("on record");
        drop(enrolled);

        let identity = Identity::load(&dir).expect("an identity");
        let keys = identity.keys(&dir).expect("its keys");
        let keep = Arc::new(PolicyKeep::load(&dir, identity.device).expect("a policy"));
        let file = Arc::new(OnDisk::new(dir.spool()));
        let (spool, opened) =
            Spool::open(file, SpoolLimits::default(), identity.force, identity.device).expect("a spool");
        let (spool, time) = (Arc::new(spool), Arc::new(TrueTime::new(Box::new(clock), None)));
        let record = SignKey::from_seed(*keys.record.seed());
        let core = core(&keep, &spool, &time, keys.record, &opened);
        // It ends at once and looks at nothing.
        let contained = Contained::new("/bin/false".into(), Vec::new(), LookLimits::default());
        let nowhere = Path::new("/nowhere");
        let (pictures, looker) = backlog(contained, Strain::at(nowhere, nowhere, 1), Arc::clone(&keep));
        tokio::spawn(looker.work(core.clone()));
        let tls_pem = keys.tls_pem.to_string();
        Self { keep, spool, identity, record, tls_pem, time, core, pictures, shown: 0, folder }
    }

    /// The client certificate in use.
    pub fn certificate(&self) -> ClientCertificate {
        let dir = StateDir::new(self.folder.path().join("agent"));
        let record = SignKey::from_seed(*self.record.seed());
        let keys = DeviceKeys { record, tls_pem: Zeroizing::new(self.tls_pem.clone()) };
        ClientCertificate::load(&dir, &self.identity, &keys).expect("readable")
    }

    /// Its id.
    pub fn device(&self) -> DeviceId {
        self.identity.device
    }

    /// Its state folder.
    pub fn dir(&self) -> StateDir {
        StateDir::new(self.folder.path().join("agent"))
    }

    /// It asks for an update and goes on with it as far as it can: the version that it is to try.
    pub async fn update(&self, rig: &Rig) -> Result<Option<String>, UpdateFault> {
        let updates = Arc::new(Updates::new(self.dir(), self.identity.device));
        // What was offered, and what was fetched.
        for _ in 0..2 {
            self.settle_with(rig, Some(&updates)).await;
            updates.step(&self.keep, self.time.now(), self.time.now()).await?;
        }
        let trying = Kept::load(&self.dir())?.trying;
        Ok(trying.map(|trying| trying.installed.version))
    }

    /// It is offered this: the version that it would fetch.
    pub async fn consider(&self, offer: UpdateOffer) -> Result<Option<String>, UpdateFault> {
        self.consider_at(offer, self.time.now()).await
    }

    /// The same, with such a clock of its machine.
    pub async fn consider_at(
        &self,
        offer: UpdateOffer,
        wall: Timestamp,
    ) -> Result<Option<String>, UpdateFault> {
        let updates = Updates::new(self.dir(), self.identity.device);
        updates.offered(offer);
        updates.step(&self.keep, self.time.now(), wall).await?;
        Ok(updates.wanted().map(|wanted| wanted.says.version))
    }

    /// The uplink does all that there is to do now, or fails to.
    pub async fn settle(&self, rig: &Rig) -> Next {
        self.settle_with(rig, None).await
    }

    async fn settle_with(&self, rig: &Rig, updates: Option<&Arc<Updates>>) -> Next {
        let certificate = self.certificate();
        let pem = certificate.pem();
        let mut uplink = Uplink::new(UplinkParts {
            transport: Https::new(&rig.device_url(""), &[&rig.trust.ca_pem], Some(&pem)).expect("a client"),
            spool: Arc::clone(&self.spool),
            keep: Arc::clone(&self.keep),
            time: Arc::clone(&self.time),
            device: self.identity.device,
            record_key: SignKey::from_seed(*self.record.seed()),
            facts: EnrolmentFacts {
                system: "Test Linux 14".to_owned(),
                account: ACCOUNT.to_owned(),
                agent_version: "0.1.0".to_owned(),
            },
            machine: None,
            rng: chance(),
        })
        .expect("an uplink")
        .renewing(certificate);
        if let Some(updates) = updates {
            uplink = uplink.updating(Arc::clone(updates));
        }
        for _ in 0..200 {
            match uplink.step(self.time.now()).await {
                Next::Again => {}
                done => return done,
            }
        }
        panic!("it never came to rest: {:?}", uplink.state())
    }

    /// A picture with these bytes is shown; what its browser is told.
    pub async fn show(&mut self, bytes: &[u8]) -> Observed {
        self.shown += 1;
        let (n, instance) = (self.shown, "one".to_owned());
        let observed_at = self.time.now();
        let attribution = Attribution {
            act: Act::Shown,
            foreground: true,
            visible_ms: 4_000,
            since_input_ms: Some(500),
            circumstances: None,
        };
        let shown = PictureShown {
            url: "https://pictures.example/gallery".to_owned(),
            title: "Gallery".to_owned(),
            address: format!("https://pictures.example/{n}.jpg"),
            element: PictureElement::Img,
            width: 160,
            height: 120,
            shown_width: 160,
            shown_height: 120,
            from: PictureFrom::Loaded,
            without: None,
            file: None,
            digests: None,
        };
        let comes = |reply| Ask::PictureComes {
            connection: Some(ConnectionId(1)),
            instance: instance.clone(),
            n,
            observed_at,
            reply,
        };
        let wanted = self.core.ask(comes).await;
        let Some(PictureWanted::Yes { models, shown_at }) = wanted else { panic!("wanted: {wanted:?}") };
        let (shown, bytes) = (Box::new(shown), Bytes::copy_from_slice(bytes));
        let waiting = Waiting { instance, n, shown_at, attribution, shown, window: None, bytes, models };
        self.pictures.put(waiting).expect("room").await.expect("an answer")
    }

    /// Waits until so many records were written.
    pub async fn written(&self, wanted: u64) {
        let mut view = self.core.view();
        let waited = view.wait_for(|view| view.appended >= wanted);
        tokio::time::timeout(std::time::Duration::from_secs(60), waited)
            .await
            .expect("within a minute")
            .expect("the core lives");
    }

    pub fn appended(&self) -> u64 {
        self.core.view().borrow().appended
    }

    /// Every file that it keeps.
    pub fn kept_files(&self) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(self.folder.path().join("agent")).expect("readable");
        entries.map(|entry| entry.expect("an entry").path()).collect()
    }
}

fn core(
    keep: &Arc<PolicyKeep>,
    spool: &Arc<Spool>,
    time: &Arc<TrueTime>,
    record: SignKey,
    opened: &Opened,
) -> Core {
    let parts = WatcherParts {
        writer: RecordWriter::new(Arc::clone(spool), record, chance()),
        keep: Arc::clone(keep),
        time: Arc::clone(time),
        processes: Box::new(AllLive),
        account: ACCOUNT.to_owned(),
        settings: WatchSettings::default(),
    };
    Core::start(Watcher::start(parts, opened).expect("a watcher"), Arc::clone(spool)).expect("a thread")
}
