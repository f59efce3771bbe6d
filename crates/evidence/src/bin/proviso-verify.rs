//! `proviso-verify`: checks an evidence bundle, offline and alone.

use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Parser;
use proviso_evidence::container::FileSource;
use proviso_evidence::{Beside, Report, Verdict, show, verify_beside};
use proviso_ledger::VerifyKey;
use proviso_model::limits::BUNDLE_BYTES_MAX;
use proviso_model::wire::TrustFile;

/// Checks an evidence bundle: every signature, hash and proof in it. Needs no network.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:\n  proviso-verify bundle.zip --trust force.key\n  proviso-verify bundle.zip --trust force.key --json\n  \
                  proviso-verify bundle.zip --trust force.key --earlier last-year.zip --witness inspectorate.jsonl\n\n\
                  Exit codes: 0 every check passes, 1 a check fails or cannot be decided (it is named), 2 not a bundle or wrong use.\n\
                  Without --trust a bundle is at most self-consistent: obtain the key file by another way than the bundle."
)]
struct Arguments {
    /// The bundle.
    #[arg(value_name = "BUNDLE.zip")]
    bundle: PathBuf,
    /// The force's key file, obtained by another way than the bundle.
    #[arg(long, value_name = "KEYFILE")]
    trust: Option<PathBuf>,
    /// A bundle of the same force made at another time: a log rewritten in between fails. May be repeated.
    #[arg(long, value_name = "BUNDLE.zip")]
    earlier: Vec<PathBuf>,
    /// A file of the log's signed states that another body holds. May be repeated.
    #[arg(long, value_name = "FILE")]
    witness: Vec<PathBuf>,
    /// Print the result as JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "proviso-verify: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> anyhow::Result<u8> {
    let trust = arguments.trust.as_deref().map(read_trust).transpose()?;
    let earlier = named(&arguments.earlier)?;
    let earlier: Vec<(&str, &[u8])> =
        earlier.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let witnesses = named(&arguments.witness)?;
    let others: Vec<Beside<'_>> = earlier
        .iter()
        .map(|(name, bytes)| Beside::Bundle { name, source: bytes })
        .chain(witnesses.iter().map(|(name, bytes)| Beside::Witness { name, bytes }))
        .collect();
    let report = verify_at(&arguments.bundle, trust.as_ref(), &others)?;
    print(&report, arguments.json).context("the result cannot be printed")?;
    Ok(u8::from(matches!(report.verdict, Verdict::Failed | Verdict::Undecided)))
}

fn named(paths: &[PathBuf]) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    paths.iter().map(|path| Ok((path.display().to_string(), read(path, BUNDLE_BYTES_MAX)?))).collect()
}

/// Checks a bundle where it lies; only what is not a regular file, such as a pipe, is read into memory first.
fn verify_at(path: &Path, trust: Option<&TrustFile>, others: &[Beside<'_>]) -> anyhow::Result<Report> {
    let place = || path.display().to_string();
    let file = std::fs::File::open(path).with_context(|| format!("{} cannot be opened", place()))?;
    let before = file.metadata().with_context(place)?;
    if !before.is_file() {
        let bytes = read(path, BUNDLE_BYTES_MAX)?;
        return verify_beside(&bytes.as_slice(), trust, others).with_context(place);
    }
    let source = FileSource::new(file).with_context(place)?;
    let report = verify_beside(&source, trust, others).with_context(place)?;
    let after = std::fs::metadata(path).with_context(place)?;
    if (before.len(), before.modified().ok()) != (after.len(), after.modified().ok()) {
        bail!("{} was changed while it was read; copy it to a place of its own and try again", place());
    }
    Ok(report)
}

fn read(path: &Path, bytes_max: u64) -> anyhow::Result<Vec<u8>> {
    let file = std::fs::File::open(path).with_context(|| format!("{} cannot be opened", path.display()))?;
    let mut bytes = Vec::new();
    file.take(bytes_max + 1)
        .read_to_end(&mut bytes)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    if bytes.len() as u64 > bytes_max {
        bail!("{} is longer than {bytes_max} bytes: it is not what was asked for", path.display());
    }
    Ok(bytes)
}

fn read_trust(path: &Path) -> anyhow::Result<TrustFile> {
    let bytes = read(path, 1024 * 1024)?;
    let trust: TrustFile = serde_json::from_slice(&bytes)
        .with_context(|| format!("{} is not a key file; ask the force for its trust file", path.display()))?;
    VerifyKey::from_hex(&trust.root_key).with_context(|| format!("root_key in {}", path.display()))?;
    Ok(trust)
}

fn print(report: &Report, json: bool) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, report)?;
        writeln!(out)?;
    } else {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        write!(out, "{}", show::in_words(report, out.is_terminal() && !plain))?;
    }
    Ok(out.flush()?)
}
