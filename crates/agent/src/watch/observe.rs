//! One observation from its arrival to its acknowledgement.

use proviso_engine::attribution;
use proviso_model::limits::PICTURE_LISTED_MAX;
use proviso_model::record::{Generated, RecordBody};
use proviso_model::{Attribution, Digest, Fact, Observation, Source, Timestamp};

use super::acks::{Acks, NOTE_ACKS};
use super::context::Raised;
use super::{PictureFound, PictureLost, Watcher, names, trial, trim};
use crate::policy_keep::KeptPolicy;
use crate::spool::{Note, Room, SpoolError, note_of};

/// What became of an observation. In every case but [`Observed::Retry`] its number counts as acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observed {
    /// A finding was raised; the record is durable.
    Kept,
    /// Nothing matched: dropped in memory and counted.
    Dropped,
    /// Its contact is on the shield list: dropped unread and counted.
    Shielded,
    /// Nothing may be captured now, or not this: dropped and not looked at.
    NotCaptured,
    /// Its number was seen before.
    Repeated,
    /// It can never be taken; the loss is on record as a gap.
    Refused(String),
    /// It could not be kept and may be sent again on a new connection.
    Retry(String),
    /// It may be on a list and waits for the server's answer, or is a name whose days to be declared run; that it does is on disk.
    Waits,
    /// Another policy is obeyed than the one in whose hash sets it was looked up.
    LookAgain,
}

/// What became of what this run has looked at: numbers, never what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Looked at.
    pub looked_at: u64,
    /// Of that, dropped at once because nothing matched.
    pub dropped: u64,
    /// Dropped unread because a contact is on the shield list.
    pub shielded: u64,
    /// Put on record.
    pub kept: u64,
}

impl Watcher {
    /// What became of what this run has looked at.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Everything up to this number of a browser session is durable or was dropped.
    ///
    /// # Errors
    /// [`SpoolError`] when the spool's notes cannot be read.
    pub fn acknowledged(&mut self, instance: &str) -> Result<u64, SpoolError> {
        self.know(instance)?;
        Ok(self.acks.all_done(instance))
    }

    /// What an earlier run of the agent made durable is in the note that was written with it.
    pub(super) fn know(&mut self, instance: &str) -> Result<(), SpoolError> {
        if !self.acks.knows(instance) {
            let kept: Option<Acks> = self.spool.note(NOTE_ACKS)?;
            self.acks.begin(instance, kept.as_ref());
        }
        Ok(())
    }

    /// Takes an observation of a browser session.
    pub fn observe(
        &mut self,
        instance: &str,
        n: u64,
        observed_at: Timestamp,
        attribution: Attribution,
        fact: Fact,
    ) -> Observed {
        self.take((instance, n), observed_at, attribution, fact, None)
    }

    /// Takes a picture of a browser session with what the `pictures` process and the hash sets say of it. What is `earlier` in
    /// it is the watcher's own to say.
    pub fn observe_picture(
        &mut self,
        instance: &str,
        n: u64,
        attribution: Attribution,
        found: &PictureFound,
    ) -> Observed {
        let fact = Fact::Picture(Box::new(found.picture.clone()));
        let observed = self.take((instance, n), found.shown_at, attribution, fact, Some(found));
        if matches!(observed, Observed::Retry(_) | Observed::LookAgain) {
            return observed;
        }
        let source = found.picture.source();
        // Shown under the order, and no condition may look at it any more.
        if self.asked(instance, n) && observed == Observed::NotCaptured {
            self.note_lost(self.moment.reckoned, source, PictureLost::NotAnswered);
            self.record_gaps();
        }
        if matches!(observed, Observed::Kept | Observed::Dropped) {
            self.picture_looked_at(source, found.unreadable, found.unscored);
        }
        observed
    }

    fn take(
        &mut self,
        (instance, n): (&str, u64),
        observed_at: Timestamp,
        attribution: Attribution,
        mut fact: Fact,
        found: Option<&PictureFound>,
    ) -> Observed {
        self.read_clocks();
        if let Fact::Name(used) = &mut fact {
            // Only the watcher says that something was used earlier.
            used.used_at = None;
        }
        if let Err(error) = self.know(instance) {
            return Observed::Retry(error.to_string());
        }
        if self.acks.is_done(instance, n) && !self.asking.has(instance, n) {
            return Observed::Repeated;
        }
        let seen = found.map(|found| {
            let mut seen = found.seen.clone();
            seen.listed.truncate(PICTURE_LISTED_MAX);
            Box::new(seen)
        });
        let observed_at = match found {
            // Put right when it came: the clock may have been set since.
            Some(_) => observed_at.min(self.moment.now),
            None => self.corrected(observed_at),
        };
        // Sources take facts; what they make of an act is decided in one place.
        let attribution = Attribution { act: attribution::act(&attribution, &fact), ..attribution };
        let observation = Observation {
            listed: Vec::new(),
            picture: seen,
            id: None,
            observed_at,
            source: match (found, &fact) {
                (Some(found), _) => found.picture.source(),
                (None, Fact::Text(_)) => Source::Accessibility,
                (None, _) => Source::Browser,
            },
            account: self.account.clone(),
            attribution,
            fact,
        };
        let observed = self.weigh(observation, Some((instance, n)), found);
        match observed {
            // Whether the write reached the disk is not known; only the disk can tell, so it is asked again.
            Observed::Retry(_) => self.acks.forget(instance),
            Observed::LookAgain => {}
            _ => self.acks.done(instance, n),
        }
        observed
    }

    /// A browser's clock is the machine's wall clock; the correction is the agent's. The future does not exist.
    pub(super) fn corrected(&self, by_wall: Timestamp) -> Timestamp {
        let now = self.moment.now;
        let ahead_ms = now.millis_since(self.moment.wall);
        by_wall.plus_millis(ahead_ms).min(now)
    }

    /// Decides on an observation, whoever made it.
    pub(super) fn weigh(
        &mut self,
        mut observation: Observation,
        mark: Option<(&str, u64)>,
        found: Option<&PictureFound>,
    ) -> Observed {
        let now = self.moment.now;
        self.decide();
        if !self.standing.watching {
            self.record_gaps();
            return Observed::NotCaptured;
        }
        let Some(kept) = self.keep.policy() else { return Observed::NotCaptured };
        let shown_at = self.notice.as_ref().map(|note| note.shown_at);
        // A notice "shown in the future" was shown while the clock was ahead, so before now.
        if shown_at.is_none_or(|shown| shown <= now && observation.observed_at < shown) {
            return Observed::NotCaptured;
        }
        // Another adult's: it may come only after that session.
        if self.other_use.was_during(observation.observed_at) {
            return Observed::NotCaptured;
        }
        // Both now and when it was made: a condition that has ended captures nothing, and one that had not begun neither.
        for capture in [self.standing.capture, kept.capture_at(observation.observed_at)] {
            if !trim::keep_only(&mut observation.fact, &capture) {
                return Observed::NotCaptured;
            }
        }
        if found.is_some_and(|found| found.under != Some(kept.digest())) {
            return Observed::LookAgain;
        }
        trim::cut(&mut observation.fact);
        self.count(|stretch| stretch.observed += 1);
        self.totals.looked_at += 1;
        if kept.engine.is_shielded(&observation) {
            self.count(|stretch| stretch.shielded += 1);
            self.totals.shielded += 1;
            return Observed::Shielded;
        }
        if let Some(observed) = self.name_waits(&kept, &observation, mark) {
            return observed;
        }
        // Recorded with the page, so that what is found can be found again without the lists.
        observation.listed =
            self.keep.lists().look_up(&kept.policy, observation.observed_at, &observation.fact);
        let observation = self.pictures.join(self.contexts.join(observation));
        let observed = self.judge(&kept, &observation, mark, found);
        // One that is sent again must find the context as it was.
        if !matches!(observed, Observed::Retry(_)) {
            self.contexts.keep(&observation);
            self.pictures.keep(&observation);
        }
        observed
    }

    fn judge(
        &mut self,
        kept: &KeptPolicy,
        observation: &Observation,
        mark: Option<(&str, u64)>,
        found: Option<&PictureFound>,
    ) -> Observed {
        let content = || found.and_then(PictureFound::content);
        // What is sealed is what a replay will read: it gives exactly these findings.
        let read = kept.engine.evaluate_and_reduce_picture(observation, content);
        let found_now = read.as_ref().map_or(&[][..], |(_, findings)| findings.as_slice());
        // A picture's rules hold no words.
        let tried = match found {
            None => trial::compare(kept, self.moment.now, observation, found_now),
            Some(_) => None,
        };
        let Some((captured, findings)) = read else {
            self.count(|stretch| trial::add(&mut stretch.trial, tried));
            self.count(|stretch| stretch.dropped += 1);
            self.totals.dropped += 1;
            return Observed::Dropped;
        };
        let generated = Generated { findings };
        let mut notes = Vec::new();
        if let Some((instance, n)) = mark {
            let mut acks = self.acks.clone();
            acks.done(instance, n);
            let mut asking = self.asking.clone();
            let waited = asking.remove(instance, n).then(|| asking.note());
            let both: Result<Vec<Note>, SpoolError> =
                std::iter::once(note_of(NOTE_ACKS, &acks)).chain(waited).collect();
            match both {
                Ok(both) => notes = both,
                Err(error) => return Observed::Retry(error.to_string()),
            }
        }
        let names = names::once_told(&self.names, &observation.fact);
        match names.as_ref().map(names::Names::note).transpose() {
            Ok(note) => notes.extend(note),
            Err(error) => return Observed::Retry(error.to_string()),
        }
        let may_be_privileged = generated.findings.iter().any(|finding| finding.privilege.is_some());
        let body = RecordBody::Finding { captured, generated };
        match self.record(kept, body, Room::Ordinary, &notes) {
            Ok(appended) => {
                self.context.raised =
                    Some(Raised { record: Digest(appended.record_hash), may_be_privileged });
                self.totals.kept += 1;
                self.count(|stretch| trial::add(&mut stretch.trial, tried));
                self.names = names.unwrap_or_else(|| std::mem::take(&mut self.names));
                Observed::Kept
            }
            Err(error @ (SpoolError::Full(_) | SpoolError::RecordTooLong(_) | SpoolError::Seal(_))) => {
                self.refuse(&error)
            }
            Err(error) => Observed::Retry(error.to_string()),
        }
    }

    /// A loss is a gap, never a silence.
    fn refuse(&mut self, error: &SpoolError) -> Observed {
        if matches!(error, SpoolError::Full(_)) {
            self.decide();
        } else {
            let lost = "an observation could not be sealed and was lost";
            self.lose(self.moment.reckoned, Source::Browser, lost);
        }
        self.record_gaps();
        Observed::Refused(error.to_string())
    }

    pub(super) fn count(&mut self, add: impl FnOnce(&mut super::Stretch)) {
        if let Some(stretch) = self.stretch.as_mut() {
            add(stretch);
        }
    }
}
