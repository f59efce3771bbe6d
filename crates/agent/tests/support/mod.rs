//! A force, a clock, a disk and a server made of memory, for stories about one device.
#![allow(dead_code, reason = "each test program uses a part of it")]
#![expect(clippy::indexing_slicing, reason = "a story that goes out of bounds should fail")]

pub mod browser;
pub mod clock;
pub mod disk;
pub mod server;
pub mod sets;
pub mod story;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proviso_agent::sources::browser::presence::BrowserProcess;
use proviso_agent::sources::health::Processes;
use proviso_agent::spool::{Opened, SpoolFile};
use proviso_agent::*;
use proviso_ledger::hash::sha256;
use proviso_ledger::seal::{CasePublicKey, CaseSecretKey};
use proviso_ledger::{Envelope, SignKey};
use proviso_model::gap::GapCause;
use proviso_model::ids::{CaseId, CaseKeyId, DeviceId, ForceId};
use proviso_model::order::{AuthorityBasis, ConditionKind, OrderKind};
use proviso_model::policy::{CaseKeyRef, PackRef, Policy, PolicyAuthority, PolicyCondition, Rule, Term};
use proviso_model::record::{NoticeResponse, RecordBody, RecordContent};
use proviso_model::wire::{ForceKeys, ForceKeysStatement, SignedPolicy, TrustFile};
use proviso_model::{Act, Attribution, Digest, Fact, Passage, Timestamp};
use rand_core::{TryCryptoRng, TryRng};

pub use clock::TestClock;

/// The stories begin on a Tuesday morning.
pub const START: &str = "2026-11-24T08:00:00Z";
/// The word that the order in the stories names.
pub const LISTED: &str = "lemonade";

/// Randomness that is the same in every run.
pub struct TestRng(u64);

impl TestRng {
    pub fn seeded(seed: u64) -> Self {
        Self(seed << 32)
    }
}

impl TryRng for TestRng {
    type Error = std::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        self.0 += 1;
        let hash = sha256(&self.0.to_le_bytes());
        Ok(u32::from_le_bytes(hash[..4].try_into().expect("four bytes")))
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(u64::from(self.try_next_u32()?) << 32 | u64::from(self.try_next_u32()?))
    }
    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Self::Error> {
        for chunk in to.chunks_mut(4) {
            let bytes = self.try_next_u32()?.to_le_bytes();
            chunk.copy_from_slice(&bytes[..chunk.len()]);
        }
        Ok(())
    }
}

impl TryCryptoRng for TestRng {}

pub fn rng(seed: u64) -> Box<dyn rand_core::CryptoRng + Send> {
    Box::new(TestRng::seeded(seed))
}

/// Browsers that live until the story says otherwise.
#[derive(Clone, Default)]
pub struct TestProcesses(pub Arc<AtomicBool>);

impl Processes for TestProcesses {
    fn lives(&self, _: &BrowserProcess) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// A force with its keys, and one enrolled device in a state folder of its own.
pub struct TestForce {
    pub policy_key: SignKey,
    pub checkpoint_key: SignKey,
    pub record_seed: [u8; 32],
    pub case_secret: CaseSecretKey,
    pub case_public: CasePublicKey,
    pub force: ForceId,
    pub device: DeviceId,
    pub trust: TrustFile,
    pub keys: ForceKeys,
    pub folder: tempfile::TempDir,
    pub clock: TestClock,
    pub processes: TestProcesses,
    seeds: AtomicU64,
}

impl TestForce {
    pub fn new() -> Self {
        let mut random = TestRng::seeded(1);
        let root = SignKey::from_seed([1; 32]);
        let policy_key = SignKey::from_seed([2; 32]);
        let checkpoint_key = SignKey::from_seed([3; 32]);
        let (case_secret, case_public) = proviso_ledger::seal::generate(&mut random);
        let force = ForceId::from_bytes([4; 16]);
        let statement = serde_json::to_string(&ForceKeysStatement {
            force,
            force_name: "Test Force".to_owned(),
            version: 1,
            issued_at: Timestamp::parse(START).expect("an instant"),
            policy_key: policy_key.public().to_hex(),
            checkpoint_key: checkpoint_key.public().to_hex(),
            pack_key: Some(SignKey::from_seed([11; 32]).public().to_hex()),
            valid_until: None,
            checkpoint_origin: "test-force.example/log".to_owned(),
            ca_pem: String::new(),
        })
        .expect("json");
        let signature = STANDARD.encode(root.sign(&proviso_model::wire::signed_keys(&statement)));
        let trust = TrustFile {
            force_name: "Test Force".to_owned(),
            force,
            root_key: root.public().to_hex(),
            ca_pem: String::new(),
        };
        Self {
            policy_key,
            checkpoint_key,
            record_seed: [5; 32],
            case_secret,
            case_public,
            force,
            device: DeviceId::from_bytes([6; 16]),
            trust,
            keys: ForceKeys { statement, signature, rotations: Vec::new() },
            folder: tempfile::tempdir().expect("a folder"),
            clock: TestClock::new(),
            processes: TestProcesses(Arc::new(AtomicBool::new(true))),
            seeds: AtomicU64::new(10),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.wall()
    }

    pub fn dir(&self) -> StateDir {
        StateDir::new(self.folder.path())
    }

    pub fn record_key(&self) -> SignKey {
        SignKey::from_seed(self.record_seed)
    }

    pub fn rng(&self) -> Box<dyn rand_core::CryptoRng + Send> {
        rng(self.seeds.fetch_add(1, Ordering::SeqCst))
    }

    /// A policy with one condition on a listed word, from now for `seconds`.
    pub fn policy(&self, serial: u64, seconds: i64) -> Policy {
        let condition = |paragraph: &str, kind, rules| PolicyCondition {
            paragraph: paragraph.to_owned(),
            text: format!("Paragraph {paragraph}: not to use the word that this test names."),
            kind,
            valid_from: Timestamp::parse(START).expect("an instant"),
            valid_until: Timestamp::parse(START).expect("an instant").plus_millis(seconds * 1_000),
            rules,
            except: Default::default(),
            wording: Vec::new(),
        };
        let pack = PackRef { name: "order".to_owned(), version: "1".to_owned(), sha256: Digest([0; 32]) };
        let words = Rule::Words {
            id: "words/order".to_owned(),
            category: "specified".to_owned(),
            pack: pack.clone(),
            more_packs: Vec::new(),
            queries_only: false,
            query_threshold_permille: None,
            threshold_permille: 500,
            contexts: Vec::new(),
            terms: vec![Term { text: LISTED.to_owned(), weight_permille: 1_000, ..Term::default() }],
        };
        let state = |category: &str| Rule::State {
            id: format!("state/{category}"),
            category: category.to_owned(),
            pack: pack.clone(),
        };
        Policy {
            format: 1,
            serial,
            force: self.force,
            case: CaseId::from_bytes([7; 16]),
            device: self.device,
            issued_at: Timestamp::parse(START).expect("an instant"),
            expires_at: Timestamp::parse(START).expect("an instant").plus_millis(seconds * 1_000),
            order_reference: "TEST/2026/014".to_owned(),
            order_kind: OrderKind::ShpoConviction,
            timezone: "Europe/London".to_owned(),
            authority: PolicyAuthority {
                basis: AuthorityBasis::Paragraph,
                paragraph: Some("3".to_owned()),
                legal_basis: "as recorded by the test force".to_owned(),
            },
            engine_semantics: proviso_engine::SEMANTICS,
            case_key: CaseKeyRef { id: CaseKeyId::from_bytes([8; 16]), public: self.case_public.to_hex() },
            conditions: vec![
                condition("5", ConditionKind::SpecifiedWords, vec![words]),
                condition("6", ConditionKind::MonitoringSoftware, vec![state("monitoring-software")]),
                condition("7", ConditionKind::NoPrivateBrowsing, vec![state("private-window")]),
            ],
            contexts: Vec::new(),
            minor: None,
            shield: vec!["solicitor.example".to_owned()],
            privilege: Vec::new(),
            pauses: Vec::new(),
            other_adult: None,
            trial: None,
        }
    }

    pub fn sign(&self, policy: &Policy) -> SignedPolicy {
        let policy = serde_json::to_string(policy).expect("json");
        let signature = STANDARD.encode(self.policy_key.sign(&proviso_model::wire::signed_policy(&policy)));
        SignedPolicy { policy, signature }
    }

    /// Enrols the device with a policy that runs for `seconds`.
    pub fn enrol(&self, seconds: i64) -> Arc<PolicyKeep> {
        self.enrol_under(&self.policy(1, seconds))
    }

    /// Enrols the device with this policy.
    pub fn enrol_under(&self, policy: &Policy) -> Arc<PolicyKeep> {
        let signed = self.sign(policy);
        self.dir().create().expect("a folder");
        let keep = PolicyKeep::first(&self.dir(), &self.trust, &self.keys, &signed, self.device);
        Arc::new(keep.expect("a policy that holds"))
    }

    pub fn spool(&self, limits: SpoolLimits) -> (Arc<Spool>, Opened) {
        self.spool_on(Arc::new(OnDisk::new(self.dir().spool())), limits)
    }

    pub fn spool_on(&self, file: Arc<dyn SpoolFile>, limits: SpoolLimits) -> (Arc<Spool>, Opened) {
        let (spool, opened) = Spool::open(file, limits, self.force, self.device).expect("a spool");
        (Arc::new(spool), opened)
    }

    pub fn writer(&self, spool: &Arc<Spool>) -> RecordWriter {
        RecordWriter::new(Arc::clone(spool), self.record_key(), self.rng())
    }

    /// Enrols for so many seconds and watches, its notice acknowledged.
    pub fn watching(&self, seconds: i64) -> (Watcher, Arc<Spool>) {
        self.watching_under(&self.policy(1, seconds))
    }

    /// The same under this policy.
    pub fn watching_under(&self, policy: &Policy) -> (Watcher, Arc<Spool>) {
        let keep = self.enrol_under(policy);
        let (spool, opened) = self.spool(SpoolLimits::default());
        let mut watcher = self.watcher(&keep, &spool, &opened);
        watcher
            .notice_shown("terminal", NoticeResponse::Acknowledged, "the supervised person")
            .expect("on record");
        assert!(watcher.standing().watching);
        (watcher, spool)
    }

    pub fn watcher(&self, keep: &Arc<PolicyKeep>, spool: &Arc<Spool>, opened: &Opened) -> Watcher {
        self.try_watcher(keep, spool, opened).expect("a watcher")
    }

    pub fn try_watcher(
        &self,
        keep: &Arc<PolicyKeep>,
        spool: &Arc<Spool>,
        opened: &Opened,
    ) -> Option<Watcher> {
        let kept = spool.note(uplink::NOTE_SERVER_TIME).ok()?;
        let time = Arc::new(TrueTime::new(Box::new(self.clock.clone()), kept));
        Watcher::start(self.watcher_parts(keep, spool, &time), opened).ok()
    }

    /// A watcher on a clock that the story also tells the server's time.
    pub fn watcher_at(
        &self,
        keep: &Arc<PolicyKeep>,
        spool: &Arc<Spool>,
        opened: &Opened,
        time: &Arc<TrueTime>,
    ) -> Watcher {
        Watcher::start(self.watcher_parts(keep, spool, time), opened).expect("a watcher")
    }

    fn watcher_parts(
        &self,
        keep: &Arc<PolicyKeep>,
        spool: &Arc<Spool>,
        time: &Arc<TrueTime>,
    ) -> WatcherParts {
        WatcherParts {
            writer: self.writer(spool),
            keep: Arc::clone(keep),
            time: Arc::clone(time),
            processes: Box::new(self.processes.clone()),
            account: "test-person-014".to_owned(),
            settings: WatchSettings::default(),
        }
    }

    /// Everything in a spool, opened with the case key, after a check of chain and signatures.
    pub fn records(&self, spool: &Spool) -> Vec<RecordBody> {
        self.contents(spool).into_iter().map(|content| content.body).collect()
    }

    /// The same with the times at which they were written.
    pub fn contents(&self, spool: &Spool) -> Vec<RecordContent> {
        let mut contents = Vec::new();
        for (epoch, _) in spool.epochs().expect("epochs") {
            for stored in spool.batch(epoch, None, usize::MAX, usize::MAX).expect("records") {
                contents.push(self.content(&stored.envelope));
            }
        }
        contents
    }

    pub fn open(&self, envelope: &[u8]) -> RecordBody {
        self.content(envelope).body
    }

    /// What a record says, after a check of its signature.
    pub fn content(&self, envelope: &[u8]) -> RecordContent {
        let envelope = Envelope::decode(envelope).expect("an envelope");
        envelope.check(&self.record_key().public()).expect("signed by the device");
        let fields = envelope.open(&self.case_secret).expect("opens with the case key");
        RecordContent::from_fields(fields.iter()).expect("a record")
    }
}

/// A page shown in front.
pub fn page(text: &str) -> Fact {
    page_at("https://site.example/page", text)
}

pub fn page_at(url: &str, text: &str) -> Fact {
    Fact::Page {
        url: url.to_owned(),
        title: "A page".to_owned(),
        text: Passage::whole(text),
        cut: false,
        search: None,
    }
}

pub fn shown() -> Attribution {
    Attribution {
        act: Act::Opened,
        foreground: true,
        visible_ms: 2_000,
        since_input_ms: Some(500),
        circumstances: None,
    }
}

pub fn kinds(bodies: &[RecordBody]) -> Vec<&'static str> {
    bodies.iter().map(RecordBody::kind).collect()
}

/// The causes of the gaps on record that have ended.
pub fn ended_gaps(bodies: &[RecordBody]) -> Vec<GapCause> {
    bodies
        .iter()
        .filter_map(|body| match body {
            RecordBody::Gap { gap } if gap.until.is_some() => Some(gap.cause),
            _ => None,
        })
        .collect()
}

/// The causes of the gaps on record that had begun.
pub fn begun_gaps(bodies: &[RecordBody]) -> Vec<GapCause> {
    bodies
        .iter()
        .filter_map(|body| match body {
            RecordBody::Gap { gap } if gap.until.is_none() => Some(gap.cause),
            _ => None,
        })
        .collect()
}
