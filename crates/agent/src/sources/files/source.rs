//! The thread that watches folders: it waits on file systems that may not answer, so nothing else is done on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, CreateKind, Flag, ModifyKind, RemoveKind, RenameMode};
use notify::{Config, ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use proviso_model::native::PictureWithout;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::look::{Looked, is_named_like_one, look};
use super::pending::Pending;
use super::tree::{Found, Tree};
use super::{FilesSettings, Platform, Told};

/// What the system has told and was not dealt with yet; beyond, all folders are looked at again.
const EVENTS_AHEAD: usize = 8_192;
/// How often it is looked what is due, and whether a folder was made again.
const BUSY: Duration = Duration::from_millis(100);
const IDLE: Duration = Duration::from_secs(1);
/// Files looked at in one go.
const AT_ONCE: usize = 1_024;

/// The running source. It ends when this is dropped.
pub struct Files {
    signals: SyncSender<notify::Result<Event>>,
    is_over: Arc<AtomicBool>,
}

impl Files {
    /// Starts to watch. What lies in the folders now is not read.
    ///
    /// # Errors
    /// As the operating system, when it has no thread left.
    pub fn start(
        platform: Arc<dyn Platform>,
        settings: FilesSettings,
        told: mpsc::Sender<Told>,
    ) -> std::io::Result<Self> {
        let (signals, events) = sync_channel(EVENTS_AHEAD);
        let is_over = Arc::new(AtomicBool::new(false));
        let files = Self { signals: signals.clone(), is_over: Arc::clone(&is_over) };
        std::thread::Builder::new().name("files".to_owned()).spawn(move || {
            let source = Source {
                platform,
                settings,
                told,
                is_over,
                tree: Tree::default(),
                pending: Pending::new(settings),
                missed: Missed::default(),
                said: None,
                look_again: None,
                looked: None,
            };
            source.run(signals, &events);
        })?;
        Ok(files)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        // Only to wake it.
        let _ = self.signals.try_send(Ok(Event::new(EventKind::Any)));
    }
}

/// Files that could not be told of, not said yet.
#[derive(Default)]
struct Missed {
    no_room: u64,
    gone: u64,
}

struct Source {
    platform: Arc<dyn Platform>,
    settings: FilesSettings,
    told: mpsc::Sender<Told>,
    is_over: Arc<AtomicBool>,
    tree: Tree,
    pending: Pending,
    missed: Missed,
    /// What was said of what can be watched.
    said: Option<Option<String>>,
    /// When all folders are looked at again, and when it was last looked which there are.
    look_again: Option<Instant>,
    looked: Option<Instant>,
}

impl Source {
    fn run(mut self, signals: SyncSender<notify::Result<Event>>, events: &Receiver<notify::Result<Event>>) {
        let has_overflown = Arc::new(AtomicBool::new(false));
        let overflows = Arc::clone(&has_overflown);
        // Never waits: whoever calls it also answers when a folder is to be watched.
        let hear = move |event| {
            if signals.try_send(event).is_err() {
                overflows.store(true, Ordering::SeqCst);
            }
        };
        let config = Config::default().with_follow_symlinks(false);
        let mut watcher = match RecommendedWatcher::new(hear, config) {
            Ok(watcher) => watcher,
            Err(error) => {
                let why = format!("the system lets no program watch folders: {error}");
                let _ = self.told.blocking_send(Told::Sight(Some(why)));
                return;
            }
        };
        self.begin(&mut watcher);
        while !self.is_over.load(Ordering::SeqCst) && !self.told.is_closed() {
            let wait = if self.pending.is_empty() { IDLE } else { BUSY };
            match events.recv_timeout(wait) {
                Ok(event) => {
                    self.hear(event, &mut watcher);
                    // All that is there already, so that a flood is one piece of work.
                    events.try_iter().take(EVENTS_AHEAD).for_each(|event| self.hear(event, &mut watcher));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if has_overflown.swap(false, Ordering::SeqCst) {
                self.look_again = None;
            }
            self.look_for_folders(&mut watcher);
            self.tell();
        }
    }

    fn begin(&mut self, watcher: &mut RecommendedWatcher) {
        let mut found = Found::default();
        for folder in self.platform.folders().into_iter().filter(|folder| folder.is_dir()) {
            self.walk(&folder, watcher, &mut found);
        }
        self.tree.know_only(&found);
        self.look_again = Some(Instant::now() + self.settings.look_again);
    }

    fn walk(&mut self, folder: &Path, watcher: &mut RecommendedWatcher, found: &mut Found) {
        let mut watch = |folder: &Path| {
            let watched = watcher.watch(folder, RecursiveMode::NonRecursive);
            watched.map_err(|error| match error.kind {
                ErrorKind::MaxFilesWatch => {
                    "the system lets no more folders be watched (fs.inotify.max_user_watches)".to_owned()
                }
                _ => format!("a folder cannot be watched: {}", in_words(&error)),
            })
        };
        self.tree.walk(folder, self.platform.as_ref(), &mut watch, found);
    }

    /// What the system tells.
    fn hear(&mut self, event: notify::Result<Event>, watcher: &mut RecommendedWatcher) {
        let Ok(event) = event else {
            self.look_again = None;
            return;
        };
        if event.flag() == Some(Flag::Rescan) {
            self.look_again = None;
            return;
        }
        let Some(path) = event.paths.first() else { return };
        let now = Instant::now();
        match event.kind {
            EventKind::Create(CreateKind::Folder) => self.folder_came(path, watcher),
            EventKind::Create(_) | EventKind::Modify(ModifyKind::Data(_)) => {
                let has_room = self.pending.written(path, now);
                self.count(has_room);
            }
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => self.pending.closed(path, now),
            EventKind::Modify(ModifyKind::Name(RenameMode::To)) => {
                if std::fs::symlink_metadata(path).is_ok_and(|of| of.is_dir()) {
                    self.folder_came(path, watcher);
                } else if !self.is_known(path) {
                    let has_room = self.pending.moved_in(path, now);
                    self.count(has_room);
                }
            }
            EventKind::Modify(ModifyKind::Name(RenameMode::From)) => self.went(path, watcher, false),
            EventKind::Remove(kind) => self.went(path, watcher, kind != RemoveKind::Folder),
            _ => {}
        }
    }

    /// One that lay here before, moved from folder to folder.
    fn is_known(&self, path: &Path) -> bool {
        let of = std::fs::symlink_metadata(path);
        of.is_ok_and(|of| self.tree.is_known(self.platform.identity(&of), of.len()))
    }

    fn count(&mut self, has_room: bool) {
        self.missed.no_room += u64::from(!has_room);
    }

    /// All in a folder that came has come with it.
    fn folder_came(&mut self, folder: &Path, watcher: &mut RecommendedWatcher) {
        let mut found = Found::default();
        self.walk(folder, watcher, &mut found);
        self.came(&found);
    }

    fn came(&mut self, found: &Found) {
        let now = Instant::now();
        for (path, identity, size) in &found.files {
            if !self.tree.is_known(*identity, *size) {
                let has_room = self.pending.written(path, now);
                self.count(has_room);
            }
        }
    }

    fn went(&mut self, path: &Path, watcher: &mut RecommendedWatcher, is_removed: bool) {
        if self.pending.gone(path) && is_removed && is_named_like_one(path) {
            self.missed.gone += 1;
        }
        let below = self.tree.forget_below(path);
        if !below.is_empty() {
            self.pending.gone_below(path);
        }
        for folder in below {
            // The system has let go of what was removed; of what was moved away it has not.
            let _ = watcher.unwatch(&folder);
        }
    }

    /// Folders that were made again, and all of them where something may have been missed.
    fn look_for_folders(&mut self, watcher: &mut RecommendedWatcher) {
        let now = Instant::now();
        let is_due = self.look_again.is_none_or(|due| due <= now);
        if !is_due && self.looked.is_some_and(|at| now.duration_since(at) < IDLE) {
            return;
        }
        self.looked = Some(now);
        if is_due {
            self.tree.why = None;
        }
        let mut found = Found::default();
        for folder in self.platform.folders() {
            if (is_due || !self.tree.is_watched(&folder)) && folder.is_dir() {
                self.walk(&folder, watcher, &mut found);
            }
        }
        self.came(&found);
        if is_due {
            self.tree.know_only(&found);
            self.look_again = Some(now + self.settings.look_again);
        }
    }

    /// Tells what is due, as far as whoever listens has room.
    fn tell(&mut self) {
        if self.said.as_ref() != Some(&self.tree.why)
            && self.told.try_send(Told::Sight(self.tree.why.clone())).is_ok()
        {
            self.said = Some(self.tree.why.clone());
        }
        let missed = [
            (&mut self.missed.no_room, PictureWithout::NoRoom),
            (&mut self.missed.gone, PictureWithout::Unreachable),
        ];
        for (count, why) in missed {
            if *count > 0 && self.told.try_send(Told::Missed(*count, why)).is_ok() {
                *count = 0;
            }
        }
        for path in self.pending.due(Instant::now(), AT_ONCE) {
            match self.told.clone().try_reserve_owned() {
                Ok(place) if !self.is_over.load(Ordering::SeqCst) => self.look(path, place),
                _ => self.pending.again(path, Instant::now()),
            }
        }
    }

    fn look(&mut self, path: PathBuf, place: mpsc::OwnedPermit<Told>) {
        if let Ok(of) = std::fs::symlink_metadata(&path) {
            self.tree.know(self.platform.identity(&of), of.len());
        }
        let is_over = || self.is_over.load(Ordering::SeqCst);
        match look(&path, self.platform.as_ref(), &is_over) {
            Looked::Arrived(arrival) => drop(place.send(Told::Arrived(arrival))),
            Looked::Other => {}
            Looked::Changing => drop(self.pending.written(&path, Instant::now())),
            Looked::Lost => self.missed.gone += 1,
        }
    }
}

/// An error of the watching in words, without the path.
fn in_words(error: &notify::Error) -> String {
    match &error.kind {
        ErrorKind::Io(error) => error.to_string(),
        ErrorKind::Generic(words) => words.clone(),
        _ => "the system refuses".to_owned(),
    }
}
