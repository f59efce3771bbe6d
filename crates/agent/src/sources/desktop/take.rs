//! When the window in front is looked at, and what is made of it: a picture on the same way as those from browsers.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use proviso_inference::picture::drawn;
use proviso_model::native::PictureShown;
use proviso_model::observation::{Circumstances, PictureElement, PictureFrom, PictureWindow};
use proviso_model::{Act, Attribution, Source};
use tokio::sync::watch;
use tokio::time::Instant;

use super::area;
use super::changes::{Last, Told};
use super::{FrontWindow, Pixels, Screen, Unseen};
use crate::clock::TrueTime;
use crate::daemon::core_thread::{Ask, Core, CoreView};
use crate::pictures::backlog::{Backlog, Waiting};
use crate::sources::health::{ProcFs, is_of};
use crate::watch::{PictureLost, PictureWanted};

/// So long a window stands in front, in its place, before it is looked at.
const SETTLED: Duration = Duration::from_secs(1);
/// So long at least lies between two looks at a window that changes.
const AGAIN: Duration = Duration::from_secs(2);
/// So long a picture in a window is not told of once more, whatever came to the front meanwhile.
const TOLD_MS: u64 = 600_000;

/// Looks at the window in front.
pub(super) struct Taker {
    core: Core,
    pictures: Backlog,
    time: Arc<TrueTime>,
    proc_fs: ProcFs,
    /// Names this run's pictures.
    instance: String,
    count: u64,
    began: Instant,
    front: Option<Front>,
    told: Told,
}

/// The window in front, as long as it stays there.
struct Front {
    window: FrontWindow,
    since: Instant,
    last: Option<Last>,
    looked: Instant,
}

impl Taker {
    pub(super) fn new(core: Core, pictures: Backlog, time: Arc<TrueTime>) -> Self {
        // Numbers begin anew with each run, so its name must be another one.
        let instance = format!("desktop {} {}", time.clock().wall().as_micros(), std::process::id());
        let (proc_fs, began) = (ProcFs::default(), Instant::now());
        Self { core, pictures, time, proc_fs, instance, count: 0, began, front: None, told: Told::default() }
    }

    /// Nothing is looked at any more.
    pub(super) fn forget(&mut self) {
        self.front = None;
        self.told = Told::default();
    }

    /// Looks which window is in front, and at it where that is due.
    pub(super) async fn look(
        &mut self,
        screen: &mut dyn Screen,
        view: &watch::Receiver<CoreView>,
    ) -> Result<(), Unseen> {
        let browsers: Vec<u32> = view.borrow().browsers.iter().map(|browser| browser.pid).collect();
        let seen_elsewhere = |window: &FrontWindow| is_of(window.process, &browsers, &self.proc_fs);
        let window = screen.front()?.filter(|window| !seen_elsewhere(window));
        let Some(window) = window else {
            self.front = None;
            return Ok(());
        };
        let now = Instant::now();
        let stays = |front: &Front| {
            let (was, is) = (&front.window, &window);
            (was.id, was.at, was.size, was.visible) == (is.id, is.at, is.size, is.visible)
        };
        let before = self.front.take().filter(stays);
        let mut front = match before {
            Some(front) => Front { window, ..front },
            None => Front { window, since: now, last: None, looked: now },
        };
        if now - front.since >= SETTLED
            && let Some(pixels) = due(screen, &mut front, now)?
        {
            self.take(&mut front, &pixels).await;
        }
        self.front = Some(front);
        Ok(())
    }

    /// Makes a picture of pixels that are new, and hands it on.
    async fn take(&mut self, front: &mut Front, pixels: &Pixels) {
        let is_first = front.last.is_none();
        let now = Last::of(pixels);
        let is_other = front.last.as_ref().is_none_or(|last| last.differs(&now));
        front.last = Some(match front.last.take() {
            Some(last) if !is_other => last.with_rows_of(now),
            _ => now,
        });
        let now_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if !is_other || !self.told.is_new(front.window.id, &pixels.rows, now_ms, TOLD_MS) {
            return;
        }
        let place = area::picture(pixels);
        let side = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        let shown = (side(place.columns.len()), side(place.rows.len()));
        let made = match drawn(shown.0, shown.1, area::cut(pixels, &place)) {
            Ok(made) => made,
            Err(error) => {
                tracing::warn!(%error, "what a window showed could not be made a picture");
                return;
            }
        };
        let (window, attribution) = (&front.window, attribution(front, is_first));
        let shown = PictureShown {
            url: String::new(),
            title: window.title.clone(),
            address: String::new(),
            element: PictureElement::Window,
            width: made.width,
            height: made.height,
            shown_width: shown.0,
            shown_height: shown.1,
            from: PictureFrom::WindowPixels,
            without: None,
            file: None,
            digests: None,
        };
        let of = PictureWindow {
            application: window.application.clone(),
            program: window.program.clone(),
            width: window.size.0.into(),
            height: window.size.1.into(),
        };
        self.hand_on(attribution, shown, of, made.bytes.into()).await;
    }

    /// The same way as a picture of a browser; what becomes of it is the core's to say.
    async fn hand_on(
        &mut self,
        attribution: Attribution,
        shown: PictureShown,
        window: PictureWindow,
        bytes: Bytes,
    ) {
        self.count += 1;
        let (n, observed_at) = (self.count, self.time.clock().wall());
        let instance = self.instance.clone();
        let comes =
            |reply| Ask::PictureComes { connection: None, instance: instance.clone(), n, observed_at, reply };
        let Some(PictureWanted::Yes { models, shown_at }) = self.core.ask(comes).await else { return };
        let waiting = Waiting {
            instance: instance.clone(),
            n,
            shown_at,
            attribution,
            shown: Box::new(shown),
            window: Some(window),
            bytes,
            models,
        };
        if self.pictures.put(waiting).is_none() {
            let (source, why) = (Source::Desktop, PictureLost::TooMany);
            self.core.tell(Ask::PictureLost { source, instance, n, why }).await;
        }
    }
}

/// The pixels of a window that has stood long enough, where it was not looked at yet or some of its rows are others now.
fn due(screen: &mut dyn Screen, front: &mut Front, now: Instant) -> Result<Option<Pixels>, Unseen> {
    let (id, visible) = (front.window.id, front.window.visible);
    if let Some(last) = front.last.as_mut() {
        if now - front.looked < AGAIN {
            return Ok(None);
        }
        let asked = last.ask();
        match screen.rows(id, visible, &asked)? {
            Some(rows) if !last.has(&asked, &rows) => {}
            _ => return Ok(None),
        }
    }
    front.looked = now;
    screen.pixels(id, visible)
}

/// What is known of how it came about: that it was shown, if somebody was at the device at all; never that it was opened.
fn attribution(front: &Front, is_first: bool) -> Attribution {
    let in_front_ms = u64::try_from(front.since.elapsed().as_millis()).unwrap_or(u64::MAX);
    let idle_ms = front.window.since_input_ms;
    let circumstances = Circumstances { device_input_ms: idle_ms, ..Circumstances::default() };
    Attribution {
        // The table of attribution says it, from the facts.
        act: Act::Unknown,
        foreground: true,
        // Since when a window shows what it has changed to is not known.
        visible_ms: if is_first { in_front_ms } else { 0 },
        // Input before it came to the front went to another window.
        since_input_ms: idle_ms.filter(|idle_ms| *idle_ms <= in_front_ms),
        circumstances: Some(circumstances),
    }
}
