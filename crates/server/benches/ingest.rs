//! Ingest beside raw SQLite inserts of the same bytes in the same batches.
//!
//! Ours checks each record's signature, hash and place in the chain, grows the Merkle tree, queues a job, commits and
//! signs a receipt; theirs inserts the bytes and commits. Both with a write-ahead log and full synchronisation, into
//! the same folder. `cargo xtask bench ingest` prints the figures.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use getrandom::SysRng;
use object_store::local::LocalFileSystem;
use proviso_ledger::chain::ChainLink;
use proviso_ledger::envelope::{RecordIds, seal_record};
use proviso_ledger::fields::FieldSet;
use proviso_ledger::hash::policy_hash;
use proviso_ledger::seal::CasePublicKey;
use proviso_ledger::sign::SignKey;
use proviso_model::wire::{EnrolRequest, EnrolResponse, enrol_proof};
use proviso_model::{Policy, Timestamp};
use proviso_server::app::destruction::Journal;
use proviso_server::app::{AppContext, Clock, LedgerHasher, Parts, device, force};
use proviso_server::keys::certificates::DeviceTerm;
use proviso_server::keys::force::ForceInit;
use proviso_server::keys::{ForceKeyRing, MasterKey};
use proviso_server::pictures::Viewer;
use proviso_store::{SqliteOptions, SqliteStore};
use rand_core::UnwrapErr;
use sqlx::{ConnectOptions, Connection};

/// Records in each measurement, and characters of text in each.
const RECORDS: usize = 2_048;
const TEXT_BYTES: usize = 1_500;
/// How often each measurement is taken; the median counts.
const ROUNDS: usize = 5;
/// Records in a batch: one page's worth, and a device that comes back after a while.
const BATCHES: [usize; 2] = [16, 256];
/// The least ratio that is good enough.
const RATIO_MIN: f64 = 0.5;

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "a program's own wiring")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    for size in BATCHES {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            // A new force each time: a database that grows would favour whoever is measured first.
            let folder = tempfile::tempdir()?;
            let ctx = server(folder.path()).await?;
            let (key, enrolled) = enrol(&ctx).await?;
            let records = seal(&key, &enrolled)?;
            theirs.push(raw(folder.path(), &records, size).await?);
            ours.push(ingest(&ctx, &enrolled, &records, size).await?);
        }
        print(size, median(ours), median(theirs))?;
    }
    Ok(())
}

/// One figure as `cargo xtask bench` reads it.
fn print(size: usize, ours: Duration, theirs: Duration) -> Result<()> {
    let per_second = |took: Duration| (RECORDS as f64 / took.as_secs_f64()).round();
    let figure = serde_json::json!({
        "bench": format!("ingest, batches of {size}"),
        "ours": per_second(ours),
        "unit": "records/s",
        "beside": "raw SQLite inserts",
        "theirs": per_second(theirs),
        "ratio_min": RATIO_MIN,
    });
    Ok(writeln!(std::io::stdout(), "{figure}")?)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

#[expect(clippy::disallowed_methods, reason = "a measurement")]
fn start() -> Instant {
    Instant::now()
}

/// A server with its own folder and nothing in it.
async fn server(folder: &Path) -> Result<AppContext> {
    let rng = &mut UnwrapErr(SysRng);
    std::fs::create_dir_all(folder.join("keys"))?;
    let master = MasterKey::create(&MasterKey::usual_path(folder), rng)?;
    let init = ForceInit { name: "Test Force", hosts: &["localhost".to_owned()], now: SystemClock.now() };
    proviso_server::keys::force::create(folder, &master, rng, &init)?;
    let keys = ForceKeyRing::load(folder, &master)?;
    let hasher = LedgerHasher::new(keys.checkpoint.clone(), keys.origin.clone());
    let store = SqliteStore::open(&SqliteOptions::new(folder.join("proviso.db")), Arc::new(hasher)).await?;
    let case_keys_dir = folder.join("case-keys");
    std::fs::create_dir_all(&case_keys_dir)?;
    Ok(AppContext::new(Parts {
        clock: Arc::new(SystemClock),
        rng: Box::new(UnwrapErr(SysRng)),
        store: Arc::new(store),
        blobs: Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true)),
        keys,
        master,
        case_keys_dir,
        journal: Journal::of(folder),
        hash_sets_dir: folder.join("hash-sets"),
        hash_sets_cache_bytes_max: None,
        packs: proviso_server::open::packs(None)?,
        languages: Vec::new(),
        require_backup: false,
        require_second_factor: false,
        viewer: Viewer::new(std::path::PathBuf::from("proviso-server")),
        personal_address: None,
        telling: proviso_server::notify::TellingRules::default(),
        carrier: Arc::new(proviso_server::notify::carrier::Network::default()),
        retention: proviso_server::app::retention::RetentionRules::default(),
        rights: proviso_server::app::rights::RightsRules::default(),
    }))
}

/// Enrols a device under the demonstration's order.
async fn enrol(ctx: &AppContext) -> Result<(SignKey, EnrolResponse)> {
    let order = include_str!("../../../testdata/demo/order.toml");
    let case = force::case::create(ctx, order, "order.toml", None).await?;
    let (code, _) = force::device::enrolment_code(ctx, case).await?;
    let key = SignKey::generate(&mut UnwrapErr(SysRng));
    let csr_pem =
        rcgen::CertificateParams::new(Vec::new())?.serialize_request(&rcgen::KeyPair::generate()?)?.pem()?;
    let request = EnrolRequest {
        proof: STANDARD.encode(key.sign(&enrol_proof(&code, &csr_pem))),
        code,
        record_key: key.public().to_hex(),
        csr_pem,
        system: "bench".to_owned(),
        account: "test014".to_owned(),
        agent_version: "0".to_owned(),
    };
    let enrolled = device::enrol::enrol(ctx, ("127.0.0.1", DeviceTerm::Whole), &request).await;
    Ok((key, enrolled.map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?))
}

/// The records that the device would send, as bytes.
fn seal(key: &SignKey, enrolled: &EnrolResponse) -> Result<Vec<Vec<u8>>> {
    let policy: Policy = serde_json::from_str(&enrolled.policy.policy)?;
    let to = CasePublicKey::from_hex(&policy.case_key.public).context("the case's public key")?;
    let ids = RecordIds {
        case_key_id: *policy.case_key.id.as_bytes(),
        policy_hash: policy_hash(enrolled.policy.policy.as_bytes()),
    };
    let mut link = ChainLink::first(*enrolled.force.as_bytes(), *enrolled.device.as_bytes(), 1);
    let rng = &mut UnwrapErr(SysRng);
    let mut records = Vec::with_capacity(RECORDS);
    for number in 0..RECORDS {
        let text = format!("entry {number}: {}", "a harbour lantern ".repeat(TEXT_BYTES / 18));
        let fields = FieldSet::new(rng, BTreeMap::from([("text".to_owned(), text)]));
        let envelope = seal_record(rng, key, &to, &link, &ids, &fields)?;
        link.follow(&envelope.header)?;
        records.push(envelope.encode());
    }
    Ok(records)
}

/// Sends the records as a device does, without the network.
async fn ingest(
    ctx: &AppContext,
    enrolled: &EnrolResponse,
    records: &[Vec<u8>],
    size: usize,
) -> Result<Duration> {
    let frame = |record: &Vec<u8>| {
        let length = u32::try_from(record.len()).unwrap_or(u32::MAX);
        [length.to_be_bytes().as_slice(), record].concat()
    };
    let batches: Vec<Vec<u8>> =
        records.chunks(size).map(|chunk| chunk.iter().flat_map(frame).collect()).collect();
    let start = start();
    let mut durable = None;
    for batch in &batches {
        let receipt = device::ingest::ingest(ctx, enrolled.device, batch).await;
        durable = Some(receipt.map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?);
    }
    let took = start.elapsed();
    let durable = durable.context("no receipt")?;
    let last = durable.durable_seq.context("nothing is committed")?;
    anyhow::ensure!(
        records.len().abs_diff(usize::try_from(last)?) <= 1,
        "committed up to record {last} only"
    );
    Ok(took)
}

/// The same bytes in the same batches, with nothing but a table.
async fn raw(folder: &Path, records: &[Vec<u8>], size: usize) -> Result<Duration> {
    let mut connection = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(folder.join("raw.db"))
        .create_if_missing(true)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
        .connect()
        .await?;
    sqlx::query("CREATE TABLE record (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT")
        .execute(&mut connection)
        .await?;
    let start = start();
    for batch in records.chunks(size) {
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        for record in batch {
            sqlx::query("INSERT INTO record (bytes) VALUES (?)")
                .bind(record)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
    }
    let took = start.elapsed();
    connection.close().await?;
    Ok(took)
}
