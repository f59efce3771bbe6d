//! What a thief of the machine finds, with everything but the master key: database and its log, a dump, blobs, case keys,
//! record keys, backups, and what the server wrote to its own log.

use std::path::Path;

use proviso_engine::Engine;
use proviso_model::device_act::{DeviceAct, DeviceActKind};
use proviso_model::observation::{Act, Fact, Passage};
use proviso_model::record::{Generated, RecordBody};
use proviso_model::{Digest, Outcome};
use proviso_server::app::backup;
use proviso_server::app::bundle::{self, Asker, Scope};
use proviso_server::app::device_acts;
use proviso_server::app::force::permit;
use proviso_server::app::officer::alert::{self, DecisionForm};
use proviso_server::app::retention::act::{self, Decided};
use proviso_server::app::rights::act::{Done, NewRequest};
use proviso_server::app::{rights, shield};
use proviso_server::jobs;
use proviso_server::keys::MasterKey;
use proviso_store::{AlertFilter, RightsKind};
use sqlx::Row as _;

use crate::destruction::found;
use crate::device::Device;
use crate::facts::{gap, page};
use crate::planted::{Lines, Planted, files_below};
use crate::rig::{ORDER, Rig};

/// Findings, each with an excerpt, an address, a title and an account of its own; every third is a search.
const FINDINGS: usize = 12;
/// The person, the court's and the force's words, the reason of a decision, a gap's detail, what a device said of itself.
const NAMES: [&str; 13] = [
    "Test Person 014",
    "T20269014",
    "brass compass",
    "Paragraph 7 of the order requires",
    "planted-reason-5281",
    "planted-detail-5281",
    "test-account-014",
    "Test Linux 14",
    "planted-hold-5281",
    "planted-shield-5281",
    "planted-request-5281",
    "planted-answer-5281",
    "planted-abroad-5281",
];

/// What somebody looks for on the console.
const LOOKED_FOR: &str = "planted-looked-5281";

/// The words that [`plant`] plants.
pub fn words() -> Vec<String> {
    let kinds = ["excerpt", "address", "heading", "account"];
    let of_findings =
        (0..FINDINGS).flat_map(|number| kinds.map(|kind| format!("planted-{kind}-{number:02}")));
    NAMES.iter().map(|name| (*name).to_owned()).chain(of_findings).collect()
}

fn planted_finding(device: &Device, rig: &Rig, number: usize) -> RecordBody {
    let engine = Engine::new(&device.policy, Digest(device.policy_hash)).expect("an engine");
    let at = rig.ctx.now().plus_millis(i64::try_from(number).expect("few") * 1_000);
    let mut seen = page(at, Act::Opened);
    seen.account = format!("planted-account-{number:02}");
    let host = if number.is_multiple_of(3) {
        format!("https://www.google.com/search?q=tide+bell+planted-address-{number:02}")
    } else {
        format!("https://boats.example/planted-address-{number:02}")
    };
    seen.fact = Fact::Page {
        url: host,
        title: format!("planted-heading-{number:02}"),
        text: Passage::whole(format!("An old brass compass, planted-excerpt-{number:02}, for a boat.")),
        cut: false,
        search: None,
    };
    let findings = engine.evaluate(&seen);
    let captured = engine.reduce(&seen, &findings);
    RecordBody::Finding { captured, generated: Generated { findings } }
}

/// Lets a device and officers write every word of [`words`] by the ways that they do: records over the network, forms, the command line.
pub async fn plant(rig: &Rig, device: &mut Device) {
    let mut records: Vec<_> =
        (0..FINDINGS).map(|number| device.seal(planted_finding(device, rig, number))).collect();
    records.push(device.seal(gap(rig.ctx.now())));
    device.send(rig, &records.iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("worked");
    let officer =
        rig.ctx.store.officer_by_username("test.officer.014").await.expect("read").expect("one").into();
    for row in rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read") {
        let view = alert::open_content(&rig.ctx, &officer, row.id).await.expect("shown");
        assert!(!view.findings.is_empty());
        let form =
            DecisionForm { outcome: Outcome::DiscussAtVisit, reason: "planted-reason-5281".to_owned() };
        alert::decide(&rig.ctx, &officer, row.id, form).await.expect("decided");
    }
    let reason = "planted-hold-5281: a claim was made.";
    let case = rig.permit().await;
    let keep = Decided::Keep(jiff::civil::date(2028, 1, 10));
    act::decide(&rig.ctx, "officer:first", &case, &keep, reason).await.expect("kept");
    shield::add(&rig.ctx, "officer:first", &case, "planted-shield-5281.example", reason)
        .await
        .expect("added");
    let new = NewRequest {
        kind: RightsKind::Rectification,
        received_on: jiff::civil::date(2026, 11, 24),
        text: "planted-request-5281: it is wrong.",
    };
    let case = permit(&rig.ctx, rig.case).await.expect("a case");
    let id = rights::act::enter(&rig.ctx, "officer:first", &case, &new).await.expect("entered");
    let answer = "planted-answer-5281: it was corrected.";
    rights::act::act(&rig.ctx, "officer:first", &case, id, Done::Answer, answer).await.expect("answered");
    assert_eq!(found(&rig.ctx, "test pers").await, 1, "the index holds the person");
    let custody = DeviceAct { kind: DeviceActKind::Abroad, from: rig.ctx.now(), until: None };
    let row = rig.ctx.store.device_get(device.id).await.expect("read").expect("the device");
    let why = "planted-abroad-5281: told by telephone.";
    device_acts::enter(&rig.ctx, "officer:first", &row, custody, why).await.expect("entered");
}

/// Asks the console for a person, as a browser does: its address holds the name.
async fn look_for_a_name(rig: &Rig) {
    let authority = rig.ctx.keys.authority.certificate_pem.as_bytes();
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(authority).expect("a certificate")])
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .expect("a client");
    let port = rig.running.as_ref().expect("the server runs").console_address.port();
    let asked = format!("https://localhost:{port}/people?name={LOOKED_FOR}");
    let answer = client.get(asked).send().await.expect("an answer");
    assert!(answer.status().is_redirection(), "to where one signs in: {}", answer.status());
}

/// Every row of every table as SQL literals, as a dump writes them.
async fn dump(database: &Path) -> Vec<u8> {
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", database.display())).await.expect("opened");
    let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'")
        .fetch_all(&pool)
        .await
        .expect("tables");
    let mut dumped = Vec::new();
    for table in tables {
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info($1)")
            .bind(&table)
            .fetch_all(&pool)
            .await
            .expect("columns");
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        let select = format!("SELECT {} FROM {table}", quoted.join(" || ',' || "));
        for row in sqlx::query(sqlx::AssertSqlSafe(select)).fetch_all(&pool).await.expect("rows") {
            dumped.extend_from_slice(row.try_get::<String, _>(0).expect("text").as_bytes());
            dumped.push(b'\n');
        }
    }
    pool.close().await;
    dumped
}

#[tokio::test]
async fn a_thief_without_the_master_key_finds_no_person_excerpt_address_search_or_name() {
    let planted = Planted::new(words().into_iter().chain([LOOKED_FOR.to_owned()]));
    assert!(planted.len() >= 50);
    let lines = Lines::default();
    let writer = lines.clone();
    // Only here: the other tests of this program have no log of their own.
    let _ = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .try_init();

    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    plant(&rig, &mut device).await;
    look_for_a_name(&rig).await;
    let asker = Asker::machine("command-line".to_owned(), "Test".to_owned());
    let shown = proviso_evidence::Shown::Everything;
    let made = bundle::make(&rig.ctx, &asker, Scope::Case(rig.case), &shown).await.expect("made");
    let opened = proviso_evidence::container::unpack(&made.bytes).expect("a bundle");
    let in_bundle: std::collections::BTreeSet<&str> =
        opened.values().flat_map(|file| planted.found_in(file)).collect();
    assert!(in_bundle.len() > FINDINGS * 4, "the search finds what is in the clear: {in_bundle:?}");

    let backups = tempfile::tempdir().expect("a folder");
    backup::take(&rig.ctx, &backups.path().join("database")).await.expect("a backup");
    backup::take_keys(&rig.ctx, &rig.config, &backups.path().join("keys")).await.expect("a backup of keys");
    let running = dump(&rig.config.database()).await;
    rig.stop().await;

    let master = MasterKey::usual_path(&rig.config.data_dir);
    let mut files = rig.stored_files();
    files.extend(files_below(backups.path()));
    let bytes: Vec<(String, Vec<u8>)> = files
        .iter()
        .filter(|path| **path != master)
        .map(|path| (path.display().to_string(), std::fs::read(path).expect("read")))
        .chain([("a dump".to_owned(), running), ("the log".to_owned(), lines.read())])
        .collect();
    for ending in ["proviso.db", "-wal", "record-keys.sqlite", "a dump", "the log"] {
        let large = |found: &Vec<u8>| found.len() > 1_000;
        assert!(
            bytes.iter().any(|(name, found)| name.ends_with(ending) && large(found)),
            "{ending} is searched"
        );
    }
    for (name, found) in &bytes {
        assert_eq!(planted.found_in(found), std::collections::BTreeSet::new(), "in {name}");
    }
    assert!(Planted::new(["Test Person 014".to_owned()]).found_in(ORDER.as_bytes()).len() == 1);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_servers_own_account_can_read_what_it_keeps() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut rig = Rig::start().await;
    for path in rig.stored_files() {
        let mode = std::fs::metadata(&path).expect("there").permissions().mode() & 0o777;
        let handed_out = path.file_name().is_some_and(|name| name == "trust.json");
        let folder = path.parent().expect("a folder");
        let guarded = std::fs::metadata(folder).expect("there").permissions().mode() & 0o077 == 0;
        assert!(handed_out || mode & 0o077 == 0 || guarded, "{} has mode {mode:o}", path.display());
    }
    rig.stop().await;
}
