//! A whole server on free ports of this machine, with its own keys, clock and folder.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use proviso_model::Timestamp;
use proviso_model::ids::CaseId;
use proviso_model::wire::TrustFile;
use proviso_server::app::force::{case, device, officer, permit};
use proviso_server::app::{AppContext, Clock};
use proviso_server::config::Config;
use proviso_server::keys::case::RecordColumns;
use proviso_server::keys::force::ForceInit;
use proviso_server::keys::make;
use proviso_server::keys::root::Root;
use proviso_server::open;
use proviso_server::serve::{self, Running, ServeOptions};
use proviso_store::{OfficerRole, Permit, PostgresStore};
use proviso_testkit::postgres;
use tempfile::TempDir;

/// The demonstration's order: an invented person and harmless words.
pub const ORDER: &str = include_str!("../../../../testdata/demo/order.toml");

/// A clock that moves when told.
pub struct SetClock(AtomicI64);

impl SetClock {
    pub fn forward_seconds(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

pub struct Rig {
    pub ctx: AppContext,
    pub clock: Arc<SetClock>,
    pub trust: TrustFile,
    pub case: CaseId,
    pub config: Config,
    pub running: Option<Running>,
    /// Device ports of other processes on the same store: devices are sent to one after the other.
    pub others: Vec<SocketAddr>,
    /// Where the store is, on PostgreSQL.
    pub databases: Option<postgres::Databases>,
    folder: TempDir,
}

impl Rig {
    /// The rig's case, for acts that the console shares.
    pub async fn permit(&self) -> Permit {
        permit(&self.ctx, self.case).await.expect("the rig's case")
    }

    pub async fn start() -> Self {
        Self::with_workers(1).await
    }

    /// The same on PostgreSQL, whose databases are new and of the current schema.
    pub async fn on_postgres(workers: u16) -> Self {
        let made = postgres::databases().await;
        Self::on_databases(made, |config| config.workers = workers).await
    }

    /// The same on these databases, with these settings.
    pub async fn on_databases(made: postgres::Databases, change: impl FnOnce(&mut Config)) -> Self {
        let address = |text: &str| Some(text.parse().expect("an address"));
        let (store, record_keys) = (address(&made.database), address(&made.record_keys));
        let mut rig = Self::with_settings(
            |config| {
                change(config);
                config.store = store;
                config.record_keys = record_keys;
            },
            |config, init| open::init(config, None, &mut UnwrapErr(SysRng), init).expect("keys are made"),
        )
        .await;
        rig.databases = Some(made);
        rig
    }

    /// Without workers, replay happens when a test asks for it.
    pub async fn with_workers(workers: u16) -> Self {
        Self::made(workers, |config, init| {
            open::init(config, None, &mut UnwrapErr(SysRng), init).expect("keys are made")
        })
        .await
    }

    /// A force whose root is kept, to change keys with.
    pub async fn with_root(workers: u16) -> (Self, Root, TempDir) {
        let medium = tempfile::tempdir().expect("a medium");
        let root =
            Root::create(medium.path(), "an invented passphrase", &mut UnwrapErr(SysRng), "Test Force")
                .expect("a root");
        let rig = Self::made(workers, |config, init| {
            let rng = &mut UnwrapErr(SysRng);
            let master = open::folders(config, None, rng).expect("folders");
            let asked = make::prepare(&config.data_dir, &master, rng, init, &root.public).expect("keys");
            make::install(&config.data_dir, &root.sign(&asked).expect("signed")).expect("installed")
        })
        .await;
        (rig, root, medium)
    }

    async fn made(workers: u16, make: impl FnOnce(&Config, &ForceInit<'_>) -> TrustFile) -> Self {
        Self::with_settings(|config| config.workers = workers, make).await
    }

    async fn with_settings(
        change: impl FnOnce(&mut Config),
        make: impl FnOnce(&Config, &ForceInit<'_>) -> TrustFile,
    ) -> Self {
        // Only the first test of the process installs it.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a folder");
        let mut config = Config {
            data_dir: folder.path().join("server"),
            program: Some(env!("CARGO_BIN_EXE_proviso-server").into()),
            ..Config::default()
        };
        change(&mut config);
        if let Some(options) = config.postgres().expect("settings that go together") {
            PostgresStore::migrate(&options).await.expect("brought to the current schema");
        }
        let start = Timestamp::parse("2026-11-24T09:00:00Z").expect("an instant");
        let clock = Arc::new(SetClock(AtomicI64::new(start.as_micros())));
        let hosts = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let init = ForceInit { name: "Test Force", hosts: &hosts, now: start };
        let trust = make(&config, &init);
        let ctx = Self::context(&config, &clock).await;
        let new = officer::NewOfficer {
            username: "test.officer.014".to_owned(),
            display_name: "Test Officer 014".to_owned(),
            role: OfficerRole::OffenderManager,
            password: "a long test password".to_owned(),
        };
        let officer = officer::add(&ctx, new).await.expect("an officer");
        let case = case::create(&ctx, ORDER, "order.toml", Some(officer)).await.expect("a case");
        let running = Some(Self::serve(&ctx, config.workers).await);
        Self { ctx, clock, trust, case, config, running, others: Vec::new(), databases: None, folder }
    }

    async fn context(config: &Config, clock: &Arc<SetClock>) -> AppContext {
        let clock: Arc<dyn Clock> = clock.clone();
        open::context(config, None, clock, Box::new(UnwrapErr(SysRng))).await.expect("the folder opens")
    }

    async fn serve(ctx: &AppContext, workers: u16) -> Running {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let options = ServeOptions {
            device_listen: listen,
            console_listen: listen,
            personal_listen: None,
            operations_listen: Some(listen),
            workers,
        };
        serve::start(ctx, options).await.expect("both ports open")
    }

    pub fn device_url(&self, path: &str) -> String {
        static ASKED: AtomicUsize = AtomicUsize::new(0);
        let running = self.running.as_ref().expect("the server runs");
        let nth = ASKED.fetch_add(1, Ordering::Relaxed).checked_rem(self.others.len());
        let at = nth.and_then(|nth| self.others.get(nth)).unwrap_or(&running.device_address);
        format!("https://127.0.0.1:{}{path}", at.port())
    }

    pub async fn code(&self) -> String {
        device::enrolment_code(&self.ctx, self.case).await.expect("a code").0
    }

    /// Stops the server and starts it again on the same folder, with these settings.
    pub async fn restart(&mut self, change: impl FnOnce(&mut Config)) {
        self.stop().await;
        change(&mut self.config);
        self.ctx = Self::context(&self.config, &self.clock).await;
        self.running = Some(Self::serve(&self.ctx, self.config.workers).await);
    }

    /// What seals and opens the columns made of a record.
    pub async fn columns(&self, record: &[u8; 32]) -> RecordColumns {
        let key = self.ctx.store.record_key(record).await.expect("read").expect("its key");
        self.ctx.case_keys(self.case).expect("the case's keys").of_record(&key)
    }

    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop().await.expect("an orderly end");
        }
    }

    /// Every file of the server's folder but keys and the hand-out: what a thief of the database and blobs has.
    pub fn stored_files(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.folder.path().join("server")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("an entry")) {
                let path = entry.path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found
    }
}
