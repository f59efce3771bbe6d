//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use proviso_agent::StateDir;
use proviso_model::record::NoticeResponse;

const EXAMPLES: &str = "\
Examples:
  proviso-agent enrol --server https://force.example:8443 --trust force.trust.json --code 7K3M-Q2XP
  proviso-agent run
  proviso-agent status
  proviso-agent doctor
  proviso-agent evaluate --order order.toml < observations.jsonl > findings.jsonl
  proviso-agent evaluate --policy policies/HASH.json < observations.jsonl
  echo 'some text' | proviso-agent classify text
  proviso-agent classify image picture.jpg
  proviso-agent packs verify harbour-list.json --trust force.trust.json
  proviso-agent visit --pass /media/stick/visit

Exit codes: 0 done or yes, 1 the answer is no, 2 a usage or input error.";

/// Overt, order-bound monitoring of one account on one device.
#[derive(Debug, Parser)]
#[command(name = "proviso-agent", version, about, after_help = EXAMPLES)]
pub struct Args {
    /// Where the agent keeps its keys, policy and spool.
    #[arg(long, env = "PROVISO_STATE_DIR", default_value = "/var/lib/proviso", global = true)]
    pub state_dir: PathBuf,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Args {
    /// The state folder.
    pub fn dir(&self) -> StateDir {
        StateDir::new(&self.state_dir)
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Watch, openly, as the order says, until stopped.
    Run(RunArgs),
    /// Carry messages between a browser and the running agent (started by the browser).
    NativeHost {
        /// What the browser passes: the extension's address, or the manifest's path and the extension's id.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
        from_browser: Vec<OsString>,
    },
    /// Tell the running agent what only this account's own session can see, openly and only while an order needs it (started at log-on).
    Session,
    /// Enrol this device with an officer's one-time code.
    Enrol(EnrolArgs),
    /// Say in plain words whether this account is watched now (exit code 0) or not (1).
    Status {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Look for what keeps the agent from working, and say what to do.
    Doctor {
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Evaluate observations against an order, or a policy out of a bundle, offline: JSON lines in, findings out.
    Evaluate {
        /// The order, as TOML.
        #[arg(long, required_unless_present = "policy", conflicts_with = "policy")]
        order: Option<PathBuf>,
        /// A policy (`policies/HASH.json` of a bundle) instead of an order: it names the force's own lists, and its findings
        /// name it by its hash. Its signature is not looked at; `proviso-verify` does that.
        #[arg(long)]
        policy: Option<PathBuf>,
        /// A folder of packs (*.toml) instead of those built in.
        #[arg(long, conflicts_with = "policy")]
        packs: Option<PathBuf>,
    },
    /// What the table of attribution makes of observations (docs/attribution.md): JSON lines in, one JSON line for each out.
    Attribute,
    /// Look once, openly and without changing anything, at what the order's paragraphs ask of this device: a signed record, and a page
    /// to talk through.
    Visit(VisitArgs),
    /// Look at packs of words.
    Packs {
        /// What to do.
        #[command(subcommand)]
        what: Packs,
    },
    /// Score texts or pictures.
    Classify {
        /// What to score.
        #[command(subcommand)]
        what: Classify,
    },
    /// Decode pictures from standard input: `classify image` and `run` start it, so that a harmful picture ends nothing else.
    PictureWorker {
        /// Where it finds what it runs.
        #[command(flatten)]
        pictures: PictureArgs,
        /// Behind everything else on the machine.
        #[arg(long)]
        gives_way: bool,
    },
}

/// What is done with packs.
#[derive(Debug, Subcommand)]
pub enum Packs {
    /// Check that a force signed a pack and that no byte of it was changed since (exit code 0), or not (1).
    Verify {
        /// What proviso-server admin pack-show --signed wrote.
        file: PathBuf,
        /// The force's trust file, obtained elsewhere.
        #[arg(long)]
        trust: PathBuf,
    },
}

/// What `classify` scores.
#[derive(Debug, Subcommand)]
pub enum Classify {
    /// One text per line; one JSON line with scores and spans for each.
    Text {
        /// Read {"id", "text"} or {"id", "messages": [{"author", "time", "text"}]} per line instead.
        #[arg(long)]
        jsonl: bool,
        /// A folder of packs (*.toml) instead of those built in.
        #[arg(long)]
        packs: Option<PathBuf>,
        /// A folder with the sentence model, which is asked about doubtful texts; by default one beside the program or
        /// under /usr/share/proviso.
        #[arg(long, env = proviso_inference::files::FOLDER_VARIABLE)]
        models: Option<PathBuf>,
    },
    /// Pictures, by their files; one JSON line with hashes and scores for each, and exit code 1 if one could not be read.
    Image {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Models to ask instead of the built-in ones, as NAME@VERSION; several times for several.
        #[arg(long)]
        model: Vec<String>,
        /// Where it finds them.
        #[command(flatten)]
        pictures: PictureArgs,
    },
}

/// Where models of pictures and what runs them are found.
#[derive(Debug, Clone, clap::Args)]
pub struct PictureArgs {
    /// A folder with models; by default one beside the program or under /usr/share/proviso.
    #[arg(long, env = proviso_inference::files::FOLDER_VARIABLE)]
    pub models: Option<PathBuf>,
    /// The onnxruntime library, which is faster than pure Rust; by default onnxruntime/libonnxruntime.so in a folder with models.
    #[arg(long, env = "PROVISO_ONNXRUNTIME")]
    pub onnxruntime: Option<PathBuf>,
}

/// Of `run`.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Port of the notice page on 127.0.0.1; 0 for any free one (the address is written to page.address).
    #[arg(long, env = "PROVISO_PAGE_PORT", default_value_t = 47_600)]
    pub page_port: u16,
    /// Sealed bytes that may wait for the server; beyond, capture stops and a gap is recorded.
    #[arg(long, env = "PROVISO_SPOOL_BYTES_MAX", default_value_t = proviso_model::limits::SPOOL_BYTES_MAX)]
    pub spool_bytes_max: u64,
    /// Seconds between liveness records.
    #[arg(long, env = "PROVISO_LIVENESS_SECONDS", default_value_t = 300)]
    pub liveness_seconds: u32,
    /// Where it finds models of pictures.
    #[command(flatten)]
    pub pictures: PictureArgs,
    /// The X11 display of the account's session, for example :0; without it, the one that logind names.
    #[arg(long, env = "DISPLAY")]
    pub display: Option<String>,
}

/// Of `visit`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    proviso-agent visit --pass /media/stick/visit                     # what `proviso-server visit prepare` made\n  \
    sudo proviso-agent visit --pass /media/stick/visit --account sam  # also what that account may not read itself\n  \
    proviso-agent visit --order order.toml --out /tmp/rehearsal       # a rehearsal: no force vouches for its record\n\n\
    Exit codes: 0 all was reached, 1 not all (the page says what), 2 a usage or input error.")]
pub struct VisitArgs {
    /// The folder that `proviso-server visit prepare` made: the pass, its key and the trust file.
    #[arg(long, value_name = "FOLDER", required_unless_present = "order", conflicts_with = "order")]
    pub pass: Option<PathBuf>,
    /// An order file instead, for a rehearsal.
    #[arg(long, value_name = "ORDER.toml", requires = "out")]
    pub order: Option<PathBuf>,
    /// The account to look at; without it, the one that runs this.
    #[arg(long)]
    pub account: Option<String>,
    /// Its home, where /etc/passwd does not say it.
    #[arg(long, value_name = "FOLDER")]
    pub home: Option<PathBuf>,
    /// Where record, log and page go; without it, a new folder beside the pass. Never within the home.
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// What to compare with, as 2026-11-01 or with a time as 2026-11-01T10:00:00Z; without it, what the pass says.
    #[arg(long, value_name = "DAY")]
    pub since: Option<String>,
    /// How long it may look; what is not reached by then is said.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u64).range(1..=110))]
    pub seconds: u64,
    /// Print the record as JSON on standard output; what it does is then said on standard error.
    #[arg(long)]
    pub json: bool,
    /// Another root of the file system, for tests.
    #[arg(long, hide = true)]
    pub root: Option<PathBuf>,
}

/// Of `enrol`.
#[derive(Debug, clap::Args)]
pub struct EnrolArgs {
    /// The force's device port, as https://HOST:PORT.
    #[arg(long)]
    pub server: String,
    /// The force's trust file, handed over by an officer.
    #[arg(long)]
    pub trust: PathBuf,
    /// The one-time code.
    #[arg(long)]
    pub code: String,
    /// The supervised account on this device; without it, the account that runs this command.
    #[arg(long)]
    pub account: Option<String>,
    /// Read the person's PIN as the first line of standard input instead of asking for it.
    #[arg(long)]
    pub pin_stdin: bool,
    /// What was said to the notice; without it and with a terminal, it is asked.
    #[arg(long)]
    pub notice: Option<Answer>,
    /// Who gave the answer, for example "the supervised person" or "officer 4412".
    #[arg(long, default_value = "", value_name = "WORDS")]
    pub notice_by: String,
}

/// An answer to the notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Answer {
    /// Seen.
    Acknowledged,
    /// Refused; monitoring under the order goes on.
    Refused,
    /// Shown, nothing said.
    Shown,
}

impl From<Answer> for NoticeResponse {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Acknowledged => Self::Acknowledged,
            Answer::Refused => Self::Refused,
            Answer::Shown => Self::Shown,
        }
    }
}

/// Whether a browser started this program as its host: by the name `proviso-native-host` (a link to this program, for a
/// manifest's `path` takes no arguments), or with an extension's address first.
pub fn as_native_host(mut argv: impl Iterator<Item = OsString>) -> Option<Args> {
    let program = PathBuf::from(argv.next()?);
    let first = argv.next();
    let first = first.as_deref().and_then(|text| text.to_str()).unwrap_or_default();
    let by_name = program.file_name().is_some_and(|name| name == "proviso-native-host");
    if !by_name && !first.starts_with("chrome-extension://") {
        return None;
    }
    let state_dir = std::env::var_os("PROVISO_STATE_DIR").unwrap_or_else(|| "/var/lib/proviso".into());
    Some(Args { state_dir: state_dir.into(), command: Command::NativeHost { from_browser: Vec::new() } })
}
