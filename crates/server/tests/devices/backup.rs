//! Backups of a running server, and a server put back from one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proviso_ledger::checkpoint::Checkpoint;
use proviso_ledger::envelope::Envelope;
use proviso_ledger::merkle::verify_consistency;
use proviso_model::ids::RestoreId;
use proviso_model::wire::{Receipt, RestoredLogStatement, signed_restored_log};
use proviso_server::app::backup::{self, BackupError, Plan};
use proviso_server::app::destruction::{self, Grounds, Why};
use proviso_server::jobs;
use proviso_server::keys::MasterKey;
use proviso_testkit::postgres;
use reqwest::StatusCode;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;

use crate::destruction::found;
use crate::device::Device;
use crate::enrolment::signature;
use crate::facts::watched;
use crate::rig::Rig;

const DAY_SECONDS: i64 = 86_400;

/// Folders beside the server's own.
pub struct Kept {
    folder: TempDir,
}

impl Kept {
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A backup with its keys, checked, and counted.
    pub async fn take(&self, rig: &Rig) -> u64 {
        backup::take(&rig.ctx, &self.at("data")).await.expect("a backup");
        backup::take_keys(&rig.ctx, &rig.config, &self.at("keys")).await.expect("a key backup");
        let checked = backup::check(&self.at("data")).await.expect("whole");
        backup::count(&rig.ctx, &self.at("data"), &checked, &self.at("keys")).await.expect("counted")
    }

    pub fn plan(&self, rig: &Rig) -> Plan {
        let now = rig.ctx.now();
        Plan {
            from: self.at("data"),
            keys: Some(self.at("keys")),
            journal: Err("nothing was ever destroyed here".to_owned()),
            id: RestoreId::new(now, [14; 10]),
            now,
        }
    }

    /// The server's machine is lost, and its backup put back on another.
    pub async fn restore(&self, rig: &mut Rig, plan: &Plan) {
        rig.stop().await;
        let master = MasterKey::usual_path(&rig.config.data_dir);
        let mut config = rig.config.clone();
        config.data_dir = self.at("restored");
        backup::restore(&config, plan).await.expect("restored");
        std::fs::copy(master, MasterKey::usual_path(&config.data_dir))
            .expect("the master key, from its safe");
        rig.restart(|used| used.data_dir = config.data_dir).await;
    }
}

pub fn records(device: &mut Device, rig: &Rig, count: u64) -> Vec<Envelope> {
    (0..count).map(|nth| device.seal(watched(rig.ctx.now(), nth))).collect()
}

fn checkpoint(rig: &Rig, receipt: &Receipt) -> Checkpoint {
    let note = receipt.checkpoint.as_ref().expect("a checkpoint");
    Checkpoint::parse_and_verify(note, &rig.ctx.keys.checkpoint.public()).expect("signed")
}

async fn held(rig: &Rig) -> Vec<[u8; 32]> {
    let rows = rig.ctx.store.record_by_case(rig.case).await.expect("read");
    rows.iter().map(|row| row.hash).collect()
}

#[tokio::test]
async fn with_a_backup_required_a_device_may_delete_only_what_a_checked_backup_holds() {
    let mut rig = Rig::start().await;
    rig.restart(|config| config.require_backup = true).await;
    let (kept, mut device) = (Kept::new(), Device::enrol(&rig).await);
    let sent = records(&mut device, &rig, 5);
    let said = |receipt: proviso_model::wire::Receipt| (receipt.durable_seq, receipt.backed_up_seq);

    let receipt = device.send(&rig, &sent[..3].iter().collect::<Vec<_>>()).await.receipt();
    assert_eq!(said(receipt), (Some(2), None), "no backup yet: the device keeps everything");
    backup::take(&rig.ctx, &kept.at("data")).await.expect("a backup");
    let receipt = device.send(&rig, &[&sent[3]]).await.receipt();
    assert_eq!(said(receipt), (Some(3), None), "one that nobody has read back does not count");

    backup::take_keys(&rig.ctx, &rig.config, &kept.at("keys")).await.expect("a key backup");
    let checked = backup::check(&kept.at("data")).await.expect("whole");
    let counted = backup::count(&rig.ctx, &kept.at("data"), &checked, &kept.at("keys")).await;
    assert_eq!(counted.expect("counted"), 1);
    let receipt = device.send(&rig, &[&sent[4]]).await.receipt();
    assert_eq!(said(receipt), (Some(4), Some(2)));

    backup::take(&rig.ctx, &kept.at("later")).await.expect("a backup");
    let checked = backup::check(&kept.at("later")).await.expect("whole");
    let refused = backup::count(&rig.ctx, &kept.at("later"), &checked, &kept.at("keys")).await;
    let refused = refused.expect_err("keys that are too old").to_string();
    assert!(refused.contains("no key for 1 records"), "{refused}");
    rig.stop().await;
}

#[tokio::test]
async fn a_server_put_back_from_its_backup_takes_again_what_came_after_and_says_so_in_its_log() {
    let mut rig = Rig::start().await;
    rig.restart(|config| config.require_backup = true).await;
    let (kept, mut device) = (Kept::new(), Device::enrol(&rig).await);
    let sent = records(&mut device, &rig, 6);
    device.send(&rig, &sent[..3].iter().collect::<Vec<_>>()).await.receipt();
    assert_eq!(kept.take(&rig).await, 1);
    let before = device.send(&rig, &sent[3..].iter().collect::<Vec<_>>()).await.receipt();
    assert_eq!(held(&rig).await.len(), 6);

    let plan = kept.plan(&rig);
    kept.restore(&mut rig, &plan).await;
    assert_eq!(held(&rig).await.len(), 3, "what came after the backup is not in it");
    assert_eq!(found(&rig.ctx, "test pers").await, 1, "the index of names is in no backup, and made anew");
    let log = rig.ctx.store.audit_list(None, 0, 50).await.expect("the log");
    let restore: Vec<_> = log.iter().filter(|row| row.entry.act == "restore").collect();
    assert_eq!(restore.len(), 1, "logged once");
    assert!(restore[0].entry.objects.contains("nothing was ever destroyed"), "{}", restore[0].entry.objects);

    let answer = device.send(&rig, &[&sent[5]]).await;
    assert_eq!((answer.status, answer.refusal().code.as_str()), (StatusCode::CONFLICT, "chain-broken"));
    assert_eq!(answer.refusal().receipt.expect("where to go on").durable_seq, Some(2));
    let shown = checkpoint(&rig, &before);
    device.accepted_size = Some(shown.size);
    let receipt = device.send(&rig, &sent[3..].iter().collect::<Vec<_>>()).await.receipt();
    let now = checkpoint(&rig, &receipt);
    let said = receipt.restored.expect("the force says that it was put back");
    let says: RestoredLogStatement = serde_json::from_str(&said.statement).expect("a statement");
    let key = rig.ctx.keys.checkpoint.public();
    key.verify(&signed_restored_log(&said.statement), &signature(&said.signature))
        .expect("by the force's key");
    assert!(says.size < shown.size, "it holds less than the device was shown");
    let hashes: Vec<[u8; 32]> = said.hashes.iter().map(|hash| hash.0).collect();
    verify_consistency(says.size, &says.root.0, now.size, &now.root, &hashes)
        .expect("and goes on from there");
    device.accepted_size = None;
    let receipt = device.send(&rig, &[]).await.receipt();
    assert_eq!(receipt.restored, None, "a device that was shown nothing is told nothing");
    let all: Vec<_> = sent.iter().map(Envelope::record_hash).collect();
    assert_eq!(held(&rig).await, all, "everything is there again, once each");
    rig.restart(|_| {}).await;
    let log = rig.ctx.store.audit_list(None, 0, 50).await.expect("the log");
    assert_eq!(
        log.iter().filter(|row| row.entry.act == "restore").count(),
        1,
        "and not again at the next start"
    );
    rig.stop().await;
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("an entry")) {
            let path = entry.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_backup_holds_no_key_and_a_key_backup_holds_no_master_key() {
    let mut rig = Rig::start().await;
    let kept = Kept::new();
    kept.take(&rig).await;
    let contains = |folder: &Path, secret: &[u8]| {
        let holds = |path: &PathBuf| {
            std::fs::read(path).expect("read").windows(secret.len()).any(|window| window == secret)
        };
        files(folder).iter().any(holds)
    };
    let master = std::fs::read(MasterKey::usual_path(&rig.config.data_dir)).expect("the master key");
    assert!(!contains(kept.folder.path(), master.trim_ascii()), "the master key lies in no backup");
    let mut keys = files(&rig.config.data_dir.join("keys"));
    keys.extend(files(&rig.config.case_keys()));
    let mut secrets = 0;
    for path in keys.iter().filter(|path| !path.ends_with("master.key")) {
        let bytes = std::fs::read(path).expect("read");
        assert!(!contains(&kept.at("data"), bytes.trim_ascii()), "{} lies in a backup", path.display());
        assert!(contains(&kept.at("keys"), bytes.trim_ascii()), "{} is in no key backup", path.display());
        secrets += 1;
    }
    assert!(secrets > 5, "the key files were looked for");
    rig.stop().await;
}

#[tokio::test]
async fn a_backup_that_is_not_whole_is_named_and_not_put_back() {
    let mut rig = Rig::start().await;
    let kept = Kept::new();
    kept.take(&rig).await;
    let good = files(&kept.at("data"));
    assert!(good.iter().any(|path| path.ends_with("proviso.db")));
    for path in &good {
        let bytes = std::fs::read(path).expect("read");
        let mut bad = bytes.clone();
        let middle = bad.len() / 2;
        bad[middle] ^= 1;
        std::fs::write(path, &bad).expect("damaged");
        backup::check(&kept.at("data")).await.expect_err(&path.display().to_string());
        std::fs::write(path, &bytes).expect("mended");
    }
    let odd = kept.at("data").join("keys.tar");
    std::fs::write(&odd, b"something else").expect("written");
    let said = backup::check(&kept.at("data")).await.expect_err("an odd file").to_string();
    assert!(said.contains("keys.tar") && said.contains("nothing else may lie"), "{said}");
    std::fs::remove_file(&odd).expect("removed");
    backup::check(&kept.at("data")).await.expect("whole again");

    let full = backup::restore(&rig.config, &kept.plan(&rig)).await.expect_err("the folder of a server");
    assert!(matches!(full, BackupError::NotEmpty(_)), "{full}");
    rig.stop().await;
}

#[tokio::test]
async fn a_lapsed_key_backup_is_refused_and_removed() {
    let mut rig = Rig::start().await;
    let kept = Kept::new();
    kept.take(&rig).await;
    rig.clock.forward_seconds(29 * DAY_SECONDS);
    assert_eq!(backup::prune(&rig.ctx, kept.folder.path()).await.expect("looked"), Vec::<PathBuf>::new());
    backup::check_keys(&kept.at("keys"), rig.ctx.now()).expect("still good");

    rig.clock.forward_seconds(DAY_SECONDS);
    let plan = kept.plan(&rig);
    let mut config = rig.config.clone();
    config.data_dir = kept.at("restored");
    let refused = backup::restore(&config, &plan).await.expect_err("lapsed");
    assert!(matches!(refused, BackupError::Lapsed { .. }), "{refused}");
    assert!(refused.to_string().contains("2026-12-24"), "{refused}");
    assert!(!config.data_dir.exists(), "nothing was written");
    assert_eq!(backup::prune(&rig.ctx, kept.folder.path()).await.expect("pruned"), [kept.at("keys")]);
    assert!(!kept.at("keys").exists() && kept.at("data").exists());
    rig.stop().await;
}

#[tokio::test]
async fn what_was_destroyed_does_not_come_back_with_a_backup() {
    let mut rig = Rig::start().await;
    let (kept, mut device) = (Kept::new(), Device::enrol(&rig).await);
    let sent = records(&mut device, &rig, 3);
    device.send(&rig, &sent.iter().collect::<Vec<_>>()).await.receipt();
    kept.take(&rig).await;
    let grounds = Grounds {
        why: Why::CourtOrder,
        reference: "review 014".to_owned(),
        actor: "command-line".to_owned(),
    };
    destruction::record(&rig.ctx, sent[1].record_hash(), &grounds).await.expect("destroyed");
    let journal = rig.ctx.journal().path().to_owned();
    let mut plan = kept.plan(&rig);

    let mut config = rig.config.clone();
    config.data_dir = kept.at("no-journal");
    plan.journal = Ok(kept.at("nowhere.jsonl"));
    let refused = backup::restore(&config, &plan).await.expect_err("no journal").to_string();
    assert!(refused.contains("nowhere.jsonl") && refused.contains("could come back"), "{refused}");
    assert!(!config.data_dir.exists(), "nothing was written");

    plan.journal = Ok(journal);
    kept.restore(&mut rig, &plan).await;
    let rows = rig.ctx.store.record_by_case(rig.case).await.expect("read");
    let whole: Vec<_> = rows.iter().map(|row| row.body.is_some()).collect();
    assert_eq!(whole, [true, false, true], "header and place stay, the body does not");
    assert!(rig.ctx.store.record_key(&sent[1].record_hash()).await.expect("read").is_none());

    // The whole case goes on the restored server, and the old backup is put back once more.
    destruction::case(&rig.ctx, rig.case, &grounds).await.expect("destroyed");
    plan.journal = Ok(rig.ctx.journal().path().to_owned());
    let mut again = rig.config.clone();
    again.data_dir = kept.at("without-the-case");
    backup::restore(&again, &plan).await.expect("restored");
    assert!(files(&again.case_keys()).is_empty(), "the key of a destroyed case is not put back");
    rig.stop().await;
}

#[tokio::test]
async fn on_postgresql_a_backup_is_put_back_into_empty_databases_row_for_row_and_without_what_was_destroyed()
{
    let mut rig = Rig::on_postgres(0).await;
    rig.restart(|config| config.require_backup = true).await;
    let (kept, mut device) = (Kept::new(), Device::enrol(&rig).await);
    let sent = records(&mut device, &rig, 5);
    device.send(&rig, &sent[..4].iter().collect::<Vec<_>>()).await.receipt();
    jobs::drain(&rig.ctx).await.expect("opened");
    assert_eq!(kept.take(&rig).await, 1);
    let held_before = held(&rig).await;
    let receipt = device.send(&rig, &[&sent[4]]).await.receipt();
    assert_eq!((receipt.durable_seq, receipt.backed_up_seq), (Some(4), Some(3)), "devices wait for backups");
    let gone = sent.first().expect("a record").record_hash();
    let (why, reference, actor) = (Why::CourtOrder, "review 014".to_owned(), "command-line".to_owned());
    destruction::record(&rig.ctx, gone, &Grounds { why, reference, actor }).await.expect("destroyed");

    let made = postgres::databases().await;
    let journal = rig.ctx.journal().path().to_owned();
    let plan = Plan { journal: Ok(journal), ..kept.plan(&rig) };
    let of = |address: &str| Some(address.parse().expect("an address"));
    rig.config.store = of(&made.database);
    rig.config.record_keys = of(&made.record_keys);
    kept.restore(&mut rig, &plan).await;
    assert!(!rig.config.database().exists(), "nothing is left of the files");
    assert_eq!(held(&rig).await, held_before, "what came after the backup is not there");
    for record in &sent[..4] {
        let hash = record.record_hash();
        let row = rig.ctx.store.record_get(&hash).await.expect("read").expect("there");
        assert_eq!(row.body.is_some(), hash != gone, "what was destroyed stays so");
    }
    // The same rows as in the backup, table by table, but for what the restore itself is told by.
    let again = Kept::new();
    backup::take(&rig.ctx, &again.at("data")).await.expect("a backup of what was put back");
    backup::check(&again.at("data")).await.expect("whole");
    let (before, after) = (tables(&kept.at("data")).await, tables(&again.at("data")).await);
    assert!(before.len() > 40 && before.keys().eq(after.keys()), "{:?}", before.keys());
    // The acts of the restore, and what it destroyed again.
    let told = [
        "audit",
        "checkpoint",
        "certificate",
        "force_setting",
        "device_notice",
        "log_leaf",
        "log_node",
        "notification",
        "restored",
        // How many notifications there ever were.
        "sqlite_sequence",
    ];
    let destroyed = ["record", "record_body", "watched"];
    for (table, rows) in
        before.iter().filter(|(table, _)| !told.iter().chain(&destroyed).any(|name| name == table))
    {
        assert_eq!(after.get(table), Some(rows), "{table}");
    }
    assert!(before.get("device").is_some_and(|rows| !rows.is_empty()));
    // The device sends what the server lost.
    let receipt = device.send(&rig, &[&sent[4]]).await.receipt();
    assert_eq!(receipt.durable_seq, Some(4));
    rig.stop().await;
}

/// Every row of every table of a backup's database, as text.
async fn tables(backup: &Path) -> BTreeMap<String, Vec<String>> {
    let path = backup.join("proviso.db");
    let options = SqliteConnectOptions::new().filename(path).read_only(true).immutable(true);
    let mut database = options.connect().await.expect("opens");
    let names: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlx%'")
            .fetch_all(&mut database)
            .await
            .expect("read");
    let mut tables = BTreeMap::new();
    for name in names {
        let columns =
            "SELECT group_concat('quote(\"' || name || '\")', ' || '','' || ') FROM pragma_table_info($1)";
        let columns: String =
            sqlx::query_scalar(columns).bind(&name).fetch_one(&mut database).await.expect("columns");
        let rows = sqlx::AssertSqlSafe(format!("SELECT {columns} FROM \"{name}\" ORDER BY 1"));
        tables.insert(name, sqlx::query_scalar(rows).fetch_all(&mut database).await.expect("rows"));
    }
    tables
}
