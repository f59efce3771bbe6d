//! The commands: arguments in, plain words and exit codes out.

pub mod args;
mod classify;
mod enrol;
mod evaluate;
mod packs;
mod pictures;
mod sentences;
mod serve;
mod show;
mod visit;

use std::io::{BufRead, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use proviso_agent::Clock;
use proviso_model::limits::PAGE_TEXT_BYTES_MAX;
use rand_core::CryptoRng;

use args::{Args, Classify, Command, Packs};

/// What only the binary may bring: the real clock and real randomness.
pub struct Wiring {
    /// Makes the clocks.
    pub clock: fn() -> Box<dyn Clock>,
    /// Makes a source of randomness.
    pub rng: fn() -> Box<dyn CryptoRng + Send>,
}

/// Runs the command.
pub fn main(args: Args, wiring: &Wiring) -> ExitCode {
    let dir = args.dir();
    let done = match args.command {
        Command::Run(run) => serve::run(dir, &run, wiring),
        Command::NativeHost { .. } => serve::native_host(&dir),
        Command::Session => serve::session(&dir, wiring),
        Command::Enrol(enrol) => enrol::enrol(&dir, &enrol, wiring),
        Command::Status { json } => show::status(&dir, json),
        Command::Doctor { json } => show::doctor(dir, json, wiring),
        Command::Evaluate { order, policy, packs } => {
            evaluate::engine(order.as_deref(), policy.as_deref(), packs.as_deref())
                .and_then(|engine| evaluate::evaluate(&engine))
        }
        Command::Attribute => evaluate::attribute(),
        Command::Visit(visit) => visit::run(&dir, &visit, wiring),
        Command::Packs { what: Packs::Verify { file, trust } } => packs::verify(&file, &trust),
        Command::Classify { what: Classify::Text { jsonl, packs, models } } => {
            classify::text(jsonl, packs.as_deref(), models.as_deref())
        }
        Command::Classify { what: Classify::Image { files, model, pictures } } => {
            pictures::classify(&files, &model, &pictures)
        }
        Command::PictureWorker { pictures, gives_way } => pictures::worker(&pictures, gives_way),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "proviso-agent: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Writes a line to standard output.
fn say(line: &str) -> anyhow::Result<()> {
    Ok(writeln!(std::io::stdout(), "{line}")?)
}

/// A runtime on this thread alone, with few threads for what blocks.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(2).build()
}

/// Where models are looked for: in `named`, or where set-up and packages put them.
fn model_folders(named: Option<&Path>) -> Vec<PathBuf> {
    let program = std::env::current_exe().and_then(std::fs::canonicalize).ok();
    proviso_inference::files::folders(named, program.as_deref())
}

/// Folders in words.
fn listed(folders: &[PathBuf]) -> String {
    let places: Vec<String> = folders.iter().map(|folder| folder.display().to_string()).collect();
    places.join(", ")
}

/// A line may hold the longest page, every character of it escaped.
const LINE_BYTES_MAX: usize = 6 * PAGE_TEXT_BYTES_MAX + 1024 * 1024;

/// Reads the next line of UTF-8 into `line`; 0 at the end.
fn read_line(input: &mut impl BufRead, line: &mut String) -> anyhow::Result<usize> {
    line.clear();
    let count = input.take(LINE_BYTES_MAX as u64).read_line(line)?;
    anyhow::ensure!(
        count < LINE_BYTES_MAX || line.ends_with('\n'),
        "it is longer than {LINE_BYTES_MAX} bytes; cut the text before"
    );
    Ok(count)
}
