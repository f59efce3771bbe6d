//! PostgreSQL for tests: a throw-away cluster (`tools/postgres/throw-away.sh`), and two new databases in it for each who asks.
//!
//! `cargo xtask test` starts one cluster for every test and names it in the environment; where it is not named, each test program
//! starts its own, which ends with it.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

/// Environment variable with the address of a cluster in which databases may be made.
pub const CLUSTER: &str = "PROVISO_TEST_POSTGRES";

/// Two new, empty databases.
#[derive(Debug, Clone)]
pub struct Databases {
    /// Address of the one for the force.
    pub database: String,
    /// Address of the one for record keys.
    pub record_keys: String,
}

/// Makes two databases that nobody else uses.
///
/// # Panics
/// When there is no PostgreSQL.
pub async fn databases() -> Databases {
    databases_in(&cluster()).await
}

async fn databases_in(cluster: &str) -> Databases {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let mut connection = connect(cluster).await;
    let nth = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut made = [String::new(), String::new()];
    for (address, purpose) in made.iter_mut().zip(["force", "keys"]) {
        let name = format!("test_{}_{nth}_{purpose}", std::process::id());
        // A test program of an earlier run may have had this number.
        for statement in [
            format!("DROP DATABASE IF EXISTS {name}"),
            format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"),
        ] {
            sqlx::raw_sql(AssertSqlSafe(statement))
                .execute(&mut connection)
                .await
                .expect("a database is made");
        }
        *address = cluster.replacen("/postgres?", &format!("/{name}?"), 1);
        assert_ne!(address, cluster, "the cluster's address ends in /postgres?host=...");
    }
    connection.close().await.expect("closed");
    let [database, record_keys] = made;
    Databases { database, record_keys }
}

/// Connects to a database of the cluster.
///
/// # Panics
/// When it does not answer.
pub async fn connect(address: &str) -> PgConnection {
    let options: PgConnectOptions = address.parse().expect("an address");
    options.connect().await.expect("PostgreSQL answers")
}

/// The address of the cluster.
fn cluster() -> String {
    static OWN: OnceLock<(Child, String)> = OnceLock::new();
    match std::env::var(CLUSTER) {
        Ok(address) if !address.is_empty() => address,
        _ => OWN.get_or_init(|| start(&[])).1.clone(),
    }
}

/// A cluster of its own that flushes to disk, and can be killed and started again.
pub struct Cluster {
    script: Child,
    address: String,
}

impl Cluster {
    /// Starts one.
    ///
    /// # Panics
    /// When there is no PostgreSQL.
    #[must_use]
    pub fn start() -> Self {
        let (script, address) = start(&["durable"]);
        Self { script, address }
    }

    /// Makes two databases in it.
    ///
    /// # Panics
    /// When it does not answer.
    pub async fn databases(&self) -> Databases {
        databases_in(&self.address).await
    }

    /// Its folder.
    ///
    /// # Panics
    /// When its address does not say.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        let (_, folder) = self.address.split_once("host=").expect("its folder is in its address");
        PathBuf::from(folder)
    }

    /// Kills its server; what serves connections notices and ends.
    ///
    /// # Panics
    /// When it does not run.
    pub fn kill(&self) {
        let about = std::fs::read_to_string(self.folder().join("data/postmaster.pid")).expect("it runs");
        let pid = about.lines().next().expect("a number");
        let done = Command::new("kill").args(["-KILL", pid]).status().expect("kill is there");
        assert!(done.success(), "the server of the cluster is killed");
    }

    /// Starts it again on what it left, as a service manager does; `false` while what was killed still holds on to something.
    #[must_use]
    pub fn start_again(&self) -> bool {
        let data = self.folder().join("data");
        let settings = std::fs::read_to_string(data.join("postmaster.opts")).expect("how it was started");
        let program = settings.split(' ').next().expect("its program");
        let control = Path::new(program).with_file_name("pg_ctl");
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0);
        let mut command = Command::new(if is_root { Path::new("runuser") } else { &control });
        if is_root {
            command.args(["-u", "postgres", "--"]).arg(&control);
        }
        command.arg("-D").arg(&data).args(["-w", "-t", "60", "-l"]).arg(self.folder().join("server.log"));
        let done = command.arg("restart").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        done.current_dir(self.folder()).status().is_ok_and(|status| status.success())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // It stops when its standard input ends, and takes its folder away.
        drop(self.script.stdin.take());
        let _ = self.script.wait();
    }
}

/// Starts a cluster that ends with this program: its standard input ends then.
fn start(how: &[&str]) -> (Child, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/postgres/throw-away.sh");
    let mut child = Command::new(script)
        .args(how)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("tools/postgres/throw-away.sh starts");
    let mut address = String::new();
    let out = child.stdout.take().expect("a pipe");
    BufReader::new(out).read_line(&mut address).expect("it prints an address");
    assert!(
        !address.trim().is_empty(),
        "PostgreSQL does not start; what it says stands above. Try: cargo xtask setup"
    );
    (child, address.trim().to_owned())
}
