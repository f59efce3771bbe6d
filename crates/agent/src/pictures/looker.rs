//! Looks at what waits: digests, what the process makes of it, hash sets; then the core judges. A picture that may be on a list waits
//! aside for the server's answer and holds up no other.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use md5::Md5 as Md5Hasher;
use proviso_model::hash_set::HashSetQuestion;
use proviso_model::{Attribution, Digest, Fact, Md5, Observation, PictureSeen};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::backlog::{Load, Waiting};
use super::facts::{fact, recorded};
use super::known::{self, Known};
use super::strain::Strain;
use super::told::Told;
use super::{Contained, Failed, Looked, Seen};
use crate::bounded::Bounded;
use crate::daemon::core_thread::{Ask, Core};
use crate::hash_sets::LookedUp;
use crate::policy_keep::PolicyKeep;
use crate::watch::{Observed, PictureFound, PictureLost};

/// After so long without a picture the process that looks at them ends.
const IDLE: Duration = Duration::from_secs(180);
/// The longest rest after a picture.
const REST_MAX: Duration = Duration::from_secs(5);
/// Pictures that may wait for the server's answer, and their bytes together; what comes beyond is counted as lost. Of files that are on
/// no list one in 65,536 waits, for each list.
const ASKING_MAX: usize = 256;
const ASKING_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Looks at what comes in.
pub struct Looker {
    line: mpsc::UnboundedReceiver<Waiting>,
    load: Arc<Mutex<Load>>,
    contained: Contained,
    strain: Strain,
    known: Bounded<Digest, Known>,
    told: Told,
    has_told_fault: bool,
    has_told_runtime_fault: bool,
    keep: Arc<PolicyKeep>,
    asking: Vec<LookedAt>,
    rest_until: Instant,
}

/// A picture that was looked at.
struct LookedAt {
    instance: String,
    n: u64,
    attribution: Attribution,
    found: PictureFound,
    /// Models that look at it unless a list has the very file.
    models: Vec<String>,
}

/// What became of one.
enum Fate {
    Done(Observed),
    /// The server has to be asked.
    Asks(Box<LookedAt>, Vec<HashSetQuestion>),
    /// The agent is ending.
    Ending,
}

impl Looker {
    pub(super) fn new(
        line: mpsc::UnboundedReceiver<Waiting>,
        load: Arc<Mutex<Load>>,
        (contained, strain): (Contained, Strain),
        keep: Arc<PolicyKeep>,
    ) -> Self {
        let (known, asking, rest_until) = (known::known(), Vec::new(), Instant::now());
        let (has_told_fault, has_told_runtime_fault) = (false, false);
        Self {
            line,
            load,
            contained,
            strain,
            known,
            told: Told::default(),
            has_told_fault,
            has_told_runtime_fault,
            keep,
            asking,
            rest_until,
        }
    }

    /// Works for as long as the backlog lives.
    pub async fn work(mut self, core: Core) {
        let mut changes = self.keep.hash_sets().questions().changes();
        loop {
            let goes_on = tokio::select! {
                biased;
                changed = changes.changed() => changed.is_ok() && self.look_again(&core).await,
                next = self.next() => match next {
                    Some(picture) => self.take(picture, &core).await,
                    None => false,
                },
            };
            if !goes_on {
                return;
            }
        }
    }

    /// The next picture, after the rest that the machine needs.
    async fn next(&mut self) -> Option<Waiting> {
        tokio::time::sleep_until(self.rest_until).await;
        match tokio::time::timeout(IDLE, self.line.recv()).await {
            Ok(next) => next,
            Err(_) => {
                self.contained.release();
                self.line.recv().await
            }
        }
    }

    /// `false` when the agent is ending.
    async fn take(&mut self, picture: Waiting, core: &Core) -> bool {
        let began = Instant::now();
        let name = (picture.instance.clone(), picture.n);
        let bytes = picture.bytes.len();
        let fate = self.one(picture, core).await;
        let observed = self.settle(fate, core).await;
        Load::left(&self.load, &name, bytes, observed.as_ref());
        let rest = began.elapsed() * self.strain.rest_factor();
        self.rest_until = Instant::now() + rest.min(REST_MAX);
        observed.is_some()
    }

    /// What whoever waits is told; `None` when the agent is ending.
    async fn settle(&mut self, fate: Fate, core: &Core) -> Option<Observed> {
        let (picture, asks) = match fate {
            Fate::Done(observed) => return Some(observed),
            Fate::Ending => return None,
            Fate::Asks(picture, asks) => (picture, asks),
        };
        let bytes: usize = self.asking.iter().map(|asking| asking.found.bytes.len()).sum();
        if self.asking.len() >= ASKING_MAX || bytes + picture.found.bytes.len() > ASKING_BYTES_MAX {
            let source = picture.found.picture.source();
            let LookedAt { instance, n, .. } = *picture;
            core.tell(Ask::PictureLost { source, instance, n, why: PictureLost::NotAnswered }).await;
            return Some(Observed::Dropped);
        }
        self.asking.push(*picture);
        asks.into_iter().for_each(|question| self.keep.hash_sets().questions().ask(question));
        Some(Observed::Waits)
    }

    /// An answer has come, or the policy or a set is another: those that wait are looked up again. `false` when the agent is ending.
    async fn look_again(&mut self, core: &Core) -> bool {
        for picture in std::mem::take(&mut self.asking) {
            let (instance, n, source) = (picture.instance.clone(), picture.n, picture.found.picture.source());
            let fate = self.look_up(picture, core).await;
            match self.settle(fate, core).await {
                // The browser was told that it waits, and does not send it again.
                Some(Observed::Retry(_)) => {
                    core.tell(Ask::PictureLost { source, instance, n, why: PictureLost::NotAnswered }).await;
                }
                Some(_) => {}
                None => return false,
            }
        }
        true
    }

    /// What is on a picture. A model that takes the process with it is no fault of the picture, which is then only hashed.
    async fn look(&mut self, bytes: &[u8], models: &[String]) -> Result<Looked, Failed> {
        let mut looked = self.contained.look(bytes, models).await;
        if !models.is_empty() && matches!(looked, Err(Failed::TooLong(_) | Failed::Crashed)) {
            looked = self.contained.look(bytes, &[]).await;
        }
        if let Ok(Looked::Seen(seen)) = &looked {
            self.tell_faults(seen);
        }
        looked
    }

    /// Each once for as long as the agent runs.
    fn tell_faults(&mut self, seen: &Seen) {
        if let Some(fault) = &seen.fault
            && !std::mem::replace(&mut self.has_told_fault, true)
        {
            tracing::error!(%fault, "a picture model cannot be used: pictures are judged by those that can, and being judged by none is a gap");
        }
        if let Some(fault) = &seen.runtime_fault
            && !std::mem::replace(&mut self.has_told_runtime_fault, true)
        {
            tracing::warn!(%fault, "onnxruntime is not used");
        }
    }

    async fn one(&mut self, picture: Waiting, core: &Core) -> Fate {
        let Waiting { instance, n, shown_at, attribution, shown, window, bytes, models } = picture;
        let Some((sha256, md5)) = (match &shown.digests {
            Some(told) => Some((told.sha256, told.md5)),
            None => digests(bytes.clone()).await,
        }) else {
            return Fate::Ending;
        };
        if self.told.is_told(&shown, sha256, (&instance, n), Instant::now()) {
            core.tell(Ask::PictureTold { instance, n }).await;
            return Fate::Done(Observed::Repeated);
        }
        let mut found = PictureFound {
            shown_at,
            picture: fact(&shown, window, (sha256, md5), &bytes),
            unreadable: false,
            unscored: false,
            seen: PictureSeen::default(),
            bytes,
            under: None,
        };
        if shown.digests.is_some() {
            // There is nothing that a model could look at.
            found.unscored = !models.is_empty();
            return self
                .look_up(LookedAt { instance, n, attribution, found, models: Vec::new() }, core)
                .await;
        }
        let mut may_be_listed = false;
        if known::enough(&self.known, &sha256, &models).is_none() {
            let Some(asked) = self.ask_ahead(attribution, found).await else { return Fate::Ending };
            (found, may_be_listed) = asked;
        }
        let (now, models) = if may_be_listed { (Vec::new(), models) } else { (models, Vec::new()) };
        if let Err(why) = self.see(&mut found, &now).await {
            return not_running(&why, &found, (instance, n), core).await;
        }
        self.look_up(LookedAt { instance, n, attribution, found, models }, core).await
    }

    /// Finds out of a picture what those models and its pixels say, unless that is known. An error says why the process does not run.
    async fn see(&mut self, found: &mut PictureFound, models: &[String]) -> Result<(), String> {
        let sha256 = found.picture.sha256;
        let seen = match known::enough(&self.known, &sha256, models) {
            Some(known) => known.clone(),
            None => {
                let seen = match self.look(&found.bytes, models).await {
                    Ok(Looked::Seen(seen)) => Some(seen),
                    // Whatever it is made of: its digests are compared all the same.
                    Ok(Looked::Unreadable { .. }) | Err(Failed::TooLong(_) | Failed::Crashed) => None,
                    Err(Failed::NotRunning(why)) => return Err(why.to_string()),
                };
                self.known.put(sha256, Known { seen: seen.clone(), asked: models.to_vec() });
                seen
            }
        };
        if let Some(seen) = seen.as_ref().filter(|_| found.picture.file.is_some()) {
            // Whoever tells of a file does not look into it.
            (found.picture.width, found.picture.height) = (seen.width, seen.height);
        }
        found.unreadable = seen.is_none();
        found.unscored = !models.is_empty() && seen.as_ref().is_some_and(|seen| seen.scores.is_empty());
        found.seen = recorded(seen);
        Ok(())
    }

    /// Where a list may have the very file the server is asked before anything is decoded, so that its answer comes meanwhile; whether
    /// one may, or is known to. `None` when the agent is ending.
    async fn ask_ahead(&self, attribution: Attribution, found: PictureFound) -> Option<(PictureFound, bool)> {
        let (found, looked_up) = looked_up(Arc::clone(&self.keep), attribution, found).await?;
        let may_be_listed = looked_up.has_the_file || !looked_up.asks.is_empty();
        looked_up.asks.into_iter().for_each(|question| self.keep.hash_sets().questions().ask(question));
        Some((found, may_be_listed))
    }

    /// Looks a picture up and has the core judge it, unless the server has to be asked first. Models look only at what is on no list:
    /// of the very file they have nothing to add, and loading them would hold up its alert.
    async fn look_up(&mut self, mut picture: LookedAt, core: &Core) -> Fate {
        loop {
            let keep = Arc::clone(&self.keep);
            let Some((found, looked_up)) = looked_up(keep, picture.attribution, picture.found).await else {
                return Fate::Ending;
            };
            picture.found = found;
            if looked_up.asks.is_empty() && !looked_up.has_the_file && !picture.models.is_empty() {
                let models = std::mem::take(&mut picture.models);
                if let Err(why) = self.see(&mut picture.found, &models).await {
                    return not_running(&why, &picture.found, (picture.instance, picture.n), core).await;
                }
                continue;
            }
            let LookedAt { instance, n, attribution, found, .. } = &picture;
            let (instance, n, attribution) = (instance.clone(), *n, *attribution);
            if !looked_up.asks.is_empty() {
                let shown_at = found.shown_at;
                let ask = |reply| Ask::PictureAsks { instance, n, shown_at, reply };
                return match core.ask(ask).await {
                    Some(true) => Fate::Asks(Box::new(picture), looked_up.asks),
                    Some(false) => Fate::Done(Observed::Dropped),
                    None => Fate::Ending,
                };
            }
            let found = Box::new(found.clone());
            let ask = |reply| Ask::Picture { instance, n, attribution, found, reply };
            match core.ask(ask).await {
                Some(Observed::LookAgain) => {}
                Some(observed) => return Fate::Done(observed),
                None => return Fate::Ending,
            }
        }
    }
}

/// The process that looks at pictures cannot be started: the picture is lost, which is a gap.
async fn not_running(why: &str, found: &PictureFound, (instance, n): (String, u64), core: &Core) -> Fate {
    tracing::error!(%why, "the process that looks at pictures does not run");
    let (source, why) = (found.picture.source(), PictureLost::NotRunning);
    core.tell(Ask::PictureLost { source, instance, n, why }).await;
    Fate::Done(Observed::Dropped)
}

/// On a thread for what takes long: sockets and pages wait on this one. `None` when the program is ending.
async fn digests(bytes: Bytes) -> Option<(Digest, Md5)> {
    let made = tokio::task::spawn_blocking(move || {
        (Digest(Sha256::digest(&bytes).into()), Md5(Md5Hasher::digest(&bytes).into()))
    });
    made.await.ok()
}

/// What the hash sets of the policy obeyed now say. On a thread likewise: their files are read from the disk.
async fn looked_up(
    keep: Arc<PolicyKeep>,
    attribution: Attribution,
    mut found: PictureFound,
) -> Option<(PictureFound, LookedUp)> {
    let made = tokio::task::spawn_blocking(move || {
        let Some(kept) = keep.policy() else { return (found, LookedUp::default()) };
        let shown = Observation {
            id: None,
            observed_at: found.shown_at,
            source: found.picture.source(),
            account: String::new(),
            listed: Vec::new(),
            picture: None,
            attribution,
            fact: Fact::Picture(Box::new(found.picture.clone())),
        };
        let mut said = keep.hash_sets().look_up(&kept, &shown, &found.seen);
        found.under = Some(kept.digest());
        found.seen.listed = std::mem::take(&mut said.listed);
        (found, said)
    });
    made.await.ok()
}
