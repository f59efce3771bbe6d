//! Whether somebody with the database in hand can change the audit log unseen.

use proviso_server::app::LedgerHasher;
use proviso_server::app::audit_check::{AuditChecked, check};
use proviso_server::app::audit_export::{Which, export};
use proviso_store::LogHasher as _;
use sqlx::{Connection as _, SqliteConnection};

use crate::device::Device;
use crate::facts::finding;
use crate::rig::Rig;

async fn checked(rig: &Rig) -> AuditChecked {
    check(&rig.ctx, &mut |_| {}).await.expect("read")
}

async fn done(database: &mut SqliteConnection, statements: &'static str) {
    sqlx::raw_sql(statements).execute(database).await.unwrap_or_else(|error| panic!("{statements}: {error}"));
}

const KEEP: &str =
    "CREATE TABLE audit_kept AS SELECT * FROM audit; CREATE TABLE leaf_kept AS SELECT * FROM log_leaf";
const PUT_BACK: &str = "DELETE FROM audit; INSERT INTO audit SELECT * FROM audit_kept;
    DELETE FROM log_leaf; INSERT INTO log_leaf SELECT * FROM leaf_kept";

/// What is done to the file, and what the check says of it.
const TAMPERED: [(&str, &str); 8] = [
    ("UPDATE audit SET actor = 'officer:another' WHERE seq = 2", "entry 2 was changed"),
    ("UPDATE audit SET opened_at = opened_at - 1 WHERE seq = 2", "entry 2 was changed"),
    ("UPDATE audit SET outcome = 'failed' WHERE seq = 2", "the end of entry 2 was changed"),
    ("DELETE FROM audit WHERE seq = 2", "entries 2 to 2 are missing"),
    // The newest, so that nothing after it tells.
    (
        "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)",
        "is the end of an audit entry that is not in the table",
    ),
    (
        "UPDATE audit SET leaf = leaf + 1 WHERE seq = (SELECT max(seq) - 1 FROM audit)",
        "both say that they ended in leaf",
    ),
    ("UPDATE log_leaf SET hash = zeroblob(32) WHERE kind = 1", "another than the one that the force signed"),
    ("DELETE FROM log_leaf WHERE leaf = 1", "leaves 1 to 1 of the log are missing"),
];

#[tokio::test]
async fn an_audit_log_that_was_changed_says_where_and_one_that_was_not_holds() {
    let mut rig = Rig::with_workers(0).await;
    let mut device = Device::enrol(&rig).await;
    let sealed = device.seal(finding(&device, rig.ctx.now()));
    device.send(&rig, &[&sealed]).await.receipt();
    for act in ["first-test-act", "second-test-act"] {
        rig.ctx.note("command-line", act, None, "").await.expect("logged");
    }
    let whole = checked(&rig).await;
    assert!(whole.holds(), "{:?}", whole.told);
    assert!(whole.entries >= 4 && whole.leaves > whole.entries && whole.signed_states >= 1, "{whole:?}");

    let mut written = Vec::new();
    let which = Which { from: Some(rig.ctx.now()), ..Which::default() };
    let count = export(&rig.ctx, "command-line", &which, &mut written).await.expect("written");
    let lines = String::from_utf8(written).expect("text");
    assert!(count > 2 && lines.lines().count() as u64 == count, "{count}: {lines}");
    let second = lines.lines().find(|line| line.contains("second-test-act")).expect("in it");
    assert!(second.contains("\"outcome\":\"done\"") && second.contains("\"has_reason\":false"), "{second}");

    let address = format!("sqlite://{}", rig.config.database().display());
    let mut database = SqliteConnection::connect(&address).await.expect("the database");
    done(&mut database, KEEP).await;
    for (tampered, expected) in TAMPERED {
        done(&mut database, tampered).await;
        let said = checked(&rig).await.told;
        assert!(said.iter().any(|fault| fault.contains(expected)), "{tampered}: {said:?}");
        done(&mut database, PUT_BACK).await;
        assert!(checked(&rig).await.holds(), "put back");
    }
    make_the_chain_anew(&rig, &mut database).await;
    let said = checked(&rig).await.told;
    assert!(
        !said.is_empty()
            && said.iter().all(|fault| fault.contains("another than the one that the force signed")),
        "{said:?}"
    );
    rig.stop().await;
}

/// Somebody who knows how the log is made, and has no key, changes who did it and makes every hash after it anew, leaves included.
async fn make_the_chain_anew(rig: &Rig, database: &mut SqliteConnection) {
    let hasher = LedgerHasher::new(rig.ctx.keys.checkpoint.clone(), rig.ctx.keys.origin.clone());
    let mut previous = [0; 32];
    for row in rig.ctx.store.audit_list(None, 0, 1000).await.expect("read") {
        let mut entry = row.entry;
        entry.actor = "officer:another".to_owned();
        let hash = hasher.audit_hash(row.seq, &previous, &entry);
        let seq = i64::try_from(row.seq).expect("small");
        let own = sqlx::query("UPDATE audit SET actor = $2, previous = $3, hash = $4 WHERE seq = $1");
        let own = own.bind(seq).bind(entry.actor).bind(previous.to_vec()).bind(hash.to_vec());
        own.execute(&mut *database).await.expect("changed");
        if let Some((at, outcome, _, leaf)) = row.completed {
            let end = hasher.audit_completed_hash(&hash, &outcome, at).to_vec();
            let leaf = i64::try_from(leaf).expect("small");
            let ended = sqlx::query("UPDATE audit SET completed_hash = $2 WHERE seq = $1");
            ended.bind(seq).bind(end.clone()).execute(&mut *database).await.expect("changed");
            let stands = sqlx::query("UPDATE log_leaf SET hash = $2 WHERE leaf = $1");
            stands.bind(leaf).bind(end).execute(&mut *database).await.expect("changed");
        }
        previous = hash;
    }
}
