//! `proviso-server`: the wiring of clock, randomness, environment and log.

use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;
use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use proviso_model::Timestamp;
use proviso_server::app::Clock;
use proviso_server::cli::{Cli, LogFormat, Say, Wiring};
use proviso_server::config::blobs::BlobsEnvironment;
use proviso_server::config::notify::NotifyEnvironment;
use proviso_server::config::{RECORD_KEYS_ENV, STORE_ENV};
use proviso_server::keys::master::MASTER_KEY_ENV;
use proviso_server::pictures;

/// The machine's clock.
struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the binary wires the clock that everything else is given")]
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(jiff::Timestamp::now().as_microsecond())
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(args) = cli.picture_view() {
        return ExitCode::from(pictures::serve(args, &mut std::io::stdin(), &mut std::io::stdout()));
    }
    let filter = tracing_subscriber::EnvFilter::try_from_env("PROVISO_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info,sqlx=warn"));
    // Whoever read the log may have gone: a line that cannot be written must not end the thread that wrote it.
    let log = tracing_subscriber::fmt().with_env_filter(filter).log_internal_errors(false);
    let log = log.with_writer(std::io::stderr);
    match cli.log_format() {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    let wiring = Wiring {
        clock: Arc::new(SystemClock),
        rng: || Box::new(UnwrapErr(SysRng)),
        master_key: std::env::var(MASTER_KEY_ENV).ok(),
        store: std::env::var(STORE_ENV).ok(),
        record_keys: std::env::var(RECORD_KEYS_ENV).ok(),
        blobs: BlobsEnvironment::read(|name| std::env::var(name).ok()),
        notify: NotifyEnvironment::read(|name| std::env::var(name).ok()),
    };
    match run(cli, &wiring) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            // One clear line; nothing is left to do if standard error is closed too.
            let _ = writeln!(std::io::stderr(), "proviso-server: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli, wiring: &Wiring) -> anyhow::Result<u8> {
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    if provider.install_default().is_err() {
        anyhow::bail!("another TLS provider is installed already; this is a fault of the build");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(cli.run(wiring, &mut Say::stdout()))
}
