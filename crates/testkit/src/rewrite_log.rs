//! What a dishonest force could do: write its log anew, with its own keys.

use std::collections::HashMap;
use std::path::Path;

use proviso_ledger::checkpoint::Checkpoint;
use proviso_ledger::merkle;
use proviso_server::app::AppContext;
use proviso_store::{LeafKind, LogHasher as _};
use sqlx::{ConnectOptions as _, Row as _};

/// Writes another hash over the first entry of the log in `database` and makes every node and every checkpoint after it
/// anew, signed by the force's own key. Nothing else changes, so that the log holds together as before.
///
/// # Panics
/// When the database is not one of this server's.
pub async fn rewrite_log(ctx: &AppContext, database: &Path) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(database);
    let mut database = options.connect().await.expect("the database");
    let leaves = sqlx::query("SELECT kind, hash FROM log_leaf ORDER BY leaf");
    let leaves = leaves.fetch_all(&mut database).await.expect("the log's entries");
    let mut nodes: HashMap<(u32, u64), [u8; 32]> = HashMap::new();
    let mut statements = Vec::new();
    for (place, row) in (0..).zip(&leaves) {
        let mut hash: [u8; 32] = row.get::<Vec<u8>, _>("hash").try_into().expect("a hash");
        if place == 0 {
            hash[0] ^= 1;
            statements.push(format!("UPDATE log_leaf SET hash = x'{}' WHERE leaf = 0", hex(&hash)));
        }
        let kinds = [LeafKind::Record, LeafKind::Audit, LeafKind::Decision];
        let byte: u8 = row.get("kind");
        let kind = kinds.into_iter().find(|kind| kind.byte() == byte).expect("a kind");
        let kept = |level, index| nodes.get(&(level, index)).copied();
        for (level, index, node) in merkle::append(place, &kind.leaf(&hash), &kept).expect("appended") {
            nodes.insert((level, index), node);
            statements.push(format!(
                "UPDATE log_node SET hash = x'{}' WHERE level = {level} AND position = {index}",
                hex(&node)
            ));
        }
    }
    let hasher = proviso_server::app::LedgerHasher::new(ctx.keys.checkpoint.clone(), ctx.keys.origin.clone());
    let public = ctx.keys.checkpoint.public();
    for row in ctx.store.checkpoint_list(0, u32::MAX).await.expect("the checkpoints") {
        let kept = |level, index| nodes.get(&(level, index)).copied();
        let note = hasher.checkpoint(row.size, row.signed_at, &kept).expect("signed");
        Checkpoint::parse_and_verify(&note, &public).expect("by the force's key");
        statements.push(format!("UPDATE checkpoint SET note = '{note}' WHERE size = {}", row.size));
    }
    let all = format!("BEGIN IMMEDIATE; {}; COMMIT", statements.join("; "));
    sqlx::raw_sql(sqlx::AssertSqlSafe(all)).execute(&mut database).await.expect("written anew");
}

fn hex(bytes: &[u8; 32]) -> String {
    proviso_model::Digest(*bytes).to_string()
}
