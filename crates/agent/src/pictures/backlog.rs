//! Pictures that wait to be looked at: a bounded number of them, one at a time, the cheapest work first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::Md5 as Md5Hasher;
use proviso_model::limits::PICTURE_KEPT_BYTES_MAX;
use proviso_model::native::PictureShown;
use proviso_model::observation::PictureScore;
use proviso_model::policy::PackRef;
use proviso_model::{Attribution, Digest, Md5, Picture, PictureSeen, Timestamp};
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot};

use super::known::Known;
use super::strain::Strain;
use super::{Contained, Failed, Looked, Seen};
use crate::daemon::core_thread::{Ask, Core};
use crate::watch::{Observed, PictureLost};

/// Pictures that may wait, and their bytes together; what comes beyond is not looked at, and counted.
const WAITING_MAX: usize = 64;
const WAITING_BYTES_MAX: usize = 64 * 1024 * 1024;
/// After so long without a picture the process that looks at them ends.
const IDLE: Duration = Duration::from_secs(180);
/// The longest rest after a picture.
const REST_MAX: Duration = Duration::from_secs(5);

/// A picture that waits.
pub struct Waiting {
    /// Browser session.
    pub instance: String,
    /// Number.
    pub n: u64,
    /// When, by the browser's clock.
    pub observed_at: Timestamp,
    /// How.
    pub attribution: Attribution,
    /// What was shown.
    pub shown: Box<PictureShown>,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Whether a condition needs a model.
    pub scored: bool,
}

type Name = (String, u64);

#[derive(Default)]
struct Load {
    bytes: usize,
    /// Who wants to know what became of each.
    replies: HashMap<Name, Vec<oneshot::Sender<Observed>>>,
}

/// The way in.
#[derive(Clone)]
pub struct Backlog {
    line: mpsc::UnboundedSender<Waiting>,
    load: Arc<Mutex<Load>>,
}

/// Looks at what comes in.
pub struct Looker {
    line: mpsc::UnboundedReceiver<Waiting>,
    load: Arc<Mutex<Load>>,
    contained: Contained,
    strain: Strain,
    known: Known,
    has_told_fault: bool,
}

/// An empty backlog and who works it off with `contained`.
#[must_use]
pub fn backlog(contained: Contained, strain: Strain) -> (Backlog, Looker) {
    let (send, line) = mpsc::unbounded_channel();
    let load = Arc::new(Mutex::new(Load::default()));
    let looker = Looker {
        line,
        load: Arc::clone(&load),
        contained,
        strain,
        known: Known::default(),
        has_told_fault: false,
    };
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

impl Looker {
    /// Works for as long as the backlog lives.
    pub async fn work(mut self, core: Core) {
        loop {
            let next = match tokio::time::timeout(IDLE, self.line.recv()).await {
                Ok(next) => next,
                Err(_) => {
                    self.contained.release();
                    self.line.recv().await
                }
            };
            let Some(picture) = next else { return };
            let began = tokio::time::Instant::now();
            let name = (picture.instance.clone(), picture.n);
            let bytes = picture.bytes.len();
            let observed = self.one(picture, &core).await;
            let replies = {
                let mut load = lock(&self.load);
                load.bytes = load.bytes.saturating_sub(bytes);
                load.replies.remove(&name).unwrap_or_default()
            };
            if let Some(observed) = observed {
                replies.into_iter().for_each(|reply| drop(reply.send(observed.clone())));
            }
            let rest = began.elapsed() * self.strain.rest_factor();
            if !rest.is_zero() {
                tokio::time::sleep(rest.min(REST_MAX)).await;
            }
        }
    }

    /// What is on a picture. A model that takes the process with it is no fault of the picture, which is then only hashed.
    async fn look(&mut self, bytes: &[u8], scored: bool) -> Result<Looked, Failed> {
        let mut looked = self.contained.look(bytes, scored).await;
        if scored && matches!(looked, Err(Failed::TooLong(_) | Failed::Crashed)) {
            looked = self.contained.look(bytes, false).await;
        }
        if let Ok(Looked::Seen(Seen { fault: Some(fault), .. })) = &looked
            && !std::mem::replace(&mut self.has_told_fault, true)
        {
            tracing::error!(%fault, "the picture model cannot be used: pictures are hashed, and not being judged is a gap");
        }
        looked
    }

    /// What became of one; `None` when the agent is ending.
    async fn one(&mut self, picture: Waiting, core: &Core) -> Option<Observed> {
        let Waiting { instance, n, observed_at, attribution, shown, bytes, scored } = picture;
        let (sha256, md5, bytes) = digests(bytes).await?;
        let seen = match self.known.get(&sha256, scored) {
            Some(known) => known.clone(),
            None => match self.look(&bytes, scored).await {
                Ok(Looked::Seen(seen)) => Some(seen),
                // Whatever it is made of: its digests are compared all the same.
                Ok(Looked::Unreadable { .. }) | Err(Failed::TooLong(_) | Failed::Crashed) => None,
                Err(Failed::NotRunning(why)) => {
                    tracing::error!(%why, "the process that looks at pictures does not run");
                    let why = PictureLost::NotRunning;
                    core.tell(Ask::PictureLost { instance, n, why }).await;
                    return Some(Observed::Dropped);
                }
            },
        };
        self.known.put(sha256, seen.clone());
        let unreadable = seen.is_none();
        let unscored = scored && seen.as_ref().is_some_and(|seen| seen.scores.is_none());
        let fact = fact(&shown, sha256, md5, &bytes);
        let seen = recorded(seen, &bytes);
        core.ask(|reply| Ask::Picture {
            instance,
            n,
            observed_at,
            attribution,
            picture: Box::new((fact, seen)),
            unreadable,
            unscored,
            reply,
        })
        .await
    }
}

/// On a thread for what takes long: sockets and pages wait on this one. `None` when the program is ending.
async fn digests(bytes: Vec<u8>) -> Option<(Digest, Md5, Vec<u8>)> {
    let made = tokio::task::spawn_blocking(move || {
        let sha256 = Digest(Sha256::digest(&bytes).into());
        let md5 = Md5(Md5Hasher::digest(&bytes).into());
        (sha256, md5, bytes)
    });
    made.await.ok()
}

fn fact(shown: &PictureShown, sha256: Digest, md5: Md5, bytes: &[u8]) -> Picture {
    Picture {
        url: shown.url.clone(),
        title: shown.title.clone(),
        address: shown.address.clone(),
        element: shown.element,
        width: shown.width,
        height: shown.height,
        shown_width: shown.shown_width,
        shown_height: shown.shown_height,
        from: shown.from,
        sha256,
        md5,
        bytes: bytes.len() as u64,
        file_type: file_type(bytes).to_owned(),
    }
}

/// What is recorded beside the fact. The bytes go along for the engine to keep where a finding needs somebody to look.
fn recorded(seen: Option<Seen>, bytes: &[u8]) -> PictureSeen {
    let content = (bytes.len() <= PICTURE_KEPT_BYTES_MAX).then(|| BASE64.encode(bytes));
    let Some(seen) = seen else { return PictureSeen { content, ..PictureSeen::default() } };
    let score = seen.scores.and_then(|scored| {
        let (name, version) = scored.model.split_once('@')?;
        let sha256 = Digest::parse(&scored.sha256)?;
        let model = PackRef { name: name.to_owned(), version: version.to_owned(), sha256 };
        Some(PictureScore { model, explicit_millionths: scored.explicit_millionths })
    });
    PictureSeen {
        pdq: seen.pdq.parse().ok(),
        pdq_quality: seen.pdq_quality,
        scores: score.into_iter().collect(),
        content,
        ..PictureSeen::default()
    }
}

/// The type of file by its first bytes, as the decoder tells it too.
fn file_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => "jpeg",
        [0x89, b'P', b'N', b'G', ..] => "png",
        [b'G', b'I', b'F', b'8', ..] => "gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "webp",
        [b'B', b'M', ..] => "bmp",
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f' | b's', ..] => "avif",
        _ => "unknown",
    }
}

fn lock(load: &Mutex<Load>) -> MutexGuard<'_, Load> {
    load.lock().unwrap_or_else(PoisonError::into_inner)
}
