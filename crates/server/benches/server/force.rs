//! A force in a folder of its own, on one of the two stores, and the server's process over it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use anyhow::{Context, Result};
use getrandom::SysRng;
use proviso_model::Timestamp;
use proviso_server::app::{AppContext, Clock};
use proviso_server::config::Config;
use proviso_server::keys::force::ForceInit;
use proviso_server::open;
use proviso_store::PostgresStore;
use proviso_testkit::postgres::Cluster;
use rand_core::UnwrapErr;
use sqlx::{Connection as _, PgConnection, Row as _, SqliteConnection};
use tempfile::TempDir;

pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "a program's own wiring")]
    fn now(&self) -> Timestamp {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

pub struct Force {
    pub ctx: AppContext,
    pub ca_pem: String,
    config: Config,
    store: Option<[String; 2]>,
    _folder: TempDir,
}

impl Force {
    /// On PostgreSQL where a cluster is given.
    pub async fn make(cluster: Option<&Cluster>) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut config = Config { data_dir: folder.path().join("server"), ..Config::default() };
        let store = match cluster {
            Some(cluster) => {
                let made = cluster.databases().await;
                Some([made.database, made.record_keys])
            }
            None => None,
        };
        if let Some([force, keys]) = &store {
            config.set_store(Some(force), Some(keys))?;
            PostgresStore::migrate(&config.postgres()?.context("two databases")?).await?;
        }
        let hosts = ["localhost".to_owned()];
        let init = ForceInit { name: "Test Force", hosts: &hosts, now: SystemClock.now() };
        let trust = open::init(&config, None, &mut UnwrapErr(SysRng), &init)?;
        let ctx = open::context(&config, None, Arc::new(SystemClock), Box::new(UnwrapErr(SysRng))).await?;
        Ok(Self { ctx, ca_pem: trust.ca_pem, config, store, _folder: folder })
    }

    /// Starts `serve`.
    pub fn serve(&self, with_worker: bool) -> Result<Serving> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_proviso-server"));
        command.args([
            "--json",
            "serve",
            "--device-listen",
            "127.0.0.1:0",
            "--console-listen",
            "127.0.0.1:0",
        ]);
        if !with_worker {
            command.arg("--no-worker");
        }
        command.env_clear().env("PROVISO_DATA_DIR", &self.config.data_dir).env("PROVISO_LOG", "error");
        if let Some([force, keys]) = &self.store {
            command.env("PROVISO_STORE", force).env("PROVISO_RECORD_KEYS", keys);
        }
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("a pipe")?).read_line(&mut line)?;
        let said: serde_json::Value = serde_json::from_str(&line).context("it says where it listens")?;
        let address = said.get("device_address").and_then(serde_json::Value::as_str).context("an address")?;
        let port = address.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).context("a port")?;
        Ok(Serving { child, port })
    }

    /// Address of its database; the file's where it is a file.
    pub fn database(&self) -> String {
        match &self.store {
            Some([force, _]) => force.clone(),
            None => format!("sqlite://{}", self.config.database().display()),
        }
    }

    /// Opens the database beside the server.
    pub async fn look(&self) -> Result<Looking> {
        Ok(match &self.store {
            Some([force, _]) => Looking::Postgres(PgConnection::connect(force).await?),
            None => {
                Looking::Sqlite(SqliteConnection::connect(&format!("{}?mode=ro", self.database())).await?)
            }
        })
    }
}

/// A connection that sees what an officer would see: rows that are committed.
pub enum Looking {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

impl Looking {
    /// Records from a leaf on, in order: leaf and hash.
    pub async fn records_from(&mut self, leaf: i64) -> Result<Vec<(i64, Vec<u8>)>> {
        let question = "SELECT leaf, hash FROM record WHERE leaf >= $1 ORDER BY leaf";
        Ok(match self {
            Self::Postgres(connection) => {
                let rows = sqlx::query(question).bind(leaf).fetch_all(connection).await?;
                rows.iter().map(|row| (row.get(0), row.get(1))).collect()
            }
            Self::Sqlite(connection) => {
                let rows = sqlx::query(question).bind(leaf).fetch_all(connection).await?;
                rows.iter().map(|row| (row.get(0), row.get(1))).collect()
            }
        })
    }

    /// Which of these leaves were put before an officer, which an alert is joined with.
    pub async fn shown_of(&mut self, leaves: &[i64]) -> Result<Vec<i64>> {
        let leaves: Vec<String> = leaves.iter().map(i64::to_string).collect();
        let question =
            format!("SELECT leaf FROM record WHERE leaf IN ({}) AND kind IS NOT NULL", leaves.join(", "));
        let question = sqlx::AssertSqlSafe(question);
        Ok(match self {
            _ if leaves.is_empty() => Vec::new(),
            Self::Postgres(connection) => {
                sqlx::query_scalar(question).persistent(false).fetch_all(connection).await?
            }
            Self::Sqlite(connection) => {
                sqlx::query_scalar(question).persistent(false).fetch_all(connection).await?
            }
        })
    }
}

/// The server's process.
pub struct Serving {
    child: Child,
    pub port: u16,
}

impl Serving {
    /// Seconds of processor time, and mebibytes held, of the process and those that it started.
    pub fn used(&self) -> (f64, f64) {
        used(self.child.id())
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Of a process and those that it started: seconds of processor time, mebibytes of memory of their own.
pub fn used(pid: u32) -> (f64, f64) {
    let read =
        |pid: u32, file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default();
    let pids = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let field = |stat: &str, nth: usize| {
        // The program's name may hold spaces and brackets: count from the last bracket.
        let rest = stat.rsplit_once(") ").map_or("", |(_, rest)| rest);
        rest.split(' ').nth(nth).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0)
    };
    let (mut ticks, mut kib) = (0.0, 0.0);
    for one in pids {
        let stat = read(one, "stat");
        if one == pid || field(&stat, 1) as u32 == pid {
            ticks += field(&stat, 11) + field(&stat, 12);
            // What it shares with others (a database's buffers) is left out.
            let held = read(one, "status");
            let anonymous = held.lines().find_map(|line| line.strip_prefix("RssAnon:"));
            let number = anonymous.and_then(|rest| rest.split_whitespace().next());
            kib += number.and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
        }
    }
    // Linux counts a hundred ticks a second on every machine that we build for.
    (ticks / 100.0, kib / 1024.0)
}
