//! The running agent: one thread for the watch core, one for the uplink, one for sockets and the page.

pub mod core_thread;
mod core_view;
pub mod other_adult;
mod uplink_thread;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use proviso_model::record::EnrolmentFacts;
use rand_core::CryptoRng;
use tokio::sync::oneshot;

use crate::client_certificate::ClientCertificate;
use crate::clock::{Clock, Fix, TrueTime};
use crate::identity::{DeviceKeys, Identity, machine_hash};
use crate::notice::page::{PageParts, farewell_router, router};
use crate::pictures::backlog::backlog;
use crate::pictures::{Contained, Strain};
use crate::pin::PinKeep;
use crate::policy_keep::PolicyKeep;
use crate::release::{self, RELEASE_NOTE};
use crate::sources::browser::server::{Gate, listen, serve};
use crate::sources::desktop::session::{Given, Sessions};
use crate::sources::desktop::{Desktop, DesktopParts};
use crate::sources::health::{ProcFs, account_uid, machine_id, system_in_words};
#[cfg(target_os = "linux")]
use crate::sources::machine::linux::Linux;
use crate::sources::machine::{MachineParts, MachineSource};
use crate::sources::session::watch_log_on;
use crate::spool::{OnDisk, Opened, Spool, SpoolError, SpoolLimits};
use crate::state_dir::{Readers, StateDir};
use crate::status::Status;
use crate::update::launch::OWN_VERSION;
use crate::update::{self, Updates};
use crate::uplink::{Https, NOTE_SERVER_TIME, Uplink, UplinkParts};
use crate::watch::{WatchSettings, Watcher, WatcherParts};
use crate::writer::RecordWriter;
use core_thread::{Ask, Core};
use uplink_thread::UplinkThread;

/// How often time passes for the core when nothing else happens.
const TICK: Duration = Duration::from_secs(5);
/// How often, and how many times, to look whether a spool in use has become free.
const SPOOL_WAIT: Duration = Duration::from_millis(100);
const SPOOL_WAITS_MAX: u32 = 50;

/// Makes a source of randomness; called once for each part that needs one.
pub type RngMaker = Box<dyn Fn() -> Box<dyn CryptoRng + Send>>;

/// What a running agent needs from its binary.
pub struct DaemonParts {
    /// The state folder.
    pub dir: StateDir,
    /// The machine's clocks.
    pub clock: Box<dyn Clock>,
    /// The machine's clocks again, for what expires by them.
    pub wall: Box<dyn Clock>,
    /// Randomness.
    pub rng: RngMaker,
    /// Port of the loopback page; 0 for any.
    pub page_port: u16,
    /// How much the spool may hold.
    pub limits: SpoolLimits,
    /// Periods.
    pub settings: WatchSettings,
    /// The process that looks at pictures, not started yet.
    pub pictures: Contained,
    /// The display of the account's session, where the agent was told of one.
    pub display: Option<Given>,
}

/// Why an agent has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was told to, or its order is over.
    Whole,
    /// An update is installed, which is to run in its place.
    ForUpdate,
}

/// Runs until `stop` is heard, or an update is to run in its place.
///
/// # Errors
/// When it cannot start: not enrolled, another agent running, no room for its sockets.
pub async fn run(parts: DaemonParts, mut stop: oneshot::Receiver<()>) -> anyhow::Result<Ended> {
    let dir = parts.dir.clone();
    if release::resume(&dir)?.is_some() {
        farewell(&dir, parts.page_port, stop).await?;
        return Ok(Ended::Whole);
    }
    let identity = Identity::load(&dir)?;
    let keys = identity.keys(&dir)?;
    let keep = Arc::new(PolicyKeep::load(&dir, identity.device)?);
    keep.forget_unnamed();
    let (spool, opened) = open_spool(&dir, parts.limits, &identity).await?;
    let spool = Arc::new(spool);
    let kept: Option<Fix> = spool.note(NOTE_SERVER_TIME)?;
    let time = Arc::new(TrueTime::new(parts.clock, kept));

    let updates = Arc::new(Updates::new(dir.clone(), identity.device));
    let uplink = uplink_of(&dir, &identity, &keys, &spool, (&keep, &time, &updates), (parts.rng)())?;
    let watcher = Watcher::start(
        WatcherParts {
            writer: RecordWriter::new(Arc::clone(&spool), keys.record, (parts.rng)()),
            keep: Arc::clone(&keep),
            time: Arc::clone(&time),
            processes: Box::new(ProcFs::default()),
            account: identity.account.clone(),
            settings: parts.settings,
        },
        &opened,
    )?;
    let core = Core::start(watcher, Arc::clone(&spool)).context("the watch thread did not start")?;
    let uplink = UplinkThread::start(uplink, Arc::clone(&time), core.clone())
        .context("the uplink thread did not start")?;

    let page = serve_page(&dir, parts.page_port, (parts.rng)(), &keep, &time, &core, &uplink).await?;
    let seen = (parts.pictures, parts.display);
    let desktop = start_sources(&dir, &identity, seen, &keep, &time, &core, &page)?;
    Status::of(time.now(), &core.view().borrow(), &uplink.state().borrow(), &page).write(&dir)?;
    tracing::info!(page = %page, device = %identity.device, "the agent runs; the account is told so");

    let working = update::work(Arc::clone(&updates), Arc::clone(&keep), Arc::clone(&time), parts.wall);
    let working = tokio::spawn(working);
    let minded = mind(&dir, &keep, &time, (&core, &uplink, &updates), &page, &mut stop).await;
    working.abort();
    desktop.stop();
    // Told by whoever started it, or for an update; not by a fault of its own, nor by the order's end.
    let by_order = matches!(minded, Ok(Minded::Stopped | Minded::Updated));
    core.ask(|reply| Ask::Stop { by_order, reply }).await;
    uplink.stop();
    let _ = std::fs::remove_file(dir.socket());
    let _ = std::fs::remove_file(dir.status());
    let minded = minded?;
    if minded == Minded::Released {
        release::drop_keys(&dir)?;
        tracing::info!("nothing waits to be sent; the keys are gone, and only the page says so");
        let _ = stop.await;
    }
    tracing::info!("the agent has ended");
    Ok(if minded == Minded::Updated { Ended::ForUpdate } else { Ended::Whole })
}

/// What carries records to the force's server, renews its certificate and asks for updates.
fn uplink_of(
    dir: &StateDir,
    identity: &Identity,
    keys: &DeviceKeys,
    spool: &Arc<Spool>,
    (keep, time, updates): (&Arc<PolicyKeep>, &Arc<TrueTime>, &Arc<Updates>),
    rng: Box<dyn CryptoRng + Send>,
) -> anyhow::Result<Uplink<Https>> {
    let certificate = ClientCertificate::load(dir, identity, keys)?;
    let authorities = [keep.trust().ca_pem.clone(), keep.keys().statement.ca_pem.clone()];
    let authorities: Vec<&str> = authorities.iter().map(String::as_str).collect();
    let uplink = Uplink::new(UplinkParts {
        transport: Https::new(&identity.server, &authorities, Some(&certificate.pem()))?,
        spool: Arc::clone(spool),
        keep: Arc::clone(keep),
        time: Arc::clone(time),
        device: identity.device,
        record_key: proviso_ledger::sign::SignKey::from_seed(*keys.record.seed()),
        facts: EnrolmentFacts {
            system: system_in_words(),
            account: identity.account.clone(),
            agent_version: env!("CARGO_PKG_VERSION").to_owned(),
        },
        machine: machine_id().map(|id| machine_hash(identity.force, &id)),
        rng,
    })?;
    Ok(uplink.renewing(certificate).updating(Arc::clone(updates)))
}

/// Browsers on their socket, windows of other programs, and who looks at the pictures of both.
fn start_sources(
    dir: &StateDir,
    identity: &Identity,
    (contained, display): (Contained, Option<Given>),
    keep: &Arc<PolicyKeep>,
    time: &Arc<TrueTime>,
    core: &Core,
    page: &str,
) -> anyhow::Result<Desktop> {
    let listener = listen(&dir.socket()).with_context(|| {
        format!("the socket {} could not be opened; is another agent running?", dir.socket().display())
    })?;
    let sessions = Sessions::of(&identity.account, display);
    let notice_url = format!("{page}/notice");
    let gate = Gate { uids: uids(&identity.account), sessions: sessions.clone(), notice_url };
    let (pictures, looker) = backlog(contained, Strain::default(), Arc::clone(keep));
    tokio::spawn(looker.work(core.clone()));
    let desktop = Desktop::start(DesktopParts {
        sessions: sessions.clone(),
        core: core.clone(),
        pictures: pictures.clone(),
        time: Arc::clone(time),
    })
    .context("the desktop thread did not start")?;
    start_machine(identity, core);
    tokio::spawn(watch_log_on(sessions, core.clone()));
    tokio::spawn(serve(listener, core.clone(), gate, pictures));
    Ok(desktop)
}

/// What runs on the device and is plugged in.
fn start_machine(identity: &Identity, core: &Core) {
    #[cfg(target_os = "linux")]
    if let Some(uid) = account_uid(&identity.account, Path::new("/etc/passwd")) {
        let system = Box::new(Linux::here(uid));
        MachineSource::start(MachineParts { system, core: core.clone() });
    }
}

/// Opens the spool. `status` and `doctor` look into it for a moment while no agent runs, so a spool in use is waited for
/// before it is another agent's.
async fn open_spool(
    dir: &StateDir,
    limits: SpoolLimits,
    identity: &Identity,
) -> Result<(Spool, Opened), SpoolError> {
    let mut waits = 0;
    loop {
        let file = Arc::new(OnDisk::new(dir.spool()));
        match Spool::open(file, limits, identity.force, identity.device) {
            Err(SpoolError::InUse) if waits < SPOOL_WAITS_MAX => {
                waits += 1;
                tokio::time::sleep(SPOOL_WAIT).await;
            }
            other => return other,
        }
    }
}

/// After the release: the page says that the monitoring has ended, and nothing else runs.
async fn farewell(dir: &StateDir, page_port: u16, stop: oneshot::Receiver<()>) -> anyhow::Result<()> {
    let (listener, page) = bind_page(dir, page_port).await?;
    tracing::info!(%page, "{RELEASE_NOTE}");
    let ended = async { drop(stop.await) };
    Ok(axum::serve(listener, farewell_router()).with_graceful_shutdown(ended).await?)
}

/// Why it is minded no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Minded {
    /// It was told to end.
    Stopped,
    /// The order is over: nothing more is to be done.
    Released,
    /// An update is installed.
    Updated,
}

/// Lets time pass and writes the standing whenever it changes, until the end.
async fn mind(
    dir: &StateDir,
    keep: &PolicyKeep,
    time: &TrueTime,
    (core, uplink, updates): (&Core, &UplinkThread, &Updates),
    page: &str,
    stop: &mut oneshot::Receiver<()>,
) -> anyhow::Result<Minded> {
    // Whoever started the agent starts it again, and the time between is a gap: an agent that goes on without it would look as if it watched.
    const ENDED: &str = "a part of the agent has ended; the agent ends too, to be started again";
    let mut tick = tokio::time::interval(TICK);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let (mut view, mut link) = (core.view(), uplink.state());
    let mut written = None;
    let mut trial = update::Trial::begin(dir)?;
    let mut installed = updates.installed();
    loop {
        tokio::select! {
            _ = &mut *stop => return Ok(Minded::Stopped),
            _ = installed.changed() => return Ok(Minded::Updated),
            () = trial.ran_out() => anyhow::bail!("the updated agent did not reach its server in time; it is started again, or the one before"),
            _ = tick.tick() => core.tell(Ask::Tick).await,
            changed = view.changed() => changed.context(ENDED)?,
            changed = link.changed() => changed.context(ENDED)?,
        }
        let (due, unsent) = {
            let view = view.borrow();
            (view.release, view.unsent)
        };
        if release::give_up(keep, due, unsent) {
            return Ok(Minded::Released);
        }
        trial.look(dir, link.borrow().last_contact.is_some());
        let status = Status::of(time.now(), &view.borrow_and_update(), &link.borrow_and_update(), page);
        let same =
            written.as_ref().is_some_and(|last: &Status| Status { at: last.at, ..status.clone() } == *last);
        if !same {
            match status.write(dir) {
                Ok(()) => written = Some(status),
                Err(error) => tracing::warn!(%error, "the standing could not be written"),
            }
        }
    }
}

async fn bind_page(dir: &StateDir, page_port: u16) -> anyhow::Result<(tokio::net::TcpListener, String)> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", page_port)).await.with_context(|| {
        format!("port {page_port} for the notice page is taken; choose another with --page-port")
    })?;
    let page = format!("http://127.0.0.1:{}", listener.local_addr()?.port());
    dir.write("page.address", Readers::Everyone, format!("{page}\n").as_bytes())?;
    Ok((listener, page))
}

async fn serve_page(
    dir: &StateDir,
    page_port: u16,
    rng: Box<dyn CryptoRng + Send>,
    keep: &Arc<PolicyKeep>,
    time: &Arc<TrueTime>,
    core: &Core,
    uplink: &UplinkThread,
) -> anyhow::Result<String> {
    let (listener, page) = bind_page(dir, page_port).await?;
    let port = listener.local_addr()?.port();
    let mut kept = update::Kept::load(dir)?;
    let running_since = kept.runs_since(OWN_VERSION, time.now());
    kept.store(dir)?;
    let service = router(PageParts {
        core: core.clone(),
        keep: Arc::clone(keep),
        time: Arc::clone(time),
        uplink: uplink.state(),
        pin: PinKeep::new(dir.clone()),
        rng,
        port,
        running_since,
    });
    tokio::spawn(async move {
        if let Err(error) = axum::serve(listener, service).await {
            tracing::error!(%error, "the notice page has ended");
        }
    });
    Ok(page)
}

/// The supervised account and the agent's own: nobody else's browser is let in.
fn uids(account: &str) -> Vec<u32> {
    use std::os::unix::fs::MetadataExt;
    let Some(supervised) = account_uid(account, Path::new("/etc/passwd")) else { return Vec::new() };
    let own = std::fs::metadata("/proc/self").map(|meta| meta.uid()).ok();
    let mut uids = vec![supervised];
    uids.extend(own.filter(|own| *own != supervised));
    uids
}
