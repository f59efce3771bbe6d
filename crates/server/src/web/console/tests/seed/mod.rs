//! A small invented force for the console's tests: five officers, three people, devices, alerts, gaps. Rows are
//! written through the store's own verbs and sealed under real case keys; words in them are benign.

mod devices;
pub mod facts;
mod sealed;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use object_store::memory::InMemory;
use proviso_ledger::hash::{domain_hash, sha256};
use proviso_model::hash::Digest;
use proviso_model::ids::{AlertId, CaseId, DeviceId, DeviceNoticeId, JobId, OfficerId, OrderId};
use proviso_model::observation::Act;
use proviso_model::order::{ConditionKind, Person};
use proviso_model::record::EnrolmentFacts;
use proviso_model::{GapCause, Source, Timestamp};
use proviso_store::{
    AppendBatch, CaseRow, CaseState, DeviceRow, DeviceState, EnrolmentCodeRow, GapRow, NewRecord, NoticeRow,
    OfficerRole, OfficerRow, OpenedRecord, OpenedWhat, OrderVersionRow, PolicyRow, Priority, SqliteOptions,
    SqliteStore, WatchedRow,
};
use rand_core::{CryptoRng, UnwrapErr};

use crate::app::destruction::Journal;
use crate::app::officer::password;
use crate::app::{AppContext, Clock, LedgerHasher, Parts};
use crate::keys::case::Purpose;
use crate::keys::force::{self, ForceInit};
use crate::keys::{ForceKeyRing, MasterKey, files};

/// Every test officer's password.
pub const PASSWORD: &str = "correct horse battery";
/// What was captured in every alert: must not show before content is opened.
pub const CAPTURED: &str = "the blue heron meets at the old mill";

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// A clock that tests move.
pub struct TestClock(AtomicI64);

impl TestClock {
    /// A clock that stands at `at`.
    pub fn new(at: Timestamp) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(at.as_micros())))
    }

    /// Moves the clock on.
    pub fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis * 1_000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// The force and what tests need to know of it.
pub struct Seed {
    pub ctx: AppContext,
    pub case: CaseId,
    pub alert: AlertId,
    pub other_case: CaseId,
    pub other_alert: AlertId,
    /// A notice about the device of each case.
    pub device_notice: DeviceNoticeId,
    pub other_device_notice: DeviceNoticeId,
    pub device: DeviceId,
    pub other_device: DeviceId,
    seq: u64,
    previous: [u8; 32],
}

/// One alert to raise.
pub struct Raise {
    pub paragraph: &'static str,
    pub condition: ConditionKind,
    pub priority: Priority,
    pub act: Act,
    pub ago_millis: i64,
}

fn rng() -> Box<dyn CryptoRng + Send> {
    Box::new(UnwrapErr(getrandom::SysRng))
}

/// The seeded force in `folder`.
pub async fn seed(folder: &Path, clock: Arc<dyn Clock>) -> Seed {
    seed_within(folder, clock, None).await
}

/// As [`seed`], with an allowance for the database in pages of 4096 bytes.
pub async fn seed_within(folder: &Path, clock: Arc<dyn Clock>, pages_max: Option<u32>) -> Seed {
    let ctx = context(folder, clock, pages_max).await;
    let [first, second] = officers(&ctx).await;
    let (case, device) = person(&ctx, first, "Test Person 014", "TEST/2026/014", "Debian 12 laptop").await;
    let (other_case, other_device) =
        person(&ctx, second, "Test Person 027", "TEST/2026/027", "Windows 11 PC").await;
    let typed = Raise {
        paragraph: "4",
        condition: ConditionKind::SpecifiedWords,
        priority: Priority::Today,
        act: Act::Typed,
        ago_millis: 40 * MINUTE,
    };
    let mut seed = Seed {
        ctx,
        case: other_case,
        alert: AlertId::random([0; 16]),
        other_case,
        other_alert: AlertId::random([0; 16]),
        device_notice: DeviceNoticeId::random([0; 16]),
        other_device_notice: DeviceNoticeId::random([0; 16]),
        device: other_device,
        other_device,
        seq: 0,
        previous: [0; 32],
    };
    seed.other_alert = seed.raise(&typed).await;
    seed.other_device_notice = seed.fork().await;
    seed.turn_to(case, device);
    seed.alert = seed.raise(&typed).await;
    seed.device_notice = seed.fork().await;
    seed
}

async fn context(folder: &Path, clock: Arc<dyn Clock>, pages_max: Option<u32>) -> AppContext {
    let now = clock.now();
    let (keys_dir, case_keys_dir) = (folder.join("keys"), folder.join("case-keys"));
    files::make_folder(&keys_dir).expect("folder");
    files::make_folder(&case_keys_dir).expect("folder");
    let mut rng = rng();
    let master = MasterKey::create(&MasterKey::usual_path(folder), &mut *rng).expect("master key");
    let hosts = ["localhost".to_owned()];
    let init = ForceInit { name: "Test Force", hosts: &hosts, now };
    force::create(folder, &master, &mut *rng, &init).expect("force keys");
    let keys = ForceKeyRing::load(folder, &master).expect("force keys");
    let hasher = LedgerHasher::new(keys.checkpoint.clone(), keys.origin.clone());
    let options = SqliteOptions { pages_max, ..SqliteOptions::new(folder.join("proviso.db")) };
    let store = SqliteStore::open(&options, Arc::new(hasher)).await.expect("store");
    AppContext::new(Parts {
        clock,
        rng,
        store: Arc::new(store),
        blobs: Arc::new(InMemory::new()),
        keys,
        master,
        case_keys_dir,
        journal: Journal::of(folder),
        hash_sets_dir: folder.join("hash-sets"),
        hash_sets_cache_bytes_max: None,
        packs: crate::open::packs(None).expect("the built-in packs"),
        languages: Vec::new(),
        require_backup: false,
        require_second_factor: false,
        viewer: crate::pictures::Viewer::here(),
        personal_address: Some("https://pages.force.example/".to_owned()),
        telling: crate::notify::TellingRules::default(),
        carrier: Arc::new(crate::notify::carrier::Network::default()),
        retention: crate::app::retention::RetentionRules::default(),
        rights: crate::app::rights::RightsRules::default(),
    })
}

/// Adds the officers; returns the two offender managers.
pub async fn officers(ctx: &AppContext) -> [OfficerId; 2] {
    let now = ctx.now();
    let phc = password::hash(PASSWORD, &[9; 16]).expect("hash");
    let mut ids = Vec::new();
    for (username, name, role) in [
        ("om1", "DC Test Officer 01", OfficerRole::OffenderManager),
        ("om2", "DC Test Officer 02", OfficerRole::OffenderManager),
        ("sup", "DS Test Officer 03", OfficerRole::Supervisor),
        ("auditor", "Test Officer 04", OfficerRole::Auditor),
        ("admin", "Test Officer 05", OfficerRole::Administrator),
        ("dpo", "Test Officer 06", OfficerRole::DataProtection),
        ("priv", "Test Officer 07", OfficerRole::PrivilegeReviewer),
        ("digital", "Test Officer 08", OfficerRole::DigitalSpecialist),
        ("disclosure", "Test Officer 09", OfficerRole::Disclosure),
    ] {
        let id = OfficerId::new(now, ctx.random());
        ids.push(id);
        let row = OfficerRow {
            id,
            username: username.to_owned(),
            display_name: name.to_owned(),
            password_hash: phc.clone(),
            role,
            created_at: now,
            disabled_at: None,
        };
        ctx.store.officer_add(&row).await.expect("officer");
    }
    ids.into_iter().take(2).collect::<Vec<_>>().try_into().expect("two of nine")
}

/// Opens a case with a device that watches.
pub async fn person(
    ctx: &AppContext,
    officer: OfficerId,
    name: &str,
    reference: &str,
    system: &str,
) -> (CaseId, DeviceId) {
    let now = ctx.now();
    let case = CaseId::new(now, ctx.random());
    let keys = ctx.case_keys_create(case).expect("case keys");
    let person = Person { name: name.to_owned(), reference: None };
    let row = CaseRow {
        id: case,
        state: CaseState::Open,
        case_key: keys.id,
        officer: Some(officer),
        created_at: now,
        sealed: ctx.seal_json(case, Purpose::Case, &person).expect("sealed"),
    };
    let order = include_str!("order.toml").replace("PERSON", name).replace("REFERENCE", reference);
    let version = OrderVersionRow {
        id: OrderId::new(now, ctx.random()),
        case,
        version: 1,
        entered_at: now,
        applies_from: None,
        sealed: ctx.seal(case, Purpose::Order, order.as_bytes()).expect("sealed"),
    };
    ctx.store.case_add(&row, &version).await.expect("case");
    (case, device(ctx, case, system).await)
}

/// Enrols a device that watches.
pub async fn device(ctx: &AppContext, case: CaseId, system: &str) -> DeviceId {
    let now = ctx.now();
    let code_hash = sha256(&ctx.random::<8>());
    let expires_at = now.plus_millis(HOUR);
    let code = EnrolmentCodeRow { code_hash, case, issued_at: now, expires_at, used_at: None };
    ctx.store.enrolment_code_add(&code).await.expect("code");
    let id = DeviceId::new(now, ctx.random());
    let facts = EnrolmentFacts {
        system: system.to_owned(),
        account: "account-a".to_owned(),
        agent_version: "0.1.0".to_owned(),
    };
    let row = DeviceRow {
        id,
        case,
        record_key: ctx.random(),
        certificate_sha256: ctx.random(),
        certificate_from: now,
        state: DeviceState::Active,
        enrolled_at: now.plus_millis(-75 * HOUR),
        revoked_at: None,
        seen_at: now,
        watching: true,
        policy_serial: 1,
        agent_version: "0.1.0".to_owned(),
        agent_version_at: now,
        epoch: 0,
        next_seq: 0,
        previous: [0; 32],
        sealed: ctx.seal_json(case, Purpose::Device, &facts).expect("sealed"),
    };
    let policy = PolicyRow {
        hash: Digest(ctx.random()),
        device: id,
        serial: 1,
        issued_at: now,
        expires_at,
        engine_semantics: 1,
        signature: [0; 64],
        sealed: ctx.seal(case, Purpose::Policy, b"{}").expect("sealed"),
    };
    ctx.store.device_add(&row, &policy, &[], &code_hash, now).await.expect("device");
    ctx.store.device_seen(id, now, true, 1).await.expect("seen");
    id
}

/// The sealed body of every record here. So short a one is all key.
const BODY: [u8; 8] = [2; 8];

impl Seed {
    /// Appends a record that says `what`, as the worker would have opened it.
    async fn append(&mut self, kind: &str, what: impl FnOnce([u8; 32]) -> OpenedWhat) -> Vec<AlertId> {
        let hash = domain_hash("test/record", &[self.device.as_bytes(), &self.seq.to_be_bytes()]);
        let record = NewRecord {
            hash,
            seq: self.seq,
            previous: self.previous,
            header: vec![1; 8],
            signature: [0; 64],
            body: BODY.to_vec(),
        };
        let batch = AppendBatch {
            device: self.device,
            epoch: 0,
            epoch_start: (0, [0; 32]),
            records: vec![record],
            job: JobId::new(self.ctx.now(), self.ctx.random()),
            received_at: self.ctx.now(),
        };
        let appended = self.ctx.store.record_append(batch).await.expect("appended");
        assert_eq!(appended.added, 1, "{appended:?}");
        (self.seq, self.previous) = (self.seq + 1, hash);
        let opened = OpenedRecord {
            hash,
            case: self.case,
            kind: kind.to_owned(),
            recorded_at: Some(self.ctx.now()),
            what: what(hash),
            at: self.ctx.now(),
        };
        let touched = self.ctx.store.record_opened(opened).await.expect("opened");
        self.ctx.hub.wake();
        touched
    }

    /// Goes on with another case and its device.
    pub fn turn_to(&mut self, case: CaseId, device: DeviceId) {
        (self.case, self.device, self.seq, self.previous) = (case, device, 0, [0; 32]);
    }

    /// Goes back to a case and device that have so many records.
    pub fn turn_to_again(&mut self, case: CaseId, device: DeviceId, records: u64) {
        let last = records.checked_sub(1).expect("there are some");
        let previous = domain_hash("test/record", &[device.as_bytes(), &last.to_be_bytes()]);
        (self.case, self.device, self.seq, self.previous) = (case, device, records, previous);
    }

    /// Adds watched time that began so long ago and lasted so long.
    pub async fn watched(&mut self, ago_millis: i64, for_millis: i64) {
        let from = self.ctx.now().plus_millis(-ago_millis);
        let (case, device, until) = (self.case, self.device, from.plus_millis(for_millis));
        self.append("liveness", move |record| {
            OpenedWhat::Watched(WatchedRow {
                record,
                case,
                device,
                from,
                until,
                observed: 5,
                dropped: 5,
                shielded: 0,
                sources: vec![Source::Browser, Source::Health],
                trial: None,
            })
        })
        .await;
    }

    /// Adds a gap.
    pub async fn gap(&mut self, ago_millis: i64, for_millis: Option<i64>, cause: GapCause) {
        let from = self.ctx.now().plus_millis(-ago_millis);
        let (case, device) = (self.case, self.device);
        let until = for_millis.map(|millis| from.plus_millis(millis));
        self.append("gap", move |record| {
            OpenedWhat::Gap(GapRow {
                record,
                case,
                device,
                source: Source::Browser,
                cause,
                from,
                until,
                sealed: Vec::new(),
            })
        })
        .await;
    }

    /// Adds a notice that was acknowledged.
    pub async fn notice(&mut self, ago_millis: i64) {
        let shown_at = self.ctx.now().plus_millis(-ago_millis);
        let (case, device) = (self.case, self.device);
        self.append("notice", move |record| {
            let response = "acknowledged".to_owned();
            OpenedWhat::Notice(NoticeRow { record, case, device, shown_at, response, sealed: Vec::new() })
        })
        .await;
    }
}
