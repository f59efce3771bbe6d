//! The socket on which relays of browsers and the helper in the person's session connect. Only the supervised account is let in (of browsers
//! the agent's own too).

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use proviso_model::Source;
use proviso_model::limits::NATIVE_MESSAGE_BYTES_MAX;
use proviso_model::native::{NATIVE_PROTOCOL, SESSION_PROTOCOL, SESSION_PROTOCOL_MIN, ToExtension};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::frames::{FrameError, frame_head, frame_length};
use super::heard::Heard;
use super::presence::{BrowserProcess, ConnectionId};
use super::reception::Reception;
use super::relay::RelayLine;
use super::session::Session;
use crate::daemon::core_thread::{Ask, Core, CoreView};
use crate::daemon::other_adult::OtherAdultAsk;
use crate::pictures::backlog::Backlog;
use crate::sources::desktop::Sight;
use crate::sources::desktop::session::Sessions;
use crate::sources::health::ProcFs;
use crate::sources::session::HelperLine;
use crate::watch::Standing;

/// Longest first line of a relay.
const LINE_BYTES_MAX: u64 = 8 * 1024;
/// Frames read ahead of the core.
const FRAMES_AHEAD: usize = 2;

/// Who may connect, and what a connection is told.
#[derive(Debug, Clone)]
pub struct Gate {
    /// Accounts let in, by number; empty lets every account in (the supervised account has no local number).
    pub uids: Vec<u32>,
    /// Says which account's helper is let in: the supervised one's alone.
    pub sessions: Sessions,
    /// Address of the notice page.
    pub notice_url: String,
}

/// Opens the socket. A left-over file of an agent that no longer runs is replaced.
///
/// # Errors
/// As the file system; `AddrInUse` when another agent answers there.
pub fn listen(path: &Path) -> std::io::Result<UnixListener> {
    if std::os::unix::net::UnixStream::connect(path).is_ok() {
        return Err(std::io::Error::from(std::io::ErrorKind::AddrInUse));
    }
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    // The browser runs in another account than the agent; who it is is asked of the kernel for each connection.
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))?;
    Ok(listener)
}

/// Takes connections for as long as the agent runs.
pub async fn serve(listener: UnixListener, core: Core, gate: Gate, pictures: Backlog) {
    let mut count = 0_u64;
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            tracing::warn!("a browser's connection could not be accepted");
            tokio::task::yield_now().await;
            continue;
        };
        count += 1;
        let connection = ConnectionId(count);
        let (core, gate, pictures) = (core.clone(), gate.clone(), pictures.clone());
        tokio::spawn(async move {
            if let Err(error) = converse(stream, connection, &core, &gate, &pictures).await {
                tracing::warn!(error = %error.why, "a connection was ended");
                let whose =
                    if error.of == Source::Browser { "the extension" } else { "the session's helper" };
                let lost = format!("{whose}'s connection was ended: {}", error.why);
                core.tell(Ask::Lost(error.of, lost)).await;
            }
            core.tell(Ask::Closed(connection)).await;
        });
    }
}

/// Why a connection was ended, and whose it was.
struct Broken {
    of: Source,
    why: anyhow::Error,
}

async fn converse(
    stream: UnixStream,
    connection: ConnectionId,
    core: &Core,
    gate: &Gate,
    pictures: &Backlog,
) -> Result<(), Broken> {
    let browser = |why: anyhow::Error| Broken { of: Source::Browser, why };
    let peer = stream.peer_cred().map_err(|error| browser(error.into()))?;
    let is_let_in = gate.uids.is_empty() || gate.uids.contains(&peer.uid());
    let (read, mut write) = stream.into_split();
    let mut read = BufReader::new(read);
    let line = if is_let_in { first_line(&mut read, peer.pid()).await.map_err(browser)? } else { None };
    let of_account = || gate.sessions.uid() == Some(peer.uid());
    let source = match line {
        Some(First::Browser(process)) => {
            core.tell(Ask::Connected(connection, process)).await;
            Source::Browser
        }
        Some(First::Helper) if of_account() => Source::Files,
        // Other people's accounts are never watched (invariant 4): not an error and not a gap.
        _ => {
            tracing::debug!(
                uid = peer.uid(),
                "a connection that is not the supervised account's, or said nothing"
            );
            return Ok(());
        }
    };
    let (frames, mut inbox) = mpsc::channel(FRAMES_AHEAD);
    let reader = tokio::spawn(read_frames(read, frames));
    let heard = Reception {
        source,
        connection,
        core,
        pictures,
        waiting: BTreeSet::new(),
        answers: JoinSet::new(),
        highest: 0,
    };
    let spoken = speak(heard, gate, &mut inbox, &mut write).await;
    reader.abort();
    spoken.map_err(|why| Broken { of: source, why })
}

/// Who has connected.
enum First {
    Browser(BrowserProcess),
    Helper,
}

/// The first line, as either sends it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "the first line is not one of a relay or a helper")]
enum Line {
    Relay(RelayLine),
    Helper(HelperLine),
}

async fn first_line(
    read: &mut BufReader<OwnedReadHalf>,
    relay_pid: Option<i32>,
) -> Result<Option<First>, anyhow::Error> {
    let mut text = String::new();
    if read.take(LINE_BYTES_MAX).read_line(&mut text).await? == 0 {
        // Somebody only looked whether an agent listens.
        return Ok(None);
    }
    let line = match serde_json::from_str(&text)? {
        Line::Relay(line) => line,
        Line::Helper(HelperLine { .. }) => return Ok(Some(First::Helper)),
    };
    let proc_fs = ProcFs::default();
    // The kernel knows better than the relay which process started it.
    let by_kernel = relay_pid.and_then(|pid| u32::try_from(pid).ok()).and_then(|pid| proc_fs.stat(pid));
    let pid = by_kernel.map_or(line.browser_pid, |stat| stat.parent);
    Ok(Some(First::Browser(proc_fs.process(pid))))
}

/// Reading has a task of its own, because a half-read frame must survive whatever else happens meanwhile.
pub(crate) async fn read_frames(
    mut read: BufReader<OwnedReadHalf>,
    frames: mpsc::Sender<Result<Vec<u8>, FrameError>>,
) {
    loop {
        let frame = match read_frame(&mut read).await {
            Ok(Some(frame)) => Ok(frame),
            Ok(None) => return,
            Err(error) => Err(error),
        };
        let last = frame.is_err();
        if frames.send(frame).await.is_err() || last {
            return;
        }
    }
}

async fn read_frame(read: &mut BufReader<OwnedReadHalf>) -> Result<Option<Vec<u8>>, FrameError> {
    let mut head = [0_u8; 4];
    if let Err(error) = read.read_exact(&mut head).await {
        let ended = error.kind() == std::io::ErrorKind::UnexpectedEof;
        return if ended { Ok(None) } else { Err(FrameError::Io(error)) };
    }
    let mut frame = vec![0; frame_length(head)?];
    read.read_exact(&mut frame).await.map_err(|_| FrameError::Cut)?;
    Ok(Some(frame))
}

/// Tells the core who is there; answers the highest number acknowledged.
async fn greet(core: &Core, connection: ConnectionId, greeting: Heard) -> Result<u64, anyhow::Error> {
    let n = match greeting {
        Heard::Greeting(greeting) => core.ask(|reply| Ask::Greeted(connection, greeting, reply)).await,
        Heard::Helper(run) => core.ask(|reply| Ask::HelperGreeted(connection, run, reply)).await,
        _ => None,
    };
    n.ok_or_else(ending)?.map_err(anyhow::Error::msg)
}

async fn speak(
    mut heard: Reception<'_>,
    gate: &Gate,
    inbox: &mut mpsc::Receiver<Result<Vec<u8>, FrameError>>,
    write: &mut OwnedWriteHalf,
) -> Result<(), anyhow::Error> {
    let (connection, core) = (heard.connection, heard.core);
    let is_helper = heard.source == Source::Files;
    let mut session = if is_helper { Session::with_helper() } else { Session::default() };
    let mut view = core.view();
    let mut told: Option<Shown> = None;
    loop {
        tokio::select! {
            frame = inbox.recv() => {
                let Some(frame) = frame else { return Ok(()) };
                match session.hear(&frame?)? {
                    greeting @ (Heard::Greeting(_) | Heard::Helper(_)) => {
                        heard.highest = greet(core, connection, greeting).await?;
                        let now = Shown::of(&view.borrow_and_update(), &session);
                        send(write, &now.state(gate, heard.acknowledged())).await?;
                        told = Some(now);
                    }
                    Heard::Mismatch { protocol_min, protocol_max } => {
                        let spoken = (protocol_min, protocol_max);
                        let (ask, (protocol_min, protocol_max)) = if is_helper {
                            (Ask::HelperMismatched(spoken), (SESSION_PROTOCOL_MIN, SESSION_PROTOCOL))
                        } else {
                            (Ask::Mismatched(connection, spoken), (NATIVE_PROTOCOL, NATIVE_PROTOCOL))
                        };
                        core.tell(ask).await;
                        let mismatch = ToExtension::Mismatch { protocol_min, protocol_max };
                        return send(write, &mismatch).await;
                    }
                    Heard::Sight { source, cannot } => {
                        let sight = cannot.map_or(Sight::Sees, Sight::Cannot);
                        core.tell(Ask::HelperSees(source, sight)).await;
                    }
                    Heard::Input { counts, cannot } => {
                        core.tell(Ask::OtherAdult(OtherAdultAsk::Input { connection, counts, cannot })).await;
                    }
                    said @ (Heard::Observation { .. }
                    | Heard::Text { .. }
                    | Heard::Picture { .. }
                    | Heard::History { .. }
                    | Heard::Proxies { .. }
                    | Heard::Missed { .. }) => {
                        let instance = session.instance().unwrap_or_default().to_owned();
                        if let Some(answer) = heard.take(instance, said).await? {
                            send(write, &answer).await?;
                        }
                    }
                    Heard::Refused { n, reason } => {
                        let lost = format!("an observation was refused: {reason}");
                        core.tell(Ask::Lost(heard.source, lost)).await;
                        heard.highest = heard.highest.max(n);
                        send(write, &ToExtension::Refused { n: Some(n), reason }).await?;
                    }
                    Heard::Alive => core.tell(Ask::Spoke(connection)).await,
                }
            }
            Some(decided) = heard.answers.join_next() => {
                let (n, observed) = decided?;
                send(write, &heard.answer(n, observed.ok_or_else(ending)?)?).await?;
            }
            changed = view.changed(), if told.is_some() => {
                changed?;
                let now = Shown::of(&view.borrow_and_update(), &session);
                if told.as_ref() != Some(&now) {
                    send(write, &now.state(gate, heard.acknowledged())).await?;
                    told = Some(now);
                }
            }
        }
    }
}

pub(super) fn ending() -> anyhow::Error {
    anyhow::anyhow!("the agent is ending")
}

/// What is shown of the core to who is connected.
#[derive(PartialEq, Eq)]
struct Shown {
    standing: Standing,
    sign: String,
    /// To the helper alone: browsers whose extension tells what they show.
    browsers: Vec<u32>,
    /// To a helper that can: count input.
    count_input: bool,
    protocol: u32,
}

impl Shown {
    fn of(view: &CoreView, to: &Session) -> Self {
        let browsers = view.browsers.iter().filter(|_| to.is_helper()).map(|browser| browser.pid).collect();
        let count_input = to.counts_input() && view.other_adult.until.is_some();
        let (standing, sign, protocol) = (view.standing, view.sign.clone(), to.spoken());
        Self { standing, sign, browsers, count_input, protocol }
    }

    fn state(&self, gate: &Gate, acknowledged: u64) -> ToExtension {
        let Self { standing, sign, browsers, count_input, protocol } = self;
        ToExtension::State {
            protocol: *protocol,
            watching: standing.watching,
            capture: standing.capture,
            sign: sign.clone(),
            notice_url: standing.notice_due.then(|| gate.notice_url.clone()),
            acknowledged,
            browsers: browsers.clone(),
            count_input: *count_input,
        }
    }
}

async fn send(write: &mut OwnedWriteHalf, message: &ToExtension) -> Result<(), anyhow::Error> {
    let json = serde_json::to_vec(message)?;
    anyhow::ensure!(json.len() <= NATIVE_MESSAGE_BYTES_MAX, "an answer is too long");
    let mut whole = frame_head(json.len())?.to_vec();
    whole.extend_from_slice(&json);
    write.write_all(&whole).await?;
    Ok(())
}
