//! `run`, `session` and `native-host`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use proviso_agent::daemon::{self, DaemonParts, Ended};
use proviso_agent::sources::accessibility::AccessibilityParts;
use proviso_agent::sources::browser::relay::{RelayLine, relay};
use proviso_agent::sources::desktop::session::Given;
use proviso_agent::sources::files::{FilesSettings, Linux};
use proviso_agent::sources::histories::HistoriesParts;
use proviso_agent::sources::machine::proxies::SessionSettings;
use proviso_agent::sources::session::{self, HelperParts};
use proviso_agent::update::launch;
use proviso_agent::{SpoolLimits, StateDir, WatchSettings};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::args::RunArgs;
use super::{Wiring, runtime};

pub fn run(dir: StateDir, args: &RunArgs, wiring: &Wiring) -> anyhow::Result<bool> {
    start_log();
    let launched_by = std::env::var_os(launch::LAUNCHED_BY).map(PathBuf::from);
    let own = std::env::current_exe().context("this program's own file cannot be told")?;
    let asked = (launched_by.is_some(), launch::OWN_VERSION);
    if let Some(program) = launch::choose(&dir, asked, (wiring.clock)().wall())? {
        tracing::info!(program = %program.display(), "an update that the force has signed runs in the place of the package's program");
        let failed = launch::become_program(&program, &own);
        tracing::error!(?failed, "the updated program could not be started; the package's own runs");
    }
    let own = launched_by.unwrap_or(own);
    let spool_bytes_max = args.spool_bytes_max.max(4 * 1024 * 1024);
    let rng = wiring.rng;
    let is_in_wayland = std::env::var_os("WAYLAND_DISPLAY").is_some();
    let parts = DaemonParts {
        dir,
        clock: (wiring.clock)(),
        wall: (wiring.clock)(),
        rng: Box::new(rng),
        page_port: args.page_port,
        limits: SpoolLimits { spool_bytes_max, reserve_bytes: spool_bytes_max / 64 },
        settings: WatchSettings {
            liveness_every_ms: i64::from(args.liveness_seconds.max(1)) * 1_000,
            ..WatchSettings::default()
        },
        pictures: super::pictures::contained(&args.pictures, true)?,
        display: args
            .display
            .clone()
            .filter(|name| !name.is_empty())
            .map(|display| Given { display, is_in_wayland }),
    };
    let ended = runtime()?.block_on(async {
        let stopped = stop_on_signals()?;
        daemon::run(parts, stopped).await
    })?;
    if ended == Ended::ForUpdate {
        let failed = launch::begin_anew(&own);
        anyhow::bail!("the update could not be started: {failed:?}");
    }
    Ok(true)
}

/// The helper in the person's session.
pub fn session(dir: &StateDir, wiring: &Wiring) -> anyhow::Result<bool> {
    start_log();
    let home = std::env::home_dir().context("this account has no home folder")?;
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let mut name = [0; 16];
    (wiring.rng)().fill_bytes(&mut name);
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let settings = SessionSettings {
        config: config.clone().unwrap_or_else(|| home.join(".config")),
        home: home.clone(),
        // Of the rest, which may hold secrets, nothing is kept.
        environment: std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| name.to_lowercase().ends_with("_proxy"))
            .collect(),
    };
    let parts = HelperParts {
        socket: dir.socket(),
        instance: hex::encode(name),
        clock: Arc::from((wiring.clock)()),
        platform: Arc::new(Linux::new(&home, config)),
        files: FilesSettings::default(),
        accessibility: AccessibilityParts {
            session_bus: None,
            display: std::env::var("DISPLAY").ok().filter(|name| !name.is_empty()),
            uid: std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self")?),
        },
        histories: HistoriesParts::of(home, cache),
        settings,
    };
    let ended = runtime()?.block_on(async {
        let stopped = stop_on_signals()?;
        anyhow::Ok(session::run(parts, stopped).await)
    })?;
    match ended {
        session::Ended::Stopped => {}
        session::Ended::TurnedAway => super::say("This account is not the one that is monitored here.")?,
        session::Ended::Mismatch => {
            anyhow::bail!("the running agent is of another version; it is tried again")
        }
    }
    Ok(true)
}

/// What happened goes to standard error.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("PROVISO_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    // Whoever read the log may have gone: a line that cannot be written must not end the thread that wrote it.
    let log = tracing_subscriber::fmt().with_env_filter(filter).log_internal_errors(false);
    log.with_writer(std::io::stderr).init();
}

/// Hears that the program is to end.
fn stop_on_signals() -> std::io::Result<oneshot::Receiver<()>> {
    let (stop, stopped) = oneshot::channel();
    let (mut term, mut int) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::spawn(async move {
        tokio::select! { _ = term.recv() => {}, _ = int.recv() => {} }
        let _ = stop.send(());
    });
    Ok(stopped)
}

pub fn native_host(dir: &StateDir) -> anyhow::Result<bool> {
    let browser_pid = std::os::unix::process::parent_id();
    let executable = std::fs::read_link(format!("/proc/{browser_pid}/exe"))
        .map(|path| path.display().to_string())
        .unwrap_or_default();
    let line = RelayLine { browser_pid, executable };
    relay(&dir.socket(), &line, std::io::stdin(), std::io::stdout())?;
    Ok(true)
}
