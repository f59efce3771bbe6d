//! A running server: the device port, the console port, the port for people's own pages and workers, started and stopped together.

mod tls;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::{Router, middleware};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::app::{AppContext, name_index};
use crate::operations::{self, Measures, measures};
use crate::{jobs, notify, web};

/// What to start.
#[derive(Debug, Clone, Copy)]
pub struct ServeOptions {
    /// Where devices connect; port 0 takes a free one.
    pub device_listen: SocketAddr,
    /// Where officers connect; port 0 takes a free one.
    pub console_listen: SocketAddr,
    /// Where supervised persons connect to their own pages, where the force offers them; port 0 takes a free one.
    pub personal_listen: Option<SocketAddr>,
    /// Where an administrator's monitoring asks, in the clear; none where it is not wanted. Port 0 takes a free one.
    pub operations_listen: Option<SocketAddr>,
    /// Workers in this process.
    pub workers: u16,
}

/// How long requests that are under way may take at shutdown.
const SHUTDOWN: Duration = Duration::from_secs(10);
/// How long a connection may take to send its first request.
const FIRST_REQUEST: Duration = Duration::from_secs(15);

/// A running server. Call [`Running::stop`]; dropping it stops nothing in an orderly way.
pub struct Running {
    /// Where devices connect.
    pub device_address: SocketAddr,
    /// Where officers connect.
    pub console_address: SocketAddr,
    /// Where supervised persons connect.
    pub personal_address: Option<SocketAddr>,
    /// Where an administrator's monitoring asks.
    pub operations_address: Option<SocketAddr>,
    ctx: AppContext,
    handles: Vec<Handle<SocketAddr>>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<io::Result<()>>,
}

/// Starts everything. Returns once both ports are open.
///
/// # Errors
/// When a certificate cannot be used or a port cannot be opened.
pub async fn start(ctx: &AppContext, options: ServeOptions) -> io::Result<Running> {
    // Once after an upgrade or a restore; without it nobody is found by name, and all else goes.
    if let Err(error) = name_index::catch_up(ctx).await {
        tracing::warn!(%error, "names are not all in the index; it is tried again at the next start");
    }
    let (stop, stopping) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let counted = |port: &'static str, router: Router| {
        router.layer(middleware::from_fn_with_state((ctx.clone(), port), measures::request))
    };
    let devices = (tls::device_port(&ctx.keys)?, counted("device", web::api::router(ctx.clone())));
    let devices = open(&mut tasks, "device", options.device_listen, devices).await?;
    let console = (tls::console_port(&ctx.keys)?, counted("console", web::console::router(ctx.clone())));
    let console = open(&mut tasks, "console", options.console_listen, console).await?;
    let mut handles = vec![devices.1, console.1];
    let mut personal_address = None;
    if let Some(listen) = options.personal_listen {
        let pages = (tls::console_port(&ctx.keys)?, counted("personal", web::personal::router(ctx.clone())));
        let (address, handle) = open(&mut tasks, "personal", listen, pages).await?;
        personal_address = Some(address);
        handles.push(handle);
    }
    let mut operations_address = None;
    if let Some(listen) = options.operations_listen {
        operations_address = Some(watched(&mut tasks, ctx, listen).await?);
    }
    for _ in 0..options.workers {
        let (ctx, stopping) = (ctx.clone(), stopping.clone());
        tasks.spawn(async move {
            jobs::run(ctx, stopping).await;
            Ok(())
        });
    }
    if options.workers > 0 {
        let telling = notify::work(ctx.clone(), stopping.clone());
        tasks.spawn(async move {
            telling.await;
            Ok(())
        });
    }
    let telling = notify::run(ctx.hub.clone(), ctx.store.clone());
    tasks.spawn(async move {
        telling.await;
        Ok(())
    });
    Ok(Running {
        device_address: devices.0,
        console_address: console.0,
        personal_address,
        operations_address,
        ctx: ctx.clone(),
        handles,
        stop,
        tasks,
    })
}

/// Switches counting on and opens the port that tells of it, until the process stops.
///
/// # Errors
/// When the port cannot be opened, or something else counts in this process.
pub(crate) async fn watched(
    tasks: &mut JoinSet<io::Result<()>>,
    ctx: &AppContext,
    listen: SocketAddr,
) -> io::Result<SocketAddr> {
    let measures = Measures::install()
        .ok_or_else(|| io::Error::other("something else counts in this process already"))?;
    let fault =
        |error: io::Error| io::Error::new(error.kind(), format!("the operations port {listen}: {error}"));
    let listener = tokio::net::TcpListener::bind(listen).await.map_err(fault)?;
    let (address, hub, keeping) = (listener.local_addr()?, ctx.hub.clone(), measures.clone());
    let router = operations::router(ctx.clone(), measures);
    tasks.spawn(async move {
        // Not in an orderly way: it must say that the server stops until it has stopped.
        let serving = axum::serve(listener, router).into_future();
        let keeping_up = async {
            loop {
                tokio::time::sleep(measures::UPKEEP).await;
                keeping.keep_up();
            }
        };
        tokio::select! {
            ended = serving => ended,
            () = keeping_up => Ok(()),
            () = hub.until_closed() => Ok(()),
        }
    });
    Ok(address)
}

async fn open(
    tasks: &mut JoinSet<io::Result<()>>,
    what: &str,
    listen: SocketAddr,
    (config, router): (RustlsConfig, Router),
) -> io::Result<(SocketAddr, Handle<SocketAddr>)> {
    let handle = Handle::new();
    let server =
        axum_server::bind_rustls(listen, config).handle(handle.clone()).first_request_timeout(FIRST_REQUEST);
    let serving: JoinHandle<io::Result<()>> =
        tokio::spawn(server.serve(router.into_make_service_with_connect_info::<SocketAddr>()));
    let Some(address) = handle.listening().await else {
        return Err(match serving.await {
            Ok(Err(error)) => io::Error::new(error.kind(), format!("the {what} port {listen}: {error}")),
            _ => io::Error::other(format!("the {what} port {listen} could not be opened")),
        });
    };
    tasks.spawn(async move { serving.await.map_err(io::Error::other)? });
    Ok((address, handle))
}

impl Running {
    /// Takes no new requests, lets those under way end, stops workers after their record, and returns.
    ///
    /// # Errors
    /// What a port said when it ended by itself.
    pub async fn stop(mut self) -> io::Result<()> {
        self.stop.send_replace(true);
        self.ctx.hub.close();
        self.ctx.work.notify_waiters();
        for handle in &self.handles {
            handle.graceful_shutdown(Some(SHUTDOWN));
        }
        while let Some(ended) = self.tasks.join_next().await {
            ended.map_err(io::Error::other)??;
        }
        Ok(())
    }

    /// Resolves when a part ends by itself, which it never should.
    pub async fn ended(&mut self) -> io::Result<()> {
        match self.tasks.join_next().await {
            Some(ended) => ended.map_err(io::Error::other)?,
            None => Ok(()),
        }
    }
}
