//! PostgreSQL for tests: a throw-away cluster (`tools/postgres/throw-away.sh`), and two new databases in it for each who asks.
//!
//! `cargo xtask test` starts one cluster for every test and names it in the environment; where it is not named, each test program
//! starts its own, which ends with it.

use std::io::{BufRead as _, BufReader};
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
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let cluster = cluster();
    let mut connection = connect(&cluster).await;
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
        assert_ne!(*address, cluster, "the cluster's address ends in /postgres?host=...");
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
        _ => OWN.get_or_init(start).1.clone(),
    }
}

/// Starts a cluster that ends with this program: its standard input ends then.
fn start() -> (Child, String) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/postgres/throw-away.sh");
    let mut child = Command::new(script)
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
