//! Pictures as the watch core sees them: which are wanted, and those that nobody looked at, which are a gap in part.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use proviso_model::gap::GapCause;
use proviso_model::limits::PICTURE_KEPT_BYTES_MAX;
use proviso_model::native::PictureWithout;
use proviso_model::{Digest, Picture, PictureSeen, Source, Timestamp};

use super::Watcher;

/// After so long without another one a gap of pictures not looked at is over.
const QUIET_MS: i64 = 60_000;

/// What is to be done with a picture that has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PictureWanted {
    /// Its number was seen before, or nothing may be captured of it: acknowledged, and not looked at.
    No,
    /// To be looked at; a model only where a condition needs one.
    Yes {
        /// Models by which conditions in force judge pictures, by name and version.
        models: Vec<String>,
        /// When it was shown, by the agent's time: the hash sets in force then are looked up.
        shown_at: Timestamp,
    },
    /// It cannot be told now; it may be sent again.
    Retry,
}

/// A picture that was looked at and looked up.
#[derive(Debug, Clone)]
pub struct PictureFound {
    /// When it was shown, by the agent's time ([`PictureWanted::Yes`]).
    pub shown_at: Timestamp,
    /// What was shown.
    pub picture: Picture,
    /// What was found out of it; its bytes are not in here.
    pub seen: PictureSeen,
    /// Its bytes.
    pub bytes: Bytes,
    /// Hash of the policy in whose hash sets it was looked up.
    pub under: Option<Digest>,
    /// It could not be decoded.
    pub unreadable: bool,
    /// A model was needed and is not here.
    pub unscored: bool,
}

impl PictureFound {
    /// The bytes as they are sealed; none where they are too many for that.
    pub(super) fn content(&self) -> Option<String> {
        (self.bytes.len() <= PICTURE_KEPT_BYTES_MAX).then(|| BASE64.encode(&self.bytes))
    }
}

/// Why a picture that was shown was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureLost {
    /// The browser sent no bytes.
    Without(PictureWithout),
    /// Too many waited.
    TooMany,
    /// The process that looks at pictures does not run.
    NotRunning,
    /// A condition asks for a model that is not on the device or cannot be used there; hashes were compared.
    NoModel,
    /// It may be on a list, and the server's answer did not come in time, or too many waited for it.
    NotAnswered,
}

/// Pictures not looked at, since the first of a row of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct LostPictures {
    last: Option<Timestamp>,
    /// The last word of playback that is not inspectable: a gap of its own.
    last_hidden: Option<Timestamp>,
    too_large: u64,
    unreachable: u64,
    too_many: u64,
    not_running: u64,
    no_model: u64,
    not_answered: u64,
}

impl Watcher {
    /// Says whether a picture is to be looked at; its number waits until [`Watcher::observe_picture`] or
    /// [`Watcher::picture_lost`].
    pub fn picture_comes(&mut self, instance: &str, n: u64, observed_at: Timestamp) -> PictureWanted {
        self.read_clocks();
        if self.know(instance).is_err() {
            return PictureWanted::Retry;
        }
        if self.acks.is_done(instance, n) {
            return PictureWanted::No;
        }
        self.decide();
        let at = self.corrected(observed_at);
        let kept = self.keep.policy().filter(|kept| {
            self.standing.watching && self.standing.capture.pictures && kept.capture_at(at).pictures
        });
        let Some(kept) = kept else {
            self.acks.done(instance, n);
            self.record_gaps();
            return PictureWanted::No;
        };
        self.acks.waits(instance, n);
        let models = kept.policy.picture_models_at(at);
        let models = models.iter().map(|model| format!("{}@{}", model.name, model.version)).collect();
        PictureWanted::Yes { models, shown_at: at }
    }

    /// A picture that was not looked at: counted, and a gap in part.
    pub fn picture_lost(&mut self, source: Source, (instance, n): (&str, u64), why: PictureLost) {
        let now = self.read_clocks();
        // Without what an earlier run made durable, to note one number would forget the others.
        let is_known = self.know(instance).is_ok();
        if !self.asked(instance, n) && self.acks.is_done(instance, n) {
            return;
        }
        if is_known {
            self.acks.done(instance, n);
        }
        self.note_lost(now, source, why);
        self.record_gaps();
    }

    /// A file that arrived was told of already, by the browser that saved it or when it arrived before.
    pub fn picture_told(&mut self, instance: &str, n: u64) {
        self.read_clocks();
        // Without what an earlier run made durable, to note one number would forget the others.
        if self.know(instance).is_ok() {
            self.acks.done(instance, n);
        }
    }

    pub(super) fn note_lost(&mut self, now: Timestamp, source: Source, why: PictureLost) {
        self.note_lost_all(now, source, why, 1);
    }

    pub(super) fn note_lost_all(&mut self, now: Timestamp, source: Source, why: PictureLost, count: u64) {
        let lost = self.lost_pictures.entry(source).or_default();
        if why == PictureLost::Without(PictureWithout::NotInspectable) {
            lost.last_hidden = Some(now);
            self.gaps.begin(now, source, GapCause::NotInspectable, "");
            return;
        }
        lost.last = Some(now);
        match why {
            PictureLost::Without(PictureWithout::TooLarge) => lost.too_large += count,
            PictureLost::Without(PictureWithout::NoRoom) | PictureLost::TooMany => lost.too_many += count,
            PictureLost::NotRunning => lost.not_running += count,
            PictureLost::NoModel => lost.no_model += count,
            PictureLost::NotAnswered => lost.not_answered += count,
            PictureLost::Without(_) => lost.unreachable += count,
        }
        self.gaps.begin(now, source, GapCause::PicturesDropped, "");
    }

    /// A picture was looked at; `unreadable` where it could not be decoded, `unscored` where a model was needed and is not here.
    pub(super) fn picture_looked_at(&mut self, source: Source, unreadable: bool, unscored: bool) {
        if unscored {
            self.note_lost(self.moment.reckoned, source, PictureLost::NoModel);
        }
        self.count(|stretch| {
            stretch.pictures += 1;
            stretch.pictures_unreadable += u64::from(unreadable);
        });
    }

    /// Ends the gaps of pictures not looked at once none was for a while.
    pub(super) fn watch_lost_pictures(&mut self, now: Timestamp) {
        let is_over = |last: &Timestamp| now.millis_since(*last) >= QUIET_MS;
        self.end_lost_pictures_if(is_over);
    }

    /// Ends them with the run.
    pub(super) fn end_lost_pictures(&mut self) {
        self.end_lost_pictures_if(|_| true);
    }

    fn end_lost_pictures_if(&mut self, is_over: impl Fn(&Timestamp) -> bool) {
        for (source, lost) in &mut self.lost_pictures {
            if let Some(until) = lost.last_hidden.take_if(|last| is_over(last)) {
                self.gaps.end(until, *source, GapCause::NotInspectable);
            }
            if let Some(until) = lost.last.filter(&is_over) {
                let hidden = LostPictures { last_hidden: lost.last_hidden, ..LostPictures::default() };
                let said = std::mem::replace(lost, hidden).in_words();
                tracing::info!("{said}");
                self.gaps.end_saying(until, *source, GapCause::PicturesDropped, Some(said));
            }
        }
    }
}

impl LostPictures {
    fn in_words(&self) -> String {
        let parts = [
            (self.too_many, "too many at once"),
            (self.unreachable, "bytes could not be had"),
            (self.too_large, "too large"),
            (self.not_running, "the process that looks at them did not run"),
            (self.no_model, "judged by no model, only hashes compared"),
            (self.not_answered, "no answer from the server whether they are on a list"),
        ];
        let all: u64 = parts.iter().map(|(count, _)| count).sum();
        let said: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, why)| format!("{count} {why}"))
            .collect();
        format!("pictures not looked at, or not wholly: {all} ({})", said.join(", "))
    }
}
