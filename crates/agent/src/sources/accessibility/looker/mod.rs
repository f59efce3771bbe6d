//! The window in front: which it is, when it is looked at, and what of it is told.

mod telling;

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::Duration;

use proviso_model::Passage;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::Told;
use super::bus::{Bus, Object, Silent, root};
use super::dbus;
use super::events::{Event, event};
use super::input::{Idle, Input};
use super::known::{Known, News};
use super::pending::{Change, Pending};
use super::read::{Secrets, lines, thing, whole, window};
use crate::sources::desktop::never_read::is_never_read;
use crate::sources::health::{ProcFs, is_of};

/// A window that came to the front, or in which something new came into view, is let settle for so long.
const SETTLE: Duration = Duration::from_millis(150);
/// So long at least lies between two looks at the whole window, and so many times as long as a look takes.
const AGAIN: Duration = Duration::from_millis(500);
const SHARE: u32 = 5;
/// A window that somebody uses is looked at again after so long, for not every program says that it was scrolled.
const USED: Duration = Duration::from_secs(3);
/// A program that comes to the bus has its first window there after so long.
const FIND: Duration = Duration::from_millis(400);
/// A program that did not answer is left alone for so long.
const LEFT_ALONE: Duration = Duration::from_secs(30);
/// Input this soon before a piece of text came may have made it.
const INPUT_NEAR_MS: u64 = 2_000;
/// So many looks in a row are let go of at most, however long somebody types.
const LET_GO_MAX: u32 = 3;
/// The display is asked about input this often at most.
const INPUT_ASKED: Duration = Duration::from_millis(100);
/// Characters told around what was typed.
const AROUND: i32 = 120;

/// Looks at the window in front.
pub(super) struct Looker {
    bus: Bus,
    unasked: dbus::Told,
    /// Heard while a window was looked at, and not dealt with yet.
    queued: VecDeque<Event>,
    /// How often in a row a look was let go of because somebody typed meanwhile.
    let_go: u32,
    told: mpsc::Sender<Told>,
    /// Processes of browsers whose extension tells what they show.
    browsers: watch::Receiver<Vec<u32>>,
    input: Input,
    idle: (Idle, Instant),
    proc_fs: ProcFs,
    uid: u32,
    began: Instant,
    front: Option<Front>,
    silent: Option<(String, Instant)>,
    secrets: Secrets,
    known: Known,
    pending: Pending,
    /// When it is looked for the window in front.
    find: Option<Instant>,
    /// When the whole window is looked at next.
    due: Option<Instant>,
    looked: Instant,
    took: Duration,
}

/// The window in front.
struct Front {
    window: Object,
    process: u32,
    application: String,
    program: String,
    title: String,
    since: Instant,
    is_looked_at: bool,
    /// Whether a field that is never read stands in it with something in it, once all of it was looked through.
    secret_field: Option<bool>,
}

/// What there is to do.
enum Next {
    Hear(Event),
    Nothing,
    Look,
    End,
}

impl Looker {
    pub(super) fn new(
        (bus, unasked): (Bus, dbus::Told),
        told: mpsc::Sender<Told>,
        browsers: watch::Receiver<Vec<u32>>,
        display: Option<&str>,
        uid: u32,
    ) -> Self {
        let now = Instant::now();
        let input = Input::of(display);
        Self {
            bus,
            unasked,
            queued: VecDeque::new(),
            let_go: 0,
            told,
            browsers,
            idle: (input.idle(), now),
            input,
            proc_fs: ProcFs::default(),
            uid,
            began: now,
            front: None,
            silent: None,
            secrets: Secrets::default(),
            known: Known::default(),
            pending: Pending::default(),
            find: None,
            due: None,
            looked: now,
            took: Duration::ZERO,
        }
    }

    /// Looks until it is stopped, or the bus or whoever listens has gone. The bus comes back, to be closed.
    pub(super) async fn run(mut self, mut stopped: watch::Receiver<()>) -> Bus {
        self.find_front().await;
        while !self.told.is_closed() && !self.bus.is_gone() {
            let wake = [self.find, self.due, self.pending.next_due()].into_iter().flatten().min();
            let wake = wake.unwrap_or_else(|| self.looked + USED.max(self.took * SHARE));
            let queued = self.queued.pop_front();
            // What was told comes first: what is typed must be known as such before the window is looked at.
            let next = tokio::select! {
                biased;
                _ = stopped.changed() => Next::End,
                queued = std::future::ready(queued), if queued.is_some() => queued.map_or(Next::End, Next::Hear),
                message = self.unasked.messages.recv() => match message {
                    Some(message) => event(message).map_or(Next::Nothing, Next::Hear),
                    None => Next::End,
                },
                () = tokio::time::sleep_until(wake) => Next::Look,
            };
            let done = match next {
                Next::Hear(event) => self.hear(event).await,
                Next::Nothing => Ok(()),
                Next::Look => self.look().await,
                Next::End => break,
            };
            if done == Err(Silent) {
                self.leave_alone();
            }
            if self.unasked.has_overflown.swap(false, Ordering::Relaxed) && self.front.is_some() {
                self.look_soon(Instant::now());
            }
        }
        self.bus
    }

    /// A program that keeps this one waiting is let be.
    fn leave_alone(&mut self) {
        let Some(front) = self.front.take() else { return };
        tracing::info!(program = front.program, "a program does not answer on the accessibility bus");
        self.silent = Some((front.window.program, Instant::now() + LEFT_ALONE));
        self.due = None;
        self.pending.clear();
    }

    /// The window that was in front before anybody told of it: a program that starts may not tell of its first.
    async fn find_front(&mut self) {
        self.find = None;
        for program in self.bus.programs().await.unwrap_or_default() {
            for of in self.bus.children(&root(&program.program)).await.unwrap_or_default() {
                if self.bus.kind(&of).await.ok().flatten().is_some_and(|kind| kind.is_active()) {
                    let _ = self.came_to_front(of).await;
                    return;
                }
            }
        }
    }

    /// Whether the window in front still is: its program may have ended, or another came to the front and nobody told of it.
    async fn check_front(&mut self) -> Result<(), Silent> {
        self.find = None;
        let kind = match &self.front {
            Some(front) => self.bus.kind(&front.window).await?,
            None => None,
        };
        if !kind.is_some_and(|kind| kind.is_active()) {
            self.front = self.front.take().filter(|_| kind.is_some());
            self.find_front().await;
        }
        Ok(())
    }

    async fn hear(&mut self, event: Event) -> Result<(), Silent> {
        let now = Instant::now();
        let is_in_front =
            |of: &Object| self.front.as_ref().is_some_and(|front| front.window.program == of.program);
        match event {
            Event::Front(window) => return self.came_to_front(window).await,
            Event::Behind(window) if self.front.as_ref().is_some_and(|front| front.window == window) => {
                (self.front, self.due) = (None, None);
                self.pending.clear();
            }
            Event::Inserted { into, at, length } => self.inserted(into, (at, length)),
            Event::Removed(from) if is_in_front(&from) => {
                self.pending.removed(from, now);
            }
            Event::Came(what) if is_in_front(&what) => self.look_soon(now),
            // A program has come to the bus.
            Event::Came(what) if what.path == root("").path => {
                self.find = Some(now + FIND);
            }
            _ => {}
        }
        Ok(())
    }

    fn look_soon(&mut self, now: Instant) {
        let after = self.looked + AGAIN.max(self.took * SHARE);
        let is_first = self.front.as_ref().is_some_and(|front| !front.is_looked_at);
        let due = if is_first { now + SETTLE } else { (now + SETTLE).max(after) };
        self.due = Some(self.due.map_or(due, |before| before.min(due)));
    }

    fn idle(&mut self, now: Instant) -> Idle {
        if now - self.idle.1 >= INPUT_ASKED {
            self.idle = (self.input.idle(), now);
        }
        let (idle, at) = self.idle;
        let since = u64::try_from((now - at).as_millis()).unwrap_or(u64::MAX);
        Idle { since_input_ms: idle.since_input_ms.map(|ms| ms.saturating_add(since)), ..idle }
    }

    /// Another window came to the front: whose it is decides whether it is read at all.
    async fn came_to_front(&mut self, window: Object) -> Result<(), Silent> {
        let now = Instant::now();
        if self.front.as_ref().is_some_and(|front| front.window == window) {
            return Ok(());
        }
        // A thing in a window may be active too; only what stands in the program itself is a window.
        let parent = self.bus.parent(&window).await?;
        if parent.is_some_and(|parent| parent.path != root(&window.program).path) {
            return Ok(());
        }
        (self.front, self.due) = (None, None);
        self.pending.clear();
        self.silent.take_if(|(_, until)| *until <= now);
        if self.silent.as_ref().is_some_and(|(silent, _)| *silent == window.program) {
            return Ok(());
        }
        let Some(owner) = self.bus.owner(&window.program).await?.filter(|owner| owner.uid == self.uid) else {
            return Ok(());
        };
        let application = self.bus.name(&root(&window.program)).await?;
        let program = self.proc_fs.program(owner.process);
        if is_never_read(&[application.as_str(), program.as_str()]) {
            return Ok(());
        }
        let (process, title) = (owner.process, self.bus.name(&window).await?);
        self.front = Some(Front {
            window,
            process,
            application,
            program,
            title,
            since: now,
            is_looked_at: false,
            secret_field: None,
        });
        self.look_soon(now);
        Ok(())
    }

    /// Whether the window in front is a browser's whose extension tells what it shows, or nobody can see it.
    fn is_passed_over(&mut self, now: Instant) -> bool {
        let is_dark = self.idle(now).is_dark;
        let browsers = self.browsers.borrow();
        is_dark || self.front.as_ref().is_none_or(|front| is_of(front.process, &browsers, &self.proc_fs))
    }

    async fn look(&mut self) -> Result<(), Silent> {
        let now = Instant::now();
        let is_long_ago = now - self.looked >= USED;
        if is_long_ago || self.find.is_some_and(|due| due <= now) {
            self.check_front().await?;
        }
        if self.is_passed_over(now) {
            (self.due, self.looked) = (None, now);
            self.pending.clear();
            return Ok(());
        }
        while let Some((object, change)) = self.pending.take_due(now) {
            self.look_at(&object, change).await?;
        }
        let is_due = self.due.is_some_and(|due| due <= now);
        let used = self.idle(now).since_input_ms.is_none_or(|ms| ms <= 2 * millis(USED));
        let is_long_ago = now - self.looked >= USED.max(self.took * SHARE);
        if is_due || (self.due.is_none() && is_long_ago && used) {
            self.look_at_window().await?;
        } else if is_long_ago {
            self.looked = now;
        }
        Ok(())
    }

    /// The whole window: its title where that is new, and what is new of its text.
    async fn look_at_window(&mut self) -> Result<(), Silent> {
        let began = Instant::now();
        self.due = None;
        let Some(of) = self.front.as_ref().map(|front| front.window.clone()) else { return Ok(()) };
        let title = self.bus.name(&of).await?;
        let pending = &self.pending;
        let shown = window(&self.bus, &mut self.secrets, &of, |object| pending.has(object)).await?;
        self.looked = Instant::now();
        self.took = self.looked - began;
        if self.was_typed_since(began) && self.let_go < LET_GO_MAX {
            self.let_go += 1;
            self.look_soon(self.looked);
            return Ok(());
        }
        self.let_go = 0;
        let now_ms = millis(self.looked - self.began);
        let Some(front) = self.front.as_mut() else { return Ok(()) };
        front.title = title;
        front.secret_field = shown.secret_field;
        let process = front.process;
        let is_named = !front.title.is_empty();
        if is_named && self.known.is_new(process, &format!("title {}", front.title), now_ms) {
            self.tell(News::default(), false, false).await;
        }
        self.tell_shown(&shown, now_ms).await;
        if let Some(front) = self.front.as_mut() {
            front.is_looked_at = true;
        }
        Ok(())
    }

    /// Whether something was typed into the window while it was looked at: it would be told of as shown.
    fn was_typed_since(&mut self, began: Instant) -> bool {
        while let Ok(message) = self.unasked.messages.try_recv() {
            match event(message) {
                Some(Event::Inserted { into, at, length }) => self.inserted(into, (at, length)),
                Some(other) => self.queued.push_back(other),
                None => {}
            }
        }
        self.pending.was_typed_since(began)
    }

    /// Text came into something.
    fn inserted(&mut self, into: Object, piece: (i32, i32)) {
        let now = Instant::now();
        if self.front.as_ref().is_none_or(|front| front.window.program != into.program) {
            return;
        }
        let near = |idle: Idle| idle.since_input_ms.is_some_and(|ms| ms <= INPUT_NEAR_MS);
        if !near(self.idle(now)) {
            // The key that brought it may be newer than what was last asked.
            self.idle = (self.input.idle(), now);
        }
        let is_near = near(self.idle(now));
        if !self.pending.inserted(into, piece, is_near, now) {
            self.look_soon(now);
        }
    }

    /// One thing into which text has come.
    async fn look_at(&mut self, object: &Object, change: Change) -> Result<(), Silent> {
        let Some(kind) = thing(&self.bus, &mut self.secrets, object).await? else { return Ok(()) };
        let now_ms = millis(self.began.elapsed());
        if !(change.is_typed && kind.takes_keys()) {
            let shown = whole(&self.bus, object, &kind).await?;
            self.tell_shown(&shown, now_ms).await;
            return Ok(());
        }
        let text = lines(&self.bus, object, &kind, (change.from, change.until), AROUND).await?;
        let Some(process) = self.front.as_ref().map(|front| front.process) else { return Ok(()) };
        let whole = whole(&self.bus, object, &kind).await?;
        // What was typed is known from now on: it is not shown to the person as well.
        for line in whole.text.lines() {
            self.known.is_new(process, line, now_ms);
        }
        if change.from < change.until && !text.trim().is_empty() {
            self.read_title().await?;
            let news = News { passages: Passage::whole(text), cut: false };
            let news = self.known.limit(process, news, now_ms);
            self.tell(news, true, false).await;
        }
        Ok(())
    }
}

fn millis(of: Duration) -> u64 {
    u64::try_from(of.as_millis()).unwrap_or(u64::MAX)
}
