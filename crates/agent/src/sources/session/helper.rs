//! The helper itself: connects to the agent, again and again; runs a source while, and only while, the agent says that it may; tells what it
//! finds, numbered, and again what was not acknowledged.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use proviso_model::native::{
    PictureShown, SESSION_PROTOCOL, SESSION_PROTOCOL_FIELDS, SESSION_PROTOCOL_MIN, ToExtension, ToHost,
};
use proviso_model::observation::{PictureElement, PictureFile, PictureFrom};
use proviso_model::policy::Capture;
use proviso_model::{Act, Attribution, Machine, Source};
use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::OwnedWriteHalf;
use tokio::sync::{mpsc, oneshot, watch};

use super::HelperLine;
use super::counting::{Counted, Counting};
use super::outbox::Outbox;
use super::proxies::Proxies;
use crate::clock::Clock;
use crate::sources::accessibility::{self, Accessibility, AccessibilityParts};
use crate::sources::browser::frames::frame_head;
use crate::sources::browser::server::read_frames;
use crate::sources::files::{Arrival, FileContent, Files, FilesSettings, Platform, Told};
use crate::sources::histories::{self, Histories, HistoriesParts};
use crate::sources::machine::proxies::SessionSettings;

/// Between tries to reach the agent.
const RECONNECT: Duration = Duration::from_secs(2);
/// How often the agent is told that the helper lives.
const PULSE: Duration = Duration::from_secs(20);
/// After so many connections in a row that were ended without a word this account is not the one that is monitored.
const TURNED_AWAY_MAX: u32 = 3;
/// Files read ahead of the agent.
const FILES_AHEAD: usize = 2;
/// Texts read ahead of the agent.
const TEXTS_AHEAD: usize = 4;
/// Readings of histories ahead of the agent.
const READINGS_AHEAD: usize = 4;
/// Counts told ahead of the agent.
const COUNTS_AHEAD: usize = 4;
/// Frames read ahead.
const FRAMES_AHEAD: usize = 8;
/// Looks at settings that are ahead of the agent.
const SETTINGS_AHEAD: usize = 1;

/// What a helper needs.
pub struct HelperParts {
    /// The agent's socket.
    pub socket: PathBuf,
    /// Random: names this run.
    pub instance: String,
    /// The machine's clocks.
    pub clock: Arc<dyn Clock>,
    /// The account's folders.
    pub platform: Arc<dyn Platform>,
    /// Periods.
    pub files: FilesSettings,
    /// The session's own buses and display.
    pub accessibility: AccessibilityParts,
    /// The account's browsers.
    pub histories: HistoriesParts,
    /// Where the account's own settings are.
    pub settings: SessionSettings,
}

/// Why it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Stopped,
    /// The agent does not speak with this account.
    TurnedAway,
    /// The agent speaks another protocol.
    Mismatch,
}

/// Runs until it is told to stop, or there is nothing that it could do here.
pub async fn run(parts: HelperParts, mut stop: oneshot::Receiver<()>) -> Ended {
    let mut outbox = Outbox::default();
    let mut turned_away = 0;
    while turned_away < TURNED_AWAY_MAX {
        if let Ok(stream) = UnixStream::connect(&parts.socket).await {
            let mut talk = Talk::new(&parts, &mut outbox);
            let ended = tokio::select! {
                _ = &mut stop => return Ended::Stopped,
                ended = talk.run(stream) => ended,
            };
            match ended {
                Ok(Some(ended)) => return ended,
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "the connection to the agent was ended"),
            }
            turned_away = if talk.was_answered { 0 } else { turned_away + 1 };
        }
        tokio::select! {
            _ = &mut stop => return Ended::Stopped,
            () = tokio::time::sleep(RECONNECT) => {}
        }
    }
    Ended::TurnedAway
}

/// One connection. Its sources end with it: without the agent nobody says what may be captured.
struct Talk<'h> {
    parts: &'h HelperParts,
    outbox: &'h mut Outbox,
    was_answered: bool,
    /// The protocol that the agent chose.
    protocol: u32,
    source: Option<(Files, mpsc::Receiver<Told>)>,
    text: Option<(Accessibility, mpsc::Receiver<accessibility::Told>)>,
    histories: Option<(Histories, mpsc::Receiver<histories::Told>)>,
    input: Option<(Counting, mpsc::Receiver<Counted>)>,
    proxies: Option<(Proxies, mpsc::Receiver<Vec<Machine>>)>,
    /// Processes of browsers whose extension tells what they show.
    browsers: watch::Sender<Vec<u32>>,
}

impl<'h> Talk<'h> {
    fn new(parts: &'h HelperParts, outbox: &'h mut Outbox) -> Self {
        let browsers = watch::Sender::default();
        Self {
            parts,
            outbox,
            was_answered: false,
            protocol: SESSION_PROTOCOL_MIN,
            source: None,
            text: None,
            histories: None,
            input: None,
            proxies: None,
            browsers,
        }
    }

    async fn run(&mut self, stream: UnixStream) -> anyhow::Result<Option<Ended>> {
        let (read, mut write) = stream.into_split();
        let mut line = serde_json::to_vec(&HelperLine { session_pid: std::process::id() })?;
        line.push(b'\n');
        write.write_all(&line).await?;
        let hello = ToHost::Session {
            protocol_min: SESSION_PROTOCOL_MIN,
            protocol_max: SESSION_PROTOCOL,
            instance: self.parts.instance.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        send(&mut write, &serde_json::to_vec(&hello)?).await?;
        let (frames, mut inbox) = mpsc::channel(FRAMES_AHEAD);
        // Reading has a task of its own, because a half-read frame must survive whatever else happens meanwhile; it ends with the stream.
        let reader = tokio::spawn(read_frames(BufReader::new(read), frames));
        let mut pulse = tokio::time::interval(PULSE);
        let ended = loop {
            let has_room = self.outbox.has_room();
            tokio::select! {
                frame = inbox.recv() => match frame {
                    None => break Ok(None),
                    Some(frame) => {
                        if let Some(ended) = self.hear(&frame?, &mut write).await? {
                            break Ok(Some(ended));
                        }
                    }
                },
                Some(told) = told(&mut self.source), if has_room => self.tell(told, &mut write).await?,
                Some(told) = told(&mut self.text), if has_room => self.tell_text(told, &mut write).await?,
                Some(told) = told(&mut self.histories), if has_room => self.tell_history(told, &mut write).await?,
                Some(counted) = told(&mut self.input) => {
                    let Counted { counts, cannot } = counted;
                    send(&mut write, &serde_json::to_vec(&ToHost::Input { counts, cannot })?).await?;
                }
                Some(proxies) = told(&mut self.proxies), if has_room => {
                    for frame in self.outbox.put(|n| ToHost::Proxies { n, proxies })? {
                        send(&mut write, frame).await?;
                    }
                }
                _ = pulse.tick(), if self.was_answered => {
                    let sent = self.outbox.last();
                    send(&mut write, &serde_json::to_vec(&ToHost::Pulse { sent })?).await?;
                }
            }
        };
        reader.abort();
        ended
    }

    async fn hear(&mut self, frame: &[u8], write: &mut OwnedWriteHalf) -> anyhow::Result<Option<Ended>> {
        match serde_json::from_slice(frame)? {
            ToExtension::Mismatch { .. } => return Ok(Some(Ended::Mismatch)),
            ToExtension::Ack { n } => self.outbox.acknowledged(n),
            ToExtension::Refused { n, reason } => {
                tracing::warn!(%reason, "the agent did not take what was told");
                n.into_iter().for_each(|n| self.outbox.refused(n));
            }
            ToExtension::State {
                protocol, watching, capture, acknowledged, browsers, count_input, ..
            } => {
                self.protocol = protocol;
                self.outbox.acknowledged(acknowledged);
                if !std::mem::replace(&mut self.was_answered, true) {
                    for frame in self.outbox.unacknowledged() {
                        send(write, frame).await?;
                    }
                }
                self.browsers.send_replace(browsers);
                let capture = if watching { capture } else { Capture::default() };
                self.start_and_end(&capture, count_input)?;
            }
        }
        Ok(None)
    }

    /// Starts each source that may see now, and ends the others: then all that they held is let go of.
    fn start_and_end(&mut self, capture: &Capture, count_input: bool) -> std::io::Result<()> {
        let parts = &self.parts;
        run_while(capture.pictures, &mut self.source, FILES_AHEAD, |told| {
            Files::start(Arc::clone(&parts.platform), parts.files, told)
        })?;
        run_while(capture.text, &mut self.text, TEXTS_AHEAD, |told| {
            Accessibility::start(parts.accessibility.clone(), self.browsers.subscribe(), told)
        })?;
        run_while(capture.histories, &mut self.histories, READINGS_AHEAD, |told| {
            Ok(Histories::start(parts.histories.clone(), Arc::clone(&parts.clock), told))
        })?;
        // Counted only while another adult's session lasts.
        run_while(count_input, &mut self.input, COUNTS_AHEAD, |told| {
            Counting::start(parts.accessibility.display.clone(), told)
        })?;
        run_while(capture.proxies, &mut self.proxies, SETTINGS_AHEAD, |told| {
            Ok(Proxies::start(parts.settings.clone(), told))
        })
    }

    async fn tell_history(
        &mut self,
        told: histories::Told,
        write: &mut OwnedWriteHalf,
    ) -> anyhow::Result<()> {
        let (browser, profile, reading) = match told {
            histories::Told::Sight(cannot) => {
                let sight = ToHost::Sight { source: Source::Histories, cannot };
                return send(write, &serde_json::to_vec(&sight)?).await;
            }
            histories::Told::Reading { browser, profile, reading } => (browser, profile, reading),
        };
        let read_at = reading.as_ref().map(|reading| reading.at);
        let observed_at = read_at.unwrap_or_else(|| self.parts.clock.wall());
        for frame in self.outbox.put(|n| ToHost::History { n, observed_at, browser, profile, reading })? {
            send(write, frame).await?;
        }
        Ok(())
    }

    async fn tell_text(
        &mut self,
        told: accessibility::Told,
        write: &mut OwnedWriteHalf,
    ) -> anyhow::Result<()> {
        let observed_at = self.parts.clock.wall();
        let said = match told {
            accessibility::Told::Sight(cannot) => {
                let sight = ToHost::Sight { source: Source::Accessibility, cannot };
                return send(write, &serde_json::to_vec(&sight)?).await;
            }
            accessibility::Told::Text(said) => *said,
        };
        let accessibility::Said { process, secret_field, attribution, text } = said;
        // An agent of before that would not take the message.
        let secret_field = secret_field.filter(|_| self.protocol >= SESSION_PROTOCOL_FIELDS);
        let text = Box::new(text);
        let text = |n| ToHost::Text { n, observed_at, attribution, process, secret_field, text };
        for frame in self.outbox.put(text)? {
            send(write, frame).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, told: Told, write: &mut OwnedWriteHalf) -> anyhow::Result<()> {
        let observed_at = self.parts.clock.wall();
        let frames = match told {
            Told::Sight(cannot) => {
                let sight = ToHost::Sight { source: Source::Files, cannot };
                return send(write, &serde_json::to_vec(&sight)?).await;
            }
            Told::Missed(count, why) => {
                self.outbox.put(|n| ToHost::Missed { n, source: Source::Files, count, why })?
            }
            Told::Arrived(arrival) => {
                let (shown, data) = shown(arrival);
                let attribution = Attribution::off_screen(Act::Received);
                self.outbox.put(|n| ToHost::Picture { n, observed_at, attribution, shown, data })?
            }
        };
        for frame in frames {
            send(write, frame).await?;
        }
        Ok(())
    }
}

/// Starts a source where it may run and does not, and ends it where it may not. It can be so many ahead of the agent.
fn run_while<S, T>(
    may: bool,
    source: &mut Option<(S, mpsc::Receiver<T>)>,
    ahead: usize,
    start: impl FnOnce(mpsc::Sender<T>) -> std::io::Result<S>,
) -> std::io::Result<()> {
    if may && source.is_none() {
        let (told, heard) = mpsc::channel(ahead);
        *source = Some((start(told)?, heard));
    } else if !may {
        *source = None;
    }
    Ok(())
}

/// What the source tells next; waits for ever while there is none.
async fn told<S, T>(source: &mut Option<(S, mpsc::Receiver<T>)>) -> Option<T> {
    match source {
        Some((_, told)) => match told.recv().await {
            Some(told) => Some(told),
            // It has ended by itself, after saying why.
            None => std::future::pending().await,
        },
        None => std::future::pending().await,
    }
}

/// A file as it is told, and its bytes in base64 where they are.
fn shown(arrival: Arrival) -> (Box<PictureShown>, Option<String>) {
    let Arrival { name, folder, content } = arrival;
    let (bytes, digests, without) = match content {
        Ok(FileContent::Bytes(bytes)) => (Some(bytes), None, None),
        Ok(FileContent::Digests(digests)) => (None, Some(digests), None),
        Err(why) => (None, None, Some(why)),
    };
    let shown = PictureShown {
        url: String::new(),
        title: String::new(),
        address: String::new(),
        element: PictureElement::File,
        width: 0,
        height: 0,
        shown_width: 0,
        shown_height: 0,
        from: PictureFrom::Disk,
        without,
        file: Some(PictureFile { name, folder }),
        digests,
    };
    (Box::new(shown), bytes.map(|bytes| BASE64.encode(bytes)))
}

async fn send(write: &mut OwnedWriteHalf, frame: &[u8]) -> anyhow::Result<()> {
    write.write_all(&frame_head(frame.len())?).await?;
    Ok(write.write_all(frame).await?)
}
