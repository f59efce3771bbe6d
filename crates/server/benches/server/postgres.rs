//! The peer on a throw-away PostgreSQL that flushes to disk: pgbench doing the same inserts in the same transactions.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use proviso_testkit::postgres::Cluster;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

/// What a record takes.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    pub header: usize,
    pub body: usize,
    pub checkpoint: usize,
}

/// The process of the server, whose children are its connections.
pub fn postmaster(cluster: &Cluster) -> Result<u32> {
    let text = std::fs::read_to_string(cluster.folder().join("data/postmaster.pid"))?;
    text.lines().next().and_then(|line| line.parse().ok()).context("a number")
}

/// Transactions per second of pgbench with so many clients, each of what one batch of one record writes: its key by itself, then
/// device, record, body, leaf, the two nodes that a leaf makes on average, checkpoint and job.
pub async fn peer(cluster: &Cluster, sizes: Sizes, clients: usize, seconds: u64) -> Result<f64> {
    let address = cluster.databases().await.database;
    let mut connection = PgConnection::connect(&address).await?;
    sqlx::raw_sql(AssertSqlSafe(TABLES)).execute(&mut connection).await?;
    for id in 0..64_i64 {
        let random = |bytes: usize| {
            let mut filler = vec![0; bytes];
            getrandom::fill(&mut filler).map(|()| filler)
        };
        sqlx::query("INSERT INTO filler VALUES ($1, $2, $3, $4)")
            .bind(id)
            .bind(random(sizes.header)?)
            .bind(random(sizes.body)?)
            .bind("n".repeat(sizes.checkpoint))
            .execute(&mut connection)
            .await?;
        sqlx::query(
            "INSERT INTO device SELECT g, 0, 0, ''::bytea, 0 FROM generate_series($1 * 32, $1 * 32 + 31) g",
        )
        .bind(id)
        .execute(&mut connection)
        .await?;
    }
    let mut script = tempfile::NamedTempFile::new()?;
    script.write_all(SCRIPT.as_bytes())?;
    let folder = cluster.folder();
    let name = address.split_once("@localhost/").and_then(|(_, rest)| rest.split_once('?'));
    let (name, _) = name.context("the address names a database")?;
    let output = Command::new(pgbench()?)
        .args(["-n", "-M", "prepared", "-U", "proviso", "-j", "2", "-h"])
        .arg(&folder)
        .args(["-c", &clients.to_string(), "-T", &seconds.to_string(), "-f"])
        .arg(script.path())
        .arg(name)
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let rate = said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    match rate {
        Some(rate) if output.status.success() => Ok(rate),
        _ => bail!("pgbench: {said}{}", String::from_utf8_lossy(&output.stderr)),
    }
}

fn pgbench() -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin/pgbench")).collect();
    found.retain(|path| path.is_file());
    found.sort();
    found.pop().context("pgbench is not there; run: cargo xtask setup")
}

/// As the server's tables, with their indexes.
const TABLES: &str = "
CREATE TABLE filler (id BIGINT PRIMARY KEY, header BYTEA, body BYTEA, note TEXT);
ALTER TABLE filler ALTER body SET STORAGE EXTERNAL;
CREATE SEQUENCE leaf;
CREATE TABLE device (id BIGINT PRIMARY KEY, epoch BIGINT, next_seq BIGINT, previous BYTEA, seen_at BIGINT);
CREATE TABLE record_key (hash BYTEA PRIMARY KEY, key BYTEA, destroyed_at BIGINT);
CREATE TABLE record (leaf BIGINT PRIMARY KEY, hash BYTEA NOT NULL UNIQUE, device BIGINT, case_id BYTEA, epoch BIGINT, seq BIGINT,
    header BYTEA, signature BYTEA, received_at BIGINT, kind TEXT, UNIQUE (device, epoch, seq));
CREATE TABLE record_body (leaf BIGINT PRIMARY KEY, body BYTEA);
CREATE TABLE log_leaf (leaf BIGINT PRIMARY KEY, kind BIGINT, hash BYTEA);
CREATE TABLE log_node (level BIGINT, position BIGINT, hash BYTEA, PRIMARY KEY (level, position));
CREATE TABLE checkpoint (size BIGINT PRIMARY KEY, signed_at BIGINT, note TEXT);
CREATE TABLE job (id BYTEA PRIMARY KEY, kind TEXT, device BIGINT, epoch BIGINT, seq_first BIGINT, seq_last BIGINT, state TEXT,
    attempts BIGINT, ready_at BIGINT, lease_until BIGINT);
CREATE INDEX job_ready ON job (state, ready_at);
";

/// One batch of one record.
const SCRIPT: &str = r"
\set d random(0, 2047)
\set f random(0, 63)
SELECT nextval('leaf') AS leaf, uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) AS hash \gset
INSERT INTO record_key VALUES (:hash::text::bytea, '\x0102030405060708091011121314151617181920212223242526272829303132', NULL);
BEGIN;
UPDATE device SET epoch = 0, next_seq = next_seq + 1, previous = :hash::text::bytea, seen_at = :leaf WHERE id = :d;
INSERT INTO record SELECT :leaf::bigint, :hash::text::bytea, :d::bigint, uuid_send(gen_random_uuid()), 0, :leaf::bigint, header,
    :hash::text::bytea || :hash::text::bytea, :leaf::bigint, NULL FROM filler WHERE id = :f;
INSERT INTO record_body SELECT :leaf::bigint, body FROM filler WHERE id = :f;
INSERT INTO log_leaf VALUES (:leaf, 1, :hash::text::bytea);
INSERT INTO log_node VALUES (0, :leaf, :hash::text::bytea), (1, :leaf, :hash::text::bytea);
INSERT INTO checkpoint SELECT :leaf::bigint, :leaf::bigint, note FROM filler WHERE id = :f;
INSERT INTO job VALUES (uuid_send(gen_random_uuid()), 'replay', :d, 0, :leaf, :leaf, 'ready', 0, :leaf, NULL);
COMMIT;
";
