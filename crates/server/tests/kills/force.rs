//! A force of six processes that can be killed one by one: two servers, two workers, PostgreSQL and an S3 server.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use proviso_engine::sites::ListFormat;
use proviso_ledger::hash::sha256;
use proviso_model::Digest;
use proviso_server::app::force::case::order_change;
use proviso_server::app::force::site_list::{self, NewSiteList};
use proviso_server::app::site_lists;
use proviso_server::config::blobs::{BlobsEnvironment, S3_SECRET_ENV, S3Config};
use proviso_store::JobState;
use proviso_testkit::postgres::Cluster;
use proviso_testkit::s3::{BUCKET, KEY_ID, SECRET};
use tempfile::TempDir;

use crate::DEVICES;
use crate::device::Device;
use crate::rig::{ORDER, Rig};

/// What can be killed.
pub const VICTIMS: [&str; 6] =
    ["a server", "the database", "a worker", "the S3 server", "another server", "another worker"];

/// Looks again and again until it is so.
pub async fn ticks(what: &str, mut is_so: impl FnMut() -> bool) {
    let mut pause = tokio::time::interval(Duration::from_millis(10));
    let waiting = async {
        while !is_so() {
            pause.tick().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(120), waiting).await.unwrap_or_else(|_| panic!("never: {what}"));
}

/// A process, killed at the end.
struct Process(Child);

impl Process {
    fn start(mut command: Command) -> (Self, String) {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("it says where");
        (Self(child), line)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub struct Force {
    pub rig: Arc<Rig>,
    /// Hash of a list of sites, and of its first part.
    pub list: (Digest, Digest),
    processes: Vec<Option<Process>>,
    ports: [u16; 3],
    settings: PathBuf,
    folder: TempDir,
    cluster: Cluster,
}

impl Force {
    /// With devices that are enrolled.
    pub async fn start() -> (Self, Vec<Device>) {
        let (cluster, folder) = (Cluster::start(), tempfile::tempdir().expect("a folder"));
        let (s3, line) = Process::start(s3(folder.path(), 0));
        let address = line.trim().to_owned();
        let made = cluster.databases().await;
        let mut rig = Rig::on_databases(made.clone(), |config| {
            config.workers = 0;
            config.blobs.s3 = Some(S3Config {
                address: Some(address.clone()),
                bucket: BUCKET.to_owned(),
                region: "test-1".to_owned(),
                prefix: None,
                access_key_id: Some(KEY_ID.to_owned()),
                secret_access_key_file: None,
                ca_file: None,
                cache_dir: None,
                cache_bytes_max: 1 << 20,
            });
            config.blobs.environment =
                BlobsEnvironment::read(|name| (name == S3_SECRET_ENV).then(|| SECRET.to_owned()));
        })
        .await;
        // The processes read the machine's clock.
        #[expect(clippy::disallowed_methods, reason = "beside programs that read the machine's clock")]
        let ahead = jiff::Timestamp::now().as_second() - rig.ctx.now().as_micros() / 1_000_000;
        rig.clock.forward_seconds(ahead);
        let list = list(&rig).await;
        let settings = folder.path().join("server.toml");
        let text = format!(
            "store = \"{}\"\nrecord_keys = \"{}\"\n[blobs.s3]\naddress = \"{address}\"\nbucket = \"{BUCKET}\"\nregion = \"test-1\"\n\
             access_key_id = \"{KEY_ID}\"\n",
            made.database, made.record_keys
        );
        std::fs::write(&settings, text).expect("written");
        let port =
            |address: &str| address.rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port");
        let mut processes: Vec<Option<Process>> = VICTIMS.iter().map(|_| None).collect();
        let mut ports = [0, 0, port(&address)];
        for (nth, place) in [(0, 0), (1, 4)] {
            let (serving, line) = Process::start(serve(&rig, &settings, 0));
            let said: serde_json::Value = serde_json::from_str(&line).expect("JSON");
            let address =
                said.get("device_address").and_then(|at| at.as_str()).expect("an address").to_owned();
            rig.others.push(address.parse().expect("an address"));
            *ports.get_mut(nth).expect("two") = port(&address);
            *processes.get_mut(place).expect("a place") = Some(serving);
        }
        for place in [2, 5] {
            *processes.get_mut(place).expect("a place") = Some(worker(&rig, &settings));
        }
        *processes.get_mut(3).expect("a place") = Some(s3);
        let mut devices = Vec::new();
        for _ in 0..DEVICES {
            devices.push(Device::enrol(&rig).await);
        }
        (Self { rig: Arc::new(rig), list, processes, ports, settings, folder, cluster }, devices)
    }

    /// Kills one of [`VICTIMS`] and starts it again as it was, as a service manager does; nothing else is done.
    pub async fn kill_and_start_again(&mut self, victim: usize) {
        let [one, other, s3_port] = self.ports;
        if let Some(place) = self.processes.get_mut(victim) {
            // Dropped: killed, and waited for.
            *place = None;
        }
        let started = match victim {
            0 => Some(Process::start(serve(&self.rig, &self.settings, one)).0),
            4 => Some(Process::start(serve(&self.rig, &self.settings, other)).0),
            3 => Some(Process::start(s3(self.folder.path(), s3_port)).0),
            2 | 5 => Some(worker(&self.rig, &self.settings)),
            _ => {
                self.cluster.kill();
                ticks("the database starts again", || self.cluster.start_again()).await;
                None
            }
        };
        if let Some(place) = self.processes.get_mut(victim) {
            *place = started;
        }
    }

    /// Waits until no work is left.
    pub async fn all_done(&self) {
        let mut pause = tokio::time::interval(Duration::from_millis(50));
        // The connections of this process were cut off with the database.
        while self.rig.ctx.store.job_count(JobState::Ready).await.ok() != Some(0) {
            pause.tick().await;
        }
    }
}

/// A list of sites in use: its hash, and that of the part that devices fetch.
async fn list(rig: &Rig) -> (Digest, Digest) {
    let condition =
        "[[condition]]\nparagraph = \"22\"\ntext = \"Must not view pornography.\"\nkind = \"pornography\"\n";
    order_change(&rig.ctx, rig.case, &format!("{ORDER}\n{condition}"), "order.toml").await.expect("entered");
    let text = "0.0.0.0 night.example\n0.0.0.0 late.example\n";
    let read = site_list::read(text.as_bytes(), ListFormat::Auto, |_| {}).expect("a list");
    let new = NewSiteList {
        name: "harbour-sites",
        category: "pornography",
        coarse: false,
        source: Some("an invented source"),
        licence: Some("CC0"),
        dated: Some(jiff::civil::date(2026, 11, 1)),
        read: &read,
    };
    site_list::import(&rig.ctx, &new, false).await.expect("imported");
    let rows = rig.ctx.store.site_list_list().await.expect("read");
    let row = rows.first().expect("the list");
    let part = site_lists::part(&rig.ctx, row, 0).await.expect("read").expect("a part");
    (row.sha256, Digest(sha256(&part)))
}

fn program(rig: &Rig, settings: &std::path::Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_proviso-server"));
    command.args(args).env_clear();
    command.env("PROVISO_SERVER_CONFIG", settings).env("PROVISO_DATA_DIR", &rig.config.data_dir);
    // What is killed is told of as an error by those who miss it.
    command.env(S3_SECRET_ENV, SECRET).env("PROVISO_LOG", "off");
    command
}

fn serve(rig: &Rig, settings: &std::path::Path, port: u16) -> Command {
    let listen = format!("127.0.0.1:{port}");
    let args =
        ["--json", "serve", "--no-worker", "--device-listen", &listen, "--console-listen", "127.0.0.1:0"];
    program(rig, settings, &args)
}

fn worker(rig: &Rig, settings: &std::path::Path) -> Process {
    Process(program(rig, settings, &["worker"]).spawn().expect("it starts"))
}

fn s3(folder: &std::path::Path, port: u16) -> Command {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_proviso-server")).with_file_name("proviso-test-s3");
    assert!(program.is_file(), "{} is not there; run: cargo build --workspace --bins", program.display());
    let mut command = Command::new(program);
    command.arg(folder.join("s3")).arg(port.to_string());
    command
}
