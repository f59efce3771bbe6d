//! Two `serve` and two `worker` processes on one PostgreSQL database.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use proviso_store::{AlertFilter, JobState};
use proviso_testkit::postgres;
use reqwest::StatusCode;

use crate::bundle::report_of_case;
use crate::device::Device;
use crate::facts::{finding, watched};
use crate::rig::Rig;

const DEVICES: usize = 4;
const BATCHES: u64 = 5;

/// A process of the server, which ends with the test.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(rig: &Rig, settings: &std::path::Path, args: &[&str]) -> Process {
    let child = Command::new(env!("CARGO_BIN_EXE_proviso-server"))
        .args(args)
        .env_clear()
        .env("PROVISO_SERVER_CONFIG", settings)
        .env("PROVISO_DATA_DIR", &rig.config.data_dir)
        .env("PROVISO_LOG", "error")
        .stdout(Stdio::piped())
        .spawn();
    Process(child.expect("the program starts"))
}

/// Starts everything, and has devices talk to one `serve` after the other.
fn start_all(rig: &mut Rig) -> Vec<Process> {
    let made = rig.databases.as_ref().expect("on PostgreSQL");
    let settings = rig.config.data_dir.join("server.toml");
    let text = format!("store = \"{}\"\nrecord_keys = \"{}\"\n", made.database, made.record_keys);
    std::fs::write(&settings, text).expect("written");
    let serve = [
        "--json",
        "serve",
        "--no-worker",
        "--device-listen",
        "127.0.0.1:0",
        "--console-listen",
        "127.0.0.1:0",
    ];
    let mut all = Vec::new();
    for _ in 0..2 {
        let mut serving = start(rig, &settings, &serve);
        let mut line = String::new();
        BufReader::new(serving.0.stdout.take().expect("a pipe")).read_line(&mut line).expect("it says where");
        let open: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let address = open.get("device_address").and_then(serde_json::Value::as_str);
        rig.others.push(address.and_then(|at| at.parse().ok()).expect("an address"));
        all.push(serving);
    }
    all.extend([start(rig, &settings, &["worker"]), start(rig, &settings, &["worker"])]);
    all
}

/// A device sends findings to whichever process is next, each batch twice over, as if the first answer had been lost.
async fn sends(rig: &Rig, mut device: Device) -> u64 {
    let at = rig.ctx.now();
    let mut sent = 0;
    for batch in 0..BATCHES {
        let at = at.plus_millis(i64::try_from(batch).expect("few") * 100);
        let records = [device.seal(watched(at, 3)), device.seal(finding(&device, at))];
        let records: Vec<_> = records.iter().collect();
        for _ in 0..2 {
            let answer = device.send(rig, &records).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", String::from_utf8_lossy(&answer.body));
            assert_eq!(answer.receipt().durable_seq, Some(batch * 2 + 1));
        }
        sent += 1;
    }
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_and_two_workers_on_one_database_take_everything_once_into_one_log() {
    let mut rig = Rig::on_postgres(0).await;
    // Those processes read the machine's clock.
    #[expect(clippy::disallowed_methods, reason = "beside programs that read the machine's clock")]
    let ahead = jiff::Timestamp::now().as_second() - rig.ctx.now().as_micros() / 1_000_000;
    rig.clock.forward_seconds(ahead);
    let processes = start_all(&mut rig);
    let mut devices = Vec::new();
    for _ in 0..DEVICES {
        devices.push(Device::enrol(&rig).await);
    }
    let [one, two, three, four] = <[Device; DEVICES]>::try_from(devices).ok().expect("as many");
    let (one, two, three, four) =
        tokio::join!(sends(&rig, one), sends(&rig, two), sends(&rig, three), sends(&rig, four));
    let sent = one + two + three + four;

    let all_done = async {
        while rig.ctx.store.job_count(JobState::Ready).await.expect("read") > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all_done).await.expect("the workers do everything");
    assert_eq!(rig.ctx.store.job_dead_list(10).await.expect("read"), []);
    let alerts = rig.ctx.store.alert_list(AlertFilter::default()).await.expect("read");
    let findings: u64 = alerts.iter().map(|alert| alert.findings).sum();
    assert!(alerts.len() >= DEVICES && findings >= sent && findings.is_multiple_of(sent), "{alerts:#?}");

    let mut database = postgres::connect(&rig.databases.as_ref().expect("there").database).await;
    let mut count = async |question: &'static str| -> i64 {
        sqlx::query_scalar(question).fetch_one(&mut database).await.expect(question)
    };
    assert_eq!(count("SELECT max(attempts) FROM job").await, 1, "nothing was claimed twice");
    assert_eq!(count("SELECT count(*) FROM record").await, i64::try_from(sent * 2).expect("few"));
    assert_eq!(count("SELECT count(*) FROM finding").await, i64::try_from(findings).expect("few"));
    let holes =
        "SELECT count(*) FROM (SELECT leaf, row_number() OVER (ORDER BY leaf) - 1 AS place FROM log_leaf) l
                 WHERE leaf <> place";
    assert_eq!(count(holes).await, 0, "the log has no holes");
    let twice = "SELECT count(*) - count(DISTINCT hash) FROM log_leaf WHERE kind = 1";
    assert_eq!(count(twice).await, 0, "and no record twice");
    // Every proof of every record against the signed log, by the verifier.
    let report = report_of_case(&rig).await;
    let failed: Vec<_> = report.failed().collect();
    assert!(failed.is_empty(), "{failed:#?}");
    drop(processes);
    rig.stop().await;
}
