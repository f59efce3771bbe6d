//! The whole product on one machine, on the embedded store, in a throw-away folder: a page in a real browser, an alert,
//! a decision, a bundle that the stand-alone verifier accepts.

mod browser;
mod folder;
mod programs;
mod scenario;
mod site;
mod tab;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use tokio::process::Child;

use crate::app::AppContext;
use crate::app::force::{case, device, officer};
use crate::cli::{Say, Wiring, told_to_stop};
use crate::config::Config;
use crate::keys::force::{ForceInit, trust_path};
use crate::serve::{self, Running, ServeOptions};
use browser::BrowserStart;
use folder::ThrowAway;
use programs::Programs;
use tab::Click;

/// The demonstration's order, about an invented person and harmless words.
const ORDER: &str = include_str!("../../../../testdata/demo/order.toml");
/// The demonstration officer's sign-in name.
const USERNAME: &str = "demo";
/// The invented person's PIN on the demonstration device.
const PIN: &str = "471147";

/// Options of `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Port of the officers' console on this machine; 0 takes a free one.
    #[arg(long, default_value_t = crate::config::CONSOLE_PORT)]
    port: u16,
    /// Show no windows, even where there is a display.
    #[arg(long)]
    headless: bool,
    /// Play the scenario to its end (visit, alert, decision, bundle, verified), then stop.
    #[arg(long)]
    once: bool,
    /// Folder of the built browser extension [default: extension/dist/chromium of the repository].
    #[arg(long, value_name = "DIR")]
    extension: Option<PathBuf>,
}

/// Everything that runs during a demonstration. Children end when this is dropped.
struct Stage {
    folder: ThrowAway,
    ctx: AppContext,
    running: Running,
    programs: Programs,
    site: SocketAddr,
    password: String,
    agent: Option<Child>,
    browser: Option<Child>,
}

/// Plays the demonstration. Exit code 0 when it went as it should, 1 when it did not.
///
/// # Errors
/// What is missing on this machine, or what failed, and what to do.
pub async fn run(args: DemoArgs, wiring: &Wiring, say: &mut Say) -> anyhow::Result<u8> {
    let mut stage = Stage::set_up(&args, wiring, say).await?;
    let played = stage.play(&args, say).await;
    stage.strike().await;
    played
}

impl Stage {
    async fn set_up(args: &DemoArgs, wiring: &Wiring, say: &mut Say) -> anyhow::Result<Self> {
        let programs = Programs::beside_this_one()?;
        let mut rng = (wiring.rng)();
        let folder = ThrowAway::make(&mut *rng)?;
        let mut config = Config { data_dir: folder.path().join("server"), ..Config::default() };
        // Beside the console's port; none beside one that is not known yet.
        let personal = args.port.checked_add(1).filter(|_| args.port != 0);
        config.personal_address = personal.map(|port| format!("https://localhost:{port}"));
        let hosts = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let init = ForceInit { name: "Demonstration Force", hosts: &hosts, now: wiring.clock.now() };
        crate::open::init(&config, None, &mut *rng, &init)?;
        let ctx = crate::open::context(&config, None, Arc::clone(&wiring.clock), (wiring.rng)()).await?;
        let options = ServeOptions {
            device_listen: loopback(0),
            console_listen: loopback(args.port),
            personal_listen: personal.map(loopback),
            operations_listen: None,
            workers: 1,
        };
        let running = serve::start(&ctx, options)
            .await
            .context("starting the server; with --port 0 the console takes any free port")?;
        let site = start_site().await?;
        let password = hex::encode(ctx.random::<6>());
        told(say, "server", "started", &format!("devices https://{}", running.device_address))?;
        Ok(Self { folder, ctx, running, programs, site, password, agent: None, browser: None })
    }

    async fn play(&mut self, args: &DemoArgs, say: &mut Say) -> anyhow::Result<u8> {
        let case = self.open_case(say).await?;
        self.enrol(case, say).await?;
        let display = std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
        let headless = args.headless || !display;
        self.open_browser(args, headless, say).await?;
        let done = scenario::play(self, say, args.once).await?;
        if args.once {
            return Ok(u8::from(!done));
        }
        self.stay(headless, say).await?;
        Ok(0)
    }

    async fn open_case(&self, say: &mut Say) -> anyhow::Result<proviso_model::ids::CaseId> {
        let new = officer::NewOfficer {
            username: USERNAME.to_owned(),
            display_name: "Officer 4412 (invented)".to_owned(),
            role: proviso_store::OfficerRole::OffenderManager,
            password: self.password.clone(),
        };
        let officer = officer::add(&self.ctx, new).await?;
        let case = case::create(&self.ctx, ORDER, "testdata/demo/order.toml", Some(officer)).await?;
        told(say, "case", "opened", "order T20269014 about Test Person 014, paragraphs 3, 4, 5 and 7")?;
        Ok(case)
    }

    async fn enrol(&mut self, case: proviso_model::ids::CaseId, say: &mut Say) -> anyhow::Result<()> {
        let (code, _) = device::enrolment_code(&self.ctx, case).await?;
        let server = format!("https://{}", self.running.device_address);
        let trust = trust_path(&self.folder.path().join("server"));
        self.programs.enrol(&self.state(), &server, &trust, &code, PIN).await?;
        told(
            say,
            "device",
            "enrolled",
            "this machine, with a one-time code; the notice was shown in the terminal",
        )?;
        self.agent =
            Some(self.programs.run_agent(&self.state(), &self.folder.path().join("agent.log")).await?);
        told(say, "agent", "running", "an overt program of its own, with the policy that the force signed")
    }

    async fn open_browser(&mut self, args: &DemoArgs, headless: bool, say: &mut Say) -> anyhow::Result<()> {
        let extension = match &args.extension {
            Some(folder) => folder.clone(),
            None => self.programs.extension()?,
        };
        let (from, url) = (format!("http://{}/start", self.site), format!("http://{}/", self.site));
        let start = BrowserStart {
            extension: &extension,
            agent: &self.programs.agent,
            agent_state: &self.state(),
            profile: &self.folder.path().join("browser"),
            click: Click { from: &from, to: &url },
            headless,
        };
        self.browser = Some(browser::start(&start).await?);
        told(say, "browser", "opened", &format!("{url} by a click, in a real Chromium with the extension"))
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("device")
    }

    /// Leaves everything running for a person to look at.
    async fn stay(&mut self, headless: bool, say: &mut Say) -> anyhow::Result<()> {
        let console = format!("https://localhost:{}/", self.running.console_address.port());
        told(say, "console", "sign in", &format!("{console} as {USERNAME}, password {}", self.password))?;
        let page = std::fs::read_to_string(self.state().join("page.address")).unwrap_or_default();
        told(say, "person's page", "open", &format!("{} with PIN {PIN}", page.trim()))?;
        if !headless {
            told(say, "try", "read on", "open another page of the small site; the inbox changes by itself")?;
        }
        let stopping = told_to_stop().context("listening for Ctrl-C")?;
        told(say, "stop", "press Ctrl-C", "everything that this made is then removed")?;
        tokio::select! {
            () = stopping => {}
            ended = self.running.ended() => ended.context("the server ended by itself")?,
        }
        Ok(())
    }

    /// Ends what runs, the browser first so that its last messages are taken.
    async fn strike(mut self) {
        for child in [self.browser.as_mut(), self.agent.as_mut()].into_iter().flatten() {
            programs::end(child).await;
        }
        if let Err(error) = self.running.stop().await {
            tracing::warn!(%error, "the server did not stop in an orderly way");
        }
    }
}

/// One step of the story, for a person or as JSON. Further lines of `detail` stand below, as they are.
fn told(say: &mut Say, what: &str, state: &str, detail: &str) -> anyhow::Result<()> {
    let (first, rest) = detail.split_once('\n').unwrap_or((detail, ""));
    let mut line = format!("{what:>14}  {state}: {first}");
    if !rest.is_empty() {
        line.push('\n');
        line.push_str(rest);
    }
    say.line(&line, &json!({"step": what, "state": state, "detail": detail}))?;
    Ok(())
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

async fn start_site() -> anyhow::Result<SocketAddr> {
    let listener = tokio::net::TcpListener::bind(loopback(0)).await.context("opening the small site")?;
    let address = listener.local_addr()?;
    tokio::spawn(async move { axum::serve(listener, site::router()).await });
    Ok(address)
}

/// Where a file of the demonstration lies.
fn in_folder(stage: &Stage, name: &str) -> PathBuf {
    let path: &Path = stage.folder.path();
    path.join(name)
}
