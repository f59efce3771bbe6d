//! Pictures that wait to be looked at: a bounded number of them, one at a time, the cheapest work first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use proviso_model::native::PictureShown;
use proviso_model::observation::PictureWindow;
use proviso_model::{Attribution, Timestamp};
use tokio::sync::{mpsc, oneshot};

use super::Contained;
use super::looker::Looker;
use super::strain::Strain;
use crate::policy_keep::PolicyKeep;
use crate::watch::Observed;

/// Pictures that may wait, and their bytes together; what comes beyond is not looked at, and counted.
const WAITING_MAX: usize = 64;
const WAITING_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A picture that waits.
pub struct Waiting {
    /// Browser session, or run of the desktop source.
    pub instance: String,
    /// Number.
    pub n: u64,
    /// When, by the agent's time.
    pub shown_at: Timestamp,
    /// How.
    pub attribution: Attribution,
    /// What was shown.
    pub shown: Box<PictureShown>,
    /// The window that showed it, where that is no browser's with the extension.
    pub window: Option<PictureWindow>,
    /// Its bytes; none where it is told by its digests.
    pub bytes: Bytes,
    /// Models that a condition needs, by name and version.
    pub models: Vec<String>,
}

type Name = (String, u64);

/// What waits, and who wants to know what became of it.
#[derive(Default)]
pub(super) struct Load {
    bytes: usize,
    replies: HashMap<Name, Vec<oneshot::Sender<Observed>>>,
}

/// The way in.
#[derive(Clone)]
pub struct Backlog {
    line: mpsc::UnboundedSender<Waiting>,
    load: Arc<Mutex<Load>>,
}

/// An empty backlog and who works it off with `contained`; pictures are looked up in the hash sets of `keep`.
#[must_use]
pub fn backlog(contained: Contained, strain: Strain, keep: Arc<PolicyKeep>) -> (Backlog, Looker) {
    let (send, line) = mpsc::unbounded_channel();
    let load = Arc::new(Mutex::new(Load::default()));
    let looker = Looker::new(line, Arc::clone(&load), (contained, strain), keep);
    (Backlog { line: send, load }, looker)
}

impl Backlog {
    /// Puts a picture in line; `None` when too many wait. One that waits already is looked at once, and both askers are told.
    #[must_use]
    pub fn put(&self, picture: Waiting) -> Option<oneshot::Receiver<Observed>> {
        let (reply, answer) = oneshot::channel();
        let mut load = lock(&self.load);
        let name = (picture.instance.clone(), picture.n);
        if let Some(replies) = load.replies.get_mut(&name) {
            replies.push(reply);
            return Some(answer);
        }
        if load.replies.len() >= WAITING_MAX || load.bytes + picture.bytes.len() > WAITING_BYTES_MAX {
            return None;
        }
        load.bytes += picture.bytes.len();
        load.replies.insert(name, vec![reply]);
        self.line.send(picture).ok().map(|()| answer)
    }
}

impl Load {
    /// A picture has left the line; whoever wants to know is told what became of it, if anything did.
    pub(super) fn left(load: &Mutex<Self>, name: &Name, bytes: usize, observed: Option<&Observed>) {
        let replies = {
            let mut load = lock(load);
            load.bytes = load.bytes.saturating_sub(bytes);
            load.replies.remove(name).unwrap_or_default()
        };
        if let Some(observed) = observed {
            replies.into_iter().for_each(|reply| drop(reply.send(observed.clone())));
        }
    }
}

fn lock(load: &Mutex<Load>) -> MutexGuard<'_, Load> {
    load.lock().unwrap_or_else(PoisonError::into_inner)
}
