//! What a thief who has the master key too finds: everything before a case is shredded, what backups of keys still open until they lapse, and
//! nothing after that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use proviso_ledger::envelope::{Envelope, Header};
use proviso_model::record::RecordContent;
use proviso_server::app::backup;
use proviso_server::app::destruction::{CertificateStatement, Why};
use proviso_server::app::force::ForceError;
use proviso_server::app::name_index::{self, NameKey};
use proviso_server::app::retention::act::{self, Decided};
use proviso_server::keys::case::Purpose;
use proviso_server::keys::{CaseKeys, MasterKey};
use proviso_store::RetentionKind;
use proviso_testkit::postgres;
use sqlx::{Column as _, Row as _, SqlitePool, TypeInfo as _};

use crate::device::Device;
use crate::planted::{Planted, files_below};
use crate::rig::Rig;
use crate::stolen::{plant, words};

/// So large is nothing that is made of one of these records.
const SMALL_BYTES: usize = 64 * 1024;

/// A database file that a thief found, copied with its log, so that looking changes nothing.
async fn opened(path: &Path, into: &Path) -> Option<SqlitePool> {
    let head = std::fs::read(path).expect("read");
    if !head.starts_with(b"SQLite format 3\0") {
        return None;
    }
    let name = path.to_string_lossy().replace('/', "_");
    let copy = into.join(name);
    std::fs::copy(path, &copy).expect("copied");
    let log = PathBuf::from(format!("{}-wal", path.display()));
    if log.is_file() {
        std::fs::copy(log, PathBuf::from(format!("{}-wal", copy.display()))).expect("copied");
    }
    Some(SqlitePool::connect(&format!("sqlite://{}", copy.display())).await.expect("opened"))
}

/// Every value of every table that is bytes, and records put together again with their keys.
#[derive(Default)]
struct Loot {
    values: BTreeSet<Vec<u8>>,
    record_keys: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Header, signature and body.
    records: BTreeSet<(Vec<u8>, Vec<u8>, Vec<u8>)>,
}

async fn loot(files: &[PathBuf]) -> Loot {
    let copies = tempfile::tempdir().expect("a folder");
    let mut loot = Loot::default();
    for path in files {
        let Some(pool) = opened(path, copies.path()).await else { continue };
        let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_master WHERE type = 'table'")
            .fetch_all(&pool)
            .await
            .expect("tables");
        for table in &tables {
            let select = format!("SELECT * FROM {table}");
            for row in sqlx::query(sqlx::AssertSqlSafe(select)).fetch_all(&pool).await.expect("rows") {
                for column in row.columns().iter().filter(|column| column.type_info().name() == "BLOB") {
                    loot.values.extend(row.try_get::<Option<Vec<u8>>, _>(column.ordinal()).ok().flatten());
                }
            }
        }
        if tables.iter().any(|table| table == "record_key") {
            let rows = sqlx::query("SELECT hash, key FROM record_key WHERE key IS NOT NULL").fetch_all(&pool);
            for row in rows.await.expect("read") {
                loot.record_keys.insert(row.get("hash"), row.get("key"));
            }
        }
        if tables.iter().any(|table| table == "record_body") {
            let select =
                "SELECT r.header, r.signature, b.body FROM record r JOIN record_body b ON b.leaf = r.leaf";
            for row in sqlx::query(select).fetch_all(&pool).await.expect("read") {
                loot.records.insert((row.get("header"), row.get("signature"), row.get("body")));
            }
        }
        pool.close().await;
    }
    loot
}

/// The same of the two databases on PostgreSQL, and a dump of them as text.
async fn loot_postgres(databases: &postgres::Databases) -> (Loot, Vec<Vec<u8>>) {
    let (mut loot, mut dumped) = (Loot::default(), Vec::new());
    for address in [&databases.database, &databases.record_keys] {
        let mut connection = postgres::connect(address).await;
        let tables: Vec<String> = sqlx::query_scalar(
            "SELECT table_name::text FROM information_schema.tables
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'",
        )
        .fetch_all(&mut connection)
        .await
        .expect("tables");
        for table in &tables {
            let select = format!("SELECT t.*, t::text AS as_dumped FROM {table} t");
            for row in
                sqlx::query(sqlx::AssertSqlSafe(select)).fetch_all(&mut connection).await.expect("rows")
            {
                for column in row.columns().iter().filter(|column| column.type_info().name() == "BYTEA") {
                    loot.values.extend(row.try_get::<Option<Vec<u8>>, _>(column.ordinal()).ok().flatten());
                }
                dumped.push(row.get::<String, _>("as_dumped").into_bytes());
            }
        }
        if tables.iter().any(|table| table == "record") {
            let select =
                "SELECT r.header, r.signature, b.body FROM record r JOIN record_body b ON b.leaf = r.leaf";
            for row in sqlx::query(select).fetch_all(&mut connection).await.expect("read") {
                loot.records.insert((row.get("header"), row.get("signature"), row.get("body")));
            }
        } else {
            let rows = sqlx::query("SELECT hash, key FROM record_key WHERE key IS NOT NULL");
            for row in rows.fetch_all(&mut connection).await.expect("read") {
                loot.record_keys.insert(row.get("hash"), row.get("key"));
            }
        }
    }
    (loot, dumped)
}

/// Every byte of the files of both databases, and of the write-ahead log that they share.
async fn files_of_postgres(databases: &postgres::Databases) -> Vec<Vec<u8>> {
    let mut bytes = Vec::new();
    for address in [&databases.database, &databases.record_keys] {
        let mut connection = postgres::connect(address).await;
        sqlx::raw_sql("CHECKPOINT").execute(&mut connection).await.expect("written");
        let data = "current_setting('data_directory')";
        let folders = format!(
            "SELECT {data} || '/base/' || oid, {data} || '/pg_wal' FROM pg_database WHERE datname = current_database()"
        );
        let folders: (String, String) =
            sqlx::query_as(sqlx::AssertSqlSafe(folders)).fetch_one(&mut connection).await.expect("folders");
        for folder in [folders.0, folders.1] {
            // One that is let go of may vanish meanwhile.
            let paths = files_below(Path::new(&folder));
            bytes.extend(paths.iter().map(|path| std::fs::read(path).unwrap_or_default()));
        }
    }
    bytes
}

/// All that opens with the master key and what lies in these files.
async fn with_master_key(files: &[PathBuf], master: &MasterKey, rig: &Rig) -> Vec<Vec<u8>> {
    all_of(&loot(files).await, files, master, rig)
}

/// All of it that opens with the master key and the keys of the case among these files.
fn all_of(loot: &Loot, files: &[PathBuf], master: &MasterKey, rig: &Rig) -> Vec<Vec<u8>> {
    let mut plain = Vec::new();
    let named = format!("{}.json", rig.case);
    for path in files.iter().filter(|path| path.file_name().is_some_and(|name| *name == *named)) {
        let folder = path.parent().expect("a folder");
        let Ok(keys) = CaseKeys::load(folder, master, rig.case) else { continue };
        let of_records: Vec<_> = loot.record_keys.values().map(|key| keys.of_record(key)).collect();
        for value in &loot.values {
            for purpose in Purpose::ALL {
                plain.extend(keys.open(purpose, value).ok().map(|found| found.to_vec()));
                // What is made of a record is small here; policies, which are not, are of the case.
                let columns = of_records.iter().filter(|_| value.len() < SMALL_BYTES);
                let opened = columns.filter_map(|columns| columns.open(purpose, value).ok());
                plain.extend(opened.map(|found| found.to_vec()));
            }
        }
        for (header, signature, body) in &loot.records {
            let header = Header::decode(header).expect("a header");
            let signature = signature.as_slice().try_into().expect("64 bytes");
            for key in loot.record_keys.values() {
                let sealed = [key.as_slice(), body].concat();
                let envelope = Envelope { header, signature, sealed };
                let Ok(fields) = envelope.open(&keys.secret) else { continue };
                let content = RecordContent::from_fields(fields.iter()).expect("a record");
                plain.push(format!("{content:?}").into_bytes());
            }
        }
    }
    plain
}

/// The digests under which the person is found: whoever has the master key can make them of a guessed name.
struct Digests(AhoCorasick);

impl Digests {
    async fn of(rig: &Rig) -> Self {
        let key = NameKey::of_force::<ForceError>(&rig.ctx).await.expect("the key of the index");
        let tokens = key.kept(&name_index::words("Test Person 014 T20269014"));
        assert!(tokens.len() > 10);
        Self(AhoCorasick::new(tokens).expect("few and short"))
    }

    fn are_in<'t>(&self, texts: impl IntoIterator<Item = &'t Vec<u8>>) -> bool {
        texts.into_iter().any(|text| self.0.is_match(text))
    }
}

fn read(files: &[PathBuf]) -> Vec<Vec<u8>> {
    files.iter().map(|path| std::fs::read(path).expect("read")).collect()
}

fn found<'p>(planted: &'p Planted, texts: &[Vec<u8>]) -> BTreeSet<&'p str> {
    texts.iter().flat_map(|text| planted.found_in(text)).collect()
}

#[tokio::test]
async fn after_a_case_is_shredded_and_key_backups_have_lapsed_nothing_opens_with_the_master_key_either() {
    let planted = Planted::new(words());
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    plant(&rig, &mut device).await;
    let kept = tempfile::tempdir().expect("a folder");
    let backups = kept.path().join("keys");
    std::fs::create_dir(&backups).expect("a folder");
    backup::take(&rig.ctx, &kept.path().join("database")).await.expect("a backup");
    let of_keys =
        backup::take_keys(&rig.ctx, &rig.config, &backups.join("1")).await.expect("a backup of keys");
    let usual = MasterKey::usual_path(&rig.config.data_dir);
    let master = MasterKey::load(&usual).expect("the master key");
    let of_server = |rig: &Rig| -> Vec<PathBuf> {
        rig.stored_files().into_iter().filter(|path| *path != usual).collect()
    };
    let every = |rig: &Rig| [of_server(rig), files_below(kept.path())].concat();

    let digests = Digests::of(&rig).await;
    assert!(digests.are_in(&loot(&of_server(&rig)).await.values), "the index is searched");
    assert!(!digests.are_in(&read(&files_below(kept.path()))), "no backup holds it");

    // The search finds all of it while the keys are there: on the server, and in the backups alone.
    for files in [of_server(&rig), files_below(kept.path())] {
        let texts = with_master_key(&files, &master, &rig).await;
        let found = found(&planted, &texts);
        assert_eq!(found.len(), planted.len(), "only {found:?}");
    }

    let case = rig.ctx.store.case_get(rig.case).await.expect("read").expect("the case");
    let (first, second) = ("officer:first", "officer:second");
    let why = Decided::Destroy(Why::Unlawful);
    let words = "planted-reason-5281: it should never have been kept.";
    let id = act::decide(&rig.ctx, first, case.clone(), &why, words).await.expect("proposed");
    let own = act::confirm(&rig.ctx, first, case.clone(), id).await.expect_err("by the same officer");
    assert!(own.to_string().contains("another officer"), "{own}");
    let size = rig.ctx.store.log_size().await.expect("read");
    let made = act::confirm(&rig.ctx, second, case, id).await.expect("destroyed");
    let says: CertificateStatement = serde_json::from_str(&made.statement).expect("a statement");
    assert_eq!((says.by.as_str(), says.proposed_by.as_deref()), (second, Some(first)));
    assert_eq!(says.last_key_backup_at, Some(of_keys.made_at), "the last that could have restored it");
    assert_eq!(says.last_restorable_at, of_keys.lapses_at);
    assert_eq!(planted.found_in(made.statement.as_bytes()), BTreeSet::new());
    let rows = rig.ctx.store.retention_list(Some(rig.case)).await.expect("read");
    assert!(rows.iter().all(|row| row.sealed.is_empty()), "the reasons are gone with the case");
    assert!(rows.iter().any(|row| row.kind == RetentionKind::Destroy && row.ended.is_some()));

    // Of the server nothing is left; what the backups open is what the certificate says.
    assert_eq!(found(&planted, &with_master_key(&of_server(&rig), &master, &rig).await), BTreeSet::new());
    let in_backups = with_master_key(&files_below(kept.path()), &master, &rig).await;
    assert_eq!(found(&planted, &in_backups).len(), planted.len());

    rig.clock.forward_seconds(31 * 86_400);
    let removed = backup::prune(&rig.ctx, &backups).await.expect("pruned");
    assert_eq!(removed.len(), 1, "it has lapsed");
    let checked = proviso_server::app::audit_check::check(&rig.ctx, &mut |_| {}).await.expect("read");
    assert!(checked.holds() && rig.ctx.store.log_size().await.expect("read") > size, "{:?}", checked.told);
    rig.stop().await;
    let files = every(&rig);
    assert!(files.iter().any(|path| path.starts_with(kept.path())), "the database's backup is there still");
    assert_eq!(found(&planted, &with_master_key(&files, &master, &rig).await), BTreeSet::new());
    let raw = read(&files);
    assert_eq!(found(&planted, &raw), BTreeSet::new());
    assert!(!digests.are_in(&raw), "nobody is found by name any more, whatever is guessed");
}

#[tokio::test]
async fn on_postgresql_too_nothing_is_found_without_the_master_key_and_nothing_with_it_after_shredding() {
    let planted = Planted::new(words());
    let mut rig = Rig::on_postgres(0).await;
    let mut device = Device::enrol(&rig).await;
    plant(&rig, &mut device).await;
    let databases = rig.databases.clone().expect("two databases");
    let kept = tempfile::tempdir().expect("a folder");
    let backups = kept.path().join("keys");
    std::fs::create_dir(&backups).expect("a folder");
    backup::take(&rig.ctx, &kept.path().join("database")).await.expect("a backup");
    backup::take_keys(&rig.ctx, &rig.config, &backups.join("1")).await.expect("a backup of keys");
    let usual = MasterKey::usual_path(&rig.config.data_dir);
    let master = MasterKey::load(&usual).expect("the master key");
    let files: Vec<PathBuf> = rig.stored_files().into_iter().filter(|path| *path != usual).collect();
    let (loot, dumped) = loot_postgres(&databases).await;
    let raw = files_of_postgres(&databases).await;
    let of_server: Vec<Vec<u8>> = files.iter().map(|path| std::fs::read(path).expect("read")).collect();
    assert!(raw.iter().map(Vec::len).sum::<usize>() > 1_000_000 && dumped.len() > 50, "both are searched");
    let of_backups = read(&files_below(kept.path()));
    assert!(of_backups.iter().map(Vec::len).sum::<usize>() > 100_000, "backups are searched");
    for texts in [&raw, &dumped, &of_server, &of_backups] {
        assert_eq!(found(&planted, texts), BTreeSet::new());
    }
    let texts = all_of(&loot, &files, &master, &rig);
    let before = found(&planted, &texts);
    assert_eq!(before.len(), planted.len(), "the search finds it while the keys are there: only {before:?}");
    let in_backups = with_master_key(&files_below(kept.path()), &master, &rig).await;
    assert_eq!(found(&planted, &in_backups).len(), planted.len(), "in the backups alone, too");
    let digests = Digests::of(&rig).await;
    assert!(digests.are_in(&loot.values), "the index is searched");
    assert!(!digests.are_in(&of_backups), "no backup holds it");

    let case = rig.ctx.store.case_get(rig.case).await.expect("read").expect("the case");
    let why = Decided::Destroy(Why::Unlawful);
    let id =
        act::decide(&rig.ctx, "officer:first", case.clone(), &why, "It should never have been kept.").await;
    act::confirm(&rig.ctx, "officer:second", case, id.expect("proposed")).await.expect("destroyed");
    let (after, _) = loot_postgres(&databases).await;
    let files: Vec<PathBuf> = rig.stored_files().into_iter().filter(|path| *path != usual).collect();
    let opened = all_of(&after, &files, &master, &rig);
    assert_eq!(found(&planted, &opened), BTreeSet::new(), "no key of the case is left");
    assert!(!digests.are_in(&after.values), "nobody is found by name any more");
    // What was taken before the act, such as a backup of the database, opens no more: its keys are gone.
    assert_eq!(found(&planted, &all_of(&loot, &files, &master, &rig)), BTreeSet::new());
    // The backups open it until those of keys lapse.
    let in_backups = with_master_key(&files_below(kept.path()), &master, &rig).await;
    assert_eq!(found(&planted, &in_backups).len(), planted.len());
    rig.clock.forward_seconds(31 * 86_400);
    assert_eq!(backup::prune(&rig.ctx, &backups).await.expect("pruned").len(), 1, "it has lapsed");
    let left = files_below(kept.path());
    assert!(!left.is_empty(), "the database's backup is there still");
    assert_eq!(found(&planted, &with_master_key(&left, &master, &rig).await), BTreeSet::new());
    assert_eq!(found(&planted, &read(&left)), BTreeSet::new());
    rig.stop().await;
}
