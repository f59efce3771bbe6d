//! `serve` and `worker`.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::{Say, Wiring, open_context};
use crate::app::AppContext;
use crate::config::Config;
use crate::serve::{self, ServeOptions};
use crate::{jobs, notify};

/// Options of `serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Where devices connect [default: 0.0.0.0:8443].
    #[arg(long, env = "PROVISO_DEVICE_LISTEN", value_name = "ADDRESS:PORT")]
    device_listen: Option<SocketAddr>,
    /// Where officers connect [default: 127.0.0.1:8444].
    #[arg(long, env = "PROVISO_CONSOLE_LISTEN", value_name = "ADDRESS:PORT")]
    console_listen: Option<SocketAddr>,
    /// Where supervised persons connect to their own pages; without it there are none.
    #[arg(long, env = "PROVISO_PERSONAL_LISTEN", value_name = "ADDRESS:PORT")]
    personal_listen: Option<SocketAddr>,
    /// How their browsers reach those pages, for the links that officers give.
    #[arg(long, env = "PROVISO_PERSONAL_ADDRESS", value_name = "https://HOST")]
    personal_address: Option<String>,
    /// Where an administrator's monitoring asks for /healthz, /readyz and /metrics, in the clear; without it there is no such port.
    #[arg(long, env = "PROVISO_OPERATIONS_LISTEN", value_name = "ADDRESS:PORT")]
    operations_listen: Option<SocketAddr>,
    /// Run no worker in this process; `proviso-server worker` runs elsewhere.
    #[arg(long)]
    no_worker: bool,
}

impl ServeArgs {
    pub(super) fn apply(&self, mut config: Config) -> Config {
        config.device_listen = self.device_listen.unwrap_or(config.device_listen);
        config.console_listen = self.console_listen.unwrap_or(config.console_listen);
        config.personal_listen = self.personal_listen.or(config.personal_listen);
        config.personal_address = self.personal_address.clone().or(config.personal_address);
        config.operations_listen = self.operations_listen.or(config.operations_listen);
        if self.no_worker {
            config.workers = 0;
        }
        config
    }
}

/// Options of `worker`.
#[derive(Debug, Args)]
pub(super) struct WorkerArgs {
    /// Where an administrator's monitoring asks this process, as that of serve; each process needs a port of its own.
    #[arg(long, env = "PROVISO_WORKER_OPERATIONS_LISTEN", value_name = "ADDRESS:PORT")]
    operations_listen: Option<SocketAddr>,
}

impl WorkerArgs {
    pub(super) fn apply(&self, mut config: Config) -> Config {
        config.worker_operations_listen = self.operations_listen.or(config.worker_operations_listen);
        config
    }
}

pub(super) async fn serve(wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
    config.check_personal("the settings")?;
    // Before anybody is told that the server runs, so that whoever is told can also stop it.
    let told_to_stop = told_to_stop()?;
    let ctx = sending(wiring, config).await?;
    let options = ServeOptions {
        device_listen: config.device_listen,
        console_listen: config.console_listen,
        personal_listen: config.personal_listen,
        operations_listen: config.operations_listen,
        workers: config.workers,
    };
    let mut running = serve::start(&ctx, options).await?;
    let (devices, console) = (running.device_address, running.console_address);
    let personal = running.personal_address;
    let pages = personal.map(|at| format!("  people's own pages: https://{at}")).unwrap_or_default();
    let operations = running.operations_address;
    let watched = operations.map(|at| format!("  operations: http://{at}")).unwrap_or_default();
    say.line(
        &format!("devices: https://{devices}  officers: https://{console}{pages}{watched}"),
        &serde_json::json!({
            "device_address": devices.to_string(),
            "console_address": console.to_string(),
            "personal_address": personal.map(|at| at.to_string()),
            "operations_address": operations.map(|at| at.to_string()),
        }),
    )?;
    tracing::info!(%devices, %console, workers = config.workers, "serving");
    tokio::select! {
        () = told_to_stop => {
            tracing::info!("stopping: requests under way are answered first");
            running.stop().await?;
            Ok(0)
        }
        ended = running.ended() => {
            ended?;
            anyhow::bail!("a part of the server ended by itself; see the log above and start it again");
        }
    }
}

pub(super) async fn worker(wiring: &Wiring, config: &Config, say: &mut Say) -> anyhow::Result<u8> {
    let told_to_stop = told_to_stop()?;
    let ctx = sending(wiring, config).await?;
    let mut ports = JoinSet::new();
    if let Some(listen) = config.worker_operations_listen {
        let at = serve::watched(&mut ports, &ctx, listen).await?;
        say.line(
            &format!("operations: http://{at}"),
            &serde_json::json!({ "operations_address": at.to_string() }),
        )?;
    }
    let (stop, stopping) = watch::channel(false);
    let telling = tokio::spawn(notify::work(ctx.clone(), stopping.clone()));
    let working = tokio::spawn(jobs::run(ctx.clone(), stopping));
    tokio::select! {
        () = told_to_stop => {}
        Some(ended) = ports.join_next() => {
            ended??;
            anyhow::bail!("the operations port ended by itself; see the log above and start the worker again");
        }
    }
    stop.send_replace(true);
    working.await?;
    telling.await?;
    ctx.hub.close();
    while let Some(ended) = ports.join_next().await {
        ended??;
    }
    Ok(0)
}

/// The context, with the network in its place for what is to be sent.
async fn sending(wiring: &Wiring, config: &Config) -> anyhow::Result<AppContext> {
    let mut ctx = open_context(wiring, config).await?;
    ctx.carrier = Arc::new(config.notify.network()?);
    if !ctx.telling.has_contact() {
        tracing::warn!(
            "no 24-hour contact is set: an alert of imminent harm at night reaches officers alone; set notify.contact_emails or [notify.contact_webhook]"
        );
    }
    Ok(ctx)
}

/// Listens for SIGTERM and interrupts from now on; the future resolves at the first.
#[cfg(unix)]
pub(crate) fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Resolves at an interrupt.
#[cfg(not(unix))]
pub(crate) fn told_to_stop() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
