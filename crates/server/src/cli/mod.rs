//! The command line of `proviso-server`.

mod admin;
mod bar;
mod coverage;
mod hash_set;
mod say;
mod serving;
mod store;
mod suitability;
mod visit;

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand, ValueEnum};
use rand_core::CryptoRng;

pub use say::Say;
pub(crate) use serving::told_to_stop;

use crate::app::{AppContext, Clock};
use crate::config::blobs::BlobsEnvironment;
use crate::config::notify::NotifyEnvironment;
use crate::config::{Config, DATA_DIR_ENV};
use crate::pictures::{self, ViewArgs};
use crate::{demo, open, operations};

/// What only a binary may take from the machine.
pub struct Wiring {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Makes a source of randomness.
    pub rng: fn() -> Box<dyn CryptoRng + Send>,
    /// The master key, where the environment holds it.
    pub master_key: Option<String>,
    /// The address of a PostgreSQL database, where the environment holds it. No option: what is typed can be read in the list of
    /// processes.
    pub store: Option<String>,
    /// The address of the database of record keys, likewise.
    pub record_keys: Option<String>,
    /// What the environment holds for blobs.
    pub blobs: BlobsEnvironment,
    /// What the environment holds for notifications.
    pub notify: NotifyEnvironment,
}

/// The force's server: takes records of enrolled devices, replays findings, puts alerts before officers.
#[derive(Debug, Parser)]
#[command(
    name = "proviso-server",
    version,
    after_help = "Examples:\n  \
        proviso-server demo --once\n  \
        proviso-server admin init --data-dir /srv/proviso --force-name \"Test Force\" --host police.example --root-medium /media/root\n  \
        proviso-server admin officer-add --username pat --name \"Pat Example\" --role offender-manager < password.txt\n  \
        proviso-server admin case-create --order order.toml --officer pat\n  \
        proviso-server admin enrolment-code --case 0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57\n  \
        proviso-server hash-set import list.json --name caid --source CAID --date 2026-11-01 --licence \"agreement 14\" --country UK --child-abuse\n  \
        proviso-server coverage --device 0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57 --from 2026-03-03T21:00 --until 2026-03-03T21:20\n  \
        proviso-server suitability --order order.toml --device laptop.toml\n  \
        proviso-server visit prepare --case 0b5c5bb4-0d38-4d3c-9c0f-6a8a5a4b0e57 --officer pat --out /media/stick/visit\n  \
        proviso-server serve\n  \
        PROVISO_STORE=postgres://... PROVISO_RECORD_KEYS=postgres://... proviso-server migrate --dry-run\n\n\
        Exit codes: 0 done, 1 the answer is no, 2 usage or input error."
)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, Args)]
struct Common {
    /// Settings file (TOML); environment and options stand over it.
    #[arg(long, global = true, env = "PROVISO_SERVER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data folder [default: /var/lib/proviso-server].
    #[arg(long, global = true, env = DATA_DIR_ENV, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// File with the master key [default: keys/master.key in the data folder; PROVISO_MASTER_KEY stands over it].
    #[arg(long, global = true, env = "PROVISO_MASTER_KEY_FILE", value_name = "FILE")]
    master_key_file: Option<PathBuf>,
    /// Let devices keep records until a checked backup holds them [default: the settings file's, else false].
    #[arg(long, global = true, env = "PROVISO_REQUIRE_BACKUP", value_name = "true|false")]
    require_backup: Option<bool>,
    /// How officers' browsers reach the console, for the links in notifications [default: the settings file's].
    #[arg(long, global = true, env = "PROVISO_CONSOLE_ADDRESS", value_name = "https://HOST")]
    console_address: Option<String>,
    /// How the log on standard error is written: for people, or a JSON object a line for a collector of logs. `PROVISO_LOG` says
    /// how much of it (`info`, `debug`, `proviso_server::jobs=debug`).
    #[arg(long, global = true, env = "PROVISO_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    log_format: LogFormat,
    /// Print JSON.
    #[arg(long, global = true)]
    json: bool,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// A line for people.
    Text,
    /// A JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the whole product on this machine, in a throw-away folder.
    Demo(demo::DemoArgs),
    /// Run the device port, the console and workers.
    Serve(serving::ServeArgs),
    /// Run workers only.
    Worker(serving::WorkerArgs),
    /// Bring the database to the current schema and say which it is.
    Migrate(store::MigrateArgs),
    /// Print the OpenAPI document of what devices and monitoring ask (docs/openapi.json).
    Openapi,
    /// Sets of hashes of known pictures: import, list, check, remove.
    #[command(subcommand)]
    HashSet(hash_set::HashSetCommand),
    /// Say which paragraphs of an order can be watched on a device, how, what would be seen of others, and what is left.
    Suitability(suitability::SuitabilityArgs),
    /// Say which minutes of a device were watched, by what, why others were not, and what could not be seen.
    Coverage(coverage::CoverageArgs),
    /// Visits to devices: what an officer takes along, and the check of what comes back.
    #[command(subcommand)]
    Visit(visit::VisitCommand),
    /// Set up and look after the installation.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Decode one picture within limits: what `serve` starts for each that an officer looks at.
    #[command(hide = true)]
    PictureView(ViewArgs),
}

impl Cli {
    /// Whether this is the process that decodes one picture: it needs no log, no network and no settings.
    #[must_use]
    pub fn picture_view(&self) -> Option<ViewArgs> {
        match self.command {
            Command::PictureView(args) => Some(args),
            _ => None,
        }
    }

    /// How the log is to be written.
    #[must_use]
    pub fn log_format(&self) -> LogFormat {
        self.common.log_format
    }

    /// Does what was asked. The number is the exit code.
    ///
    /// # Errors
    /// What went wrong, for a person: where, and what to do.
    pub async fn run(self, wiring: &Wiring, say: &mut Say) -> anyhow::Result<u8> {
        say.json = self.common.json;
        let config = self.common.config(wiring)?;
        match self.command {
            Command::Demo(args) => demo::run(args, wiring, say).await,
            Command::Serve(args) => serving::serve(wiring, &args.apply(config), say).await,
            Command::Worker(args) => serving::worker(wiring, &args.apply(config), say).await,
            Command::Openapi => {
                let text = operations::openapi::text()?;
                say.line(text.trim_end(), &serde_json::to_value(operations::openapi::document())?)?;
                Ok(0)
            }
            Command::Migrate(args) => args.run(wiring, &config, say).await,
            Command::Suitability(args) => args.run(say),
            Command::Coverage(args) => args.run(wiring, &config, say).await,
            Command::Visit(command) => command.run(wiring, &config, say).await,
            Command::HashSet(command) => command.run(wiring, &config, say).await,
            Command::Admin(admin) => admin.run(wiring, &config, say).await,
            Command::PictureView(args) => {
                Ok(pictures::serve(args, &mut std::io::stdin(), &mut std::io::stdout()))
            }
        }
    }
}

impl Common {
    fn config(&self, wiring: &Wiring) -> anyhow::Result<Config> {
        let mut config = match &self.config {
            Some(path) => Config::load(path)?,
            None => Config::default(),
        };
        if let Some(data_dir) = &self.data_dir {
            config.data_dir.clone_from(data_dir);
        }
        if self.master_key_file.is_some() {
            config.master_key_file.clone_from(&self.master_key_file);
        }
        config.set_store(wiring.store.as_deref(), wiring.record_keys.as_deref())?;
        if self.console_address.is_some() {
            config.console_address.clone_from(&self.console_address);
        }
        config.blobs.environment = wiring.blobs.clone();
        config.notify.environment = wiring.notify.clone();
        if let Some(oidc) = &mut config.oidc {
            oidc.client_secret.clone_from(&wiring.notify.oidc_secret);
        }
        config.require_backup = self.require_backup.unwrap_or(config.require_backup);
        config.check_notify("the settings")?;
        Ok(config)
    }
}

async fn open_context(wiring: &Wiring, config: &Config) -> anyhow::Result<AppContext> {
    let master_key = wiring.master_key.as_deref();
    Ok(open::context(config, master_key, Arc::clone(&wiring.clock), (wiring.rng)()).await?)
}
