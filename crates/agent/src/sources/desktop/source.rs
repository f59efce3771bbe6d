//! The thread that looks: it waits on a display that may not answer, so nothing else is done on it.

use std::sync::Arc;
use std::time::Duration;

use proviso_model::WithoutContext;
use tokio::sync::watch;
use tokio::time::Instant;

use super::context::{Lately, Seen, WindowWanted, picture};
use super::session::{Session, Sessions};
use super::take::Taker;
use super::{Screen, Sight, Unseen};
use crate::clock::TrueTime;
use crate::daemon::core_thread::{Ask, Core, CoreView};
use crate::pictures::backlog::Backlog;
use crate::sources::health::{ProcFs, is_of};
use crate::watch::WindowSeen;

/// How often it is looked which window is in front, and whether it has changed.
const LOOK: Duration = Duration::from_secs(1);
/// How often it is looked whether the account's session is another one, and a display that could not be opened is tried again.
const SESSION: Duration = Duration::from_secs(5);
/// How often the core is told that the source lives, at the latest.
const WORD: Duration = Duration::from_secs(20);

/// What the source is made from.
pub struct DesktopParts {
    /// Where the account's session is looked for.
    pub sessions: Sessions,
    /// What is needed, and who judges.
    pub core: Core,
    /// Where pictures go.
    pub pictures: Backlog,
    /// The time.
    pub time: Arc<TrueTime>,
}

/// The running source.
pub struct Desktop {
    stop: watch::Sender<bool>,
}

impl Desktop {
    /// Starts it. While no condition in force needs pictures it opens nothing and reads nothing.
    ///
    /// # Errors
    /// As the operating system, when it has no thread left.
    pub fn start(parts: DesktopParts) -> std::io::Result<Self> {
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new()
            .name("desktop".to_owned())
            .spawn(move || runtime.block_on(Source::new(parts).run(stopped)))?;
        Ok(Self { stop })
    }

    /// Ends it; it is not waited for, for a display may keep it waiting.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }
}

struct Source {
    sessions: Sessions,
    core: Core,
    taker: Taker,
    /// What is looked into, and when it was last looked for.
    session: Session,
    looked_for: Option<Instant>,
    screen: Option<Box<dyn Screen>>,
    /// Why the session's display could not be opened.
    why: Option<Unseen>,
    told: Option<(Sight, Instant)>,
    /// Windows that were pictured as context of a finding.
    lately: Lately,
    time: Arc<TrueTime>,
}

impl Source {
    fn new(parts: DesktopParts) -> Self {
        let DesktopParts { sessions, core, pictures, time } = parts;
        Self {
            sessions,
            taker: Taker::new(core.clone(), pictures, Arc::clone(&time)),
            lately: Lately::default(),
            time,
            core,
            session: Session::None,
            looked_for: None,
            screen: None,
            why: None,
            told: None,
        }
    }

    async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let mut view = self.core.view();
        let mut due = Instant::now();
        loop {
            let (is_needed, wanted) = {
                let view = view.borrow_and_update();
                (is_needed(&view), view.window_wanted.clone())
            };
            // Words that were found wait for no look at pictures.
            if let Some(wanted) = wanted {
                self.picture_context(&view, &wanted).await;
            }
            if !is_needed {
                self.forget();
                self.tell(Sight::Nothing).await;
                due = Instant::now();
            } else if due <= Instant::now() {
                let sight = self.look(&view).await;
                self.tell(sight).await;
                due = Instant::now() + LOOK;
            }
            tokio::select! {
                _ = stopped.changed() => return,
                () = tokio::time::sleep_until(due), if is_needed => {}
                changed = view.changed() => if changed.is_err() { return },
            }
        }
    }

    /// One picture of the window that a finding is about; the display is opened for it alone.
    async fn picture_context(&mut self, view: &watch::Receiver<CoreView>, wanted: &WindowWanted) {
        let browsers: Vec<u32> = view.borrow().browsers.iter().map(|browser| browser.pid).collect();
        let is_told_elsewhere = |process| is_of(process, &browsers, &ProcFs::default());
        let unseen = |why: String| Seen::Without(WithoutContext::Unseen, why);
        let session = self.sessions.find();
        let seen = match (&session, open(&session)) {
            (Session::None, _) => unseen("nobody is logged on to the account on this screen".to_owned()),
            (Session::Unseen(why), _) => unseen((*why).to_owned()),
            (Session::X11 { .. }, Err(why)) => unseen(why.to_string()),
            (Session::X11 { .. }, Ok(None)) => unseen(String::new()),
            (Session::X11 { .. }, Ok(Some(mut screen))) => {
                picture(screen.as_mut(), wanted, is_told_elsewhere, (&mut self.lately, Instant::now()))
            }
        };
        let seen = WindowSeen { finding: wanted.finding, seen_at: self.time.clock().wall(), seen };
        // The answer comes after the view, in which this one is no longer wanted.
        self.core.ask(|reply| Ask::WindowSeen(Box::new(seen), reply)).await;
    }

    /// Nothing is needed: nothing stays open, and nothing is remembered.
    fn forget(&mut self) {
        self.screen = None;
        self.looked_for = None;
        self.why = None;
        self.session = Session::None;
        self.taker.forget();
    }

    async fn look(&mut self, view: &watch::Receiver<CoreView>) -> Sight {
        self.look_for_session();
        let screen = match (&self.session, self.screen.as_mut(), &self.why) {
            (Session::None, ..) => return Sight::Nothing,
            (Session::Unseen(why), ..) => return Sight::Cannot((*why).to_owned()),
            (Session::X11 { .. }, Some(screen), _) => screen,
            (Session::X11 { .. }, None, why) => {
                return Sight::Cannot(why.as_ref().map(ToString::to_string).unwrap_or_default());
            }
        };
        match self.taker.look(screen.as_mut(), view).await {
            Ok(()) => Sight::Sees,
            Err(why) => {
                self.screen = None;
                let said = Sight::Cannot(why.to_string());
                self.why = Some(why);
                said
            }
        }
    }

    fn look_for_session(&mut self) {
        if self.looked_for.is_some_and(|at| at.elapsed() < SESSION) {
            return;
        }
        self.looked_for = Some(Instant::now());
        let session = self.sessions.find();
        if session != self.session {
            self.screen = None;
            self.taker.forget();
            self.session = session;
        }
        if self.screen.is_none() {
            let opened = open(&self.session);
            self.why = opened.as_ref().err().cloned();
            self.screen = opened.ok().flatten();
        }
    }

    async fn tell(&mut self, sight: Sight) {
        let is_news = self
            .told
            .as_ref()
            .is_none_or(|(told, at)| *told != sight || (sight != Sight::Nothing && at.elapsed() >= WORD));
        if is_news {
            if let Sight::Cannot(why) = &sight
                && self.told.as_ref().is_none_or(|(told, _)| *told != sight)
            {
                tracing::warn!(%why, "pictures in other programs' windows cannot be seen");
            }
            self.core.tell(Ask::Desktop(sight.clone())).await;
            self.told = Some((sight, Instant::now()));
        }
    }
}

/// Whether a condition in force needs pictures, and they may be captured.
fn is_needed(view: &CoreView) -> bool {
    view.standing.watching && view.standing.capture.pictures
}

#[cfg(target_os = "linux")]
fn open(session: &Session) -> Result<Option<Box<dyn Screen>>, Unseen> {
    let Session::X11 { display, uid } = session else { return Ok(None) };
    Ok(Some(Box::new(super::x11::Display::open(display, *uid)?)))
}

#[cfg(not(target_os = "linux"))]
fn open(_: &Session) -> Result<Option<Box<dyn Screen>>, Unseen> {
    Err(Unseen("windows are not looked into on this system".to_owned()))
}
