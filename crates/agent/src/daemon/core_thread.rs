//! The thread that owns the watch core. Everything that blocks on the disk or takes the engine's time happens here.

use proviso_model::record::NoticeResponse;
use proviso_model::{Attribution, Fact, Machine, Source, Timestamp};
use tokio::sync::{mpsc, oneshot, watch};

pub use super::core_view::CoreView;
use super::core_view::{publish, view_of};
use super::other_adult::{self, OtherAdultAsk};
use crate::sources::browser::presence::{BrowserProcess, ConnectionId, Greeting};
use crate::sources::desktop::Sight;
use crate::sources::machine::RunningBrowser;
use crate::spool::Spool;
use crate::watch::{
    HistoryRead, Observed, PictureFound, PictureLost, PictureWanted, TextRead, Totals, Watcher, WindowSeen,
    Written,
};

/// Asks that may wait; beyond, browsers wait too, which slows them and loses nothing.
pub const ASKS_MAX: usize = 64;

/// What the core is asked.
pub enum Ask {
    /// A relay has connected.
    Connected(ConnectionId, BrowserProcess),
    /// An extension has greeted; answered with the highest number acknowledged.
    Greeted(ConnectionId, Greeting, oneshot::Sender<Result<u64, String>>),
    /// No common protocol.
    Mismatched(ConnectionId, (u32, u32)),
    /// Something came.
    Spoke(ConnectionId),
    /// An observation.
    Observe {
        /// Where from.
        connection: ConnectionId,
        /// Browser session.
        instance: String,
        /// Number.
        n: u64,
        /// When, by the browser's clock.
        observed_at: Timestamp,
        /// How.
        attribution: Attribution,
        /// What.
        fact: Box<Fact>,
        /// What became of it.
        reply: oneshot::Sender<Observed>,
    },
    /// Text in a window of another program; answered with what became of it.
    Text(ConnectionId, Box<TextRead>, oneshot::Sender<Observed>),
    /// What became of the picture of a window that a finding is about; answered with whether anything of it is on record.
    WindowSeen(Box<WindowSeen>, oneshot::Sender<bool>),
    /// A picture has come; answered with whether it is to be looked at.
    PictureComes {
        /// Where from; nothing where it is from no browser.
        connection: Option<ConnectionId>,
        /// Browser session, or run of the desktop source.
        instance: String,
        /// Number.
        n: u64,
        /// When, by the wall clock.
        observed_at: Timestamp,
        /// What is to be done.
        reply: oneshot::Sender<PictureWanted>,
    },
    /// It was not looked at.
    PictureLost {
        /// Who saw it.
        source: Source,
        /// Browser session.
        instance: String,
        /// Number.
        n: u64,
        /// Why.
        why: PictureLost,
    },
    /// It was looked at.
    Picture {
        /// Browser session.
        instance: String,
        /// Number.
        n: u64,
        /// How.
        attribution: Attribution,
        /// What was shown, and what was found out of it.
        found: Box<PictureFound>,
        /// What became of it.
        reply: oneshot::Sender<Observed>,
    },
    /// It may be on a list, and is to wait for the server's answer; answered with whether it may.
    PictureAsks {
        /// Browser session.
        instance: String,
        /// Number.
        n: u64,
        /// When, by the agent's time.
        shown_at: Timestamp,
        /// Whether it waits.
        reply: oneshot::Sender<bool>,
    },
    /// What can be seen of other programs' windows.
    Desktop(Sight),
    /// What is new on the device itself, which browsers run, and what could not be listed.
    MachineSeen {
        /// Things that were not there at the last look.
        new: Vec<Machine>,
        /// Browsers of the account that run.
        browsers: Vec<RunningBrowser>,
        /// Why something could not be listed; empty where all could.
        unseen: String,
    },
    /// A file that arrived and of which a browser, or an arrival before, has told already, or text that is somebody else's to tell: its
    /// number is done.
    PictureTold {
        /// Run of the helper.
        instance: String,
        /// Number.
        n: u64,
    },
    /// The helper in the person's session has greeted; answered with the highest number acknowledged.
    HelperGreeted(ConnectionId, String, oneshot::Sender<Result<u64, String>>),
    /// It speaks no protocol that this agent knows.
    HelperMismatched((u32, u32)),
    /// What one of its sources can see.
    HelperSees(Source, Sight),
    /// What it could not tell of.
    HelperMissed {
        /// Run of the helper.
        instance: String,
        /// Number.
        n: u64,
        /// Which source.
        source: Source,
        /// How many.
        count: u64,
        /// Why.
        why: PictureLost,
        /// That it is counted.
        reply: oneshot::Sender<Observed>,
    },
    /// It has read a browser's history.
    HistoryRead(HistoryRead, oneshot::Sender<Observed>),
    /// Proxies that the person's own settings set, with the run of the helper and the number; answered with what became of them.
    ProxiesSet((String, u64), Vec<Machine>, oneshot::Sender<Observed>),
    /// Whether anybody is logged on to the account.
    LoggedOn(bool),
    /// A message was lost.
    Lost(Source, String),
    /// A connection has ended.
    Closed(ConnectionId),
    /// The notice was shown, or answered; answered with whether that is on record.
    Notice {
        /// Where.
        shown_on: &'static str,
        /// What was said.
        response: NoticeResponse,
        /// By whom.
        by: String,
        /// Whether it is on record.
        reply: oneshot::Sender<bool>,
    },
    /// The supervised person has written something; answered with whether that is on record.
    Written(Written, oneshot::Sender<bool>),
    /// Something about another adult's session.
    OtherAdult(OtherAdultAsk),
    /// What became of what this run has looked at. Asked, for it changes with every page and nobody waits for that.
    Totals(oneshot::Sender<Totals>),
    /// Time passes.
    Tick,
    /// The end.
    Stop {
        /// Whether somebody asked for it.
        by_order: bool,
        /// When it has ended.
        reply: oneshot::Sender<()>,
    },
}

/// A way to ask the core.
#[derive(Clone)]
pub struct Core {
    asks: mpsc::Sender<Ask>,
    view: watch::Receiver<CoreView>,
}

impl Core {
    /// Starts the thread.
    ///
    /// # Errors
    /// As the operating system, when it has no thread left.
    pub fn start(watcher: Watcher, spool: std::sync::Arc<Spool>) -> std::io::Result<Self> {
        let (asks, inbox) = mpsc::channel(ASKS_MAX);
        let (show, view) = watch::channel(view_of(&watcher, &spool, &CoreView::default()));
        std::thread::Builder::new()
            .name("watch".to_owned())
            .spawn(move || run(watcher, &spool, inbox, &show))?;
        Ok(Self { asks, view })
    }

    /// What may be known of it, as it changes.
    #[must_use]
    pub fn view(&self) -> watch::Receiver<CoreView> {
        self.view.clone()
    }

    /// Asks without waiting for an answer.
    pub async fn tell(&self, ask: Ask) {
        // A closed inbox means that the agent is ending.
        let _ = self.asks.send(ask).await;
    }

    /// Asks and waits for the answer; `None` when the agent is ending.
    pub async fn ask<R>(&self, ask: impl FnOnce(oneshot::Sender<R>) -> Ask) -> Option<R> {
        let (reply, answer) = oneshot::channel();
        self.asks.send(ask(reply)).await.ok()?;
        answer.await.ok()
    }
}

fn run(mut watcher: Watcher, spool: &Spool, mut inbox: mpsc::Receiver<Ask>, show: &watch::Sender<CoreView>) {
    while let Some(ask) = inbox.blocking_recv() {
        // Its answer must come after the view, so that whoever has the answer also sees what it changed.
        let answer = take(&mut watcher, ask);
        publish(&watcher, spool, show);
        match answer {
            Answer::None => {}
            Answer::Number(reply, n) => drop(reply.send(n)),
            Answer::Observed(reply, observed) => drop(reply.send(observed)),
            Answer::Wanted(reply, wanted) => drop(reply.send(wanted)),
            Answer::Yes(reply, yes) => drop(reply.send(yes)),
            Answer::Totals(reply, totals) => drop(reply.send(totals)),
            Answer::Then(reply) => reply(),
            Answer::Stopped(reply) => {
                let _ = reply.send(());
                return;
            }
        }
    }
    watcher.close();
}

pub(super) enum Answer {
    None,
    Number(oneshot::Sender<Result<u64, String>>, Result<u64, String>),
    Observed(oneshot::Sender<Observed>, Observed),
    Wanted(oneshot::Sender<PictureWanted>, PictureWanted),
    Yes(oneshot::Sender<bool>, bool),
    Totals(oneshot::Sender<Totals>, Totals),
    Then(Box<dyn FnOnce()>),
    Stopped(oneshot::Sender<()>),
}

fn take(watcher: &mut Watcher, ask: Ask) -> Answer {
    match ask {
        Ask::Connected(connection, process) => watcher.browser_connected(connection, process),
        Ask::Greeted(connection, greeting, reply) => {
            watcher.browser_greeted(connection, &greeting);
            let n = watcher.acknowledged(&greeting.instance).map_err(|error| error.to_string());
            return Answer::Number(reply, n);
        }
        Ask::Mismatched(connection, spoken) => watcher.browser_mismatched(connection, spoken),
        Ask::Spoke(connection) => watcher.spoke(connection),
        Ask::Observe { connection, instance, n, observed_at, attribution, fact, reply } => {
            watcher.spoke(connection);
            let observed = watcher.observe(&instance, n, observed_at, attribution, *fact);
            return Answer::Observed(reply, observed);
        }
        Ask::Text(connection, read, reply) => {
            watcher.spoke(connection);
            return Answer::Observed(reply, watcher.text_read(*read));
        }
        Ask::WindowSeen(seen, reply) => return Answer::Yes(reply, watcher.window_seen(*seen)),
        Ask::PictureComes { connection, instance, n, observed_at, reply } => {
            connection.into_iter().for_each(|connection| watcher.spoke(connection));
            return Answer::Wanted(reply, watcher.picture_comes(&instance, n, observed_at));
        }
        Ask::PictureLost { source, instance, n, why } => watcher.picture_lost(source, (&instance, n), why),
        Ask::Desktop(sight) => watcher.desktop_sees(sight),
        Ask::MachineSeen { new, browsers, unseen } => watcher.machine_seen(new, &browsers, &unseen),
        Ask::Picture { instance, n, attribution, found, reply } => {
            let observed = watcher.observe_picture(&instance, n, attribution, &found);
            return Answer::Observed(reply, observed);
        }
        Ask::PictureAsks { instance, n, shown_at, reply } => {
            return Answer::Yes(reply, watcher.picture_asks(&instance, n, shown_at));
        }
        Ask::PictureTold { instance, n } => watcher.picture_told(&instance, n),
        Ask::HelperGreeted(connection, instance, reply) => {
            watcher.helper_greeted(connection);
            let n = watcher.acknowledged(&instance).map_err(|error| error.to_string());
            return Answer::Number(reply, n);
        }
        Ask::HelperMismatched(spoken) => watcher.helper_mismatched(spoken),
        Ask::HelperSees(source, sight) => watcher.helper_sees(source, sight),
        Ask::HelperMissed { instance, n, source, count, why, reply } => {
            return Answer::Observed(reply, watcher.helper_missed((&instance, n), source, count, why));
        }
        Ask::HistoryRead(read, reply) => return Answer::Observed(reply, watcher.history_read(read)),
        Ask::ProxiesSet(mark, set, reply) => return Answer::Observed(reply, watcher.proxies_set(&mark, set)),
        Ask::LoggedOn(is_logged_on) => watcher.logged_on(is_logged_on),
        Ask::Lost(source, detail) => watcher.message_lost(source, &detail),
        Ask::Closed(connection) => watcher.closed(connection),
        Ask::Notice { shown_on, response, by, reply } => {
            let shown = watcher.notice_shown(shown_on, response, &by);
            return Answer::Yes(reply, on_record("the notice", shown));
        }
        Ask::Written(written, reply) => {
            return Answer::Yes(reply, on_record("what the person wrote", watcher.written(written)));
        }
        Ask::OtherAdult(ask) => return other_adult::take(watcher, ask),
        Ask::Totals(reply) => return Answer::Totals(reply, watcher.totals()),
        Ask::Tick => watcher.tick(),
        Ask::Stop { by_order, reply } => {
            if by_order {
                watcher.shut_down();
            } else {
                watcher.close();
            }
            return Answer::Stopped(reply);
        }
    }
    Answer::None
}

/// Whether it was put on record; where that failed, the log says so.
fn on_record(what: &str, done: Result<bool, impl std::fmt::Display>) -> bool {
    done.unwrap_or_else(|error| {
        tracing::error!(%error, "{what} could not be put on record");
        false
    })
}
